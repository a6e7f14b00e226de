"""The ports on which services of a system listen."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.containers.host_system import host_systems
from nixlint.containers.service_ports import service_ports
from nixlint.semantics.repository import Repository
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
    ],
)
def test_a_port_is_the_literal_or_the_default_of_a_service_that_certainly_runs(
    tmp_path: Path, body: str, expected: list[tuple[int, str]]
) -> None:
    assert ports(tmp_path, body) == expected
