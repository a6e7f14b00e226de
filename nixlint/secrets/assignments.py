"""Secrets among other text: ``NAME=value`` of an environment, flags of a command, lines of a configuration file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from .looks import UNKNOWN, Look, is_hex_key, look_of
from .names import NameClass, classify_name, kind_of_secret
from .parts import names_engine_secret, secrets_of_programs


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
            found = _judged_flag(name, value, index)
        elif index and words[index - 1].startswith("--") and "=" not in words[index - 1] and not word.startswith("-"):
            found = _judged_flag(words[index - 1][2:], word, index)
        else:
            continue
        if found is not None:
            yield found._replace(at=index)


def _judged_flag(name: str, value: str, index: int) -> Assignment | None:
    """The same for a flag of a command, of which ``--secret`` may name a secret that the engine keeps."""
    return None if name == "secret" and names_engine_secret(value, 0) else _judged(name, value, index)


def secret_statements(text: str) -> Iterator[Assignment]:
    """The secrets within the lines of a script: passwords of SQL, of a command, of a request, of a connection.

    Each is one only where nothing else can be meant: in quotes behind SQL's words, behind a flag of a command, in the
    header ``Authorization``, in the query of a URL, between the other settings of a connection.
    """
    lowered = text.lower()
    for pattern, kind, needed in _QUOTED_OR_HEADED:
        for match in pattern().finditer(text) if any(word in lowered for word in needed) else ():
            look = look_of(match["value"], "", kind)
            if look is not Look.NO_SECRET:
                yield Assignment(match["name"].split()[0], kind, look, 0, *match.span("value"))
    for part in secrets_of_programs(text):
        look = look_of(text[part.start : part.end], "", part.kind)
        if look is not Look.NO_SECRET and _is_bare_secret(text[part.start : part.end]):
            yield Assignment(part.kind, part.kind, look, 0, part.start, part.end)
    for named in _named_values(text):
        for match in named.finditer(text):
            yield from _named_match(match)
    for line in _connection().finditer(text) if "password=" in lowered or "pwd=" in lowered else ():
        if _other_settings().search(line[0]) is not None and _socket().search(line[0]) is None:
            for match in _setting().finditer(text, *line.span()):
                yield from _named_match(match)


def _named_values(text: str) -> Iterator[re.Pattern[str]]:
    """The patterns of a name with its value within a line, as far as they can stand in a text."""
    yield _query()
    if "eader" in text or " -H" in text:
        yield _other_header()
    if '":' in text or '" :' in text:
        yield _member()
    if "</" in text:
        yield _element()
    if "--" in text:
        yield _flag()
    if "=" in text:
        yield _setting_of_flag()
        yield _variable_of_command()


class WrittenByScript(NamedTuple):
    """A text that a script writes into a file: ``echo x > /run/a``. ``start`` and ``end`` are where the text stands."""

    path: str
    start: int
    end: int


def written_by_script(text: str) -> Iterator[WrittenByScript]:
    """The texts of one word that a script writes into files, each with the file's path."""
    for match in _write().finditer(text) if ">" in text else ():
        yield WrittenByScript(match["path"], *match.span("value"))


