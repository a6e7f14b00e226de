"""A string literal means to nixlint what it means to Nix, in both directions: reading and writing.

Every example is a batch of literals that one Nix evaluates, so that thousands of literals cost seconds.
"""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nixlint.syntax.string_literal import (
    attr_name_literal,
    decode,
    encode,
    encode_indented,
    static_name,
    static_text,
)
from nixlint.syntax.views import AttrSet, Binding, String
from tests.nix.nix_referee import evaluate_json

from .reading import parsed

BATCH = 40

# What literals are made of. Any sequence of the pieces of a kind is one literal: no piece closes it, and no two of them
# do together. An interpolation is written with the quotes of the other kind, because a '$' before it makes it text.

TEXT = ("a", "word", " ", "    ", "\t", "é", "語", "\U0001f600", "#", "/* */", "{", "}", "\\a", "$", "$$", "a$b", "=;")
LINE_ENDS = ("\n", "\n  ", "\n    ", "\n\t", "\n \t ", "\r\n", "\r\n  ", "\r", "\n\n", "   \n")
QUOTED_PIECES = (
    *(piece for piece in TEXT if piece != "{"),
    *LINE_ENDS,
    *r"\n \r \t \\ \" \$ \${ \' \é \a \{".split(),
    "\\\n",
    "\\\r",
    "\\ ",
    "$\\n",
    "$\r\n",
    "-$${",
    "$$$",
    "'",
    "''",
    "''$",
    "''\\n",
    "${''x''}",
    "${''\n  x\n''}",
    '-${"y"}',
    '-${"a${"b"}c"}',
    "${ ''  '' /* } */ }",
)
INDENTED_PIECES = (
    *(piece for piece in TEXT if piece != "{"),
    *LINE_ENDS,
    *LINE_ENDS,
    "'''",
    "''$",
    "''${",
    "-$${",
    "'a",
    "' ",
    "'\n",
    "'$a",
    '"',
    '\\"',
    "\\n",
    "\\${ ''x'' }",
    *r"''\n ''\r ''\t ''\\ ''\' ''\$ ''\a ''\é".split(),
    "''\\ ",
    "''\\\n",
    "''\\\r\n",
    '${"x"}',
    '${"\n  x\n"}',
    "-${''y''}",
    '\'${"z"}',
    "-${''\n  a${\"b\"}\n   c''}",
    '${ "  " # }\n }',
)


def literals(opening: str, pieces: tuple[str, ...], closing: str) -> st.SearchStrategy[str]:
    joined = st.lists(st.sampled_from(pieces), max_size=9).map("".join)
    return joined.map(lambda inner: opening + inner + closing)


