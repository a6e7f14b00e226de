"""Patterns of options, and what a repository's files and hosts define for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.semantics.module_system import Presence
from nixlint.semantics.option_query import parse_pattern
from nixlint.semantics.project import ask_files
from nixlint.semantics.repository import Repository
from nixlint.semantics.value_text import value_text
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
    with pytest.raises(ValueError, match="is no option path"):
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
