"""A pack in its own wheel: vetted as it is, installed beside nixlint, and run wherever nixlint's own rules run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nixlint.api import check_rules
from tests.cli.running import Ran, clean_environment, nixlint

from .samples import RULE
from .wheels import make_wheel, wheel_of

FIXING = (
    RULE.replace(
        "from nixlint.rule import Bad, Confidence, Finding, Good,",
        "from nixlint.rule import Bad, Confidence, Edit, FileEdit, Finding, Fix, Good, Safety,",
    )
    .replace(
        '"the house does not want it")',
        '"the house does not want it", fix=Fix(Safety.SAFE, "rename it", '
        '(FileEdit(subject.name.path, Edit(subject.name.span, b"wanted")),)))',
    )
    .replace('1; }\\n"),\n        Good', '1; }\\n", fixed="{ wanted = 1; }\\n"),\n        Good')
)
"""The whole rule, with a fix."""
GROUP = {"nixlint.rules": {"nixlint-house": "nixlint_house"}}


class Installed:
    """A wheel that pip put into a folder of its own, which stands beside nixlint on the path for modules."""

    def __init__(self, wheel: Path, folder: Path) -> None:
        self.folder = folder / "site"
        command = [
            sys.executable,
            "-m",
            "pip",
            "--disable-pip-version-check",
            "-q",
            "install",
            "--no-deps",
            "--no-index",
        ]
        subprocess.run([*command, "--target", str(self.folder), str(wheel)], check=True, env=clean_environment(folder))

    def nixlint(self, folder: Path, *arguments: str, stdin: bytes = b"") -> Ran:
        path = {"PYTHONPATH": str(self.folder)}
        return nixlint(folder, *arguments, stdin=stdin, environment=path, as_script=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {"nixlint_house/__init__.py": b'"""Rules."""\n', "nixlint_house/house_unwanted.py": FIXING.encode()}
    return make_wheel(tmp_path_factory.mktemp("wheel"), "nixlint-house", "0.1.0", files, GROUP)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(wheel, tmp_path_factory.mktemp("installed"))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "house"
    folder.mkdir()
    (folder / "a.nix").write_text("{ unwanted = 1; }\n", "utf-8")
    return folder


def test_a_wheel_is_vetted_as_it_is(wheel: Path) -> None:
    report = check_rules(wheel).report
    assert (report.findings, report.failures, report.files_checked) == ((), (), 2)


@pytest.mark.parametrize(
    ("line", "is_right"),
    [
        ("from nixlint_house.words import WORDS", True),
        ("import nixlint_house.words\nx = nixlint_house.words.WORDS", True),
        ("from .words import WORDS", True),
        ("from nixlint_house.words import os", False),
        ("import nixlint_house.words\nnixlint_house.words.os.system('x')", False),
        ("from nixlint_house.nothing import x", False),
        ("import nixlint_house.nothing", False),
        ("from nixlint_other.words import WORDS", False),
    ],
)
def test_modules_of_a_package_import_each_other_by_its_name(line: str, is_right: bool, tmp_path: Path) -> None:
    files = {
        "nixlint_house/__init__.py": b"",
        "nixlint_house/house_unwanted.py": f"{RULE}\n\n{line}\n".encode(),
        "nixlint_house/words.py": b"import os\n\nWORDS = os.path.join('a')\n",
    }
    report = check_rules(make_wheel(tmp_path, "nixlint-house", "0.1.0", files, GROUP)).report
    assert {found.rule for found in report.findings} == (set() if is_right else {"rule-forbidden-import"})


def test_what_is_wrong_in_a_wheel_is_shown_with_its_place(tmp_path: Path) -> None:
    files = {"nixlint_house/__init__.py": b"", "nixlint_house/house_unwanted.py": f"{RULE}\n\neval('1')\n".encode()}
    make_wheel(tmp_path, "nixlint-house", "0.1.0", files, GROUP)
    ran = nixlint(tmp_path, "rules", "check", "nixlint_house-0.1.0-py3-none-any.whl")
    assert ran.code == 1
    assert "nixlint_house-0.1.0-py3-none-any.whl/nixlint_house/house_unwanted.py:" in ran.out
    assert "eval('1')" in ran.out


def test_an_installed_pack_runs_and_is_listed_and_explained(installed: Installed, repository: Path) -> None:
    ran = installed.nixlint(repository, "check", "--format", "concise")
    assert (ran.code, ran.out) == (1, "a.nix:1:3: error[house-unwanted] the house does not want it\n")
    assert "HOUSE1" in installed.nixlint(repository, "rules").out
    assert installed.nixlint(repository, "explain", "house-unwanted").out.startswith("# house-unwanted\n")
    assert nixlint(repository, "check").code == 0


def test_an_installed_pack_runs_in_several_processes(installed: Installed, repository: Path) -> None:
    for number in range(600):
        (repository / f"f{number}.nix").write_text("{ unwanted = 1; }\n", "utf-8")
    one, two = (
        installed.nixlint(repository, "check", "--no-cache", "--format", "concise", "--jobs", jobs)
        for jobs in ("1", "2")
    )
    assert (one.code, two.code, one.out == two.out, two.out.count("house-unwanted")) == (1, 1, True, 601)


def test_what_is_installed_is_vetted_without_being_imported(
    installed: Installed, repository: Path, tmp_path: Path
) -> None:
    assert installed.nixlint(repository, "rules", "check", "--installed").out == "No findings in 2 files.\n"
    marker = tmp_path / "ran"
    files = {"nixlint_evil/__init__.py": f"open({str(marker)!r}, 'w').close()\n".encode()}
    group = {"nixlint.rules": {"nixlint-evil": "nixlint_evil"}}
    evil = Installed(make_wheel(tmp_path, "nixlint-evil", "1", files, group), tmp_path)
    ran = evil.nixlint(repository, "rules", "check", "--installed", "--format", "concise")
    assert (ran.code, "nixlint_evil/__init__.py:1:1: error[rule-forbidden-name]" in ran.out) == (1, True)
    assert not marker.exists()


def test_an_installed_pack_fixes(installed: Installed, repository: Path) -> None:
    assert installed.nixlint(repository, "fix").code == 0
    assert (repository / "a.nix").read_text("utf-8") == "{ wanted = 1; }\n"


def test_an_installed_pack_is_asked_about_what_an_editor_has(installed: Installed, repository: Path) -> None:
    arguments = ("check", "-", "--stdin-filename", "b.nix", "--format", "concise")
    ran = installed.nixlint(repository, *arguments, stdin=b"{ unwanted = 2; }\n")
    assert (ran.code, ran.out) == (1, "b.nix:1:3: error[house-unwanted] the house does not want it\n")


def test_a_pack_is_asked_again_when_its_code_changes(installed: Installed, repository: Path) -> None:
    assert "does not want" in installed.nixlint(repository, "check").out
    rule = installed.folder / "nixlint_house" / "house_unwanted.py"
    text = rule.read_text("utf-8")
    rule.write_text(text.replace("the house does not want it", "the house changed its mind"), "utf-8")
    try:
        assert "changed its mind" in installed.nixlint(repository, "check").out
    finally:
        rule.write_text(text, "utf-8")


def _hostile(marker: Path) -> dict[str, bytes]:
    touch = f"open({str(marker)!r}, 'w').close()\n"
    return {
        "nixlint_house/__init__.py": touch.encode(),
        "nixlint_house/house_unwanted.py": f"{RULE}\n\n{touch}".encode(),
        "nixlint_house/__pycache__/house_unwanted.cpython-311.pyc": b"compiled",
        "nixlint_house/fast.so": b"compiled",
        "house.pth": f"import sys; {touch}".encode(),
        "nixlint_house-0.1.0.data/scripts/ls": b"#!/bin/sh\n",
    }


def test_a_hostile_wheel_is_refused_without_being_imported(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    groups = {**GROUP, "console_scripts": {"ls": "nixlint_house:main"}, "pytest11": {"x": "nixlint_house"}}
    make_wheel(tmp_path, "nixlint-house", "0.1.0", _hostile(marker), groups)
    ran = nixlint(tmp_path, "rules", "check", "nixlint_house-0.1.0-py3-none-any.whl", "--format", "concise")
    lines = ran.out.replace("nixlint_house-0.1.0-py3-none-any.whl/", "").splitlines()
    assert ran.code == 1
    assert [line.partition(" ")[0] for line in lines if "rule-forbidden-file" in line] == [
        "house.pth:1:1:", "nixlint_house-0.1.0.data/scripts/ls:1:1:", "nixlint_house-0.1.0.dist-info/entry_points.txt:1:1:",
        "nixlint_house/__pycache__/house_unwanted.cpython-311.pyc:1:1:", "nixlint_house/fast.so:1:1:",
    ]  # fmt: skip
    assert sum("open is refused" in line for line in lines) == 2
    assert not marker.exists()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../evil.py", "outside of it"), ("/evil.py", "outside of it"), ("a\\..\\evil.py", "outside of it"),
        ("nixlint_house/large.txt", "too large"),
    ],
)  # fmt: skip
def test_a_wheel_that_would_write_elsewhere_or_fill_the_memory_is_refused(
    name: str, reason: str, tmp_path: Path
) -> None:
    data = b"x" * (1024 * 1024 + 1) if name.endswith(".txt") else b""
    wheel = make_wheel(tmp_path, "nixlint-house", "0.1.0", {name: data}, GROUP)
    ran = nixlint(tmp_path, "rules", "check", wheel.name)
    assert (ran.code, reason in ran.err) == (2, True), ran.err


def test_what_is_no_wheel_and_no_pack_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.whl").write_bytes(b"no archive")
    assert "it is no wheel" in nixlint(tmp_path, "rules", "check", "a.whl").err
    wheel = make_wheel(tmp_path, "other", "1", {"other/__init__.py": b""}, {"console_scripts": {"other": "other:main"}})
    assert "no entry point in the group nixlint.rules" in nixlint(tmp_path, "rules", "check", wheel.name).err


@pytest.mark.packaging
def test_a_new_package_is_built_by_its_own_backend(tmp_path: Path) -> None:
    nixlint(tmp_path, "rules", "new", "house-no-telnet", "--package", "nixlint-house")
    command = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "-q",
        "wheel",
        "--no-deps",
        "-w",
        str(tmp_path),
    ]
    subprocess.run([*command, str(tmp_path / "nixlint-house")], check=True, env=clean_environment(tmp_path))
    [wheel] = tmp_path.glob("*.whl")
    assert check_rules(wheel).report.findings == ()
    by_hand = wheel_of(tmp_path / "nixlint-house", tmp_path / "by-hand")
    assert by_hand.name == wheel.name


def test_a_new_package_is_a_pack_that_is_installed_and_runs(tmp_path: Path) -> None:
    assert nixlint(tmp_path, "rules", "new", "house-no-telnet", "--package", "nixlint-house").code == 0
    wheel = wheel_of(tmp_path / "nixlint-house", tmp_path / "dist")
    assert check_rules(wheel, tmp_path / "nixlint-house").report.failures == ()
    installed = Installed(wheel, tmp_path)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "a.nix").write_text("{ services.telnet.enable = true; }\n", "utf-8")
    assert "warning[house-no-telnet]" in installed.nixlint(tmp_path / "work", "check", "--format", "concise").out
