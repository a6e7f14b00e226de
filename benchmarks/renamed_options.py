"""Holds what nixlint says of options by their old and new names to nixpkgs' own ``lib.mkRenamedOptionModule``.

``python benchmarks/renamed_options.py LIB [COUNT]``: ``LIB`` is the ``lib`` folder of nixpkgs. Prints how many renames of
``nixlint/data/renamed_options.json`` were compared, each with several definitions by the old and by the new name, and
every difference.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nixlint.semantics.language.values import PathValue, StringValue
from nixlint.semantics.modules.module_system import Definition, ModuleSystem, Presence
from nixlint.semantics.modules.option_history import Renamed, nixos_history
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.string_literal import attr_name_literal

_ABSENT = "(not defined)"
_BODIES = (
    '{old} = "x";',
    '{new} = "x";',
    '{old} = lib.mkForce "x"; {new} = "y";',
    '{old} = lib.mkDefault "x"; {new} = "y";',
    '{old} = lib.mkIf false "x";',
    '{old} = lib.mkMerge [ "x" (lib.mkDefault "y") ];',
    "",
)
_NIX = """
let
  lib = import {lib};
  ask = {{ old, new, module }}:
    let
      evaluated = lib.evalModules {{
        modules = [
          {{ options = lib.setAttrByPath new (lib.mkOption {{ type = lib.types.str; default = "{absent}"; }}); }}
          {{ options.warnings = lib.mkOption {{ type = lib.types.listOf lib.types.str; default = [ ]; }}; }}
          (lib.mkRenamedOptionModule old new)
          module
        ];
      }};
    in
    [ (lib.getAttrFromPath new evaluated.config) (lib.getAttrFromPath old evaluated.config) ];
in
map ask [
{questions}
]
"""


class _Question(NamedTuple):
    old: tuple[str, ...]
    new: tuple[str, ...]
    module: str


def main(lib: str, count: int) -> int:
    """Compare; the exit code says whether all agree."""
    questions = list(_questions(count))
    differences = 0
    for question, expected in zip(questions, _asked_of_nix(lib, questions), strict=True):
        found = _asked_of_nixlint(question)
        if found != expected:
            differences += 1
            print(f"{question.module}: Nix {expected}, nixlint {found}")
    print(f"{len(questions) // len(_BODIES)} renames, {len(questions)} modules, {differences} differences")
    return 1 if differences else 0


def _questions(count: int) -> Iterator[_Question]:
    pairs = [
        (change.old, change.what.new)
        for change in nixos_history().changes
        if isinstance(change.what, Renamed) and change.what.is_same_value
    ]
    for old, new in random.Random(7).sample(pairs, min(count, len(pairs))):
        for body in _BODIES:
            yield _Question(old, new, f"{{ lib, ... }}: {{ {body.format(old=_written(old), new=_written(new))} }}")


def _written(names: tuple[str, ...]) -> str:
    return ".".join(map(attr_name_literal, names))


def _asked_of_nix(lib: str, questions: list[_Question]) -> list[list[str]]:
    texts = (f"{{ old = {_list(each.old)}; new = {_list(each.new)}; module = {each.module}; }}" for each in questions)
    program = _NIX.format(lib=Path(lib).resolve(), absent=_ABSENT, questions="\n".join(texts))
    with tempfile.NamedTemporaryFile("w", suffix=".nix") as file:
        file.write(program)
        file.flush()
        command = ["nix-instantiate", "--eval", "--strict", "--json", file.name]
        answers: list[list[str]] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return answers


def _list(names: tuple[str, ...]) -> str:
    return "[ " + " ".join(f'"{name}"' for name in names) + " ]"


def _asked_of_nixlint(question: _Question) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "configuration.nix"
        path.write_text(question.module, "utf-8")
        repository = Repository(path.parent, (path,))
        system = ModuleSystem((Definition(PathValue(path), None),), repository.interpreter())
        return [_told(system, names) for names in (question.new, question.old)]


def _told(system: ModuleSystem, names: tuple[str, ...]) -> str:
    answer = system.ask(OptionPath(names))
    if answer.presence is Presence.ABSENT:
        return _ABSENT
    value = answer.value
    return value.text or "?" if isinstance(value, StringValue) else f"? {answer}"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 50))
