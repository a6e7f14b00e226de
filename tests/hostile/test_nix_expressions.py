"""Whatever an expression says, every command that reads Nix comes to an end soon, within bounds of memory.

Processor time is what counts, so that a busy machine decides nothing. One command runs on each expression; all of them do
where the environment has ``NIXLINT_HOSTILE=all``, which takes minutes.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from .mutants import HOSTILE_NIX, mutant, seed_of, troubles_of

_ADDRESS_SPACE = 2 * 1024**3
_SECONDS = 20
"""Of processor time for a command; the budgets are over after some seconds, and what is worked out whole never ends."""
_MEGABYTES = 500

REPOSITORY = b"""\
{ config, lib, pkgs, ... }:
let
  it = <expression>;
in
{
  imports = it.modules or [ ];
  networking.hostName = it;
  containers.web = { autoStart = it == [ it ]; config.environment.etc.x.text = it; config.imports = it; };
  virtualisation.oci-containers.containers.a = { image = it; ports = it; volumes = [ it ]; environment = it; };
  environment.etc = it // { a.text = builtins.toJSON it; };
  systemd.services = lib.mkIf (it == it) it;
}
"""
FLAKE = b"""\
{ outputs = { self, nixpkgs }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./it.nix ]; }; }; }
"""
_ALL = os.environ.get("NIXLINT_HOSTILE") == "all"
_COMMANDS: tuple[tuple[str, ...], ...] = (
    ("options", "--host", "*", "*"),
    *(
        (("check", "--no-cache", "--fail-on", "never", "--pedantic"), ("options", "*.*"), ("inventory",))
        if _ALL
        else ()
    ),
)
_FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.mark.parametrize("command", _COMMANDS, ids=" ".join)
@pytest.mark.parametrize("expression", HOSTILE_NIX, ids=lambda text: text[:40].decode("latin-1"))
def test_every_command_comes_to_an_end(tmp_path: Path, expression: bytes, command: tuple[str, ...]) -> None:
    (tmp_path / "it.nix").write_bytes(REPOSITORY.replace(b"<expression>", expression))
    (tmp_path / "flake.nix").write_bytes(FLAKE)
    assert _troubles(command, tmp_path) == []


@pytest.mark.parametrize("number", range(20))
def test_a_mutant_is_no_internal_error(tmp_path: Path, number: int) -> None:
    files, _ = mutant([seed_of(_FIXTURES / name) for name in ("flake-host", "wiki-container")], number)
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert _troubles(("check", "--no-cache", "--isolated", "--fail-on", "never"), tmp_path) == []


def _troubles(command: tuple[str, ...], folder: Path) -> list[str]:
    """What goes wrong with a command in a process of its own, which the system ends when its processor time is over."""
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_run, args=(command, folder, there))
    process.start()
    there.close()
    try:
        found = here.recv()
    except EOFError:
        process.join()
        return [f"the process ended with {process.exitcode}"]
    process.join()
    return [str(each) for each in found]


def _run(command: tuple[str, ...], folder: Path, pipe: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = list(troubles_of(command, folder))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    pipe.send([*found, *([f"takes {grown} MB"] if grown > _MEGABYTES else [])])
