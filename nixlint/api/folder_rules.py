"""Allowing folders with rules to run."""

from __future__ import annotations

from typing import NamedTuple

from nixlint.files.writing import NotWritten
from nixlint.linting.packs.allowed import allow, forget
from nixlint.linting.packs.folder import Refused, read_pack

from .request import BadRequest, PathLike, absolute


class AllowedFolder(NamedTuple):
    """A folder as it was allowed: its digest, and how many files it has."""

    digest: str
    files: int


def allow_rules(folder: PathLike) -> AllowedFolder:
    """Allow the rules in a folder to run as they are now, without importing them; a change takes that back.

    Raises :class:`~nixlint.api.BadRequest` where there is no such folder, or a symbolic link in it, and where the
    permission can't be noted.
    """
    path = absolute(folder)
    try:
        pack = read_pack(path, path.parent)
        allow(path, pack.digest)
    except Refused as error:
        raise BadRequest(f"{path}: {error}") from None
    except NotWritten as error:
        raise BadRequest(f"the permission can't be noted: {error}") from None
    return AllowedFolder(pack.digest, len(pack.files))


def forget_rules(folder: PathLike) -> bool:
    """Take back that the rules in a folder may run; whether they might. Raises :class:`~nixlint.api.BadRequest`."""
    try:
        return forget(absolute(folder))
    except NotWritten as error:
        raise BadRequest(f"the permission can't be taken back: {error}") from None
