"""What looks like containers of NixOS and is something else: no rule takes one for the other.

Each repository has the shape that the documentation of the project shows, with what would be mistakes in containers of
NixOS. ``containers.<name>`` of extra-container are such containers, with options of its own on top.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.linting.run.runner import run
from tests.linting.workbench import REGISTRY, found, request, write_files

NIXOS_NSPAWN = """\
{ inputs, ... }:
{
  imports = [ inputs.nixos-nspawn.nixosModules.host ];
  nixos-nspawn.containers.web = {
    network.veth.config.host.networkConfig.DHCPServer = false;
    binds."/data".hostPath = "/";
    config = { ... }: { services.postgresql.enable = true; };
  };
}
"""
MICROVM = """\
{ inputs, ... }:
{
  imports = [ inputs.microvm.nixosModules.host ];
  microvm.vms.web = {
    autostart = true;
    config = {
      microvm.volumes = [ { image = "var.img"; mountPoint = "/var"; size = 256; } ];
      microvm.interfaces = [ { type = "tap"; id = "vm-web"; mac = "02:00:00:00:00:01"; } ];
      services.postgresql.enable = true;
    };
  };
}
"""
QUADLET = """\
{ config, ... }:
{
  virtualisation.quadlet = {
    containers.web.containerConfig = {
      image = "docker.io/library/nginx:latest";
      publishPorts = [ "80:80" ];
      networks = [ "internal.network" ];
      volumes = [ "./data:/data" ];
      podmanArgs = [ "--privileged" ];
    };
    networks.internal.networkConfig.subnets = [ "10.0.123.1/24" ];
  };
}
"""
ARION = """\
{ pkgs, ... }:
{
  project.name = "shop";
  services.web.service = { image = "nginx:latest"; ports = [ "8000:80" ]; volumes = [ "./data:/data" ]; privileged = true; };
  services.tvheadend.service.image = "tvheadend:latest";
  services.redis = { service.image = "redis:7"; };
}
"""
ARION_HOST = """\
{
  virtualisation.arion = {
    backend = "docker";
    projects.shop.settings.services.db.service = { image = "postgres:16"; ports = [ "5432:5432" ]; };
  };
}
"""
HOME_MANAGER = """\
{ pkgs, ... }:
{
  home.username = "alice";
  services.podman = {
    enable = true;
    containers.web = {
      image = "docker.io/library/nginx:latest";
      ports = [ "80:80" ];
      extraPodmanArgs = [ "--privileged" ];
      volumes = [ "./data:/data" ];
    };
    networks.internal.subnet = "10.0.0.0/24";
  };
}
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nspawn.nix", NIXOS_NSPAWN),
        ("vms.nix", MICROVM),
        ("quadlet.nix", QUADLET),
        ("stack.nix", ARION),
        ("host.nix", ARION_HOST),
        ("podman.nix", HOME_MANAGER),
    ],
    ids=["nixos-nspawn", "microvm.nix", "quadlet-nix", "arion", "arion on a host", "Home Manager"],
)
def test_silent_for_a_neighbour_even_when_pedantic(name: str, text: str, tmp_path: Path) -> None:
    write_files(tmp_path, {name: text})
    report = run(request(tmp_path, pedantic=True), REGISTRY)
    assert not report.failures
    assert found(report) == []


EXTRA_CONTAINER = """\
{
  config = {
    containers.demo = {
      extra.addressPrefix = "10.250.0";
      extra.enableWAN = true;
      extra.firewallAllowHost = true;
      config = { pkgs, ... }: {
        services.nginx.enable = true;
        networking.firewall.allowedTCPPorts = [ 80 ];
      };
    };
  };
}
"""


def test_a_container_of_extra_container_has_what_all_have_and_a_network_of_its_own(tmp_path: Path) -> None:
    write_files(tmp_path, {"demo.nix": EXTRA_CONTAINER})
    rules = {rule for rule, _, _ in found(run(request(tmp_path, pedantic=True), REGISTRY))}
    assert rules == {"container-missing-state-version", "container-host-resolv-conf"}


def test_a_container_of_extra_container_without_addresses_shares_the_network(tmp_path: Path) -> None:
    text = "\n".join(line for line in EXTRA_CONTAINER.splitlines() if "addressPrefix" not in line)
    write_files(tmp_path, {"demo.nix": text})
    assert "container-host-resolv-conf" not in {rule for rule, _, _ in found(run(request(tmp_path), REGISTRY))}
