"""What converters get wrong: defects of compose2nix at 7a29ae0 (D1 to D18), and cases from the trackers of its kin.

One line each in ``docs/convert.md``; the name of a case is the one in its table.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from nixlint.compose.docker_run import compose_of
from nixlint.compose.loading import Request, discover_files, load
from nixlint.compose.model import print_model
from nixlint.compose.problem import ComposeError

from .converting import converted, module_text


class Case(NamedTuple):
    """A service (or a project), options of the conversion, and what must be in the module and in the report."""

    name: str
    text: str
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    options: dict[str, Any] = {}
    files: dict[str, str] = {}


HEALTHY = """\
services:
  web:
    image: example/web:1
    depends_on: { db: { condition: service_healthy } }
  db:
    image: example/db:1
    healthcheck: { test: [CMD, "pg_isready", "-U", 'a"b'], interval: 5s, timeout: 2s, retries: 3 }
"""
UNCHECKED = "services: { web: { image: w, depends_on: { db: { condition: service_healthy } } }, db: { image: i:1 } }"
JOB = """\
services:
  web:
    image: example/web:1
    depends_on: { migrate: { condition: service_completed_successfully } }
  migrate: { image: example/web:1, command: migrate }
"""
NETWORKS = """\
services:
  web:
    image: example/web:1
    networks: { zeta: { aliases: [api] }, alpha: { ipv4_address: 10.9.0.4 } }
