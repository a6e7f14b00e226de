"""What the interpreter knows of a value is what Nix makes of it, for generated programs in all of the language."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.semantics.language.nix_programs import program, programs
from tests.semantics.language.program_agreement import compare, compare_with_holes, holed


@settings(deadline=None, max_examples=20)
@given(st.lists(programs(), min_size=20, max_size=60))
def test_every_known_value_is_the_value_that_nix_computes(batch: list[str]) -> None:
    for comparison in compare(batch):
        assert not comparison.contradicts, comparison


@settings(deadline=None, max_examples=5)
@given(st.lists(st.tuples(programs(), st.integers(min_value=0, max_value=1_000)), min_size=10, max_size=30))
def test_nothing_is_known_wrongly_of_a_program_with_a_part_that_is_not_known(batch: list[tuple[str, int]]) -> None:
    with_hole = [text for whole, choice in batch if (text := holed(whole, choice)) is not None]
    assert list(compare_with_holes(with_hole)) == []


@pytest.mark.parametrize(
    "program",
    [
        # What is one of several lists has elements that are lists, which flatten looks into.
        "lib.flatten (lib.optionals hole [ [ 1 7 ] [ 1 1 ] ])",
        "lib.flatten [ 1 (if hole then [ 2 [ 3 ] ] else 4) ]",
        "lib.flatten [ (if hole then (if hole then [ [ 1 ] ] else 2) else [ ]) 5 ]",
    ],
)
def test_nothing_is_known_wrongly_with_a_hole_here(program: str) -> None:
    assert list(compare_with_holes([program])) == []


def test_nix_evaluates_generated_programs_and_nearly_all_of_their_values_are_known() -> None:
    comparisons = compare([program(seed) for seed in range(400)])
    evaluated = [comparison for comparison in comparisons if not comparison.is_refused]
    assert len(evaluated) > 0.9 * len(comparisons)
    assert sum(comparison.is_known for comparison in evaluated) > 0.9 * len(evaluated)
