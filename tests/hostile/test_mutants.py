"""No mutant of a real file is an internal error: a few here, thousands with ``benchmarks/mutants.py``."""

from __future__ import annotations

import os
from pathlib import Path

from .mutant_runs import Limits, run_mutants
from .mutants import Seeds

_COUNT = int(os.environ.get("NIXLINT_MUTANTS", "12"))
_FIXTURES = Path(__file__).parents[2] / "fixtures"


def test_no_mutant_is_an_internal_error_or_takes_too_much() -> None:
    seeds = Seeds(_FIXTURES / name for name in ("compose-homelab", "flake-host", "wiki-container"))
    outcome = run_mutants(seeds, range(_COUNT), Limits(), batch=_COUNT)
    assert outcome.troubles == ()
    assert outcome.mutants.total() == _COUNT
