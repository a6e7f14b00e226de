"""What a service says is on the command line in words that the engine takes: ports, mounts, flags without a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.conversion.convert import Conversion

from .converting import converted, module_text, remarks
from .engines import Podman, docker_complaints
from .referee import evaluate

BACKENDS = ("podman", "docker")


def _service(lines: str, folder: Path, backend: str, top: str = "") -> Conversion:
    body = "".join(f"    {line}\n" for line in lines.splitlines())
    return converted(f"services:\n  web:\n    image: nginx:1\n{body}{top}", folder, backend=backend)


def _command(conversion: Conversion, folder: Path, name: str = "proj-web") -> list[str]:
    file = folder / "module.nix"
    file.write_text(module_text(conversion))
    (evaluated,) = evaluate([[file]], "26.05")
    assert evaluated.refusal is None
    return evaluated.command(name)


@pytest.mark.parametrize("key", ["dns_search", "group_add", "security_opt", "tmpfs", "dns_opt"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_an_empty_element_takes_no_other_argument(key: str, backend: str, tmp_path: Path) -> None:
    conversion = _service(f'{key}: [""]\nlabels: [a=]\ninit: true', tmp_path, backend)
    command = _command(conversion, tmp_path)
    assert command[-1].endswith("nginx:1")
    assert not any(word.startswith("--dns") or word == "--group-add" for word in command)
    assert ("approximated", f"services.web.{key}") in remarks(conversion)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_value_that_is_empty_keeps_its_sign(backend: str, tmp_path: Path) -> None:
    text = module_text(_service('sysctls: {net.core.somaxconn: ""}\ncgroup_parent: ""', tmp_path, backend))
    assert '"--sysctl=net.core.somaxconn="' in text
    assert '"--cgroup-parent"' not in text


@pytest.mark.parametrize("backend", BACKENDS)
def test_volumes_from_a_service_names_its_container(backend: str, tmp_path: Path) -> None:
    top = "  data:\n    image: busybox:1\n    scale: 2\n"
    command = _command(_service("volumes_from: ['data:ro', 'container:old']", tmp_path, backend, top), tmp_path)
    assert "--volumes-from=proj-data-1:ro" in command
    assert "--volumes-from=old" in command


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_seccomp_profile_is_the_file_beside_the_project(backend: str, tmp_path: Path) -> None:
    conversion = _service("security_opt: ['seccomp=./x.json', 'no-new-privileges:true']", tmp_path, backend)
    command = _command(conversion, tmp_path)
    assert f"--security-opt=seccomp={tmp_path}/x.json" in command
    assert "--security-opt=no-new-privileges:true" in command
    assert ("needs-you", "services.web.security_opt") in remarks(conversion)


def test_podman_gets_one_port_of_several(tmp_path: Path) -> None:
    conversion = _service('ports: ["7000-7010:7000"]\nscale: 2', tmp_path, "podman")
    assert "7000:7000" in _command(conversion, tmp_path, "proj-web-1")
    assert "7001:7000" in _command(conversion, tmp_path, "proj-web-2")
    assert ("approximated", "services.web.ports") in remarks(conversion)


def test_docker_chooses_a_port_itself(tmp_path: Path) -> None:
    conversion = _service('ports: ["7000-7010:7000"]\nscale: 2', tmp_path, "docker")
    assert "7000-7010:7000" in _command(conversion, tmp_path, "proj-web-2")
    assert remarks(conversion)[-1][0] == "converted"


def test_more_containers_than_ports_need_a_person(tmp_path: Path) -> None:
    conversion = _service('ports: ["7000-7001:7000"]\nscale: 3', tmp_path, "docker")
    assert ("needs-you", "services.web.ports") in remarks(conversion)


def test_podman_has_no_owner_of_a_tmpfs(tmp_path: Path) -> None:
    conversion = _service("tmpfs: ['/run:uid=1000,size=5m', '/x:uid=7,mode=700']\nuser: '1000'", tmp_path, "podman")
    command = _command(conversion, tmp_path)
    assert "--tmpfs=/run:size=5m,U" in command
    assert "--tmpfs=/x:mode=700" in command
    assert ("approximated", "services.web.tmpfs") in remarks(conversion)
    assert ("needs-you", "services.web.tmpfs") in remarks(conversion)


@pytest.mark.parametrize(("pid", "is_there"), [("host", False), ("service:db", False), ("", True)])
def test_podman_has_no_init_among_the_processes_of_others(pid: str, is_there: bool, tmp_path: Path) -> None:
    db = "  db:\n    image: postgres:1\n"
    conversion = _service(f"init: true\n{f'pid: {pid!r}' if pid else ''}", tmp_path, "podman", db)
    assert ("--init" in _command(conversion, tmp_path)) is is_there
    assert (("dropped", "services.web.init") in remarks(conversion)) is not is_there


def test_docker_has_an_owner_of_a_tmpfs(tmp_path: Path) -> None:
    assert "--tmpfs=/run:uid=1000" in _command(_service("tmpfs: ['/run:uid=1000']", tmp_path, "docker"), tmp_path)


_MOUNTS = """\
volumes:
  - {type: image, source: alpine, target: /image, image: {subpath: etc}}
  - {type: bind, source: /tmp, target: /flat, read_only: true, bind: {recursive: disabled}}
  - {type: bind, source: "/tmp", target: "/a:b", bind: {propagation: rshared}}
  - {type: volume, source: data, target: /data, volume: {subpath: one, nocopy: true}}
