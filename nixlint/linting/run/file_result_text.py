"""File results as plain values of JSON, and back.

Of a fix only what it is about is kept, neither its edits, whose texts are the user's own and may hold anything, nor what
they may change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from nixlint.cache.shape import (
    Plain,
    Shape,
    below,
    is_count,
    is_flag,
    is_position,
    is_text,
    list_of,
    maybe,
    one_of,
    row,
)
from nixlint.linting.finding import Confidence, Finding, Fix, Note, Safety, Severity
from nixlint.linting.suppression import Directive, Reach
from nixlint.syntax.place import Place
from nixlint.syntax.span import Position, Span

from .file_result import FileResult, LocatedFinding


class PathTable:
    """Paths by number, so that each is written once; those below a folder relative to it."""

    def __init__(self, root: Path, texts: Sequence[str] = ()) -> None:
        self._root = root
        self.texts: list[str] = list(texts)
        self._paths: dict[int, Path] = {}
        self._numbers: dict[Path, int] = {}

    def number(self, path: Path) -> int:
        """The number of a path, a new one where it has none."""
        if path not in self._numbers:
            self._numbers[path] = len(self.texts)
            self.texts.append(str(path.relative_to(self._root)) if path.is_relative_to(self._root) else str(path))
        return self._numbers[path]

    def path(self, number: int) -> Path:
        """The path of a number."""
        if number not in self._paths:
            self._paths[number] = self._root / self.texts[number]
        return self._paths[number]


def as_plain(result: FileResult, paths: PathTable) -> Plain:
    """A result as values of JSON."""
    return [
        int(result.is_checked) + 2 * result.is_sound + 4 * result.saw_everything,
        result.skipped,
        result.asked,
        [_place(place, paths) for place in result.secrets],
        [_located(located, paths) for located in result.located],
        [[paths.number(path), [_directive(item) for item in found]] for path, found in result.directives.items()],
    ]


def file_result_shape(paths: int, rules: Iterable[str]) -> Shape:
    """The values of JSON that stand for a result, where there are so many paths and these rules."""
    span = row(is_count, is_count)
    position = row(is_position, is_position)
    place = row(below(paths), is_count, is_count)
    is_rule = one_of(*rules)
    directive = row(one_of(*(each.value for each in Reach)), list_of(is_text), span, span, is_position)
    finding = row(
        is_rule,
        place,
        position,
        position,
        is_flag,
        is_count,
        is_count,
        is_text,
        is_text,
        maybe(one_of(*(each.value for each in Severity))),
        maybe(one_of(*(each.value for each in Confidence))),
        maybe(is_text),
        maybe(is_text),
        is_text,
        list_of(row(place, is_text)),
        maybe(row(one_of(*(each.value for each in Safety)), is_text, is_flag)),
        list_of(place),
    )
    result = row(
        below(8),
        maybe(is_text),
        list_of(is_rule),
        list_of(place),
        list_of(finding),
        list_of(row(below(paths), list_of(directive))),
    )
    # Whoever finds something in a file knows what its comments suppress.
    return lambda plain: result(plain) and {item[1][0] for item in plain[4]} <= {item[0] for item in plain[5]}


def file_result_of(plain: Plain, paths: PathTable) -> FileResult:
    """The result that values of JSON of the right shape stand for."""
    flags, skipped, asked, secrets, located, directives = plain
    return FileResult(
        bool(flags & 1),
        bool(flags & 2),
        bool(flags & 4),
        skipped,
        tuple(asked),
        dict.fromkeys(_place_of(place, paths) for place in secrets),
        [_located_of(item, paths) for item in located],
        {paths.path(number): tuple(_directive_of(item) for item in found) for number, found in directives},
    )


def _place(place: Place, paths: PathTable) -> Plain:
    return [paths.number(place.path), *place.span]


def _place_of(plain: Plain, paths: PathTable) -> Place:
    number, start, end = plain
    return Place(paths.path(number), Span(start, end))


def _directive(directive: Directive) -> Plain:
    return [directive.reach.value, directive.rules, directive.span, directive.comment, directive.line]


def _directive_of(plain: Plain) -> Directive:
    reach, rules, span, comment, line = plain
    return Directive(Reach(reach), tuple(rules), Span(*span), Span(*comment), line)


def _located(located: LocatedFinding, paths: PathTable) -> Plain:
    finding = located.finding
    fix = finding.fix
    return [
        located.rule,
        _place(finding.place, paths),
        located.start,
        located.end,
        located.is_marked,
        located.first_line,
        located.last_line,
        finding.message,
        finding.help,
        None if finding.severity is None else finding.severity.value,
        None if finding.confidence is None else finding.confidence.value,
        finding.option,
        finding.container,
        finding.evidence,
        [[_place(note.place, paths), note.message] for note in finding.notes],
        None if fix is None else [fix.safety.value, fix.summary, fix.removes_comments],
        [_place(place, paths) for place in finding.redact],
    ]


def _located_of(plain: Plain, paths: PathTable) -> LocatedFinding:
    rule, place, start, end, is_marked, first, last, message, help_, severity, confidence, *rest = plain
    option, container, evidence, notes, fix, redact = rest
    finding = Finding(
        _place_of(place, paths),
        message,
        help_,
        None if severity is None else Severity(severity),
        None if confidence is None else Confidence(confidence),
        option,
        container,
        evidence,
        tuple(Note(_place_of(where, paths), text) for where, text in notes),
        None if fix is None else Fix(Safety(fix[0]), fix[1], (), fix[2]),
        tuple(_place_of(where, paths) for where in redact),
    )
    return LocatedFinding(rule, finding, Position(*start), Position(*end), is_marked, first, last)
