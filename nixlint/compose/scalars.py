"""Plain scalars of YAML, as Compose's reference loader understands them.

That is YAML 1.2's core with a few of 1.1's habits (go.yaml.in/yaml/v4, ``resolve.go``): ``yes``, ``no``, ``on`` and
``off`` are texts, ``22:22`` is a text, ``_`` may stand between digits, a leading zero makes an octal number, and a date
becomes a point in time, which prints unlike what was written.
"""

from __future__ import annotations

import re
from datetime import datetime

from .node import ScalarValue

_WORDS: dict[str, ScalarValue] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INTEGERS = (
    (re.compile(r"[-+]?(0|[1-9][0-9]*)"), 10),
    (re.compile(r"[-+]?0[xX][0-9a-fA-F]+"), 16),
    (re.compile(r"[-+]?0[oO]?[0-7]+"), 8),
    (re.compile(r"[-+]?0[bB][01]+"), 2),
)
_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt]|\s+)(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})?)?"
)


def resolve_plain(text: str) -> ScalarValue:
    """What a plain scalar (one without quotes) means; a date as the text that Compose prints for it."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if text[0] == ".":
        point = _float(text)
        return text if point is None else point
    moment = _moment(text)
    if moment is not None:
        return moment
    plain = text.replace("_", "")
    number = _integer(plain)
    if number is not None:
        return number
    point = _float(plain)
    return text if point is None else point


def is_mangled(text: str, value: ScalarValue) -> bool:
    """Whether Compose will print a plain scalar unlike it is written: ``1.10``, ``0755``, ``2024-01-01``."""
    if value is None or isinstance(value, bool) or value == text:
        return False
    from .node import text_of

    return text_of(value) != text


_MOST_DIGITS = 80
"""A number of more digits has more than 64 bits, in every base."""


def _integer(text: str) -> ScalarValue:
    """A number of 64 bits; a larger one is a floating-point number where it is decimal, and else a text."""
    for pattern, base in _INTEGERS:
        if pattern.fullmatch(text):
            sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("+", text)
            digits = digits if base == 10 else digits.lstrip("0").lstrip("xXoObB").lstrip("0") or "0"
            value = int(sign + digits, base) if len(digits) <= _MOST_DIGITS else 2**64
            return value if -(2**63) <= value < 2**64 else None
    return None


def _float(text: str) -> float | None:
    """A number that a floating-point number can hold, if the text is one."""
    value = float(text) if _FLOAT.fullmatch(text) else None
    return None if value in (float("inf"), float("-inf")) else value


def _moment(text: str) -> str | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    if hour is not None and zone is None and text[match.end(3)] in "Tt":
        return None
    try:
        datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return None
    rest = (fraction or "").rstrip("0")
    offset = "+0000 UTC" if zone in (None, "Z") else f"{zone.replace(':', '')} {zone.replace(':', '')}"
    clock = f"{int(hour or 0):02d}:{int(minute or 0):02d}:{int(second or 0):02d}"
    return f"{year}-{int(month):02d}-{int(day):02d} {clock}{'.' + rest if rest else ''} {offset}"
