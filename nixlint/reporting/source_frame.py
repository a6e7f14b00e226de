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
    return "".join(cell.text for cell in _cells(source, source.lines.line_span(number))).rstrip()


def _shown_numbers(first: int, last: int) -> Sequence[int | None]:
    if last - first < 2 * _SHOWN_LINES:
        return range(first, last + 1)
    return [*range(first, first + _SHOWN_LINES), None, *range(last - _SHOWN_LINES + 1, last + 1)]


def _line(source: SourceText, span: Span, number: int, gutter: int, style: Style, colour: str) -> Iterator[str]:
    width = _WIDTH_OF_PIPES if style.width is None else style.width - gutter - 3
    line = source.lines.line_span(number)
    part = _part_around(source, line, span, width)
    cells = _clipped(_cells(source, part), span, width, part.start > line.start, part.end < line.end)
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


def _cells(source: SourceText, span: Span) -> list[_Cell]:
    """The cells of a line or a part of it, and one for its end, where a mark may stand too."""
    cells: list[_Cell] = []
    secrets = iter([(hidden, _without_quotes(hidden.span, source.data)) for hidden in source.hidden_within(span)])
    secret, shown_for = next(secrets, None), None
    offset = span.start
    for character in source.data[span.start : span.end].decode("utf-8", "surrogateescape").rstrip("\r\n"):
        while secret is not None and secret[1].end <= offset:
            secret = next(secrets, None)
        if secret is None or offset < secret[1].start:
            cells.append(_Cell(_TAB if character == "\t" else escaped(character), offset))
        elif shown_for is not secret:
            shown_for = secret
            cells += [_Cell(stand_in, offset) for stand_in in _stand_in(source, *secret, offset)]
        offset += 1 if character.isascii() else len(character.encode("utf-8", "surrogateescape"))
    cells.append(_Cell(" ", offset))
    return cells


def _stand_in(source: SourceText, hidden: Hidden, inner: Span, offset: int) -> str:
    """What is shown of a secret that starts at an offset, or started before it."""
    if offset != inner.start:
        return _MASK
    return mask(source.data[inner.start : inner.end].decode("utf-8", "surrogateescape"), hidden.kind)


def _without_quotes(span: Span, data: bytes) -> Span:
    """The inside of a string literal; a span that is none is all inside."""
    for quote in (b"''", b'"'):
        if data.startswith(quote, span.start) and data.endswith(quote, 0, span.end) and len(span) >= 2 * len(quote):
            return Span(span.start + len(quote), span.end - len(quote))
    return span


def _part_around(source: SourceText, line: Span, span: Span, width: int) -> Span:
    """As much of a line as a frame of some width can show around a span, so that a long line costs no more than a short one.

    A secret is shown by a few cells however long it is, so none is cut.
    """
    reach = _BYTES_OF_CELL * max(width, 1)
    if len(line) <= 2 * reach:
        return line
    mark = min(max(span.start, line.start), line.end)
    start, end = max(line.start, mark - reach), min(line.end, mark + reach)
    for hidden in source.hidden_within(Span(start, end)):
        start, end = min(start, hidden.span.start), max(end, hidden.span.end)
    start, end = max(line.start, start), min(line.end, end)
    while line.start < start and 0x80 <= source.data[start] < 0xC0:
        start -= 1
    while end < line.end and 0x80 <= source.data[end] < 0xC0:
        end += 1
    return Span(start, end)


_BYTES_OF_CELL = 16
"""So many bytes for each cell: more than any text takes, so that what is cut off would not have been shown."""


def _clipped(cells: list[_Cell], span: Span, width: int, goes_before: bool, goes_on: bool) -> list[_Cell]:
    """As many cells as fit, those of the span among them, with ``…`` for what is left out."""
    widths = [cell_width(cell.text) for cell in cells]
    if sum(widths) <= width and not goes_before and not goes_on:
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
    before = [_Cell(_MASK, -1)] if start > 0 or goes_before else []
    after = [_Cell(_MASK, -1)] if end + 1 < len(cells) or goes_on else []
    return [*before, *cells[start : end + 1], *after]


_WIDTH_OF_PIPES = 200
"""What does not go to a terminal has no width, but a minified file must not fill a log with one line."""
