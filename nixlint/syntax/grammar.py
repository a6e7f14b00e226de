"""The tree-sitter grammar of Nix, and the repair of its known gaps.

The published grammar refuses or misreads some Nix. Each such gap is an entry of :data:`GAPS`: where its tokens stand, a
stand-in of the same length is parsed instead, so every offset holds, and text is always read from the original bytes.
The places come from the exact lexer, never from a search over the text, so nothing inside a string or a comment is
taken for code; and nothing happens at all where the grammar copes by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import tree_sitter_nix
from tree_sitter import Language, Parser, Tree

from .lexer import Token, tokens
from .span import Span


def parse_tree(data: bytes) -> Tree:
    """Parse bytes as Nix; the tree's offsets are those of ``data``."""
    source = _with_line_feeds(data)
    for run in long_runs(data):
        source = source[: run.start] + b" " * len(run) + source[run.end :]
    tree = _parser().parse(source)
    if tree.root_node.has_error or _takes_update_for_path(data, tree):
        tree_without_commas = _without_plain_commas(source)
        if tree_without_commas is not None:
            return tree_without_commas
        repaired = _repair(source)
        if repaired != source:
            return _parser().parse(repaired)
    return tree


@cache
def language() -> Language:
    """The grammar as tree-sitter knows it."""
    return Language(tree_sitter_nix.language())


MAX_RUN = 8192
"""As many bytes of names, dots, numbers and paths may stand together; the longest path a system takes has 4096."""


def long_runs(data: bytes) -> list[Span]:
    """Runs of more than ``MAX_RUN`` bytes of code without a blank or a bracket, which are not parsed.

    The grammar's scanner looks for the end of a path at every token, at a cost of the square of such a run's length.
    """
    if len(data) <= MAX_RUN or max(map(len, data.split(b"\n"))) <= MAX_RUN:
        return []
    runs: list[Span] = []
    start = end = -1
    for token in tokens(data):
        if token.kind not in _RUN_ENDS and token.start == end:
            end = token.end
            continue
        if end - start > MAX_RUN:
            runs.append(Span(start, end))
        start, end = (-1, -1) if token.kind in _RUN_ENDS else (token.start, token.end)
    return runs


_RUN_ENDS = frozenset({*'()[]{};,:?@="!', "''", "''-end", "${", "str", "ind-str", "end"})


class Rewrite(NamedTuple):
    """Bytes to parse instead of as many bytes of the original."""

    start: int
    stand_in: bytes


class Gap(NamedTuple):
    """Something that Nix accepts and the grammar doesn't, or that it reads in another way."""

    name: str
    why: str
    reference: str
    rewrites: Callable[[bytes, list[Token]], Iterator[Rewrite]]


def _trailing_commas(_: bytes, found: list[Token]) -> Iterator[Rewrite]:
    for before, comma, brace, after in zip(found, found[1:], found[2:], found[3:], strict=False):
        ends_formals = comma.kind == "," and brace.kind == "}" and after.kind in (":", "@")
        if ends_formals and before.kind not in ("{", ",", "...", ";"):
            yield Rewrite(comma.start, b" ")


def _empty_inherits(data: bytes, found: list[Token]) -> Iterator[Rewrite]:
    for index, token in enumerate(found):
        if token.kind != "inherit":
            continue
        last = index + 1
        if last < len(found) and found[last].kind == "(":
            last = _after_matching_parenthesis(found, last)
        if last < len(found) and found[last].kind == ";":
            for blanked in found[index : last + 1]:
                yield Rewrite(blanked.start, re.sub(rb"[^\r\n]", b" ", data[blanked.start : blanked.end]))


def _after_matching_parenthesis(found: list[Token], opening: int) -> int:
    depth = 0
    for index in range(opening, len(found)):
        kind = found[index].kind
        depth += (kind == "(") - (kind == ")")
        if depth == 0:
            return index + 1
    return len(found)


def _quotes_before_interpolations(data: bytes, found: list[Token]) -> Iterator[Rewrite]:
    for quote, after in pairwise(found):
        if quote.kind == "ind-str" and after.kind == "${" and data[quote.start : quote.end] == b"'":
            yield Rewrite(quote.start, b" ")


def _interpolated_home_paths(data: bytes, found: list[Token]) -> Iterator[Rewrite]:
    for token in found:
        if token.kind == "path" and data[token.start : token.end] == b"~/":
            yield Rewrite(token.start, b".")


def _updates_before_names(data: bytes, found: list[Token]) -> Iterator[Rewrite]:
    for token in found:
        if token.kind == "//" and data[token.end : token.end + 1].translate(None, _NOT_PATH_CHARACTERS):
            yield Rewrite(token.start, b"<=")


_PATH_CHARACTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-"
_NOT_PATH_CHARACTERS = bytes(byte for byte in range(256) if byte not in _PATH_CHARACTERS)
_UPDATE_BEFORE_NAME = re.compile(rb"//(?<![:/]//)(?=[a-zA-Z0-9._+\-])")


def _takes_update_for_path(data: bytes, tree: Tree) -> bool:
    """Whether the grammar has silently read the ``//b`` of ``a //b`` as a path."""
    for match in _UPDATE_BEFORE_NAME.finditer(data):
        node = tree.root_node.descendant_for_byte_range(match.start(), match.end())
        if node is not None and node.type == "path_fragment":
            return True
    return False


