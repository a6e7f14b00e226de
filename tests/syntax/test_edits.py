"""Edits change what they say and nothing else, and never depend on their order."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nixlint.syntax.edits import Edit, OverlappingEdits, apply_edits, loses_comment
from nixlint.syntax.span import Span

from .reading import parsed

MARK = b"\x00"
"""A byte that no data has, so that what edits add can be told from what was there."""


def edit(start: int, end: int, text: bytes) -> Edit:
    return Edit(Span(start, end), text)


@st.composite
def data_and_edits(draw: st.DrawFn) -> tuple[bytes, list[Edit]]:
    """Data without :data:`MARK`, and edits without overlaps that only add it, in any order."""
    data = draw(st.binary(max_size=60)).replace(MARK, b"")
    borders = sorted(draw(st.lists(st.integers(0, len(data)), max_size=12)))
    spans = [Span(start, end) for start, end in pairwise(borders)]
    edits = [Edit(span, MARK * draw(st.integers(0, 3))) for span in draw(st.permutations(spans)) if draw(st.booleans())]
    return data, edits


@given(data_and_edits())
def test_no_byte_outside_the_edited_ranges_changes(given_edits: tuple[bytes, list[Edit]]) -> None:
    data, edits = given_edits
    untouched = bytes(
        byte for offset, byte in enumerate(data) if not any(one.span.start <= offset < one.span.end for one in edits)
    )
    result = apply_edits(data, edits)
    assert result.replace(MARK, b"") == untouched
    assert result.count(MARK) == sum(len(one.text) for one in set(edits))


@given(data_and_edits())
def test_every_replacement_stands_after_the_same_bytes_as_what_it_replaces(
    given_edits: tuple[bytes, list[Edit]],
) -> None:
    data, edits = given_edits
    for one in edits:
        earlier = [other for other in edits if other.span.end <= one.span.start and other != one]
        before = apply_edits(data[: one.span.start], earlier)
        assert apply_edits(data, edits).startswith(before + one.text)


@given(data_and_edits())
def test_the_order_of_edits_does_not_matter(given_edits: tuple[bytes, list[Edit]]) -> None:
    data, edits = given_edits
    assert apply_edits(data, reversed(edits)) == apply_edits(data, sorted(edits)) == apply_edits(data, edits)


def test_nothing_to_edit_leaves_the_data_as_it_is() -> None:
    assert apply_edits(b"a\r\n\xff", []) == b"a\r\n\xff"


def test_an_edit_given_twice_is_made_once() -> None:
    assert apply_edits(b"abc", [edit(1, 2, b"x"), edit(1, 2, b"x")]) == b"axc"
    assert apply_edits(b"abc", [edit(1, 1, b"x"), edit(1, 1, b"x")]) == b"axbc"


def test_different_insertions_at_one_place_are_made_in_the_order_of_their_text() -> None:
    assert apply_edits(b"ab", [edit(1, 1, b"2"), edit(1, 1, b"1")]) == b"a12b"


def test_edits_that_only_touch_are_no_overlap() -> None:
    assert apply_edits(b"abcd", [edit(2, 4, b"Y"), edit(0, 2, b"X")]) == b"XY"
    assert apply_edits(b"abcd", [edit(1, 3, b"X"), edit(1, 1, b"<"), edit(3, 3, b">")]) == b"a<X>d"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (edit(0, 3, b"x"), edit(2, 4, b"y")),
        (edit(0, 3, b"x"), edit(0, 3, b"y")),
        (edit(0, 4, b"x"), edit(1, 2, b"x")),
        (edit(0, 3, b"x"), edit(0, 2, b"x")),
        (edit(0, 3, b""), edit(1, 1, b"y")),
    ],
)
def test_edits_that_contradict_each_other_are_refused_in_either_order(first: Edit, second: Edit) -> None:
    for edits in ([first, second], [second, first]):
        with pytest.raises(
            OverlappingEdits, match=r"the edit of bytes \d-\d overlaps the edit of bytes \d-\d"
        ) as error:
            apply_edits(b"abcd", edits)
        assert {error.value.first, error.value.second} == {first, second}


@pytest.mark.parametrize("outside", [edit(3, 5, b""), edit(5, 5, b"x"), edit(-1, 1, b"x"), edit(2, 1, b"x")])
def test_an_edit_outside_the_data_is_refused(outside: Edit) -> None:
    with pytest.raises(ValueError, match="lies outside a text of 4 bytes"):
        apply_edits(b"abcd", [outside])


# Comments.

COMMENTED = "{\n  # why\n  a = 1; # how\n  /* what */ b = 2;\n}\n"


def lost(source: str, *changes: tuple[str, str]) -> str | None:
    """The text of the comment that is lost when the given parts of a text, each found once, are replaced."""
    edits: list[Edit] = []
    for old, new in changes:
        assert source.count(old) == 1
        edits.append(edit(source.index(old), source.index(old) + len(old), new.encode()))
    comment = loses_comment(parsed(source), edits)
    return None if comment is None else comment.text


def test_a_comment_in_a_deleted_range_is_lost() -> None:
    assert lost(COMMENTED, ("  # why\n  a = 1; # how\n", "")) == "# why"
    assert lost(COMMENTED, ("a = 1; # how", "a = 2;")) == "# how"
    assert lost(COMMENTED, ("/* what */ b = 2;", "")) == "/* what */"


def test_a_comment_of_which_a_part_is_deleted_is_lost() -> None:
    assert lost(COMMENTED, ("hat */ b", "b */ b")) == "/* what */"
    assert lost(COMMENTED, ("w\n  /", "/")) == "# how"
    assert lost(COMMENTED, ("y\n  a = 1", "\n  a = 2")) == "# why"


def test_a_comment_that_the_replacement_repeats_is_kept() -> None:
    assert lost(COMMENTED, ("# why\n  a = 1; # how", "a = 1; # why # how")) is None


def test_a_comment_that_another_edit_puts_elsewhere_is_kept() -> None:
    assert lost(COMMENTED, ("  # why\n", ""), ("b = 2;", "# why\n  b = 2;")) is None


def test_one_of_two_equal_comments_that_are_deleted_is_lost_when_only_one_is_kept() -> None:
    source = "[\n  1 # same\n  2 # same\n]"
    assert lost(source, ("1 # same\n  2 # same", "3 # same")) == "# same"
    assert lost(source, ("1 # same\n  2 # same", "2 # same\n  1 # same")) is None


def test_edits_beside_a_comment_lose_none() -> None:
    assert lost(COMMENTED, ("a = 1;", "")) is None
    assert lost(COMMENTED, ("1", "2"), (" b = 2;", "")) is None
    assert loses_comment(parsed(COMMENTED), [edit(COMMENTED.index("why"), COMMENTED.index("why"), b"x")]) is None


def test_what_only_looks_like_a_comment_is_not_lost() -> None:
    assert lost('{ a = "# no"; }', ('"# no"', "1")) is None
