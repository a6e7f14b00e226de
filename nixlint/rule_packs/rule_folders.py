"""The folder of rules that the ``nixlint.toml`` of a repository names."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

from nixlint.files.reading import Anywhere, Kind, reason_of
from nixlint.linting.configuration import FILE_NAME
from nixlint.linting.packs.folder import Refused, folder_below

from .scaffold import NotMade

USUAL = "nixlint-rules"
"""The folder of a repository that names none."""


class RuleFolder(NamedTuple):
    """A folder for rules, and whether a ``nixlint.toml`` names it."""

    path: Path
    is_named: bool


def rule_folder(here: Path, wanted: Path | None) -> RuleFolder:
    """The folder that a person wants, or else the one that the nearest ``nixlint.toml`` names, or else the usual one.

    Raises :class:`~nixlint.rule_packs.scaffold.NotMade` where it names several, or what is no folder below it.
    """
    configured = _configured(here)
    base, named = (here, ()) if configured is None else configured
    if wanted is not None:
        return RuleFolder(wanted, wanted in named)
    if len(named) > 1:
        listed = ", ".join(str(path.relative_to(base)) for path in named)
        raise NotMade(f"{FILE_NAME} names several folders ({listed}): choose one with --folder")
    return RuleFolder(named[0], True) if named else RuleFolder(base / USUAL, False)


def _configured(here: Path) -> tuple[Path, tuple[Path, ...]] | None:
    """The folder of the nearest configuration, up to that of the repository, and the folders that it names."""
    for folder in (here, *here.parents):
        if Anywhere().kind(folder / FILE_NAME) is Kind.FILE:
            return folder, tuple(_named_in(folder))
        if Anywhere().own_kind(folder / ".git") is not None:
            return None
    return None


def _named_in(base: Path) -> list[Path]:
    try:
        document = tomllib.loads(Anywhere().read(base / FILE_NAME).decode())
        plugins = document.get("plugins", [])
        return [folder_below(base, text) for text in plugins] if isinstance(plugins, list) else []
    except OSError as error:
        raise NotMade(f"{FILE_NAME}: {reason_of(error)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, Refused, TypeError) as error:
        raise NotMade(f"{FILE_NAME}: {error}") from None
