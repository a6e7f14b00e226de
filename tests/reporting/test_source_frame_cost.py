"""A line is shown with what is hidden on it, whatever is hidden elsewhere in the file."""

from __future__ import annotations

from pathlib import Path

from nixlint.reporting.source_frame import SourceText, _part_around, frame
from nixlint.reporting.terminal import Style
from nixlint.syntax.span import Span

_LINES = 400
_LINE = b'  password = "hunter2x9K";\n'


def test_a_line_looks_at_what_is_hidden_on_it_alone() -> None:
    data = b"{\n" + _LINE * _LINES + b"}\n"
    starts = [2 + number * len(_LINE) for number in range(_LINES)]
    source = SourceText.of(Path("a.nix"), data, [Span(start + 13, start + 25) for start in starts])
    for start in starts:
        line = Span(start, start + len(_LINE))
        within = source.hidden_within(line)
        assert any(hidden.span.overlaps(line) for hidden in within)
        assert len(within) <= 4


def test_what_spans_lines_is_hidden_on_each_of_them() -> None:
    data = b"{\n  a = ''\n    one\n    two\n  '';\n  b = 1;\n}\n"
    source = SourceText.of(Path("a.nix"), data, [Span(8, 33)])
    for word in (b"one", b"two"):
        at = data.index(word)
        assert any(hidden.span.contains(Span(at, at + 3)) for hidden in source.hidden_within(Span(at, at + 3)))


def test_of_a_long_line_as_much_is_looked_at_as_can_be_shown() -> None:
    line = b"{ " + b"".join(b'a%d.password = "hunter2x9K"; ' % number for number in range(3000)) + b"}"
    start = line.index(b"a1500.")
    source = SourceText.of(Path("a.nix"), line)
    part = _part_around(source, Span(0, len(line)), Span(start, start + 5), 100)
    assert len(part) < 4000
    assert part.contains(Span(start - 100, start + 100))
    shown = "\n".join(frame(source, Span(start, start + 5), Style(colours=False, width=100), "red"))
    assert "a1500.password" in shown
    assert "hunter" not in shown
