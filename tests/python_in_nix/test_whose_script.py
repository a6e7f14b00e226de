"""Whose test a set with a ``testScript`` is: NixOS's driver reads it, or another program does."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run
from tests.linting.workbench import REGISTRY, write_files

RULES = frozenset(name for name in REGISTRY.names if name.startswith("test-script-"))
RUBY = """\
import ../make-test.nix (pkgs: {
  name = "boot";
  machine = { };
  testScript = ''
    machine.start
    machine.wait_for_boot
    machine.all_succeed("true")
  '';
})
"""


TEMPLATE = """\
import ../make-template.nix ({ distribution }: rec {
  instance = distribution;
  test = pkgs: {
    name = "boot-${instance}";
    machine = { };
    testScript = ''
      machine.fails("true")
    '';
  };
})
"""


def found_in(files: dict[str, str], folder: Path) -> list[tuple[str, str, int]]:
    write_files(folder, {"nixlint.toml": "", **files})
    report = run(Request((folder,), folder, select=RULES), REGISTRY)
    assert not report.failures
    return [(item.rule, item.path, item.start.line) for item in report.findings]


@pytest.mark.parametrize(
    "make_test",
    [
        "testFn: { pkgs }: let test = testFn pkgs; in pkgs.writeText test.name (builtins.toJSON test)\n",
        "testFn: import ./own-driver.nix testFn\n",
    ],
)
def test_a_test_of_another_driver_is_left_alone(make_test: str, tmp_path: Path) -> None:
    files = {"suite/boot.nix": RUBY, "make-test.nix": make_test, "own-driver.nix": "f: { pkgs }: f pkgs\n"}
    assert found_in(files, tmp_path) == []


def test_a_test_within_what_another_driver_gets_is_left_alone(tmp_path: Path) -> None:
    files = {"suite/boot.nix": TEMPLATE, "make-template.nix": "f: { args }: (f args).test\n"}
    assert found_in(files, tmp_path) == []


@pytest.mark.parametrize(
    "make_test",
    [
        "testFn: { pkgs }: pkgs.testers.runNixOSTest (testFn pkgs)\n",
        "testFn: import ./own-driver.nix testFn\n",
        "testFn: (import <nixpkgs/nixos/lib/testing-python.nix> { }).makeTest testFn\n",
        None,  # a file that nobody can see
    ],
)
def test_a_function_of_the_repository_may_lead_to_the_driver(make_test: str | None, tmp_path: Path) -> None:
    files = {"suite/boot.nix": RUBY, "own-driver.nix": "f: { pkgs }: pkgs.nixosTest (f pkgs)\n"}
    if make_test is not None:
        files["make-test.nix"] = make_test
    assert ("test-script-unknown-method", "suite/boot.nix", 7) in found_in(files, tmp_path)


PERL = """\
{
  name = "web";
  machine = { };
  testScript = ''
    startAll;
    $machine->waitForUnit("nginx.service");
  '';
}
"""


def test_a_script_in_perl_is_said_to_be_perl(tmp_path: Path) -> None:
    write_files(tmp_path, {"nixlint.toml": "", "test.nix": PERL})
    report = run(Request((tmp_path,), tmp_path, select=RULES), REGISTRY)
    ((message, line),) = [(item.finding.message, item.start.line) for item in report.findings]
    assert message == "this test script is Perl, which the test driver does not read since NixOS 20.09"
    assert line == 6


MODULE = """\
{ lib, ... }:
{
  name = "sync";
  clan.machines.peer = { };
  testScript = { ... }: ''
    start_all()
    peer.fail("false")
    peer.suceed("true")
    assert json.loads("{}") == {}
  '';
}
"""


@pytest.mark.parametrize(
    "call", ["start_all()", 'peer.wait_for_unit("x")', "peer.succeed('true')", 'peer.succeed(f"x {1}")']
)
def test_a_script_that_drives_machines_is_one_whatever_stands_beside_it(call: str, tmp_path: Path) -> None:
    text = MODULE.replace("start_all()", call)
    assert found_in({"test.nix": text}, tmp_path) == [("test-script-unknown-method", "test.nix", 8)]


@pytest.mark.parametrize(
    "text",
    [
        "{ name = \"x\"; testScript = ''\n  puts machine.succeed\n''; }\n",
        "{ name = \"x\"; testScript = ''\n  set -e\n  grep x /etc/passwd\n''; }\n",
        '{ pkgs, ... }: { testScript = pkgs.writeShellScript "x" "exit 0"; }\n',
        "{ name = \"x\"; testScript = ''\n  from x import y\n  y.run(\n''; }\n",
    ],
)
def test_what_only_has_the_name_is_left_alone(text: str, tmp_path: Path) -> None:
    assert found_in({"test.nix": text}, tmp_path) == []
