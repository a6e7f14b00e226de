"""``docker run`` and ``podman run`` as Compose files, so that they go the same way.

What the flags mean: docs.docker.com 'docker container run', podman-run(1). Which there are, and the key of Compose for each,
is in ``nixlint/data/run_flags.json``. A flag without a key goes to the engine as it is, in ``x-nixlint``, or is named there
as lost, with a reason; only what neither engine knows is refused.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import NamedTuple, TypeAlias, assert_never

from nixlint.containers.languages.run_flags import FlagForm, RunFlag, long_name, run_flag

from .run_mounts import Mounts

_Plain: TypeAlias = "str | bool | list[_Plain] | dict[str, _Plain]"
_ENGINES = ("docker", "podman")
_MODES = ("host", "none", "bridge", "default")
_PODMAN_MODES = ("host", "none", "bridge", "private", "slirp4netns", "pasta", "ns", "pod")
_FALSE = ("0", "f", "F", "false", "FALSE", "False")


class NotADockerCommand(ValueError):
    """A command line that can't be read as one of ``run``; the message says why."""


class RunCommand(NamedTuple):
    """A command line as a project: the name of its only container, and a Compose file (JSON, which is YAML)."""

    name: str
    compose: bytes


def is_command(words: Sequence[str]) -> bool:
    """Whether words are a command line of an engine, with ``sudo`` or variables before it."""
    return _engine_at(words) is not None


def read_command(words: Sequence[str]) -> RunCommand:
    """A command line of ``docker run``, ``podman run``, or ``create``. Raises :class:`NotADockerCommand`."""
    at = _engine_at(words)
    if at is None:
        raise NotADockerCommand("not a docker or podman command")
    engine = PurePath(words[at]).name
    rest = list(words[at + 1 :])
    run = next((index for index, word in enumerate(rest) if word in ("run", "create", "container")), len(rest))
    before, rest = rest[:run], rest[run:]
    verb = next((word for word in rest[:2] if word != "container"), "")
    if verb not in ("run", "create"):
        raise NotADockerCommand(f"{engine} {' '.join(words[at + 1 : at + 2])} …: only run and create can be converted")
    reader = _Reader(engine)
    for word in before:
        if word.startswith("-"):
            reader.lose(word.partition("=")[0], f"it is a flag of {engine} itself, before {verb}")
    rest = rest[rest.index(verb) :]
    rest = reader.read_flags(rest[1:])
    if not rest:
        raise NotADockerCommand("the command names no image")
    return reader.command(rest[0], rest[1:])


def compose_of(words: Sequence[str]) -> bytes:
    """A Compose file that means the same as a command line. Raises :class:`NotADockerCommand`."""
    return read_command(words).compose


def _engine_at(words: Sequence[str]) -> int | None:
    """Where the engine's name stands; before it only ``sudo`` with its flags, and variables."""
    for index, word in enumerate(words):
        if PurePath(word).name in _ENGINES:
            return index
        is_before = word in ("sudo", "doas", "env", "exec") or "=" in word or (index and word.startswith("-"))
        if not is_before and not (index and words[index - 1] in ("-u", "-g", "--user", "--group")):
            return None
    return None


