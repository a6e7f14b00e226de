"""The folder in which a database keeps its data, by its image, from ``nixlint/data/oci_databases.json``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def data_directory_of(repository: str) -> str | None:
    """The folder within a container of an image such as ``postgres``; ``None`` where it is no database that is known."""
    return _directories().get(repository)


@cache
def _directories() -> Mapping[str, str]:
    import json

    facts = json.loads((files("nixlint") / "data" / "oci_databases.json").read_text("utf-8"))
    return {image: row["directory"] for row in facts["databases"] for image in row["images"]}
