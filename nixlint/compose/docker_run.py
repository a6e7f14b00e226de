"""``docker run`` and ``podman run`` as Compose files, so that they go the same way.

Flags: docs.docker.com 'docker container run'. What Compose has no key for is refused by name.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypeAlias

_Plain: TypeAlias = "str | bool | list[_Plain] | dict[str, _Plain]"
_LISTS = {
    "--add-host": "extra_hosts",
    "--annotation": "annotations",
    "--cap-add": "cap_add",
    "--cap-drop": "cap_drop",
    "--device": "devices",
    "--device-cgroup-rule": "device_cgroup_rules",
    "--dns": "dns",
    "--dns-option": "dns_opt",
    "--dns-search": "dns_search",
    "--env": "environment",
    "--env-file": "env_file",
    "--expose": "expose",
    "--group-add": "group_add",
    "--label": "labels",
    "--publish": "ports",
    "--security-opt": "security_opt",
    "--sysctl": "sysctls",
    "--tmpfs": "tmpfs",
    "--volume": "volumes",
    "--volumes-from": "volumes_from",
}
_TEXTS = {
    "--cgroup-parent": "cgroup_parent",
    "--cgroupns": "cgroup",
    "--cpu-period": "cpu_period",
    "--cpu-quota": "cpu_quota",
    "--cpu-shares": "cpu_shares",
    "--cpus": "cpus",
    "--cpuset-cpus": "cpuset",
    "--domainname": "domainname",
    "--hostname": "hostname",
    "--ipc": "ipc",
    "--mac-address": "mac_address",
    "--memory": "mem_limit",
    "--memory-reservation": "mem_reservation",
    "--memory-swap": "memswap_limit",
    "--name": "container_name",
    "--oom-score-adj": "oom_score_adj",
    "--pid": "pid",
    "--pids-limit": "pids_limit",
    "--platform": "platform",
    "--pull": "pull_policy",
    "--restart": "restart",
    "--runtime": "runtime",
    "--shm-size": "shm_size",
    "--stop-signal": "stop_signal",
    "--user": "user",
    "--userns": "userns_mode",
    "--uts": "uts",
    "--workdir": "working_dir",
}
_SWITCHES = {
    "--init": "init",
    "--interactive": "stdin_open",
    "--privileged": "privileged",
    "--read-only": "read_only",
    "--tty": "tty",
}
_HEALTH = {
    "--health-interval": "interval",
    "--health-retries": "retries",
    "--health-start-interval": "start_interval",
    "--health-start-period": "start_period",
    "--health-timeout": "timeout",
}
_NEEDLESS = ("--detach", "--rm", "--replace")
_SHORT = {
    "-d": "--detach",
    "-e": "--env",
    "-h": "--hostname",
    "-i": "--interactive",
    "-l": "--label",
    "-m": "--memory",
    "-p": "--publish",
    "-t": "--tty",
    "-u": "--user",
    "-v": "--volume",
    "-w": "--workdir",
    "-c": "--cpu-shares",
}
_MODES = ("host", "none", "bridge", "default")


class NotADockerCommand(ValueError):
    """A command line that can't be read as one of ``run``; the message says why."""


def compose_of(words: Sequence[str]) -> bytes:
    """A Compose file (JSON, which is YAML) that means the same as a command line.

    Raises :class:`NotADockerCommand`.
    """
    rest = list(words[1:])
    if rest[:1] == ["container"]:
        rest = rest[1:]
    if rest[:1] not in (["run"], ["create"]):
        raise NotADockerCommand(f"{' '.join(words[:2])} …: only run and create can be converted")
    service: dict[str, _Plain] = {}
    networks: dict[str, _Plain] = {}
    volumes: dict[str, _Plain] = {}
    rest = _read_flags(rest[1:], service, networks)
    if not rest:
        raise NotADockerCommand("there is no image in the command")
    service["image"], *command = rest
    if command:
        service["command"] = [_escaped(word) for word in command]
    mounted = service.get("volumes")
    for volume in mounted if isinstance(mounted, list) else ():
        source = volume.partition(":")[0] if isinstance(volume, str) else ""
        if source and ":" in str(volume) and source[0] not in "./~":
            volumes[source] = {"name": source}
    name = str(service.get("container_name") or _name_of(str(service["image"])))
    service.setdefault("container_name", name)
    if not networks and "network_mode" not in service:
        service["network_mode"] = "bridge"
    document = {
        "services": {name: service},
        "networks": {each: {"name": each, "external": True} for each in networks},
        "volumes": volumes,
    }
    return json.dumps({key: value for key, value in document.items() if value}).encode()


def _name_of(image: str) -> str:
    return image.rpartition("/")[2].partition("@")[0].partition(":")[0]


def _escaped(text: str) -> str:
    """A text in which Compose finds no variable: the shell has already replaced them."""
    return text.replace("$", "$$")


def _read_flags(words: list[str], service: dict[str, _Plain], networks: dict[str, _Plain]) -> list[str]:
    """Read the flags, and give what follows them."""
    index = 0
    while index < len(words) and words[index].startswith("-"):
        word = words[index]
        index += 1
        if word == "--":
            break
        for name, value in _flags_in(word):
            taken = value
            if taken is None and name not in _SWITCHES and name not in _NEEDLESS and name != "--no-healthcheck":
                if index >= len(words):
                    raise NotADockerCommand(f"{name} needs a value")
                taken = words[index]
                index += 1
            _set(name, _escaped(taken) if taken is not None else None, service, networks)
    return words[index:]


