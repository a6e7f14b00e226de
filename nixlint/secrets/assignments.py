"""Secrets among other text: ``NAME=value`` of an environment, flags of a command, lines of a configuration file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from .looks import UNKNOWN, Look, look_of
from .names import kind_of_secret


class Assignment(NamedTuple):
    """A secret's name within a text, what kind of secret it promises, and what its value looks like."""

    name: str
    kind: str
    look: Look
    at: int
    """Which line or word of the text it is, counted from 0."""
    start: int = 0
    end: int = 0
    """Of what :func:`secret_lines` finds: where the value stands in the text."""


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
    """The secrets in the lines of a configuration file: ``password = x``, ``password: x``, ``export PASSWORD=x``.

    In a program, a value without quotes is a variable, and a stand-in is what it compares with, or falls back on. What
    the same text replaces when it runs is no secret either, nor is a password that the text changes.
    """
    lines = text.split("\n")
    is_program = _program().search(text) is not None
    changes_passwords = _new_password().search(text) is not None
    offset = -1
    for index, line in enumerate(lines):
        offset += 1 + (len(lines[index - 1]) if index else 0)
        if ("=" in line or ":" in line) and len(line) < _LONGEST_LINE:
            found = _line().match(line)
            if found is None or _is_database(line):
                continue
            value = found["quoted"] if found["quoted"] is not None else found["bare"]
            if found["quoted"] is None and (is_program or not _is_bare_secret(value)):
                continue
            judged = _judged(found["name"], value, index)
            if judged is None or (changes_passwords and judged.kind == "password"):
                continue
            if judged.look is Look.SECRET and _is_own_word(found["name"], value, lines):
                judged = judged._replace(look=Look.PLACEHOLDER)
            if judged.look is Look.SECRET or not (is_program or _is_replaced(value, lines)):
                start, end = found.span("bare" if found["quoted"] is None else "quoted")
                yield judged._replace(start=offset + start, end=offset + end)


_LONGEST_LINE = 300  # characters; a longer line is data


@cache
def _program() -> re.Pattern[str]:
    """A line of Python, JavaScript or the like. In a shell, a word without quotes is a text like any other."""
    return re.compile(
        r"^\s*(?:def \w+\(|import \w+|from [\w.]+ import |(?:const|let) \w+ ?=|(?:async )?function \w*\()", re.M
    )


@cache
def _new_password() -> re.Pattern[str]:
    return re.compile(r"\bnew[-_]?(?:pass|pw)", re.IGNORECASE)


@cache
def _database() -> re.Pattern[str]:
    """The sources of a database in nsswitch.conf(5): ``passwd: files systemd``."""
    return re.compile(
        r"\s*(?:passwd|shadow|group|gshadow):(?:\s+(?:files|compat|systemd|mymachines|sss|ldap|db|nis|winbind|kanidm|\[[^]]*\]))+\s*$"
    )


def _is_database(line: str) -> bool:
    return _database().match(line) is not None


def _is_own_word(name: str, value: str, lines: Sequence[str]) -> bool:
    """Whether a template says ``USER=user`` and ``PASSWORD=password``: each value is the word for itself."""
    word = value.strip("\"' ").lower()
    if not name.lower().endswith(word):
        return False
    return any(_user_word().match(line) is not None for line in lines)


@cache
def _user_word() -> re.Pattern[str]:
    return re.compile(r"\s*\S*(user(?:name)?)\s*[=:]\s*[\"']?\1[\"']?\s*[;,]?\s*$", re.IGNORECASE)


def _is_replaced(value: str, lines: Sequence[str]) -> bool:
    """Whether a stand-in calls itself a placeholder, or a script replaces it."""
    word = value.strip("\"' ")
    return "placeholder" in word.lower() or any(word in line and _replaces().search(line) for line in lines)


@cache
def _replaces() -> re.Pattern[str]:
    return re.compile(r"\bsed\b|replace|envsubst|[!=]=")


def worst_of(found: Iterator[Assignment]) -> Assignment | None:
    """The first that is a secret, or else the first that is a placeholder."""
    return min(found, key=lambda assignment: assignment.look is Look.PLACEHOLDER, default=None)


def _judged(name: str, value: str, index: int) -> Assignment | None:
    kind = kind_of_secret(name)
    if kind is None:
        return None
    value = value.strip().strip("\"'")
    look = look_of(value, name, kind)
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
