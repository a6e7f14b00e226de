"""What Podman and Docker want said differently: image names, networks, health checks, log drivers, flags that only one has.

podman-run(1), docs.docker.com 'docker container run'.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from nixlint.containers.languages.engine_flags import Flag
from nixlint.containers.languages.image_reference import parse_image_reference
from nixlint.containers.languages.run_flags import run_flag, written_flag
from nixlint.deployment.parts import Attachment, DeployedContainer, HealthCheck, RemarkKind
from nixlint.deployment.target import Backend

from .engine_mounts import tmpfs_flag
from .told import Told

_NETWORK_OPTIONS = {
    Backend.PODMAN: {"ip": "ip", "ip6": "ip6", "mac": "mac", "interface_name": "interface_name"},
    Backend.DOCKER: {
        "ip": "ip",
        "ip6": "ip6",
        "mac": "mac-address",
        "gw-priority": "gw-priority",
        "driver-opt": "driver-opt",
        "link-local-ip": "link-local-ip",
    },
}
_LOG_DRIVERS = {Backend.PODMAN: frozenset({"none", "journald", "k8s-file", "passthrough"}), Backend.DOCKER: None}
_BEFORE_RUN = ("--runtime", "--storage-opt")
"""Flags that Podman has before ``run``."""
_SHORT_LIVED = ("json-file", "local")


class EngineFlags(NamedTuple):
    """Flags of ``run``, flags before ``run``, and what had to be said about them."""

    flags: tuple[str, ...]
    before: tuple[str, ...]
    told: tuple[Told, ...]


def image_name(image: str, backend: Backend, *, is_built: bool) -> str:
    """The image as the engine is to be asked for it. Podman wants the registry named; Docker means Docker Hub."""
    reference = parse_image_reference(image)
    if backend is Backend.DOCKER or reference is None or reference.registry is not None:
        return image
    if is_built:
        return f"localhost/{image}"
    return f"docker.io/{image}" if "/" in reference.repository else f"docker.io/library/{image}"


def network_text(attachment: Attachment, backend: Backend) -> tuple[str, tuple[Told, ...]]:
    """A network as the engine's ``--network`` takes it, with the aliases in this network alone."""
    known = _NETWORK_OPTIONS[backend]
    options = [f"alias={alias}" for alias in attachment.aliases]
    options += [f"{known[name]}={value}" for name, value in attachment.options if name in known]
    told = tuple(
        Told(RemarkKind.DROPPED, "networks", f"{name} {value}: {backend.value} has no such option", attachment.place)
        for name, value in attachment.options
        if name not in known
    )
    if backend is Backend.PODMAN:
        return f"{attachment.network}:{','.join(options)}" if options else attachment.network, told
    return ",".join((f"name={attachment.network}", *options)), told


def health_flags(check: HealthCheck, backend: Backend) -> tuple[tuple[str, ...], tuple[Told, ...]]:
    """A health check. Podman reads an exec form as JSON; Docker's flag is always given to a shell."""
    if check.test[:1] == ("NONE",):
        return ("--no-healthcheck",), ()
    flags: list[str] = []
    told: list[Told] = []
    match check.test:
        case ("CMD-SHELL", *words):
            flags.append(f"--health-cmd={' '.join(words)}")
        case ("CMD", *words) if backend is Backend.PODMAN:
            flags.append(f"--health-cmd={json.dumps(words, ensure_ascii=False)}")
        case ("CMD", *words):
            flags.append(f"--health-cmd={shlex.join(words)}")
    for flag, value in check.timings:
        if flag == "--health-start-interval" and backend is Backend.PODMAN:
            message = f"{value}: Podman checks at the usual interval from the start"
            told.append(Told(RemarkKind.APPROXIMATED, "healthcheck.start_interval", message, check.place))
        else:
            flags.append(f"{flag}={value}")
    return tuple(flags), tuple(told)


