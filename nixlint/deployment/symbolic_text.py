"""Texts in which a variable of a Compose file stays a variable.

A mark stands for it, between zero bytes: no text of a project has one (:mod:`nixlint.conversion.plain_text`).
"""

from __future__ import annotations

import re

MARK = re.compile(r"\0([A-Za-z_]\w*)\0", re.ASCII)
_VARIABLE = re.compile(r"\$\$|\$\{([A-Za-z_]\w*)(?::?-[^${}]*)?\}|\$([A-Za-z_]\w*)", re.ASCII)


def mark(variable: str) -> str:
    """What stands in a text for a variable."""
    return f"\0{variable}\0"


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
