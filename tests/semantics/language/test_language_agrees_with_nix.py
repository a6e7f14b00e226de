"""Each feature of the language is understood as Nix understands it: one row of the table of programs, one test."""

from __future__ import annotations

from functools import cache

import pytest

from tests.nix.nix_referee import Refusal, evaluate_each
from tests.semantics.language.known_values import NotKnown, as_json
from tests.semantics.language.language_cases import LANGUAGE, LEFT_UNKNOWN
from tests.semantics.language.program_agreement import evaluated


@cache
def answers() -> dict[str, object]:
    """What Nix says of every program of the table."""
    programs = [program for programs in LANGUAGE.values() for program in programs]
    return dict(zip(programs, evaluate_each(programs), strict=True))


@pytest.mark.parametrize("feature", LANGUAGE)
def test_feature_is_understood_as_nix_understands_it(feature: str) -> None:
    for program in LANGUAGE[feature]:
        expected = answers()[program]
        known = known_of(program)
        if isinstance(expected, Refusal):
            assert isinstance(known, NotKnown), f"{program} fails, and is taken to be {known!r}"
        else:
            assert typed(known) == typed(expected), program


@pytest.mark.parametrize("feature", LEFT_UNKNOWN)
def test_feature_is_left_unknown(feature: str) -> None:
    for program in LEFT_UNKNOWN[feature]:
        assert isinstance(known_of(program), NotKnown), program


def test_every_feature_has_a_program_that_gives_a_value() -> None:
    for feature, programs in LANGUAGE.items():
        assert any(not isinstance(answers()[program], Refusal) for program in programs), feature


@pytest.mark.parametrize(
    ("piped", "called"),
    [
        ("1 |> (x: x + 1)", "(x: x + 1) 1"),
        ("1 |> (x: x + 1) |> (x: x * 3)", "(x: x * 3) ((x: x + 1) 1)"),
        ("(x: x + 1) <| (x: x * 3) <| 1", "(x: x + 1) ((x: x * 3) 1)"),
        ("[ 1 2 ] |> map (x: x * 2) |> builtins.length", "builtins.length (map (x: x * 2) [ 1 2 ])"),
        ("1 + 2 |> (x: x * 2)", "(x: x * 2) (1 + 2)"),
        ("false -> true |> (x: [ x ])", "(x: [ x ]) (false -> true)"),
    ],
)
def test_pipes_are_calls(piped: str, called: str) -> None:
    assert evaluate_each([called]) == [known_of(piped)]


def known_of(program: str) -> object:
    """What is known of a program, or why not all of it is."""
    try:
        return as_json(evaluated(program))
    except NotKnown as reason:
        return reason


def typed(data: object) -> str:
    """Data as text, in which true and 1 differ; numbers as Nix prints them: with six digits, and 1.0 as 1."""
    match data:
        case bool() | None:
            return repr(data)
        case float():
            return f"{data:.6g}"
        case int():
            return str(data) if abs(data) < 1_000_000 or data % 10 else f"{data:.6g}"
        case list():
            return f"[{','.join(map(typed, data))}]"
        case dict():
            return repr(sorted((name, typed(item)) for name, item in data.items()))
        case _:
            return repr(data)
