"""Masking: the one way from a text of a repository to a text that may be shown.

Of a secret nothing is shown but what kind of one it is and whether it is short or long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .names import is_hidden, kind_of_secret
from .parts import SecretPart, may_be_secret, secret_parts_of_command, secret_parts_of_prose, secret_parts_of_text

_SHORT = 12
"""A secret with fewer characters is called short: it can be guessed."""


class Shown(str):
    """A text that may be shown. Only this module makes one, so that whoever has one has a text without secrets."""

    __slots__ = ()


def mask(value: str, kind: str = "value") -> str:
    """What stands in the place of a secret, such as ``‹password, short›``; ``kind`` is what is known of it."""
    return f"‹{kind}, {'short' if len(value) < _SHORT else 'long'}›"


def shown(text: str) -> Shown:
    """A text of a configuration, a script or a comment as it may be shown."""
    return Shown(_masked(text, secret_parts_of_text(text)))


def shown_prose(text: str) -> Shown:
    """A sentence that may quote a configuration as it may be shown."""
    return Shown(_masked(text, secret_parts_of_prose(text)))


def shown_value(name: str, value: str) -> Shown:
    """The value that stands at a name, as it may be shown."""
    if may_be_secret(name, value):
        return Shown(mask(value, kind_of_secret(name) or "value") if is_hidden(name) else shown(value))
    return shown(value)


def shown_command(words: Sequence[str]) -> tuple[Shown, ...]:
    """The words of a command as they may be shown."""
    found: dict[int, list[SecretPart]] = {}
    for word, start, end, kind in secret_parts_of_command(words):
        found.setdefault(word, []).append(SecretPart(start, end, kind))
    return tuple(Shown(_masked(word, found.get(index, ()))) for index, word in enumerate(words))


def _masked(text: str, parts: Iterable[SecretPart]) -> str:
    pieces: list[str] = []
    at = 0
    for part in parts:
        if part.end <= at:
            continue
        pieces += [text[at : max(part.start, at)], mask(text[part.start : part.end], part.kind)]
        at = part.end
    return "".join([*pieces, text[at:]])
