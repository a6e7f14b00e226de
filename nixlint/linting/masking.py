"""What may be a secret in a file in which no rule can look for one, because it does not parse."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.syntax.place import Place
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.span import Span

_WORDS = (b"pass", b"secret", b"token", b"key", b"psk", b"credential", b"auth", b"pwd", b"://")
"""A line with one of these may hold a secret; one too many masked does no harm."""


def suspicious_places(source: SourceFile) -> Iterator[Place]:
    """The part of each line after its first quote, where the line sounds as if there were a secret in it."""
    for number in range(1, source.lines.line_count + 1):
        span = source.lines.line_span(number)
        line = source.data[span.start : span.end].rstrip(b"\r\n")
        quotes = [at for at in (line.find(b'"'), line.find(b"''")) if at >= 0]
        if quotes and any(word in line.lower() for word in _WORDS):
            yield Place(source.path, Span(span.start + min(quotes), span.start + len(line)))
