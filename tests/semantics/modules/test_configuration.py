"""What ``config`` and the arguments of modules are, where the repository decides it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from nixlint.secrets.value_text import value_text
from nixlint.semantics.language.values import IntValue, Known, PathValue
from nixlint.semantics.modules.module_system import Answer, Definition, ModuleSystem, Presence, modules_in
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.modules.option_query import ask_pattern, parse_pattern
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import write_files

_OPTION = """
  options.my.site.enable = lib.mkEnableOption "the site";
  options.my.site.port = lib.mkOption { type = lib.types.port; default = 8080; };
"""
_SITE = f"""{{ config, lib, ... }}:
let cfg = config.my.site; in
{{
  {_OPTION}
  config = lib.mkIf cfg.enable {{ containers.site.config.services.nginx.port = cfg.port; }};
}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def ask(folder: Path, files: Mapping[str, str], option: str) -> Answer:
    """What the modules that ``host.nix`` imports define for an option."""
    paths = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        paths.append(path)
    repository = Repository(folder, paths)
    interpreter = repository.interpreter()
    system = ModuleSystem((Definition(PathValue(folder / "host.nix"), None),), interpreter)
    (asked,) = ask_pattern(system, parse_pattern(option), interpreter)
    return asked.answer


def names(folder: Path, files: Mapping[str, str]) -> tuple[tuple[str | None, Definition], ...]:
    """The names of containers that the modules define, with what is defined there."""
    write_files(folder, files)
    repository = Repository(folder, [folder / name for name in files])
    system = ModuleSystem((Definition(PathValue(folder / "host.nix"), None),), repository.interpreter())
    return system.children(OptionPath.of("containers"))


def value(answer: Answer) -> str:
    """The value that decides, as text."""
    assert answer.value is not None, answer
    return value_text(answer.value)


PORT = "containers.site.config.services.nginx.port"


def test_what_an_option_of_ones_own_switches_on_is_defined_where_another_module_enables_it(folder: Path) -> None:
    files = {"site.nix": _SITE, "host.nix": "{ imports = [ ./site.nix ]; my.site.enable = true; }"}
    answer = ask(folder, files, PORT)
    assert answer.presence is Presence.DEFINED
    assert value(answer) == "8080"


def test_what_an_option_of_ones_own_switches_on_is_absent_where_nobody_enables_it(folder: Path) -> None:
    answer = ask(folder, {"site.nix": _SITE, "host.nix": "{ imports = [ ./site.nix ]; }"}, PORT)
    assert answer.presence is Presence.ABSENT


def test_it_is_maybe_where_a_module_that_nobody_knows_could_enable_it(folder: Path) -> None:
    host = "{ inputs, ... }: { imports = [ ./site.nix inputs.mine.nixosModules.x ]; }"
    assert ask(folder, {"site.nix": _SITE, "host.nix": host}, PORT).presence is Presence.MAYBE


def test_it_is_absent_where_the_modules_from_elsewhere_are_known_not_to_touch_it(folder: Path) -> None:
    host = """{ inputs, modulesPath, ... }: {
      imports = [ ./site.nix inputs.sops-nix.nixosModules.sops (modulesPath + "/profiles/qemu-guest.nix") ];
    }"""
    assert ask(folder, {"site.nix": _SITE, "host.nix": host}, PORT).presence is Presence.ABSENT


def test_a_module_of_nixos_that_nobody_looked_at_may_define_anything(folder: Path) -> None:
    host = '{ modulesPath, ... }: { imports = [ "${modulesPath}/profiles/nix-builder-vm.nix" ]; }'
    assert ask(folder, {"host.nix": host}, "system.stateVersion").presence is Presence.MAYBE


def test_a_stronger_definition_wins_over_a_default(folder: Path) -> None:
    host = "{ lib, ... }: { imports = [ ./site.nix ]; my.site = { enable = lib.mkDefault false; port = 81; }; }"
    files = {"site.nix": _SITE, "host.nix": host}
    assert ask(folder, files, PORT).presence is Presence.ABSENT
    files["host.nix"] = host.replace("lib.mkDefault false", "lib.mkForce true")
    assert value(ask(folder, files, PORT)) == "81"


def test_an_option_with_apply_is_not_worked_out(folder: Path) -> None:
    site = _SITE.replace("default = 8080;", "default = 8080; apply = p: p + 1;")
    files = {"site.nix": site, "host.nix": "{ imports = [ ./site.nix ]; my.site.enable = true; }"}
    assert value(ask(folder, files, PORT)) == "config.my.site.port"


def test_definitions_that_depend_on_each_other_where_nix_would_not_are_worked_out(folder: Path) -> None:
    host = """{ config, lib, ... }: {
      options.a = lib.mkEnableOption "a";
      options.b = lib.mkEnableOption "b";
      config = lib.mkMerge [
        (lib.mkIf config.a { b = true; })
        (lib.mkIf config.b { x.y = 1; })
        { a = true; }
      ];
    }"""
    assert ask(folder, {"host.nix": host}, "x.y").presence is Presence.DEFINED


def test_an_option_that_depends_on_itself_is_not_known(folder: Path) -> None:
    host = '{ config, lib, ... }: { options.a = lib.mkEnableOption "a"; config.a = lib.mkIf (!config.a) true; }'
    assert ask(folder, {"host.nix": host}, "a").presence is Presence.MAYBE


SERVICES = """{ config, lib, ... }: {
  options.my.services = lib.mkOption {
    default = { };
    type = lib.types.attrsOf (lib.types.submodule ({ name, config, ... }: {
      options = {
        enable = lib.mkOption { type = lib.types.bool; default = true; };
        title = lib.mkOption { type = lib.types.str; default = "the ${name}"; };
        loud = lib.mkOption { type = lib.types.str; default = "${config.title}!"; };
      };
    }));
  };
  config.containers = lib.mapAttrs (name: service: {
    autoStart = service.enable;
    config.networking.hostName = service.loud;
  }) config.my.services;
}"""


def test_a_submodule_knows_its_name_among_the_arguments_that_are_set(folder: Path) -> None:
    host = """{ config, lib, ... }: {
      options.my.boxes = lib.mkOption {
        default = { };
        type = lib.types.attrsOf (lib.types.submodule ({ config, ... }: {
          options.name = lib.mkOption { type = lib.types.str; default = config._module.args.name; };
        }));
      };
      config = {
        my.boxes.alpha = { };
        my.boxes.other.name = "beta";
        containers = lib.mapAttrs' (_: box: lib.nameValuePair box.name { autoStart = true; }) config.my.boxes;
      };
    }"""
    assert [name for name, _ in names(folder, {"host.nix": host})] == ["alpha", "beta"]


@pytest.mark.parametrize(("argument", "expected"), [("set", "1"), ("given", "config."), ("missing", "config.")])
def test_arguments_that_modules_set_are_options(folder: Path, argument: str, expected: str) -> None:
    write_files(
        folder, {"host.nix": f"{{ config, ... }}: {{ _module.args.set = 1; a = config._module.args.{argument}; }}"}
    )
    interpreter = Repository(folder, [folder / "host.nix"]).interpreter()
    module = Definition(PathValue(folder / "host.nix"), None)
    system = ModuleSystem((module,), interpreter, arguments={"given": Known(IntValue(2))})
    assert value(system.ask(OptionPath.of("a"))).startswith(expected)


def test_containers_made_from_an_option_with_submodules_have_their_names_and_defaults(folder: Path) -> None:
    host = '{ imports = [ ./services.nix ]; my.services.web = { }; my.services.db = { enable = false; title = "x"; }; }'
    files = {"services.nix": SERVICES, "host.nix": host}
    assert value(ask(folder, files, "containers.web.config.networking.hostName")) == '"the web!"'
    assert value(ask(folder, files, "containers.db.config.networking.hostName")) == '"x!"'
    assert value(ask(folder, files, "containers.db.autoStart")) == "false"
    assert ask(folder, files, "containers.other.autoStart").presence is Presence.ABSENT


def test_a_scalar_of_nixos_is_what_the_only_definition_says(folder: Path) -> None:
    host = """{ config, ... }: {
      networking.hostName = "atlas"; a = config.networking.hostName; b = config.networking.domain;
    }"""
    assert value(ask(folder, {"host.nix": host}, "a")) == '"atlas"'
    assert value(ask(folder, {"host.nix": host}, "b")) == "config.networking.domain"


def test_a_default_for_an_option_of_nixos_may_lose_to_nixos(folder: Path) -> None:
    host = '{ config, lib, ... }: { networking.hostName = lib.mkDefault "x"; a = config.networking.hostName; }'
    assert value(ask(folder, {"host.nix": host}, "a")) == "config.networking.hostName"


def test_what_may_be_a_property_decides_about_the_option_that_takes_it(folder: Path) -> None:
    host = "{ config, lib, ... }: { svc = lib.mkForce { level = lib.mkDefault 3; }; a = config.svc.level; }"
    assert ask(folder, {"host.nix": host}, "a").presence is Presence.MAYBE
    compared = host.replace("a = config.svc.level;", 'a = if config.svc.level == "x" then 1 else 2;')
    assert len(ask(folder, {"host.nix": compared}, "a").definitions) == 2


def test_a_list_of_nixos_is_not_worked_out_for_others_add_to_it(folder: Path) -> None:
    host = "{ config, ... }: { networking.ports = [ 1 ]; a = config.networking.ports; }"
    assert value(ask(folder, {"host.nix": host}, "a")) == "config.networking.ports"


def test_arguments_of_modules_come_from_the_configuration_itself(folder: Path) -> None:
    host = '{ imports = [ ./a.nix ]; _module.args.domain = "example.org"; }'
    files = {"a.nix": "{ domain, ... }: { x = domain; }", "host.nix": host}
    assert value(ask(folder, files, "x")) == '"example.org"'


def test_a_disabled_module_and_what_only_it_imports_define_nothing(folder: Path) -> None:
    files = {
        "host.nix": "{ imports = [ ./a.nix ./c.nix ]; disabledModules = [ ./a.nix ]; }",
        "a.nix": "{ imports = [ ./b.nix ./c.nix ]; x = 1; }",
        "b.nix": "{ y = 1; }",
        "c.nix": "{ z = 1; }",
    }
    found = [ask(folder, files, option).presence for option in ("x", "y", "z")]
    assert found == [Presence.ABSENT, Presence.ABSENT, Presence.DEFINED]


def test_what_both_branches_of_an_if_define_is_defined(folder: Path) -> None:
    host = "{ pkgs, ... }: { x = if pkgs.stdenv.isLinux then { a = 1; b = 1; } else { a = 2; }; }"
    found = [ask(folder, {"host.nix": host}, option).presence for option in ("x.a", "x.b")]
    assert found == [Presence.DEFINED, Presence.MAYBE]


def test_a_file_imported_for_certain_somewhere_is_imported_for_certain(folder: Path) -> None:
    files = {
        "host.nix": "{ inputs, ... }: { imports = [ (if inputs.x then ./a.nix else { }) ./b.nix ]; }",
        "a.nix": "{ x = 1; }",
        "b.nix": "{ imports = [ ./a.nix ]; }",
    }
    assert ask(folder, files, "x").presence is Presence.DEFINED


def test_modules_alone_say_nothing_of_a_configuration(folder: Path) -> None:
    repository = Repository(folder, ())
    (folder / "a.nix").write_text(_SITE, "utf-8")
    interpreter = repository.interpreter()
    modules = modules_in(PathValue(folder / "a.nix"))
    alone = ModuleSystem(modules, interpreter, is_whole=False)
    (asked,) = ask_pattern(alone, parse_pattern(PORT), interpreter)
    assert asked.answer.presence is Presence.MAYBE


def test_a_property_stays_one_when_it_is_merged_into_a_set_with_a_name_that_is_not_known(folder: Path) -> None:
    host = """{ lib, inputs, ... }: {
      config = lib.mkMerge [
        (lib.recursiveUpdate { containers.${inputs.x.name} = { }; } { containers = lib.mkForce { db = { }; }; })
        { containers.web.autoStart = true; }
      ];
    }"""
    assert ask(folder, {"host.nix": host}, "containers.web.autoStart").presence is not Presence.DEFINED


def test_containers_made_from_an_option_have_names_where_a_module_that_nobody_knows_could_define_more(
    folder: Path,
) -> None:
    host = '{ inputs, ... }: { imports = [ ./services.nix inputs.x.nixosModules.y ]; my.services.web.title = "x"; }'
    files = {"services.nix": SERVICES, "host.nix": host}
    assert ask(folder, files, "containers.web.config.networking.hostName").presence is Presence.MAYBE
    assert [text for text, _ in names(folder, files)] == ["web", None]


def test_containers_made_from_an_option_that_is_set_on_a_condition_have_names(folder: Path) -> None:
    host = '{ lib, pkgs, ... }: { imports = [ ./services.nix ]; my.services = lib.mkIf pkgs.a { web.title = "x"; }; }'
    files = {"services.nix": SERVICES, "host.nix": host}
    assert ask(folder, files, "containers.web.config.networking.hostName").presence is Presence.MAYBE
    assert (
        ask(folder, {**files, "host.nix": host.replace("pkgs.a", "false")}, "containers.web").presence
        is Presence.ABSENT
    )
    assert [text for text, _ in names(folder, files)] == ["web", None]


def test_elements_of_an_option_are_there_where_their_conditions_hold(folder: Path) -> None:
    host = """{ lib, pkgs, ... }: {
      imports = [ ./services.nix ];
      my.services = { web = lib.mkIf true { title = "x"; }; db = lib.mkIf false { }; };
    }"""
    files = {"services.nix": SERVICES, "host.nix": host}
    assert [text for text, _ in names(folder, files)] == ["web"]
    assert value(ask(folder, files, "containers.web.config.networking.hostName")) == '"x!"'
    assert ask(folder, files, "containers.db").presence is Presence.ABSENT
    unsure = host.replace("mkIf false", "mkIf pkgs.a")
    assert ask(folder, {**files, "host.nix": unsure}, "containers.db").presence is Presence.MAYBE


def test_a_module_of_nixos_disabled_by_its_path_takes_nothing_else_away(folder: Path) -> None:
    host = """{ modulesPath, ... }: { disabledModules = [ "${modulesPath}/services/misc/x.nix" ]; a.b = 1; }"""
    assert value(ask(folder, {"host.nix": host}, "a.b")) == "1"


def test_a_set_that_a_function_makes_of_packages_is_known(folder: Path) -> None:
    host = "{ pkgs, ... }: let ours = pkgs.callPackage ./ours.nix { port = 1; }; in { a.b = ours.make 2; }"
    ours = (
        '{ lib, hello, port, name ? null }: { make = other: lib.concatStringsSep "-" (map toString [ port other ]); }'
    )
    assert value(ask(folder, {"host.nix": host, "ours.nix": ours}, "a.b")) == '"1-2"'


def test_a_package_stays_a_package(folder: Path) -> None:
    host = "{ pkgs, ... }: { a.b = pkgs.callPackage ./ours.nix { }; }"
    ours = '{ stdenv }: stdenv.mkDerivation { name = "x"; }'
    assert value(ask(folder, {"host.nix": host, "ours.nix": ours}, "a.b")).startswith("pkgs.callPackage")


def test_a_module_of_nixos_that_only_declares_options_defines_nothing(folder: Path) -> None:
    host = '{ modulesPath, ... }: { imports = [ "${modulesPath}/image/file-options.nix" ]; }'
    assert ask(folder, {"host.nix": host}, "a.b").presence is Presence.ABSENT