@dataclass
class _Reader:
    engine: str
    service: dict[str, _Plain] = field(default_factory=dict)
    networks: dict[str, _Plain] = field(default_factory=dict)
    mounts: Mounts = field(default_factory=Mounts)
    carried: list[_Plain] = field(default_factory=list)
    lost: dict[str, _Plain] = field(default_factory=dict)
    of_network: list[tuple[str, str]] = field(default_factory=list)

    def lose(self, name: str, why: str) -> None:
        """Note a flag that can't be carried."""
        self.lost[name] = _escaped(why)

    def read_flags(self, words: list[str]) -> list[str]:
        """Read the flags, and give what follows them."""
        index = 0
        while index < len(words) and words[index].startswith("-") and words[index] != "-":
            word = words[index]
            index += 1
            if word == "--":
                break
            for flag, value in _flags_in(word):
                taken = value
                if taken is None and not flag.is_switch:
                    if index >= len(words):
                        raise NotADockerCommand(f"{flag.name} needs a value")
                    taken = words[index]
                    index += 1
                self._take(flag, "true" if taken is None else taken)
        return words[index:]

    def command(self, image: str, words: Sequence[str]) -> RunCommand:
        """The project, when all flags are read."""
        service = self.service
        service["image"] = _escaped(image)
        if words:
            service["command"] = [_escaped(word) for word in words]
        self._connect()
        if self.mounts.of_service:
            service["volumes"] = [*self.mounts.of_service]
        self.carried += [_escaped(flag) for flag in self.mounts.flags]
        name = str(service.get("container_name") or _name_of(image))
        service.setdefault("container_name", name)
        extension: dict[str, _Plain] = {"flags": self.carried, "lost": self.lost}
        service["x-nixlint"] = {key: value for key, value in extension.items() if value}
        document: dict[str, _Plain] = {
            "services": {name: {key: value for key, value in service.items() if value != {}}},
            "networks": {each: {"name": each, "external": True} for each in self.networks},
            "volumes": {**self.mounts.named},
        }
        return RunCommand(name, json.dumps({key: value for key, value in document.items() if value}).encode())

    def _take(self, flag: RunFlag, text: str) -> None:
        value = _escaped(text)
        match flag.form:
            case FlagForm.LIST:
                items = self._parts(flag, value)
                self._list(flag).extend(items)
            case FlagForm.TEXT:
                self._set_text(flag, value)
            case FlagForm.SWITCH:
                self._below(flag)[_last(flag)] = text not in _FALSE
            case FlagForm.SPECIAL:
                self._set_special(flag, text)
            case FlagForm.CARRIED:
                is_plain = flag.is_switch and text == "true"
                self.carried.append(flag.name if is_plain else f"{flag.name}={value}")
            case FlagForm.LOST:
                self.lose(flag.name, flag.why)
            case FlagForm.IMPLIED:
                pass
            case _:
                assert_never(flag.form)

    def _parts(self, flag: RunFlag, text: str) -> list[str]:
        """The values in one: Podman reads several, as a row of CSV."""
        is_row = self.engine == "podman" and flag.has_commas
        return next(csv.reader([text]), [""]) if is_row else [text]

    def _set_text(self, flag: RunFlag, text: str) -> None:
        if flag.name == "--pull" and text == "newer":
            self.carried.append("--pull=newer")
            return
        if flag.name == "--restart" and text == "never":
            text = "no"
        self._below(flag)[_last(flag)] = text

    def _below(self, flag: RunFlag) -> dict[str, _Plain]:
        """The mapping in which the key of a flag stands."""
        mapping = self.service
        for name in (flag.key or "").split(".")[:-1]:
            mapping = _mapping(mapping, name)
        return mapping

    def _list(self, flag: RunFlag) -> list[_Plain]:
        items = self._below(flag).setdefault(_last(flag), [])
        assert isinstance(items, list)
        return items

    def _set_special(self, flag: RunFlag, text: str) -> None:
        value = _escaped(text)
        match flag.name:
            case "--volume":
                self.mounts.add_volume(text)
            case "--mount":
                self.mounts.add_mount(text)
            case "--volume-driver":
                self.mounts.driver = text
            case "--env-file":
                self._list(flag).append({"path": value, "format": "raw"})
            case "--health-cmd":
                self._health(flag, value)
            case "--entrypoint":
                self.service["entrypoint"] = self._words(value) or ([value] if value else [])
            case "--log-opt" | "--storage-opt":
                name, _, setting = value.partition("=")
                _mapping(self._below(flag), _last(flag))[name] = setting
            case "--stop-timeout" if text.isdecimal():
                self.service["stop_grace_period"] = f"{text}s"
            case "--stop-timeout":
                self.lose(flag.name, "a unit of systemd never waits without end: set TimeoutStopSec")
            case "--ulimit":
                self._ulimit(value)
            case "--gpus":
                self._gpus(text)
            case "--volumes-from":
                self._list(flag).append(f"container:{value}")
            case "--network":
                self._network(text)
            case "--network-alias" | "--ip" | "--ip6" | "--link-local-ip":
                self.of_network.append((flag.name, text))
            case _:
                path, _, rate = value.rpartition(":")
                key = "weight" if flag.name == "--blkio-weight-device" else "rate"
                self._list(flag).append({"path": path, key: rate})

    def _health(self, flag: RunFlag, value: str) -> None:
        check = self._below(flag)
        if self.engine == "podman" and value == "none":
            check["disable"] = True
            return
        words = self._words(value)
        is_form = bool(words) and words[0] in ("CMD", "CMD-SHELL", "NONE")
        check["test"] = (words if is_form else ["CMD", *words]) if words else ["CMD-SHELL", value]

    def _words(self, value: str) -> list[_Plain]:
        """The words of a list in JSON, which Podman takes for a command; empty where a value is none."""
        if self.engine != "podman" or not value.startswith("["):
            return []
        try:
            found = json.loads(value)
        except ValueError:
            return []
        return [str(word) for word in found] if isinstance(found, list) else []

    def _ulimit(self, value: str) -> None:
        name, equals, limits = value.partition("=")
        if not equals:
            self.carried.append(f"--ulimit={value}")
            return
        soft, colon, hard = limits.partition(":")
        _mapping(self.service, "ulimits")[name] = {"soft": soft, "hard": hard if colon else soft}

    def _gpus(self, text: str) -> None:
        """``all``, a number, or a row of CSV: ``"device=0,2"``, ``all,capabilities=utility`` (docker/cli, opts/gpus.go)."""
        request: dict[str, _Plain] = {}
        for part in next(csv.reader([text]), []):
            name, equals, value = part.partition("=")
            match name:
                case "device" if equals:
                    request["device_ids"] = [_escaped(each) for each in value.split(",")]
                case "capabilities" if equals:
                    request["capabilities"] = [_escaped(each) for each in value.split(",")]
                case "driver" | "count" if equals:
                    request[name] = _escaped(value)
                case "options" if equals:
                    request["options"] = dict(each.partition("=")[::2] for each in _escaped(value).split(","))
                case _ if not equals:
                    request["count"] = _escaped(part)
                case _:
                    self.lose("--gpus", f"{name} is no part of a request for GPUs")
        requests = self.service.setdefault("gpus", [])
        assert isinstance(requests, list)
        requests.append(request)

    def _network(self, text: str) -> None:
        kind = text.partition(":")[0]
        modes = _PODMAN_MODES if self.engine == "podman" else _MODES
        if (kind if self.engine == "podman" else text) in modes or kind == "container":
            if self.networks:
                self.lose("--network", f"{text} goes together with no other network")
            else:
                self.service["network_mode"] = _escaped(text)
            return
        self.service.pop("network_mode", None)
        name, settings = _network_of(text, self.engine)
        self.networks[name] = {}
        _mapping(self.service, "networks")[name] = settings

    def _connect(self) -> None:
        """Give the first network what flags say of it; without one, the engine's default network is meant."""
        attached = self.service.get("networks")
        if not isinstance(attached, dict):
            self.service.setdefault("network_mode", "bridge")
            for name, text in self.of_network:
                if name in ("--ip", "--ip6") and self.engine == "podman":
                    self.carried.append(f"{name}={_escaped(text)}")
                else:
                    self.lose(name, "the default network has none: give the container a network of its own")
            return
        settings = _mapping(attached, next(iter(attached)))
        for name, text in self.of_network:
            match name:
                case "--ip":
                    settings["ipv4_address"] = _escaped(text)
                case "--ip6":
                    settings["ipv6_address"] = _escaped(text)
                case _:
                    key = "aliases" if name == "--network-alias" else "link_local_ips"
                    items = settings.setdefault(key, [])
                    assert isinstance(items, list)
                    items.append(_escaped(text))


