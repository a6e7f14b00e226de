"""OCI containers read from Nix, in the ways in which people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.containers.languages.volume_mount import VolumeMount, parse_mount_flag
from nixlint.containers.oci.capabilities import oci_power_of
from nixlint.containers.oci.container import OciContainer
from nixlint.containers.oci.reader import oci_containers
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import write_files


def read(tmp_path: Path, text: str) -> tuple[OciContainer, ...]:
    write_files(tmp_path, {"a.nix": text})
    repository = Repository(tmp_path, [tmp_path / "a.nix"])
    return oci_containers(repository.open(tmp_path / "a.nix"), repository)


@pytest.mark.parametrize(
    "text",
    [
        '{ virtualisation.oci-containers.containers.web = { image = "nginx:1"; ports = [ "80:80" ]; }; }',
        '{ virtualisation = { oci-containers = { containers = { web.image = "nginx:1"; web.ports = [ "80:80" ]; }; }; }; }',
        "{ config, lib, ... }: { config = lib.mkIf config.x { virtualisation.oci-containers.containers.web = "
        '{ image = "nginx:1"; ports = [ "80:80" ]; }; }; }',
        '{ lib, ... }: { virtualisation.oci-containers.containers = lib.genAttrs [ "web" ] (name: '
        '{ image = "nginx:1"; extraOptions = [ "-p" "80:80" ]; }); }',
        'let make = tag: { image = "nginx:${tag}"; ports = [ "80:80" ]; }; in '
        '{ virtualisation.oci-containers.containers.web = make "1"; }',
    ],
)
def test_a_container_is_found_with_its_image_and_ports_however_it_is_written(tmp_path: Path, text: str) -> None:
    (container,) = read(tmp_path, text)

    assert container.name == "web"
    assert container.image is not None
    assert container.image[0].tag == "1"
    assert [port.mapping.listens_everywhere for port in container.ports] == [True]


def test_options_and_flags_are_one_truth(tmp_path: Path) -> None:
    by_option, by_flag = read(
        tmp_path,
        '{ virtualisation.oci-containers.containers = { a = { image = "x"; privileged = true; networks = [ "host" ]; '
        'volumes = [ "/a:/b" ]; }; b = { image = "x"; '
        'extraOptions = [ "--privileged" "--network=host" "-v" "/a:/b" ]; }; }; }',
    )

    for container in (by_option, by_flag):
        assert container.privileged is not None
        assert [network.text for network in container.networks] == ["host"]
        assert [mount.volume.source for mount in container.mounts] == ["/a"]


def test_a_name_that_is_not_known_is_none(tmp_path: Path) -> None:
    (container,) = read(
        tmp_path, '{ config, ... }: { virtualisation.oci-containers.containers.${config.n}.image = "x"; }'
    )

    assert container.name is None


@pytest.mark.parametrize(
    "text",
    [
        '{ services.podman.containers.web.image = "x"; }',
        '{ virtualisation.containers.web.image = "x"; }',
        '{ virtualisation.quadlet.containers.web.containerConfig.image = "x"; }',
    ],
)
def test_look_alikes_are_not_mistaken(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == ()


def test_a_container_that_an_unknown_function_makes_is_found_with_nothing_known_of_it(tmp_path: Path) -> None:
    (container,) = read(
        tmp_path,
        '{ mylib, ... }: { virtualisation.oci-containers.containers.web = mylib.mkContainer { image = "nginx"; }; }',
    )

    assert container.name == "web"
    assert container.image is None
    assert container.ports == ()


def test_capabilities_and_devices_are_one_truth_by_option_and_by_flag(tmp_path: Path) -> None:
    by_option, by_flag = read(
        tmp_path,
        '{ virtualisation.oci-containers.containers = { a = { image = "x"; capabilities.SYS_ADMIN = true; '
        'capabilities.NET_RAW = false; devices = [ "/dev/sda" ]; }; b = { image = "x"; '
        'extraOptions = [ "--cap-add" "cap_sys_admin" "--device=/dev/sda" "--cap-drop=NET_RAW" ]; }; }; }',
    )

    for container in (by_option, by_flag):
        assert [capability.text for capability in container.capabilities] == ["SYS_ADMIN"]
        assert [device.text for device in container.devices] == ["/dev/sda"]


@pytest.mark.parametrize(
    ("more", "may_be"),
    [
        ('podman.user = "alice";', True),
        ("podman.user = config.user;", True),
        ('extraOptions = [ "--userns=auto" ];', True),
        ('podman.user = "root";', False),
        ('extraOptions = [ "--userns=host" ];', False),
        ("", False),
    ],
)
def test_a_container_may_be_confined_by_its_user_or_its_users(tmp_path: Path, more: str, may_be: bool) -> None:
    (container,) = read(
        tmp_path, '{ config, ... }: { virtualisation.oci-containers.containers.a = { image = "x"; ' + more + " }; }"
    )

    assert container.may_be_confined is may_be


def test_a_mount_flag_is_read_by_all_names_of_its_fields() -> None:
    assert parse_mount_flag("type=bind,src=/a,dst=/b,readonly") == VolumeMount("/a", "/b", ("ro",))
    assert parse_mount_flag("type=bind,source=/a,target=/b,ro=false") == VolumeMount("/a", "/b", ())
    assert parse_mount_flag("type=tmpfs,target=/b") is None
    assert parse_mount_flag("type=bind,source=/a") is None


def test_a_capability_reaches_the_host_by_what_the_container_shares_with_it() -> None:
    assert oci_power_of("NET_ADMIN", shares_network=False, shares_processes=True) is None
    assert oci_power_of("NET_ADMIN", shares_network=True, shares_processes=False) is not None
    assert oci_power_of("SYS_PTRACE", shares_network=True, shares_processes=False) is None
    assert oci_power_of("SYS_PTRACE", shares_network=False, shares_processes=True) is not None


def containers(tmp_path: Path, body: str) -> OciContainer:
    (container,) = read(
        tmp_path,
        '{ config, lib, ... }: { virtualisation.oci-containers.containers.a = { image = "x"; ' + body + " }; }",
    )
    return container


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ('devices = [ (lib.mkIf config.gpu "/dev/dri") ];', [("/dev/dri", True)]),
        ('devices = [ (lib.mkIf false "/dev/dri") "/dev/tty0" ];', [("/dev/tty0", False)]),
        ('devices = lib.mkIf config.gpu [ "/dev/dri" ];', [("/dev/dri", True)]),
        ('devices = lib.mkMerge [ (lib.mkDefault [ "/dev/sda" ]) [ "/dev/tty0" ] ];', [("/dev/tty0", False)]),
        ('extraOptions = [ (lib.mkIf config.gpu "--device=/dev/dri") ];', [("/dev/dri", True)]),
    ],
)
def test_a_device_has_the_conditions_around_it_and_yields_to_a_stronger_definition(
    tmp_path: Path, body: str, texts: list[tuple[str, bool]]
) -> None:
    assert [(each.text, bool(each.conditions)) for each in containers(tmp_path, body).devices] == texts


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ("capabilities.SYS_ADMIN = lib.mkForce true;", [("SYS_ADMIN", False)]),
        ("capabilities = { SYS_ADMIN = lib.mkIf config.x true; };", [("SYS_ADMIN", True)]),
        ("capabilities = lib.mkMerge [ { SYS_ADMIN = true; } { SYS_ADMIN = lib.mkForce false; } ];", []),
        ("capabilities.SYS_ADMIN = lib.mkIf false true;", []),
    ],
)
def test_a_capability_has_the_conditions_around_it_and_yields_to_a_stronger_definition(
    tmp_path: Path, body: str, texts: list[tuple[str, bool]]
) -> None:
    assert [(each.text, bool(each.conditions)) for each in containers(tmp_path, body).capabilities] == texts


def test_a_container_is_in_the_network_of_the_host_only_where_it_certainly_is(tmp_path: Path) -> None:
    assert containers(tmp_path, 'networks = [ "host" ];').shares_network
    assert not containers(tmp_path, 'networks = lib.mkIf config.x [ "host" ];').shares_network
