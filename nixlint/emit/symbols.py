"""Variables of a Compose file that stay variables: names in a ``let`` instead of their values."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nixlint.deployment.symbolic_text import MARK
from nixlint.syntax.lexer import KEYWORDS

from .expression import Changed, Entry, Expression, Text, Variable, with_texts

_PLAIN_IN_UNITS = re.compile(r"[\w./:@+,=~-]*", re.ASCII)


class Symbols:
    """Variables with their values, in the order in which they are to be bound, and the names that Nix knows them by."""

    def __init__(self, values: tuple[tuple[str, str], ...]) -> None:
        self._values = dict(values)
        self._names = _distinct(self._values)

    def bound(self, expression: Expression) -> tuple[tuple[Entry, ...], Expression]:
        """The bindings for the variables in an expression, and the expression with names where marks were."""
        if not self._values:
            return (), expression
        used: set[str] = set()

        def parts(text: str) -> Changed:
            pieces = MARK.split(text)
            used.update(pieces[1::2])
            return tuple(Variable(self._names[each]) if at % 2 else each for at, each in enumerate(pieces) if each)

        resolved = with_texts(expression, parts)
        return tuple(
            Entry((self._names[name],), Text(value)) for name, value in self._values.items() if name in used
        ), resolved

    def plain(self, text: str) -> str:
        """A text with the values of its variables."""
        return MARK.sub(lambda match: self._values[match[1]], text)

    def plain_for_units(self, text: str) -> str:
        """A text with the values of those variables that a unit of systemd would not take as they are."""

        def value(match: re.Match[str]) -> str:
            found = self._values[match[1]]
            return match[0] if _PLAIN_IN_UNITS.fullmatch(found) else found

        return MARK.sub(value, text)


def _distinct(variables: Iterable[str]) -> dict[str, str]:
    """The name of each variable; where two would be the same, or one means something in Nix, it gets an apostrophe."""
    names: dict[str, str] = {}
    taken = set(_RESERVED)
    for variable in variables:
        name = nix_name(variable)
        while name in taken:
            name += "'"
        taken.add(name)
        names[variable] = name
    return names


def nix_name(variable: str) -> str:
    """The name of a variable in Nix: ``DATA_DIR`` is ``dataDir``."""
    first, *rest = [word for word in variable.lower().split("_") if word] or ["value"]
    name = first + "".join(word.capitalize() for word in rest)
    return f"v{name}" if name[0].isdecimal() else name


_RESERVED = KEYWORDS | frozenset(
    "config lib pkgs options builtins import map toString true false null throw abort derivation restarting waiting".split()
)


NO_SYMBOLS = Symbols(())
