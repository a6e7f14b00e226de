"""Rules in a folder of a repository run where the person allowed them, and nothing of any other folder runs or is read."""

from __future__ import annotations

import py_compile
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import nixlint

MARKER = "ran"
RULE = '''\
"""A rule of a house."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, WrittenDefinition

Path({marker!r}).write_text("")


class HouseRule(Rule[WrittenDefinition]):
    """A name that the house does not want.

    ## What it finds
    """

    name = "house-rule"
    code = "HOUSE1"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)
    examples = (Bad("it is there", "{{ «unwanted» = 1; }}\\n"), Good("it is not", "{{ }}\\n"))

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        if subject.path.names[-1:] == ("unwanted",):
            yield Finding(subject.name, "the house does not want it")
'''


class House:
    """A repository with rules of its own, and what a person does there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "house"
        self.rules = self.folder / "nixlint-rules"
        self.rules.mkdir(parents=True)
        self.marker = folder / MARKER
        (self.folder / "a.nix").write_text("{ unwanted = 1; }\n", "utf-8")
        self.configure("./nixlint-rules")
        (self.rules / "house_rule.py").write_text(RULE.format(marker=str(self.marker)), "utf-8")

    def configure(self, *plugins: str) -> None:
        (self.folder / "nixlint.toml").write_text(f"plugins = {[*plugins]!r}\n", "utf-8")

    def check(self, *arguments: str) -> tuple[int, str, str]:
        """The exit code, what was found, and what was said besides."""
        ran = nixlint(self.folder, "check", "--format", "concise", *arguments)
        return ran.code, ran.out, ran.err

    @property
    def did_run(self) -> bool:
        return self.marker.exists()


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_rules_that_nobody_allowed_do_not_run_and_the_others_do(house: House) -> None:
    code, out, err = house.check()
    assert (code, out, house.did_run) == (2, "", False)
    assert "nixlint.toml:1:13: the rules in ./nixlint-rules do not run, for you have not allowed them" in err
    assert "nixlint rules allow ./nixlint-rules" in err


def test_rules_run_with_the_option(house: House) -> None:
    code, out, _ = house.check("--allow-plugins")
    assert (code, house.did_run) == (1, True)
    assert "error[house-rule] the house does not want it" in out


def test_rules_run_once_they_are_allowed_until_they_change(house: House) -> None:
    assert nixlint(house.folder, "rules", "allow", "--unvetted", "nixlint-rules").code == 0
    assert not house.did_run
    assert house.check()[0] == 1
    (house.rules / "words.txt").write_text("more", "utf-8")
    house.marker.unlink()
    code, _, err = house.check()
    assert (code, house.did_run) == (2, False)
    assert "for they changed since you allowed them" in err


def test_rules_that_do_what_rules_may_not_do_are_not_allowed_and_do_not_run(house: House) -> None:
    ran = nixlint(house.folder, "rules", "allow", "nixlint-rules")
    assert ran.code == 1
    assert "nixlint-rules/house_rule.py:10:" in ran.out
    assert "--unvetted" in ran.err
    code, _, err = house.check()
    assert (code, house.did_run, "you have not allowed them" in err) == (2, False, True)


def test_rules_that_lack_a_page_are_allowed_all_the_same(house: House) -> None:
    rule = house.rules / "house_rule.py"
    text = rule.read_text("utf-8")
    rule.write_text("\n".join(line for line in text.splitlines() if not line.startswith("Path(")), "utf-8")
    assert nixlint(house.folder, "rules", "allow", "nixlint-rules").code == 0
    assert house.check()[0] == 1


def test_allowed_rules_run_in_several_processes_in_fixes_and_on_what_an_editor_has(house: House) -> None:
    nixlint(house.folder, "rules", "allow", "--unvetted", "nixlint-rules")
    for number in range(600):
        (house.folder / f"f{number}.nix").write_text("{ unwanted = 1; }\n", "utf-8")
    one, two = (house.check("--no-cache", "--jobs", jobs) for jobs in ("1", "2"))
    assert (one == two, two[1].count("house-rule")) == (True, 601)
    arguments = ("check", "-", "--stdin-filename", "b.nix", "--format", "concise")
    assert "house-rule" in nixlint(house.folder, *arguments, stdin=b"{ unwanted = 2; }\n").out
    assert "601 left" in nixlint(house.folder, "fix", "--diff").err


def test_rules_that_nobody_allowed_run_neither_in_fixes_nor_on_what_an_editor_has(house: House) -> None:
    for arguments in (
        ("fix",),
        ("fix", "--diff"),
        ("check", "-", "--stdin-filename", "b.nix"),
        ("check", "--jobs", "2"),
    ):
        assert nixlint(house.folder, *arguments, stdin=b"{ unwanted = 2; }\n").code == 2
    assert not house.did_run


def test_a_permission_can_be_taken_back(house: House) -> None:
    nixlint(house.folder, "rules", "allow", "--unvetted", "nixlint-rules")
    assert nixlint(house.folder, "rules", "allow", "--remove", "nixlint-rules").code == 0
    assert house.check()[0] == 2
    assert not house.did_run


def test_rules_that_run_are_listed_and_explained_and_can_be_selected(house: House) -> None:
    nixlint(house.folder, "rules", "allow", "--unvetted", "nixlint-rules")
    assert "HOUSE1" in nixlint(house.folder, "rules").out
    assert nixlint(house.folder, "explain", "house-rule").out.startswith("# house-rule")
    assert "house-rule" in house.check("--select", "HOUSE1")[1]


def test_rules_run_nowhere_but_where_the_configuration_names_them(house: House, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "nixlint.toml").write_text("", "utf-8")
    shutil.copy(house.folder / "a.nix", other / "a.nix")
    ran = nixlint(tmp_path, "check", "--format", "concise", "--allow-plugins", "house", "other")
    assert [line.partition(":")[0] for line in ran.out.splitlines()] == ["house/a.nix"]


def _poisoned(house: House) -> None:
    """What Python compiled says something else than the source, and claims to be newer."""
    source = house.rules / "house_rule.py"
    clean = source.read_text("utf-8").replace("Path(", "len(('', ")
    evil = house.folder / "evil.py"
    evil.write_text(source.read_text("utf-8"), "utf-8")
    compiled = house.rules / "__pycache__" / "house_rule.cpython-311.pyc"
    py_compile.compile(str(evil), str(compiled), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    evil.unlink()
    source.write_text(clean.replace('.write_text("")', ""), "utf-8")


def _linked(house: House) -> None:
    elsewhere = house.folder.parent / "elsewhere"
    house.rules.rename(elsewhere)
    house.rules.symlink_to(elsewhere)


def _linked_file(house: House) -> None:
    elsewhere = house.folder.parent / "elsewhere.py"
    (house.rules / "house_rule.py").rename(elsewhere)
    (house.rules / "house_rule.py").symlink_to(elsewhere)


def _climbing(house: House) -> None:
    house.rules.rename(house.folder.parent / "nixlint-rules")
    house.configure("../nixlint-rules")


def _absolute(house: House) -> None:
    house.configure(str(house.rules))


@pytest.mark.parametrize("arrange", [_linked, _linked_file, _climbing, _absolute])
def test_nothing_outside_of_the_folder_runs_even_where_all_is_allowed(
    arrange: Callable[[House], None], house: House
) -> None:
    arrange(house)
    code, out, err = house.check("--allow-plugins")
    assert (code, out, house.did_run) == (2, "", False)
    assert "nixlint.toml" in err


def test_what_was_compiled_before_is_never_run(house: House) -> None:
    _poisoned(house)
    house.check("--allow-plugins")
    assert not house.did_run


@pytest.mark.parametrize("name", ["sitecustomize", "usercustomize", "json", "click", "nixlint_rules", "nixlint"])
def test_no_file_of_a_repository_stands_in_for_a_module(name: str, house: House) -> None:
    (house.rules / "house_rule.py").unlink()
    for folder in (house.folder, house.rules):
        target = folder / f"{name}.py"
        target.write_text(f"open({str(house.marker)!r}, 'w')\n", "utf-8")
    (house.rules / "evil.dist-info").mkdir()
    (house.folder / "evil.dist-info").mkdir()
    for folder in (house.folder, house.rules):
        (folder / "evil.dist-info" / "entry_points.txt").write_text(f"[nixlint.rules]\nevil = {name}\n", "utf-8")
    ran = nixlint(house.folder, "check", as_script=True)
    assert (ran.code, house.did_run) == (2, False)


def test_an_unallowed_folder_is_not_read(house: House) -> None:
    (house.rules / "house_rule.py").chmod(0)
    ran = nixlint(house.folder, "check", as_anybody=True)
    assert "can't be read" not in ran.err
    assert "you have not allowed them" in ran.err


def test_a_pack_that_ends_the_process_costs_its_own_rules_alone(house: House) -> None:
    (house.rules / "house_rule.py").write_text("raise SystemExit(0)\n", "utf-8")
    code, _, err = house.check("--allow-plugins")
    assert code == 2
    assert "the rules in ./nixlint-rules can't be loaded: SystemExit(0)" in err
