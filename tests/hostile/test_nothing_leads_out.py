"""Nothing outside of a repository is read, shown or changed, whatever links and paths it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from .opened import watched
from .trees import CANARY, TREES, Ground, Harm, HostileTree
from .watching import Command, watch

_COMMANDS = (
    ("check", "{}", "--pedantic"),
    ("check", "{}", "--format", "json"),
    ("check", "{}", "--cache-dir", ".nixlint_cache"),
    ("fix", "{}", "--unsafe-fixes"),
    ("options", "{}", "containers.*.config"),
    ("options", "{}", "system.stateVersion"),
    ("inventory", "{}"),
)


def _by_name(tree: HostileTree) -> str:
    return tree.name


@pytest.mark.parametrize("tree", [tree for tree in TREES if tree.harm is Harm.LEADS_OUT], ids=_by_name)
def test_what_is_outside_is_neither_read_nor_shown_nor_changed(tree: HostileTree, tmp_path: Path) -> None:
    ground = Ground.below(tmp_path)
    variables = tree.build(ground)
    commands = [Command(ground.root, [word.format(tree.asked) for word in words]) for words in _COMMANDS]

    with watched(ground.outside) as events:
        results = watch(commands, tmp_path / "home", variables)

    assert events == []
    for command, ran in zip(commands, results, strict=True):
        assert ran.code in (0, 1, 2), ran.output
        assert CANARY not in ran.output, command


def test_what_watches_sees_what_is_read(tmp_path: Path) -> None:
    """Otherwise the test above would show nothing."""
    ground = Ground.below(tmp_path)

    with watched(ground.outside) as events:
        (ground.outside / "shadow").read_bytes()

    assert events
