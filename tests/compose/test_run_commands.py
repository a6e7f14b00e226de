"""``docker run`` and ``podman run``: every flag of both is carried, or named, and none makes an end of it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from nixlint.compose.docker_run import NotADockerCommand, is_command, read_command
from nixlint.compose.loading import Request
from nixlint.containers.languages.run_flags import FlagForm, is_switch, run_flag
from nixlint.conversion.convert import Conversion, ConversionRequest, convert
from nixlint.deployment.target import Backend, Target
from tests.missing_tools import lacking

from .converting import module_text
from .engines import DOCKER, PODMAN, Podman, docker_complaints
from .referee import evaluate

FACTS = json.loads((files("nixlint") / "data" / "run_flags.json").read_text("utf-8"))
VALUES = {
    "--add-host": "a:1.2.3.4",
    "--annotation": "a=b",
    "--blkio-weight": "100",
    "--blkio-weight-device": "/dev/sda:100",
    "--cap-add": "NET_ADMIN",
    "--cap-drop": "MKNOD",
    "--cgroup-conf": "memory.high=1000000",
    "--cgroupns": "private",
    "--cpu-count": "1",
    "--cpu-percent": "10",
    "--cpu-period": "100000",
    "--cpu-quota": "50000",
    "--cpu-rt-period": "1000000",
    "--cpu-rt-runtime": "950000",
    "--cpu-shares": "512",
    "--cpus": "1.5",
    "--cpuset-cpus": "0",
    "--cpuset-mems": "0",
    "--device": "/dev/null",
    "--device-cgroup-rule": "c 1:3 rwm",
    "--device-read-bps": "/dev/sda:1mb",
    "--device-read-iops": "/dev/sda:1000",
    "--device-write-bps": "/dev/sda:1mb",
    "--device-write-iops": "/dev/sda:1000",
    "--dns": "1.1.1.1",
    "--dns-option": "ndots:1",
    "--dns-search": "a.example",
    "--env": "A=b",
    "--env-merge": "A=b",
    "--expose": "80",
    "--gidmap": "0:0:1",
    "--gpus": "all",
    "--group-add": "0",
    "--health-cmd": "true",
    "--health-log-destination": "local",
    "--health-on-failure": "none",
    "--image-volume": "tmpfs",
    "--ip": "10.88.0.9",
    "--ip6": "fd00::9",
    "--ipc": "private",
    "--label": "a=b",
    "--link": "other:alias",
    "--link-local-ip": "169.254.0.9",
    "--log-opt": "tag=a",
    "--mac-address": "92:d0:c6:0a:29:33",
    "--memory": "64m",
    "--memory-reservation": "32m",
    "--memory-swap": "128m",
    "--memory-swappiness": "5",
    "--mount": "type=tmpfs,target=/t",
    "--network": "host",
    "--personality": "linux",
    "--pid": "host",
    "--platform": "linux/amd64",
    "--publish": "80:80",
    "--pull": "always",
    "--restart": "always",
    "--seccomp-policy": "default",
    "--security-opt": "no-new-privileges",
    "--shm-size": "64m",
    "--shm-size-systemd": "64m",
    "--storage-opt": "size=1G",
    "--stop-signal": "SIGINT",
    "--sysctl": "net.core.somaxconn=10",
    "--systemd": "always",
    "--tmpfs": "/t",
    "--tz": "UTC",
    "--uidmap": "0:0:1",
    "--ulimit": "nofile=10:20",
    "--umask": "0022",
    "--userns": "host",
    "--uts": "host",
    "--volume": "data:/data",
    "--volumes-from": "other",
    "--workdir": "/",
}
"""Values that an engine takes; elsewhere a number or a word will do."""


def _value(name: str) -> str:
    if name.startswith(("--health-", "--retry-delay")) and name not in VALUES:
        is_number = name.endswith(("count", "size", "retries", "success"))
        return "2" if is_number else "true" if name.endswith("cmd") else "2s"
    is_number = name in ("--oom-score-adj", "--pids-limit", "--stop-timeout", "--timeout", "--retry")
    return VALUES.get(name, "10" if is_number else "word")


def _converted(words: list[str], folder: Path, backend: str) -> Conversion:
    run = read_command(words)
    path = folder / "run.yaml"
    path.write_bytes(run.compose)
    request = Request((path,), run.name)
    return convert(ConversionRequest(request, Target(Backend(backend)), ("*",)))


def _run(line: str, folder: Path, backend: str = "docker") -> tuple[str, list[str]]:
    """The module of a command line, and what is said of it."""
    conversion = _converted(shlex.split(line), folder, backend)
    return module_text(conversion), [each.message for each in conversion.remarks if each.kind.value != "converted"]


def _names_of(program: str) -> dict[str, bool]:
    """The flags of an engine's help, and whether each takes a value."""
    result = subprocess.run([program, "run", "--help"], capture_output=True, text=True, check=True)
    pattern = re.compile(r"^\s+(?:-\w, )?(--[\w-]+)(?: (\S+))?(?:  |$)", re.M)
    return {match[1]: match[2] is not None for match in pattern.finditer(result.stdout)}


