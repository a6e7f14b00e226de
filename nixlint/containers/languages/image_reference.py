"""Image references, as Docker and Podman read them: ``[registry/]repository[:tag][@digest]``.

The grammar is that of the distribution project (``reference.go``): the first component is a registry if it has a dot or a
colon, or is ``localhost``.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple


class ImageReference(NamedTuple):
    """An image's name, and how it is pinned."""

    registry: str | None
    repository: str
    tag: str | None
    digest: str | None

    @property
    def is_floating(self) -> bool:
        """Whether the same reference may be another image tomorrow by design.

        That is without a digest and with no tag, or with one that names a channel: ``latest``, ``stable-alpine``.
        """
        return self.digest is None and (self.tag is None or _names_channel(self.tag))

    @property
    def is_local(self) -> bool:
        """Whether it was built on the machine: no registry has it (podman-build(1), ``localhost/``)."""
        return self.registry == "localhost"


def parse_image_reference(text: str) -> ImageReference | None:
    """The parts of a reference; ``None`` where it is none, such as a path or an archive (``docker-archive:…``)."""
    name, _, digest = text.partition("@")
    head, slash, last = name.rpartition("/")
    repository, colon, tag = last.partition(":")
    if not repository or (colon and not tag) or any(character in text for character in " \t\n") or text.startswith("/"):
        return None
    first, _, rest = head.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        registry, folder = first, rest
    else:
        registry, folder = None, head
    return ImageReference(registry, f"{folder}/{repository}" if folder else repository, tag or None, digest or None)


def _names_channel(tag: str) -> bool:
    """Whether a tag is the name of a channel, perhaps with a variant after it, and no version in either."""
    return not any(character.isdecimal() for character in tag) and tag.lower().partition("-")[0] in _channels()


@cache
def _channels() -> frozenset[str]:
    import json

    return frozenset(json.loads((files("nixlint") / "data" / "image_channels.json").read_text("utf-8"))["channels"])
