"""Texts in which a variable of a Compose file stays a variable.

A mark stands for it, between characters of Unicode's private use, which no configuration has.
"""

from __future__ import annotations

import re

_OPEN, _CLOSE = "\ue100", "\ue101"
MARK = re.compile(f"{_OPEN}(\\w+){_CLOSE}")
_VARIABLE = re.compile(r"\$\$|\$\{(\w+)(?::?-[^${}]*)?\}|\$([A-Za-z_]\w*)")


def mark(variable: str) -> str:
    """What stands in a text for a variable."""
    return f"{_OPEN}{variable}{_CLOSE}"


def symbolic(template: str) -> tuple[str, frozenset[str]] | None:
    """A text before interpolation with marks for its variables, and their names; ``None`` where it is not that simple."""
    names: set[str] = set()

    def replaced(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name is None:
            return "$"
        names.add(name)
        return mark(name)

    text = _VARIABLE.sub(replaced, template)
    return None if "${" in text else (text, frozenset(names))