def batches(item: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(item, min_size=BATCH, max_size=BATCH, unique=True)


def string_in(text: str) -> String:
    root = parsed(text.encode("utf-8", "surrogateescape")).root
    assert isinstance(root, String), text
    return root


def meaning(literal: String) -> str:
    """The text of a literal, whose interpolations must be literals themselves."""
    pieces: list[str] = []
    for part in decode(literal):
        if isinstance(part, str):
            assert part, "a piece of text is never empty"
            pieces.append(part)
        else:
            assert isinstance(part.expression, String)
            pieces.append(meaning(part.expression))
    return "".join(pieces)


@settings(max_examples=50)
@given(batches(literals('"', QUOTED_PIECES, '"')))
def test_a_quoted_string_is_read_as_nix_reads_it(batch: list[str]) -> None:
    for literal, value in zip(batch, evaluate_json(batch), strict=True):
        assert meaning(string_in(literal)) == value, literal


@settings(max_examples=75)
@given(batches(literals("''", INDENTED_PIECES, "''")))
@example(["''\n  a\n    b\n  ''", "''\r\n  a\r\n  b\r\n''", "''\n\ta\n\t  b\n''", "''\n  ''\\ a\n    b''", "''   ''"])
@example(["''a\n  b''", "''  \n\n   a''", "''\n    ${\"x\"}\n   ''$\n''", "''\n   '''a\n    b\n''", "''''"])
def test_an_indented_string_is_read_as_nix_reads_it(batch: list[str]) -> None:
    for literal, value in zip(batch, evaluate_json(batch), strict=True):
        assert meaning(string_in(literal)) == value, literal


def test_a_string_with_an_interpolation_has_no_fixed_text() -> None:
    literal = string_in('"a${"b"}c\\n"')
    before, interpolation, after = decode(literal)
    assert (before, after) == ("a", "c\n")
    assert not isinstance(interpolation, str)
    assert interpolation.text == '${"b"}'
    assert static_text(literal) is None
    assert static_text(string_in('"a$${b}c"')) == "a$${b}c"
    assert [static_text(string_in(empty)) for empty in ('""', "''''", "''\n  ''")] == ["", "", ""]


def test_bytes_that_are_no_utf_8_survive_reading_and_writing() -> None:
    root = parsed(b'"a\xff\xc3"').root
    assert isinstance(root, String)
    text = static_text(root)
    assert text == "a\udcff\udcc3"
    assert encode(text).encode("utf-8", "surrogateescape") == b'"a\xff\xc3"'


# Writing.

WRITTEN = (
    *("a", "b c", " ", "  ", "    ", "\t", "é", "語", "\n", "\n\n", "\n  ", "\n    ", "\r\n", "\r", "\\", "\\n", '"'),
    *("'", "''", "'''", "$", "$$", "${", "{", "}", "''$", "''${", "''\\", "'$", "$'", "$''", "#", "\x01", "\x7f"),
    *("\udcff", "\udce9\udca0"),
)
texts = st.lists(st.sampled_from(WRITTEN), max_size=8).map("".join)
indents = st.sampled_from(("", "  ", "    ", "\t", "\t\t", "      ", " \t"))


@settings(max_examples=22)
@given(batches(texts))
def test_a_text_written_as_a_quoted_string_means_that_text(batch: list[str]) -> None:
    written = [encode(text) for text in batch]
    assert evaluate_json(written) == batch
    assert [static_text(string_in(literal)) for literal in written] == batch
    assert not any("\n" in literal for literal in written), "it stays on one line"


@settings(max_examples=35)
@given(batches(texts), indents)
@example(["", "\n", " ", "  \n", "a", " a", " a\n", "  a\n b\n", "\n a", "a\n ", "a\n  \n", "'", "a'", "$", "''"], "  ")
@example(
    ["''\n", "'$", "${", "$${", "a\n\n b", " \n a", "\n\n", "\t", "\ta\n b", "a\r\nb\r\n", " \n", " \n ", "\\"], "\t"
)
def test_a_text_written_as_an_indented_string_means_that_text(batch: list[str], indent: str) -> None:
    written = [encode_indented(text, indent) for text in batch]
    assert evaluate_json([f"\n{indent}{literal}" for literal in written]) == batch
    assert [static_text(string_in(literal)) for literal in written] == batch


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("echo hi\nexit\n", ["''", "    echo hi", "    exit", "  ''"]),
        ("no line end", ["''", "    no line end''"]),
        ("if true; then\n  echo\n\nfi\n", ["''", "    if true; then", "      echo", "", "    fi", "  ''"]),
        ("  deep\n", ["''", "    ''\\  deep", "  ''"]),
        ("${HOME} ''quoted''\n", ["''", "    ''${HOME} '''quoted'''", "  ''"]),
    ],
)
def test_an_indented_string_stands_two_spaces_deeper_than_its_line(text: str, lines: list[str]) -> None:
    assert encode_indented(text, "  ").split("\n") == lines


names = st.one_of(
    texts,
    st.sampled_from("if then else assert with let in rec inherit or a _ a' a-b A1 __curPos 1a -a 'a a.b null".split()),
    st.text("abZ019_-'", max_size=6),
)


@settings(max_examples=18)
@given(batches(names))
def test_a_name_written_as_an_attribute_name_is_that_name(batch: list[str]) -> None:
    sets = [f"{{ {attr_name_literal(name)} = null; }}" for name in batch]
    assert evaluate_json([f"builtins.attrNames {written}" for written in sets]) == [[name] for name in batch]
    for name, written in zip(batch, sets, strict=True):
        root = parsed(written.encode("utf-8", "surrogateescape")).root
        assert isinstance(root, AttrSet)
        (binding,) = root.bindings
        assert isinstance(binding, Binding)
        assert [static_name(part) for part in binding.path.names] == [name]


def test_a_name_is_quoted_only_where_it_must_be() -> None:
    bare = ["a", "_a", "web-1", "a'", "null", "true", "import", "__curPos"]
    assert [attr_name_literal(name) for name in bare] == bare
    assert attr_name_literal("10.0.0.1") == '"10.0.0.1"'
    assert attr_name_literal("or") == '"or"'
    assert attr_name_literal("") == '""'
    assert attr_name_literal("a\n") == '"a\\n"'
