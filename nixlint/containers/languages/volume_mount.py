"""Volumes in the forms of ``docker run`` and ``podman run``: ``--volume source:target[:options]`` and ``--mount``."""

from __future__ import annotations

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
