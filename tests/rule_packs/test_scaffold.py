"""What ``nixlint rules new`` writes is whole: vetted, tested, linted and typed, wherever it goes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nixlint.api import RULE_KINDS, BadRequest, check_rules, new_rule
from nixlint.rule_packs.scaffold import kinds
from tests.cli.running import Ran, clean_environment, nixlint

ROOT = Path(__file__).parents[2]
KINDS = kinds()
LONGEST = "a-name-that-is-as-long-as-any-may-be-now"
_STRICT = "E4,E7,E9,F,I,UP,B,D1,ANN,RUF100"
"""More of ruff than it does by default."""


def _tool(folder: Path, *arguments: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=clean_environment(folder, {"MYPYPATH": str(ROOT)}),  # mypy does not see editable installations
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def _new(folder: Path, *arguments: str) -> Ran:
    return nixlint(folder, "rules", "new", *arguments)


def test_the_command_offers_every_kind_that_there_is() -> None:
    assert RULE_KINDS == KINDS


@pytest.mark.parametrize("name", ["a", "house-unwanted", LONGEST])
@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_in_a_folder_passes_vetting_ruff_and_its_test(kind: str, name: str, tmp_path: Path) -> None:
    assert _new(tmp_path, name, "--kind", kind).code == 0
    assert check_rules(tmp_path / "nixlint-rules").report.findings == ()
    _tool(
        tmp_path,
        "ruff",
        "check",
        "--isolated",
        "--no-cache",
        "--select",
        _STRICT,
        "nixlint-rules",
    )
    _tool(tmp_path, "ruff", "format", "--isolated", "--no-cache", "--check", "nixlint-rules")
    _tool(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "nixlint-rules")


def test_rules_in_a_package_pass_their_tests_and_the_type_checker(tmp_path: Path) -> None:
    project = tmp_path / "nixlint-house"
    for kind, name in (*((kind, f"house-{kind}") for kind in KINDS), ("oci", LONGEST)):
        assert _new(tmp_path, name, "--kind", kind, "--package", "nixlint-house").code == 0
    report = check_rules(project).report
    assert (report.findings, report.failures, report.files_checked) == ((), (), 5)
    _tool(project, "ruff", "check", "--isolated", "--no-cache", ".")
    _tool(project, "ruff", "format", "--isolated", "--no-cache", "--check", ".")
    _tool(project, "mypy", "--strict", "--follow-imports", "silent", "--cache-dir", "/dev/null", "src", "tests")
    _tool(project, "pytest", "-q", "-p", "no:cacheprovider")


def test_the_test_of_a_new_rule_fails_when_the_rule_does_not_find_what_its_example_says(tmp_path: Path) -> None:
    _new(tmp_path, "house-unwanted")
    rule = tmp_path / "nixlint-rules" / "house_unwanted.py"
    rule.write_text(rule.read_text("utf-8").replace("value.value:", "not value.value:"), "utf-8")
    with pytest.raises(AssertionError, match="failed"):
        _tool(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "nixlint-rules")


def test_a_rule_that_is_new_runs_where_it_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "nixlint.toml").write_text('plugins = ["./nixlint-rules"]\n', "utf-8")
    (tmp_path / "a.nix").write_text("{ services.telnet.enable = true; }\n", "utf-8")
    assert _new(tmp_path, "house-no-telnet").code == 0
    assert nixlint(tmp_path, "rules", "allow", "nixlint-rules").code == 0
    assert "warning[house-no-telnet]" in nixlint(tmp_path, "check", "--format", "concise").out


def test_the_folder_is_the_one_that_the_configuration_names(tmp_path: Path) -> None:
    (tmp_path / "nixlint.toml").write_text('plugins = ["./checks/nix"]\n', "utf-8")
    (tmp_path / "hosts").mkdir()
    ran = _new(tmp_path / "hosts", "house-unwanted")
    assert (ran.code, (tmp_path / "checks" / "nix" / "house_unwanted.py").exists()) == (0, True)
    assert "name the folder" not in ran.out


def test_of_several_folders_a_person_chooses_one(tmp_path: Path) -> None:
    (tmp_path / "nixlint.toml").write_text('plugins = ["a", "b"]\n', "utf-8")
    assert "choose one with --folder" in _new(tmp_path, "house-unwanted").err
    assert _new(tmp_path, "house-unwanted", "--folder", "b").code == 0
    assert (tmp_path / "b" / "house_unwanted.py").exists()


def test_a_folder_that_nothing_names_is_said_so(tmp_path: Path) -> None:
    assert 'plugins = ["./nixlint-rules"]' in _new(tmp_path, "house-unwanted").out


@pytest.mark.parametrize("arguments", [(), ("--package", "nixlint-house")])
def test_nothing_is_written_over_without_force(arguments: tuple[str, ...], tmp_path: Path) -> None:
    _new(tmp_path, "house-unwanted", *arguments)
    [rule] = tmp_path.rglob("house_unwanted.py")
    rule.write_text("mine", "utf-8")
    ran = _new(tmp_path, "house-unwanted", *arguments)
    assert (ran.code, "is there already" in ran.err, rule.read_text("utf-8")) == (2, True, "mine")
    assert _new(tmp_path, "house-unwanted", *arguments, "--force").code == 0
    assert rule.read_text("utf-8") != "mine"


def test_a_second_rule_goes_into_the_same_package_with_the_next_code(tmp_path: Path) -> None:
    _new(tmp_path, "house-unwanted", "--package", "nixlint-house")
    (tmp_path / "nixlint-house" / "README.md").write_text("mine", "utf-8")
    assert _new(tmp_path, "other-thing", "--package", "nixlint-house").code == 0
    assert (tmp_path / "nixlint-house" / "README.md").read_text("utf-8") == "mine"
    texts = [path.read_text("utf-8") for path in sorted((tmp_path / "nixlint-house").rglob("src/*/[ho]*.py"))]
    assert ['code = "HOUSE001"' in texts[0], 'code = "HOUSE002"' in texts[1]] == [True, True]
    assert check_rules(tmp_path / "nixlint-house").report.findings == ()


@pytest.mark.parametrize(
    "name",
    ["House", "house_unwanted", "-x", "1x", "a" * 41, "test-thing", "thing-test", "container-never-started", "../x", "a--b"],
)  # fmt: skip
def test_a_name_that_makes_no_rule_is_refused_with_a_reason(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadRequest):
        new_rule(name, here=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "nixlint-rules").symlink_to(tmp_path / "elsewhere")
    assert _new(tmp_path, "house-unwanted", "--force").code == 2
    assert list((tmp_path / "elsewhere").iterdir()) == []
