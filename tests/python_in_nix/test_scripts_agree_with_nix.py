"""A script reads as Nix reads it, every piece of it is known by its place, and what is written back means what it should."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from nixlint.python_in_nix.lossless import edits_between
from nixlint.python_in_nix.program_text import ProgramText, SegmentKind
from nixlint.python_in_nix.script_reading import read_script
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.edits import Edit, apply_edits
from nixlint.syntax.problems import find_problems
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.span import Span
from tests.nix.nix_referee import evaluate_json
from tests.syntax.test_string_literals_agree_with_nix import INDENTED_PIECES, QUOTED_PIECES

BATCH = 30
EXAMPLES = int(os.environ.get("NIXLINT_EXAMPLES", "4"))
PYTHON_PIECES = (
    "\n    start_all()",
    "\n\tmachine.succeed('a')",
    "\n  \t with subtest('é'):",
    "\r\n      machine.fail('b')  # \U0001f600",
    "\n    # ''${HOME} ''\\n",
    "\n    s = r'\\d' + \"''\\t\"",
    '\n${"x"}',
    '\n    ${"start_all()"}\n',
    "\n  ${''\n    a = 1\n    b = 2\n''}",
    "\n      ${''\n\tx\r\n''}y",
    "-${''''}",
    '\n    ${""}z',
)
"""Lines as scripts have them: statements at tabs and spaces, escapes of both languages, interpolations that begin a line."""
INDENTED = st.lists(st.sampled_from(INDENTED_PIECES + PYTHON_PIECES), max_size=14).map(
    lambda pieces: "''" + "".join(pieces) + "''"
)
QUOTED = st.lists(st.sampled_from(QUOTED_PIECES), max_size=10).map(lambda pieces: '"' + "".join(pieces) + '"')
SUM = st.lists(st.one_of(INDENTED, QUOTED), min_size=1, max_size=3).map(" + ".join)


def text_of(source: SourceFile) -> ProgramText:
    script = read_script(source.root, Repository(source.path.parent, (), None))
    return ProgramText(()) if script is None else script.text


def parsed(text: str) -> SourceFile:
    source = SourceFile.parse(Path("/nowhere/test.nix"), text.encode())
    assert not find_problems(source), text
    return source


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(SUM, min_size=BATCH, max_size=BATCH))
def test_a_script_is_the_text_that_nix_makes_of_it(scripts: list[str]) -> None:
    meant = evaluate_json([f"({script})" for script in scripts])
    assert [text_of(parsed(script)).text for script in scripts] == meant


@settings(max_examples=10 * EXAMPLES, deadline=None)
@given(SUM)
@example("\"${ ''  '' /* } */ }\"")
@example('\'\'a${""}b\'\' + "${""}"')
def test_a_verbatim_piece_stands_in_the_file_as_it_reads(script: str) -> None:
    source = parsed(script)
    text = text_of(source)
    at = 0
    for segment in text.segments:
        if segment.kind is SegmentKind.VERBATIM:
            assert source.data[segment.start : segment.end] == segment.text
        place = text.place(Span(at, at + len(segment.text)))
        if segment.text:
            assert place is None or place.span == Span(segment.start, segment.end)
        elif not text.data:
            assert place is not None
            assert place.span in [Span(each.start, each.end) for each in text.segments]
        at += len(segment.text)
    assert b"".join(segment.text for segment in text.segments) == text.data


@settings(max_examples=10 * EXAMPLES, deadline=None)
@given(SUM)
def test_a_script_that_is_written_back_unchanged_is_the_same_file(script: str) -> None:
    text = text_of(parsed(script))
    assert edits_between(text, text.data) == ()


LAST_LINES = [
    ("''\n\ta    ''", 2, 0, "start_all()\n"),
    ("''a\n    ''", 0, 1, ""),
    ("''\n  x y  ''", 0, 3, ""),
    ("\"x\" + ''a b''", 1, 0, "\n"),
    ("\"x\" + ''a\n b''", 1, 1, ""),
    ("''\n  a.b()\n    c\n''", 0, 0, "k3s"),
    ("''\n\n\n    ${\"\"}z''", 3, 0, "a\nb\n"),
    ("''\n\n    a\n  \n    b''", 4, 0, "c\nd\n"),
    ("''\n\n      ${\"x\"}\n    b c\n''", 5, 1, "d\n"),
    ("''\n  k3s_a.b()\n  a\n''", 0, 5, "a"),
]
"""Changes after which a line has nothing but spaces, or an opening line nothing at all: Nix drops both."""


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.tuples(SUM, st.integers(0, 60), st.integers(0, 4), st.sampled_from((
    "x", "wait_for_unit", "\n", "\n  a", "é", "", '"', "\\n", "#", "a\n\nb", "x$", "'", "start_all()\n", "a\nb\n",
))), min_size=BATCH, max_size=BATCH))  # fmt: skip
@example(LAST_LINES)
def test_what_is_written_back_means_the_new_script(changes: list[tuple[str, int, int, str]]) -> None:
    written: list[str] = []
    meant: list[str] = []
    for script, start, length, added in changes:
        source = parsed(script)
        text = text_of(source)
        new = (text.text[:start] + added + text.text[start + length :]).encode()
        edits = edits_between(text, new)
        if edits is not None:
            data = apply_edits(source.data, [Edit(place.span, replacement) for place, replacement in edits])
            written.append(data.decode())
            meant.append(new.decode())
    if written:
        assert evaluate_json([f"({script})" for script in written]) == meant