@pytest.mark.parametrize(("engine", "program", "measured"), [("docker", DOCKER, "28.2"), ("podman", PODMAN, "5.6")])
def test_the_table_has_every_flag_of_the_engines(engine: str, program: str | None, measured: str) -> None:
    if program is None:
        lacking(f"{engine} is not there")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    help_ = _names_of(program)
    table = {name: each for name, each in FACTS["flags"].items() if engine in each["engines"]}
    assert sorted(help_.keys() - FACTS["flags"].keys()) == []
    assert [name for name, takes in help_.items() if is_switch(name) is takes] == []
    if measured in version:
        assert sorted(table.keys() - help_.keys()) == []


def test_every_flag_without_a_key_says_why() -> None:
    for name, each in FACTS["flags"].items():
        flag = run_flag(name)
        assert flag is not None
        has_key = flag.form in (FlagForm.LIST, FlagForm.TEXT, FlagForm.SWITCH, FlagForm.SPECIAL)
        assert has_key is ("compose" in each), name
        assert (flag.form in (FlagForm.LOST, FlagForm.IMPLIED)) is bool(flag.why), name


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_every_flag_is_carried_or_named(engine: str, tmp_path: Path) -> None:
    podman = Podman(tmp_path / "podman") if engine == "podman" else None
    found: list[str] = []
    modules: list[list[Path]] = []
    names = [name for name, each in FACTS["flags"].items() if engine in each["engines"]]
    for index, name in enumerate(names):
        words = [engine, "run", name if is_switch(name) else f"{name}={_value(name)}", "nginx:1", "word"]
        plain = module_text(_converted([engine, "run", "nginx:1", "word"], tmp_path, engine))
        conversion = _converted(words, tmp_path, engine)
        flag = run_flag(name)
        assert flag is not None
        text = module_text(conversion)
        is_named = any(each.kind.value != "converted" for each in conversion.remarks)
        if _body(text) == _body(plain) and not is_named and flag.form is not FlagForm.IMPLIED:
            found.append(f"{name}: nothing came of it")
        modules.append([tmp_path / f"{index}.nix"])
        modules[-1][0].write_text(text)
    for name, evaluated in zip(names, evaluate(modules, Target().release), strict=True):
        for container in evaluated.containers:
            command = evaluated.command(container)
            assert command[-2:] == ["docker.io/library/nginx:1" if podman else "nginx:1", "word"], name
            if podman is None:
                found += [f"{name}: {each}" for each in docker_complaints(command)]
            elif podman.version >= (5, 6):
                found += [f"{name}: {each}" for each in podman.complaints(command)]
    assert [each for each in found if not each.startswith(_REFUSED_BY_THE_ENGINE)] == []


_REFUSED_BY_THE_ENGINE = (
    "--volume-driver: ",
    "--passwd: ",
    "--memory-swap: ",
    "--name: ",
    "--cgroup-parent: ",
    "--runtime: ",
    "--user: ",
)
"""Flags that go together with others only, or with what is in the image or on the machine."""


def _body(text: str) -> str:
    return text.partition("{ lib, ... }")[2].replace("word", "nginx")


@pytest.mark.parametrize(
    "line",
    [
        "docker run nginx",
        "sudo docker run nginx",
        "sudo -E -u root docker run nginx",
        "DOCKER_HOST=ssh://x docker run nginx",
        "/usr/bin/podman run nginx",
        "docker container run nginx",
        "docker create nginx",
        "podman container create nginx",
        "docker --context far run nginx",
        "podman --remote --log-level=debug run nginx",
    ],
)
def test_a_line_is_known_however_it_begins(line: str) -> None:
    assert is_command(line.split())
    assert read_command(line.split()).name == "nginx"


@pytest.mark.parametrize("line", ["compose.yaml", "./docker-compose.yml", "docker.yaml", ""])
def test_a_file_is_no_command(line: str) -> None:
    assert not is_command(line.split())


@pytest.mark.parametrize("line", ["docker ps", "podman pod create", "docker", "docker run --no-such-flag nginx"])
def test_what_is_no_run_is_refused(line: str) -> None:
    with pytest.raises(NotADockerCommand):
        read_command(line.split())


def test_flags_before_run_are_named(tmp_path: Path) -> None:
    _, said = _run("docker --context far run --name web nginx", tmp_path)
    assert any(each.startswith("--context: ") for each in said)


def test_the_project_is_called_as_the_container(tmp_path: Path) -> None:
    assert "docker-compose-web = {" in _run("docker run --name web nginx", tmp_path)[0]


