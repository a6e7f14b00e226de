"""Values of a file that are masked wherever they are written again."""

from __future__ import annotations

import pytest

from nixlint.secrets.masking import KnownValues


@pytest.mark.parametrize("unit", ["restic-backup.service", "app@1.socket", "nightly-run.timer"])
def test_the_name_of_a_unit_is_not_masked_in_an_option_path(unit: str) -> None:
    known = KnownValues({unit: "value"})
    path = f"systemd.services.{unit}Config.Environment has a variable"

    assert known.masked(path) == path


@pytest.mark.parametrize(
    ("value", "kind"), [("restic-backup.service", "password"), ("Waterfall9x", "value"), ("a1b2.c3d4", "value")]
)
def test_a_secret_is_masked_within_a_longer_word(value: str, kind: str) -> None:
    assert value not in KnownValues({value: kind}).masked(f"x{value}Config of y")
