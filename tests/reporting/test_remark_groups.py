"""Remarks that say the same are one, in words that fit one thing or several."""

from __future__ import annotations

import pytest

from nixlint.deployment.parts import Remark, RemarkKind
from nixlint.reporting.remark_groups import grouped


@pytest.mark.parametrize(
    ("sentence", "several"),
    [
        ("its value is written into the module", "their values are written into the module"),
        ("it is a secret, in a file outside of the store", "they are secrets, in files outside of the store"),
        ("this variable is not set, and empty here", "these variables are not set, and empty here"),
        (
            "bring it to the machine, where it is read when the container starts",
            "bring them to the machine, where they are read when the container starts",
        ),
        ("only Swarm has it", "only Swarm has it"),
    ],
)
def test_what_is_said_of_several_is_in_the_plural(sentence: str, several: str) -> None:
    def said(*names: str) -> str:
        remarks = [Remark(RemarkKind.APPROXIMATED, f"services.{each}.x", f"{each}: {sentence}", None) for each in names]
        (group,) = grouped(remarks, RemarkKind.APPROXIMATED)
        return group.message(3)

    assert said("A") == said("A", "A") == f"A: {sentence}"
    assert said("A", "B") == f"A, B: {several}"
