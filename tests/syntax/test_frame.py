"""A set is looked at alone where nothing outside has a part in it, and what is inserted is the same then."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nixlint.syntax import insertion
from nixlint.syntax.frame import Frame, frame_of
from nixlint.syntax.insertion import define_many
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.span import Span
from nixlint.syntax.views import AttrSet, attribute_set_at

from .reading import parsed

MANY = "".join(f"  containers.c{number}.autoStart = true;\n" for number in range(100))


def set_at(file: SourceFile, mark: str) -> AttrSet:
    """The set that begins where a text does."""
    start = file.data.index(mark.encode())
    found = next(
        view
        for end in range(start + 1, len(file.data) + 1)
        if (view := attribute_set_at(file, Span(start, end))) is not None and view.span.start == start
    )
    assert isinstance(found, AttrSet)
    return found


def test_what_stands_around_a_set_is_not_parsed_again() -> None:
    attrset = set_at(parsed(f"{{\n{MANY}  a = {{ b = 1; }};\n{MANY.replace('c', 'd')}}}\n"), "{ b")
    assert len(frame_of(attrset).attrset.file.data) < 30


@pytest.mark.parametrize(
    "text",
    [
        "{ a = { b = 1; }; a.c = 2; }",
        "{ a.c = 2; a = ({ b = 1; }); }",
        "{ x = { a = { b = 1; }; }; x.a.c = 2; }",
        "let a = { b = 1; }; a.c = 2; in a",
        "{ a = { b = 1; }; a = { c = 2; }; }",
    ],
)
def test_with_a_binding_that_is_merged_with_the_set_all_of_the_file_is_judged(text: str) -> None:
    attrset = set_at(parsed(text), "{ b")
    assert frame_of(attrset).attrset == attrset
    assert define_many(attrset, [(("c",), "3")]) is None


@pytest.mark.parametrize(
    "text", ["{ x.a = { b = 1; }; x.d = 2; }", "{ x.a = { b = 1; }; x.e.a.c = 2; }", "{ a = f { b = 1; }; f = { }; }"]
)
def test_bindings_beside_a_set_are_not_merged_with_it(text: str) -> None:
    attrset = set_at(parsed(text), "{ b")
    assert frame_of(attrset).attrset.file is not attrset.file


_SETS = ("{ }", "{ b = 1; }", "{\n  b = 1;\n}", "{ b.c = { }; }", "{ # why\n}", "{\n\tb.c = 1; # why\n}", "{ }.x")
_BEFORE = (
    "",
    "\t",
    "    a = ",
    "{ a = ",
    "x: ",
    "{\r\n  y = 1;\r\n  a = ",
    "[ 1 ",
    '{ s = "é"; a = ',
    "{" + " x = 1;" * 20 + " a = ",
)
_AFTER = {"{": "; }", "[": " ]", " ": "", "x": "", "\t": ""}


@settings(max_examples=150)
@given(st.sampled_from(_BEFORE), st.sampled_from(_SETS), st.sampled_from(("\n", " # the end\n", "  ")))
def test_the_edits_are_those_that_the_whole_file_gives(before: str, attrset: str, end: str) -> None:
    mark = attrset.removesuffix(".x")
    text = before + attrset + _AFTER.get(before[:1], "") + end
    file = parsed(text)
    start = len(before.encode())
    found = attribute_set_at(file, Span(start, start + len(mark.encode())))
    assert found is not None
    definitions = [(("b", "c", "d"), "2"), (("e",), "[\n  1\n]")]
    framed = define_many(found, definitions)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(insertion, "frame_of", lambda found: Frame(found, found.file.layout))
        assert framed == define_many(found, definitions)
