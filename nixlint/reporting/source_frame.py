"""A piece of source with a span marked, as a person wants to see it; secrets in it are masked.

Offsets are bytes of the source. A line is shown as cells: what each character looks like, and the offset it stands for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nixlint.secrets.hidden import Hidden, hidden_in_file, in_order
from nixlint.secrets.masking import mask
from nixlint.syntax.span import LineIndex, Span

from .terminal import Style, cell_width, escaped

_TAB = "    "
_MASK = "…"
_SHOWN_LINES = 2
"""Of a span over many lines, so many of its first and last lines are shown."""


class SourceText(NamedTuple):
    """The bytes of a file, with its lines, and what must not be shown."""

    data: bytes
    lines: LineIndex
    hidden: tuple[Hidden, ...]
    """In the order of their places; none overlaps another."""

    @classmethod
    def of(cls, path: Path, data: bytes, secrets: Iterable[Span] = ()) -> SourceText:
        """The text of a file with its lines worked out; ``secrets`` are spans that somebody found to be secret.

        What may be a secret is hidden whether somebody found it or not.
        """
        others = (Hidden(span, "secret") for span in secrets)
        return cls(data, LineIndex(data), in_order((*hidden_in_file(path, data), *others)))

    def hidden_within(self, span: Span) -> Sequence[Hidden]:
        """What must not be shown of a part, so that a line costs the same in any file."""
        first = bisect_right(self.hidden, span.start, key=lambda item: item.span.end)
        last = bisect_right(self.hidden, span.end, key=lambda item: item.span.start)
        return self.hidden[first:last]


class _Cell(NamedTuple):
    text: str
    offset: int


def frame(source: SourceText, span: Span, style: Style, colour: str) -> Iterator[str]:
    """The lines of a frame around a span, with line numbers and the span underlined in a colour."""
    first, last = source.lines.position(span.start).line, source.lines.position(max(span.start, span.end - 1)).line
    gutter = len(str(last))
    yield style.coloured(f"{' ' * gutter} |", "blue")
    for number in _shown_numbers(first, last):
        if number is None:
            yield style.coloured(f"{'…':>{gutter}} |", "blue")
            continue
        yield from _line(source, span, number, gutter, style, colour)
    yield style.coloured(f"{' ' * gutter} |", "blue")


def masked_line(source: SourceText, number: int) -> str:
    """A line (counted from 1) as it may be shown."""
    return "".join(cell.text for cell in _cells(source, number)).rstrip()


def _shown_numbers(first: int, last: int) -> Sequence[int | None]:
    if last - first < 2 * _SHOWN_LINES:
        return range(first, last + 1)
    return [*range(first, first + _SHOWN_LINES), None, *range(last - _SHOWN_LINES + 1, last + 1)]


def _line(source: SourceText, span: Span, number: int, gutter: int, style: Style, colour: str) -> Iterator[str]:
    cells = _clipped(_cells(source, number), span, None if style.width is None else style.width - gutter - 3)
    text = "".join(cell.text for cell in cells).rstrip()
    head = style.coloured(f"{number:>{gutter}} |", "blue")
    yield f"{head} {text}" if text else head
    marks = _marks(cells, span)
    if marks:
        yield f"{style.coloured(' ' * gutter + ' |', 'blue')} {style.coloured(marks, colour)}"


def _marks(cells: Sequence[_Cell], span: Span) -> str:
    """The underline: a sign below each cell of the span, without the blanks at its ends; one sign for an empty span."""
    line = ""
    for cell in cells:
        inside = span.start <= cell.offset < max(span.end, span.start + 1)
        line += ("^" if inside else " ") * cell_width(cell.text)
    signs = [
        index
        for index, (mark, shown) in enumerate(zip(line, _columns(cells), strict=True))
        if mark == "^" and (shown != " " or len(span) <= 1)
    ]
    return " " * signs[0] + "^" * (signs[-1] - signs[0] + 1) if signs else ""


def _columns(cells: Sequence[_Cell]) -> str:
    """One character for each column of the cells."""
    return "".join(
        cell.text if cell.text.isascii() else cell.text[:1] + "x" * (cell_width(cell.text) - 1)
        for cell in cells
        if cell_width(cell.text)
    )


def _cells(source: SourceText, number: int) -> list[_Cell]:
    """The cells of a line, and one for its end, where a mark may stand too."""
    span = source.lines.line_span(number)
    cells: list[_Cell] = []
    offset = span.start
    for character in source.data[span.start : span.end].decode("utf-8", "surrogateescape").rstrip("\r\n"):
        cells.append(_Cell(_TAB if character == "\t" else escaped(character), offset))
        offset += len(character.encode("utf-8", "surrogateescape"))
    cells.append(_Cell(" ", offset))
    for secret in source.hidden_within(span):
        cells = list(_masked_cells(cells, secret, source.data))
    return cells


def _masked_cells(cells: Sequence[_Cell], hidden: Hidden, data: bytes) -> Iterator[_Cell]:
    secret = hidden.span
    if secret.end <= cells[0].offset or secret.start > cells[-1].offset:
        yield from cells
        return
    inner = _without_quotes(secret, data)
    text = data[inner.start : inner.end].decode("utf-8", "surrogateescape")
    done = False
    for cell in cells[:-1]:
        if not inner.start <= cell.offset < inner.end:
            yield cell
        elif not done:
            done = True
            stand_in = mask(text, hidden.kind) if cell.offset == inner.start else _MASK
            yield from (_Cell(character, cell.offset) for character in stand_in)
    yield cells[-1]


def _without_quotes(span: Span, data: bytes) -> Span:
    """The inside of a string literal; a span that is none is all inside."""
    for quote in (b"''", b'"'):
        if data.startswith(quote, span.start) and data.endswith(quote, 0, span.end) and len(span) >= 2 * len(quote):
            return Span(span.start + len(quote), span.end - len(quote))
    return span


def _clipped(cells: list[_Cell], span: Span, width: int | None) -> list[_Cell]:
    """As many cells as fit, those of the span among them, with ``…`` for what is left out."""
    widths = [cell_width(cell.text) for cell in cells]
    if width is None:
        width = _WIDTH_OF_PIPES
    if sum(widths) <= width:
        return cells
    marked = next((index for index, cell in enumerate(cells) if cell.offset >= span.start), 0)
    start = end = marked
    total = widths[marked] + 2
    while True:
        grew = False
        if end + 1 < len(cells) and total + widths[end + 1] <= width:
            end += 1
            total += widths[end]
            grew = True
        if start > 0 and total + widths[start - 1] <= width:
            start -= 1
            total += widths[start]
            grew = True
        if not grew:
            break
    before = [_Cell(_MASK, -1)] if start > 0 else []
    after = [_Cell(_MASK, -1)] if end + 1 < len(cells) else []
    return [*before, *cells[start : end + 1], *after]


_WIDTH_OF_PIPES = 200
"""What does not go to a terminal has no width, but a minified file must not fill a log with one line."""
