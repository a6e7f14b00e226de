"""nixlint refuses a text if and only if Nix does."""

from __future__ import annotations

from random import Random

import pytest

from nixlint.syntax.exact_parser import judge
from nixlint.syntax.problems import find_problems
from tests.nix.nix_referee import parse_verdicts

from .nix_texts import nix_text
from .reading import parsed


@pytest.mark.parametrize("seed", range(8))
def test_the_verdict_on_a_random_text_is_that_of_nix(seed: int) -> None:
    random = Random(seed)
    texts = [text for text in (nix_text(random) for _ in range(120)) if b"|>" not in text and b"<|" not in text]
    for text, verdict in zip(texts, parse_verdicts(texts), strict=True):
        assert (not find_problems(parsed(text))) == verdict.accepted, (text, verdict.message)


@pytest.mark.parametrize("seed", range(100, 108))
def test_the_short_way_and_the_exact_parser_agree(seed: int) -> None:
    random = Random(seed)
    for _ in range(1500):
        text = nix_text(random)
        file = parsed(text)
        problems = find_problems(file)
        assert bool(problems) == bool(judge(text)), text
        assert problems or not file.tree.root_node.has_error, text


ACCEPTED = (
    "{ a, b, }: a",
    "{ }: 1",
    "{ inherit; }",
    "{ inherit ({ }); }",
    "'''${\"x\"}''",
    "''${\"a\"}'${\"b\"}''",
    '~/${"x"}',
    './a//b${"c"}',
    "{ a = { }; a.b = 1; }",
    "{ a.b = 1; a.c = 2; }",
    "{ a = { x = 1; }; a = { y = 2; }; }",
    "{ a = (rec { x = 1; }); a.y = 2; }",
    '{ ${"a" + "b"} = 1; ${"a" + "b"} = 2; }',
    'let ${"a"} = 1; in a',
    "{ __overrides = { }; }",
    "x:y",
    "1e3",
    ".5",
    "1.",
    '"$${x}$"',
    "''$''",
    "a: a.b or a.c or 1",
    "a: -a ? b",
    "a: a ? b ? c",
    "a: a == (a == a)",
    "a: a < a == a",
    "map: map or [ ]",
    "/**/ 1 /***/",
    "# x\r1",
    "9223372036854775807",
    "{ or = 1; }.or",
    "let { body = 1; }",
    "__curPos",
    "<nixpkgs/nixos>",
    "rec { } //rec { }",
)
REFUSED = (
    "",
    "{ a = 1; a = 2; }",
    '{ a = 1; "a" = 2; }',
    '{ a = 1; ${"a"} = 2; }',
    "{ a = 1; a.b = 2; }",
    "{ a.b = 1; a = 2; }",
    "{ a = { b.c = 1; }; a = { b.d = 2; }; }",
    "{ inherit a; a = 1; }",
    "{ inherit a a; }",
    "{ a = { }; inherit a; }",
    "let a = 1; a = 2; in a",
    "let { a = 1; a = 2; }",
    "{ a, a }: a",
    "{ a, b }@a: a",
    "a@{ a }: a",
    "a: a == a == a",
    "a: a < a <= a",
    "a: a == !a == a",
    "./a/",
    "a/b//c",
    './${"a"}/',
    "\ufeff1",
    "1\x0c",
    "1\u00a02",
    "9223372036854775808",
    "1.5e999",
    "let ${builtins.x} = 1; in 1",
    '{ inherit ${"a" + "b"}; }',
    '{ inherit ({ }) "a${"b"}"; }',
    "{ if = 1; }",
    "{ a = 1; }.if",
    "a: a ? let",
    "{ inherit if; }",
    "{ a, let }: 1",
    "{ or }: 1",
    "or",
    "{ a }@b:c",
    "{ a, ..., }: a",
    "{ , }: 1",
    "[ 1, ]",
    "{ a = 1; , }",
    "{ a = 1 }",
    '"a',
    "''a",
    "/* a",
    "(1",
    "1)",
    "f: f let a = 1; in a",
    "1 + x: x",
    "a: a.b/c d ? e/f",
    "let a = 1; in./p",
)


def test_what_nix_accepts_of_the_hard_cases_is_accepted() -> None:
    verdicts = parse_verdicts(text.encode() for text in ACCEPTED)
    assert [text for text, verdict in zip(ACCEPTED, verdicts, strict=True) if not verdict.accepted] == []
    assert [text for text in ACCEPTED if find_problems(parsed(text))] == []
    assert [text for text in ACCEPTED if parsed(text).tree.root_node.has_error] == []


def test_what_nix_refuses_of_the_hard_cases_is_refused() -> None:
    verdicts = parse_verdicts(text.encode() for text in REFUSED)
    assert [text for text, verdict in zip(REFUSED, verdicts, strict=True) if verdict.accepted] == []
    assert [text for text in REFUSED if not find_problems(parsed(text))] == []


def test_a_syntax_error_is_shown_where_nix_shows_it_or_before() -> None:
    random = Random(7)
    texts = [text for text in (nix_text(random) for _ in range(150)) if b"|>" not in text and b"<|" not in text]
    for text, verdict in zip(texts, parse_verdicts(texts), strict=True):
        at_the_end = "unexpected end of file" in verdict.message
        if verdict.message.startswith("error: syntax error") and not at_the_end and b"\r" not in text:
            file = parsed(text)
            place = file.position(find_problems(file)[0].span.start)
            assert verdict.line is not None
            assert verdict.column is not None
            assert (place.line, place.column) <= (verdict.line, verdict.column), (text, verdict.message)
