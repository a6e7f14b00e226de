"""Mistakes planted in the styles in which people write tests: found at their lines, with a twin that is quiet."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run
from tests.linting.workbench import REGISTRY

RUN_NIXOS_TEST = """\
{ pkgs, lib, ... }:
pkgs.testers.runNixOSTest {
  name = "planted";
  nodes = {
    server = { services.postgresql.enable = true; };
    client = { pkgs, ... }: { environment.systemPackages = [ pkgs.curl ]; };
  };
  testScript = ''
    LINES
  '';
}
"""
FUNCTION = """\
import ./make-test-python.nix ({ pkgs, ... }: {
  name = "planted";
  nodes.server = { config, ... }: { services.postgresql.enable = true; };
  nodes.client = { };
  testScript = { nodes, ... }: let
    port = toString nodes.server.services.postgresql.settings.port;
  in ''
    # ${port} é
    LINES
  '';
})
"""
OLD = """\
{ system ? "x86_64-linux", pkgs }:
with import (pkgs.path + "/nixos/lib/testing-python.nix") { inherit system; };
makeTest {
  name = "planted";
  nodes = { server = { services.postgresql.enable = true; }; client = { }; };
  testScript = "LINES";
}
"""
FLAKE = """\
{
  outputs = { nixpkgs, ... }: let pkgs = nixpkgs.legacyPackages.x86_64-linux; in {
    checks.x86_64-linux.planted = pkgs.testers.runNixOSTest {
      name = "planted";
      defaults = { services.postgresql.enable = true; };
      nodes.server = { };
      nodes.client = { };
      testScript = ''
        LINES
      '';
    };
  };
}
"""
SUM = """\
{ pkgs, lib, ... }:
let
  prelude = ''
    start_all()
  '';
