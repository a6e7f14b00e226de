"""Where a definition is used that is no option by itself: a set that a file holds, or that a ``let`` binds.

A file with nothing but a set (``{ password = "x"; }``) says of no option; the file that imports it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from os.path import normpath
from pathlib import Path
from typing import NamedTuple

from nixlint.rule import Binder, OptionPath, Place, Repository, Span, WrittenDefinition
from nixlint.secrets.options import is_table_of_secrets
from nixlint.secrets.positions import is_elsewhere
from nixlint.secrets.ways import WRITERS

from .file_definitions import FileDefinitions
from .reach import reaches_store


def as_used(definition: WrittenDefinition, repository: Repository) -> WrittenDefinition:
    """A definition with the path that it has where its file is imported as the value of an option, else as it is.

    What stands beside ``isNormalUser`` is of a user, whatever function makes the set.
    """
    if _is_of_user(definition, repository):
        return definition._replace(path=OptionPath(("users", "users", None, definition.path.last)))
    if definition.binder is not Binder.ATTRIBUTE or definition.root is not Binder.ATTRIBUTE:
        return definition
    if reaches_store(definition) or is_elsewhere(definition.path):
        return definition
    for option in options_of_file(definition.name.path, repository):
        if option.last in _MODULES:
            continue
        used = definition._replace(path=OptionPath((*option.names, *definition.path.names)))
        if reaches_store(used):
            return used
    return definition


def may_be_used(path: OptionPath) -> bool:
    """Whether a definition at a path may be one of an option, as it is used, or a set of secrets."""
    return path.last in _LOGINS or not is_elsewhere(path) or is_table_of_secrets(path)


def _is_of_user(definition: WrittenDefinition, repository: Repository) -> bool:
    if definition.path.last not in _LOGINS or "users" in definition.path.names:
        return False
    source = repository.source(definition.name.path)
    if source is None or not any(name.encode() in source.data for name in _OF_USERS):
        return False
    beside = FileDefinitions.of(definition.name.path, repository).beside(definition)
    return definition.binder is Binder.ATTRIBUTE and any(other.path.last in _OF_USERS for other in beside)


_LOGINS = frozenset({"password", "initialPassword"})
_OF_USERS = frozenset({"isNormalUser", "isSystemUser"})


def uses_by_name(definition: WrittenDefinition, repository: Repository) -> Iterator[Place]:
    """Where a value that a ``let``, or the set of a file, binds is named in an option's value: ``${secrets.token}``."""
    for path, names in _names_of(definition, repository):
        source = repository.source(path)
        pattern = _within_text(names) if len(names) == 1 else _anywhere(names)
        for match in () if source is None else pattern.finditer(source.data):
            place = Place(path, Span(*match.span()))
            around = FileDefinitions.of(path, repository).innermost_around(place.span)
            is_argument = source is not None and _is_argument(source.data[: place.span.start])
            if is_argument or (around is not None and (reaches_store(around) or _writes(around, repository))):
                yield place


def _is_argument(before: bytes) -> bool:
    """Whether a secret that stands behind some text is an argument of a command: whatever text that is, Nix has it."""
    found = _argument().search(before[-_MOST_BEFORE:])
    return found is not None and (found["flag"] is None or _secret_flag().search(found["flag"]) is not None)


_MOST_BEFORE = 80  # bytes


@cache
def _argument() -> re.Pattern[bytes]:
    return re.compile(
        rb"(?:(?<![\w.-])--?(?P<flag>\w[\w.-]*)[= ]|\bsshpass -p ?|\bIDENTIFIED BY |\bPASSWORD )['\"\\]*$",
        re.IGNORECASE,
    )


@cache
def _secret_flag() -> re.Pattern[bytes]:
    return re.compile(rb"pass|token|secret|key", re.IGNORECASE)


def _writes(definition: WrittenDefinition, repository: Repository) -> bool:
    """Whether a name of a ``let`` is bound to a file that Nix writes."""
    source = repository.source(definition.name.path)
    if source is None or definition.binder is not Binder.LET:
        return False
    start, end = definition.value_place.span
    return _writer().search(source.data, start, end) is not None


