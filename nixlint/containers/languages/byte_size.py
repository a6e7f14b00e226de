"""Sizes such as ``64m`` and ``1.5 GiB``, in which every unit is a power of 1024 (docker/go-units, ``RAMInBytes``)."""

from __future__ import annotations

import re

_SIZE = re.compile(r"(?P<number>\d+(?:\.\d*)?|\.\d+) ?(?:(?P<unit>[kmgtp])(?:i?b)?|b)?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_LONGEST = 40
"""A longer text is no size that a machine has."""


def format_byte_size(size: int) -> str:
    """A size as engines read it, in the largest unit that divides it: ``512m``."""
    power = 0
    while size and size % 1024 == 0 and power < len(_UNITS) - 1:
        size //= 1024
        power += 1
    return f"{size}{_UNITS[power]}"


_UNITS = ("", "k", "m", "g")


def parse_byte_size(text: str) -> int:
    """A size in bytes. Raises :class:`ValueError` for what is none."""
    if len(text) > _LONGEST:
        raise ValueError("invalid size")
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError("invalid size")
    return int(float(match["number"]) * 1024 ** _POWERS[(match["unit"] or "").lower()])
