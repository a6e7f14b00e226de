"""Hosts as a whole, and modules that stand alone."""

from __future__ import annotations

from pathlib import Path

from nixlint.containers.host.addresses import addresses_of, host_addresses, interface_networks
from nixlint.containers.host.system import HostSystem, host_modules, host_systems
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import write_files

FILES = {
    "flake.nix": "{ outputs = { nixpkgs, ... }: { nixosConfigurations.alpha = nixpkgs.lib.nixosSystem "
    "{ modules = [ ./host.nix ]; }; }; }",
    "host.nix": "{ imports = [ ./web.nix ]; networking.nat.enable = true; "
    'networking.interfaces.br0.ipv4.addresses = [ { address = "10.0.0.1"; prefixLength = 24; } ]; }',
    "web.nix": '{ containers.web = { localAddress = "10.0.0.2/24"; privateNetwork = true; '
    "config = { ... }: { networking.firewall.enable = false; }; }; }",
    "other.nix": "{ networking.nat.enable = false; }",
}


def repository(tmp_path: Path) -> Repository:
    write_files(tmp_path, FILES)
    return Repository(tmp_path, [tmp_path / name for name in FILES])


def test_a_host_is_all_that_its_modules_import(tmp_path: Path) -> None:
    (host,) = host_systems(repository(tmp_path))

    assert (host.name, host.is_whole) == ("alpha", True)
    assert [container.name for container in host.containers] == ["web"]
    assert len(host.ask("networking", "nat", "enable").definitions) == 1


def test_a_module_alone_knows_nothing_of_what_it_imports(tmp_path: Path) -> None:
    found = repository(tmp_path)
    (host,) = host_modules(found.open(tmp_path / "host.nix"), found)

    assert (host.name, host.is_whole) == (None, False)
    assert host.containers == ()


def test_the_modules_of_containers_are_no_hosts(tmp_path: Path) -> None:
    found = repository(tmp_path)
    hosts = tuple(host_modules(found.open(tmp_path / "web.nix"), found))

    assert [tuple(container.name for container in host.containers) for host in hosts] == [("web",)]


def test_addresses_of_containers_and_of_interfaces_are_compared_in_one_spelling(tmp_path: Path) -> None:
    (host,) = host_systems(repository(tmp_path))

    (local,) = addresses_of(host.containers[0])
    (own,) = host_addresses(host.system)
    assert (local.address, local.prefix_length, own.address, own.option) == ("10.0.0.2", 24, "10.0.0.1", "br0")
    assert local.is_in(own)
    assert interface_networks(host.system, "br0") == (own,)


def test_networks_of_an_interface_are_not_known_where_one_of_its_addresses_is_not(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"a.nix": "{ config, ... }: { networking.interfaces.br0.ipv4.addresses = [ config.my.address ]; }"}
    )
    alone = Repository(tmp_path, [tmp_path / "a.nix"])
    (host,) = host_modules(alone.open(tmp_path / "a.nix"), alone)

    assert isinstance(host, HostSystem)
    assert interface_networks(host.system, "br0") is None


def test_the_oci_containers_of_a_host_are_those_of_all_its_modules(tmp_path: Path) -> None:
    files = {
        "configuration.nix": "{ imports = [ ./b.nix ]; "
        'virtualisation.oci-containers.containers = { a.image = "a:1"; b.ports = [ "80:80" ]; }; }',
        "b.nix": '{ virtualisation.oci-containers.containers.b = { image = "b:1"; ports = [ "81:81" ]; }; }',
        "c.nix": '{ virtualisation.oci-containers.containers.c.image = "c:1"; }',
    }
    write_files(tmp_path, files)
    (host,) = host_systems(Repository(tmp_path, [tmp_path / name for name in files]))

    ports = {each.name: [port.text.text for port in each.ports] for each in host.oci_containers}
    assert ports == {"a": [], "b": ["80:80", "81:81"]}