_PLAIN_TRAILING_COMMA = re.compile(rb"(?<=[a-zA-Z0-9_'\-)\]}\"]),(?=[ \t\r\n]*+\}[ \t\r\n]*+[:@])")


def _without_plain_commas(source: bytes) -> Tree | None:
    """The tree of bytes that only trailing commas among formals keep from being Nix for the grammar.

    No gap is as common, and to cut a file into tokens takes ten times as long as parsing it. Such a comma is seen without:
    what looks like one in a string or a comment may be a blank there, for text is read from the original; behind what may
    end a formal, and before what ends formals, it can be nothing else; what is no Nix for another reason keeps its error.
    """
    blanked = _PLAIN_TRAILING_COMMA.sub(b" ", source)
    if blanked == source:
        return None
    tree = _parser().parse(blanked)
    return None if tree.root_node.has_error or _takes_update_for_path(source, tree) else tree


_ENDS_OPERATORS = frozenset({";", ",", "=", ":", "@", "if", "then", "else", "in", "with", "assert", "let", "inherit"})
_OPENING = frozenset({"(", "[", "{", "${", "''", '"'})
_CLOSING = frozenset({")", "]", "}", "''-end"})


def _pipes(data: bytes, found: list[Token]) -> Iterator[Rewrite]:
    if not any(token.kind in ("|>", "<|") for token in found):
        return
    levels: list[list[Token]] = [[]]
    in_string: list[bool] = []
    for token in found:
        kind = token.kind
        closes_string = kind == '"' and bool(in_string) and in_string[-1]
        if kind in _CLOSING or closes_string:
            if len(levels) > 1:
                yield from _pipe_stand_ins(data, levels.pop())
                in_string.pop()
        elif kind in _OPENING:
            levels.append([])
            in_string.append(kind == '"')
        elif kind in _ENDS_OPERATORS or kind == "end":
            yield from _pipe_stand_ins(data, levels[-1])
            levels[-1] = []
        elif kind in ("|>", "<|", "||", "->"):
            levels[-1].append(token)


def _pipe_stand_ins(data: bytes, operators: list[Token]) -> Iterator[Rewrite]:
    """Stand-ins for the pipes among the loosest operators of one expression.

    Pipes bind more loosely than any operator. ``->`` is the loosest that the grammar knows, but groups to the right as
    ``<|`` does; ``||`` groups to the left as ``|>`` does, but is one step tighter. So ``||`` stands for ``|>``, except
    for a last one that has a true ``||`` on its right. Where a true ``->`` or ``||`` stands beside pipes, the tree
    groups them in another order than Nix does; the views group them anew.
    """
    pipes = [index for index, token in enumerate(operators) if token.kind in ("|>", "<|")]
    for index in pipes:
        token = operators[index]
        is_last_with_or = index == pipes[-1] and any(after.kind == "||" for after in operators[index + 1 :])
        wants_right = token.kind == "<|" or is_last_with_or
        # After a name, `->` would be lexed as part of it: `f->x`.
        glued = data[token.start - 1 : token.start].isalnum() or data[token.start - 1 : token.start] in (
            b"_",
            b"-",
            b"'",
        )
        yield Rewrite(token.start, b"->" if wants_right and not glued else b"||")


GAPS: tuple[Gap, ...] = (
    Gap(
        "trailing comma in formals",
        "`{ a, b, }: …` is the official formatter's own style; released grammars want `...` after the last comma.",
        "https://github.com/nix-community/tree-sitter-nix/pull/131",
        _trailing_commas,
    ),
    Gap(
        "pipe operators",
        "`|>` and `<|` are not in the grammar.",
        "https://github.com/nix-community/tree-sitter-nix/issues/83",
        _pipes,
    ),
    Gap(
        "quote before an interpolation",
        "In `''`-strings a `'` just before `${` is text; the scanner fails on it at the start of a piece.",
        "src/scanner.c, scan_indented_string_fragment",
        _quotes_before_interpolations,
    ),
    Gap(
        "update operator before a name",
        "`a //b` is an update, as a path never starts with `//`; the scanner takes `//b` for a path. The stand-in `<=` "
        "is the next looser operator, which groups to the left; `//` is associative, so the meaning is the same.",
        "src/scanner.c, scan_path_start",
        _updates_before_names,
    ),
    Gap(
        "interpolation at the start of a home path",
        "`~/${x}` is a path; the grammar wants a character after the slash. The views look at the original `~`.",
        "grammar.js, _hpath_start",
        _interpolated_home_paths,
    ),
    Gap(
        "inherit of nothing",
        "`inherit;` and `inherit (x);` bind nothing, but are Nix; the grammar wants a name. They are "
        "blanked, so this comes last.",
        "grammar.js, inherited_attrs",
        _empty_inherits,
    ),
)


def _repair(data: bytes) -> bytes:
    found = tokens(data)
    repaired = bytearray(data)
    for gap in GAPS:
        for start, stand_in in gap.rewrites(data, found):
            repaired[start : start + len(stand_in)] = stand_in
    return bytes(repaired)


_LONE_CARRIAGE_RETURN = re.compile(rb"\r(?!\n)")


def _with_line_feeds(data: bytes) -> bytes:
    """A lone carriage return ends a line and a comment in Nix; for the grammar only a line feed does."""
    return _LONE_CARRIAGE_RETURN.sub(b"\n", data) if b"\r" in data and b"#" in data else data


@cache
def _parser() -> Parser:
    return Parser(language())
