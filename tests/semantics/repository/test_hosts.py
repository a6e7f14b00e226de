"""The machines that a repository configures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from nixlint.semantics.language.values import StringValue
from nixlint.semantics.modules.module_system import Presence
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.repository.hosts import hosts
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import write_files

NAME = OptionPath.of("networking", "hostName")
MODULE = '{{ networking.hostName = "{0}"; }}'

FLAKE = """\
{ inputs.nixpkgs.url = "x"; outputs = { self, nixpkgs, ... }@inputs: {
  nixosConfigurations = {
    alpha = nixpkgs.lib.nixosSystem { system = "x86_64-linux"; modules = [ ./alpha.nix ]; };
    beta = inputs.nixpkgs.lib.nixosSystem { modules = [ ./beta.nix inputs.sops.nixosModules.sops ]; };
  };
}; }
"""
HELPER = """\
{ outputs = { nixpkgs, ... }: let mk = name: nixpkgs.lib.nixosSystem { modules = [ ./${name}.nix ]; }; in {
  nixosConfigurations = nixpkgs.lib.genAttrs [ "alpha" "beta" ] mk;
}; }
"""
FLAKE_PARTS = """\
{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } {
  systems = [ "x86_64-linux" ];
  imports = [ ./hosts.nix ];
}; }
"""
FLAKE_PARTS_HOSTS = """\
{ inputs, ... }: { flake.nixosConfigurations = {
  alpha = inputs.nixpkgs.lib.nixosSystem { modules = [ ./alpha.nix ]; };
  beta = inputs.nixpkgs.lib.nixosSystem { modules = [ ./beta.nix ]; };
}; }
"""
COLMENA = """\
{ outputs = { nixpkgs, ... }: { colmena = {
  meta.nixpkgs = import nixpkgs { };
  defaults = { pkgs, ... }: { time.timeZone = "UTC"; };
  alpha = ./alpha.nix;
  beta = { imports = [ ./beta.nix ]; };
}; }; }
"""
HIVE = """\
{
  meta.nixpkgs = <nixpkgs>;
  defaults = { name, ... }: { imports = [ (./. + "/${name}.nix") ]; };
  alpha = { };
  beta = { };
}
"""
NIXOS = """\
let
  make = name: { inherit name; value = import <nixpkgs/nixos> { configuration = configuration name; }; };
  configuration = name: { config, ... }@args: import ./call.nix args (./. + "/${name}.nix");