"""


@pytest.mark.parametrize(
    ("backend", "wanted"),
    [
        (
            "podman",
            [
                "--mount=type=image,source=alpine,destination=/image,subpath=/etc",
                "/tmp:/flat:ro,bind",
                "--mount=type=bind,source=/tmp,destination=/a:b,bind-propagation=rshared",
                "--mount=type=volume,source=proj_data,destination=/data,volume-subpath=one",
            ],
        ),
        (
            "docker",
            [
                "--mount=type=image,source=alpine,destination=/image,image-subpath=etc",
                "--mount=type=bind,source=/tmp,destination=/flat,bind-recursive=disabled,readonly",
                "--mount=type=bind,source=/tmp,destination=/a:b,bind-propagation=rshared",
                "--mount=type=volume,source=proj_data,destination=/data,volume-subpath=one,volume-nocopy=true",
            ],
        ),
    ],
)
def test_mounts_beyond_the_short_form(backend: str, wanted: list[str], tmp_path: Path) -> None:
    command = _command(_service(_MOUNTS, tmp_path, backend, "volumes: {data: }\n"), tmp_path)
    assert [each for each in wanted if each not in command] == []


_EVERYTHING = """\
ports: ["7000-7010:7000", "127.0.0.1:80:80/udp"]
tmpfs: ['/run:uid=1000']
dns_search: ['', a.example]
security_opt: ['label:disable', 'writable-cgroups=true', 'no-new-privileges']
sysctls: {net.core.somaxconn: 1024}
mac_address: 02:42:ac:11:65:43
pids_limit: 100
ulimits: {nofile: {soft: 10, hard: 20}}
extra_hosts: ['a:1.2.3.4']
cap_add: [NET_ADMIN]
group_add: ['0']
annotations: {a.b: "x y"}
"""


def test_podman_takes_it(tmp_path: Path) -> None:
    podman = Podman(tmp_path / "podman")
    command = _command(_service(_EVERYTHING + _MOUNTS, tmp_path, "podman", "volumes: {data: }\n"), tmp_path)
    command = [word for word in command if not (podman.version < (5, 0) and "type=" in word)]
    assert list(podman.complaints(command)) == []


def test_docker_takes_it(tmp_path: Path) -> None:
    command = _command(_service(_EVERYTHING + _MOUNTS, tmp_path, "docker", "volumes: {data: }\n"), tmp_path)
    assert list(docker_complaints(command)) == []


@pytest.mark.parametrize(
    ("path", "backend", "mounted", "kind"),
    [
        ("/lib/modules", "podman", "/run/booted-system/kernel-modules/lib/modules", "approximated"),
        ("/usr/share/zoneinfo/Europe/Rome", "docker", "/etc/zoneinfo/Europe/Rome", "approximated"),
        ("/var/lib/docker/volumes", "podman", "/var/lib/containers/storage/volumes", "approximated"),
        ("/var/lib/docker/volumes", "docker", "/var/lib/docker/volumes", None),
        ("/var/lib/docker/containers", "docker", "/var/lib/docker/containers", "needs-you"),
        ("/etc/timezone", "podman", "/etc/timezone", "needs-you"),
        ("/etc/localtime", "podman", "/etc/localtime", "needs-you"),
        ("/usr/bin/docker", "docker", "/usr/bin/docker", "needs-you"),
        ("/etc/nothing", "podman", "/etc/nothing", "needs-you"),
        ("/etc/ssl/certs", "podman", "/etc/ssl/certs", "needs-you"),
        ("/etc/ssl/certs/ca-certificates.crt", "podman", "/etc/ssl/certs/ca-certificates.crt", None),
        ("/etc/passwd", "podman", "/etc/passwd", None),
        ("/etc/machine-id", "docker", "/etc/machine-id", None),
        ("/usr/bin/env", "docker", "/usr/bin/env", None),
        ("/userdata", "docker", "/userdata", None),
        ("/srv/etc/timezone", "podman", "/srv/etc/timezone", None),
    ],
)
def test_paths_of_other_systems(path: str, backend: str, mounted: str, kind: str | None, tmp_path: Path) -> None:
    conversion = _service(f"volumes: ['{path}:/x:ro']", tmp_path, backend)
    assert f"{mounted}:/x:ro" in _command(conversion, tmp_path)
    said = [kind for kind, key in remarks(conversion) if key == "services.web.volumes"]
    assert said == ([] if kind is None else [kind])


def test_names_are_found_in_a_network_of_others(tmp_path: Path) -> None:
    text = module_text(_service("networks: [lan]", tmp_path, "podman", "networks: {lan: {external: true}}\n"))
    assert "allowedUDPPorts = [ 53 ];" in text
    assert "allowedUDPPorts" not in module_text(_service("network_mode: bridge", tmp_path, "podman"))


def test_names_are_found_on_a_bridge_of_any_name(tmp_path: Path) -> None:
    top = "networks: {lan: {driver_opts: {com.docker.network.bridge.name: br-lan}}}\n"
    text = module_text(_service("networks: [lan]", tmp_path, "podman", top))
    assert "--interface-name br-lan" in text
    assert '"br-lan" = {' in text or "br-lan = {" in text


def test_a_user_may_not_publish_low_ports(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: nginx:1\n    ports: ['443:443', '8080:80']\n"
    conversion = converted(text, tmp_path, user="ada")
    (message,) = [each.message for each in conversion.remarks if each.key == "services.web.ports"]
    assert message.startswith("443:443: ada may publish no port below 1024")
    assert "8080" not in message
