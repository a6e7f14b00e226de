"""Every command on every hostile repository, and what must be true of each of these cells.

The repositories are those of :mod:`.trees`, of :mod:`.compose_trees` and of :mod:`.convert_trees`, and one for each hostile
expression of :mod:`.mutants`. A new one there, or a new command here, is in the matrix by itself.
"""

from __future__ import annotations

import os
import site
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from . import compose_trees, convert_trees, trees
from .mutants import HOSTILE_NIX
from .trees import Ground
from .watchdog import MEGABYTES, SECONDS, Ran, run_command

_ASKED = "{}"
"""Stands in a command for the path that a repository is asked about."""
_COMPOSE = "{compose}"
"""Stands in a command for the Compose file, where a repository does not leave it to ``convert`` to find it."""


class Changes(NamedTuple):
    """Where in the repository a command may change files: paths below its folder, and all of it for ``.``."""

    below: tuple[str, ...] = ()


_NOTHING = Changes()
_ANYTHING = Changes((".",))


class Kind(NamedTuple):
    """A way to call a command."""

    words: tuple[str, ...]
    changes: Changes = _NOTHING


COMMANDS: Mapping[str, Kind] = {
    "rules": Kind(("rules",)),
    "explain": Kind(("explain", "NL101")),
    "check": Kind(("check", _ASKED)),
    "check, again": Kind(("check", _ASKED)),
    "check, no cache": Kind(("check", _ASKED, "--no-cache", "--isolated")),
    "check, pedantic": Kind(("check", _ASKED, "--no-cache", "--pedantic", "--fail-on", "never")),
    "check, concise": Kind(("check", _ASKED, "--no-cache", "--format", "concise")),
    "check, SARIF": Kind(("check", _ASKED, "--format", "sarif")),
    "check, GitHub": Kind(("check", _ASKED, "--format", "github")),
    "check, JSON": Kind(("check", _ASKED, "--format", "json")),
    "check, cache there": Kind(("check", _ASKED, "--cache-dir", ".nixlint_cache"), Changes((".nixlint_cache",))),
    "options": Kind(("options", _ASKED, "containers.*.config")),
    "options, version": Kind(("options", _ASKED, "system.stateVersion")),
    "options, hosts": Kind(("options", _ASKED, "--host", "*", "*")),
    "options, JSON": Kind(("options", _ASKED, "--format", "json", "*.*")),
    "inventory": Kind(("inventory", _ASKED)),
    "inventory, JSON": Kind(("inventory", _ASKED, "--format", "json")),
    "inventory, picture": Kind(("inventory", _ASKED, "--format", "mermaid")),
    "convert": Kind(("convert", _COMPOSE)),
    "convert, model": Kind(("convert", _COMPOSE, "--print-model")),
    "convert, sops": Kind(("convert", _COMPOSE, "--secrets", "sops", "--symbolic", "--backend", "docker")),
    "fix, diff": Kind(("fix", _ASKED, "--diff", "--unsafe-fixes")),
    "fix": Kind(("fix", _ASKED, "--unsafe-fixes"), _ANYTHING),
    "init": Kind(("init",), Changes(("nixlint.toml",))),
    "convert, file": Kind(
        ("convert", _COMPOSE, "-o", "out.nix", "--with-test", "--report", "report.json"),
        Changes(("out.nix", "out-test.nix", "report.json")),
    ),
    "convert, update": Kind(("convert", "--update", "out.nix"), Changes(("out.nix", "out-test.nix", "report.json"))),
    "convert, folder": Kind(("convert", _COMPOSE, "-o", "out", "--split"), Changes(("out",))),
}
"""All of them, by name; those that change files come last, for all run in the same repository, and those that
make large ones at the very end."""
USUAL = ("check", "check, no cache", "check, cache there", "options", "inventory", "convert", "fix")