def _flags_in(word: str) -> Iterator[tuple[RunFlag, str | None]]:
    """The flags in one word: ``--name=value``, ``-pvalue``, or several switches of one letter."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        yield _known(name), value if equals else None
        return
    for index, letter in enumerate(word[1:], 1):
        flag = _known(f"-{letter}")
        rest = word[index + 1 :]
        if not flag.is_switch:
            yield flag, rest.removeprefix("=") if rest else None
            return
        if rest.startswith("="):
            yield flag, rest[1:]
            return
        yield flag, None


def _known(name: str) -> RunFlag:
    flag = run_flag(long_name(name))
    if flag is None:
        raise NotADockerCommand(f"{name} is no flag of docker run or podman run")
    return flag


def _network_of(text: str, engine: str) -> tuple[str, dict[str, _Plain]]:
    """The name of a network and what is said of the container in it."""
    keys = {"alias": "aliases", "ip": "ipv4_address", "ip6": "ipv6_address"}
    keys |= {"mac-address": "mac_address", "mac": "mac_address", "gw-priority": "gw_priority"}
    if engine == "podman":
        name, _, rest = text.partition(":")
    else:
        rest = text if "=" in text else f"name={text}"
        name = ""
    settings: dict[str, _Plain] = {}
    for part in next(csv.reader([rest]), []):
        option, _, value = part.partition("=")
        match option:
            case "name":
                name = value
            case "alias":
                items = settings.setdefault("aliases", [])
                assert isinstance(items, list)
                items.append(_escaped(value))
            case "driver-opt":
                key, _, setting = value.partition("=")
                _mapping(settings, "driver_opts")[key] = _escaped(setting)
            case "link-local-ip":
                settings["link_local_ips"] = [_escaped(value)]
            case _:
                settings[keys.get(option, option)] = _escaped(value)
    return name, settings


def _mapping(mapping: dict[str, _Plain], name: str) -> dict[str, _Plain]:
    inner = mapping.setdefault(name, {})
    assert isinstance(inner, dict)
    return inner


def _last(flag: RunFlag) -> str:
    return (flag.key or "").rpartition(".")[2]


def _name_of(image: str) -> str:
    return image.rpartition("/")[2].partition("@")[0].partition(":")[0]


def _escaped(text: str) -> str:
    """A text in which Compose finds no variable: the shell has already replaced them."""
    return text.replace("$", "$$")
