"""Writing a new rule, with its documentation, its examples and its test."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .request import BadRequest, PathLike, absolute

if TYPE_CHECKING:
    from nixlint.rule_packs.scaffold import NewRule

RULE_KINDS = ("definition", "nspawn", "oci")
"""What a new rule may ask about: the values of ``kind``."""


class MadeRule(NamedTuple):
    """What was written, and whether a ``nixlint.toml`` names the folder already."""

    rule: NewRule
    is_named: bool


def new_rule(
    name: str,
    *,
    kind: str = "definition",
    folder: PathLike | None = None,
    package: PathLike | None = None,
    force: bool = False,
    here: PathLike = ".",
) -> MadeRule:
    """Write a rule and its test: into ``folder``, into the one that ``nixlint.toml`` names, or into a ``package``.

    A package is made where there is none. Nothing is written over without ``force``. Raises
    :class:`~nixlint.api.BadRequest` where it can't be written.
    """
    from nixlint.rule_packs.rule_folders import rule_folder
    from nixlint.rule_packs.scaffold import NotMade, new_in_folder, new_in_package

    if kind not in RULE_KINDS:
        raise BadRequest(f"there is no kind '{kind}' (there are: {', '.join(RULE_KINDS)})")
    try:
        if package is not None:
            return MadeRule(new_in_package(name, absolute(package), kind, force=force), True)
        chosen = rule_folder(absolute(here), None if folder is None else absolute(folder))
        return MadeRule(new_in_folder(name, chosen.path, kind, force=force), chosen.is_named)
    except NotMade as error:
        raise BadRequest(str(error)) from None
