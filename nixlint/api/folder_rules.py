"""Allowing folders with rules to run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlint.files.writing import NotWritten
from nixlint.linting.packs.allowed import allow, forget
from nixlint.linting.packs.folder import PackFolder, Refused, read_pack
from nixlint.linting.run.request import Request

from .request import BadRequest, PathLike, absolute

if TYPE_CHECKING:
    from .rule_vetting import VettedRules

_NOT_ALLOWED = frozenset(
    "rule-file-unreadable rule-forbidden-import rule-forbidden-name rule-forbidden-attribute rule-forbidden-file".split()
)
"""Demands of which none may be broken by rules that are to run; the others make a rule bad, but not dangerous."""


class AllowedFolder(NamedTuple):
    """A folder as it was allowed: its digest, and how many files it has."""

    digest: str
    files: int


class NotVetted(BadRequest):
    """Rules that do what rules may not do; ``vetted`` says what and where."""

    def __init__(self, message: str, vetted: VettedRules) -> None:
        super().__init__(message)
        self.vetted = vetted


def allow_rules(folder: PathLike, *, unvetted: bool = False) -> AllowedFolder:
    """Allow the rules in a folder to run as they are now, without importing them; a change takes that back.

    Raises :class:`~nixlint.api.NotVetted` where they do what rules may not do, unless they are to be allowed ``unvetted``,
    and :class:`~nixlint.api.BadRequest` where there is no such folder, or a symbolic link in it, and where the permission
    can't be noted.
    """
    path = absolute(folder)
    try:
        pack = read_pack(path, path.parent)
        if not unvetted:
            _need_vetted(pack)
        allow(path, pack.digest)
    except Refused as error:
        raise BadRequest(f"{path}: {error}") from None
    except NotWritten as error:
        raise BadRequest(f"the permission can't be noted: {error}") from None
    return AllowedFolder(pack.digest, len(pack.files))


def _need_vetted(pack: PackFolder) -> None:
    """Vet the very bytes that are to be allowed. Raises :class:`NotVetted`."""
    from nixlint.rule_packs.pack_files import pack_of
    from nixlint.rule_packs.vetting import vet_packs

    from .rule_vetting import VettedRules

    request = Request((pack.path,), absolute("."))
    vetted = vet_packs([pack_of(pack, pack.path.name, loads_tests=False)], request)
    forbidden = tuple(found for found in vetted.report.findings if found.rule in _NOT_ALLOWED)
    if forbidden:
        shown = vetted._replace(report=vetted.report._replace(findings=forbidden))
        message = f"the rules in {request.shown(pack.path)} do what rules may not do, so they are not allowed"
        raise NotVetted(message, VettedRules(shown, request))


def forget_rules(folder: PathLike) -> bool:
    """Take back that the rules in a folder may run; whether they might. Raises :class:`~nixlint.api.BadRequest`."""
    try:
        return forget(absolute(folder))
    except NotWritten as error:
        raise BadRequest(f"the permission can't be taken back: {error}") from None
