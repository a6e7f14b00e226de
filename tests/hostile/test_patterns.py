"""No text takes the square of its length: in no regular expression of nixlint, nor where secrets are looked for in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from nixlint.secrets.masking import shown
from nixlint.secrets.parts import secret_parts_of_command, secret_parts_of_text

from .patterns import all_patterns, slow_patterns

_SIZE, _LIMIT = 4_000, 0.05
"""A good expression takes less than a thousandth of a second for such a text, one that tries all pairs a tenth."""


def test_no_expression_takes_the_square_of_a_text() -> None:
    assert len(all_patterns()) > 200
    assert list(slow_patterns(_SIZE, _LIMIT)) == []


@pytest.mark.parametrize("function", [secret_parts_of_text, secret_parts_of_command, shown])
def test_looking_for_secrets_takes_no_square_of_a_text(function: Callable[[str], object]) -> None:
    for unit in (
        "password=",
        'password="',
        "--password ",
        "a.",
        '"\\',
        "'\\ ",
        "//u:p@",
        ";",
        "password: x;",
        "\n",
        " ",
    ):
        few, many = (_seconds(function, unit * (size // len(unit))) for size in (4_000, 32_000))
        assert many < 32 * few + 0.2, unit


def _seconds(function: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    result = function(text)
    if isinstance(result, Iterator):
        list(result)
    return time.process_time() - began
