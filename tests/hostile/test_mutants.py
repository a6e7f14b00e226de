"""No mutant of a real file is an internal error: a few here, thousands with ``benchmarks/mutants.py``."""

from __future__ import annotations

import os
from pathlib import Path

from .mutants import Limits, run_mutants

_COUNT = int(os.environ.get("NIXLINT_MUTANTS", "12"))
_FIXTURES = Path(__file__).parents[2] / "fixtures"


def test_no_mutant_is_an_internal_error_or_takes_too_much() -> None:
    outcome = run_mutants([_FIXTURES / name for name in ("flake-host", "wiki-container")], range(_COUNT), Limits())
    assert outcome.troubles == ()
    assert outcome.mutants == _COUNT