@cache
def _writer() -> re.Pattern[bytes]:
    return re.compile(rb"\b(?:" + "|".join(sorted(WRITERS)).encode() + rb")\b")


def _names_of(definition: WrittenDefinition, repository: Repository) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """By what names a value goes, each in the file where it does."""
    path = definition.name.path
    names = tuple(name for name in definition.path.names if name is not None)
    if len(names) != len(definition.path.names):
        return
    if Binder.LET in (definition.binder, definition.root):
        yield path, names
    elif definition.root is Binder.ATTRIBUTE:
        for each in _bindings_of_file(path, repository):
            yield each.file, (each.name, *names)


class _BoundFile(NamedTuple):
    """A name that another file gives to a file that it imports: ``secrets = import ./secrets.nix;``."""

    file: Path
    name: str


def _bindings_of_file(path: Path, repository: Repository) -> Iterator[_BoundFile]:
    for importer in _Importers.of(repository).by_file.get(path, ()):
        source = repository.source(importer)
        for match in () if source is None else _BINDING.finditer(source.data):
            if _imported(match, importer) == path:
                yield _BoundFile(importer, match["name"].decode("ascii"))


_BINDING = re.compile(rb"(?<![\w.'-])(?P<name>[A-Za-z_][\w'-]*)\s*=\s*\(?import\s+(?P<path>\.[\w./+-]*)")


def options_of_file(path: Path, repository: Repository) -> Iterator[OptionPath]:
    """The options whose whole value a file is, or with which its set is merged."""
    for importer in _Importers.of(repository).by_file.get(path, ()):
        source = repository.source(importer)
        if source is None:
            continue
        for match in _IMPORT.finditer(source.data):
            if _imported(match, importer) != path:
                continue
            around = FileDefinitions.of(importer, repository).innermost_around(Span(*match.span("path")))
            if around is None or not reaches_store(around):
                continue
            before = source.data[around.value_place.span.start : match.start()]
            if not before.strip(b" (\n") or before.rstrip(b" (\n").endswith(b"//"):
                yield around.path


class _Importers(NamedTuple):
    """For each file those that import it by a path, as a value and not as a module: found once for all definitions."""

    by_file: Mapping[Path, tuple[Path, ...]]

    @classmethod
    def of(cls, repository: Repository) -> _Importers:
        """Those of a repository."""
        return repository.remember(cls, lambda: cls(_importers(repository)))

    def as_plain(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What others see of it."""
        return tuple(sorted((str(file), tuple(map(str, importers))) for file, importers in self.by_file.items()))


def _importers(repository: Repository) -> Mapping[Path, tuple[Path, ...]]:
    found: dict[Path, dict[Path, None]] = {}
    for importer in repository.files_mentioning(b"import"):
        for match in _IMPORT.finditer(repository.data(importer) or b""):
            imported = _imported(match, importer)
            if imported != importer:
                found.setdefault(imported, {})[importer] = None
    return {file: tuple(importers) for file, importers in found.items()}


def _imported(match: re.Match[bytes], importer: Path) -> Path:
    """The path that a file writes, as Nix makes it absolute: by its text, whatever is a link."""
    return Path(normpath(importer.parent / match["path"].decode("utf-8", "replace")))


_IMPORT = re.compile(rb"import(?<!\wimport)\s+(?P<path>\.[\w./+-]*/[\w./+-]*)")


_MODULES = frozenset({"imports", "modules", "config"})
"""What stands there is a module, whose names are options by themselves."""


def _anywhere(names: tuple[str, ...]) -> re.Pattern[bytes]:
    dotted = rb"\s*\.\s*".join(re.escape(name.encode()) for name in names)
    return re.compile(rb"(?<![\w'.-])" + dotted + rb"(?![\w'.-]|\s*=[^=])")


def _within_text(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """A name that may be a word of any text counts within an interpolation, or as an argument or an element."""
    name = re.escape(names[0].encode())
    return re.compile(rb"\$\{" + name + rb"\}|[\[(][ \t]*(?:[\w.\"@-]+[ \t]+)*" + name + rb"[ \t]*[\])]")
