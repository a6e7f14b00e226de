"""Volumes in the short form of ``docker run --volume`` and ``podman run --volume``: ``source:target[:options]``."""

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
