"""Programs and what is known of their values, held against what the real Nix makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nixlint.semantics.language import symbols
from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.values import Known, SymbolValue, Value
from nixlint.syntax.problems import find_problems
from nixlint.syntax.source_file import SourceFile
from tests.nix.nix_referee import Refusal, evaluate_each
from tests.semantics.language.holes import HOLE, with_holes
from tests.semantics.language.known_values import NotKnown, agrees, as_json

LIB = Path(__file__).parents[2] / "nix" / "library.nix"
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


def evaluated(program: str) -> Value:
    """What the interpreter makes of a program, to which `lib` and the hole are symbols."""
    interpreter = Interpreter(lambda _path: None)
    scope = interpreter.globals.binding({"lib": Known(SymbolValue(symbols.LIB)), HOLE: Known(SymbolValue((HOLE,)))})
    return interpreter.evaluate(_parsed(program).root, scope)


@dataclass(frozen=True)
class Comparison:
    """One program, and what comes of it."""

    program: str
    expected: object
    """What Nix makes of it; a :class:`Refusal` where that is an error."""
    known: object
    """What nixlint knows to be its value; a :class:`NotKnown` where it does not know all of it."""
    contradicts: bool
    """Whether Nix denies what nixlint knows of it. An error denies nothing: what is not known is taken not to fail."""

    @property
    def is_refused(self) -> bool:
        """Whether Nix ends the evaluation with an error."""
        return isinstance(self.expected, Refusal)

    @property
    def is_known(self) -> bool:
        """Whether nixlint knows all of the value."""
        return not isinstance(self.known, NotKnown)


def compare(programs: Sequence[str]) -> list[Comparison]:
    """Hold what is known of programs against Nix."""
    return list(map(_compared, programs, evaluate_each(programs, f"lib = import {LIB};")))


def _compared(program: str, expected: object) -> Comparison:
    value = evaluated(program)
    try:
        known: object = as_json(value)
    except NotKnown as reason:
        refuted = not isinstance(expected, Refusal) and not agrees(value, expected)
        return Comparison(program, expected, reason, refuted)
    return Comparison(program, expected, known, not isinstance(expected, Refusal) and known != expected)


def holed(program: str, choice: int) -> str | None:
    """A program with one of its literals taken out, where it has one without which it is still a program."""
    holes = list(with_holes(program))
    found = holes[choice % len(holes)] if holes else None
    return found if found is not None and not find_problems(_parsed(found)) else None


def compare_with_holes(programs: Sequence[str]) -> Iterator[tuple[str, str, object]]:
    """The programs with a hole and the fillings with which Nix denies what is known without one, and its value."""
    filled = [f"({HOLE}: {program}) ({filling})" for program in programs for filling in FILLINGS]
    answers = iter(evaluate_each(filled, f"lib = import {LIB};"))
    for program in programs:
        value = evaluated(program)
        for filling in FILLINGS:
            expected = next(answers)
            # What Nix refuses with this filling tells nothing of what the program is with another.
            if not isinstance(expected, Refusal) and not agrees(value, expected):
                yield program, filling, expected


def _parsed(program: str) -> SourceFile:
    return SourceFile.parse(Path("/generated/program.nix"), program.encode())
