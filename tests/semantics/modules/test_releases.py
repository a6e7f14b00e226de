"""A release of NixOS is rows of data: no code names one, and a new one needs no code."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import nixlint
import rules
from nixlint.semantics.modules import option_history, releases
from nixlint.semantics.modules.releases import UNSTABLE, first_with, has

_RELEASE = re.compile(r"\d\d\.(?:03|05|09|11)")
_SOURCES = sorted(path for package in (nixlint, rules) for path in Path(package.__path__[0]).rglob("*.py"))


def _literals(path: Path) -> Iterator[str]:
    """The strings in a file's code that are a release and nothing else; examples of rules have texts of Nix."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _RELEASE.fullmatch(node.value):
            yield f"{path.name}:{node.lineno}: {node.value}"


def test_no_code_names_a_release() -> None:
    assert [literal for path in _SOURCES for literal in _literals(path)] == []


def test_releases_are_in_order_and_the_others_are_among_them() -> None:
    known = releases.releases()
    assert known.names[-1] == UNSTABLE
    assert list(known.names[:-1]) == sorted(known.names[:-1])
    assert {known.default, known.oldest_in_use} <= set(known.names)
    assert all(_RELEASE.fullmatch(since) for since in known.since.values())


def test_everything_that_came_is_asked_for_somewhere() -> None:
    code = "".join(path.read_text("utf-8") for path in _SOURCES)
    assert [name for name in releases.releases().since if f'first_with("{name}")' not in code] == []


def test_the_development_branch_has_everything() -> None:
    assert has(UNSTABLE, "99.11")
    assert has("25.05", first_with("options-for-flags"))
    assert not has("24.11", first_with("options-for-flags"))


def test_a_new_release_with_two_renames_is_data_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = json.loads(releases._DATA.read_text("utf-8"))
    facts["releases"].insert(-1, "26.11")
    changes = json.loads(option_history._DATA.read_text("utf-8"))
    changes["changes"].append({
        "source": "nixos/modules/services/misc/made-up.nix", "since": "26.11", "release": "file",
        "renamed": {"services.made-up.port": "services.made-up.settings.port", "services.old-up": "services.made-up"},
    })  # fmt: skip
    for module, document in ((releases, facts), (option_history, changes)):
        path = tmp_path / module._DATA.name
        path.write_text(json.dumps(document), "utf-8")
        monkeypatch.setattr(module, "_DATA", path)
    releases.releases.cache_clear()
    option_history.nixos_history.cache_clear()
    try:
        assert "26.11" in releases.releases().names
        history = option_history.nixos_history()
        assert history.current(("services", "old-up", "port")) == ("services", "made-up", "settings", "port")
    finally:
        releases.releases.cache_clear()
        option_history.nixos_history.cache_clear()
