"""Whether a converted project means the same: the command lines of its units against Compose's own model of it.

Written from the reference's model (``docker compose config``) and the manuals of the engines, and from nothing of the
converter. Both ways: what the model has must be on the command line or in the report, and every flag on the command line
must come from the model or be known to be added, with a reason.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import subprocess
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from .referee import Evaluated

Json = dict[str, Any]

ADDED = {
    "--name": "the container's name",
    "--log-driver=journald": "the module's default",
    "--cidfile": "how the module finds the container",
    "--cgroups=enabled": "the module's",
    "--sdnotify": "checked with the dependencies",
    "-d": "the module's, for Podman",
    "--replace": "the module's",
    "--rm": "the module's default",
    "--pull missing": "the engines' default",
    "--env-file": "checked with the environment",
    "--detach=false": "checked with the dependencies",
}
_SEPARATE = ("-e", "-p", "-u", "-v", "-l", "-w", "--pull", "--env-file")


class Said(NamedTuple):
    """A remark of the report: what it is about."""

    kind: str
    key: str
    message: str


class Expected(NamedTuple):
    """A flag that the model asks for, and the key of the service that does."""

    flag: str
    key: str


def flags_and_words(command: list[str]) -> tuple[list[str], list[str], str, list[str]]:
    """The flags before ``run`` and after it (with their values), the image, and the words after it."""
    assert command[0] == "exec"
    run = command.index("run")
    before = command[2:run]
    flags: list[str] = []
    index = run + 1
    while command[index].startswith("-"):
        if command[index] in _SEPARATE:
            flags.append(f"{command[index]} {command[index + 1]}")
            index += 2
        else:
            flags.append(command[index])
            index += 1
    return before, flags, command[index], command[index + 1 :]


def differences(evaluated: Evaluated, project: Json, said: list[Said], secrets: dict[str, dict[str, str]]) -> list[str]:
    """What a converted project does otherwise than the model says; ``secrets`` are variables in files, by path or name."""
    found: list[str] = []
    for name, service in project["services"].items():
        if "provider" in service:
            continue
        containers = _containers_of(name, service, project)
        for container in containers:
            if container not in evaluated.containers:
                found.append(f"{name}: there is no container {container}")
                continue
            checker = _Checker(evaluated, project, name, service, container, said, secrets)
            found += [f"{name}: {each}" for each in checker.differences()]
    return found


def _containers_of(name: str, service: Json, project: Json) -> list[str]:
    base = service.get("container_name") or f"{project['name']}-{name}"
    base = re.sub(r"[^a-zA-Z0-9_.-]+", "-", base).lstrip("-._")
    count = service.get("scale", service.get("deploy", {}).get("replicas", 1))
    return [base] if count < 2 else [f"{base}-{index}" for index in range(1, count + 1)]


class _Checker:
    def __init__(
        self,
        evaluated: Evaluated,
        project: Json,
        name: str,
        service: Json,
        container: str,
        said: list[Said],
        secrets: dict[str, dict[str, str]],
    ) -> None:
        self.evaluated = evaluated
        self.project = project
        self.name = name
        self.service = service
        self.container = container
        self.secrets = secrets
        self.said = [each for each in said if each.kind != "converted"]
        self.is_podman = evaluated.backend == "podman"
        self.before, flags, self.image, self.words = flags_and_words(evaluated.command(container))
        self.flags = [_in_bytes(flag) for flag in _last_pull(ranges_apart(flags))]

    def is_said(self, key: str) -> bool:
        """Whether the report names a key of the service, or something that it stands in."""
        path = f"services.{self.name}.{key}"
        return any(path == each.key or path.startswith((f"{each.key}.", f"{each.key}[")) for each in self.said) or any(
            each.key.startswith((f"{path}.", f"{path}[")) for each in self.said
        )

    def differences(self) -> Iterator[str]:
        yield from self._image()
        yield from self._flags()
        yield from self._command()
        yield from self._environment()
        yield from self._unit()

    @property
    def is_built(self) -> bool:
        """Whether the image is built, for this service or for another one of the same image, and not asked to be pulled."""
        others = self.project["services"].values()
        shares = any("build" in each and each.get("image") == self.service.get("image", "") for each in others)
        return "build" in self.service or (shares and self.service.get("pull_policy") != "always")

    def _image(self) -> Iterator[str]:
        wanted = self.service.get("image") or f"{self.project['name']}-{self.name}"
        accepted = {wanted}
        if self.is_podman:
            accepted |= {f"docker.io/{wanted}", f"docker.io/library/{wanted}"}
        if self.is_built:
            accepted.add(f"localhost/{wanted}")
        if self.image not in accepted and not self.is_said("image"):
            yield f"image {self.image}, wanted {wanted}"
        first = wanted.partition("/")[0]
        is_short = "/" not in wanted or not ("." in first or ":" in first or first == "localhost")
        if self.is_podman and is_short and self.image == wanted:
            yield f"image {wanted}: Podman wants the registry"

    def _flags(self) -> Iterator[str]:
        expected = list(self._expected())
        wanted = Counter(each.flag for each in expected)
        have = Counter(flag for flag in self.flags if not flag.startswith(("-e ", "--entrypoint=")))
        for each in expected:
            if have[each.flag] < wanted[each.flag] and not self.is_said(each.key):
                yield f"{each.key}: {each.flag} is missing"
        passed = self.secrets.get(f"{self.container}.unit.env", {})
        for flag in have - wanted:
            # The unit has a value of several lines from a file of secrets, and passes it on.
            if not self._is_added(flag) and not (flag.startswith("--env=") and flag.removeprefix("--env=") in passed):
                yield f"{flag}: nothing asks for it"

    def _is_added(self, flag: str) -> bool:
        name = flag.partition("=")[0].partition(" ")[0]
        if flag in ADDED or name in ADDED:
            return True
        # A value that the report speaks of may be another one.
        keys = _KEYS.get(name, ())
        return any(self.is_said(key) for key in keys)

    def _expected(self) -> Iterator[Expected]:
        service = self.service
        for key, flag in _TEXTS.items():
            if key in service:
                yield Expected(
                    _flag(flag, self._resolved(service[key])).replace("-u=", "-u ").replace("-w=", "-w "), key
                )
        for key, flag in _LISTS.items():
            for value in service.get(key, []):
                yield Expected(f"{flag}={value}", key)
        for key, flag in _MAPS.items():
            for name, value in service.get(key, {}).items():
                yield Expected(f"{flag}={name}={value}", key)
        for key, flag in (("runtime", "--runtime"), ("storage_opt", "--storage-opt")):
            value = service.get(key)
            for text in [f"{a}={b}" for a, b in value.items()] if isinstance(value, dict) else [value] if value else []:
                if not self.is_podman:
                    yield Expected(f"{flag}={text}", key)
                elif [flag, text] not in [self.before[at : at + 2] for at in range(0, len(self.before), 2)]:
                    yield Expected(f"{flag} {text} before run", key)
        for key, flag in _SWITCHES.items():
            if service.get(key):
                yield Expected(flag, key)
        yield from self._special()

    def _special(self) -> Iterator[Expected]:
        service = self.service
        yield from self._network()
        yield from self._mounts()
        yield from self._resources()
        yield from self._health()
        for port in _ports(service.get("ports", [])):
            yield Expected(f"-p {port}", "ports")
        hidden = self.secrets.get(f"{self.container}.labels", {})
        if hidden:
            yield Expected(f"--label-file=/var/lib/secrets/{self.project['name']}/{self.container}.labels", "labels")
        asked = {label for text in _texts(self.project["services"]) for label in _OF_COMPOSE.findall(text)}
        own = {"com.docker.compose.project": self.project["name"], "com.docker.compose.service": self.name}
        given = {label: value for label, value in own.items() if label in asked}
        for key, value in {**given, **service.get("labels", {})}.items():
            if hidden.get(key) != value:
                yield Expected(f"-l {key}={value}", "labels")
        for host in service.get("extra_hosts", []):
            yield Expected(f"--add-host={host.replace('=', ':', 1)}", "extra_hosts")
        for name, limit in service.get("ulimits", {}).items():
            text = limit if isinstance(limit, int) else f"{limit.get('soft', 0)}:{limit.get('hard', 0)}"
            yield Expected(f"--ulimit={name}={text}", "ulimits")
        for key, on in (("cap_drop", "drop"), ("cap_add", "add")):
            for name in service.get(key, []):
                yield Expected(f"--cap-{on}={name}", key)
        for device in service.get("devices", []):
            yield Expected(f"--device={_device(device)}", "devices")
        if "stop_grace_period" in service:
            yield Expected(f"--stop-timeout={_whole_seconds(service['stop_grace_period'])}", "stop_grace_period")
        policy = service.get("pull_policy", "never" if self.is_built else None)
        if policy in ("always", "never", "build"):
            yield Expected(f"--pull {'never' if policy == 'build' else policy}", "pull_policy")
        name = service.get("hostname")
        if name:
            domain = service.get("domainname") if self.is_podman else None
            yield Expected(f"--hostname={name}.{domain}" if domain else f"--hostname={name}", "hostname")
        if service.get("domainname") and not self.is_podman:
            yield Expected(f"--domainname={service['domainname']}", "domainname")
        logging = service.get("logging", {})
        if logging.get("driver") in ("none",) or (
            not self.is_podman and logging.get("driver") not in (None, "json-file", "local", "journald")
        ):
            yield Expected(f"--log-driver={logging['driver']}", "logging")
            for key, value in logging.get("options", {}).items():
                yield Expected(f"--log-opt={key}={value}", "logging")
        for key, value in service.get("environment", {}).items():
            if value is None:
                yield Expected(f"--env={key}", f"environment.{key}")

    def _resolved(self, value: str | float | bool) -> str | float | bool:
        """A namespace of another service, as the engine knows it."""
        text = str(value)
        if text.startswith("service:"):
            other = text.removeprefix("service:")
            return f"container:{_containers_of(other, self.project['services'][other], self.project)[0]}"
        return value

    def _network(self) -> Iterator[Expected]:
        service = self.service
        mode = service.get("network_mode")
        if mode:
            text = "bridge" if mode == "default" else self._resolved(mode)
            yield Expected(f"--network={text}", "network_mode")
            return
        attached = sorted(service.get("networks", {}).items(), key=lambda pair: -((pair[1] or {}).get("priority") or 0))
        wanted = {}
        for key, options in attached:
            wanted[self.project["networks"][key]["name"]] = options or {}
        have = [flag.removeprefix("--network=") for flag in self.flags if flag.startswith("--network=")]
        for text in have:
            yield Expected(f"--network={text}", "networks")  # compared below, part by part
        yield from self._attached(wanted, have)

    def _attached(self, wanted: dict[str, Json], have: list[str]) -> Iterator[Expected]:
        found = dict(_network_parts(text) for text in have)
        for name, options in wanted.items():
            if name not in found:
                yield Expected(f"--network={name}", "networks")
                continue
            parts = found[name]
            aliases = {self.name, *options.get("aliases", []), *self._links()}
            for alias in aliases - set(parts.get("alias", [])):
                yield Expected(f"--network={name} with alias={alias}", f"networks.{self._key(name)}.aliases")
            mac = "mac" if self.is_podman else "mac-address"
            for key, option in (
                ("ipv4_address", "ip"),
                ("ipv6_address", "ip6"),
                ("mac_address", mac),
                ("interface_name", "interface_name"),
            ):
                if options.get(key) and parts.get(option) != [options[key]]:
                    yield Expected(
                        f"--network={name} with {option}={options[key]}", f"networks.{self._key(name)}.{key}"
                    )
        for name in set(found) - set(wanted):
            yield Expected(f"no network {name}", "networks")

    def _links(self) -> set[str]:
        aliases = set()
        for other in self.project["services"].values():
            for link in other.get("links", []):
                name, _, alias = link.partition(":")
                if name == self.name and alias:
                    aliases.add(alias)
        return aliases

    def _key(self, name: str) -> str:
        keys: dict[str, str] = {network["name"]: key for key, network in self.project["networks"].items()}
        return keys[name]

    def _mounts(self) -> Iterator[Expected]:
        for text in self.service.get("volumes_from", []):
            name, colon, mode = text.removeprefix("container:").partition(":")
            if not text.startswith("container:"):
                name = _containers_of(name, self.project["services"][name], self.project)[0]
            yield Expected(f"--volumes-from={name}{colon}{mode}", "volumes_from")
        for volume in self.service.get("volumes", []):
            yield Expected(self._mount(volume), "volumes")
        for kind, folder in (("secrets", "/run/secrets/"), ("configs", "/")):
            for use in self.service.get(kind, []):
                resource = self.project.get(kind, {}).get(use["source"], {})
                target = use.get("target") or f"{folder}{use['source']}"
                target = target if target.startswith("/") else f"{folder}{target}"
                if resource.get("external"):
                    continue
                if "file" in resource:
                    yield Expected(f"-v {resource['file']}:{target}:ro", kind)
                elif f"{self.project['name']}-{use['source']}" in self.secrets:
                    name = self.project["name"]
                    yield Expected(f"-v /var/lib/secrets/{name}/{name}-{use['source']}:{target}:ro", kind)
                elif "content" in resource:
                    digest = hashlib.sha256(resource["content"].encode()).hexdigest()
                    yield Expected(f"-v /nix/store/{digest}-{use['source']}:{target}:ro", kind)

    def _mount(self, volume: Json) -> str:
        target, source = volume["target"], volume.get("source")
        options = ["ro"] if volume.get("read_only") else []
        match volume["type"]:
            case "bind":
                bind = volume.get("bind", {})
                options += [bind[key] for key in ("propagation", "selinux") if key in bind]
                is_flat = bind.get("recursive") == "disabled"
                if is_flat and not self.is_podman:
                    tail = ",readonly" if "ro" in options else ""
                    return f"--mount=type=bind,source={source},destination={target},bind-recursive=disabled{tail}"
                options += ["bind"] if is_flat else []
                if self.is_podman and f"/{(source or '').lstrip('/')}" in ("/var/run/docker.sock", "/run/docker.sock"):
                    source = "/run/podman/podman.sock"
            case "volume":
                inner = volume.get("volume", {})
                name = self.project["volumes"][source]["name"] if source else self._anonymous(target)
                if inner.get("subpath"):
                    tail = ",readonly" if options else ""
                    return f"--mount=type=volume,source={name},destination={target},volume-subpath={inner['subpath']}{tail}"
                options += ["nocopy"] if inner.get("nocopy") else []
                bind = volume.get("bind", {})
                options += [bind[key] for key in ("propagation", "selinux") if key in bind]
                source = name
            case "tmpfs":
                inner = volume.get("tmpfs", {})
                options += [f"size={inner['size']}"] if inner.get("size") else []
                options += [f"mode={inner['mode']:o}"] if inner.get("mode") else []
                return f"--tmpfs={target}:{','.join(options)}" if options else f"--tmpfs={target}"
            case "image":
                inner = volume.get("image", {})
                subpath = inner.get("subpath", "")
                tail = f",subpath=/{subpath.lstrip('/')}" if self.is_podman else f",image-subpath={subpath}"
                tail = tail if subpath else ""
                return f"--mount=type=image,source={source},destination={target}{tail}"
            case kind:
                return f"a mount of type {kind}"
        return f"-v {source}:{target}:{','.join(options)}" if options else f"-v {source}:{target}"

    def _anonymous(self, target: str) -> str:
        """A name of its own for what the model leaves without one: it must survive the container."""
        have = [flag for flag in self.flags if flag.startswith("-v ") and flag.split(":")[1:2] == [target]]
        return have[0].removeprefix("-v ").partition(":")[0] if have else "a named volume"

    def _resources(self) -> Iterator[Expected]:
        service = self.service
        resources = service.get("deploy", {}).get("resources", {})
        limits, reservations = resources.get("limits", {}), resources.get("reservations", {})
        for own, inner, key, flag in (
            ("cpus", limits, "cpus", "--cpus"),
            ("mem_limit", limits, "memory", "--memory"),
            ("mem_reservation", reservations, "memory", "--memory-reservation"),
            ("pids_limit", limits, "pids", "--pids-limit"),
        ):
            value = inner.get(key, service.get(own))
            if value is not None:
                text = f"{float(value):g}" if key == "cpus" else value
                yield Expected(f"{flag}={text}", own if own in service else "deploy")
        for request in (*service.get("gpus", []), *reservations.get("devices", [])):
            yield from self._gpus(request)
        blkio = service.get("blkio_config", {})
        if "weight" in blkio:
            yield Expected(f"--blkio-weight={blkio['weight']}", "blkio_config")
        for device in blkio.get("weight_device", []):
            yield Expected(f"--blkio-weight-device={device['Path']}:{device['Weight']}", "blkio_config")
        for key in ("device_read_bps", "device_read_iops", "device_write_bps", "device_write_iops"):
            for device in blkio.get(key, []):
                yield Expected(f"--{key.replace('_', '-')}={device['Path']}:{device['Rate']}", "blkio_config")

    def _gpus(self, request: Json) -> Iterator[Expected]:
        key = "gpus" if "gpus" in self.service else "deploy"
        driver, count = request.get("driver", "nvidia"), request.get("count")
        if driver == "cdi":
            for identifier in request.get("device_ids", []):
                yield Expected(f"--device={identifier}", key)
        elif request.get("device_ids"):
            for identifier in request["device_ids"]:
                yield Expected(f"--device=nvidia.com/gpu={identifier}", key)
        elif count in (None, -1):
            yield Expected("--device=nvidia.com/gpu=all", key)
        else:
            for index in range(count):
                yield Expected(f"--device=nvidia.com/gpu={index}", key)

    def _health(self) -> Iterator[Expected]:
        check = self.service.get("healthcheck")
        if check is None:
            return
        test = check.get("test", [])
        if check.get("disable") or test[:1] == ["NONE"]:
            yield Expected("--no-healthcheck", "healthcheck")
            return
        if test[:1] == ["CMD-SHELL"]:
            yield Expected(f"--health-cmd={' '.join(test[1:])}", "healthcheck.test")
        elif test:
            have = next((flag for flag in self.flags if flag.startswith("--health-cmd=")), "--health-cmd=")
            text = have.removeprefix("--health-cmd=")
            words = json.loads(text) if self.is_podman and text.startswith("[") else shlex.split(text)
            wanted = have if words == test[1:] else f"--health-cmd={test[1:]}"
            yield Expected(wanted, "healthcheck.test")
        for key in ("interval", "timeout", "start_period", "start_interval"):
            if key in check:
                yield Expected(f"--health-{key.replace('_', '-')}={check[key]}", f"healthcheck.{key}")
        if "retries" in check:
            yield Expected(f"--health-retries={check['retries']}", "healthcheck.retries")

    def _command(self) -> Iterator[str]:
        entrypoint, command = self.service.get("entrypoint"), self.service.get("command")
        have = next((flag.partition("=")[2] for flag in self.flags if flag.startswith("--entrypoint=")), None)
        words = list(command or [])
        if have == "sh" and self.words[:1] == ["-c"] and self.words[1].startswith("exec "):
            run = _run_by_shell(self.words[1].removeprefix("exec "), self._hidden_variables())
            if run[-len(words) :] != words or (entrypoint and run != [*entrypoint, *words]):
                yield f"command {run}, wanted {words}"
            return
        if entrypoint is not None:
            words = [*entrypoint[1:], *words]
            wanted = entrypoint[0] if entrypoint else ""
            if have != wanted and not self.is_said("entrypoint"):
                yield f"entrypoint {have!r}, wanted {wanted!r}"
        elif have is not None:
            yield f"entrypoint {have!r}: nothing asks for it"
        if self.words != words and not (self.is_said("command") or self.is_said("entrypoint")):
            yield f"command {self.words}, wanted {words}"

    def _environment(self) -> Iterator[str]:
        wanted = {key: value for key, value in self.service.get("environment", {}).items() if value is not None}
        have = dict(flag.removeprefix("-e ").partition("=")[::2] for flag in self.flags if flag.startswith("-e "))
        files = self._environment_files()
        hidden = self._hidden_variables()
        given = {each["path"] for each in self.service.get("env_file", [])}
        for key, value in wanted.items():
            if (
                have.get(key, hidden.get(key)) != value
                and not (given & set(files))
                and not self.is_said(f"environment.{key}")
            ):
                yield f"environment {key} is {'other' if key in have or key in hidden else 'missing'}"
        for key in set(have) - set(wanted):
            yield f"environment {key}: nothing asks for it"
        for path in given - set(files):
            if not self.is_said("env_file"):
                yield f"env_file {path} is missing"

    def _environment_files(self) -> list[str]:
        return [flag.removeprefix("--env-file ") for flag in self.flags if flag.startswith("--env-file ")]

    def _hidden_variables(self) -> dict[str, str]:
        """The variables that the container has from files of secrets."""
        hidden: dict[str, str] = {}
        for file in self._environment_files():
            hidden |= self.secrets.get(file, {}) or self.secrets.get(file.rpartition("/")[2], {})
        passed = self.secrets.get(f"{self.container}.unit.env", {})
        return hidden | {name: value for name, value in passed.items() if f"--env={name}" in self.flags}

    def _unit(self) -> Iterator[str]:
        unit = self.evaluated.unit(self.container)
        settings = unit.get("serviceConfig", {})
        yield from self._restart(unit, settings)
        yield from self._dependencies(unit, settings)
        if "stop_grace_period" in self.service:
            seconds = _whole_seconds(self.service["stop_grace_period"])
            if settings.get("TimeoutStopSec", 120) < seconds:
                yield f"stop_grace_period: systemd kills it after {settings.get('TimeoutStopSec', 120)} s, wanted {seconds}"
        if self.is_podman:
            made = {shlex.split(line)[-1] for line in unit.get("preStart", "").splitlines() if line.startswith("mkdir")}
            for volume in self.service.get("volumes", []):
                source = volume.get("source", "")
                bind = volume.get("bind", {})
                if source in made and bind.get("create_host_path", True) is False:
                    yield f"volumes: {source} is made, though create_host_path is off"
        for key in ("post_start", "pre_stop"):
            script = unit.get("postStart" if key == "post_start" else "preStop", "")
            for hook in self.service.get(key, []):
                if shlex.join(hook.get("command") or []) not in script and not self.is_said(key):
                    yield f"{key}: {hook.get('command')} is missing"

    def _restart(self, unit: Json, settings: Json) -> Iterator[str]:
        policy = self.service.get("deploy", {}).get("restart_policy")
        text = self.service.get("restart", "no")
        attempts: int | None = None
        if policy is not None:
            wanted = {"none": "no", "on-failure": "on-failure"}.get(policy.get("condition", "any"), "always")
            attempts = policy.get("max_attempts") or None
        else:
            name, _, count = text.partition(":")
            wanted = {"always": "always", "unless-stopped": "always", "on-failure": "on-failure"}.get(name, "no")
            attempts = int(count or 0) or None
        is_job = any(
            each.get("depends_on", {}).get(self.name, {}).get("condition") == "service_completed_successfully"
            for each in self.project["services"].values()
        )
        have = settings.get("Restart", "always")
        if is_job:
            if have == "always":
                yield "restart: a job is restarted for ever"
            return
        if have != wanted and not self.is_said("restart"):
            yield f"restart: {have}, wanted {wanted}"
        if wanted == "no":
            return
        if attempts is None and unit.get("startLimitIntervalSec") != 0:
            yield "restart: systemd gives up after five times"
        if attempts is not None and unit.get("startLimitBurst") != attempts + 1:
            yield f"restart: {unit.get('startLimitBurst')} starts, wanted {attempts + 1}"

    def _dependencies(self, unit: Json, settings: Json) -> Iterator[str]:
        backend = self.evaluated.backend
        gate = self.evaluated.services.get(f"{backend}-{self.container}-waits", {})
        for name, dependency in self.service.get("depends_on", {}).items():
            other = self.project["services"].get(name)
            if other is None or "provider" in other:
                continue
            for each in _containers_of(name, other, self.project):
                yield from self._dependency(each, other, dependency, unit, gate)
        if gate:
            yield from self._gate(f"{backend}-{self.container}", unit, gate)
        waited = [
            each["depends_on"][self.name]["condition"]
            for each in self.project["services"].values()
            if self.name in each.get("depends_on", {})
        ]
        if self.is_podman:
            is_awaited = "service_healthy" in waited and _is_checked(self.service)
            if is_awaited and "--sdnotify=healthy" not in self.flags:
                yield "depends_on: others wait for its health, but the unit is ready before"
            if is_awaited and not unit.get("unitConfig", {}).get("JobRunningTimeoutSec", 0) > 0:
                yield "depends_on: a container that never gets well blocks for ever"
            if not is_awaited and "--sdnotify=healthy" in self.flags:
                yield "depends_on: Podman refuses to wait for a health that nobody checks"
        if "service_completed_successfully" in waited:
            if settings.get("Type") != "oneshot" or settings.get("RemainAfterExit") is not True:
                yield "depends_on: others wait for its end, but the unit is ready before"
            if self.is_podman and "--detach=false" not in self.flags:
                yield "depends_on: others wait for its end, but Podman lets go of it"

    def _gate(self, name: str, unit: Json, gate: Json) -> Iterator[str]:
        """What makes a container wait, and lets go of it in the end."""
        if f"{name}-waits.service" not in unit.get("requires", []) or f"{name}-waits.service" not in unit["after"]:
            yield "depends_on: it starts without what it waits for"
        if gate["serviceConfig"].get("Restart") != "on-failure" or gate.get("startLimitIntervalSec") != 0:
            yield "depends_on: what has failed to wait once never tries again"
        if not gate["serviceConfig"].get("TimeoutStartSec", 0) > 0:
            yield "depends_on: it waits for ever"
        if f"{name}.service" not in gate["script"].splitlines()[-1]:
            yield "depends_on: nobody starts it in the end"

    def _dependency(self, name: str, other: Json, dependency: Json, unit: Json, gate: Json) -> Iterator[str]:
        backend = self.evaluated.backend
        there = f"{backend}-{name}.service"
        owned = set(unit.get("bindsTo", []))
        if there in {*unit.get("requires", [])} - owned:
            yield f"depends_on: it goes down with {name}"
        if there not in {*unit.get("wants", []), *owned} and not self._is_left_out(other, dependency):
            yield f"depends_on: it doesn't want {name}"
        is_required = dependency.get("required", True)
        asks_docker = dependency["condition"] == "service_healthy" and not self.is_podman
        calls = {line.partition(" ")[2].split(" ")[0] for line in gate.get("script", "").splitlines()}
        if is_required and (name if asks_docker else there) not in calls:
            yield f"depends_on: it doesn't wait for {name}"
        if is_required and asks_docker and f"healthy {name}" not in gate.get("script", "").splitlines():
            yield f"depends_on: nothing waits for {name} to be healthy"
        if not is_required and there not in unit.get("after", []):
            yield f"depends_on: it isn't started after {name}"
        if dependency.get("restart") and not (there in unit.get("partOf", []) and there in unit.get("wantedBy", [])):
            yield f"depends_on: it isn't restarted with {name}"

    def _is_left_out(self, other: Json, dependency: Json) -> bool:
        """Whether a container is not started by what can do without it."""
        return not dependency.get("required", True) and bool(other.get("profiles") or other.get("scale") == 0)


def _is_checked(service: Json) -> bool:
    test = service.get("healthcheck", {}).get("test") or ["NONE"]
    return test[0] != "NONE" and not service["healthcheck"].get("disable")


def _run_by_shell(words: str, variables: dict[str, str]) -> list[str]:
    """The arguments that a real shell makes of words."""
    script = f"printf '%s\\0' {words}"
    result = subprocess.run(["sh", "-c", script], env=variables, capture_output=True, text=True, check=True)
    return result.stdout.split("\0")[:-1]


def _flag(name: str, value: str | float | bool) -> str:
    if isinstance(value, bool):
        return name if value else f"{name}=false"
    return f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"


def _network_parts(text: str) -> tuple[str, dict[str, list[str]]]:
    """The name and the options of a network on the command line, in Podman's form or in Docker's."""
    if text.startswith("name="):
        pairs = [part.partition("=")[::2] for part in text.split(",")]
        name = pairs.pop(0)[1]
    else:
        name, _, rest = text.partition(":")
        pairs = [part.partition("=")[::2] for part in rest.split(",") if part]
    options: dict[str, list[str]] = {}
    for key, value in pairs:
        options.setdefault(key, []).append(value)
    return name, options


def _ports(ports: list[Json]) -> Iterator[str]:
    """The published ports of a model, in the words of ``--publish``; ranges may be one or many there."""
    for port in ports:
        address = port.get("host_ip", "")
        address = f"[{address}]" if ":" in address else address
        target = str(port["target"])
        published = port.get("published", "")
        target = target if port.get("protocol", "tcp") == "tcp" else f"{target}/{port['protocol']}"
        yield f"{address}:{published}:{target}" if address else f"{published}:{target}" if published else target


def ranges_apart(flags: list[str]) -> list[str]:
    """Flags with published ranges of ports taken apart into single ones."""
    found: list[str] = []
    for flag in flags:
        match = re.fullmatch(r"-p ((?:\[.*\]|[\d.]+):)?(\d+)-(\d+):(\d+)-(\d+)(/\w+)?", flag)
        if match is None:
            found.append(flag)
            continue
        address, first, last, target, _, protocol = match.groups()
        count = int(last) - int(first) + 1
        found += [f"-p {address or ''}{int(first) + i}:{int(target) + i}{protocol or ''}" for i in range(count)]
    return found


def _last_pull(flags: list[str]) -> list[str]:
    """Flags with the last ``--pull`` alone: it is the one that counts."""
    policies = [flag.replace("--pull=", "--pull ") for flag in flags if flag.startswith("--pull")]
    return [*(flag for flag in flags if not flag.startswith("--pull")), *policies[-1:]]


def _in_bytes(flag: str) -> str:
    """A limit as the model gives it: of memory in bytes, of processors without zeros at its end."""
    if re.fullmatch(r"--cpus=[\d.]+", flag):
        return f"--cpus={float(flag.removeprefix('--cpus=')):g}"
    match = re.fullmatch(r"(--(?:memory|memory-reservation|memory-swap|shm-size))=(\d+)([kmg])", flag)
    return flag if match is None else f"{match[1]}={int(match[2]) * 1024 ** ' kmg'.index(match[3])}"


def _device(device: Json) -> str:
    source, target, permissions = device["source"], device.get("target"), device.get("permissions", "rwm")
    text = source
    if (target and target != source) or permissions != "rwm":
        text += f":{target or source}"
    return text if permissions == "rwm" else f"{text}:{permissions}"


def _whole_seconds(duration: str) -> int:
    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "µs": 1e-6, "ns": 1e-9}
    total = sum(float(number) * units[unit] for number, unit in re.findall(r"([\d.]+)(h|ms|µs|ns|m|s)", duration))
    return -int(-total // 1)


_TEXTS = {
    "cgroup": "--cgroupns",
    "cgroup_parent": "--cgroup-parent",
    "cpu_period": "--cpu-period",
    "cpu_quota": "--cpu-quota",
    "cpu_rt_period": "--cpu-rt-period",
    "cpu_rt_runtime": "--cpu-rt-runtime",
    "cpu_shares": "--cpu-shares",
    "cpuset": "--cpuset-cpus",
    "init": "--init",
    "ipc": "--ipc",
    "memswap_limit": "--memory-swap",
    "oom_score_adj": "--oom-score-adj",
    "pid": "--pid",
    "platform": "--platform",
    "shm_size": "--shm-size",
    "stop_signal": "--stop-signal",
    "user": "-u",
    "userns_mode": "--userns",
    "uts": "--uts",
    "working_dir": "-w",
}
_LISTS = {
    "device_cgroup_rules": "--device-cgroup-rule",
    "dns": "--dns",
    "dns_opt": "--dns-option",
    "dns_search": "--dns-search",
    "expose": "--expose",
    "group_add": "--group-add",
    "security_opt": "--security-opt",
    "tmpfs": "--tmpfs",
}
_MAPS = {"annotations": "--annotation", "sysctls": "--sysctl"}
_SWITCHES = {"privileged": "--privileged", "read_only": "--read-only", "stdin_open": "--interactive", "tty": "--tty"}
_KEYS: dict[str, tuple[str, ...]] = {
    "--device": ("gpus", "deploy", "runtime", "devices"),
    "--pull": ("pull_policy",),
    "--health-cmd": ("healthcheck",),
    "--mount": ("volumes",),
    "-v": ("volumes", "secrets", "configs"),
    "--secret": ("secrets",),
    "--mac-address": ("mac_address",),
    "-l": ("labels",),
    "--init": ("init",),
}


_OF_COMPOSE = re.compile(r"com\.docker\.compose\.(?:project|service)(?![\w.-])")
"""Labels that Compose puts on all containers; a project that speaks of them needs them."""


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401  # any JSON
    """The texts in a model, without the names."""
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)
