"""Comments that suppress findings.

``# nixlint: ignore[rule] reason`` acts on its own line, or on the next line of code where it stands on a line by itself;
``# nixlint: ignore-file[rule] reason`` on the whole file. ``/* … */`` works too. Several rules are separated by commas;
a rule is given by its name or its code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from nixlint.syntax.span import Span

if TYPE_CHECKING:
    from nixlint.syntax.comments import Comment
    from nixlint.syntax.source_file import SourceFile

_MARK = "nixlint:"


class Reach(Enum):
    """What a directive acts on."""

    LINE = "ignore"
    FILE = "ignore-file"


@dataclass(frozen=True, slots=True)
class Directive:
    """A comment that asks to suppress findings. ``line`` is the line (from 1) that it acts on, for a directive of a line."""

    reach: Reach
    rules: tuple[str, ...]
    span: Span
    line: int

    def suppresses(self, names: tuple[str, ...], first_line: int, last_line: int) -> bool:
        """Whether it acts on a finding of a rule with these names (its name and its code) on these lines."""
        if not any(rule in names for rule in self.rules):
            return False
        return self.reach is Reach.FILE or self.line == first_line or first_line < self.line <= last_line


@dataclass(frozen=True, slots=True)
class MalformedDirective:
    """A comment that starts like a directive and is none."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class UnusedSuppression:
    """A rule in a directive that suppresses nothing, or that does not exist: what the rule about them is asked about.

    ``comment`` is the span of the whole comment, ``keeps`` what is left of the comment's text when the directive goes.
    """

    rule: str
    exists: bool
    suggestion: str
    directive: Span
    source: SourceFile
    removal: tuple[Span, bytes] | None


def directives(source: SourceFile) -> Iterator[Directive | MalformedDirective]:
    """The directives of a file, in order."""
    if _MARK.encode() not in source.data:
        return
    from nixlint.syntax.comments import comments

    found = comments(source)
    for comment in found:
        if _MARK in comment.text:
            yield _directive(comment, source, found)


def foreign_marks(source: SourceFile, marks: tuple[str, ...]) -> frozenset[int]:
    """The lines with a comment that has one of these marks: the way other tools are told to look away."""
    if not any(mark.encode() in source.data for mark in marks):
        return frozenset()
    from nixlint.syntax.comments import comments

    return frozenset(
        source.position(comment.span.start).line
        for comment in comments(source)
        if any(mark in comment.text for mark in marks)
    )


def _directive(
    comment: Comment, source: SourceFile, all_comments: tuple[Comment, ...]
) -> Directive | MalformedDirective:
    at = comment.text.index(_MARK)
    word, bracket, rest = comment.text[at + len(_MARK) :].partition("[")
    listed, closing, _reason = rest.partition("]")
    start = comment.span.start + len(comment.text[:at].encode("utf-8", "surrogateescape"))
    end = comment.span.start + len(
        comment.text[: at + len(_MARK) + len(word) + 1 + len(listed) + 1].encode("utf-8", "surrogateescape")
    )
    span = Span(start, min(end, comment.span.end))
    reaches = {reach.value: reach for reach in Reach}
    reach = reaches.get(word.strip())
    if reach is None or not bracket or not closing:
        expected = "nixlint: ignore[rule] or nixlint: ignore-file[rule]"
        return MalformedDirective(span, f"this comment suppresses nothing; write {expected}")
    rules = tuple(name.strip() for name in listed.split(",") if name.strip())
    if not rules:
        return MalformedDirective(span, "this comment names no rule; write nixlint: ignore[rule]")
    return Directive(reach, rules, span, _line_acted_on(comment, source, all_comments))


def _line_acted_on(comment: Comment, source: SourceFile, all_comments: tuple[Comment, ...]) -> int:
    line = source.position(comment.span.start).line
    if not comment.own_line:
        return line
    # On a line by itself it acts on the next line of code: blank lines and further comments lie between.
    after = comment.span.end
    for other in all_comments:
        if other.span.start >= after and not source.data[after : other.span.start].strip():
            after = other.span.end
    rest = source.data[after:]
    return source.position(after + len(rest) - len(rest.lstrip())).line