def engine_flags(container: DeployedContainer, backend: Backend) -> EngineFlags:
    """The flags of a container that no option of NixOS stands for, as the engine has them."""
    flags: list[str] = []
    before: list[str] = []
    told: list[Told] = []
    for flag in container.flags:
        note = _note(flag, container, backend)
        if note is not None:
            told.append(note)
            if note.kind is RemarkKind.DROPPED:
                continue
        if flag.name == "--tmpfs":
            tmpfs, notes = tmpfs_flag(flag, container, backend)
            told += notes
            flags.append(flag_text(tmpfs, backend))
        elif backend is Backend.PODMAN and flag.name in _BEFORE_RUN:
            before += [flag.name, flag.value]
        else:
            flags.append(flag_text(flag, backend))
    if container.domain and backend is Backend.DOCKER:
        flags.append(f"--domainname={container.domain}")
    if container.stop_seconds is not None:
        flags.append(f"--stop-timeout={container.stop_seconds}")
    if container.health is not None:
        health, health_told = health_flags(container.health, backend)
        flags += health
        told += health_told
    return EngineFlags(tuple(flags), tuple(before), tuple(told))


_SECURITY = {
    Backend.PODMAN: "apparmor label mask no-new-privileges proc-opts seccomp systempaths unmask".split(),
    Backend.DOCKER: "apparmor credentialspec label no-new-privileges seccomp systempaths writable-cgroups".split(),
}


def _note(flag: Flag, container: DeployedContainer, backend: Backend) -> Told | None:
    if flag.name == "--security-opt" and flag.value.replace(":", "=").partition("=")[0] not in _SECURITY[backend]:
        message = f"{flag.value}: {backend.value.capitalize()} has no such option"
        return Told(RemarkKind.DROPPED, "security_opt", message, flag.place)
    if backend is Backend.DOCKER and flag.name == "--interactive":
        message = "Docker runs without a terminal under systemd, so that standard input is empty"
        return Told(RemarkKind.DROPPED, "stdin_open", message, flag.place)
    if backend is Backend.DOCKER and flag.name == "--userns" and flag.value != "host":
        return Told(RemarkKind.DROPPED, "userns_mode", f"{flag.value}: Docker only knows host", flag.place)
    if backend is Backend.DOCKER and flag.name == "--secret":
        return Told(RemarkKind.DROPPED, "secrets", f"{flag.value}: Docker has secrets only in Swarm", flag.place)
    if backend is Backend.PODMAN and flag.name == "--read-only":
        message = "Podman keeps /tmp, /run and /var/tmp writable; --read-only-tmpfs=false ends that"
        return Told(RemarkKind.APPROXIMATED, "read_only", message, flag.place)
    if flag.name == "--sysctl" and flag.value.startswith("net.") and container.network_mode == "host":
        return Told(RemarkKind.DROPPED, "sysctls", f"{flag.value}: not with the network of the host", flag.place)
    shares_processes = any(each.name == "--pid" and each.value != "private" for each in container.flags)
    if backend is Backend.PODMAN and flag.name == "--init" and flag.value != "false" and shares_processes:
        message = "Podman has no init in a namespace of processes that is not the container's own"
        return Told(RemarkKind.DROPPED, "init", message, flag.place)
    known = run_flag(flag.name)
    is_elsewhere = backend is Backend.PODMAN and flag.name in _BEFORE_RUN
    if known is not None and backend.value not in known.engines and not is_elsewhere:
        message = f"{flag.name}: {backend.value.capitalize()} has no such flag"
        return Told(RemarkKind.DROPPED, known.key or "x-nixlint.flags", message, flag.place)
    return None


def flag_text(flag: Flag, backend: Backend) -> str:
    """A flag as one argument; where Podman reads a row of CSV, a value with a comma in it is quoted."""
    known = run_flag(flag.name)
    is_row = backend is Backend.PODMAN and known is not None and known.has_commas
    if is_row and ("," in flag.value or '"' in flag.value):
        quoted = flag.value.replace('"', '""')
        return f'{flag.name}="{quoted}"'
    return written_flag(flag.name, flag.value)


