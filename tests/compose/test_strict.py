"""What makes ``--strict`` fail, and what doesn't."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import nixlint


def _strict(folder: Path, settings: str) -> tuple[int, str]:
    (folder / "compose.yaml").write_text(f"services: {{ web: {{ {settings} }} }}\n")
    ran = nixlint(folder, "convert", "--strict")
    return ran.code, ran.err


@pytest.mark.parametrize("settings", ["image: x, attach: false", "image: x, attach: true"])
def test_what_compose_shows_on_its_own_command_line_loses_nothing(settings: str, tmp_path: Path) -> None:
    assert _strict(tmp_path, settings)[0] == 0


@pytest.mark.parametrize("image", ["'example/web:${TAG}'", "'${IMAGE}:1'", "'example/${IMAGE}:'"])
def test_an_image_that_no_engine_takes_needs_a_person(image: str, tmp_path: Path) -> None:
    code, report = _strict(tmp_path, f"image: {image}")
    assert code == 1
    assert report.startswith("needs you: services.web.image: it has no name, or nothing behind its colon")


def test_a_hash_whose_dollars_are_not_doubled_needs_a_person(tmp_path: Path) -> None:
    code, report = _strict(tmp_path, 'image: "x/y:1", labels: { users: "admin:$apr1$abcdefgh$ijklmnopqrstuvwxyz0123" }')
    assert code == 1
    assert "needs you: project: What stands behind a $ here" in report
