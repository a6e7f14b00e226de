"""What a repository defines for an option, with all values as they may be shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nixlint.files.tree import Tree
from nixlint.linting.configuration import suggestion
from nixlint.linting.run.discovery import Listing, named_path, repository_root
from nixlint.secrets.masking import Shown, shown_prose
from nixlint.secrets.names import hidden_kind_of_path
from nixlint.secrets.reading import RememberingReader
from nixlint.secrets.value_text import value_text
from nixlint.semantics.modules.module_system import Definition, Obstacle
from nixlint.semantics.modules.option_query import ANY, Asked, parse_pattern
from nixlint.semantics.repository.hosts import Host, hosts
from nixlint.semantics.repository.project import ask_host, ask_repository
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.place import Place

from .request import BadRequest, PathLike, shown_from_here
from .unread import missing_imports, unread_files


class ShownPlace(NamedTuple):
    """A file as the user would write it, a line and a column; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class ShownReason(NamedTuple):
    """What is not known: a condition, or why it is not certain what an option is."""

    reason: Shown
    place: ShownPlace | None


class ShownDefinition(NamedTuple):
    """A definition: its value as text, what it depends on, its priority, and where it is written."""

    value: Shown
    conditions: tuple[ShownReason, ...]
    priority: int
    place: ShownPlace | None


class ShownOption(NamedTuple):
    """An option and all that is known of it."""

    option: str
    host: str | None
    presence: str
    definitions: tuple[ShownDefinition, ...]
    reasons: tuple[ShownReason, ...]


class AskedOptions(NamedTuple):
    """The answer to a question about options.

    ``hosts`` are the names of all hosts, of which one may be asked alone. Where nothing is known of the option,
    ``problems`` say which files could not be read: what they define is not known either.
    """

    options: tuple[ShownOption, ...]
    hosts: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def options(option: str, *paths: PathLike, host: str | None = None) -> AskedOptions:
    """What the repositories at some paths, by default that of the current folder, define for an option.

    ``option`` is an option path, in which ``*`` stands for any name. With ``host`` the answer is for this host, with
    everything that its modules import; for each of them with ``*``. Raises :class:`~nixlint.api.BadRequest` where there is
    no such host or path, and where the option is none.
    """
    try:
        pattern = parse_pattern(option)
        asked = [_Repository.at(path) for path in paths or (".",)]
        found = [shown for each in asked for shown in each.answers(pattern, host)]
    except ValueError as error:
        raise BadRequest(str(error)) from error
    is_unsure = host is None and any(shown.presence == "maybe" for shown in found)
    names = tuple(name for each in asked for name in each.host_names()) if is_unsure else ()
    is_absent = all(shown.presence == "absent" for shown in found)
    problems = tuple(problem for each in asked for problem in each.unread()) if is_absent else ()
    return AskedOptions(tuple(found), names, problems)


class _Repository(NamedTuple):
    repository: Repository
    reader: RememberingReader
    listing: Listing

    @classmethod
    def at(cls, path: PathLike) -> _Repository:
        """The repository of a path. Raises :class:`ValueError`."""
        named = named_path(str(path))
        root = repository_root(named, (named,))
        reader = RememberingReader(Tree(root))
        listing = Listing(shown_from_here)
        return cls(Repository(root, sorted(listing.below(root)), reader), reader, listing)

    def answers(self, pattern: tuple[str, ...], host: str | None) -> Iterator[ShownOption]:
        """What is defined for the options of a pattern."""
        folder = Path.cwd()
        if host is None:
            for item in ask_repository(self.repository, pattern):
                yield _shown_option(item, None, self.repository, folder, self.reader)
            return
        for asked in self.named_hosts(host):
            for item in ask_host(self.repository, asked, pattern):
                yield _shown_option(item, asked.name, self.repository, folder, self.reader)

    def named_hosts(self, name: str) -> tuple[Host, ...]:
        """The host of a name, or all of them for ``*``. Raises :class:`ValueError` where there is none."""
        known = {host.name: host for host in hosts(self.repository)}
        if name == ANY and known:
            return tuple(known.values())
        if name not in known:
            names = ", ".join(known) or "none"
            raise ValueError(f"there is no host '{name}'{suggestion(name, known)} (hosts: {names})")
        return (known[name],)

    def host_names(self) -> Iterator[str]:
        """The names of all hosts."""
        return (host.name for host in hosts(self.repository))

    def unread(self) -> Iterator[str]:
        """What may define an option that is absent in all that was read: files that nobody could read, what is missing."""
        lost = "what it defines is not known"
        yield from unread_files(self.repository, self.reader, self.listing, lost, lambda _: True)
        yield from missing_imports(self.repository, lost)


def _shown_option(
    asked: Asked, host: str | None, repository: Repository, folder: Path, read: RememberingReader
) -> ShownOption:
    """The texts for an option; paths are written as seen from ``folder``. ``read`` knows the secrets of the files."""
    places = _Places(repository, folder)
    answer = asked.answer
    hidden = hidden_kind_of_path(asked.option.names)
    return ShownOption(
        str(asked.option),
        host,
        answer.presence.value,
        tuple(_definition(definition, hidden, places, read) for definition in answer.definitions),
        tuple(_reason(obstacle, places) for obstacle in answer.obstacles),
    )


class _Places:
    def __init__(self, repository: Repository, folder: Path) -> None:
        self._repository = repository
        self._folder = folder

    def shown(self, place: Place | None) -> ShownPlace | None:
        """A place as a file, a line and a column."""
        source = None if place is None else self._repository.source(place.path)
        if place is None or source is None:
            return None
        path = place.path
        name = str(path.relative_to(self._folder)) if path.is_relative_to(self._folder) else str(path)
        position = source.position(place.span.start)
        return ShownPlace(name, position.line, position.column)


def _definition(definition: Definition, hidden: str, places: _Places, read: RememberingReader) -> ShownDefinition:
    return ShownDefinition(
        read.masked(value_text(definition.value, hidden)),
        tuple(
            dict.fromkeys(
                ShownReason(read.masked(value_text(condition)), places.shown(condition.place))
                for condition in definition.conditions
            )
        ),
        definition.priority,
        places.shown(definition.name_place or definition.value.place),
    )


def _reason(obstacle: Obstacle, places: _Places) -> ShownReason:
    return ShownReason(shown_prose(obstacle.reason), places.shown(obstacle.place))
