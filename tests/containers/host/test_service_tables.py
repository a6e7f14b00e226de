"""The tables of services: every row is an option that could be, and says where it is from."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

TABLES = ("service_ports.json", "stateful_services.json")


def rows(table: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((files("nixlint") / "data" / table).read_text("utf-8"))["services"]
    return loaded


@pytest.mark.parametrize("table", TABLES)
def test_every_port_or_folder_of_a_service_stands_once_and_has_a_source(table: str) -> None:
    options = [(row["enable"], row.get("port")) for row in rows(table)]

    assert len(options) == len(set(options))
    assert all(option.endswith(".enable") for option, _ in options)
    assert all(row["source"] for row in rows(table))


def test_every_port_is_one() -> None:
    assert all(0 < row["default"] < 65536 and set(row["protocols"]) <= {"tcp", "udp"} for row in rows(TABLES[0]))


def test_every_directory_is_absolute() -> None:
    assert all(row["default"] and all(path.startswith("/") for path in row["default"]) for row in rows(TABLES[1]))
