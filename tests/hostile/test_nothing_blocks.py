"""Nothing in a repository makes a command hang, take much memory, or end in an internal error."""

from __future__ import annotations

from pathlib import Path

import pytest

from .trees import TREES, Ground, Harm, HostileTree
from .watching import Command, watch

_COMMANDS = (
    ("check", "."),
    ("check", "."),
    ("fix", "."),
    ("options", ".", "containers.*.config"),
    ("inventory", "."),
    ("convert", "compose.yaml"),
)
_SECONDS = 60
"""For all commands together; each of them has 10 on a machine with nothing else to do."""


def _by_name(tree: HostileTree) -> str:
    return tree.name


@pytest.mark.parametrize("tree", [tree for tree in TREES if tree.harm in (Harm.BLOCKS, Harm.CONFUSES)], ids=_by_name)
def test_every_command_ends_and_says_what_is_wrong(tree: HostileTree, tmp_path: Path) -> None:
    ground = Ground.below(tmp_path)
    variables = tree.build(ground)
    commands = [Command(ground.root, words) for words in _COMMANDS]

    for command, ran in zip(commands, watch(commands, tmp_path / "home", variables, _SECONDS), strict=True):
        assert ran.code in (0, 1, 2), (command, ran.output)
        assert "internal error" not in ran.output, (command, ran.output)
        assert ran.started == [], command
