"""How rules are found: those that come with nixlint and anybody else's in the same way."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points as library_entry_points
from pathlib import Path

import pytest

from nixlint.linting.entry_points import EntryPoint, entry_points
from nixlint.linting.registry import GROUP, load_registry

from .workbench import write_files

PACK = """\
from nixlint.linting.finding import Confidence, Finding, Severity
from nixlint.linting.rule import Rule
from nixlint.semantics.repository.definitions import StringLiteral

class Hello(Rule[StringLiteral]):
    name, code = "{name}", "{code}"
    severity, confidence = Severity.INFO, Confidence.CERTAIN
    asks = (StringLiteral,)
    examples = ()

    def check(self, subject, repository):
        yield Finding(subject.place, "hello")
"""


def install(folder: Path, project: str, text: str, module: str | None = None) -> None:
    """Make a project as an installer would leave it, with one entry point in the group of rules."""
    module = module or f"{project}_rules"
    write_files(
        folder,
        {
            f"{module}.py": text,
            f"{project}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {project}\nVersion: 1.0\n",
            f"{project}-1.0.dist-info/entry_points.txt": f"[console_scripts]\nx = y:z\n\n[{GROUP}]\nmine = {module}\n",
        },
    )


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which projects can be installed."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("group", [GROUP, "console_scripts", "pytest11", "there.is.none"])
def test_entry_points_are_those_that_the_library_finds(group: str) -> None:
    expected = {(entry.name, entry.value.partition("[")[0].strip()) for entry in library_entry_points(group=group)}

    assert {(entry.name, entry.module) for entry in entry_points(group)} == expected


def test_a_project_earlier_on_the_path_hides_the_same_one_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "late", "pack", "", module="late")
    install(tmp_path / "early", "pack", "", module="early")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "early"), str(tmp_path / "late")])

    assert entry_points(GROUP) == (EntryPoint("mine", "early"),)


def test_the_rules_of_another_package_are_loaded_beside_the_built_in_ones(site: Path) -> None:
    install(site, "hello", PACK.format(name="say-hello", code="HE001"))

    registry = load_registry()

    assert registry.failures == ()
    assert {"say-hello", "secret-in-store"} <= set(registry.names)
    assert registry.find("he001") is registry.rules["say-hello"]


def test_a_package_that_cannot_be_imported_is_a_failure_and_the_others_are_loaded(site: Path) -> None:
    install(site, "broken", "raise RuntimeError('no')")

    registry = load_registry()

    assert "secret-in-store" in registry.names
    assert [failure.message for failure in registry.failures] == [
        "the rules 'mine' (broken_rules) can't be loaded: RuntimeError('no')"
    ]


@pytest.mark.parametrize(("name", "code"), [("secret-in-store", "HE001"), ("say-hello", "NL301")])
def test_a_name_or_code_that_is_taken_is_a_failure_and_the_first_rule_stays(site: Path, name: str, code: str) -> None:
    module = f"taken_{code.lower()}_rules"
    install(site, "taken", PACK.format(name=name, code=code), module=module)

    registry = load_registry()

    assert registry.rules["secret-in-store"].code == "NL301"
    assert registry.rules["secret-in-store"].__module__ == "nixlint_rules.secrets.secret_in_store"
    assert [failure.message for failure in registry.failures] == [
        f"the rule {code} ({name}) of {module} is already there, from nixlint_rules.secrets.secret_in_store"
    ]


def test_a_rule_that_asks_for_what_nothing_reads_is_a_failure_of_its_pack(site: Path) -> None:
    text = PACK.replace("asks = (StringLiteral,)", "asks = (type(None),)")
    install(site, "misled", text.format(name="misled-rule", code="ZZ901"))

    registry = load_registry()

    assert "misled-rule" not in registry.names
    (failure,) = registry.failures
    assert "misled_rules" in failure.message
    assert "misled-rule asks for what does not exist: nothing reads a NoneType" in failure.message
