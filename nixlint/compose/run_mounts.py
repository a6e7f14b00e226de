"""``--volume`` and ``--mount`` of a command line as volumes of a Compose service, and the named volumes in them.

docs.docker.com, 'docker container run', '--mount' and 'Bind mounts', 'Options for --mount'; podman-run(1). A form that
Compose has no word for goes to the engine as it is written, with its path made absolute.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass, field
from typing import TypeAlias

_Plain: TypeAlias = "str | bool | list[_Plain] | dict[str, _Plain]"
_SHORT = frozenset(
    """ro rw z Z nocopy copy cached delegated consistent
    shared rshared slave rslave private rprivate""".split()
)
"""The options of ``--volume`` that Compose knows too."""
_SETTINGS = {
    ("bind", "bind-propagation"): ("bind", "propagation"),
    ("bind", "bind-recursive"): ("bind", "recursive"),
    ("volume", "volume-nocopy"): ("volume", "nocopy"),
    ("volume", "volume-subpath"): ("volume", "subpath"),
    ("volume", "subpath"): ("volume", "subpath"),
    ("tmpfs", "tmpfs-size"): ("tmpfs", "size"),
    ("tmpfs", "tmpfs-mode"): ("tmpfs", "mode"),
    ("image", "image-subpath"): ("image", "subpath"),
    ("image", "subpath"): ("image", "subpath"),
}
_RELABEL = {"shared": "z", "private": "Z"}
_OTHER_NAMES = {"src": "source", "dst": "target", "dest": "target", "destination": "target", "ro": "readonly"}


@dataclass
class Mounts:
    """The mounts of a command line as they are read: for the service, for the project, and flags for the engine."""

    of_service: list[_Plain] = field(default_factory=list)
    named: dict[str, _Plain] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    driver: str | None = None

    def add_volume(self, text: str) -> None:
        """Take a ``--volume``."""
        source, colon, rest = text.partition(":")
        if not colon:
            self.of_service.append(_escaped(text))
            return
        options = [option for part in rest.split(":")[1:] for option in part.split(",") if option]
        is_path = source.startswith((".", "/", "~"))
        if any(option not in _SHORT for option in options):
            self.flags.append(f"--volume={os.path.abspath(source) if is_path else source}:{rest}")  # noqa: PTH100
            return
        if not is_path:
            self._name(source)
        self.of_service.append(_escaped(text))

    def add_mount(self, text: str) -> None:
        """Take a ``--mount``."""
        pairs = [part.partition("=")[::2] for part in next(csv.reader([text]), [])]
        settings = [(_OTHER_NAMES.get(name, name), value) for name, value in pairs]
        kind = dict(settings).get("type", "volume")
        mount: dict[str, _Plain] = {"type": kind}
        volume: dict[str, _Plain] = {}
        if not all(_take(kind, name, value, mount, volume) for name, value in settings):
            self.flags.append(f"--mount={text}")
            return
        source = mount.get("source")
        if kind == "volume" and isinstance(source, str):
            self._name(source, volume)
        if kind == "bind" and isinstance(source, str) and not source.startswith("/"):
            mount["source"] = f"./{source}" if not source.startswith((".", "~")) else source
        self.of_service.append(mount)

    def _name(self, name: str, settings: dict[str, _Plain] | None = None) -> None:
        driver: dict[str, _Plain] = {"driver": self.driver} if self.driver is not None else {}
        self.named[name] = {"name": _escaped(name), **driver, **(settings or {})}


def _take(kind: str, name: str, value: str, mount: dict[str, _Plain], volume: dict[str, _Plain]) -> bool:
    """Take one setting of a mount; whether Compose has a word for it."""
    text = _escaped(value)
    key = _SETTINGS.get((kind, name))
    if key is not None:
        inner = mount.setdefault(key[0], {})
        assert isinstance(inner, dict)
        inner[key[1]] = _is_on(value) if key[1] == "nocopy" else text
        return True
    match name:
        case "type":
            return kind in ("bind", "volume", "tmpfs", "image")
        case "source" | "target" | "consistency":
            mount[name] = text
        case "readonly":
            mount["read_only"] = _is_on(value)
        case "rw" if kind == "image":
            mount["read_only"] = not _is_on(value)
        case "relabel" if kind == "bind" and value in _RELABEL:
            inner = mount.setdefault("bind", {})
            assert isinstance(inner, dict)
            inner["selinux"] = _RELABEL[value]
        case "bind-nonrecursive" if kind == "bind":
            inner = mount.setdefault("bind", {})
            assert isinstance(inner, dict)
            inner["recursive"] = "disabled"
        case "volume-driver" if kind == "volume":
            volume["driver"] = text
        case "volume-opt" | "volume-label" if kind == "volume":
            option, _, setting = text.partition("=")
            inner = volume.setdefault("driver_opts" if name == "volume-opt" else "labels", {})
            assert isinstance(inner, dict)
            inner[option] = setting
        case _:
            return False
    return True


def _is_on(value: str) -> bool:
    return value.lower() in ("", "1", "t", "true")


def _escaped(text: str) -> str:
    return text.replace("$", "$$")
