"""Lines and columns are those that Nix, editors and people count."""

from __future__ import annotations

from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nixlint.syntax.span import LineIndex, Position, Span
from tests.nix.nix_referee import evaluate_json

from .reading import parsed

blank_texts = st.text("\n\r\t ", max_size=8)
byte_texts = st.lists(st.sampled_from((b"a", b"\n", b"\r", b"\r\n", b"\t", b"\xff", "é語".encode())), max_size=20).map(
    b"".join
)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end_begins_a_line(line_end: bytes) -> None:
    data = line_end.join([b"ab", b"", b"c", b""])
    lines = LineIndex(data)
    assert lines.line_count == 4
    assert lines.position(0) == Position(1, 1)
    assert lines.position(2) == Position(1, 3), "the line end belongs to the line that it ends"
    assert lines.position(2 + len(line_end)) == Position(2, 1)
    assert lines.position(data.index(b"c")) == Position(3, 1)
    assert lines.position(len(data)) == Position(4, 1)


def test_all_line_ends_count_in_one_text() -> None:
    lines = LineIndex(b"a\rb\r\nc\n\rd")
    assert [lines.position(offset) for offset in (0, 2, 5, 7, 8)] == [(1, 1), (2, 1), (3, 1), (4, 1), (5, 1)]


def test_a_carriage_return_and_its_line_feed_are_one_line_end() -> None:
    lines = LineIndex(b"a\r\nb")
    assert lines.position(2) == Position(1, 3), "between the two"
    assert lines.position(3) == Position(2, 1)


def test_a_column_counts_characters_and_a_tab_is_one() -> None:
    data = "\té\U0001f600 x\n\t\ty".encode()
    lines = LineIndex(data)
    assert lines.position(data.index(b"x")) == Position(1, 5)
    assert lines.position(data.index(b"y")) == Position(2, 3)


def test_every_byte_that_is_no_utf_8_is_one_column() -> None:
    lines = LineIndex(b"\xff\xfe \xc3x")
    assert [lines.position(offset).column for offset in range(6)] == [1, 2, 3, 4, 5, 6]


def test_an_offset_outside_the_text_is_at_its_nearest_end() -> None:
    assert LineIndex(b"ab\nc").position(99) == Position(2, 2)
    assert LineIndex(b"ab\n").position(99) == Position(2, 1)
    assert LineIndex(b"ab\n").position(-1) == Position(1, 1)
    assert LineIndex(b"").position(0) == LineIndex(b"").position(5) == Position(1, 1)


def test_the_span_of_a_line_has_its_line_end() -> None:
    lines = LineIndex(b"a\r\n\nbc")
    assert [lines.line_span(line) for line in (1, 2, 3)] == [Span(0, 3), Span(3, 4), Span(4, 6)]
    assert LineIndex(b"").line_span(1) == Span(0, 0)


@given(byte_texts)
def test_the_lines_are_the_text_without_gaps(data: bytes) -> None:
    lines = LineIndex(data)
    pieces = [data[span.start : span.end] for span in map(lines.line_span, range(1, lines.line_count + 1))]
    assert b"".join(pieces) == data
    assert pieces == data.splitlines(keepends=True) + [b""] * (data == b"" or data.endswith((b"\n", b"\r")))


@given(byte_texts)
def test_every_character_is_one_column_or_ends_a_line(data: bytes) -> None:
    lines = LineIndex(data)
    characters = [character.encode("utf-8", "surrogateescape") for character in data.decode("utf-8", "surrogateescape")]
    offsets = [0, *accumulate(map(len, characters))]
    positions = [lines.position(offset) for offset in offsets]
    for (before, after), character in zip(pairwise(positions), characters, strict=True):
        next_in_line = Position(before.line, before.column + 1)
        assert after == next_in_line or (character in b"\r\n" and after == Position(before.line + 1, 1))
    for offset, position in zip(offsets, positions, strict=True):
        span = lines.line_span(position.line)
        assert span.start <= offset
        assert offset < span.end or offset == len(data)


@settings(max_examples=12)
@given(st.lists(blank_texts, min_size=40, max_size=40, unique=True))
def test_a_place_in_ascii_text_is_the_one_that_nix_tells(batch: list[str]) -> None:
    """Nix tells where an attribute stands; what comes before it in the batch is the same for both sets."""
    texts = [f"{{a=1;{blanks}b=2;}}" for blanks in batch]
    places = "builtins.unsafeGetAttrPos"
    questions = [f'let s = {text}; p = {places} "a" s; q = {places} "b" s; in [ p q ]' for text in texts]
    for text, answer in zip(texts, evaluate_json(questions), strict=True):
        assert isinstance(answer, list)
        first, second = answer
        a, b = (parsed(text).position(text.index(name)) for name in "ab")
        assert second["line"] - first["line"] == b.line - a.line, text
        assert second["column"] == (b.column if b.line > a.line else first["column"] + b.column - a.column), text


@settings(max_examples=30)
@given(
    st.lists(
        st.sampled_from((b"a" * 700, b"\xff" * 90, "é".encode() * 300, "語".encode() * 99, b"\x80" * 1500)), max_size=12
    )
)
def test_a_column_of_a_long_line_is_the_number_of_characters_before_it(pieces: list[bytes]) -> None:
    data = b"\n" + b"".join(pieces)
    lines = LineIndex(data)
    for offset in range(1, len(data), 97):
        before = data[1:offset].decode("utf-8", "surrogateescape")
        assert lines.position(offset) == Position(2, len(before) + 1)
