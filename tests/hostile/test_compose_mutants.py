"""No mutant of a Compose file breaks nixlint, holds it up, or takes its memory: a few here, and thousands by hand."""

from __future__ import annotations

import os
from pathlib import Path

from .compose_mutants import run_mutants, texts_below
from .watchdog import MEGABYTES

_COUNT = int(os.environ.get("NIXLINT_MUTANTS", "60"))


def test_no_mutant_breaks_the_loader() -> None:
    texts = texts_below([Path(__file__).parents[2] / "fixtures"])
    ran = run_mutants(texts, range(_COUNT))
    assert ran.code == 0, ran.text
    assert ran.megabytes < MEGABYTES
