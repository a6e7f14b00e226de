"""What may be asked of a check or a fix, and the request that this makes of a run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias, TypedDict, Union

from nixlint.linting.packs.folder_packs import FolderPacks
from nixlint.linting.run.request import Caching, Request, StandardInput

PathLike: TypeAlias = Union[str, "os.PathLike[str]"]

Text = StandardInput
"""The text of one file, given in place of what is on disk: its absolute path and its bytes. The file need not exist."""


class BadRequest(ValueError):
    """What was asked makes no sense: there is no such file, host or option. The message says what there is."""


class Choices(TypedDict, total=False):
    """What a check or a fix looks at, and how. Every key may be left out."""

    select: Iterable[str] | None
    """Names or codes of the only rules to run."""
    ignore: Iterable[str]
    """Names or codes of rules to leave out."""
    pedantic: bool
    """Also run pedantic rules, and report what depends on unknown values."""
    config: PathLike | None
    """A file to use instead of the nearest ``nixlint.toml``."""
    isolated: bool
    """Use no ``nixlint.toml`` at all."""
    text: Text | None
    """One file as an editor has it."""
    allow_plugins: bool
    """Run the rules of all folders that the configuration names, whether the person allowed them or not."""
    cache: bool
    """Use and write the cache, as the command line does; a program has none unless it asks."""
    cache_folder: PathLike | None
    """Where the cache is, if not in the person's own folder."""
    jobs: int | None
    """In how many processes files are checked, where there are many; ``None`` for as many as pay."""
    with_edits: bool
    """Whether the report has those fixes alone that are offered, with their edits, which are in no cache."""
    folder: PathLike
    """Paths count from here, and are shown relative to it; the current folder where nothing is said."""
    progress: Callable[[int, int], None] | None
    """Told, before each file, how many are done and how many there are."""


def request_of(paths: Iterable[PathLike], choices: Choices) -> Request:
    """The request that some paths and choices make."""
    folder = absolute(choices.get("folder", "."))
    text, config = choices.get("text"), choices.get("config")
    select = choices.get("select")
    named = [absolute(path, folder) for path in paths]
    if text is not None:
        named.append(text.path)
    cache_folder = choices.get("cache_folder")
    caching = Caching(
        None if cache_folder is None else absolute(cache_folder, folder), needs_edits=choices.get("with_edits", False)
    )
    return Request(
        paths=tuple(named or (folder,)),
        folder=folder,
        select=None if select is None else frozenset(select),
        ignore=frozenset(choices.get("ignore", ())),
        pedantic=choices.get("pedantic", False),
        configuration=None if config is None else absolute(config, folder),
        isolated=choices.get("isolated", False),
        standard_input=text,
        progress=choices.get("progress"),
        caching=caching if choices.get("cache", False) else None,
        jobs=choices.get("jobs", 1),
        packs=FolderPacks(allows_all=choices.get("allow_plugins", False)),
    )


def absolute(path: PathLike, folder: Path | None = None) -> Path:
    """An absolute path. Symbolic links stay: a report names files as the person did."""
    return Path(os.path.abspath(path if folder is None else folder / path))  # noqa: PTH100


def shown_from_here(path: Path) -> str:
    """A path as it is shown: relative to the current folder where it is below that."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