class Planted(NamedTuple):
    """A repository that stands: where, what is not to be touched beside it, and what no output may hold."""

    root: Path
    asked: str = "."
    compose: tuple[str, ...] = ()
    variables: Mapping[str, str] = {}
    canaries: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    """What neither a check nor an error may show; ``convert`` may, for a person asked it to write the project anew."""
    marker: str = "INJECTED"


class Tree(NamedTuple):
    """A hostile repository: ``build`` makes it in an empty folder; ``usual`` are the commands that always run on it."""

    build: Callable[[Path], Planted]
    usual: tuple[str, ...]
    is_large: bool = False


class Cell(NamedTuple):
    """A command on a repository, what came of it, and what must not be."""

    tree: str
    command: str
    ran: Ran
    violations: tuple[str, ...]


def _all_trees() -> Iterator[tuple[str, Tree]]:
    for tree in trees.TREES:
        yield tree.name, Tree(_of_repository(tree), USUAL)
    for name in compose_trees.TREES:
        large = name in compose_trees.LARGE
        yield f"Compose: {name.replace('_', ' ')}", Tree(_of_project(name), ("check, no cache", "convert"), large)
    for name, build in convert_trees.TREES.items():
        yield f"convert: {name}", Tree(_of_conversion(build), ("check, no cache", "convert, file"))
    for number, expression in enumerate(HOSTILE_NIX):
        shown = ascii(expression[:40].decode("latin-1"))
        yield f"Nix {number}: {shown}", Tree(_of_expression(expression), ("options, hosts",))


def _of_repository(tree: trees.HostileTree) -> Callable[[Path], Planted]:
    def build(folder: Path) -> Planted:
        ground = Ground.below(folder)
        variables = tree.build(ground) or {}
        compose = (f"{tree.asked}/compose.yaml",)
        return Planted(ground.root, tree.asked, compose, variables, (trees.CANARY,), marker=ground.marker.name)

    return build


def _of_project(name: str) -> Callable[[Path], Planted]:
    def build(folder: Path) -> Planted:
        root = compose_trees.build(name, folder)
        return Planted(root, canaries=(compose_trees.CANARY,), secrets=(compose_trees.MARKED,))

    return build


def _of_conversion(builder: convert_trees.Build) -> Callable[[Path], Planted]:
    def build(folder: Path) -> Planted:
        root = folder / "project"
        root.mkdir()
        builder(root)
        return Planted(root)

    return build


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


def _of_expression(expression: bytes) -> Callable[[Path], Planted]:
    def build(folder: Path) -> Planted:
        root = folder / "root"
        root.mkdir()
        (root / "it.nix").write_bytes(REPOSITORY.replace(b"<expression>", expression))
        (root / "flake.nix").write_bytes(FLAKE)
        return Planted(root)

    return build


TREES: Mapping[str, Tree] = dict(_all_trees())
"""All of them, by name."""


def cells(name: str, commands: Sequence[str]) -> Iterator[Cell]:
    """Build a repository and run commands in it, one after the other."""
    with tempfile.TemporaryDirectory(prefix="hostile") as folder:
        planted = TREES[name].build(Path(folder))
        (Path(folder) / "home").mkdir(exist_ok=True)
        outside = _state_outside(planted.root)
        for command in commands:
            kind = COMMANDS[command]
            ran = run_command(planted.root, _words(kind, planted), planted.variables)
            yield Cell(name, command, ran, tuple(_violations(kind, planted, ran, outside)))


def _words(kind: Kind, planted: Planted) -> list[str]:
    words: list[str] = []
    for word in kind.words:
        words += planted.compose if word == _COMPOSE else [planted.asked if word == _ASKED else word]
    return words