def test_mounts(tmp_path: Path) -> None:
    line = (
        "docker run --mount type=tmpfs,target=/t,tmpfs-size=64m,tmpfs-mode=1770"
        " --mount type=bind,src=./conf,dst=/conf,readonly,bind-propagation=rslave"
        " --mount type=volume,src=data,dst=/data,volume-nocopy,volume-driver=local,volume-opt=type=nfs"
        " --mount type=volume,src=other,dst=/other,volume-subpath=a,volume-nocopy"
        " --mount type=image,src=alpine,dst=/image,image-subpath=etc nginx"
    )
    text, said = _run(line, tmp_path)
    assert '"--tmpfs=/t:size=67108864,mode=1770"' in text
    assert f'"{tmp_path}/conf:/conf:ro,rslave"' in text
    assert '"data:/data:nocopy"' in text
    assert "--opt type=nfs" in text
    assert '"--mount=type=volume,source=other,destination=/other,volume-subpath=a,volume-nocopy=true"' in text
    assert '"--mount=type=image,source=alpine,destination=/image,image-subpath=etc"' in text
    assert said == []


def test_options_that_only_podman_has(tmp_path: Path) -> None:
    line = "podman run -v data:/data:U -v /a:/b:O,ro --mount type=bind,src=/a,dst=/c,chown=true nginx"
    text, _ = _run(line, tmp_path, "podman")
    for wanted in ("--volume=data:/data:U", "--volume=/a:/b:O,ro", "--mount=type=bind,src=/a,dst=/c,chown=true"):
        assert f'"{wanted}"' in text


@pytest.mark.parametrize(
    ("value", "devices"),
    [
        ("all", ["nvidia.com/gpu=all"]),
        ("2", ["nvidia.com/gpu=0", "nvidia.com/gpu=1"]),
        ('"device=0,2"', ["nvidia.com/gpu=0", "nvidia.com/gpu=2"]),
        ("device=1", ["nvidia.com/gpu=1"]),
        ("all,capabilities=utility", ["nvidia.com/gpu=all"]),
        ('count=1,"capabilities=gpu,video"', ["nvidia.com/gpu=0"]),
    ],
)
def test_gpus(value: str, devices: list[str], tmp_path: Path) -> None:
    text, _ = _run(f"docker run --gpus '{value}' nginx", tmp_path)
    assert re.findall(r'"(nvidia.com/gpu=\w+)"', text) == devices


def test_podman_secrets_requirements_and_pods(tmp_path: Path) -> None:
    line = "podman run --secret token,type=env,target=TOKEN --requires db --pod web nginx"
    text, said = _run(line, tmp_path, "podman")
    assert '"--secret=token,type=env,target=TOKEN"' in text
    assert '"podman-db.service"' in text
    assert any(each.startswith("--pod: ") for each in said)
    assert any("secret of that name" in each for each in said)
    _, said = _run(line, tmp_path, "docker")
    assert any("--secret" in each or "secrets only in Swarm" in each for each in said)


def test_an_address_needs_no_network_of_ones_own_to_be_read(tmp_path: Path) -> None:
    text, said = _run("docker run --ip 10.0.0.9 --network-alias x --network lan nginx", tmp_path)
    assert "ip=10.0.0.9" in text
    assert "alias=x" in text
    _, said = _run("docker run --network-alias x nginx", tmp_path)
    assert any(each.startswith("--network-alias: ") for each in said)


def test_an_environment_file_is_read_as_the_engine_reads_it(tmp_path: Path) -> None:
    (tmp_path / "app.env").write_text('A="quoted" # no comment\nB=$A\n')
    service = json.loads(read_command(["docker", "run", "--env-file", "app.env", "nginx"]).compose)["services"]["nginx"]
    assert service["env_file"] == [{"path": "app.env", "format": "raw"}]
    text, _ = _run("docker run --env-file app.env nginx", tmp_path)
    assert f'"{tmp_path}/app.env"' in text


def test_labels_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "labels").write_text("a=1\nb=2\n")
    text, said = _run("docker run --label-file labels --label b=3 nginx", tmp_path)
    assert re.search(r'a = "1";\s+b = "3";', text)
    assert said == []


def test_podman_reads_rows_and_lists(tmp_path: Path) -> None:
    line = """podman run --cap-add NET_ADMIN,SYS_TIME --health-cmd '["CMD","a b"]' """
    text, _ = _run(f"""{line} --entrypoint '["sh","-c"]' nginx 'echo $X'""", tmp_path, "podman")
    assert re.search(r"NET_ADMIN = true;\s+SYS_TIME = true;", text)
    assert 'entrypoint = "sh";' in text
    assert '"echo $X"' in text
    assert "a b" in text


def test_no_value_of_a_lost_flag_is_shown(tmp_path: Path) -> None:
    _, said = _run("podman run --authfile /hunter2secret nginx", tmp_path, "podman")
    assert said
    assert not any("hunter2secret" in each for each in said)
