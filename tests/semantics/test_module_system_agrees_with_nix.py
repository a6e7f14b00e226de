"""What the module system says of an option is what Nix makes of the same modules."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from nixlint.semantics.interpreter import Interpreter
from nixlint.semantics.module_system import Answer, ModuleSystem, Presence, modules_in
from nixlint.semantics.option_path import OptionPath
from nixlint.semantics.repository import Repository
from nixlint.semantics.values import IntValue, PathValue
from nixlint.syntax.source_file import SourceFile
from tests.nix.nix_referee import evaluate_json
from tests.semantics.nix_modules import OPTIONS, modules

MODULES = Path(__file__).parent.parent / "nix" / "modules.nix"


def answers(module: str) -> list[Answer]:
    interpreter = Interpreter(lambda _path: None)
    source = SourceFile.parse(Path("/generated/module.nix"), module.encode())
    value = interpreter.evaluate(source.root, interpreter.globals)
    system = ModuleSystem(modules_in(value), interpreter)
    return [system.ask(OptionPath(option)) for option in OPTIONS]


def in_nix(batch: list[str]) -> list[list[list[list[int]]]]:
    """For each module, for each value of the flag, for each option: the values at the best priority."""
    paths = " ".join("[ " + " ".join(f'"{name}"' for name in option) + " ]" for option in OPTIONS)
    values: object = evaluate_json(
        [
            f"map (flag: map (path: import {MODULES} {{ modules = [ ({module}) ]; config.flag = flag; }} path) "
            f"[ {paths} ]) [ true false ]"
            for module in batch
        ]
    )
    found = cast("list[list[list[list[dict[str, int]]]]]", values)
    return [[[_deciding(option) for option in flag] for flag in module] for module in found]


def _deciding(found: list[dict[str, int]]) -> list[int]:
    best = min((definition["priority"] for definition in found), default=0)
    return [definition["value"] for definition in found if definition["priority"] == best]


@settings(max_examples=15)
@given(st.lists(modules(), min_size=30, max_size=60))
def test_defined_and_absent_are_never_contradicted_by_nix_whatever_is_unknown(batch: list[str]) -> None:
    for module, (on, off) in zip(batch, in_nix(batch), strict=True):
        for answer, with_flag, without in zip(answers(module), on, off, strict=True):
            if answer.presence is Presence.DEFINED:
                assert with_flag, module
                assert without, module
            if answer.presence is Presence.ABSENT:
                assert not with_flag, module
                assert not without, module
            if answer.value is not None:
                assert isinstance(answer.value, IntValue), module
                assert [answer.value.value] == with_flag == without, module


@settings(max_examples=10)
@given(st.lists(modules(certain=True), min_size=30, max_size=60))
def test_where_nothing_is_unknown_the_answer_is_certain(batch: list[str]) -> None:
    for module, (found, _) in zip(batch, in_nix(batch), strict=True):
        for answer, values in zip(answers(module), found, strict=True):
            assert answer.presence is (Presence.DEFINED if values else Presence.ABSENT), module


def test_modules_are_found_across_files_folders_and_cycles(tmp_path: Path) -> None:
    files = {
        "host.nix": "{ imports = [ ./services ./cycle.nix (import ./made.nix { n = 4; }) ]; a.b = 1; }",
        "services/default.nix": "{ lib, ... }: { imports = [ ./../shared.nix ]; a.c = lib.mkDefault 2; }",
        "shared.nix": "{ config, ... }: { a.d = 3; }",
        "cycle.nix": "{ imports = [ ./host.nix ./cycle.nix ]; }",
        "made.nix": "{ n }: { ... }: { e = n; }",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    repository = Repository(tmp_path, [tmp_path / name for name in files])
    system = ModuleSystem(modules_in(PathValue(tmp_path / "host.nix")), repository.interpreter())

    found = [system.ask(OptionPath(option)).value for option in OPTIONS]

    assert [value.value for value in found if isinstance(value, IntValue)] == [1, 2, 3, 4]
    assert system.presence(OptionPath.of("never")) is Presence.ABSENT


def test_what_cannot_be_resolved_makes_nothing_absent() -> None:
    for module in (
        "{ imports = [ ./nowhere.nix ]; }",
        "{ inputs, ... }: { imports = [ inputs.x.nixosModules.y ]; }",
        "{ imports = [ <nixpkgs/nixos/modules/x.nix> ]; }",
        "{ imports = builtins.filter (x: true) (import ./list.nix); }",
        "{ config, ... }: { a = config.b; }",
        "{ config, ... }: config.everything",
        "{ config, ... }: { ${config.name}.b = 1; }",
    ):
        assert answers(module)[0].presence is Presence.MAYBE, module


def test_modules_disabled_that_nobody_knows_make_what_there_is_uncertain() -> None:
    certain = '{ imports = [ { disabledModules = [ "services/x.nix" ]; } ]; a.b = 1; }'
    uncertain = "{ inputs, ... }: { imports = [ { disabledModules = [ inputs.y ]; } ]; a.b = 1; }"

    assert [answers(module)[0].presence for module in (certain, uncertain)] == [Presence.DEFINED, Presence.MAYBE]
