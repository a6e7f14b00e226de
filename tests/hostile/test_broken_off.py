"""A run that is killed, or whose cache is damaged, does no harm; more of it is ``benchmarks/broken_off.py``."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from .broken_off import fixed_whole, kill, runs_beside_each_other
from .watchdog import import_all


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    import_all()


def test_a_fix_that_is_killed_leaves_each_file_old_or_new(tmp_path: Path) -> None:
    after = fixed_whole(tmp_path / "whole")

    def when_half_is_done(_run: int) -> None:
        watched, end = tmp_path / "killed/host30.nix", time.monotonic() + 60
        before = watched.stat().st_ino
        while watched.stat().st_ino == before and time.monotonic() < end:
            pass

    killed = kill(tmp_path / "killed", after, when_half_is_done)
    assert killed.wrong == ()
    assert killed.fixed


def test_runs_beside_each_other_with_a_damaged_cache_say_what_one_without_says(tmp_path: Path) -> None:
    beside = runs_beside_each_other(tmp_path / "repository", 6, random.Random(1))
    assert beside.damages
    assert beside.different == 0
