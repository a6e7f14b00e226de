"""What modules define for every container of a host."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nixlint.containers.inventory import nix_inventory
from nixlint.containers.nspawn.container import NspawnContainer, nspawn_containers
from nixlint.semantics.modules.module_system import Presence
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import write_files

FLAKE = """{ outputs = { nixpkgs, ... }: { nixosConfigurations = {
  atlas = nixpkgs.lib.nixosSystem { modules = [ ./profile.nix ./web.nix ]; };
  borealis = nixpkgs.lib.nixosSystem { modules = [ ./other.nix ]; };
}; }; }"""
PROFILE = """{ config, lib, ... }: {
  options.containers = lib.mkOption {
    type = with lib.types; attrsOf (submodule ({ name, ... }: {
      config = {
        privateNetwork = true;
        config = { system.stateVersion = "25.11"; networking.hostName = name; };
      };
    }));
  };
}"""
WEB = "{ containers.web = { autoStart = true; config = { services.nginx.enable = true; }; }; }"
FILES = {"flake.nix": FLAKE, "profile.nix": PROFILE, "web.nix": WEB, "other.nix": "{ }"}


def repository(folder: Path, files: Mapping[str, str]) -> Repository:
    write_files(folder, files)
    return Repository(folder, [folder / name for name in files])


def web(folder: Path, files: Mapping[str, str]) -> NspawnContainer:
    found = repository(folder, files)
    source = found.source(folder / "web.nix")
    assert source is not None
    (container,) = nspawn_containers(source, found)
    return container


def test_what_a_module_of_every_host_adds_to_all_containers_is_defined_in_each(tmp_path: Path) -> None:
    container = web(tmp_path, FILES)
    assert container.inside("system", "stateVersion").presence is Presence.DEFINED
    assert container.inside("networking", "hostName").presence is Presence.DEFINED
    assert container.option_anywhere("privateNetwork").presence is Presence.DEFINED


def test_what_it_does_not_add_is_absent(tmp_path: Path) -> None:
    container = web(tmp_path, FILES)
    assert container.inside("networking", "firewall").presence is Presence.ABSENT
    assert container.option_anywhere("hostBridge").presence is Presence.ABSENT


def test_it_is_maybe_where_a_host_with_the_container_does_not_have_the_module(tmp_path: Path) -> None:
    flake = FLAKE.replace("./other.nix", "./web.nix")
    assert web(tmp_path, {**FILES, "flake.nix": flake}).inside("system", "stateVersion").presence is Presence.MAYBE


def test_it_is_maybe_where_the_module_is_imported_on_a_condition(tmp_path: Path) -> None:
    flake = FLAKE.replace("./profile.nix", "{ imports = nixpkgs.lib.optional nixpkgs.x ./profile.nix; }")
    assert web(tmp_path, {**FILES, "flake.nix": flake}).inside("system", "stateVersion").presence is Presence.MAYBE


def test_it_is_maybe_where_no_host_is_known(tmp_path: Path) -> None:
    files = {name: text for name, text in FILES.items() if name != "flake.nix"}
    assert web(tmp_path, files).inside("system", "stateVersion").presence is Presence.MAYBE


def test_it_is_maybe_where_the_submodule_is_not_known(tmp_path: Path) -> None:
    profile = "{ lib, inputs, ... }: { options.containers = lib.mkOption { type = inputs.x.type; }; }"
    container = web(tmp_path, {**FILES, "profile.nix": profile})
    assert container.inside("system", "stateVersion").presence is Presence.MAYBE


def test_the_inventory_shows_the_state_version_that_all_containers_get(tmp_path: Path) -> None:
    (item,) = nix_inventory(repository(tmp_path, FILES))
    assert (item.host, item.name, item.state_version) == ("atlas", "web", "25.11")


def test_mounts_and_a_service_added_to_a_container_do_not_declare_it(tmp_path: Path) -> None:
    module = """{
      containers.mail.bindMounts."/mail".hostPath = "/srv/mail";
      containers.mail.config.services.x.enable = true;
    }"""
    found = repository(tmp_path, {"mail.nix": module})
    source = found.source(tmp_path / "mail.nix")
    assert source is not None
    assert nspawn_containers(source, found) == ()


def test_mounts_beside_a_state_version_declare_a_container(tmp_path: Path) -> None:
    module = """{
      containers.mail.bindMounts."/mail".hostPath = "/srv/mail";
      containers.mail.config.system.stateVersion = "25.11";
    }"""
    found = repository(tmp_path, {"mail.nix": module})
    source = found.source(tmp_path / "mail.nix")
    assert source is not None
    assert [container.name for container in nspawn_containers(source, found)] == ["mail"]
