"""Where databases keep their data."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from nixlint.containers.languages.image_reference import parse_image_reference
from nixlint.containers.oci.databases import DataDirectory, data_directory_of


@pytest.mark.parametrize(
    ("image", "directory"),
    [
        ("postgres", DataDirectory("/var/lib/postgresql/data")),
        ("postgres:17-alpine", DataDirectory("/var/lib/postgresql/data")),
        ("postgres:18.1-alpine", DataDirectory("/var/lib/postgresql", 18)),
        ("docker.io/library/mariadb:11", DataDirectory("/var/lib/mysql")),
        ("mine/postgres:17", None),
    ],
)
def test_directory_of_an_image(image: str, directory: DataDirectory | None) -> None:
    reference = parse_image_reference(image)
    assert reference is not None
    assert data_directory_of(reference) == directory


def test_every_row_has_a_source_and_an_absolute_directory_and_no_image_two_rows() -> None:
    rows = json.loads((files("nixlint") / "data" / "oci_databases.json").read_text("utf-8"))["databases"]
    images = [(image, row.get("since")) for row in rows for image in row["images"]]

    assert all(row["source"] and row["directory"].startswith("/") for row in rows)
    assert len(images) == len(set(images))
