"""A document that is no good is one kind of error, however it is no good, and costs little."""

from __future__ import annotations

import resource

import pytest

from nixlint.semantics.language.documents import DocumentError, read_json, read_toml


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "9" * 5_000,
        "a = " + "[" * 5_000,
        "a." * 50_000 + "b = 1",
        "[" + "a." * 50_000 + "b]",
        "x = { " + "a." * 50_000 + "b = 1 }",
        "a = 1\na = 2",
        "a = 9999-99-99",
        "\0",
    ],
    ids=["digits", "brackets", "dotted key", "dotted table", "dotted key of an inline table", "twice", "date", "nul"],
)
def test_toml_that_is_no_good_is_a_document_error(text: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DocumentError):
        read_toml(text)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


@pytest.mark.parametrize(
    "text",
    ["9" * 5_000, "[" * 100_000, '{"a":' * 100_000, "NaN", "", '{"a"'],
    ids=["digits", "brackets", "braces", "nan", "empty", "cut off"],
)
def test_json_that_is_no_good_is_a_document_error(text: str) -> None:
    with pytest.raises(DocumentError):
        read_json(text)


def test_a_mistake_in_toml_has_its_place() -> None:
    with pytest.raises(DocumentError) as caught:
        read_toml("a = 1\nb = ]\n")
    assert (caught.value.line, caught.value.column) == (2, 5)


def test_good_documents_are_data() -> None:
    assert read_toml('a.b."c.d" = 1\n[t]\nx = ["..."]') == {"a": {"b": {"c.d": 1}}, "t": {"x": ["..."]}}
    assert read_json('{"a": [1, null, "x"]}') == {"a": [1, None, "x"]}
