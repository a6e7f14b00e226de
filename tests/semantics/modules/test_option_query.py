"""Patterns of options, and what a repository's files and hosts define for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.secrets.value_text import value_text
from nixlint.semantics.modules.module_system import Presence
from nixlint.semantics.modules.option_query import parse_pattern
from nixlint.semantics.repository.hosts import hosts
from nixlint.semantics.repository.project import ask_files, ask_host
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import write_files


def asked(tmp_path: Path, pattern: str, **files: str) -> dict[str, tuple[Presence, list[str]]]:
    write_files(tmp_path, {f"{name}.nix": text for name, text in files.items()})
    repository = Repository(tmp_path, sorted(tmp_path.rglob("*.nix")))
    return {
        str(option): (answer.presence, [value_text(definition.value) for definition in answer.definitions])
        for option, answer in ask_files(repository, parse_pattern(pattern))
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a", ("a",)),
        ("a.b-c.*", ("a", "b-c", "*")),
        ('environment.etc."resolv.conf".text', ("environment", "etc", "resolv.conf", "text")),
    ],
)
def test_a_pattern_is_written_as_an_option_path(text: str, names: tuple[str, ...]) -> None:
    assert parse_pattern(text) == names


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a..b", 'a."b', '"a"b'])
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an option path"):
        parse_pattern(text)


def test_a_star_stands_for_every_name_that_is_defined(tmp_path: Path) -> None:
    text = "{ users.users = { a.uid = 1; b.uid = 2; c.shell = null; }; }"

    assert asked(tmp_path, "users.users.*.uid", host=text) == {
        "users.users.a.uid": (Presence.DEFINED, ["1"]),
        "users.users.b.uid": (Presence.DEFINED, ["2"]),
        "users.users.c.uid": (Presence.ABSENT, []),
    }


def test_the_definitions_of_several_files_are_put_together(tmp_path: Path) -> None:
    found = asked(tmp_path, "a.b", one="{ a.b = [ 1 ]; }", two="{ lib, ... }: { a.b = lib.mkForce [ 2 ]; }")

    assert found == {"a.b": (Presence.DEFINED, ["[ 1 ]", "[ 2 ]"])}


def test_a_pattern_goes_on_into_the_system_of_a_container(tmp_path: Path) -> None:
    found = asked(
        tmp_path,
        "containers.*.config.system.stateVersion",
        host="{ containers.a.config = { ... }: { imports = [ ./base.nix ]; }; containers.b.config = { }; }",
        base='{ system.stateVersion = "24.05"; }',
    )

    assert found == {
        "containers.a.config.system.stateVersion": (Presence.DEFINED, ['"24.05"']),
        "containers.b.config.system.stateVersion": (Presence.ABSENT, []),
    }


def test_generated_names_are_found_where_the_list_of_names_is_static(tmp_path: Path) -> None:
    text = '{ lib, ... }: { containers = lib.genAttrs [ "x" "y" ] (name: { autoStart = true; config = { }; }); }'

    assert list(asked(tmp_path, "containers.*.autoStart", host=text)) == [
        "containers.x.autoStart",
        "containers.y.autoStart",
    ]


def test_a_name_that_is_not_known_is_shown_as_such(tmp_path: Path) -> None:
    text = "{ config, ... }: { containers.${config.name}.autoStart = true; }"

    assert list(asked(tmp_path, "containers.*.autoStart", host=text)) == ["containers.<name>.autoStart"]


def test_an_option_without_a_definition_is_absent(tmp_path: Path) -> None:
    assert asked(tmp_path, "a.c", host="{ a.b = 1; }") == {"a.c": (Presence.ABSENT, [])}


@pytest.mark.parametrize("given", ["./web.nix", "import ./web.nix", "{ ... }: { autoStart = true; }"])
def test_a_container_given_as_a_module_defines_what_the_module_does(tmp_path: Path, given: str) -> None:
    module = "{ name, lib, ... }: { autoStart = true; }"

    found = asked(tmp_path, "containers.web.autoStart", host=f"{{ containers.web = {given}; }}", web=module)

    assert found == {"containers.web.autoStart": (Presence.DEFINED, ["true"])}


def test_a_module_in_place_of_a_set_makes_nothing_absent(tmp_path: Path) -> None:
    found = asked(tmp_path, "some.thing.option", host="{ some.thing = { ... }: { option = 1; }; }")

    assert found["some.thing.option"][0] is Presence.MAYBE


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [("lib.mkForce { a = 1; }", "{ b = 2; }"), ("{ a = 1; }", "lib.mkDefault { b = 2; }")],
    ids=["mkForce", "mkDefault"],
)
def test_what_a_stronger_definition_around_it_may_replace_is_not_certain(
    tmp_path: Path, stronger: str, weaker: str
) -> None:
    text = f"{{ lib, ... }}: {{ imports = [ {{ files = {stronger}; }} ]; files = {weaker}; }}"

    assert asked_of_host(tmp_path, "files.a", text) is Presence.DEFINED
    assert asked_of_host(tmp_path, "files.b", text) is Presence.MAYBE


def test_a_stronger_definition_of_all_containers_takes_the_others_away(tmp_path: Path) -> None:
    forced = "{ containers = lib.mkForce { b.autoStart = true; }; }"
    text = f"{{ lib, ... }}: {{ imports = [ {forced} ]; containers.a.autoStart = true; }}"

    assert asked_of_host(tmp_path, "containers.a.autoStart", text) is Presence.ABSENT
    assert asked_of_host(tmp_path, "containers.b.autoStart", text) is Presence.DEFINED


def test_a_stronger_definition_above_options_that_are_declared_here_leaves_the_others(tmp_path: Path) -> None:
    text = """{ lib, ... }: {
      imports = [ { my.x = lib.mkForce { a = 1; }; } ];
      options.my.x = { a = lib.mkOption { type = lib.types.int; }; b = lib.mkOption { type = lib.types.int; }; };
      config.my.x.b = 2;
    }"""

    assert asked_of_host(tmp_path, "my.x.b", text) is Presence.DEFINED


def asked_of_host(tmp_path: Path, option: str, text: str) -> Presence:
    write_files(tmp_path, {"configuration.nix": text})
    repository = Repository(tmp_path, [tmp_path / "configuration.nix"])
    (host,) = hosts(repository)
    ((_, answer),) = ask_host(repository, host, parse_pattern(option))
    return answer.presence


def test_a_stronger_definition_takes_others_away_even_where_its_condition_within_is_false(tmp_path: Path) -> None:
    forced = "{ containers.a.config = lib.mkForce (lib.mkIf false { x = 1; }); }"
    text = f"{{ lib, ... }}: {{ imports = [ {forced} ]; containers.a.config.y = 2; }}"

    assert asked_of_host(tmp_path, "containers.a.config.y", text) is Presence.ABSENT