@cache
def _write() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:echo|printf)\s+(?:-\w+\s+)*(?:[\"']?%s(?:\\n)?[\"']?\s+)?(?P<quote>[\"']?)"
        r"(?P<value>[^\s\"'`$\\|&;<>]{6,})(?P=quote)\s*>\s*[\"']?(?P<path>/[\w./@+-]+)"
    )


def _named_match(match: re.Match[str]) -> Iterator[Assignment]:
    value = match["value"]
    is_quoted = match.string[match.start("value") - 1] in "\"'" and match.string[match.end("value") :][:1] in ("'", '"')
    shortest = _SHORTEST_IN_QUOTES if is_quoted else _SHORTEST_IN_SCRIPT
    judged = _judged(match["name"], value, 0) if len(value) >= shortest else None
    if judged is not None and _is_bare_secret(value):
        yield judged._replace(start=match.start("value"), end=match.end("value"))


_SHORTEST_IN_QUOTES = 4
_SHORTEST_IN_SCRIPT = 6  # characters; a shorter one is a word of its own


@cache
def _sql() -> re.Pattern[str]:
    """``ALTER USER a WITH PASSWORD 'x'``, ``CREATE USER 'a'@'%' IDENTIFIED BY 'x'``."""
    return re.compile(
        r"\b(?:(?:USER|ROLE)\b[^;'\n]{0,80}?(?:'[^']*'@'[^']*'\s+)?)(?P<name>(?:ENCRYPTED\s+)?PASSWORD|IDENTIFIED\s+BY)\s+"
        r"'(?P<value>[^'\n]+)'",
        re.IGNORECASE,
    )


@cache
def _header() -> re.Pattern[str]:
    return re.compile(
        r"\b(?P<name>Authorization)[\"']?(?:\s*+[:=]|(?=\s* )\s)\s*+\\?[\"']?(?:Bearer|Token|ApiKey|Basic)\s+"
        r"(?P<value>[\w.~+/=-]{8,})",
        re.IGNORECASE,
    )


_QUOTED_OR_HEADED = (
    # with a word that is in whatever they match, in small letters: to look for that is much faster
    (_sql, "password", ("password", "identified")),
    (_header, "token", ("authorization",)),
)


@cache
def _query() -> re.Pattern[str]:
    return re.compile(r"(?<=[?&\"'])(?P<name>[A-Za-z_][\w-]*)=(?P<value>[^\s&#\"'<>]+)")


@cache
def _member() -> re.Pattern[str]:
    """A member of an object of JSON, in quotes: ``{"user":"a","password":"b"}``."""
    return re.compile(r"\\?\"(?P<name>[A-Za-z_][\w.-]*)\\?\"\s*:\s*\\?\"(?P<value>[^\"\\\n]+)(?=\\?\")")


@cache
def _element() -> re.Pattern[str]:
    """An element of XML with nothing but its value: ``<ApiKey>x</ApiKey>``."""
    return re.compile(r"<(?P<name>[A-Za-z_][\w.-]*)>(?P<value>[^<>\s]+)</(?P=name)>")


@cache
def _other_header() -> re.Pattern[str]:
    """A header of a request that is named after its secret: ``-H 'X-Api-Key: x'``."""
    return re.compile(
        r"(?:\s-H|--header|_header|header_up)[ =]\s*[\"']?(?P<name>[A-Za-z][\w-]+)(?::\s*|\s+)[\"']?(?P<value>[^\s\"'\\;]+)"
    )


@cache
def _setting_of_flag() -> re.Pattern[str]:
    """A variable or a setting that a command is given: ``docker run -e NAME=x``, ``helm --set auth.password=x``."""
    return re.compile(
        r"(?<![\w-])(?:-e|-D|--env|--set(?:-string)?|--build-arg|--option|--opt|--config|--from-literal)[ =]?"
        r"[\"']?(?P<name>[A-Za-z_][\w.-]*)=[\"']?(?P<value>[^\s\"'\\]+)"
    )


@cache
def _variable_of_command() -> re.Pattern[str]:
    """A variable before the command that it is for: ``PGPASSWORD=x psql``."""
    return re.compile(
        r"(?:^|[;&|(]|\benv)[ \t]*(?:[A-Z_][A-Z0-9_]*=\S*[ \t]+)*(?P<name>[A-Z_][A-Z0-9_]*)="
        r"(?P<quote>[\"']?)(?P<value>[^\s\"'\\;]+)(?P=quote)[ \t]+(?=[\w./${\"])",
        re.MULTILINE,
    )


@cache
def _flag() -> re.Pattern[str]:
    """A flag of a command: a program is before it on the line."""
    return re.compile(
        r"(?:(?<=[\w.}/\"'\\] )|(?<=^))[ \t]*--(?P<name>[A-Za-z][\w.-]*)(?:=| +)[\"']?(?P<value>[^\s\"'\\-][^\s\"'\\]*)",
        re.MULTILINE,
    )


@cache
def _connection() -> re.Pattern[str]:
    """A line with a password among the settings of a connection to a database."""
    return re.compile(r"^[^\n]*(?:password|pwd)=[^\n]*", re.IGNORECASE | re.MULTILINE)


@cache
def _other_settings() -> re.Pattern[str]:
    return re.compile(r"\b(?:host|user|dbname|server|uid|user id|data source|username)=", re.IGNORECASE)


@cache
def _socket() -> re.Pattern[str]:
    """A socket of the machine for a host: the kernel says who asks, and nobody looks at a password."""
    return re.compile(r"\bhost=[\"']?/")


@cache
def _setting() -> re.Pattern[str]:
    return re.compile(r"(?<![\w?&-])(?P<name>password|pwd)=(?P<value>[^\s;,\"'&]+)", re.IGNORECASE)


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
        if any(mark in line for mark in '=:"') and len(line) < _LONGEST_LINE:
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
    """A line of Python, JavaScript, awk or the like. In a shell, a word without quotes is a text like any other."""
    return re.compile(
        r"^\s*(?:\}\s*else\b.*\{|(?:if|for|while) ?\(.*\)\s*\{)\s*$|"
        r"^\s*(?:def \w+\(|import \w+|from [\w.]+ import |(?:const|let) \w+ ?=|(?:async )?function \w*\()",
        re.M,
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


def kind_of_key(name: str, value: str) -> str | None:
    """What a variable such as ``N8N_SIGNING_KEY`` is where it is set to a key in hexadecimal digits, else ``None``."""
    is_named = name.isupper() and name.endswith("_KEY") and classify_name(name) is NameClass.HIDE
    return "key" if is_named and is_hex_key(value) else None


def _judged(name: str, value: str, index: int) -> Assignment | None:
    value = value.strip().strip("\"'")
    kind = kind_of_secret(name) or kind_of_key(name, value)
    if kind is None:
        return None
    look = look_of(value, name, kind)
    return None if look is Look.NO_SECRET else Assignment(name, kind, look, index)


_TYPES = frozenset("str string bytes int bool text String Secret".split())  # token: str


def _is_bare_secret(value: str) -> bool:
    """Whether a value without quotes is no expression of a program: a call, an index, a variable, a member, a type."""
    is_expression = any(mark in value for mark in ("(", "[", "{", "$", UNKNOWN, "<", ">", "|", "&", ";", '"', "'", ","))
    return not is_expression and value not in _TYPES and _attribute().fullmatch(value) is None


@cache
def _attribute() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


@cache
def _line() -> re.Pattern[str]:
    return re.compile(
        r"\s*(?:export\s+|-\s+)?[\"']?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)[\"']?(?:\s*(?:=|:(?=\s))\s*|\s+(?=\"))"
        r"(?:(?P<quote>[\"'])(?P<quoted>[^\"']*)(?P=quote)|(?P<bare>\S+))\s*+[;,]?\s*+$"
    )
