"""Where a definition is used that is no option by itself: a set that a file holds, or that a ``let`` binds.

A file with nothing but a set (``{ password = "x"; }``) says of no option; the file that imports it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from os.path import normpath
from pathlib import Path
from typing import NamedTuple

from nixlint.rule import Binder, OptionPath, Place, Repository, Span, WrittenDefinition
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


def _is_of_user(definition: WrittenDefinition, repository: Repository) -> bool:
    if definition.path.last not in ("password", "initialPassword") or "users" in definition.path.names:
        return False
    beside = FileDefinitions.of(definition.name.path, repository).beside(definition)
    return definition.binder is Binder.ATTRIBUTE and any(other.path.last in _OF_USERS for other in beside)


_OF_USERS = frozenset({"isNormalUser", "isSystemUser"})


def uses_by_name(definition: WrittenDefinition, repository: Repository) -> Iterator[Place]:
    """Where a value that a ``let``, or the set of a file, binds is named in an option's value: ``${secrets.token}``."""
    for path, names in _names_of(definition, repository):
        source = repository.source(path)
        pattern = _within_text(names) if len(names) == 1 else _anywhere(names)
        for match in () if source is None else pattern.finditer(source.data):
            place = Place(path, Span(*match.span()))
            around = FileDefinitions.of(path, repository).innermost_around(place.span)
            if around is not None and (reaches_store(around) or _writes(around, repository)):
                yield place


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
    for importer in repository.files_mentioning(path.name.encode()):
        source = repository.source(importer)
        if source is None or importer == path:
            continue
        for match in _binding(path.name.encode()).finditer(source.data):
            if _joined(importer, match["path"]) == path:
                yield _BoundFile(importer, match["name"].decode("ascii"))


def _joined(importer: Path, written: bytes) -> Path:
    """The path that a file writes, as Nix makes it absolute: by its text, whatever is a link."""
    return Path(normpath(importer.parent / written.decode("utf-8", "replace")))


@cache
def _binding(name: bytes) -> re.Pattern[bytes]:
    return re.compile(
        rb"(?<![\w.'-])(?P<name>[A-Za-z_][\w'-]*)\s*=\s*\(?import\s+(?P<path>\.[\w./-]*/" + re.escape(name) + rb")"
    )


def options_of_file(path: Path, repository: Repository) -> Iterator[OptionPath]:
    """The options whose whole value a file is, or with which its set is merged."""
    for importer in repository.files_mentioning(path.name.encode()):
        source = repository.source(importer)
        if source is None or importer == path:
            continue
        for match in _import(path.name.encode()).finditer(source.data):
            if _joined(importer, match["path"]) != path:
                continue
            around = FileDefinitions.of(importer, repository).innermost_around(Span(*match.span("path")))
            if around is None or not reaches_store(around):
                continue
            before = source.data[around.value_place.span.start : match.start()]
            if not before.strip(b" (\n") or before.rstrip(b" (\n").endswith(b"//"):
                yield around.path


_MODULES = frozenset({"imports", "modules", "config"})
"""What stands there is a module, whose names are options by themselves."""


@cache
def _import(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"\bimport\s+(?P<path>\.[\w./-]*/" + re.escape(name) + rb")")


def _anywhere(names: tuple[str, ...]) -> re.Pattern[bytes]:
    dotted = rb"\s*\.\s*".join(re.escape(name.encode()) for name in names)
    return re.compile(rb"(?<![\w'.-])" + dotted + rb"(?![\w'.-]|\s*=[^=])")


def _within_text(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """A name that may be a word of any text counts within an interpolation, or as an argument or an element."""
    name = re.escape(names[0].encode())
    return re.compile(rb"\$\{" + name + rb"\}|[\[(][ \t]*(?:[\w.\"@-]+[ \t]+)*" + name + rb"[ \t]*[\])]")
