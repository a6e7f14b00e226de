"""What is said of Compose projects that are made to exhaust nixlint, and that what is only large is converted."""

from __future__ import annotations

from pathlib import Path

import pytest

from .compose_trees import build
from .watchdog import import_all, run_command


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    import_all()


def test_what_expands_is_refused_in_clear_words(tmp_path: Path) -> None:
    said = {}
    for name in (
        "aliases_of_aliases",
        "variables_that_double",
        "scale_of_a_billion",
        "every_port",
        "brackets_without_end",
    ):
        (tmp_path / name).mkdir()
        ran = run_command(build(name, tmp_path / name), ("convert",))
        assert ran.code == 2
        said[name] = ran.text
    assert "excessive aliasing" in said["aliases_of_aliases"]
    assert "characters once aliases and variables are written out" in said["variables_that_double"]
    assert "services.web has more than 1000 containers" in said["scale_of_a_billion"]
    assert "the project publishes more than 20000 ports" in said["every_port"]
    assert "exceeded maximum nesting depth" in said["brackets_without_end"]


@pytest.mark.parametrize("name", ["chain_of_two_thousand_services", "files_that_include_the_next_four_times"])
def test_what_is_only_large_is_converted(name: str, tmp_path: Path) -> None:
    assert run_command(build(name, tmp_path), ("convert",)).code == 0
