"""Where databases keep their data."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from nixlint.containers.oci_databases import data_directory_of


@pytest.mark.parametrize(
    ("image", "directory"),
    [("postgres", "/var/lib/postgresql/data"), ("library/mariadb", "/var/lib/mysql"), ("mine/postgres", None)],
)
def test_directory_of_an_image(image: str, directory: str | None) -> None:
    assert data_directory_of(image) == directory


def test_every_row_has_a_source_and_an_absolute_directory_and_no_image_two_rows() -> None:
    rows = json.loads((files("nixlint") / "data" / "oci_databases.json").read_text("utf-8"))["databases"]
    images = [image for row in rows for image in row["images"]]

    assert all(row["source"] and row["directory"].startswith("/") for row in rows)
    assert len(images) == len(set(images))
