"""Durations such as ``1m30s``, as Compose and the engines write them: Go's ``time.ParseDuration``, with ``d`` and ``w``."""

from __future__ import annotations

import re
from decimal import Decimal

NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
    "w": 604_800_000_000_000,
}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)([^\d.]*)", re.ASCII)
_LONGEST = 200
"""A longer text is no duration that fits into 64 bits."""


def parse_duration(text: str) -> int:
    """A duration in nanoseconds. Raises :class:`ValueError` that says what is wrong with it."""
    sign, rest = (-1 if text.startswith("-") else 1), text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0
    if len(rest) > _LONGEST:
        raise ValueError("invalid duration")
    total, position = 0, 0
    for match in _PART.finditer(rest):
        if match.start() != position:
            break
        number, unit = match.groups()
        if unit not in NANOSECONDS:
            raise ValueError("unknown unit in a duration" if unit else "missing unit in a duration")
        total += int(Decimal(number) * NANOSECONDS[unit])
        position = match.end()
    if position != len(rest) or not rest or total >= 2**63:
        raise ValueError("invalid duration")
    return sign * total


def format_duration(nanoseconds: int) -> str:
    """A duration as Go prints it: ``1m30s``, ``500ms``, ``0s``."""
    if nanoseconds < 0:
        return "-" + format_duration(-nanoseconds)
    if nanoseconds == 0:
        return "0s"
    for unit, size in (("ns", 1), ("µs", 1_000), ("ms", 1_000_000)):
        if nanoseconds < size * 1000:
            return f"{_decimal(nanoseconds, size)}{unit}"
    minutes, rest = divmod(nanoseconds, NANOSECONDS["m"])
    hours, minutes = divmod(minutes, 60)
    seconds = f"{_decimal(rest, NANOSECONDS['s'])}s"
    return f"{hours}h{minutes}m{seconds}" if hours else f"{minutes}m{seconds}" if minutes else seconds


def _decimal(amount: int, size: int) -> str:
    whole, rest = divmod(amount, size)
    fraction = str(rest).zfill(len(str(size)) - 1).rstrip("0")
    return f"{whole}.{fraction}" if rest else str(whole)
