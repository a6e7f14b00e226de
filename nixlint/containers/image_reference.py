"""Image references, as Docker and Podman read them: ``[registry/]repository[:tag][@digest]``.

The grammar is that of the distribution project (``reference.go``): the first component is a registry if it has a dot or a
colon, or is ``localhost``.
"""

from __future__ import annotations

from typing import NamedTuple


class ImageReference(NamedTuple):
    """An image's name, and how it is pinned."""

    registry: str | None
    repository: str
    tag: str | None
    digest: str | None

    @property
    def is_floating(self) -> bool:
        """Whether the same reference may be another image tomorrow by design: ``latest``, or nothing, and no digest."""
        return self.digest is None and self.tag in (None, "latest")


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
