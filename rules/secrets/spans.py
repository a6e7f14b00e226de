"""Where a part of a text is written in a string literal."""

from __future__ import annotations

from nixlint.rule import Place, Repository, Span
from nixlint.secrets.looks import UNKNOWN


def place_within(literal: Place, text: str, part: Span, repository: Repository) -> Place:
    """Where a part of a string's text, given by its characters, is written; the whole string where it has escapes.

    A text of many lines is found by its first and its last one, for Nix takes away what all are indented by.
    """
    source = repository.source(literal.path)
    if source is None:
        return literal
    start, end = literal.span
    written = source.data[start:end].decode("utf-8", "surrogateescape")
    first, _, rest = text[part.start : part.end].partition("\n")
    # With what stands before it on its line, if it is written so: the same word may also stand within an interpolation.
    lead = text[max(text.rfind("\n", 0, part.start), text.rfind(UNKNOWN, 0, part.start)) + 1 : part.start]
    at = _nth(written, lead + first, text[: part.start - len(lead)].count(lead + first))
    at = at + len(lead) if at >= 0 else _nth(written, first, text[: part.start].count(first))
    last = rest.rpartition("\n")[2].strip()
    until = at if at < 0 or not last else written.find(last, at + len(first))
    if at < 0 or until < 0:
        return literal
    behind = until + len(last) if last else at + len(first)
    before = start + len(written[:at].encode("utf-8", "surrogateescape"))
    length = len(written[at:behind].encode("utf-8", "surrogateescape"))
    return Place(literal.path, Span(before, before + length))


def _nth(text: str, part: str, number: int) -> int:
    """Where a part stands in a text for the time of a number, from 0; -1 where it does not stand there so often."""
    at = text.find(part)
    for _ in range(number):
        at = text.find(part, at + len(part)) if at >= 0 else -1
    return at
