"""Secrets among other text: ``NAME=value`` of an environment, flags of a command, lines of a configuration file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from .names import kind_of_secret
from .values import UNKNOWN, Look, look_of


class Assignment(NamedTuple):
    """A secret's name within a text, what kind of secret it promises, and what its value looks like."""

    name: str
    kind: str
    look: Look
    at: int
    """Which line or word of the text it is, counted from 0."""


def assignment(text: str) -> Assignment | None:
    """The secret in ``NAME=value``, the form of an environment variable."""
    name, equals, value = text.partition("=")
    if not equals or not name.isascii() or not name.replace("_", "a").replace("-", "a").replace(".", "a").isalnum():
        return None
    return _judged(name, value, 0)


def secret_flags(words: Sequence[str]) -> Iterator[Assignment]:
    """The secrets among the words of a command: ``--password=x``, ``--token x``, ``-e NAME=x``, ``--env=NAME=x``."""
    for index, word in enumerate(words):
        if index and words[index - 1] in ("-e", "--env"):
            found = assignment(word)
        elif word.startswith("--env="):
            found = assignment(word.removeprefix("--env="))
        elif word.startswith("--") and "=" in word:
            name, _, value = word[2:].partition("=")
            found = _judged(name, value, index)
        elif index and words[index - 1].startswith("--") and "=" not in words[index - 1] and not word.startswith("-"):
            found = _judged(words[index - 1][2:], word, index)
        else:
            continue
        if found is not None:
            yield found._replace(at=index)


def secret_lines(text: str) -> Iterator[Assignment]:
    """The secrets in the lines of a configuration file: ``password = x``, ``password: x``, ``export PASSWORD=x``."""
    for index, line in enumerate(text.split("\n")):
        if ("=" in line or ":" in line) and len(line) < 300:
            found = _line().match(line)
            if found is not None:
                value = found["quoted"] if found["quoted"] is not None else found["bare"]
                if found["quoted"] is None and not _is_bare_secret(value):
                    continue
                judged = _judged(found["name"], value, index)
                if judged is not None:
                    yield judged


def _judged(name: str, value: str, index: int) -> Assignment | None:
    kind = kind_of_secret(name)
    if kind is None:
        return None
    value = value.strip().strip("\"'")
    look = look_of(value, name)
    return None if look is Look.NO_SECRET else Assignment(name, kind, look, index)


_TYPES = frozenset("str string bytes int bool text String Secret".split())  # token: str


def _is_bare_secret(value: str) -> bool:
    """Whether a value without quotes is no expression of a program: a call, an index, a variable, a member, a type."""
    is_expression = any(mark in value for mark in ("(", "[", "{", "$", UNKNOWN, "<", ">", "|", "&", ";", '"', "'", ","))
    return not is_expression and value not in _TYPES and _member().fullmatch(value) is None


@cache
def _member() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


@cache
def _line() -> re.Pattern[str]:
    return re.compile(
        r"\s*(?:export\s+|-\s+)?[\"']?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)[\"']?\s*(?:=|:(?=\s))\s*"
        r"(?:(?P<quote>[\"'])(?P<quoted>[^\"']*)(?P=quote)|(?P<bare>\S+))\s*[;,]?\s*$"
    )