in builtins.listToAttrs (map make [ "alpha" "beta" ])
"""
NIXOS_CALL = "{ config, ... }: file: import file"


@pytest.mark.parametrize(
    "files",
    [
        {"flake.nix": FLAKE},
        {"flake.nix": HELPER},
        {"flake.nix": FLAKE_PARTS, "hosts.nix": FLAKE_PARTS_HOSTS},
        {"flake.nix": COLMENA},
        {"hive.nix": HIVE},
        {"hosts.nix": NIXOS, "call.nix": NIXOS_CALL},
    ],
    ids=["flake", "helper", "flake-parts", "colmena", "hive", "nixos"],
)
def test_hosts_are_found_with_their_modules(tmp_path: Path, files: Mapping[str, str]) -> None:
    names = ("alpha", "beta")
    write_files(tmp_path, {**files, **{f"{name}.nix": MODULE.format(name) for name in names}})
    repository = Repository(tmp_path, tmp_path.rglob("*.nix"))

    found = hosts(repository)

    assert [host.name for host in found] == list(names)
    for host in found:
        answer = host.system(repository.interpreter()).ask(NAME)
        (definition,) = answer.definitions
        assert isinstance(definition.value, StringValue)
        assert (answer.presence, definition.value.text) == (Presence.DEFINED, host.name)


def test_a_configuration_nix_that_nobody_imports_is_a_host(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "hosts/alpha/configuration.nix": "{ imports = [ ../../common/configuration.nix ]; }",
            "hosts/beta/configuration.nix": MODULE.format("beta"),
            "common/configuration.nix": "{ }",
        },
    )

    assert [host.name for host in hosts(Repository(tmp_path, tmp_path.rglob("*.nix")))] == ["alpha", "beta"]


def test_a_configuration_nix_that_a_made_host_imports_is_no_host_of_its_own(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "default.nix": "import <nixpkgs/nixos> { configuration = { imports = [ ./a/configuration.nix ]; }; }",
            "a/configuration.nix": MODULE.format("a"),
            "b/configuration.nix": MODULE.format("b"),
        },
    )

    assert [host.name for host in hosts(Repository(tmp_path, tmp_path.rglob("*.nix")))] == ["b", tmp_path.name]


BELOW = (
    "{{ outputs = {{ nixpkgs, self }}: {{ nixosConfigurations.{0} = nixpkgs.lib.nixosSystem {{ "
    "modules = [ ./m.nix ]; }}; }}; }}"
)


def test_a_flake_below_the_root_makes_hosts_too(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "flake.nix": BELOW.format("a"),
            "m.nix": "{ }",
            "one/flake.nix": BELOW.format("b"),
            "one/m.nix": MODULE.format("one"),
            "two/flake.nix": BELOW.format("b"),
            "two/m.nix": MODULE.format("two"),
        },
    )
    repository = Repository(tmp_path, sorted(tmp_path.rglob("*.nix")))

    found = {host.name: host.system(repository.interpreter()).ask(NAME).definitions for host in hosts(repository)}

    assert list(found) == ["a", "b", "two#b"]
    values = {name: [each.value for each in definitions] for name, definitions in found.items()}
    assert [value.text for each in values.values() for value in each if isinstance(value, StringValue)] == [
        "one",
        "two",
    ]


def test_a_flake_below_the_root_takes_no_host_from_it(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "configuration.nix": MODULE.format("root"),
            "templates/x/flake.nix": BELOW.format("x"),
            "templates/x/m.nix": "{ imports = [ ./configuration.nix ]; }",
            "templates/x/configuration.nix": MODULE.format("x"),
            "templates/x/more/configuration.nix": MODULE.format("more"),
        },
    )

    found = hosts(Repository(tmp_path, sorted(tmp_path.rglob("*.nix"))))

    assert [host.name for host in found] == sorted((tmp_path.name, "x"))


def test_self_is_the_flake_that_a_module_belongs_to(tmp_path: Path) -> None:
    flake = (
        "{{ outputs = {{ nixpkgs, self }}: {{ nixosConfigurations.{0} = nixpkgs.lib.nixosSystem {{ modules = "
        '[ self.nixosModules.name ]; }}; nixosModules.name = {{ networking.hostName = "{0}"; }}; }}; }}'
    )
    write_files(tmp_path, {"flake.nix": flake.format("a"), "sub/flake.nix": flake.format("b")})
    repository = Repository(tmp_path, sorted(tmp_path.rglob("*.nix")))

    for host in hosts(repository):
        (definition,) = host.system(repository.interpreter()).ask(NAME).definitions
        assert isinstance(definition.value, StringValue)
        assert definition.value.text == host.name


def test_nodes_of_a_hive_are_given_their_arguments(tmp_path: Path) -> None:
    nodes = "alpha = { domain, name, ... }: { networking.hostName = name + domain; };"
    meta = 'meta = { specialArgs.domain = ".all"; nodeSpecialArgs.alpha.domain = ".own"; };'
    write_files(tmp_path, {"hive.nix": f"{{ {meta} {nodes} }}"})
    repository = Repository(tmp_path, [tmp_path / "hive.nix"])

    (host,) = hosts(repository)

    (definition,) = host.system(repository.interpreter()).ask(NAME).definitions
    assert isinstance(definition.value, StringValue)
    assert definition.value.text == "alpha.own"


def test_a_host_that_is_made_in_an_unknown_way_is_one_of_which_nothing_is_certain(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"flake.nix": "{ outputs = inputs: { nixosConfigurations.a = inputs.x.lib.mkHost ./a.nix; }; }"}
    )
    repository = Repository(tmp_path, [tmp_path / "flake.nix"])

    (host,) = hosts(repository)

    assert host.system(repository.interpreter()).presence(NAME) is Presence.MAYBE


def test_the_systems_of_a_snowfall_layout_are_hosts(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "flake.nix": "{ outputs = inputs: inputs.snowfall-lib.mkFlake { inherit inputs; src = ./.; }; }",
            "systems/x86_64-linux/alpha/default.nix": MODULE.format("alpha"),
            "modules/nixos/x/default.nix": "{ }",
        },
    )

    assert [host.name for host in hosts(Repository(tmp_path, tmp_path.rglob("*.nix")))] == ["alpha"]