in
pkgs.testers.nixosTest {
  name = "planted";
  nodes = { server.services.postgresql.enable = true; } // { client = { }; };
  testScript = prelude + lib.concatMapStrings (unit: ''
    client.wait_for_unit("${unit}.service")
  '') [ "a" "b" ] + ''
    LINES
  '';
}
"""
CONTAINERS = """\
{ lib, pkgs, ... }:
{
  name = "planted";
  meta.maintainers = [ ];
  containers.server = { services.postgresql.enable = true; };
  containers.client = { };
  testScript =
    { nodes, ... }:
    # the script
    ''
      LINES
    '';
}
"""
READ = """\
{ pkgs, ... }:
pkgs.testers.runNixOSTest {
  name = "planted";
  nodes = { server.services.postgresql.enable = true; client = { }; };
  testScript = builtins.readFile ./test.py;
}
"""
FORMS = {
    "runNixOSTest": RUN_NIXOS_TEST,
    "make-test-python": FUNCTION,
    "quoted": OLD,
    "flake": FLAKE,
    "sum": SUM,
    "containers": CONTAINERS,
    "readFile": READ,
}

MISTAKES = [
    ('server.succeed("true"', "test-script-syntax", 'server.succeed("true")'),
    ("if True", "test-script-syntax", "if True: pass"),
    ("return server.succeed(1)", "test-script-syntax", "server.succeed('true')"),
    ("sever.succeed('true')", "test-script-unknown-machine", "server.succeed('true')"),
    ("machine.wait_for_unit('x')", "test-script-unknown-machine", "client.wait_for_unit('x')"),
    ("[n.start() for n in [server, clent]]; clent.start()", "test-script-unknown-machine", "client.start()"),
    ("server.wait_for_service('x')", "test-script-unknown-method", "server.wait_for_unit('x')"),
    ("server.suceed('true')", "test-script-unknown-method", "server.succeed('true')"),
    ("[each.sucseed('x') for each in [server, client]]", "test-script-unknown-method", "client.succeed('x')"),
    ("server.waitForUnit('x')", "test-script-renamed-method", "server.wait_for_unit('x')"),
    ("startAll()", "test-script-renamed-method", "start_all()"),
    ("client.waitUntilSucceeds('x')", "test-script-renamed-method", "client.wait_until_succeeds('x')"),
    ("server.wait_for_unit('x', 30)", "test-script-wrong-arguments", "server.wait_for_unit('x', timeout=30)"),
    ("server.wait_for_open_port('5432')", "test-script-wrong-arguments", "server.wait_for_open_port(5432)"),
    ("server.succeed('x', timout=5)", "test-script-wrong-arguments", "server.succeed('x', timeout=5)"),
    ("server.wait_for_file()", "test-script-wrong-arguments", "server.wait_for_file('/x')"),
    ("server.wait_until_succeeds('a', 5, 6)", "test-script-wrong-arguments", "server.wait_until_succeeds('a', 5)"),
    ("assert server.execute('x')", "test-script-unchecked", "assert server.execute('x')[0] == 0"),
    ("assert server.systemctl('x') == 0", "test-script-unchecked", "assert server.systemctl('x')[0] == 0"),
    ("'ok' in client.succeed('x')", "test-script-unchecked", "assert 'ok' in client.succeed('x')"),
    ("server.shutdown", "test-script-unchecked", "server.shutdown()"),
    ("start_all", "test-script-unchecked", "start_all()"),
    ("subtest('x')", "test-script-unchecked", "with subtest('x'): pass"),
    ("client.execute('make install')", "test-script-status-dropped", "client.succeed('make install')"),
    ("client.sleep(5)", "test-script-sleep", "client.wait_for_file('/x')"),
    ("import time; time.sleep(5)", "test-script-sleep", "import time; time.time()"),
    ("json.loads(server.succeed('x'))", "test-script-unknown-name", "import json; json.loads(server.succeed('x'))"),
    ("assert outt == 1", "test-script-unknown-name", "outt = 1; assert outt == 1"),
    ("server.succeed('serve &')", "test-script-background", "server.succeed('serve >&2 &')"),
    ("server.fail('ps aux | grep x')", "test-script-pipe", "server.fail('grep x /y')"),
    ("server.wait_for_open_port(3306)", "test-script-port-never-open", "server.wait_for_open_port(5432)"),
    ("server.wait_for_open_port(port='80')", "test-script-wrong-arguments", "server.wait_for_open_port(port=5432)"),
    ("server.require_unit_state('x', 'y', 'z')", "test-script-wrong-arguments", "server.require_unit_state('x', 'y')"),
    ("client.wait_for_open_port(22, 5)", "test-script-wrong-arguments", "client.wait_for_open_port(22, timeout=5)"),
    ("server.get_unit_property('x')", "test-script-wrong-arguments", "server.get_unit_property('x', 'y')"),
    ("client.wait_for_unit('x', timout=5)", "test-script-wrong-arguments", "client.wait_for_unit('x', timeout=5)"),
    ("if client.execute('x'): pass", "test-script-unchecked", "if client.execute('x')[0] == 0: pass"),
    ("while server.execute('x'): pass", "test-script-unchecked", "while server.execute('x')[0]: pass"),
    ("assert client.succeed('x') == 0", "test-script-unchecked", "assert client.succeed('x') == '0'"),
    ("client.wait_for_unit", "test-script-unchecked", "client.wait_for_unit('x')"),
    ("server.systemctl('start x')", "test-script-status-dropped", "server.succeed('systemctl start x')"),
    ("client.waitForOpenPort(1)", "test-script-renamed-method", "client.wait_for_open_port(1)"),
    ("join_al()", "test-script-unknown-name", "join_all()"),
    ("print(sever)", "test-script-unknown-name", "print(server)"),
    ("client.succeed('journalctl | grep -q x')", "test-script-pipe", "client.succeed('journalctl -g x')"),
    ("server.wait_for_console_txt('x')", "test-script-unknown-method", "server.wait_for_file('x')"),
    ("with subtest('x') pass", "test-script-syntax", "with subtest('x'): pass"),
    ("assert 'x' in (server.succeed('y')", "test-script-syntax", "assert 'x' in server.succeed('y')"),
    ("client.succeed('curl http://server')", "test-script-curl", "client.succeed('curl -f http://server')"),
    ("client.execute('serve &')", "test-script-background", "client.execute('serve >&2 &')"),
]
RULES = frozenset(name for name in REGISTRY.names if name.startswith("test-script-"))


def found_in(line: str, form: str, folder: Path) -> set[tuple[str, str, int]]:
    (folder / "nixlint.toml").write_text("", "utf-8")
    text = FORMS[form]
    (folder / ("flake.nix" if form == "flake" else "test.nix")).write_text(text.replace("LINES", line), "utf-8")
    if form == "readFile":
        (folder / "test.py").write_text(f"start_all()\n{line}\n", "utf-8")
    report = run(Request((folder,), folder, select=RULES, pedantic=True), REGISTRY)
    assert not report.failures
    return {(item.rule, item.path, item.start.line) for item in report.findings}


@pytest.mark.parametrize("form", FORMS)
def test_nineteen_in_twenty_planted_mistakes_are_found_and_no_twin_is(form: str, tmp_path: Path) -> None:
    missed: list[str] = []
    where = {"flake": "flake.nix", "readFile": "test.py"}.get(form, "test.nix")
    lines = 2 if form == "readFile" else FORMS[form].split("LINES")[0].count("\n") + 1
    for number, (bad, rule, good) in enumerate(MISTAKES):
        folder = tmp_path / str(number)
        folder.mkdir()
        if (rule, where, lines) not in found_in(bad, form, folder):
            missed.append(bad)
        quiet = found_in(good, form, folder)
        assert rule not in {name for name, _, _ in quiet}, (good, quiet)
    assert len(missed) / len(MISTAKES) <= 0.05, missed


def test_there_are_forty_mistakes_and_each_rule_has_one() -> None:
    assert len(MISTAKES) >= 40
    # These are about what stands beside the script, or how it is written: the examples of the rules try them.
    beside = set(
        "test-script-escape test-script-host-name test-script-interpolation test-script-machine-never-started "
        "test-script-ocr test-script-unit-never-there".split()
    )
    assert {rule for _, rule, _ in MISTAKES} == RULES - beside
