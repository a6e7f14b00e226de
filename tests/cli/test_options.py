"""``nixlint options``: what a repository defines for an option."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.linting.workbench import write_files

from .running import nixlint

FILES = {
    "flake.nix": "{ outputs = { nixpkgs, ... }: {\n"
    "  nixosConfigurations.alpha = nixpkgs.lib.nixosSystem { modules = [ ./alpha.nix ]; };\n}; }\n",
    "alpha.nix": "{ config, lib, ... }: {\n  imports = [ ./web.nix ];\n  services.nginx.enable = lib.mkDefault true;\n"
    "  services.x = lib.mkIf config.services.y.enable { port = 80; };\n}\n",
    "web.nix": '{\n  containers.web.config.system.stateVersion = "24.05";\n  containers.db.config = { };\n}\n',
    "other.nix": '{ services.nginx.enable = false; users.users.root.password = "hunter2hunter2"; }\n',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(tmp_path, FILES)
    return tmp_path


def test_definitions_are_shown_with_values_priorities_conditions_and_places(folder: Path) -> None:
    ran = nixlint(folder, "options", "services.*.*")

    assert ran.code == 0
    assert ran.out == (
        "services.nginx.enable: defined\n"
        "  true (mkDefault)  alpha.nix:3:18\n"
        "  false  other.nix:1:18\n"
        "services.x.port: maybe\n"
        "  80  alpha.nix:4:52\n"
        "    if config.services.y.enable  alpha.nix:4:25\n"
    )


def test_a_host_is_answered_for_with_what_it_imports_and_nothing_else(folder: Path) -> None:
    ran = nixlint(folder, "options", ".", "services.nginx.enable", "--host", "alpha")
    assert ran.out == "services.nginx.enable on alpha: defined\n  true (mkDefault)  alpha.nix:3:18\n"

    ran = nixlint(folder, "options", "containers.*.config.system.stateVersion", "--host", "alpha")
    assert ran.out == (
        "containers.web.config.system.stateVersion on alpha: defined\n"
        '  "24.05"  web.nix:2:32\n'
        "containers.db.config.system.stateVersion on alpha: absent\n"
    )


def test_each_host_is_answered_for_where_all_are_asked(folder: Path) -> None:
    flake = FILES["flake.nix"].replace(
        "}; }\n", "  nixosConfigurations.beta = nixpkgs.lib.nixosSystem { modules = [ ./web.nix ]; };\n}; }\n"
    )
    write_files(folder, {"flake.nix": flake})

    ran = nixlint(folder, "options", "services.nginx.enable", "--host", "*")

    assert ran.out == (
        "services.nginx.enable on alpha: defined\n  true (mkDefault)  alpha.nix:3:18\n"
        "services.nginx.enable on beta: absent\n"
    )


def test_hosts_are_named_where_the_answer_depends_on_them(folder: Path) -> None:
    named = "Ask one host with --host NAME, or each with --host '*': alpha.\n"

    assert nixlint(folder, "options", "services.x.port").err == named
    assert nixlint(folder, "options", "services.nginx.enable").err == ""
    assert nixlint(folder, "options", "services.x.port", "--host", "alpha").err == ""


def test_a_secret_is_not_shown(folder: Path) -> None:
    ran = nixlint(folder, "options", "users.users.*.password")

    assert ran.out == 'users.users.root.password: defined\n  "‹password, long›"  other.nix:1:51\n'
    assert "hunter" not in nixlint(folder, "options", "users", "--format", "json").out


def test_json_holds_the_same(folder: Path) -> None:
    ran = nixlint(folder, "options", "services.x.port", "--format", "json")

    assert json.loads(ran.out) == {
        "version": 1,
        "options": [
            {
                "option": "services.x.port",
                "host": None,
                "presence": "maybe",
                "definitions": [
                    {
                        "value": "80",
                        "conditions": [
                            {
                                "condition": "config.services.y.enable",
                                "place": {"file": "alpha.nix", "line": 4, "column": 25},
                            }
                        ],
                        "priority": 100,
                        "place": {"file": "alpha.nix", "line": 4, "column": 52},
                    }
                ],
                "reasons": [],
            }
        ],
    }


def test_what_nothing_defines_is_absent_and_exits_with_1(folder: Path) -> None:
    ran = nixlint(folder, "options", "services.nothing")

    assert (ran.code, ran.out) == (1, "services.nothing: absent\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a..b",), "'a..b' is not an option path"),
        (("*.enable",), "the first name of a pattern is a name"),
        (("a.b", "--host", "alhpa"), "there is no host 'alhpa'; did you mean 'alpha'? (hosts: alpha)"),
        (("nowhere", "a.b"), "there is nothing here"),
    ],
)
def test_a_question_that_makes_no_sense_exits_with_2(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    ran = nixlint(folder, "options", *arguments)

    assert ran.code == 2
    assert message in " ".join(ran.err.split())


def test_nothing_is_absent_for_certain_where_a_file_cannot_be_read(folder: Path) -> None:
    write_files(folder, {"broken.nix": "{ services.postgresql = "})

    ran = nixlint(folder, "options", "services.postgresql.enable")

    assert ran.code == 2
    assert "broken.nix: it has a syntax error, so what it defines is not known" in ran.err
    assert nixlint(folder, "options", "services.nginx.enable").code == 0


def test_nothing_is_absent_for_certain_where_an_import_is_missing(folder: Path) -> None:
    write_files(folder, {"modules/b.nix": "{ lib, ... }:\n{ imports = [ ./gone.nix ../alpha.nix lib.x ]; }"})

    ran = nixlint(folder, "options", "services.postgresql.enable")

    assert (ran.code, ran.out) == (2, "services.postgresql.enable: absent\n")
    assert ran.err == (
        "error: modules/b.nix:2: it imports modules/gone.nix, and there is nothing, so what it defines is not known\n"
    )


def test_nothing_is_absent_for_certain_where_a_file_is_too_large_or_too_deep(folder: Path) -> None:
    write_files(folder, {"deep.nix": "[" * 600 + "]" * 600, "large.nix": "#" * 9_000_000})

    ran = nixlint(folder, "options", "services.postgresql.enable")

    assert ran.code == 2
    assert "deep.nix: nested more than 500 levels deep" in ran.err
    assert "large.nix: it is larger than 8 MiB, so what it defines is not known" in ran.err


def test_what_a_host_may_define_is_not_absent(folder: Path) -> None:
    write_files(folder, {"web.nix": "{ inputs, ... }: { imports = [ inputs.mine.nixosModules.all ]; }"})
    ran = nixlint(folder, "options", "system.stateVersion")
    assert ran.out.startswith("system.stateVersion: maybe\n")
    assert ran.code == 0


def test_what_no_host_may_define_is_absent(folder: Path) -> None:
    ran = nixlint(folder, "options", "time.timeZone")
    assert (ran.out, ran.code) == ("time.timeZone: absent\n", 1)
