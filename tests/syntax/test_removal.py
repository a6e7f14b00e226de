"""What is taken out of lists and sets leaves the rest as it was written, and no comment goes with it."""

from __future__ import annotations

import pytest

from nixlint.syntax.edits import apply_edits
from nixlint.syntax.removal import remove_binding, remove_elements
from nixlint.syntax.views import AttrSet, Binding, ListLiteral
from tests.nix.nix_referee import evaluate_json

from .reading import body, parsed


def without(text: str, *gone: int) -> str | None:
    """The text of a list without some of its elements."""
    file = parsed(text)
    literal = body(file)
    assert isinstance(literal, ListLiteral)
    edits = remove_elements(literal, gone)
    return None if edits is None else apply_edits(file.data, edits).decode()


@pytest.mark.parametrize(
    ("before", "gone", "after"),
    [
        ("[ 1 2 3 ]", (0,), "[ 2 3 ]"),
        ("[ 1 2 3 ]", (1,), "[ 1 3 ]"),
        ("[ 1 2 3 ]", (2,), "[ 1 2 ]"),
        ("[ 1 2 3 ]", (0, 1, 2), "[ ]"),
        ("[1 2]", (0,), "[ 2]"),
        ("[\n  1\n  2\n  3\n]", (1,), "[\n  1\n  3\n]"),
        ("[\n  1\n  2\n]", (0, 1), "[\n]"),
        ("[\r\n  1\r\n  2\r\n]", (0,), "[\r\n  2\r\n]"),
        ("[\n  1 2\n  3\n]", (0,), "[\n  2\n  3\n]"),
        ("[\n  1 2\n  3\n]", (1,), "[\n  1\n  3\n]"),
        ("[\n  1 2\n  3\n]", (0, 1), "[\n  3\n]"),
        ("[\n  1 # one\n  2\n]", (1,), "[\n  1 # one\n]"),
        ("[\n  # two\n\n  2\n  3\n]", (0,), "[\n  # two\n\n  3\n]"),
    ],
)
def test_elements_go_with_their_lines_or_their_blanks(before: str, gone: tuple[int, ...], after: str) -> None:
    assert without(before, *gone) == after


@pytest.mark.parametrize(
    "text", ["[\n  1 # one\n  2\n]", "[\n  # one\n  1\n  2\n]", "[ /* one */ 1 2 ]", "[ 1 /* one */ 2 ]"]
)
def test_an_element_with_a_comment_of_its_own_stays(text: str) -> None:
    assert without(text, 0) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{ a = 1; b = 2; }", "{ b = 2; }"),
        ("{\n  a = 1;\n  b = 2;\n}", "{\n  b = 2;\n}"),
        ("{\n  a = 1; b = 2;\n}", "{\n  b = 2;\n}"),
        ("{\n  a = 1; # one\n  b = 2;\n}", None),
        ("{\n  # one\n  a = 1;\n}", None),
        ("{ a = [ /* none */ ]; }", None),
    ],
)
def test_a_binding_goes_unless_something_belongs_to_it(before: str, after: str | None) -> None:
    file = parsed(before)
    attrset = body(file)
    assert isinstance(attrset, AttrSet)
    binding = attrset.bindings[0]
    assert isinstance(binding, Binding)
    edit = remove_binding(binding)
    assert (None if edit is None else apply_edits(file.data, (edit,)).decode()) == after


@pytest.mark.parametrize("gone", [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
@pytest.mark.parametrize(
    "text", ["[ 1 2 3 ]", "[1 2 3]", "[\n  1\n  2\n  3\n]\n", "[ 1\n  2 3 ]", "[\n  1 2\n  3 ]", "[ 1 2\n3\n]"]
)
def test_nix_sees_the_list_without_them(text: str, gone: tuple[int, ...]) -> None:
    after = without(text, *gone)
    assert after is not None
    (found,) = evaluate_json([after])
    assert found == [number for index, number in enumerate((1, 2, 3)) if index not in gone]