def _violations(kind: Kind, planted: Planted, ran: Ran, outside: Mapping[str, object]) -> Iterator[str]:
    if ran.code not in (0, 1, 2):
        yield f"ends with {ran.code}"
    if "internal error" in ran.text or "Traceback" in ran.text:
        yield "an internal error"
    if ran.seconds > SECONDS:
        yield f"takes {ran.seconds:.1f} s"
    if ran.megabytes > MEGABYTES:
        yield f"takes {ran.megabytes} MB"
    yield from (f"starts {program}" for program in ran.started)
    if any(path.name == planted.marker for path in (*planted.root.parent.iterdir(), *planted.root.iterdir())):
        yield "runs a program"
    if all(_is_below(folder, os.path.realpath(planted.root)) for folder in _converted_from(kind, planted)):
        yield from (f"shows {canary}" for canary in planted.canaries if canary in ran.text)
    if kind.words[0] == "check" or ran.code == 2:
        yield from (f"shows {secret}" for secret in planted.secrets if secret in ran.text)
    writes_module = kind.words[0] == "convert" and ran.code == 0  # as it is, on standard output
    if not writes_module and any(character in ran.text for character in ("\x1b", "\x9b", "\x07")):
        yield "writes what a terminal obeys"
    allowed = _Allowed(kind, planted)
    around = f"{os.path.realpath(planted.root.parent)}/"
    yield from sorted(f"{how} {path.removeprefix(around)}" for how, path in ran.touched if not allowed.has(how, path))
    if _state_outside(planted.root) != outside:
        yield "changes what is outside"


def _state_outside(root: Path) -> dict[str, object]:
    """All that stands beside a repository, with what tells whether it was changed."""
    found: dict[str, object] = {}
    for folder, names, files in os.walk(root.parent):
        names[:] = [name for name in names if Path(folder, name) != root and name != "home"]
        for name in (*names, *files):
            status = os.lstat(os.path.join(folder, name))
            found[os.path.join(folder, name)] = (status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode)
    return found


_MARKS = (".git", "flake.nix", "nixlint.toml", "configuration.nix")
"""Names that are looked for in the folders around a repository, to find where it begins."""
_PROJECT = str(Path(__file__).parents[2])
_PYTHON = tuple(
    os.path.realpath(path)
    for path in (sys.prefix, sys.base_prefix, _PROJECT, *site.getsitepackages(), "/usr/lib", "/usr/share/zoneinfo")
)
_SYSTEM = frozenset({"/dev/null", "/dev/tty", "/etc/gitconfig", "/proc/self/fd"})


class _Allowed:
    """What a command may touch: the repository, its own home, what Python and nixlint are made of, and what was named."""

    def __init__(self, kind: Kind, planted: Planted) -> None:
        self._root = os.path.realpath(planted.root)
        self._home = os.path.realpath(planted.root.parent / "home")
        self._changes = [os.path.normpath(os.path.join(self._root, below)) for below in kind.changes.below]
        self._named = os.path.realpath(planted.root / planted.asked)
        self._converted = _converted_from(kind, planted)

    def has(self, how: str, path: str) -> bool:
        """Whether a command may do this."""
        if _is_below(path, self._home) or path in _SYSTEM:
            return True
        folder, name = os.path.split(path)
        if how == "change":
            # `convert` makes the folder of its output, which is there already.
            return (bool(self._changes) and path == self._root) or any(
                _is_below(path, each) or (name.startswith(".nixlint-") and folder == os.path.dirname(each))
                for each in self._changes
            )
        if any(_is_below(path, each) for each in (self._root, *self._converted, *_PYTHON)):
            return True
        is_around = _is_below(self._root, path)
        if how == "open":
            return is_around
        is_mark = name in _MARKS and _is_below(self._root, folder)
        return how == "look" and (is_around or is_mark or path == self._named)


def _converted_from(kind: Kind, planted: Planted) -> list[str]:
    """The folders elsewhere that a conversion may look into: those of Compose files that were named and are links."""
    if kind.words[0] != "convert":
        return []
    return [os.path.dirname(os.path.realpath(planted.root / name)) for name in planted.compose]


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
