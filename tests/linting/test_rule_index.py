"""The index of the rules says what the rules say of themselves, and a rule is loaded when it has something to ask."""

from __future__ import annotations

import runpy
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from shutil import copytree

import pytest

from nixlint.linting import rule_index
from nixlint.linting.registry import known_registry, load_registry
from nixlint.linting.rule_index import IndexedRule, index_text, indexed_rules
from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run

ROOT = Path(__file__).parents[2]
FACTS = (
    "name code severity confidence kinds words names values also_suppressed_by formerly pedantic finds_secrets chooses "
    "module"
).split()


def test_the_index_is_what_make_docs_writes() -> None:
    # With sizes of other modules too it would find the same, and every run would load all rules.
    generate = runpy.run_path(str(ROOT / "docs/generate.py"))["rule_index"]
    assert (ROOT / "rules/index.json").read_text("utf-8") == generate(load_registry()), "run make docs"


def test_a_rule_of_the_index_is_what_the_rule_is() -> None:
    known, loaded = known_registry(), load_registry()
    assert [*known.rules] == [*loaded.rules]
    for name, rule in loaded.rules.items():
        entry = known.rules[name]
        assert isinstance(entry, IndexedRule)
        assert {fact: getattr(entry, fact) for fact in FACTS} == {fact: getattr(rule, fact) for fact in FACTS}
        assert type(entry.loaded) is type(rule)
        assert (entry.predicate is None, entry.company is None) == (rule.predicate is None, rule.company is None)


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of one rule with an index that holds."""
    folder = tmp_path / "indexed_pack"
    folder.mkdir()
    (folder / "__init__.py").write_text("", "utf-8")
    (folder / "one.py").write_text((ROOT / "rules/secrets/login_without_password.py").read_text("utf-8"), "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("indexed_pack")]:
        monkeypatch.delitem(sys.modules, name)
    package = import_module("indexed_pack")
    (folder / rule_index.FILE_NAME).write_text(index_text(package, ()), "utf-8")
    return folder


def test_an_index_holds_only_for_modules_of_the_sizes_that_it_says(pack: Path) -> None:
    package = import_module("indexed_pack")
    assert indexed_rules(package) == ()
    (pack / "one.py").write_text("# another text\n", "utf-8")
    assert indexed_rules(package) is None


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"rules":[{}],"files":{}}', '{"rules":[5],"files":{}}', '{"rules":{},"files":[]}']
)
def test_what_is_no_index_is_none(pack: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_index, "sizes_below", lambda _: {})
    (pack / rule_index.FILE_NAME).write_text(text, "utf-8")
    found = indexed_rules(import_module("indexed_pack"))
    assert found is None or text == '{"rules":{},"files":[]}'


PROGRAM = """
import sys
from nixlint.cli.main import nixlint
nixlint.main(["check", "--no-cache", "--isolated", sys.argv[1]], standalone_mode=False)
print(*(name for name in sys.modules if name.startswith("nixlint_rules.") and name.count(".") > 1), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("text", "loaded", "not_loaded"),
    [
        ("{ }\n", "", "nspawn oci secrets migration nixos_test"),
        (
            '{ containers.web = { config = { system.stateVersion = "26.05"; }; }; }\n',
            "nspawn",
            "secrets nixos_test",
        ),
    ],
)
def test_only_rules_with_something_to_ask_are_loaded(tmp_path: Path, text: str, loaded: str, not_loaded: str) -> None:
    (tmp_path / "configuration.nix").write_text(text, "utf-8")
    result = subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path)], check=True, capture_output=True, text=True)
    concerns = {name.split(".")[1] for name in result.stderr.split()}
    assert set(loaded.split()) <= concerns
    assert concerns.isdisjoint(not_loaded.split())


@pytest.mark.parametrize("fixture", ["homelab", "wiki-container", "flake-host"])
def test_rules_that_are_loaded_late_find_the_same(fixture: str, tmp_path: Path) -> None:
    folder = tmp_path / fixture
    copytree(ROOT / "fixtures" / fixture, folder)
    request = Request((folder,), folder, pedantic=True)
    assert run(request, known_registry()) == run(request, load_registry())
