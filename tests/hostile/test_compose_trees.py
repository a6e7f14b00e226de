"""Every command that reads Compose files, on every hostile project: it ends, says why, stays inside, and tells no secret."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .compose_runs import MEGABYTES, SECONDS, run_command
from .compose_trees import CANARY, MARKED, TREES, build

_LONG = frozenset(
    {
        "chain_of_three_thousand_services",
        "every_port_on_many_addresses",
        "file_that_includes_a_thousand_times",
        "five_megabytes",
        "growing_chain_of_services",
        "line_of_a_megabyte",
        "long_text_in_many_aliases",
        "many_variables_in_one_line",
        "services_that_extend_each_other",
        "variables_of_a_megabyte",
    }
)
"""Large ones, which run where ``NIXLINT_LONG`` is set."""
_NAMES = [name for name in TREES if name not in _LONG or "NIXLINT_LONG" in os.environ]
_COMMANDS = (
    ("check", "--no-cache", "--fail-on", "never"),
    ("convert",),
    *((("inventory",), ("convert", "--print-model")) if "NIXLINT_LONG" in os.environ else ()),
)


@pytest.fixture(scope="session", autouse=True)
def _imported() -> None:
    """What commands import is imported once, before they run in copies of this process."""
    import nixlint.cli.check
    import nixlint.cli.convert
    import nixlint.cli.inventory
    import nixlint.compose.containers
    import nixlint.compose.inventory  # noqa: F401


@pytest.mark.parametrize("name", _NAMES)
def test_a_hostile_project_harms_nobody(name: str, tmp_path: Path) -> None:
    tree = build(name, tmp_path)
    for command in _COMMANDS:
        ran = run_command(tree, command)
        assert ran.code in (0, 1, 2), (command, ran)
        assert "internal error" not in ran.text, (command, ran.text)
        assert ran.seconds < SECONDS, (command, ran.seconds)
        assert ran.megabytes < MEGABYTES, (command, ran.megabytes)
        assert CANARY not in ran.text, command
        if command[0] == "check" or ran.code == 2:
            assert MARKED not in ran.text, command


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
