"""Masking: the one way from a text of a repository to a text that may be shown.

Of a secret nothing is shown but what kind of one it is and whether it is short or long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from .names import is_hidden, kind_of_secret
from .parts import (
    SecretPart,
    is_harmless,
    may_be_secret,
    secret_parts_by_shape,
    secret_parts_of_command,
    secret_parts_of_prose,
    secret_parts_of_text,
)

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


def shown_name(text: str) -> Shown:
    """A name or a path as it may be shown: only what has the shape of a secret is masked, whatever it is the name of."""
    return Shown(_masked(text, secret_parts_by_shape(text)))


def unmasked(text: str) -> Shown:
    """A text in which :mod:`.hidden` has found nothing to hide, as it is."""
    return Shown(text)


class KnownValues:
    """Values that are secret in some file, to be found where they are written again: in a message, in a resolved text.

    A value that is a word, or short, stands in other texts by chance and is left alone.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        """``values`` are the texts with their kinds."""
        telling = {value: kind for text, kind in values.items() if _is_telling(value := text.strip(), kind)}
        self._kinds = tuple(sorted(telling.items(), key=lambda item: -len(item[0])))
        self._by_beginning: dict[str, list[int]] = {}
        for number, (value, _) in enumerate(self._kinds):
            self._by_beginning.setdefault(value[:_TELLING], []).append(number)

    def masked(self, text: str) -> Shown:
        """A text without these values; what is :class:`Shown` stays as it is but for them, all else is a sentence."""
        for value, kind in self._written_in(text):
            if value in text:
                text = (
                    Shown(text.replace(value, mask(value, kind)))
                    if isinstance(text, Shown)
                    else text.replace(value, mask(value, kind))
                )
        return text if isinstance(text, Shown) else shown_prose(text)

    def _written_in(self, text: str) -> Sequence[tuple[str, str]]:
        """At least those of the values that are in a text, longer ones first: a file may have thousands of them."""
        if len(self._kinds) <= len(text):
            return self._kinds
        beginnings = {text[at : at + _TELLING] for at in range(len(text) - _TELLING + 1)}
        numbers = [number for beginning in beginnings for number in self._by_beginning.get(beginning, ())]
        return [self._kinds[number] for number in sorted(numbers)]


def _is_telling(value: str, kind: str) -> bool:
    """Whether a value stands in other texts for no other reason than that it is this one."""
    if len(value) < _TELLING or is_harmless(value):
        return False
    if kind == "value" and _unit().fullmatch(value) is not None:
        return False
    has_digit = any(character.isdecimal() for character in value)
    has_letter = any(character.isalpha() for character in value)
    return (has_digit and has_letter) or not value.islower() or not value.replace("-", "").replace("_", "").isalpha()


_TELLING = 6  # characters


@cache
def _unit() -> re.Pattern[str]:
    """The name of a unit, which stands in option paths as well: ``systemd.services.app.serviceConfig``."""
    return re.compile(r"[\w@-]+\.(?:service|socket|timer|target|mount|path|slice|scope)")


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
