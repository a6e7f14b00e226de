"""What a repository defines for an option, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nixlint.api.option_answers import ShownDefinition, ShownOption, ShownPlace
from nixlint.semantics.modules.module_system import PLAIN_PRIORITY

from .json_document import Json, json_text, maybe, text
from .terminal import Style, visible

_PRIORITY_NAMES = {50: "mkForce", 10: "mkVMOverride", 1000: "mkDefault", 1500: "mkOptionDefault"}


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
