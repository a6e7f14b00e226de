"""What reaches a terminal."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from nixlint.reporting.terminal import cell_width, escaped, visible, wrapped

ANY_TEXT = st.text(st.characters(codec=None))


@given(ANY_TEXT)
def test_nothing_that_a_terminal_obeys_or_hides_is_left(text: str) -> None:
    for character in visible(text) + escaped(text):
        assert character.isprintable() or unicodedata.category(character) in ("Cn", "Co", "Zs"), repr(character)


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert escaped(text) == text


def test_what_is_hidden_is_shown_as_an_escape() -> None:
    assert visible("a\tb\x1b[0m\x9b\u202e\ufeff\udcff") == "a\\x09b\\x1b[0m\\x9b\\u{202e}\\u{feff}\\xff"


def test_wide_characters_take_two_columns_and_combining_ones_none() -> None:
    assert (cell_width("abc"), cell_width("日本"), cell_width("e\u0301")) == (3, 4, 1)


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=1, max_size=40), st.integers(16, 80))
def test_wrapped_lines_are_no_wider_than_asked_and_hold_the_same_words(words: list[str], width: int) -> None:
    lines = wrapped(" ".join(words), width, "  ", taken=4).split("\n")

    assert [word for line in lines for word in line.split()] == words
    assert len(lines[0]) + 4 <= width or len(lines[0].split()) == 1
    assert all(len(line) <= width for line in lines[1:])
    assert all(line.startswith("  ") for line in lines[1:])
