"""The page on the architecture names what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:[\w.-]+/)*\w+\.(?:py|json))`", PAGE))))
def test_every_file_that_the_page_names_is_there(name: str) -> None:
    assert any(
        path.as_posix().endswith(f"/{name}")
        for part in ("nixlint", "rules", "tests", "benchmarks")
        for path in (ROOT / part).rglob(Path(name).name)
    )


def test_every_room_has_its_row() -> None:
    rows = "".join(line for line in PAGE.splitlines() if line.startswith("| `"))
    rooms = {path.parent.relative_to(ROOT / "nixlint").parts[0] for path in (ROOT / "nixlint").glob("*/__init__.py")}
    assert rooms == {room for room in rooms if f"`nixlint/{room}/" in rows}
