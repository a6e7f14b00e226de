"""A command loads what it needs, and no more than the budget: LibCST for rules of others and fixes of test scripts alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.imports import BUDGETS, Budget, imported_by, sample_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_folder(tmp_path_factory.mktemp("imports"))


@pytest.mark.parametrize("budget", BUDGETS, ids=lambda budget: budget.name)
def test_what_is_loaded_stays_within_the_budget(budget: Budget, folder: Path) -> None:
    modules = imported_by(budget, folder)
    assert budget.heavy_in(modules) == budget.heavy
    assert len(modules) <= budget.modules