networks: { zeta: {}, alpha: { ipam: { config: [ { subnet: 10.9.0.0/24 } ] } } }
"""


def service(settings: str) -> str:
    """A project with one service."""
    return f"services:\n  web:\n    image: example/web:1\n    {settings}\n"


DOCKER = {"backend": "docker"}
OLDER = {"release": "24.11"}
CASES = (
    Case("D1", service("volumes: ['/srv/a:/a', '/srv/a:/b']"), ('"/srv/a:/a"', '"/srv/a:/b"')),
    Case("D2", service("volumes: ['/data']"), ('"proj-web-data:/data"',), ('":/data',), ("services.web.volumes[0]",)),
    Case("D3", HEALTHY, ("--health-cmd=pg_isready -U 'a\\\"b'",), ("--health-cmd=[",), options=DOCKER),
    Case("D4", HEALTHY, ('--health-cmd=[\\"pg_isready\\", \\"-U\\", \\"a\\\\\\"b\\"]',)),
    Case(
        "D5",
        service("read_only: true\n    working_dir: /w\n    mem_limit: 64m\n    pid: host\n    platform: linux/arm64"),
        ('"--read-only"', 'workdir = "/w"', "--memory=64m", "--pid=host", "--platform=linux/arm64"),
    ),
    Case("D6", service("network_mode: bridge"), ('networks = [ "bridge" ]',), options=DOCKER),
    Case(
        "D7",
        NETWORKS,
        ('"name=proj_zeta,alias=web,alias=api"', '"name=proj_alpha,alias=web,ip=10.9.0.4"'),
        ("--network-alias",),
        options=DOCKER,
    ),
    Case(
        "D8",
        service("network_mode: container:elsewhere"),
        ('"container:elsewhere"', '"podman-elsewhere.service"'),
        ("dependsOn",),
    ),
    Case("D9", service("volumes: [{ type: tmpfs, target: /t, tmpfs: { mode: 01777 } }]"), ("--tmpfs=/t:mode=1777",)),
    Case("D10", service("ports: ['127.0.0.1::80', '[::1]:81:80']"), ('"127.0.0.1::80"', '"[::1]:81:80"')),
    Case("D11", service("dns: [9.9.9.9, 1.1.1.1]"), ('"--dns=9.9.9.9"\n          "--dns=1.1.1.1"',)),
    Case(
        "D12",
        service("env_file: [web.env]"),
        ("/var/lib/secrets/proj/proj-web.env",),
        ("green",),
        files={"web.env": 'A="green"\n'},
    ),
    Case(
        "D13",
        "services: { web: { image: i, volumes: ['v:/v'] } }\nvolumes: { v: { driver_opts: { device: '/x y', o: bind } } }\n",
        ("--opt 'device=/x y'",),
    ),
    Case(
        "D14",
        service("restart: on-failure:3"),
        ("startLimitBurst = 4;", 'StartLimitIntervalSec = "infinity"', 'mkForce "on-failure"'),
    ),
    Case(
        "D14 zero is no limit",
        service("restart: on-failure:0"),
        ("startLimitIntervalSec = 0;", 'mkForce "on-failure"'),
        ("startLimitBurst",),
    ),
    Case(
        "D14 zero is no limit, deploy",
        service("deploy: { restart_policy: { condition: on-failure, max_attempts: 0 } }"),
        ("startLimitIntervalSec = 0;", 'mkForce "on-failure"'),
        ("startLimitBurst",),
    ),
    Case(
        "D15",
        service("gpus: [{ driver: nvidia, device_ids: ['1'], capabilities: [gpu] }]"),
        ('devices = [ "nvidia.com/gpu=1" ]', "hardware.nvidia-container-toolkit.enable = true"),
    ),
    Case(
        "D16",
        service("volumes: [{ type: image, source: example/data, target: /d }]"),
        ("--mount=type=image,source=example/data,destination=/d",),
    ),
    Case("D17", service("profiles: [debug]"), ("autoStart = false;",), said=("services.web.profiles",)),
    Case(
        "D18",
        service("healthcheck: { test: 'true', start_interval: 2s }"),
        (),
        ("start-interval",),
        ("services.web.healthcheck.start_interval",),
    ),
    Case(
        "T1 stop_grace_period",
        service("stop_grace_period: 3m"),
        ("--stop-timeout=180", "TimeoutStopSec = lib.mkForce 190"),
    ),
    Case(
        "T2 rootless user",
        service("restart: always"),
        ('podman.user = "me"', "users.users.me.linger = true"),
        options={"user": "me"},
    ),
    Case(
        "T3 sops templates",
        service("environment: { TOKEN: abcdef }"),
        ("sops = {", 'config.sops.templates."proj-web.env".path'),
        ("abcdef",),
        options={"secrets": "sops"},
    ),
    Case("T4 anonymous volumes", service("volumes: [{ type: volume, target: /data }]"), ('"proj-web-data:/data"',)),
    Case(
        "T5 address in an external network",
        service("networks: { n: { ipv4_address: 10.0.0.2 } }") + "networks: { n: { external: true } }\n",
        ('"n:alias=web,ip=10.0.0.2"',),
        ("podman-network-n",),
        ("networks.n",),
    ),
    Case("T10 name service and port 53", service("ports: ['192.0.2.1:53:53/udp']"), ('"192.0.2.1:53:53/udp"',)),
    Case(
        "T11 build before start",
        "services: { web: { build: . } }",
        ("podman-build-proj-web", 'image = "localhost/proj-web"', '"podman-build-proj-web.service"'),
    ),
    Case("T12 replicas", service("scale: 2"), ("proj-web-1 = {", "proj-web-2 = {")),
    Case("T15 stopping is stopping", service("restart: always"), (), ("upheldBy",)),
    Case("T16 several networks with Docker", NETWORKS, ('"name=proj_zeta', '"name=proj_alpha'), options=DOCKER),
    Case(
        "T17 quoting of health commands",
        service("healthcheck: { test: \"curl -f 'http://x/?a=$$b' || exit 1\" }"),
        ("--health-cmd=curl -f 'http://x/?a=$b' || exit 1",),
    ),
    Case("T18 relative bind paths", service("volumes: ['./data:/data']"), ("/data:/data", "mkdir -p "), ('"./data',)),
    Case(
        "T19 environment file elsewhere",
        service("env_file: [/run/agenix/web]"),
        ('environmentFiles = [ "/run/agenix/web" ]',),
        said=("services.web.env_file[0]",),
    ),
    Case("T21 latest", service("pull_policy: daily"), ('pull = "newer";',)),
    Case(
        "T22 GPU",
        service("deploy: { resources: { reservations: { devices: [ { capabilities: [gpu], count: 2 } ] } } }"),
        ("nvidia.com/gpu=0", "nvidia.com/gpu=1"),
    ),
    Case("T23 dots in variables", service("environment: { a.b: c }"), ('"a.b" = "c";',)),
    Case("T24 after its mount", service("volumes: ['/mnt/nas:/data']"), ('RequiresMountsFor = [ "/mnt/nas" ]',)),
    Case("T25 restart storms", service("restart: always"), ("startLimitIntervalSec = 0;", "RestartSteps = 9;")),
    Case(
        "T26 sharing a network that restarts",
        "services:\n  vpn: { image: v }\n  app: { image: a, network_mode: 'service:vpn' }\n",
        (
            'networks = [ "container:proj-vpn" ]',
            'bindsTo = [ "podman-proj-vpn.service" ]',
            'wantedBy = [ "podman-proj-vpn.service" ]',
        ),
    ),
    Case(
        "T27 networks are made",
        service("networks: [back]") + "networks: { back: {} }\n",
        ("podman-network-proj_back", "network create proj_back", "allowedUDPPorts = [ 53 ]"),
    ),
    Case("T30 healthy", HEALTHY, ('podman.sdnotify = "healthy"', "JobRunningTimeoutSec = 81")),
    Case("T30 healthy, older release", HEALTHY, ('"--sdnotify=healthy"',), ("podman.sdnotify",), options=OLDER),
    Case("T30 healthy, Docker", HEALTHY, ("healthy proj-db", ".State.Health.Status"), options=DOCKER),
    Case(
        "T31 variables",
        service("hostname: ${NAME:-web}-${N}"),
        ('hostname = "web-7"',),
        options={"environment": {"N": "7"}},
    ),
    Case(
        "T32 external networks",
        service("networks: [n]") + "networks: { n: { external: true, name: other } }\n",
        ('"other:alias=web"',),
    ),
    Case(
        "T33 one unknown key",
        service("isolation: process"),
        ('image = "docker.io/example/web:1"',),
        said=("services.web.isolation",),
    ),
    Case(
        "T34 build and image",
        "services: { web: { build: ., image: example/web } }",
        ('image = "localhost/example/web"', "--tag localhost/example/web"),
    ),
    Case("T35 shell health check", service("healthcheck: { test: [CMD-SHELL, 'a && b'] }"), ("--health-cmd=a && b",)),
    Case("T36 names resolve", service("restart: always"), ("alias=web",)),
    Case(
        "T38 completed",
        JOB,
        (
            'Type = lib.mkForce "oneshot"',
            "RemainAfterExit = true",
            '"--detach=false"',
            "ready podman-proj-migrate.service",
        ),
    ),
    Case(
        "T38 a job is tried again for ever",
        JOB.replace("command: migrate", "command: migrate, restart: on-failure"),
        ("startLimitIntervalSec = 0;\n      serviceConfig = {\n        Type",),
    ),
    Case("T30 nobody checks", UNCHECKED, (), ("sdnotify",), ("services.db.healthcheck",)),
    Case("T30 the check is off", UNCHECKED.replace("i:1", "i:1, healthcheck: {disable: true}"), (), ("sdnotify",)),
    Case("T30 nobody checks, older release", UNCHECKED, (), ("sdnotify",), ("services.db.healthcheck",), OLDER),
    Case("T30 the image may check, Docker", UNCHECKED, ("healthy proj-db",), options=DOCKER),
    Case("T38 completed, Docker", JOB, ('Type = lib.mkForce "oneshot"',), ("--detach=false",), options=DOCKER),
    Case(
        "T40 interpolation in environment files",
        service("env_file: [web.env]"),
        (),
        (),
        ("services.web.env_file[0]",),
        files={"web.env": "A=1\nB=${A}\n"},
    ),
    Case(
        "T41 variable in a label",
        service("labels: ['traefik.http.routers.${N}.rule=x']"),
        ('"traefik.http.routers.web.rule" = "x"',),
        options={"environment": {"N": "web"}},
    ),
    Case(
        "T42 external secrets",
        service("secrets: [{ source: k, target: t, mode: 0400 }]") + "secrets: { k: { external: true } }\n",
        ("--secret=k,target=/run/secrets/t,mode=0400",),
        said=("services.web.secrets[0]",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_conversion_gets_it_right(case: Case, tmp_path: Path) -> None:
    for name, text in case.files.items():
        (tmp_path / name).write_text(text)
    conversion = converted(case.text, tmp_path, **case.options)
    module = module_text(conversion)
    for piece in case.has:
        assert piece in module
    for piece in case.lacks:
        assert piece not in module
    said = {remark.key for remark in conversion.remarks}
    for key in case.said:
        assert key in said


def test_t6_one_file_a_container(tmp_path: Path) -> None:
    conversion = converted(HEALTHY, tmp_path, split=True)
    names = [name for name, _ in conversion.modules]
    assert names == ["default.nix", "proj-web.nix", "proj-db.nix"]
    assert "./proj-web.nix" in conversion.modules[0][1]


def test_t8_usual_files_and_their_override_are_found(tmp_path: Path) -> None:
    for name in ("docker-compose.yml", "compose.yaml", "compose.override.yaml"):
        (tmp_path / name).write_text("services: {}\n")
    assert [path.name for path in discover_files(tmp_path)] == ["compose.yaml", "compose.override.yaml"]


def test_t9_dotenv_is_read_and_a_missing_variable_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TAG=7\n")
    conversion = converted("services: { web: { image: 'example/web:${TAG}', hostname: 'h${NOPE}' } }", tmp_path)
    assert "example/web:7" in module_text(conversion)
    assert any("NOPE" in remark.message for remark in conversion.remarks)


def test_t13_commands_that_replace_those_of_compose_are_told(tmp_path: Path) -> None:
    from nixlint.reporting.conversion import conversion_text
    from nixlint.reporting.terminal import Style

    text = "".join(conversion_text(converted(service("restart: always"), tmp_path), tmp_path, Style(False, None)))
    assert "journalctl -fu 'podman-proj-*'" in text
    assert "systemctl start, stop podman-compose-proj.target" in text


def test_t20_no_value_of_the_host_is_frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL_ONLY", "frozen")
    text = module_text(converted(service("environment: [SHELL_ONLY]\n    hostname: 'h${SHELL_ONLY}'"), tmp_path))
    assert "frozen" not in text
    assert '"--env=SHELL_ONLY"' in text


def test_t43_docker_run_goes_the_same_way(tmp_path: Path) -> None:
    words = (
        'docker run -d --name web -p 127.0.0.1:8080:80 -v data:/data -e "A=$B" --restart=always nginx:1 nginx -g off'
    )
    text = module_text(converted(compose_of(words.replace('"', "").split()).decode(), tmp_path))
    for piece in ('image = "docker.io/library/nginx:1"', '"127.0.0.1:8080:80"', '"data:/data"', 'A = "$B"', '"off"'):
        assert piece in text


def test_scalars_are_those_of_compose(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services: { web: { image: i, restart: no, environment: { A: 22:22, B: 0123, C: 1_000, D: 1.10 } } }"
    )
    loaded = load(Request((tmp_path / "compose.yaml",), "proj"))
    model = print_model(loaded.root, {})
    services = model["services"]
    assert isinstance(services, dict)
    web = services["web"]
    assert isinstance(web, dict)
    assert web["environment"] == {"A": "22:22", "B": "83", "C": "1000", "D": "1.1"}
    assert web["restart"] == "no"


def test_a_cycle_is_named(tmp_path: Path) -> None:
    with pytest.raises(ComposeError, match="dependency cycle detected: a -> b -> a"):
        converted("services: { a: { image: i, depends_on: [b] }, b: { image: i, depends_on: [a] } }", tmp_path)


@pytest.mark.parametrize(
    ("written", "flag"), [("2", "2"), ("'2.0'", "2"), ("0.50", "0.5"), ("'1.25'", "1.25"), ("10", "10")]
)
def test_processors_are_counted_without_a_fraction_that_says_nothing(written: str, flag: str, tmp_path: Path) -> None:
    for settings in (f"cpus: {written}", f"deploy: {{ resources: {{ limits: {{ cpus: {written} }} }} }}"):
        assert f'"--cpus={flag}"' in module_text(converted(service(settings), tmp_path))
