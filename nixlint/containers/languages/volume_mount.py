"""Volumes in the forms of ``docker run`` and ``podman run``: ``--volume source:target[:options]`` and ``--mount``."""

from __future__ import annotations

import re
from typing import NamedTuple


class VolumeMount(NamedTuple):
    """What is mounted where. ``source`` is ``None`` for an anonymous volume."""

    source: str | None
    target: str
    options: tuple[str, ...]

    @property
    def is_bind(self) -> bool:
        """Whether a path of the host is mounted, and not a volume of the engine."""
        return self.source is not None and self.source.startswith("/")

    @property
    def is_relative(self) -> bool:
        """Whether the source is written as a relative path."""
        return self.source is not None and self.source.startswith(("./", "../", "~"))

    @property
    def is_read_only(self) -> bool:
        """Whether the container can't write to it."""
        return "ro" in self.options


def parse_volume_mount(text: str) -> VolumeMount | None:
    """A volume; ``None`` where it is none."""
    parts = text.split(":")
    if len(parts) == 1:
        return VolumeMount(None, text, ()) if text.startswith("/") else None
    source, target, *options = parts
    if not source or not target or len(options) > 1:
        return None
    return VolumeMount(source, target, tuple(options[0].split(",")) if options else ())


def parse_mount_flag(text: str) -> VolumeMount | None:
    """What a value of ``--mount`` mounts, ``type=bind,source=/a,target=/b,readonly``; ``None`` for other types."""
    fields = {name: value for name, _, value in (part.partition("=") for part in text.split(","))}
    target = next((fields[name] for name in ("target", "dst", "destination") if name in fields), None)
    source = next((fields[name] for name in ("source", "src") if name in fields), None)
    if target is None or fields.get("type", "volume") not in ("bind", "volume"):
        return None
    is_read_only = any(fields.get(name, "false") in ("", "true", "1") for name in ("readonly", "ro"))
    return VolumeMount(source, target, ("ro",) if is_read_only else ())


def volume_fault(text: str) -> str | None:
    """Why Docker and Podman both refuse a volume in the short form, or mount something else than what is meant.

    ``None`` where one of them takes it. NixOS quotes the text, so no variable in it is expanded. Sources: moby,
    volume/mounts/linux_parser.go; podman, pkg/specgen/volumes.go and podman-run(1), ``--volume``.
    """
    source, target, options = _cut(text)
    if target is None:
        return "it has more than three parts"
    if source == "" or target == "" or "" in options:
        return "a part between colons is empty"
    variable = _VARIABLE.search(text)
    if variable is not None:
        return f"{variable[0]} is not expanded"
    if not target.startswith("/"):
        return f"{target!r}, the path in the container, is not absolute"
    if source is not None and source[0] not in "/.~" and _VOLUME_NAME.fullmatch(source) is None:
        return f"{source!r} is neither an absolute path nor the name of a volume"
    unknown = next((option for option in options if option.partition("=")[0] not in _MOUNT_OPTIONS), None)
    return None if unknown is None else f"{unknown!r} is not a volume option"


def _cut(text: str) -> tuple[str | None, str | None, tuple[str, ...]]:
    parts = text.split(":")
    if len(parts) == 1:
        return None, text, ()
    if len(parts) > _MOST_PARTS:
        return None, None, ()
    return parts[0], parts[1], tuple(parts[2].split(",")) if len(parts) == _MOST_PARTS else ()


_MOST_PARTS = 3
_VARIABLE = re.compile(r"\$\{?[A-Za-z_]\w*\}?")
_VOLUME_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_MOUNT_OPTIONS = frozenset(
    # Those of either engine, and what mount(8) knows for all file systems.
    "rw ro z Z U O shared rshared slave rslave private rprivate unbindable runbindable bind rbind copy nocopy volume-nocopy "
    "dev nodev exec noexec suid nosuid idmap upperdir workdir delegated cached consistent default size mode tmpcopyup "
    "notmpcopyup noswap uid gid relatime norelatime atime noatime strictatime diratime nodiratime sync async dirsync "
    "subpath bind-nonrecursive no-dereference chown".split()
)
