"""The secrets that a repository declares for sops-nix and agenix, and what is set for each, in all of its files.

Which files make up which host does not matter here: a secret that any file declares is declared, and where a name or a whole
set is not known, any secret may be. The modules of Home Manager have options of the same names, which count too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from nixlint.semantics.language.values import AttrsValue, BoolValue, Value
from nixlint.semantics.modules.module_system import Definition, ask_within, attributes_of
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.repository.definitions import Binder, WrittenDefinition, definitions_at
from nixlint.semantics.repository.host_reach import reaches
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.place import Place
from nixlint.syntax.written_paths import WrittenPaths

_TOOLS = ("sops", "age")
_SECRETS = "secrets"


class DeclaredSecrets(NamedTuple):
    """The secrets of a repository: for each, by its tool and name, the names of what is set for it.

    ``settings`` holds ``None`` among the names where others may be set, ``switched_on`` what is certainly true of which
    secret, and ``open`` the tools of which a secret, or settings of all secrets, may be declared in a way that is not known.
    """

    settings: Mapping[tuple[str, str], frozenset[str | None]]
    switched_on: frozenset[tuple[str, str, str]]
    open: frozenset[str]

    @classmethod
    def of(cls, repository: Repository) -> DeclaredSecrets:
        """The secrets of a repository, read once."""
        return repository.remember(cls, lambda: _declared(repository))

    def has(self, tool: str, name: str) -> bool:
        """Whether a secret is certainly declared."""
        return (tool, name) in self.settings

    def may_have(self, tool: str, name: str, setting: str) -> bool:
        """Whether something may be set for a secret."""
        found = self.settings.get((tool, name), frozenset())
        return tool in self.open or setting in found or None in found

    def is_true(self, tool: str, name: str, setting: str) -> bool:
        """Whether a setting of a secret is ``true`` wherever it is declared."""
        return (tool, name, setting) in self.switched_on

    def is_missing(self, tool: str, name: str, repository: Repository) -> bool:
        """Whether a secret is certainly not declared, in a repository that declares others."""
        if tool in self.open or (tool, name) in self.settings or all(known != tool for known, _ in self.settings):
            return False
        return name not in _SecretsOfOthers.of(repository).names


class _SecretsOfOthers(NamedTuple):
    """The names below other sets called ``secrets``: options of one's own that may be handed on to a tool."""

    names: frozenset[str]

    @classmethod
    def of(cls, repository: Repository) -> _SecretsOfOthers:
        return repository.remember(
            cls, lambda: cls(frozenset(_names_below_others(_definitions_with(_SECRETS.encode(), repository))))
        )


def _declared(repository: Repository) -> DeclaredSecrets:
    reading = _Reading()
    for word in _TOOLS:
        for definition in _definitions_with(word.encode(), repository):
            for tool, below, value in _of_secrets(definition):
                if tool == word:
                    reading.take(tool, below, value, definition.name)
    return DeclaredSecrets(
        {secret: frozenset(names) for secret, names in reading.settings.items()},
        frozenset(reading.on - reading.off),
        frozenset(reading.open),
    )


def _definitions_with(word: bytes, repository: Repository) -> Iterator[WrittenDefinition]:
    """The definitions of the files that have a word; no other file is parsed, for 'age' is in every 'package'."""
    name = word.decode("ascii")
    whole = re.compile(rb"\b%s\b" % word)
    for path in repository.files_mentioning(word):
        if whole.search(repository.data(path) or b"") is None:
            continue
        source = repository.source(path)
        if source is not None and not source.root.has_error:
            # A name that has to be computed may be the word; and what stands below a name is below its path.
            paths = WrittenPaths(source).chosen(None, ())
            named = [path for path in paths if name in path.names or None in path.names]
            yield from definitions_at(named, source, repository)


def is_on_a_host(path: Path, repository: Repository) -> bool:
    """Whether a host of the repository certainly imports a file."""
    return any(path in reach.certain_files for reach in reaches(repository))


def _names_below_others(definitions: Iterable[WrittenDefinition]) -> Iterator[str]:
    """The names that definitions have right below a set called ``secrets`` which is none of a tool's."""
    for names in (definition.path.names for definition in definitions):
        if _SECRETS not in names[:-1]:
            continue
        at = names.index(_SECRETS)
        found = names[at + 1]
        if found is not None and (at == 0 or names[at - 1] not in _TOOLS):
            yield found


def _of_secrets(definition: WrittenDefinition) -> Iterator[tuple[str, tuple[str | None, ...], Value]]:
    """What a definition says of secrets: the tool, the names below its set of secrets, and the value there."""
    names = definition.path.names
    tool = names[-1]
    if tool in _TOOLS and tool is not None and definition.binder is Binder.ATTRIBUTE:
        for name, value in _attributes(definition.value, definition.name):
            if name in (None, _SECRETS):
                yield tool, () if name == _SECRETS else (None,), value
    for start in range(len(names) - 1):
        around = names[start]
        if around in _TOOLS and around is not None and names[start + 1] == _SECRETS:
            yield around, names[start + 2 :], definition.value
            return


class _Reading:
    """What has been read so far."""

    def __init__(self) -> None:
        self.settings: dict[tuple[str, str], set[str | None]] = {}
        self.on: set[tuple[str, str, str]] = set()
        self.off: set[tuple[str, str, str]] = set()
        self.open: set[str] = set()

    def take(self, tool: str, names: tuple[str | None, ...], value: Value, place: Place) -> None:
        """Take what one definition says below the set of secrets: of all, of one, or of a setting of one."""
        match names:
            case ():
                for name, below in _attributes(value, place):
                    self.take(tool, (name,), below, place)
            case (str(name),):
                settings = self.settings.setdefault((tool, name), set())
                for setting, below in _attributes(value, place):
                    settings.add(setting)
                    self._switch(tool, name, setting, below)
            case (str(name), setting, *rest):
                self.settings.setdefault((tool, name), set()).add(setting)
                if not rest:
                    self._switch(tool, name, setting, value)
            case _:
                self.open.add(tool)

    def _switch(self, tool: str, name: str, setting: str | None, value: Value) -> None:
        if setting is not None:
            is_on = isinstance(value, BoolValue) and value.value
            (self.on if is_on else self.off).add((tool, name, setting))


def _attributes(value: Value, place: Place) -> Iterator[tuple[str | None, Value]]:
    """The attributes of a value, whatever properties stand around it; ``None`` for one that is not known."""
    answer = ask_within((Definition(value, place),), OptionPath(()))
    if answer.obstacles:
        yield None, value
    for found in answer.definitions:
        if not isinstance(found.value, AttrsValue) or found.value.unknowns:
            yield None, found.value
        yield from ((name, below.value) for name, below in attributes_of(found))
