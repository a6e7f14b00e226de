"""Whether nixlint and Nix agree about a generated repository: every answer of nixlint held against every report of Nix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, cast

from nixlint.semantics.language.values import (
    AttrsValue,
    BoolValue,
    FloatValue,
    IntValue,
    ListValue,
    NullValue,
    StringValue,
    Value,
)
from nixlint.semantics.modules.module_system import Answer, Presence, reason_of
from nixlint.semantics.modules.option_query import ask_pattern
from nixlint.semantics.repository.hosts import hosts
from nixlint.semantics.repository.repository import Repository
from tests.nix.module_referee import Report
from tests.semantics.modules.nix_modules import ELSEWHERE, NAMES, leaf_paths

_DEFAULT = 1500
"""The priority of an option's default (``mkOptionDefault``)."""


class Verdict(NamedTuple):
    """What came of one question."""

    option: str
    contradiction: str | None
    presence: Presence
    depends: bool
    """Whether Nix's answer differs with what the repository does not tell."""
    value_known: bool
    value_depends: bool
    reasons: tuple[str, ...]


def questions(reports: Sequence[Report]) -> list[str]:
    """The options that are asked for: those that may be defined in any repository, and all that Nix found."""
    found = dict.fromkeys(leaf_paths((*NAMES, ELSEWHERE)))
    for name in (*NAMES, ELSEWHERE):
        found.update(
            dict.fromkeys((f"containers.{name}", f"containers.{name}.autoStart", f"containers.{name}.address"))
        )
        found.update(dict.fromkeys(f"containers.{name}.config.{path}" for path in leaf_paths(NAMES[:2])))
    for report in reports:
        found.update(
            dict.fromkeys(
                path
                for path in report
                if path not in ("files", "containers") and not path.endswith((".config", ".files", ".containers"))
            )
        )
    return list(found)


def verdicts(folder: Path, reports: Sequence[Report]) -> Iterator[Verdict]:
    """What nixlint says of the host of a repository, question by question, held against Nix."""
    files = sorted(folder.rglob("*.nix"))
    repository = Repository(folder, files)
    (host,) = hosts(repository)
    interpreter = repository.interpreter()
    system = host.system(interpreter)
    for question in questions(reports):
        pattern = tuple(question.split("."))
        ((_, answer),) = ask_pattern(system, pattern, interpreter)
        said = [report for report in reports if _says(report, question)]
        if said:
            yield _verdict(question, answer, [_found(report, question) for report in said])


def _says(report: Report, question: str) -> bool:
    """Whether Nix says anything of an option: not where it, or what is above it, is an error."""
    if report.get(question) == "error":
        return False
    names = question.split(".")
    return all(report.get(".".join(names[:length])) != "error" for length in range(1, len(names)))


class _Found(NamedTuple):
    """What Nix says of an option; one that has nothing but its default is not defined."""

    is_defined: bool
    definitions: tuple[object, ...] | None = None
    priority: int | None = None


def _found(report: Report, question: str) -> _Found:
    entry = report.get(question)
    if entry is None:
        return _Found(False)
    if entry is True:
        return _Found(True)
    about = cast("Mapping[str, object]", entry)
    priority = cast("int | None", about.get("highestPrio"))
    definitions = tuple(cast("list[object]", about["definitions"]))
    return _Found(priority != _DEFAULT, definitions, priority)


def _verdict(question: str, answer: Answer, found: Sequence[_Found]) -> Verdict:
    problems = (_contradiction(answer, each) for each in found)
    presences = {each.is_defined for each in found}
    values = {repr(each.definitions) for each in found}
    return Verdict(
        question,
        next((problem for problem in problems if problem is not None), None),
        answer.presence,
        len(presences) > 1,
        answer.value is not None and not isinstance(_plain(answer.value), _NotKnown),
        len(values) > 1,
        tuple(dict.fromkeys(_reasons(answer))),
    )


def _reasons(answer: Answer) -> Iterator[str]:
    yield from (obstacle.reason for obstacle in answer.obstacles)
    for definition in answer.definitions:
        yield from (f"condition: {reason_of(condition)}" for condition in definition.conditions)


def _contradiction(answer: Answer, found: _Found) -> str | None:
    """What nixlint says that Nix contradicts, if anything."""
    is_own_default = all(definition.priority == _DEFAULT for definition in answer.definitions)
    if answer.presence is Presence.DEFINED and not found.is_defined and not is_own_default:
        return "said to be defined, but absent in Nix"
    if answer.presence is Presence.ABSENT and found.is_defined:
        return f"said to be absent, but Nix has {found.definitions}"
    if found.definitions is None or not found.is_defined:
        return None
    if answer.value is not None:
        value = _plain(answer.value)
        if not isinstance(value, _NotKnown) and [value] != list(found.definitions):
            return f"said to be {value!r}, but Nix has {found.definitions}"
    return _contradicted_definitions(answer, found)


def _contradicted_definitions(answer: Answer, found: _Found) -> str | None:
    has_priority = found.priority is not None
    certain = [definition for definition in answer.definitions if not definition.conditions]
    assert found.definitions is not None
    best = min((definition.priority for definition in certain), default=None)
    if has_priority and best is not None and found.priority is not None and found.priority > best:
        return f"said to be defined with priority {best}, but Nix has {found.priority}"
    for definition in certain:
        value = _plain(definition.value)
        same = definition.priority == found.priority if has_priority else False
        if same and not isinstance(value, _NotKnown) and value not in found.definitions:
            return f"said to have the definition {value!r}, but Nix has {found.definitions}"
    if answer.obstacles:
        return None
    known = [_plain(definition.value) for definition in answer.definitions]
    if not any(isinstance(value, _NotKnown) for value in known):
        for value in found.definitions:
            if value not in known:
                return f"said to have no definition but {known!r}, but Nix has {value!r}"
    return None


class _NotKnown:
    """Stands for a value of which a part is not known."""


_NOT_KNOWN = _NotKnown()


def _plain(value: Value) -> object:
    """A value as JSON has it."""
    match value:
        case NullValue():
            return None
        case BoolValue() | IntValue() | FloatValue():
            return value.value
        case StringValue(text=str() as text):
            return text
        case ListValue(unknowns=()):
            elements = [_plain(element.force()) for element in value.elements]
            return _NOT_KNOWN if any(isinstance(element, _NotKnown) for element in elements) else elements
        case AttrsValue(is_open=False):
            entries = {name: _plain(entry.value.force()) for name, entry in value.entries.items()}
            return _NOT_KNOWN if any(isinstance(entry, _NotKnown) for entry in entries.values()) else entries
        case _:
            return _NOT_KNOWN


def contradictions(found: Iterable[Verdict]) -> list[str]:
    """The contradictions among verdicts, each with its option."""
    return [f"{verdict.option}: {verdict.contradiction}" for verdict in found if verdict.contradiction is not None]
