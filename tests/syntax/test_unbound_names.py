"""Variables that nothing binds are those for which Nix refuses a file that it has parsed."""

from __future__ import annotations

from random import Random

import pytest

from nixlint.syntax.problems import find_problems, undefined_variables
from nixlint.syntax.unbound_names import free_names
from tests.nix.nix_referee import parse_verdicts

from .nix_texts import nix_text
from .reading import body, parsed

BOUND = (
    "let a = 1; in a",
    "let a = b; b = 1; in a",
    "let inherit (a) b; a = { }; in b",
    "let a = 1; in let inherit a; in a",
    'let "a" = 1; in a',
    'let ${"a"} = 1; in a',
    "let a.b = 1; in a",
    "rec { a = b; b = 1; }",
    "rec { a = 1; ${b} = 1; b = a; }",
    "let { body = a; a = 1; }",
    "a: a",
    "{ a, b ? a }: b",
    "{ a ? c, ... }@c: a",
    "c@{ ... }: c",
    "with { }; a",
    "with { }; x: { inherit a; b = rec { c = d; }; }",
    "x: x.a or x",
    "{ a = __curPos; b = __currentTime; c = builtins; d = true; e = map; }",
    "x: \"${x}\" + ''${x}'' + ./a/${x}",
)
UNBOUND = (
    ("a", ["a"]),
    ("{ a = 1; b = a; }", ["a"]),
    ("let a = 1; in b", ["b"]),
    ("let inherit a; in a", ["a"]),
    ("rec { inherit a; }", ["a"]),
    ("{ inherit a b; }", ["a", "b"]),
    ("let inherit (a) b; in b", ["a"]),
    ("(x: x) x", ["x"]),
    ("with a; b", ["a"]),
    ("(with { }; a) b", ["b"]),
    ("{ a, b ? c }: a", ["c"]),
    ("{ ${a} = 1; }", ["a"]),
    ("x: x.${a}.b or c", ["a", "c"]),
    ('"${a}"', ["a"]),
    ("./a/${b}", ["b"]),
    ("concatMap", ["concatMap"]),
    ("__nothing", ["__nothing"]),
)


@pytest.mark.parametrize("text", BOUND)
def test_a_name_that_is_bound_in_any_way_is_no_problem(text: str) -> None:
    assert list(undefined_variables(parsed(text))) == []


@pytest.mark.parametrize(("text", "names"), UNBOUND)
def test_a_name_that_nothing_binds_is_found_where_it_stands(text: str, names: list[str]) -> None:
    found = list(undefined_variables(parsed(text)))
    assert [text.encode()[item.span.start : item.span.end].decode() for item in found] == names
    assert [item.message for item in found] == [f"undefined variable '{name}'" for name in names]


def test_nix_says_the_same_of_each_of_them() -> None:
    texts = [*BOUND, *(text for text, _ in UNBOUND)]
    for text, verdict in zip(texts, parse_verdicts([text.encode() for text in texts]), strict=True):
        assert ("undefined variable" in verdict.message) == (text not in BOUND), (text, verdict.message)


@pytest.mark.parametrize("seed", range(200, 206))
def test_nix_says_the_same_of_random_texts(seed: int) -> None:
    random = Random(seed)
    texts = [text for text in (nix_text(random) for _ in range(160)) if not find_problems(parsed(text))]
    compared = 0
    for text, verdict in zip(texts, parse_verdicts(texts), strict=True):
        found = list(undefined_variables(parsed(text)))
        # What the grammar is unsure of is left alone, so that Nix may refuse more, and never less.
        assert not found or "undefined variable" in verdict.message, (text, verdict.message)
        compared += bool(found)
    assert compared > 0


def test_a_file_with_a_syntax_error_has_no_other_problem() -> None:
    assert list(undefined_variables(parsed("{ a = b; c = "))) == []


def test_free_names_are_those_that_a_binding_around_decides() -> None:
    expression = body(parsed("x: y: with y; { a = x; b = let z = 1; in z + w; inherit v; }"))
    assert free_names(expression) == {"x", "y", "w", "v"}
