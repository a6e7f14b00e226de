"""What a repository defines for an option, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nixlint.secrets.masking import Shown, shown_prose
from nixlint.secrets.names import hidden_kind_of_path
from nixlint.secrets.reading import RememberingReader
from nixlint.secrets.value_text import value_text
from nixlint.semantics.modules.module_system import PLAIN_PRIORITY, Definition, Obstacle
from nixlint.semantics.modules.option_query import Asked
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.place import Place

from .json_document import Json, json_text, maybe, text
from .terminal import Style, visible

_PRIORITY_NAMES = {50: "mkForce", 10: "mkVMOverride", 1000: "mkDefault", 1500: "mkOptionDefault"}


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


def shown_option(
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


def options_text(found: Sequence[ShownOption], asked: str, style: Style) -> Iterator[str]:
    """The options for people, in pieces that end in line endings."""
    for shown in found:
        colour = {"defined": "green", "maybe": "yellow", "absent": "red"}[shown.presence]
        where = "" if shown.host is None else f" on {shown.host}"
        yield f"{style.bold(visible(shown.option))}{visible(where)}: {style.coloured(shown.presence, colour)}\n"
        for definition in shown.definitions:
            yield from _definition_text(definition, style)
        for reason in shown.reasons:
            yield f"  {style.faint('unknown:')} {visible(reason.reason)}{_at(reason.place)}\n"
    if not found:
        yield f"{style.bold(visible(asked))}: {style.coloured('absent', 'red')}\n"


def options_json(found: Sequence[ShownOption]) -> str:
    """The options for programs: a versioned document."""
    return json_text({"version": 1, "options": [_option_json(shown) for shown in found]})


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


def _definition_text(definition: ShownDefinition, style: Style) -> Iterator[str]:
    priority = ""
    if definition.priority != PLAIN_PRIORITY:
        priority = f" ({_PRIORITY_NAMES.get(definition.priority, f'mkOverride {definition.priority}')})"
    yield f"  {visible(definition.value)}{priority}{style.faint(_at(definition.place))}\n"
    for condition in definition.conditions:
        yield f"    {style.faint('if')} {visible(condition.reason)}{style.faint(_at(condition.place))}\n"


def _at(place: ShownPlace | None) -> str:
    return "" if place is None else f"  {visible(str(place))}"


def _option_json(shown: ShownOption) -> Json:
    return {
        "option": text(shown.option),
        "host": maybe(shown.host),
        "presence": text(shown.presence),
        "definitions": [
            {
                "value": definition.value,
                "conditions": [
                    {"condition": condition.reason, "place": _place_json(condition.place)}
                    for condition in definition.conditions
                ],
                "priority": definition.priority,
                "place": _place_json(definition.place),
            }
            for definition in shown.definitions
        ],
        "reasons": [{"reason": reason.reason, "place": _place_json(reason.place)} for reason in shown.reasons],
    }


def _place_json(place: ShownPlace | None) -> Json:
    return None if place is None else {"file": text(place.file), "line": place.line, "column": place.column}
