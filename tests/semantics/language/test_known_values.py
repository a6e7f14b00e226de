"""The comparison of what is known with what Nix says sees every contradiction, and ends."""

from __future__ import annotations

import pytest

from nixlint.semantics.language.values import (
    AttrsValue,
    ChoiceValue,
    DynamicEntry,
    Entry,
    IntValue,
    Known,
    ListValue,
    StringValue,
    UnknownValue,
    Value,
)
from tests.semantics.language.known_values import agrees, text_agrees

UNKNOWN = UnknownValue("a test")


def texts(*parts: str | Value) -> StringValue:
    return StringValue(parts)


def listed(*elements: Value, unknowns: tuple[Value, ...] = ()) -> ListValue:
    return ListValue(tuple(map(Known, elements)), tuple(map(Known, unknowns)))


@pytest.mark.parametrize(
    ("parts", "text", "answer"),
    [
        (("a",), "a", True),
        (("a",), "ab", False),
        ((UNKNOWN,), "", True),
        (("a", UNKNOWN, "a"), "a", False),
        (("a", UNKNOWN, "a"), "aa", True),
        (("a", UNKNOWN, "b", UNKNOWN, "b"), "a-b", False),
        (("a", UNKNOWN, "b", UNKNOWN, "b"), "a\nbb", True),
        ((UNKNOWN, "ab", UNKNOWN, "ab", UNKNOWN), "aab", False),
        ((UNKNOWN, "ab", UNKNOWN, "ab", UNKNOWN), "xababx", True),
        ((UNKNOWN, "x", UNKNOWN), "abc", False),
    ],
)
def test_a_text_agrees_where_its_known_parts_stand_in_order(
    parts: tuple[str | Value, ...], text: str, answer: bool
) -> None:
    assert text_agrees(parts, text) is answer


@pytest.mark.parametrize(
    ("value", "expected", "answer"),
    [
        (listed(IntValue(1)), [1], True),
        (listed(IntValue(1)), [1, 2], False),
        (listed(IntValue(1), unknowns=(IntValue(2),)), [2, 1, 2], True),
        (listed(IntValue(1), unknowns=(IntValue(2),)), [2, 3, 1], False),
        (listed(IntValue(1), IntValue(2), unknowns=(UNKNOWN,)), [2, 1], False),
        (listed(IntValue(1), unknowns=(UNKNOWN,)), [], False),
        (AttrsValue({"a": Entry(Known(IntValue(1)))}), {"a": 1, "b": 2}, False),
        (AttrsValue({"a": Entry(Known(IntValue(1)))}, (), (UNKNOWN,)), {"a": 1, "b": 2}, True),
        (AttrsValue({}, (DynamicEntry(texts("x", UNKNOWN), Entry(Known(IntValue(2)))),)), {"xy": 2}, True),
        (AttrsValue({}, (DynamicEntry(texts("x", UNKNOWN), Entry(Known(IntValue(2)))),)), {"y": 2}, False),
        (IntValue(1), True, False),
        (ChoiceValue(UNKNOWN, (Known(IntValue(1)), Known(IntValue(2)))), 3, False),
    ],
)
def test_what_is_known_is_contradicted_by_what_it_cannot_be(value: Value, expected: object, answer: bool) -> None:
    assert agrees(value, expected) is answer


def test_the_comparison_of_very_many_possibilities_ends() -> None:
    many = texts(*(UNKNOWN, "a") * 500)
    assert not agrees(many, "a" * 499 + "b" * 5_000)
    unknowns = tuple(texts(*(UNKNOWN, "a") * 20) for _ in range(20))
    assert not agrees(listed(*unknowns, texts("b"), unknowns=unknowns), ["a" * 20] * 200)
    choice: Value = IntValue(1)
    for _ in range(60):
        choice = ChoiceValue(UNKNOWN, (Known(choice), Known(choice)))
    assert not agrees(choice, 2)
