"""Comments that suppress findings.

``# nixlint: ignore[rule] reason`` acts on its own line, or on the next line of code where it stands on a line by itself;
``# nixlint: ignore-file[rule] reason`` on the whole file. ``/* … */`` works too. Several rules are separated by commas;
a rule is given by its name or its code. The same holds in every language whose comments are known: a
:class:`CommentedText` is all that is asked of a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nixlint.syntax.edits import Edit
from nixlint.syntax.place import Place
from nixlint.syntax.span import LineIndex, Span

if TYPE_CHECKING:
    from nixlint.syntax.comments import Comment
    from nixlint.syntax.source_file import SourceFile

_MARK = "nixlint:"


class CommentedText(NamedTuple):
    """A file as far as suppressions are concerned; ``comments`` gives all its comments, in order."""

    path: Path
    data: bytes
    lines: LineIndex
    comments: Callable[[], tuple[Comment, ...]]


def nix_text(source: SourceFile) -> CommentedText:
    """A file of Nix with its comments."""

    def found() -> tuple[Comment, ...]:
        from nixlint.syntax.comments import comments

        return comments(source)

    return CommentedText(source.path, source.data, source.lines, found)


class Reach(Enum):
    """What a directive acts on."""

    LINE = "ignore"
    FILE = "ignore-file"


class Directive(NamedTuple):
    """A comment that asks to suppress findings. ``line`` is the line (from 1) that it acts on, for a directive of a line.

    ``span`` is that of the directive in its comment, without the reason.
    """

    reach: Reach
    rules: tuple[str, ...]
    span: Span
    comment: Span
    line: int

    def suppresses(self, names: tuple[str, ...], first_line: int, last_line: int) -> bool:
        """Whether it acts on a finding of a rule with these names (its name and its code) on these lines."""
        if not any(rule in names for rule in self.rules):
            return False
        return self.reach is Reach.FILE or self.line == first_line or first_line < self.line <= last_line


class MalformedDirective(NamedTuple):
    """A comment that starts like a directive and is none."""

    place: Place
    message: str
    help: str


class UnusedSuppression(NamedTuple):
    """A rule in a directive that suppresses nothing, or that does not exist: what the rule about them is asked about.

    ``suggestion`` names a rule that may have been meant, and ``removal`` takes the rule out of its comment, where nixlint
    edits files of that kind.
    """

    rule: str
    exists: bool
    suggestion: str
    place: Place
    removal: Edit | None


class Suppressions:
    """The directives of the files of a run, and which of them have suppressed something."""

    def __init__(self) -> None:
        self._directives: dict[Path, tuple[Directive, ...]] = {}
        self._used: set[tuple[Path, Directive, str]] = set()

    def learn(self, path: Path, found: tuple[Directive, ...]) -> None:
        """Learn the directives of a file."""
        self._directives.setdefault(path, found)

    def suppress(self, path: Path, names: tuple[str, ...], first_line: int, last_line: int) -> bool:
        """Whether a finding of a rule with these names on these lines is suppressed; the directive then counts as used."""
        suppressing = [item for item in self._directives[path] if item.suppresses(names, first_line, last_line)]
        self._used.update((path, directive, name) for directive in suppressing for name in names)
        return bool(suppressing)

    @property
    def any(self) -> bool:
        """Whether there is a directive at all."""
        return any(self._directives.values())

    def unused(self) -> Iterator[tuple[Path, Directive, str]]:
        """Each rule in a directive that has suppressed nothing."""
        for path, found in self._directives.items():
            for directive in found:
                for rule in directive.rules:
                    if (path, directive, rule) not in self._used:
                        yield path, directive, rule


def may_have_directives(data: bytes) -> bool:
    """Whether a file with these bytes may have a directive."""
    return _MARK.encode() in data


def directives(text: CommentedText) -> Iterator[Directive | MalformedDirective]:
    """The directives of a file, in order."""
    if not may_have_directives(text.data):
        return
    found = text.comments()
    for comment in found:
        directive = _directive(comment, text, found) if _MARK in comment.text else None
        if directive is not None:
            yield directive


@lru_cache(maxsize=16)
def _has_any(data: bytes, marks: tuple[str, ...]) -> bool:
    """Whether a file has one of some marks: asked for each finding in it."""
    return any(mark.encode() in data for mark in marks)


def foreign_marks(text: CommentedText, marks: tuple[str, ...]) -> frozenset[int]:
    """The lines with a comment that has one of these marks: the way other tools are told to look away."""
    if not _has_any(text.data, marks):
        return frozenset()
    return frozenset(
        text.lines.line_of(comment.span.start)
        for comment in text.comments()
        if any(mark in comment.text for mark in marks)
    )


def span_of_rule(rule: str, directive: Directive, text: CommentedText) -> Span:
    """Where a rule stands in a directive."""
    at = text.data.index(b"[", directive.span.start) + 1
    for word in text.data[at : directive.span.end - 1].split(b","):
        name = word.strip()
        if name.decode("utf-8", "surrogateescape") == rule:
            start = at + word.index(name)
            return Span(start, start + len(name))
        at += len(word) + 1
    return directive.span


def removal_of(rule: str, directive: Directive, text: CommentedText) -> Edit:
    """The edit that takes a rule out of a directive: the name, or all of the comment that belongs to the directive."""
    others = [name for name in directive.rules if name != rule]
    data = text.data
    if others:
        written = f"{_MARK} {directive.reach.value}[{', '.join(others)}]"
        return Edit(directive.span, written.encode("utf-8", "surrogateescape"))
    comment = directive.comment
    before = data[comment.start : directive.span.start].lstrip(b"#/*").strip()
    if before:
        start = directive.span.start
        start -= len(data[comment.start : start]) - len(data[comment.start : start].rstrip(b" \t-\xe2\x80\x93;"))
        end = comment.end - 2 if data.startswith(b"/*", comment.start) else comment.end
        return Edit(Span(start, end), b" " if end != comment.end else b"")
    line = text.lines.line_span(text.lines.line_of(comment.start))
    if not data[line.start : comment.start].strip() and not data[comment.end : line.end].strip():
        return Edit(Span(line.start, max(line.end, comment.end)), b"")
    start = len(data[: comment.start].rstrip(b" \t")) if comment.start else 0
    return Edit(Span(start, comment.end), b"")


def _directive(
    comment: Comment, text: CommentedText, all_comments: tuple[Comment, ...]
) -> Directive | MalformedDirective | None:
    """The directive in a comment; a comment that only mentions nixlint is none, and not malformed either."""
    match = _directive_pattern().search(comment.text)
    if match is None:
        return None
    start, end = (comment.span.start + len(comment.text[:at].encode("utf-8", "surrogateescape")) for at in match.span())
    span = Span(start, end)
    rules = tuple(name.strip() for name in (match["rules"] or "").split(",") if name.strip())
    reach = _REACHES.get(match["word"])
    if reach is not None and rules:
        return Directive(reach, rules, span, comment.span, _line_acted_on(comment, text, all_comments))
    if comment.text[: match.start()].strip("#/* \t"):
        return None
    problem = "names no rule" if reach is not None else f"says '{match['word']}', which means nothing"
    help_ = "write nixlint: ignore[rule] reason, or nixlint: ignore-file[rule] reason"
    return MalformedDirective(Place(text.path, span), f"this comment {problem}: it suppresses nothing", help_)


_REACHES = {reach.value: reach for reach in Reach}


@cache
def _directive_pattern() -> re.Pattern[str]:
    return re.compile(r"nixlint:[ \t]*(?P<word>[\w-]+)(?:[ \t]*\[(?P<rules>[^\]\n]*)\])?")


def _line_acted_on(comment: Comment, text: CommentedText, all_comments: tuple[Comment, ...]) -> int:
    line = text.lines.line_of(comment.span.start)
    if not comment.own_line:
        return line
    # On a line by itself it acts on the next line of code: blank lines and further comments lie between.
    after = comment.span.end
    for other in all_comments:
        if other.span.start >= after and not text.data[after : other.span.start].strip():
            after = other.span.end
    rest = text.data[after:]
    return text.lines.line_of(after + len(rest) - len(rest.lstrip()))
