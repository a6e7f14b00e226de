"""What the module system says of an option is what Nix makes of the same modules."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.values import IntValue, PathValue
from nixlint.semantics.modules.module_system import Answer, ModuleSystem, Presence, modules_in
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.source_file import SourceFile
from tests.nix.module_agreement import Verdict, contradictions, verdicts
from tests.nix.module_referee import reports, write
from tests.semantics.modules.nix_modules import RandomChoices, Repo, repositories, repository

OPTIONS = (("a", "b"), ("a", "c"), ("a", "d"), ("e",))


def answers(module: str) -> list[Answer]:
    interpreter = Interpreter(lambda _path: None)
    source = SourceFile.parse(Path("/generated/module.nix"), module.encode())
    value = interpreter.evaluate(source.root, interpreter.globals)
    system = ModuleSystem(modules_in(value), interpreter)
    return [system.ask(OptionPath(option)) for option in OPTIONS]


def judged(repos: list[Repo], folder: Path) -> Iterator[tuple[Repo, list[Verdict]]]:
    """What nixlint says of repositories, held against Nix; one that Nix refuses is left out."""
    folders = write(repos, folder)
    for repo, root, found in zip(repos, folders, reports(repos, folders), strict=True):
        if not isinstance(found, str):
            yield repo, list(verdicts(root, found))


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(st.lists(repositories(), min_size=1, max_size=5))
def test_nothing_that_is_said_of_a_repository_is_contradicted_by_nix(repos: list[Repo]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for repo, found in judged(repos, Path(folder)):
            assert contradictions(found) == [], repo.text()


def test_nearly_every_option_that_does_not_depend_on_the_unknown_is_certain(tmp_path: Path) -> None:
    found = [
        verdict
        for _, verdicts_of_one in judged([repository(RandomChoices(seed)) for seed in range(40)], tmp_path)
        for verdict in verdicts_of_one
        if not verdict.depends
    ]
    certain = [verdict for verdict in found if verdict.presence is not Presence.MAYBE]

    assert len(certain) >= 0.9 * len(found) > 0


def test_where_nothing_is_unknown_nearly_everything_is_certain(tmp_path: Path) -> None:
    repos = [repo for seed in range(60) if not (repo := repository(RandomChoices(seed))).has_unknown]

    found = [verdict for _, verdicts_of_one in judged(repos, tmp_path) for verdict in verdicts_of_one]
    certain = [verdict for verdict in found if verdict.presence is not Presence.MAYBE]

    assert len(certain) >= 0.97 * len(found) > 0


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


def test_of_modules_with_the_same_key_the_first_counts() -> None:
    first, second = '{ key = "k"; a.b = 1; }', '{ key = "k"; a.c = 2; }'

    assert presences(f"{{ imports = [ {first} {second} ]; }}") == [Presence.DEFINED, Presence.ABSENT]
    # The modules that a module imports come after those beside it.
    assert presences(f"{{ imports = [ {{ imports = [ {second} ]; }} {first} ]; }}") == [
        Presence.DEFINED,
        Presence.ABSENT,
    ]
    assert presences(f"{{ inputs, ... }}: {{ imports = [ (if inputs.x then {first} else {{ }}) {second} ]; }}") == [
        Presence.MAYBE,
        Presence.MAYBE,
    ]


def test_what_a_file_imports_is_no_further_away_than_what_a_set_beside_it_imports(tmp_path: Path) -> None:
    (tmp_path / "x.nix").write_text('{ imports = [ { key = "k"; a.b = 1; } ]; }')
    (tmp_path / "host.nix").write_text('{ imports = [ ./x.nix { imports = [ { key = "k"; a.c = 2; } ]; } ]; }')
    repository = Repository(tmp_path, [tmp_path / "host.nix", tmp_path / "x.nix"])
    system = ModuleSystem(modules_in(PathValue(tmp_path / "host.nix")), repository.interpreter())

    found = [system.presence(OptionPath.of("a", name)) for name in ("b", "c")]

    assert found == [Presence.DEFINED, Presence.ABSENT]


def test_a_module_is_disabled_by_its_key_or_by_the_text_of_its_path(tmp_path: Path) -> None:
    for disabled in ('{ key = "k"; }', "(toString ./x.nix)"):
        module = '{ key = "k"; a.b = 1; }' if "key" in disabled else "./x.nix"
        (tmp_path / "x.nix").write_text("{ a.b = 1; }")
        (tmp_path / "host.nix").write_text(f"{{ imports = [ {module} {{ disabledModules = [ {disabled} ]; }} ]; }}")
        repository = Repository(tmp_path, [tmp_path / "host.nix", tmp_path / "x.nix"])
        system = ModuleSystem(modules_in(PathValue(tmp_path / "host.nix")), repository.interpreter())

        assert system.presence(OptionPath.of("a", "b")) is Presence.ABSENT


def test_a_module_that_is_perhaps_disabled_is_not_certain(tmp_path: Path) -> None:
    (tmp_path / "x.nix").write_text("{ a.b = 1; }")
    (tmp_path / "host.nix").write_text(
        "{ inputs, ... }: { imports = [ ./x.nix (if inputs.y then { disabledModules = [ ./x.nix ]; } else { }) ]; }"
    )
    repository = Repository(tmp_path, [tmp_path / "host.nix", tmp_path / "x.nix"])
    system = ModuleSystem(modules_in(PathValue(tmp_path / "host.nix")), repository.interpreter())

    assert system.presence(OptionPath.of("a", "b")) is Presence.MAYBE


def test_merging_sets_goes_into_properties_as_into_any_set() -> None:
    condition = "{ lib, ... }: { config = lib.recursiveUpdate { a.b = lib.mkIf true 2; } { a.b = lib.mkIf false 3; }; }"
    contents = "{ lib, ... }: lib.recursiveUpdate { a = lib.mkIf true { b = 2; }; } { a = lib.mkForce { c = 3; }; }"
    right = "{ lib, ... }: lib.recursiveUpdate { a.b = 2; } { a = lib.mkForce { c = 3; }; }"

    assert presences(condition)[0] is Presence.ABSENT
    assert presences(contents) == [Presence.DEFINED, Presence.DEFINED]
    assert presences(right) == [Presence.ABSENT, Presence.DEFINED]


def test_an_unknown_value_may_be_no_definition_or_a_stronger_one() -> None:
    unknown = "(lib.recursiveUpdate { x = lib.mkIf true { }; } { x = args.y; }).x"

    (answer, *_) = answers(f"args@{{ lib, ... }}: {{ imports = [ {{ a.b = 1; }} ]; a.b = {unknown}; }}")
    (alone, *_) = answers(f"args@{{ lib, ... }}: {{ a.b = {unknown}; }}")

    assert (answer.presence, answer.value) == (Presence.DEFINED, None)
    assert alone.presence is Presence.MAYBE


def test_modules_that_a_filter_may_leave_out_are_not_certain_whatever_they_are() -> None:
    either = "(if inputs.x.a then { a.b = 1; } else { a.b = 2; })"

    assert presences(f"{{ inputs, ... }}: {{ imports = [ {either} ]; }}")[0] is Presence.DEFINED
    assert presences(f"{{ inputs, ... }}: {{ imports = builtins.filter (_: inputs.x.b) [ {either} ]; }}") == [
        Presence.MAYBE,
        Presence.ABSENT,
    ]


def test_definitions_that_may_be_among_others_say_nothing_of_further_options() -> None:
    module = "{ lib, inputs, ... }: { config = lib.mkMerge (map (name: { a.b = name; }) inputs.x.names); }"

    assert presences(module) == [Presence.MAYBE, Presence.ABSENT]


def presences(module: str) -> list[Presence]:
    """What is said of ``a.b`` and ``a.c``."""
    return [answer.presence for answer in answers(module)[:2]]
