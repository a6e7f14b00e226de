"""What a firewall lets in by an interface."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.containers.host.closed_ports import is_closed, is_pattern_for
from nixlint.containers.host.system import host_systems
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import write_files


def closed(firewall: str, folder: Path, port: int = 53) -> bool:
    """Whether a port is closed to a container, on a host with these options."""
    text = f"{{ config, inputs, ... }}: {{ containers.web.config.system.stateVersion = config.x; {firewall} }}"
    write_files(folder, {"configuration.nix": text})
    (host,) = host_systems(Repository(folder, [folder / "configuration.nix"]))
    return is_closed(host, "ve-web", "udp", port)


@pytest.mark.parametrize(
    "firewall",
    [
        "",
        "networking.firewall.enable = true;",
        "networking.firewall.allowedTCPPorts = [ 53 ];",
        "networking.firewall.allowedUDPPorts = [ 54 ];",
        'networking.firewall.interfaces."ve-db".allowedUDPPorts = [ 53 ];',
        'networking.firewall.interfaces."podman+".allowedUDPPorts = [ 53 ];',
        "networking.firewall.allowedUDPPortRanges = [ { from = 54; to = 60; } ];",
        'networking.firewall.trustedInterfaces = [ "lo" "tailscale0" ];',
    ],
)
def test_closed_where_nothing_opens_the_port_by_that_interface(firewall: str, tmp_path: Path) -> None:
    assert closed(firewall, tmp_path)


@pytest.mark.parametrize(
    "firewall",
    [
        "networking.firewall.enable = false;",
        "networking.firewall.enable = config.my.firewall;",
        "networking.firewall.allowedUDPPorts = [ 53 ];",
        "networking.firewall.allowedUDPPorts = [ config.my.port ];",
        "networking.firewall.allowedUDPPorts = config.my.ports;",
        'networking.firewall.interfaces."ve-+".allowedUDPPorts = [ 53 ];',
        'networking.firewall.interfaces."ve-*".allowedUDPPorts = [ 53 ];',
        'networking.firewall.interfaces."ve-web" = { allowedUDPPorts = [ 53 ]; };',
        "networking.firewall.interfaces.${config.my.name}.allowedUDPPorts = [ 53 ];",
        "networking.firewall.interfaces = config.my.interfaces;",
        "networking.firewall.allowedUDPPortRanges = [ { from = 50; to = 60; } ];",
        "networking.firewall.allowedUDPPortRanges = [ { from = config.my.port; to = 60; } ];",
        'networking.firewall.trustedInterfaces = [ "ve-web" ];',
        "networking.firewall.trustedInterfaces = config.my.trusted;",
        'networking.firewall.extraCommands = "iptables -A nixos-fw -i ve-web -j ACCEPT";',
        'networking.firewall.extraInputRules = "iifname ve-web accept";',
        'networking.nftables.ruleset = "";',
        "imports = [ inputs.site.nixosModules.firewall ];",
    ],
)
def test_not_known_to_be_closed_where_something_opens_it_or_may(firewall: str, tmp_path: Path) -> None:
    assert not closed(firewall, tmp_path)


def test_patterns_of_iptables_and_of_nftables_stand_for_what_begins_like_them() -> None:
    assert is_pattern_for("ve-+", "ve-web")
    assert is_pattern_for("ve-*", "ve-web")
    assert is_pattern_for("ve-web", "ve-web")
    assert not is_pattern_for("ve-w", "ve-web")
    assert not is_pattern_for("podman+", "ve-web")
