"""The files of a pack, read without running anything: of a file, a folder, a project or a wheel.

A wheel is looked at as it is, before anything is installed. A folder is read as :mod:`nixlint.linting.packs.folder` reads
it: no link is followed, and what Python compiled is left alone. A project with a ``pyproject.toml`` that names an entry
point of the group ``nixlint.rules`` is the package that it names.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile

from nixlint.files.reading import Anywhere, Kind, reason_of
from nixlint.linting.entry_points import entry_points
from nixlint.linting.packs.folder import MAX_FILE, MAX_FILES, PackFolder, Refused, read_pack
from nixlint.linting.packs.importing import is_test
from nixlint.linting.registry import BUILTIN, GROUP

_MAX_WHEEL = 16 * 1024 * 1024
_COMPILED = (".so", ".pyd", ".dylib", ".dll", ".pyc", ".pyo")
_STARTS_WITH_PYTHON = ".pth"
_PROJECT = "pyproject.toml"


class RuleFile(NamedTuple):
    """A file of Python: where it is, how it is named in its pack, and its bytes."""

    path: Path
    name: str
    data: bytes


class Offence(NamedTuple):
    """A file that a pack may not hold, and why."""

    path: Path
    reason: str


class Pack(NamedTuple):
    """A pack: its files of Python by their names in it, and the files that it may not hold.

    ``root`` is its folder, its wheel or its only file; ``packages`` are the names by which its own modules are imported; a
    folder has none, because its modules import each other by relative names.
    ``is_whole`` where all of its modules are here. ``loads_tests`` where modules that are named like tests are rules too: of
    an installed package every module is imported, of a folder those are not.
    """

    root: Path
    files: Mapping[str, RuleFile]
    offences: tuple[Offence, ...] = ()
    packages: frozenset[str] = frozenset()
    is_whole: bool = True
    loads_tests: bool = True

    def without(self, names: frozenset[str]) -> Pack:
        """The pack without some of its files of Python."""
        return self._replace(files={name: file for name, file in self.files.items() if name not in names})


def packs_at(path: Path) -> Iterator[Pack]:
    """The packs at a path. Raises :class:`~nixlint.linting.packs.folder.Refused` for what is none; the message says why."""
    match Anywhere().kind(path):
        case Kind.FOLDER:
            named = _named_packages(path)
            if named is None:
                yield pack_of(read_pack(path, path.parent), path.name, loads_tests=False)
            else:
                # Of a package that is installed, every module is imported, whatever it is called.
                for name in named:
                    folder = _package_folder(path, name)
                    yield pack_of(read_pack(folder, folder.parent), name, loads_tests=True)
        case Kind.FILE if path.suffix == ".whl":
            yield _wheel(path)
        case Kind.FILE if path.suffix == ".py":
            yield Pack(path, {path.name: RuleFile(path, path.name, _read(path, MAX_FILE))}, is_whole=False)
        case Kind.FILE:
            raise Refused("it is no folder, no wheel and no file of Python")
        case _:
            raise Refused("there is no such file")


def installed_packs() -> Iterator[Pack]:
    """The packs that are installed beside nixlint's own, found in Python's folders without importing any of them.

    Raises :class:`~nixlint.linting.packs.folder.Refused` where one can't be read.
    """
    for entry in entry_points(GROUP):
        if entry.module != BUILTIN:
            yield _installed(entry.module.partition(":")[0])


def _installed(module: str) -> Pack:
    parts = module.split(".")
    for folder in map(Path, sys.path):
        package = folder.joinpath(*parts)
        if Anywhere().own_kind(package) is Kind.FOLDER:
            return pack_of(read_pack(package, package.parent), module, loads_tests=True)
        file = package.with_suffix(".py")
        if Anywhere().kind(file) is Kind.FILE:
            return Pack(file, {file.name: RuleFile(file, file.name, _read(file, MAX_FILE))}, is_whole=False)
    raise Refused(f"the package {module} is registered and in none of Python's folders")


def _read(path: Path, limit: int) -> bytes:
    try:
        return Anywhere().read(path, limit)
    except (OSError, ValueError) as error:
        raise Refused(reason_of(error) if isinstance(error, OSError) else str(error)) from None


def pack_of(held: PackFolder, package: str, *, loads_tests: bool) -> Pack:
    """The pack that a folder is whose files were read; see :class:`Pack`."""
    folder = held.path
    sources = {name: RuleFile(folder / name, name, data) for name, data in held.sources.items()}
    offences = tuple(
        Offence(folder / name, reason) for name in held.files if (reason := _why_not(PurePosixPath(name))) is not None
    )
    return Pack(
        folder, sources, offences, frozenset({package}) if loads_tests else frozenset(), loads_tests=loads_tests
    )


def is_named_like_a_test(file: RuleFile) -> bool:
    """Whether a file has a name that pytest looks for."""
    return is_test(PurePosixPath(file.name).stem)


def _why_not(name: PurePosixPath) -> str | None:
    if name.suffix in _COMPILED:
        return "it is compiled, so that nobody can read what it does"
    if name.suffix == _STARTS_WITH_PYTHON:
        return "Python runs it at each start, whether nixlint is used or not"
    return None


def _named_packages(folder: Path) -> tuple[str, ...] | None:
    """The packages that a project registers; ``None`` where the folder is no project of a pack."""
    if Anywhere().kind(folder / _PROJECT) is not Kind.FILE:
        return None
    try:
        document = tomllib.loads(_read(folder / _PROJECT, MAX_FILE).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{_PROJECT} can't be read: {error}") from None
    project = document.get("project")
    groups = project.get("entry-points") if isinstance(project, dict) else None
    group = groups.get(GROUP) if isinstance(groups, dict) else None
    if not isinstance(group, dict) or not group:
        return None
    return tuple(dict.fromkeys(str(module).partition(":")[0].strip() for module in group.values()))


def _package_folder(project: Path, package: str) -> Path:
    for base in (project / "src", project):
        candidate = base.joinpath(*package.split("."))
        if Anywhere().own_kind(candidate) is Kind.FOLDER:
            return candidate
    raise Refused(f"{_PROJECT} names the package {package}, which is neither in src/ nor beside it")


def _wheel(path: Path) -> Pack:
    try:
        with ZipFile(BytesIO(_read(path, _MAX_WHEEL))) as archive:
            held = dict(_members(archive))
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        raise Refused(f"it is no wheel: {error}") from None
    offences = [*_offences_of_wheel(path, held)]
    files = {name: RuleFile(path / name, name, data) for name, data in held.items() if name.endswith(".py")}
    packages = frozenset(name.partition("/")[0].removesuffix(".py") for name in files)
    if not any(GROUP in entries for entries in map(_groups, _entry_points(held).values())):
        raise Refused(f"it has no entry point in the group {GROUP}, so that nixlint would not find its rules")
    return Pack(path, files, tuple(offences), packages)


def _members(archive: ZipFile) -> Iterator[tuple[str, bytes]]:
    infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
    if len(infos) > MAX_FILES:
        raise Refused(f"it has more than {MAX_FILES} files")
    if len({info.filename for info in infos}) < len(infos):
        raise Refused("it holds two files of one name")
    total = 0
    for info in infos:
        parts = PurePosixPath(info.filename).parts
        if info.filename.startswith("/") or ".." in parts or "\\" in info.filename:
            raise Refused(f"it holds a file outside of it: {info.filename}")
        total += info.file_size
        if info.file_size > MAX_FILE or total > _MAX_WHEEL:
            raise Refused(f"it is too large: {info.filename}")
        with archive.open(info) as member:
            yield info.filename, member.read(MAX_FILE)


def _offences_of_wheel(path: Path, held: Mapping[str, bytes]) -> Iterator[Offence]:
    for name in held:
        posix = PurePosixPath(name)
        reason = _why_not(posix)
        if reason is None and posix.parts[0].endswith(".data"):
            reason = "the installer puts it somewhere else than into the package"
        if reason is not None:
            yield Offence(path / name, reason)
    for name, data in _entry_points(held).items():
        others = sorted(_groups(data) - {GROUP})
        if others:
            yield Offence(path / name, f"what it registers under {', '.join(others)} runs without nixlint")


def _entry_points(held: Mapping[str, bytes]) -> Mapping[str, bytes]:
    return {name: data for name, data in held.items() if name.endswith(".dist-info/entry_points.txt")}


def _groups(data: bytes) -> frozenset[str]:
    lines = (line.strip() for line in data.decode("utf-8", "replace").splitlines())
    return frozenset(line[1:-1].strip() for line in lines if line.startswith("[") and line.endswith("]"))
