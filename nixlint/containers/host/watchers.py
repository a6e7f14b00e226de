"""Images of programs that watch the whole host, from ``nixlint/data/host_watchers.json``: they read its root by design."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from nixlint.containers.languages.image_reference import ImageReference


def watches_host(image: ImageReference | None) -> bool:
    """Whether an image is that of a program whose own documentation mounts the host's root for reading."""
    return image is not None and image.repository in _repositories()


@cache
def _repositories() -> frozenset[str]:
    import json

    return frozenset(json.loads((files("nixlint") / "data" / "host_watchers.json").read_text("utf-8"))["repositories"])
