"""A backslash is strange where Python itself warns of it, and needless where Nix keeps nothing of it."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nixlint.python_in_nix.program import PythonProgram
from nixlint.python_in_nix.program_text import ProgramText, Segment, SegmentKind
from nixlint.python_in_nix.script_reading import read_script
from nixlint.python_in_nix.string_escapes import strange_escapes, swallowed_backslashes
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.place import Place
from nixlint.syntax.source_file import SourceFile
from tests.nix.nix_referee import evaluate_json

PIECES = (
    "a",
    " ",
    "é",
    "#",
    "\\.",
    "\\$",
    "\\é",
    "\\d",
    "\\n",
    "\\\\",
    "\\x41",
    "\\101",
    "\\\n",
    "\\'",
    '\\"',
    "{{",
    "\\u00e9",
)


def program_of(text: str) -> PythonProgram:
    data = text.encode()
    return PythonProgram(ProgramText([Segment(data, Path("/x"), 0, len(data), SegmentKind.VERBATIM)]))


@given(
    st.sampled_from(["", "r", "f", "rf", "b", "u"]),
    st.sampled_from(["'", '"', "'''", '"""']),
    st.lists(st.sampled_from(PIECES), max_size=8),
)
def test_what_is_strange_is_what_python_warns_of(prefix: str, quote: str, pieces: list[str]) -> None:
    inner = "".join(piece for piece in pieces if prefix != "b" or piece.isascii())
    text = f"first = 'ä'\nsecond = {prefix}{quote}{inner}{quote}\n"
    program = program_of(text)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            compile(text, "<script>", "exec")
        except SyntaxError:
            return
    warned = [str(each.message) for each in caught if "invalid escape sequence" in str(each.message)]
    found = list(strange_escapes(program))
    assert bool(found) == bool(warned)
    if found and inner.isascii():
        assert found[0].escape in warned[0]
    for each in found:
        written = program.text.data[each.span.start : each.span.end].decode()
        assert (written, each.backslash.start) == (each.escape, each.span.start)


def test_an_escape_in_an_f_string_is_found_where_it_stands() -> None:
    program = program_of("x = 1\ny = f\"\\. {x} \\$ {'a'}\" + r'\\.' + '\\.'\n")
    assert [program.text.data[each.span.start - 1 : each.span.end] for each in strange_escapes(program)] == [
        b'"\\.',
        b" \\$",
        b"'\\.",
    ]


@pytest.mark.parametrize(("opening", "escape"), [('"', "\\"), ("''", "''\\")])
def test_what_is_needless_is_what_nix_drops(opening: str, escape: str) -> None:
    characters = [chr(code) for code in range(32, 127) if chr(code) not in "{"]
    literals = [f"{opening}a{escape}{each}b{opening}" for each in characters]
    meant = dict(zip(characters, evaluate_json(literals), strict=True))
    for character, literal in zip(characters, literals, strict=True):
        source = SourceFile.parse(Path("/nowhere/test.nix"), literal.encode())
        script = read_script(source.root, Repository(source.path.parent, (), None))
        assert script is not None
        place = Place(source.path, source.root.span)
        found = list(swallowed_backslashes(script.text, place, source.data))
        if found:
            assert meant[character] == f"a{character}b"
            assert found[0].written == f"{escape}{character}"
        elif character.isalnum():
            assert meant[character] != f"a{character}b"
