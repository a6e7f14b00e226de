"""Nothing in a repository makes a command hang, take much memory, or end in an internal error."""

from __future__ import annotations

import pytest

from .trees import TREES, Harm, HostileTree
from .watching import Visit, visit

_COMMANDS = (
    ("check", "."),
    ("check", ".", "--cache-dir", ".nixlint_cache"),
    ("fix", "."),
    ("options", ".", "containers.*.config"),
    ("inventory", "."),
    ("convert", "compose.yaml"),
)
_SECONDS = 120
"""For all commands on all repositories together, on a machine that has much else to do."""


_TREES = [tree for tree in TREES if tree.harm in (Harm.BLOCKS, Harm.CONFUSES)]


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Visit]:
    return visit(_TREES, _COMMANDS, tmp_path_factory.mktemp("trees"), _SECONDS)


@pytest.mark.parametrize("tree", _TREES, ids=lambda tree: tree.name)
def test_every_command_ends_and_says_what_is_wrong(tree: HostileTree, visits: dict[str, Visit]) -> None:
    for command, ran in visits[tree.name].results:
        assert ran.code in (0, 1, 2), (command, ran.output)
        assert "internal error" not in ran.output, (command, ran.output)
        assert ran.started == [], command
