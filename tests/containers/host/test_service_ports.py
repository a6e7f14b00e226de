"""The ports on which services of a system listen."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.containers.host.service_ports import listening_ports, service_ports
from nixlint.containers.host.system import host_systems
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import write_files


def ports(tmp_path: Path, body: str) -> list[tuple[int, str]]:
    write_files(
        tmp_path, {"configuration.nix": f"{{ config, ... }}: {{ {body} containers.web.config = {{ ... }}: {{ }}; }}"}
    )
    repository = Repository(tmp_path, [tmp_path / "configuration.nix"])
    (host,) = host_systems(repository)
    return [(port.port, port.protocol) for port in service_ports(host.system)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("services.openssh.enable = true;", [(22, "tcp")]),
        ("services.openssh = { enable = true; ports = [ 22 2222 ]; };", [(22, "tcp"), (2222, "tcp")]),
        ("services.openssh = { enable = true; ports = [ config.my.port ]; };", []),
        ("services.openssh = { enable = config.my.ssh; };", []),
        ("services.openssh.ports = [ 22 ];", []),
        ("services.murmur.enable = true;", [(64738, "tcp"), (64738, "udp")]),
        ("services.bazarr.enable = true;", [(6767, "tcp")]),
        ("services.jellyseerr = { enable = true; port = 80; };", [(80, "tcp")]),
        ("services.nix-serve = { enable = true; bindAddress = config.my.address; };", []),
        ("services.audiobookshelf.enable = true;", []),
        ('services.audiobookshelf = { enable = true; host = "0.0.0.0"; };', [(8000, "tcp")]),
    ],
)
def test_a_port_is_the_literal_or_the_default_of_a_service_that_certainly_runs(
    tmp_path: Path, body: str, expected: list[tuple[int, str]]
) -> None:
    assert ports(tmp_path, body) == expected


def addresses(tmp_path: Path, body: str) -> list[tuple[int, str]]:
    write_files(
        tmp_path, {"configuration.nix": f"{{ config, ... }}: {{ {body} containers.web.config = {{ ... }}: {{ }}; }}"}
    )
    repository = Repository(tmp_path, [tmp_path / "configuration.nix"])
    (host,) = host_systems(repository)
    return [(port.port, port.address) for port in listening_ports(host.system)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("services.postgresql.enable = true;", [(5432, "127.0.0.1")]),
        ('services.postgresql = { enable = true; settings.listen_addresses = "*"; };', [(5432, "")]),
        ("services.postgresql = { enable = true; enableTCPIP = true; };", [(5432, "")]),
        ("services.postgresql = { enable = true; enableTCPIP = false; };", [(5432, "127.0.0.1")]),
        ("services.postgresql = { enable = true; enableTCPIP = config.my.network; };", []),
        ('services.postgresql = { enable = true; settings.listen_addresses = "10.0.0.1, 10.0.0.2"; };', []),
        ("services.grafana = { enable = true; settings.server.http_addr = config.my.address; };", []),
        ('services.prometheus = { enable = true; listenAddress = "10.0.0.1"; };', [(9090, "10.0.0.1")]),
        ("services.openssh = { enable = true; listenAddresses = [ ]; };", []),
        ("services.nginx.enable = true;", []),
        ('services.nginx = { enable = true; virtualHosts.a.root = "/"; };', [(80, "")]),
        ("services.nginx = { enable = true; virtualHosts.a.onlySSL = true; };", []),
    ],
)
def test_a_service_listens_on_the_address_that_it_is_given_or_has_by_default(
    tmp_path: Path, body: str, expected: list[tuple[int, str]]
) -> None:
    assert addresses(tmp_path, body) == expected


def test_what_is_on_the_loopback_takes_nothing_of_a_forwarded_port(tmp_path: Path) -> None:
    assert ports(tmp_path, "services.grafana.enable = true;") == []
