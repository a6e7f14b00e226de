"""What the interpreter knows of a value is what Nix makes of it."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from nixlint.semantics import symbols
from nixlint.semantics.interpreter import Interpreter
from nixlint.semantics.values import (
    Known,
    SymbolValue,
    Value,
)
from nixlint.syntax.source_file import SourceFile
from tests.nix.nix_referee import Refusal, evaluate_each, evaluate_json
from tests.semantics.holes import HOLE, with_holes
from tests.semantics.known_values import agrees, as_json
from tests.semantics.nix_programs import programs

FILLINGS = (
    "0",
    "7",
    "(-1)",
    '""',
    '"a"',
    '"nix"',
    "true",
    "false",
    "null",
    "[ ]",
    "[ 3 1 ]",
    "{ }",
    "{ a = 1; b.a = 2; }",
)
"""What may stand where nixlint does not know what stands there."""
LIB = Path(__file__).parent.parent / "nix" / "library.nix"


def evaluated(program: str) -> Value:
    interpreter = Interpreter(lambda _path: None)
    source = SourceFile.parse(Path("/generated/program.nix"), program.encode())
    scope = interpreter.globals.binding({"lib": Known(SymbolValue(symbols.LIB)), HOLE: Known(SymbolValue((HOLE,)))})
    return interpreter.evaluate(source.root, scope)


def in_nix(programs: list[str]) -> list[object]:
    return evaluate_json([f"let lib = import {LIB}; in {program}" for program in programs])


@settings(deadline=None)
@given(st.lists(programs(), min_size=20, max_size=60))
def test_every_known_value_is_the_value_that_nix_computes(batch: list[str]) -> None:
    for program, expected in zip(batch, in_nix(batch), strict=True):
        assert as_json(evaluated(program)) == expected, program


@settings(deadline=None, max_examples=5)
@given(st.lists(st.tuples(programs(), st.integers(min_value=0, max_value=1_000)), min_size=10, max_size=30))
def test_nothing_is_known_wrongly_of_a_program_with_a_part_that_is_not_known(batch: list[tuple[str, int]]) -> None:
    holed = [holes[choice % len(holes)] for program, choice in batch if (holes := list(with_holes(program)))]
    filled = [f"({HOLE}: {program}) ({filling})" for program in holed for filling in FILLINGS]
    answers = iter(evaluate_each(filled, f"lib = import {LIB};"))
    for program in holed:
        value = evaluated(program)
        for filling in FILLINGS:
            expected = next(answers)
            # What Nix refuses with this filling tells nothing of what the program is with another.
            assert isinstance(expected, Refusal) or agrees(value, expected), f"{program} with {filling}: {expected!r}"
