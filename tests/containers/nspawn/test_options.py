"""What the options of a native container say, by option or by flag."""

from __future__ import annotations

from pathlib import Path

from nixlint.containers.nspawn.container import NspawnContainer, nspawn_containers
from nixlint.semantics.modules.module_system import Presence
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import write_files


def read(tmp_path: Path, body: str, formals: str = "{ config, lib, ... }:") -> NspawnContainer:
    text = f"{formals} {{ containers.web = {{ config = {{ ... }}: {{ }}; {body} }}; }}"
    write_files(tmp_path, {"a.nix": text})
    repository = Repository(tmp_path, [tmp_path / "a.nix"])
    (container,) = nspawn_containers(repository.open(tmp_path / "a.nix"), repository)
    return container


def test_a_bind_mount_is_read_only_and_of_the_same_path_where_nothing_else_is_said(tmp_path: Path) -> None:
    (mount,) = read(tmp_path, 'bindMounts."/srv" = { };').bind_mounts

    assert (mount.mount_point, mount.host_path, mount.writable) == ("/srv", "/srv", False)


def test_options_and_flags_make_the_same_bind_mounts(tmp_path: Path) -> None:
    container = read(
        tmp_path,
        'bindMounts.data = { mountPoint = "/data"; hostPath = "/srv/data"; isReadOnly = false; }; '
        'extraFlags = [ "--bind=/srv/more:/more:idmap" "--bind-ro" "/etc/localtime" ];',
    )

    assert [(mount.host_path, mount.mount_point, mount.writable) for mount in container.bind_mounts] == [
        ("/srv/data", "/data", True),
        ("/srv/more", "/more", True),
        ("/etc/localtime", "/etc/localtime", False),
    ]


def test_what_is_not_known_of_a_bind_mount_is_not_made_up(tmp_path: Path) -> None:
    container = read(tmp_path, 'bindMounts."/data" = { hostPath = config.my.path; isReadOnly = config.my.readOnly; };')

    (mount,) = container.bind_mounts
    assert (mount.host_path, mount.symbol, mount.writable) == (None, "config.my.path", None)


def test_a_forwarded_port_goes_to_the_same_port_where_nothing_else_is_said(tmp_path: Path) -> None:
    container = read(
        tmp_path,
        'forwardPorts = [ { hostPort = 80; } { hostPort = 53; containerPort = 5353; protocol = "udp"; } '
        "{ hostPort = config.my.port; } { hostPort = 81; containerPort = config.my.port; } ];",
    )

    assert [(port.text, port.container_port) for port in container.forwarded_ports] == [
        ("80/tcp", 80),
        ("53/udp", 5353),
    ]


def test_capabilities_are_one_truth_however_they_are_written(tmp_path: Path) -> None:
    container = read(
        tmp_path,
        'additionalCapabilities = [ "CAP_NET_ADMIN" "all" ]; '
        'extraFlags = [ "--capability=CAP_SYS_MODULE,CAP_BPF" "--drop-capability=CAP_MKNOD" ];',
    )

    assert [capability.what for capability in container.capabilities] == [
        "CAP_NET_ADMIN",
        "all",
        "CAP_SYS_MODULE",
        "CAP_BPF",
    ]


def test_devices_are_read_as_far_as_they_are_known(tmp_path: Path) -> None:
    container = read(
        tmp_path, 'allowedDevices = [ { node = "/dev/sda"; modifier = "rwm"; } { node = config.x; modifier = "r"; } ];'
    )

    assert [(device.node, device.modifier) for device in container.devices] == [("/dev/sda", "rwm")]


def test_a_weaker_definition_says_nothing(tmp_path: Path) -> None:
    container = read(
        tmp_path,
        'extraFlags = lib.mkMerge [ (lib.mkForce [ "-U" ]) [ "--capability=all" ] ];',
    )

    assert [flag.name for flag in container.flags] == ["-U"]


def test_a_network_of_its_own_is_certain_possible_or_not_there(tmp_path: Path) -> None:
    assert read(tmp_path, "privateNetwork = true;").network is Presence.DEFINED
    assert read(tmp_path, 'macvlans = [ "eno1" ];').network is Presence.DEFINED
    assert read(tmp_path, "networkNamespace = /run/netns/vpn;").network is Presence.DEFINED
    assert read(tmp_path, "privateNetwork = config.my.private;").network is Presence.MAYBE
    assert read(tmp_path, 'localAddress = "10.0.0.2"; interfaces = [ ];').network is Presence.ABSENT
