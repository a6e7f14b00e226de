"""Pieces of source with a span marked."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from nixlint.reporting.source_frame import SourceText, frame
from nixlint.reporting.terminal import Style, cell_width
from nixlint.syntax.span import Span

PLAIN = Style(colours=False, width=None)


def shown(text: str | bytes, marked: str, secrets: tuple[str, ...] = (), width: int | None = None) -> list[str]:
    """The frame around the first place of a text, without the empty lines at its ends."""
    data = text.encode() if isinstance(text, str) else text
    spans = [_span(data, secret) for secret in secrets]
    lines = list(
        frame(SourceText.of(Path("a.txt"), data, spans), _span(data, marked), Style(colours=False, width=width), "red")
    )
    assert lines[0] == lines[-1]
    return lines[1:-1]


def _span(data: bytes, part: str) -> Span:
    start = data.index(part.encode("utf-8", "surrogateescape"))
    return Span(start, start + len(part.encode("utf-8", "surrogateescape")))


def test_the_span_is_underlined_below_its_line() -> None:
    assert shown("{\n  a = b;\n}\n", "a") == ["2 |   a = b;", "  |   ^"]


def test_a_tab_takes_as_many_columns_above_as_below() -> None:
    assert shown("{\n\ta = b;\n}\n", "b") == ["2 |     a = b;", "  |         ^"]


def test_wide_and_combining_characters_are_marked_where_they_stand() -> None:
    assert shown('"日本" + x', "x") == ['1 | "日本" + x', "  |          ^"]
    assert shown('"e\u0301" + x', "x") == ['1 | "e\u0301" + x', "  |       ^"]


def test_a_span_over_lines_is_marked_on_each_and_a_long_one_is_shortened() -> None:
    assert shown("{\n  a = [\n    1\n  ];\n}\n", "[\n    1\n  ]") == [
        "2 |   a = [",
        "  |       ^",
        "3 |     1",
        "  |     ^",
        "4 |   ];",
        "  |   ^",
    ]
    assert [line[:3] for line in shown("[\n" + "1\n" * 9 + "]", "[\n" + "1\n" * 9 + "]")] == [
        " 1 ",
        "   ",
        " 2 ",
        "   ",
        " … ",
        "10 ",
        "   ",
        "11 ",
        "   ",
    ]


def test_the_end_of_a_line_and_of_the_file_can_be_marked() -> None:
    source = SourceText.of(Path("a.txt"), b"{ a = 1;")

    assert list(frame(source, Span(8, 8), PLAIN, "red"))[1:-1] == ["1 | { a = 1;", "  |         ^"]


def test_a_long_line_is_cut_around_the_span() -> None:
    lines = shown("x" * 500 + " marked " + "y" * 500, "marked", width=40)

    assert [cell_width(line) for line in lines] <= [40, 40]
    assert lines[0].startswith("1 | …xxx")
    assert lines[0].endswith("yyy…")
    assert lines[0].index("marked") == lines[1].index("^")


def test_a_secret_is_masked_on_every_line_that_is_shown_and_its_quotes_stay() -> None:
    assert shown('{ password = "hunter2hunter2"; }', "password", ('"hunter2hunter2"',)) == [
        '1 | { password = "‹password, long›"; }',
        "  |   ^^^^^^^^",
    ]
    assert shown("{ a = ''\n  hunter2\n  hunter3\n''; }", "a", ("''\n  hunter2\n  hunter3\n''",)) == [
        "1 | { a = ''",
        "  |   ^",
    ]
    assert shown("''\n  hunter2\n  hunter3\n''", "''\n  hunter2\n  hunter3\n''", ("''\n  hunter2\n  hunter3\n''",)) == [
        "1 | ''",
        "  | ^^",
        "2 | …",
        "  | ^",
        "3 | …",
        "  | ^",
        "4 | ''",
        "  | ^^",
    ]


@given(st.binary(max_size=300), st.integers(0, 300), st.integers(0, 300), st.integers(40, 120))
def test_a_frame_of_anything_is_no_wider_than_the_terminal_and_has_no_control_characters(
    data: bytes, one: int, other: int, width: int
) -> None:
    start, end = sorted((min(one, len(data)), min(other, len(data))))

    for line in frame(SourceText.of(Path("a.txt"), data), Span(start, end), Style(colours=False, width=width), "red"):
        assert cell_width(line) <= width
        assert all(character.isprintable() or ord(character) >= 0x80 for character in line)


@given(st.text(min_size=3, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_nothing_of_a_secret_is_shown(secret: str, before: str, after: str) -> None:
    marker = "\ue000"  # stands for nothing else in these texts
    text = f'{before.replace(marker, "")} "{marker * len(secret)}" {after.replace(marker, "")}'
    data = text.encode("utf-8", "surrogatepass")
    literal = f'"{marker * len(secret)}"'.encode()
    start = data.index(literal)
    span = Span(start, start + len(literal))

    out = "\n".join(frame(SourceText.of(Path("a.txt"), data, [span]), span, PLAIN, "red"))

    assert marker not in out
