"""What a flake gives, and what ``self`` stands for in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from nixlint.secrets.value_text import value_text
from nixlint.semantics.modules.option_query import ask_pattern, parse_pattern
from nixlint.semantics.repository.hosts import hosts
from nixlint.semantics.repository.repository import Repository


def presence(folder: Path, files: Mapping[str, str], option: str) -> dict[str, str]:
    """For each host of a flake, whether an option is defined there, or its value where one definition decides it."""
    paths = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        paths.append(path)
    repository = Repository(folder, paths)
    found = {}
    for host in hosts(repository):
        interpreter = repository.interpreter()
        (asked,) = ask_pattern(host.system(interpreter), parse_pattern(option), interpreter)
        value = asked.answer.value
        found[host.name] = asked.answer.presence.value if value is None else value_text(value)
    return found


def test_modules_that_the_flake_gives_are_those_that_its_hosts_import(tmp_path: Path) -> None:
    flake = """{
      outputs = { self, nixpkgs, ... }@inputs: {
        nixosModules.base = ./base.nix;
        nixosConfigurations.atlas = nixpkgs.lib.nixosSystem {
          specialArgs = { inherit inputs; };
          modules = [ self.nixosModules.base ({ inputs, ... }: { imports = [ inputs.self.nixosModules.base ]; }) ];
        };
      };
    }"""
    assert presence(tmp_path, {"flake.nix": flake, "base.nix": "{ a.b = 1; }"}, "a.b") == {"atlas": "1"}


def test_files_below_the_flake_itself_are_imported(tmp_path: Path) -> None:
    flake = """{
      outputs = inputs: {
        nixosConfigurations.atlas = inputs.nixpkgs.lib.nixosSystem {
          modules = [ "${inputs.self}/a.nix" (inputs.self + "/b.nix") ];
        };
      };
    }"""
    files = {"flake.nix": flake, "a.nix": "{ a = 1; }", "b.nix": "{ b = 2; }"}
    assert presence(tmp_path, files, "a") == {"atlas": "1"}
    assert presence(tmp_path, files, "b") == {"atlas": "2"}


def test_special_arguments_are_what_modules_get(tmp_path: Path) -> None:
    flake = """{
      outputs = { nixpkgs, ... }: {
        nixosConfigurations.atlas = nixpkgs.lib.nixosSystem {
          specialArgs.domain = "example.org";
          modules = [ ({ domain, ... }: { a = domain; }) ];
        };
      };
    }"""
    assert presence(tmp_path, {"flake.nix": flake}, "a") == {"atlas": '"example.org"'}


def test_functions_that_the_flake_adds_to_the_library_make_its_hosts(tmp_path: Path) -> None:
    flake = """{
      outputs = { self, nixpkgs, ... }:
        let lib = nixpkgs.lib.extend (final: prev: { my.host = name: final.nixosSystem { modules = [ ./${name}.nix ]; }; });
        in { nixosConfigurations = lib.genAttrs [ "atlas" ] lib.my.host; };
    }"""
    assert presence(tmp_path, {"flake.nix": flake, "atlas.nix": "{ a = 1; }"}, "a") == {"atlas": "1"}


def test_modules_of_flake_parts_may_be_written_in_several_places(tmp_path: Path) -> None:
    flake = """{
      outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } {
        imports = [ ./one.nix ./two.nix ];
      };
    }"""
    files = {
        "flake.nix": flake,
        "one.nix": "{ flake.modules.nixos.base = { a = 1; }; }",
        "two.nix": """{ inputs, config, ... }: {
          flake.modules.nixos.base = { b = 2; };
          flake.nixosConfigurations = {
            atlas = inputs.nixpkgs.lib.nixosSystem { modules = [ config.flake.modules.nixos.base ]; };
            boreas = inputs.nixpkgs.lib.nixosSystem { modules = [ inputs.self.modules.nixos.base ]; };
          };
        }""",
    }
    assert presence(tmp_path, files, "a") == {"atlas": "1", "boreas": "1"}
    assert presence(tmp_path, files, "b") == {"atlas": "2", "boreas": "2"}


def test_the_flake_may_give_further_modules_to_hosts_that_it_makes_in_ways_that_nobody_knows(tmp_path: Path) -> None:
    flake = "{ outputs = inputs: { nixosConfigurations = inputs.mine.hosts ./hosts; }; }"
    files = {"flake.nix": flake, "hosts/atlas/configuration.nix": "{ a = 1; }"}
    assert presence(tmp_path, files, "b") == {"atlas": "maybe"}


def test_a_tree_of_modules_is_imported_without_what_begins_with_an_underscore(tmp_path: Path) -> None:
    flake = """{
      outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./modules);
    }"""
    files = {
        "flake.nix": flake,
        "modules/hosts/atlas.nix": """{ inputs, ... }: {
          flake.nixosConfigurations.atlas = inputs.nixpkgs.lib.nixosSystem {
            modules = [ inputs.self.nixosModules.base ];
          };
        }""",
        "modules/base.nix": "{ flake.nixosModules.base = { a = 1; }; }",
        "modules/_old/base.nix": "{ flake.nixosModules.base = { b = 1; }; }",
    }
    assert presence(tmp_path, files, "a") == {"atlas": "1"}
    assert presence(tmp_path, files, "b") == {"atlas": "absent"}


def test_what_is_imported_only_on_a_condition_is_defined_on_that_condition(tmp_path: Path) -> None:
    flake = """{
      outputs = inputs: {
        nixosConfigurations.atlas = inputs.nixpkgs.lib.nixosSystem {
          modules = [ ./a.nix ] ++ inputs.nixpkgs.lib.optionals inputs.mine.yes [ ./b.nix ];
        };
      };
    }"""
    files = {"flake.nix": flake, "a.nix": "{ a = 1; }", "b.nix": "{ b = 1; }"}
    assert presence(tmp_path, files, "a") == {"atlas": "1"}
    assert presence(tmp_path, files, "b") == {"atlas": "maybe"}
    assert presence(tmp_path, files, "c") == {"atlas": "absent"}


def test_a_module_that_gives_an_option_a_new_name_defines_that_one_only(tmp_path: Path) -> None:
    flake = """{
      outputs = inputs: {
        nixosConfigurations.atlas = inputs.nixpkgs.lib.nixosSystem {
          modules = [ ({ lib, ... }: { imports = [ (lib.mkRenamedOptionModule [ "old" ] [ "new" "name" ]) ]; }) ];
        };
      };
    }"""
    found = [presence(tmp_path, {"flake.nix": flake}, option)["atlas"] for option in ("new.name", "new.other", "old")]
    assert found == ["maybe", "absent", "absent"]


def test_modules_of_flake_parts_from_elsewhere_add_nothing_to_those_of_the_flake(tmp_path: Path) -> None:
    flake = """{
      outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } ({ config, ... }: {
        imports = [ inputs.treefmt-nix.flakeModule ];
        flake.modules.nixos.base = { a = 1; };
        flake.nixosConfigurations.atlas = inputs.nixpkgs.lib.nixosSystem { modules = [ config.flake.modules.nixos.base ]; };
      });
    }"""
    assert presence(tmp_path, {"flake.nix": flake}, "b") == {"atlas": "absent"}


def test_a_path_after_the_flake_itself_is_one_within_it(tmp_path: Path) -> None:
    flake = """{
      outputs = inputs: {
        nixosConfigurations.atlas = inputs.nixpkgs.lib.nixosSystem { modules = [ (inputs.self + /hosts/a.nix) ]; };
      };
    }"""
    assert presence(tmp_path, {"flake.nix": flake, "hosts/a.nix": "{ a = 1; }"}, "a") == {"atlas": "1"}


def test_the_inputs_of_the_flake_itself_are_its_inputs(tmp_path: Path) -> None:
    flake = """{
      outputs = { self, ... }: {
        nixosConfigurations = self.inputs.nixpkgs.lib.genAttrs [ "atlas" ] (name:
          self.inputs.nixpkgs.lib.nixosSystem { modules = [ { a = name; } ]; });
      };
    }"""
    assert presence(tmp_path, {"flake.nix": flake}, "a") == {"atlas": '"atlas"'}


def test_systems_are_made_by_the_file_of_nixpkgs_that_makes_them(tmp_path: Path) -> None:
    flake = """{
      outputs = { nixpkgs, ... }: {
        nixosConfigurations.atlas = import "${nixpkgs}/nixos/lib/eval-config.nix" { modules = [ { a = 1; } ]; };
        nixosConfigurations.borealis = import (nixpkgs + "/nixos/lib/eval-config.nix") { modules = [ { a = 2; } ]; };
        nixosConfigurations.caelum = import <nixpkgs/nixos/lib/eval-config.nix> { modules = [ { a = 3; } ]; };
      };
    }"""
    assert presence(tmp_path, {"flake.nix": flake}, "a") == {"atlas": "1", "borealis": "2", "caelum": "3"}


def test_a_system_that_extends_another_has_the_modules_of_both(tmp_path: Path) -> None:
    flake = """{
      outputs = { nixpkgs, ... }:
        let
          mine = { x, y, ... }: { a = x; b = y; };
          base = nixpkgs.lib.nixosSystem { specialArgs = { x = 1; y = 1; }; modules = [ mine ]; };
          more = base.extendModules { specialArgs.x = 2; modules = [ { c = 3; } ]; };
        in {
          nixosConfigurations = { inherit base; more = more.extendModules { modules = [ { d = 4; } ]; }; };
        };
    }"""
    files = {"flake.nix": flake}
    assert presence(tmp_path, files, "a") == {"base": "1", "more": "2"}
    assert presence(tmp_path, files, "b") == {"base": "1", "more": "1"}
    assert presence(tmp_path, files, "c") == {"base": "absent", "more": "3"}
    assert presence(tmp_path, files, "d") == {"base": "absent", "more": "4"}


def test_hosts_whose_modules_are_options_of_flake_parts_of_ones_own_are_followed(tmp_path: Path) -> None:
    flake = """{
      outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } { imports = [ ./hosts.nix ./a.nix ./b.nix ]; };
    }"""
    machines = """{ lib, config, inputs, ... }: {
      options.configurations.nixos = lib.mkOption {
        type = with lib.types; lazyAttrsOf (submodule { options.module = lib.mkOption { type = deferredModule; }; });
      };
      config.flake.nixosConfigurations = lib.mapAttrs
        (name: { module }: inputs.nixpkgs.lib.nixosSystem { modules = [ module ]; })
        config.configurations.nixos;
    }"""
    a = "{ configurations.nixos.atlas.module = { a = 1; }; }"
    b = "{ configurations.nixos.atlas.module = { lib, ... }: { b = 2; }; configurations.nixos.borealis.module.a = 3; }"
    files = {"flake.nix": flake, "hosts.nix": machines, "a.nix": a, "b.nix": b}
    assert presence(tmp_path, files, "a") == {"atlas": "1", "borealis": "3"}
    assert presence(tmp_path, files, "b") == {"atlas": "2", "borealis": "absent"}


def test_machines_of_clan_use_modules_of_the_flake_and_what_it_gives_them(tmp_path: Path) -> None:
    flake = """{
      outputs = inputs@{ self, ... }: inputs.flake-parts.lib.mkFlake { inherit inputs; } {
        imports = [ inputs.clan-core.flakeModules.default ];
        flake.nixosModules.base = { a = 1; };
        clan.specialArgs = { ours = import ./ours.nix; };
      };
    }"""
    machine = "{ self, ours, ... }: { imports = [ self.nixosModules.base ours.module ]; }"
    files = {"flake.nix": flake, "ours.nix": "{ module = { b = 2; }; }", "machines/atlas/configuration.nix": machine}
    assert presence(tmp_path, files, "a") == {"atlas": "defined"}
    assert presence(tmp_path, files, "b") == {"atlas": "defined"}
    assert presence(tmp_path, files, "c") == {"atlas": "maybe"}


@pytest.mark.parametrize(
    "outputs",
    [
        """inputs.flake-parts.lib.mkFlake { inherit inputs; } {
          clan = { machines = machines; specialArgs.ours = 1; };
          flake.nixosConfigurations.other = inputs.nixpkgs.lib.nixosSystem { modules = [ { a = 9; } ]; };
        }""",
        """{
          nixosConfigurations = (inputs.clan-core.lib.clan {
            inherit self machines; specialArgs = { ours = 1; };
          }).config.nixosConfigurations;
        }""",
    ],
    ids=["flake-parts", "call"],
)
def test_machines_that_are_given_to_clan_are_hosts(tmp_path: Path, outputs: str) -> None:
    machines = "names: inputs.nixpkgs.lib.genAttrs names (name: { ours, ... }: { a.${name + toString ours} = 1; })"
    flake = f"""{{
      outputs = inputs@{{ self, ... }}: let machines = ({machines}) [ "atlas" "borealis" ]; in {outputs};
    }}"""
    files = {"flake.nix": flake, "machines/atlas/configuration.nix": "{ b = 1; }", "machines/c/disko.nix": "{ b = 2; }"}
    given, found = presence(tmp_path, files, "a.borealis1"), presence(tmp_path, files, "b")
    own = {name: answer for name, answer in given.items() if name != "other"}
    assert own == {"atlas": "maybe", "borealis": "defined", "c": "maybe"}
    assert (found["atlas"], found["borealis"], found["c"]) == ("defined", "maybe", "defined")
    assert ("other" in given) == ("other" in outputs)


def test_a_function_among_the_outputs_of_flake_parts_is_called(tmp_path: Path) -> None:
    flake = """{
      outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } ({ config, ... }: {
        flake.lib.wrap = value: { a = value; };
        flake.nixosConfigurations.atlas = inputs.nixpkgs.lib.nixosSystem { modules = [ (config.flake.lib.wrap 1) ]; };
      });
    }"""
    assert presence(tmp_path, {"flake.nix": flake}, "a") == {"atlas": "1"}


@pytest.mark.parametrize("each", ["eachDefaultSystem", 'eachSystem [ "x86_64-linux" ]'])
def test_outputs_for_each_system_stand_beside_modules_and_hosts(tmp_path: Path, each: str) -> None:
    flake = """{
      outputs = { self, nixpkgs, flake-utils, ... }: {
        nixosModules.base = { a = 1; };
        nixosConfigurations.atlas = nixpkgs.lib.nixosSystem { modules = [ self.nixosModules.base ]; };
      } // flake-utils.lib.EACH (system: let pkgs = nixpkgs.legacyPackages.${system}; in {
        packages.default = pkgs.hello;
      });
    }"""
    assert presence(tmp_path, {"flake.nix": flake.replace("EACH", each)}, "a") == {"atlas": "1"}
    assert presence(tmp_path, {"flake.nix": flake.replace("EACH", each)}, "b") == {"atlas": "absent"}
    modules = flake.replace("EACH", each).replace("packages.default", "nixosModules.base")
    assert presence(tmp_path, {"flake.nix": modules}, "a") == {"atlas": "maybe"}


def test_a_project_is_known_whatever_its_input_is_called(tmp_path: Path) -> None:
    flake = """{
      inputs.mine = { url = "github:Mic92/sops-nix/some-branch"; inputs.nixpkgs.follows = "nixpkgs"; };
      inputs.stable.url = "git+https://github.com/NixOS/nixpkgs.git?ref=nixos-26.05";
      inputs.other.url = "github:somebody/something";
      outputs = { nixpkgs, ... }@inputs: {
        nixosConfigurations.atlas = nixpkgs.lib.nixosSystem {
          modules = [ inputs.mine.nixosModules.sops "${inputs.stable}/nixos/modules/profiles/headless.nix" { a = 1; } ];
        };
        nixosConfigurations.borealis = nixpkgs.lib.nixosSystem { modules = [ inputs.other.nixosModules.x { a = 1; } ]; };
      };
    }"""
    assert presence(tmp_path, {"flake.nix": flake}, "b") == {"atlas": "absent", "borealis": "maybe"}
    assert presence(tmp_path, {"flake.nix": flake}, "sops.secrets") == {"atlas": "maybe", "borealis": "maybe"}


def test_modules_of_flake_parts_that_are_given_arguments_are_read(tmp_path: Path) -> None:
    flake = """{
      outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } {
        imports = with inputs.flake-parts.lib; [ (importApply ./hosts.nix { value = 3; }) ];
      };
    }"""
    part = """{ value }: { inputs, ... }: {
      flake.nixosConfigurations.atlas = inputs.nixpkgs.lib.nixosSystem { modules = [ { a.b = value; } ]; };
    }"""
    assert presence(tmp_path, {"flake.nix": flake, "hosts.nix": part}, "a.b") == {"atlas": "3"}


HAUMEA = """{
  outputs = { nixpkgs, haumea, ... }: let
    loaded = haumea.lib.load { src = ./modules; loader = haumea.lib.loaders.%s; };
  in {
    nixosConfigurations.atlas = nixpkgs.lib.nixosSystem {
      modules = [ loaded.a loaded.below.b { c.names = builtins.attrNames loaded; } ];
    };
  };
}"""
HAUMEA_FILES = {
    "modules/a.nix": "{ a.b = 1; }",
    "modules/_hidden.nix": "{ }",
    "modules/below/b.nix": "{ a.c = 2; }",
    "modules/below/page.html": "<p>",
}


@pytest.mark.parametrize("loader", ["path", "verbatim"])
def test_files_that_haumea_loads_are_known_by_name(tmp_path: Path, loader: str) -> None:
    files = {"flake.nix": HAUMEA % loader, **HAUMEA_FILES}
    assert presence(tmp_path, files, "a.b") == {"atlas": "1"}
    assert presence(tmp_path, files, "a.c") == {"atlas": "2"}
    assert presence(tmp_path, files, "c.names") == {"atlas": '[ "a" "below" ]'}


def test_what_a_loader_of_ones_own_makes_of_files_is_not_known(tmp_path: Path) -> None:
    files = {"flake.nix": HAUMEA % "default", **HAUMEA_FILES}
    assert presence(tmp_path, files, "a.b") == {"atlas": "maybe"}


def test_files_that_haumea_refuses_are_not_known(tmp_path: Path) -> None:
    files = {"flake.nix": HAUMEA % "path", **HAUMEA_FILES, "modules/a/c.nix": "{ }"}
    assert presence(tmp_path, files, "a.b") == {"atlas": "maybe"}
