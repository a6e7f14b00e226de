"""Which code is installed: what changes when nixlint, a rule pack or anything else in the same environment does."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import nixlint
from nixlint import __version__
from nixlint.cache.contents import digest_of

_PARTS_OF_CODE = (".py", ".json", ".toml", ".so")


def digest_of_code(modules: Collection[str]) -> str:
    """A digest of nixlint's own files and of those of the packages of some modules, as the system sees them from outside
    (path, time, size), of what else is installed, and of the Python that runs."""
    packages = {
        Path(nixlint.__file__).parent,
        *filter(None, map(_folder_of, {name.partition(".")[0] for name in modules})),
    }
    # A module of a package is seen with its folder, whether it is loaded or not.
    alone = (sys.modules.get(name) for name in modules if _folder_of(name.partition(".")[0]) is None)
    files = {path for module in alone if (path := getattr(module, "__file__", None)) is not None}
    # A module of a folder's pack has the digest of the folder in its name.
    lines = [__version__, sys.version, sys.executable, *_installed(), *sorted(modules)]
    lines.extend(_line(path) for path in sorted(files))
    for package in sorted(packages):
        lines.extend(_lines_below(package))
    return digest_of("\n".join(lines).encode("utf-8", "surrogateescape"))


def _folder_of(package: str) -> Path | None:
    folders = getattr(sys.modules.get(package), "__path__", None)
    return Path(next(iter(folders))) if folders else None


def _installed() -> Iterator[str]:
    """The projects that are installed, with their versions: the names of the folders that describe them."""
    for folder in sys.path:
        try:
            names = os.listdir(folder or os.curdir)  # noqa: PTH208
        except OSError:
            continue
        yield from (name for name in sorted(names) if name.endswith((".dist-info", ".egg-info")))


def _lines_below(folder: Path) -> Iterator[str]:
    waiting = [str(folder)]
    while waiting:
        try:
            entries = sorted(os.scandir(waiting.pop()), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.name.endswith(_PARTS_OF_CODE):
                yield _line(entry.path)
            elif entry.is_dir() and entry.name != "__pycache__":
                waiting.append(entry.path)


def _line(path: str) -> str:
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return path
    return f"{path}\t{status.st_mtime_ns}\t{status.st_size}"
