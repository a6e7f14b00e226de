"""Files that a configuration writes itself, into /etc or when the system starts, and who reads a secret from one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nixlint.rule import Repository, StringValue, WrittenDefinition
from nixlint.secrets.names import is_environment_file
from nixlint.secrets.ways import Source, Way, sources_of, strings_of, symbols_of, text_of

from .file_definitions import FileDefinitions
from .files_of_secrets import kind_of_file
from .reach import reaches_store


class WrittenFile(NamedTuple):
    """A file that a definition writes: its path, and its content as something that Nix has in the store."""

    path: str
    source: Source


def files_written(definition: WrittenDefinition) -> Iterator[WrittenFile]:
    """The files that a definition writes."""
    if not reaches_store(definition):
        return
    match definition.path.names:
        case (*_, "environment", "etc", str(name), "text" | "source" as how):
            ways = (Way.LITERAL,) if how == "text" else (Way.WRITTEN,)
            for source in sources_of(definition.value):
                if source.way in ways:
                    yield WrittenFile(f"/etc/{name}", source)
        case (*_, "systemd", "tmpfiles", "rules"):
            for string, place in strings_of(definition.value):
                yield from _of_tmpfiles(text_of(string), string._replace(place=place or string.place))
        case (*_, "tmpfiles", "settings", _, str(path), str(kind), "argument") if kind in _WRITING:
            for string, _ in strings_of(definition.value):
                yield WrittenFile(path, Source(Way.LITERAL, text_of(string), place=string.place))


def reader_of_path(path: str, repository: Repository) -> WrittenDefinition | None:
    """The definition of an option which reads a path as the file of a secret, or of variables."""
    name = path.removeprefix("/etc/")
    for file in repository.files_mentioning(name.encode()):
        for found in FileDefinitions.of(file, repository).all:
            is_file = kind_of_file(found.path) is not None or is_environment_file(found.path.last or "")
            if is_file and reaches_store(found) and _names(found, path, name):
                return found
    return None


def may_write_file(word: bytes) -> bool:
    """Whether a name with a word in it may be one of an option that writes files."""
    return word in _COMPANIONS


def writing_files(chosen: frozenset[bytes], words: frozenset[bytes]) -> frozenset[bytes]:
    """Of the words chosen in a file, all but those that write no file in the company of all its words."""
    return frozenset(word for word in chosen if word not in _COMPANIONS or _COMPANIONS[word] in words)


_COMPANIONS = {b"text": b"etc", b"source": b"etc", b"rules": b"tmpfiles", b"argument": b"tmpfiles"}
_WRITING = frozenset({"f", "f+", "w", "w+"})  # tmpfiles.d(5): these write their argument into the file


def _of_tmpfiles(line: str, string: StringValue) -> Iterator[WrittenFile]:
    fields = line.split(maxsplit=6)
    if len(fields) > 6 and fields[0].rstrip("!-=~^$") in _WRITING:
        yield WrittenFile(fields[1], Source(Way.LITERAL, fields[6], place=string.place))


def _names(definition: WrittenDefinition, path: str, name: str) -> bool:
    """Whether a definition has a path for its value, as a text or as the source of a file in /etc."""
    if any(source.way is Way.LITERAL and source.text == path for source in sources_of(definition.value)):
        return True
    source_of = ("environment", "etc", name, "source")
    return any(symbol.path[-4:] == source_of for symbol in symbols_of(definition.value))
