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
from tests.nix.nix_referee import evaluate_json
from tests.semantics.holes import HOLE
from tests.semantics.known_values import as_json
from tests.semantics.nix_programs import programs

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
