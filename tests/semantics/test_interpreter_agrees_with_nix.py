"""What the interpreter knows of a value is what Nix makes of it."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from nixlint.semantics import symbols
from nixlint.semantics.interpreter import Interpreter
from nixlint.semantics.values import (
    AttrsValue,
    BoolValue,
    FloatValue,
    IntValue,
    Known,
    ListValue,
    NullValue,
    StringValue,
    SymbolValue,
    Value,
)
from nixlint.syntax.source_file import SourceFile
from tests.nix.nix_referee import evaluate_json
from tests.semantics.nix_programs import programs

LIB = Path(__file__).parent.parent / "nix" / "lib.nix"


class NotKnown(Exception):
    """A value that is not wholly known."""


def evaluated(program: str) -> Value:
    interpreter = Interpreter(lambda _path: None)
    source = SourceFile.parse(Path("/generated/program.nix"), program.encode())
    scope = interpreter.globals.binding({"lib": Known(SymbolValue(symbols.LIB))})
    return interpreter.evaluate(source.root, scope)


def as_json(value: Value) -> object:
    match value:
        case NullValue():
            return None
        case BoolValue() | IntValue() | FloatValue():
            return value.value
        case StringValue(text=str() as text):
            return text
        case ListValue(unknowns=()):
            return [as_json(element.force()) for element in value.elements]
        case AttrsValue(is_open=False):
            return {name: as_json(entry.value.force()) for name, entry in value.entries.items()}
        case _:
            raise NotKnown(repr(value))


def in_nix(programs: list[str]) -> list[object]:
    return evaluate_json([f"let lib = import {LIB}; in {program}" for program in programs])


@settings(deadline=None)
@given(st.lists(programs(), min_size=20, max_size=60))
def test_every_known_value_is_the_value_that_nix_computes(batch: list[str]) -> None:
    for program, expected in zip(batch, in_nix(batch), strict=True):
        assert as_json(evaluated(program)) == expected, program