def hostname(container: DeployedContainer, backend: Backend) -> tuple[str | None, tuple[Told, ...]]:
    """The host name; Podman has the domain in it, for want of a flag."""
    name = container.hostname
    if backend is Backend.PODMAN and container.domain:
        if name is None:
            message = f"{container.domain}: Podman has a domain only with a hostname"
            return None, (Told(RemarkKind.DROPPED, "domainname", message, container.key_places.get("domainname")),)
        name = f"{name}.{container.domain}"
    if name and backend is Backend.PODMAN and any(flag.name == "--uts" for flag in container.flags):
        message = f"{name}: not with the host's UTS namespace"
        return None, (Told(RemarkKind.DROPPED, "hostname", message, container.key_places.get("hostname")),)
    return name, ()


def log_driver(container: DeployedContainer, backend: Backend) -> tuple[str | None, tuple[str, ...], tuple[Told, ...]]:
    """The log driver where it is not the journal, its flags, and what is different."""
    driver, options = container.log_driver, container.log_options
    place = container.key_places.get("logging")
    known = _LOG_DRIVERS[backend]
    told: list[Told] = []
    if driver in (None, *_SHORT_LIVED) or (known is not None and driver not in known):
        lost = ", ".join(f"{name}={value}" for name, value in options)
        if driver is not None or lost:
            said = f"{driver or 'the default driver'}{f' with {lost}' if lost else ''}"
            told.append(
                Told(RemarkKind.APPROXIMATED, "logging", f"{said}: the journal keeps the logs, see journalctl", place)
            )
        return None, (), tuple(told)
    flags = tuple(f"--log-opt={name}={value}" for name, value in options)
    return (None if driver == "journald" else driver), flags, ()


def cache_flags(images: tuple[str, ...], backend: Backend) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The images that a build takes layers from, and those of them that are not quite meant: Podman wants a repository,
    without tag or digest (podman-build(1)).
    """
    names = images if backend is Backend.DOCKER else tuple(dict.fromkeys(map(_repository, images)))
    cut = () if backend is Backend.DOCKER else tuple(image for image in images if is_pinned(image))
    return tuple(word for name in names for word in ("--cache-from", name)), cut


def context_text(text: str, backend: Backend) -> str:
    """An additional context of a build; an image among them with its registry where Podman wants it."""
    name, sign, image = text.partition("=docker-image://")
    return f"{name}{sign}{image_name(image, backend, is_built=False)}" if sign else text


def is_pinned(image: str) -> bool:
    """Whether a reference says which image of its repository is meant."""
    reference = parse_image_reference(image)
    return reference is not None and (reference.tag is not None or reference.digest is not None)


def _repository(image: str) -> str:
    reference = parse_image_reference(image)
    if reference is None:
        return image
    name = "/".join(part for part in (reference.registry, reference.repository) if part)
    return image_name(name, Backend.PODMAN, is_built=False)


def create_flags(flags: tuple[str, ...], backend: Backend, kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The flags that make a network or a volume, and those that the engine does not have."""
    if backend is Backend.DOCKER or kind != "network":
        return flags, ()
    kept: list[str] = []
    lost: list[str] = []
    for name, value in _pairs(flags):
        option, _, setting = value.partition("=")
        if name == "--opt" and option == "com.docker.network.bridge.name":
            kept += ["--interface-name", setting]
        elif name == "--opt" and option == "com.docker.network.driver.mtu":
            kept += ["--opt", f"mtu={setting}"]
        elif (
            (name == "--opt" and option.startswith("com.docker."))
            or name in ("--aux-address", "--ipam-opt")
            or (name == "--driver" and value == "overlay")
        ):
            lost.append(f"{name} {value}")
        else:
            kept += [name, value] if value else [name]
    return tuple(kept), tuple(lost)


_SWITCHES = ("--internal", "--ipv6")


def _pairs(flags: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    index = 0
    while index < len(flags):
        if flags[index] in _SWITCHES:
            yield flags[index], ""
            index += 1
        else:
            yield flags[index], flags[index + 1]
            index += 2
