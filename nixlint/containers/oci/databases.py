"""The folder in which a database keeps its data, by its image, from ``nixlint/data/oci_databases.json``."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from nixlint.containers.languages.image_reference import ImageReference


class DataDirectory(NamedTuple):
    """A folder within a container, and the major version that it belongs to where each has one of its own there."""

    path: str
    major: int | None = None


def data_directory_of(image: ImageReference) -> DataDirectory | None:
    """The folder of an image such as ``postgres:17``; ``None`` where it is no database that is known.

    An image without a version in its tag is taken for one that keeps to the folder that was always there.
    """
    version = _MAJOR.match(image.tag or "")
    major = int(version[0]) if version is not None else None
    for row in _rows():
        if image.repository in row.images and row.holds_for(major):
            return DataDirectory(row.directory, major if row.is_versioned else None)
    return None


class _Row(NamedTuple):
    images: frozenset[str]
    directory: str
    since: int | None
    before: int | None
    is_versioned: bool

    def holds_for(self, major: int | None) -> bool:
        if major is None:
            return self.since is None
        return (self.since is None or major >= self.since) and (self.before is None or major < self.before)


_MAJOR = re.compile(r"[0-9]+")


@cache
def _rows() -> tuple[_Row, ...]:
    import json

    facts = json.loads((files("nixlint") / "data" / "oci_databases.json").read_text("utf-8"))
    return tuple(
        _Row(
            frozenset(row["images"]),
            row["directory"],
            row.get("since"),
            row.get("before"),
            row.get("versioned", False),
        )
        for row in facts["databases"]
    )