def _flags_in(word: str) -> list[tuple[str, str | None]]:
    """The flags in one word: ``--name=value``, ``-pvalue``, or several switches of one letter."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        return [({"--net": "--network"}.get(name, name), value if equals else None)]
    letters = [_SHORT.get(f"-{letter}") for letter in word[1:]]
    if all(name in _SWITCHES or name in _NEEDLESS for name in letters):
        return [(name, None) for name in letters if name is not None]
    leading = 0
    while letters[leading] in _SWITCHES or letters[leading] in _NEEDLESS:
        leading += 1
    flag = letters[leading]
    if flag is None:
        raise NotADockerCommand(f"-{word[1 + leading]} is no flag of run that is known here")
    switches: list[tuple[str, str | None]] = [(each, None) for each in letters[:leading] if each is not None]
    value = word[2 + leading :].removeprefix("=")
    return [*switches, (flag, value or None)]


def _set(name: str, value: str | None, service: dict[str, _Plain], networks: dict[str, _Plain]) -> None:
    text = value or ""
    if name in _LISTS:
        items = service.setdefault(_LISTS[name], [])
        assert isinstance(items, list)
        items.append(text)
    elif name in _TEXTS:
        service[_TEXTS[name]] = text
    elif name in _SWITCHES:
        service[_SWITCHES[name]] = text != "false"
    elif name in _HEALTH:
        _below(service, "healthcheck")[_HEALTH[name]] = text
    elif name not in _NEEDLESS:
        _set_other(name, text, service, networks)


def _set_other(name: str, text: str, service: dict[str, _Plain], networks: dict[str, _Plain]) -> None:
    match name:
        case "--health-cmd":
            _below(service, "healthcheck")["test"] = ["CMD-SHELL", text]
        case "--no-healthcheck":
            _below(service, "healthcheck")["disable"] = True
        case "--entrypoint":
            service["entrypoint"] = [text] if text else []
        case "--log-driver":
            _below(service, "logging")["driver"] = text
        case "--log-opt":
            key, _, value = text.partition("=")
            _below(_below(service, "logging"), "options")[key] = value
        case "--stop-timeout":
            service["stop_grace_period"] = f"{text}s"
        case "--ulimit":
            _ulimit(text, _below(service, "ulimits"))
        case "--network":
            _network(text, service, networks)
        case "--network-alias" | "--ip" | "--ip6":
            _network_option(name, text, service)
        case "--mount":
            volumes = service.setdefault("volumes", [])
            assert isinstance(volumes, list)
            volumes.append(_mount(text))
        case "--gpus":
            service["gpus"] = "all" if text == "all" else [{"count": text}]
        case _:
            raise NotADockerCommand(
                f"{name} is no flag of run that Compose has a key for: leave it out, and set it by hand"
            )


def _below(mapping: dict[str, _Plain], name: str) -> dict[str, _Plain]:
    inner = mapping.setdefault(name, {})
    assert isinstance(inner, dict)
    return inner


def _ulimit(text: str, limits: dict[str, _Plain]) -> None:
    name, _, values = text.partition("=")
    soft, colon, hard = values.partition(":")
    limits[name] = {"soft": soft, "hard": hard if colon else soft}


def _network(text: str, service: dict[str, _Plain], networks: dict[str, _Plain]) -> None:
    if text in _MODES or text.startswith("container:"):
        service["network_mode"] = text
        return
    service.pop("network_mode", None)
    options = dict(part.partition("=")[::2] for part in text.split(",")) if text.startswith("name=") else {"name": text}
    name = options.pop("name")
    networks[name] = {}
    keys = {"alias": "aliases", "ip": "ipv4_address", "ip6": "ipv6_address", "mac-address": "mac_address"}
    settings: dict[str, _Plain] = {}
    for option, value in options.items():
        settings[keys.get(option, option)] = [value] if option == "alias" else value
    _below(service, "networks")[name] = settings


def _network_option(name: str, text: str, service: dict[str, _Plain]) -> None:
    attached = service.get("networks")
    if not isinstance(attached, dict) or not attached:
        raise NotADockerCommand(f"{name} needs a --network of your own before it")
    settings = _below(attached, next(iter(attached)))
    if name == "--network-alias":
        aliases = settings.setdefault("aliases", [])
        assert isinstance(aliases, list)
        aliases.append(text)
    else:
        settings["ipv4_address" if name == "--ip" else "ipv6_address"] = text


def _mount(text: str) -> dict[str, _Plain]:
    options = dict(part.partition("=")[::2] for part in text.split(","))
    source = options.get("source") or options.get("src") or ""
    target = options.get("target") or options.get("destination") or options.get("dst") or ""
    mount: dict[str, _Plain] = {"type": options.get("type", "volume"), "target": target}
    if source:
        mount["source"] = source
    if any(name in options and options[name] != "false" for name in ("readonly", "ro")):
        mount["read_only"] = True
    return mount
