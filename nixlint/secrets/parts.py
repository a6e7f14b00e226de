"""The parts of a text that must not be shown.

What may be a secret is one here: to mask one word too many does no harm, to show one is the fault. Rules, which may only
say what is certain, ask :mod:`.assignments`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nixlint.data

from .names import NameClass, classify_name, is_hidden, kind_of_secret
from .tokens import token_spans
from .urls import DIGEST

_DATA = Path(nixlint.data.__file__).parent / "secret_flags.json"

FIRST_MARK = "\ue000"
"""This character and those for private use that follow it stand for parts of a text that are no text: variables of Nix."""


class SecretPart(NamedTuple):
    """A part of a text that must not be shown: its first character, the one behind its last, and what it is."""

    start: int
    end: int
    kind: str


class SecretPartOfWord(NamedTuple):
    """The same within one word of a command, which is counted from 0."""

    word: int
    start: int
    end: int
    kind: str


def may_be_secret(name: str, value: str) -> bool:
    """Whether the value at a name must not be shown, nor stand in the store: by the name, or by its own shape.

    An empty value, a switch and a variable in its place are no secrets.
    """
    if is_harmless(value):
        return False
    match classify_name(name):
        case NameClass.SECRET | NameClass.HIDE:
            return True
        case NameClass.PUBLIC if _names_a_file(name) and not _path().match(value):
            return True
        case _:
            return holds_secret(value)


def holds_secret(text: str) -> bool:
    """Whether a text has a secret in it that shows by its shape: a password in a URL, a private key, a token."""
    return next(_by_shape(text), None) is not None


def secret_parts_by_shape(text: str) -> tuple[SecretPart, ...]:
    """What shows by its shape to be a secret, in order."""
    return _merged(_by_shape(text), text)


def hashes_in(text: str) -> tuple[SecretPart, ...]:
    """The hashes of crypt(5) in a text."""
    return tuple(SecretPart(*match.span(), "hash") for match in _crypt().finditer(text))


def url_passwords(text: str) -> tuple[str, ...]:
    """The passwords of the URLs in a text."""
    return tuple(match["password"] for match in _url().finditer(text))


def secret_parts_of_text(text: str) -> tuple[SecretPart, ...]:
    """What must not be shown of a text: a configuration file, a script, a comment, a line of them.

    The parts are in order and do not overlap.
    """
    parts = (_by_shape, _by_name, _by_words, _by_statement, _in_commands, _in_items, _below)
    return _merged((part for find in parts for part in find(text)), text)


def secret_parts_of_prose(text: str) -> tuple[SecretPart, ...]:
    """The same for a sentence, in which ``the token: it is`` and ``password is`` are words like any other."""
    return _merged((*_by_shape(text), *_by_statement(text), *_by_name(text, is_prose=True)), text)


def secret_parts_of_command(words: Sequence[str]) -> tuple[SecretPartOfWord, ...]:
    """What must not be shown of the words of a command: ``--password=X``, ``--token X``, ``-e NAME=X``, ``mysql -pX``."""
    found = [*_of_flags(words), *_of_program(words)]
    for index, word in enumerate(words):
        is_flag = word.startswith("-")
        parts = secret_parts_of_text(word) if not is_flag or " " in word or "://" in word else ()
        found += [SecretPartOfWord(index, *part) for part in parts]
    return tuple(dict.fromkeys(sorted(found)))


def secrets_of_programs(text: str) -> Iterator[SecretPart]:
    """The secrets that are flags of one program only, in the commands of a text: ``sshpass -p x``, ``curl -u a:x``."""
    if any(program in text for program in _flags()):
        yield from _of_lines(text, _of_program)


# -- by their shape -------------------------------------------------------------------------------------------------


def _by_shape(text: str) -> Iterator[SecretPart]:
    yield from (SecretPart(*span) for span in token_spans(text))
    if "@" in text:
        for match in _url().finditer(text):
            yield SecretPart(*match.span("password"), "password")
    if "$" in text:
        for match in _crypt().finditer(text):
            yield SecretPart(*match.span(), "hash")


@cache
def _url() -> re.Pattern[str]:
    """A password before a host, with a scheme or, as in mount units, without."""
    return re.compile(
        r"//[^/\s:@'\"]*:(?![$]\{?\w+\}?@|‹)(?P<password>[^/\s@]++(?:@(?=[^/\s@]*@)[^/\s@]*)?)"
        rf"@(?!{DIGEST})"
    )


@cache
def _crypt() -> re.Pattern[str]:
    """A hash of crypt(5)."""
    return re.compile(r"\$(?:1|5|6|2[abxy]|y|7|gy|apr1|sha1|md5|scrypt|argon2\w*|pbkdf2[\w-]*)\$[^\s:\"']{8,}")


# -- by a name before it --------------------------------------------------------------------------------------------


def _by_name(text: str, *, is_prose: bool = False) -> Iterator[SecretPart]:
    """What follows a name and a sign: ``password = "x"``, ``PASSWORD=x``, ``"password": "x"``, ``--password=x``."""
    covered = 0
    for match in _named().finditer(text):
        if match.start() < covered:
            continue  # a name in a value that is hidden as a whole
        name, sign = match["name"], match["sign"]
        if not is_hidden(name) or (
            match["flag"] == "--" and name == "secret" and names_engine_secret(text, match.end())
        ):
            continue
        start, end = _value_at(text, match.end(), match.start())
        if is_prose and sign.strip() == ":" and text[match.end() :][:1] not in ("'", '"'):
            continue
        if start < end and not is_harmless(text[start:end]):
            yield SecretPart(start, end, kind_of_secret(name) or "value")
            covered = end


@cache
def _named() -> re.Pattern[str]:
    return re.compile(
        r"(?<![\w.-])(?P<flag>--?)?(?:(?![A-Za-z_])\w+\.)*+(?P<name>[A-Za-z_][\w.-]*+)\\?[\"']?\]?"
        r"(?P<sign>[ \t]*(?:=>|:=|\?=|=(?!=))[ \t]*(?:\n\s*(?=[\"']))?|:[ \t]+(?=\S)|(?<=[\"']):(?=\S)|:\n\s*(?=[\"']))"
    )


def _value_at(text: str, at: int, before: int) -> tuple[int, int]:
    """The span of the value that begins at a position, without its quotes."""
    for quote in ("''", '"""', '\\"', '"', "'"):
        if text.startswith(quote, at) and not text.startswith(quote + quote, at):
            end = _closing(text, quote, at + len(quote))
            return at + len(quote), end
    end = at
    opened = text[before - 1] if before else ""
    while end < len(text) and not text[end].isspace():
        if opened in ("'", '"', "`") and text[end] == opened:
            break
        if opened in ("?", "&") and text[end] in "&#":
            break
        end += 1
    for _ in range(_MOST_CLOSING):
        if end == at or text[end - 1] not in ";,)]}\"'" or is_harmless(text[at:end]):
            break
        end -= 1
    return at, end


_MOST_CLOSING = 16
"""How many signs behind a value are taken for what closes something else: each is looked at with the whole value."""


def _closing(text: str, quote: str, at: int) -> int:
    """Where a quoted text ends; at the end of the text where nothing closes it."""
    position = at
    while position < len(text):
        if text[position] == "\\" and quote in ('"', "'", '"""'):
            position += 2
        elif quote == "''" and text.startswith(("'''", "''$", "''\\"), position):
            position += 3
        elif text.startswith(quote, position):
            return position
        else:
            position += 1
    return len(text)


# -- by words -------------------------------------------------------------------------------------------------------


def _by_words(text: str) -> Iterator[SecretPart]:
    """A name and its value with nothing but blanks between them: ``password "x"``, ``requirepass x``, netrc's."""
    for match in _name_and_quoted().finditer(text):
        if classify_name(match["name"]) is NameClass.SECRET and not is_harmless(match["value"]):
            yield SecretPart(*match.span("value"), kind_of_secret(match["name"]) or "value")
    for match in _line_of_two_words().finditer(text):
        if classify_name(match["name"]) is NameClass.SECRET and not is_harmless(match["value"]):
            yield SecretPart(*match.span("value"), kind_of_secret(match["name"]) or "value")
    if "machine" in text or "login" in text:
        for match in _netrc().finditer(text):
            yield SecretPart(*match.span(1), "password")


@cache
def _name_and_quoted() -> re.Pattern[str]:
    return re.compile(
        r"(?<![\w.-])(?P<name>[A-Za-z_][\w.-]*)[ \t]+(?P<quote>[\"'])(?P<value>(?!\s)[^\"'\n]+)(?P=quote)"
    )


@cache
def _line_of_two_words() -> re.Pattern[str]:
    return re.compile(
        r"^[ \t]*(?:[#;]+[ \t]*|//[ \t]*)?(?P<name>[A-Za-z_][\w.-]*)[ \t]+(?P<value>[^\s=:]\S*)[ \t]*;?$", re.M
    )


@cache
def _netrc() -> re.Pattern[str]:
    return re.compile(r"\b(?:machine|login)\s+\S+\s+(?:login\s+\S+\s+)?password\s+(\S+)")


# -- by the statement of a language ---------------------------------------------------------------------------------


def _by_statement(text: str) -> Iterator[SecretPart]:
    """SQL's passwords, and the header of a request."""
    lowered = text.lower()
    if "identified" in lowered or "password" in lowered:
        for match in _sql().finditer(text):
            if not is_harmless(match["value"]):
                yield SecretPart(*match.span("value"), "password")
    if "bearer" in lowered or "authorization" in lowered:
        for match in _header().finditer(text):
            if not is_harmless(match["value"]):
                yield SecretPart(*match.span("value"), "token")


@cache
def _sql() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:IDENTIFIED\s+(?:WITH\s+\S+\s+)?(?:BY|AS)|(?:ENCRYPTED\s+)?PASSWORD)\s*+=?\s*+\\?'(?P<value>[^'\\\n]+)",
        re.IGNORECASE,
    )


@cache
def _header() -> re.Pattern[str]:
    return re.compile(
        r"(?:\bauthorization[\"']?\s*[:=]\s*[\"']?(?:\w+\s+)?|\bbearer\s+(?=\S*\d))(?P<value>[^\s\"'\\]{4,})",
        re.IGNORECASE,
    )


# -- in commands ----------------------------------------------------------------------------------------------------


def _in_commands(text: str) -> Iterator[SecretPart]:
    """The secrets in the words of each line that may be a command."""
    if "-" in text or any(program in text for program in _programs_with_words()):
        yield from _of_lines(text, _of_flags, _of_program)


def _of_lines(text: str, *finders: Callable[[Sequence[str]], Iterator[SecretPartOfWord]]) -> Iterator[SecretPart]:
    at = 0
    for line in text.splitlines(keepends=True):
        if "-" in line or any(program in line for program in _programs_with_words()):
            spans = [match.span() for match in _word().finditer(line)]
            bare = [_unquoted(line, *span) for span in spans]
            words = [line[start:end] for start, end in bare]
            for part in (part for find in finders for part in find(words)):
                start = at + bare[part.word][0]
                yield SecretPart(start + part.start, start + part.end, part.kind)
        at += len(line)


@cache
def _word() -> re.Pattern[str]:
    """A word of a shell; where a quote is not closed, up to the next blank."""
    return re.compile(r"(?:\"(?:[^\"\\]|\\.)*+\"|'[^']*'|(?:[^\s\"'\\]|\\.)++)++|[\"'](?:[^\s\\]|\\.)*+|\\")


def _unquoted(text: str, start: int, end: int) -> tuple[int, int]:
    if end - start > 1 and text[start] in "\"'" and text[end - 1] == text[start]:
        return start + 1, end - 1
    while end - start > 1 and text[start] in "\"'[(":
        start += 1
    while end - start > 1 and text[end - 1] in "\"';,])":
        end -= 1
    return start, end


def _of_flags(words: Sequence[str]) -> Iterator[SecretPartOfWord]:
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        if word.startswith("-") and "=" in word:
            name, _, value = word.partition("=")
            name = name.lstrip("-")
            if name in ("e", "env", "build-arg"):
                inner, equals, value = value.partition("=")
                name = inner if equals else ""
            if is_hidden(name) and not is_harmless(value) and not (name == "secret" and names_engine_secret(value, 0)):
                yield SecretPartOfWord(index, len(word) - len(value), len(word), kind_of_secret(name) or "value")
        elif before in ("-e", "--env", "--build-arg"):
            name, equals, value = word.partition("=")
            if equals and may_be_secret(name, value):
                yield SecretPartOfWord(index, len(word) - len(value), len(word), kind_of_secret(name) or "value")
        elif before.startswith("-") and "=" not in before and len(before) > 2 and not word.startswith("-"):
            name = before.lstrip("-")
            if is_hidden(name) and not is_harmless(word) and not (name == "secret" and names_engine_secret(word, 0)):
                yield SecretPartOfWord(index, 0, len(word), kind_of_secret(name) or "value")


class _Flag(NamedTuple):
    programs: frozenset[str]
    flag: str
    is_joined: bool
    after: str
    commands: frozenset[str]
    word_from_end: int


def _of_program(words: Sequence[str]) -> Iterator[SecretPartOfWord]:
    """The flags that mean a secret to one program only."""
    for start, word in enumerate(words):
        program = word[max(word.rfind("/"), word.rfind("=")) + 1 :]  # --health-cmd=mysql -pX
        for flag in _flags().get(program, ()):
            rest = range(start + 1, len(words))
            if flag.commands and not any(words[index] in flag.commands for index in rest):
                continue
            if flag.word_from_end:
                if len(rest) > 1 and (not flag.flag or any(words[index].startswith(flag.flag) for index in rest)):
                    yield SecretPartOfWord(len(words) - 1, 0, len(words[-1]), "password")
                continue
            yield from _of_flag(flag, words, rest)


def _of_flag(flag: _Flag, words: Sequence[str], rest: Iterable[int]) -> Iterator[SecretPartOfWord]:
    for index in rest:
        word = words[index]
        if flag.is_joined and word.startswith(flag.flag) and len(word) > len(flag.flag) and not word.startswith("--"):
            start, value = len(flag.flag), word[len(flag.flag) :]
        elif not flag.is_joined and words[index - 1] == flag.flag:
            _, mark, value = word.partition(flag.after) if flag.after else ("", "", word)
            if flag.after and not mark:
                continue
            start = len(word) - len(value)
        else:
            continue
        if value and not is_harmless(value):
            yield SecretPartOfWord(index, start, len(word), "password")


@cache
def _flags() -> dict[str, tuple[_Flag, ...]]:
    found: dict[str, tuple[_Flag, ...]] = {}
    for row in json.loads(_DATA.read_text("utf-8"))["flags"]:
        flag = _Flag(
            frozenset(row["programs"].split()),
            row.get("flag", ""),
            row.get("joined", False),
            row.get("after", ""),
            frozenset(row.get("command", "").split()),
            row.get("word", 0),
        )
        for program in flag.programs:
            found[program] = (*found.get(program, ()), flag)
    return found


@cache
def _programs_with_words() -> tuple[str, ...]:
    """Programs that take a secret without a flag."""
    return tuple(
        name for name, flags in _flags().items() if any(flag.word_from_end and not flag.flag for flag in flags)
    )


def _in_items(text: str) -> Iterator[SecretPart]:
    """The secrets among the items of a list in lines of their own, which are the words of a command."""
    if "- " not in text or "\n" not in text:
        return
    items: list[tuple[int, int]] = []
    at = 0
    for line in [*text.splitlines(keepends=True), ""]:
        match = _item().match(line.rstrip())
        if match is not None:
            items.append(_unquoted(text, at + match.start(1), at + match.end(1)))
        elif items:
            words = [text[start:end] for start, end in items]
            for part in (*_of_flags(words), *_of_program(words)):
                start = items[part.word][0]
                yield SecretPart(start + part.start, start + part.end, part.kind)
            items = []
        at += len(line)


@cache
def _item() -> re.Pattern[str]:
    return re.compile(r"[ \t]*- +(\S.*)")


# -- below a name, in YAML ------------------------------------------------------------------------------------------


def _below(text: str) -> Iterator[SecretPart]:
    """What stands below a name in lines of its own, further in: the items of a list, a text of many lines, a set."""
    if ":" not in text or "\n" not in text:
        return
    at = 0
    inside: int | None = None
    for line in text.splitlines(keepends=True):
        indent = len(line) - len(line.lstrip(" "))
        stripped = line.strip()
        if inside is not None and stripped and (indent > inside or (indent == inside and stripped.startswith("- "))):
            match = _leaf().match(line.rstrip())
            if match is not None and not is_harmless(match["value"]) and not _is_plain_leaf(match):
                yield SecretPart(at + match.start("value"), at + match.end("value"), "value")
        elif stripped:
            opening = _opening().match(line.rstrip("\n"))
            inside = indent if opening is not None and is_hidden(opening["name"]) else None
        at += len(line)


def _is_plain_leaf(match: re.Match[str]) -> bool:
    """Whether what stands below a name is the path of a file, or says something about the secret."""
    return classify_name(match["name"] or "") is NameClass.PUBLIC or _path().match(match["value"]) is not None


@cache
def _opening() -> re.Pattern[str]:
    return re.compile(r"\s*(?:- +)?[\"']?(?P<name>[A-Za-z_][\w.-]*)[\"']?:\s*+(?:[|>][-+0-9]*|&\w+)?\s*+(?:#.*)?$")


@cache
def _leaf() -> re.Pattern[str]:
    return re.compile(r"\s*(?:- +)?(?:[\"']?(?P<name>[A-Za-z_][\w.-]*)[\"']?:(?:\s+|$))?[\"']?(?P<value>.*?)[\"']?$")


# -- what is no secret ----------------------------------------------------------------------------------------------


def is_harmless(value: str) -> bool:
    """Whether a value says nothing: it is empty, a switch, a variable, a place to be filled in, or masked already."""
    value = value.strip()
    return not value or _harmless().fullmatch(value) is not None


@cache
def _harmless() -> re.Pattern[str]:
    return re.compile(
        r"true|false|yes|no|on|off|null|none|nil|bearer|basic|digest|[-{}\[\]|>&*]++[-+0-9]*"
        r"|\$\{[A-Za-z_][\w.\"]*(?::?\?[^}]*)?\}|\$[A-Z_][A-Z0-9_]*|\$\([^)]*\)|\$__\w+\{[^}]*\}"
        r"|@\w+@|\{\{[^}]*\}\}|\{\$?\w+\}|[\ue000-\uf8ff\0]+|…",
        re.IGNORECASE,
    )


def _names_a_file(name: str) -> bool:
    return name.lower().endswith(("file", "files", "path", "paths", "dir"))


@cache
def _path() -> re.Pattern[str]:
    return re.compile(r"(?:/|\./|\.\./|~/|[a-z]:\\|[$@%]|\[|config\.)|[\w.-]+/|[\w-]+\.\w+$", re.IGNORECASE)


def names_engine_secret(text: str, at: int) -> bool:
    """Whether what follows ``--secret`` is the name of an engine's secret, with its options (podman-run(1))."""
    return _name_of_secret().match(text, at) is not None


@cache
def _name_of_secret() -> re.Pattern[str]:
    return re.compile(r"(?:id=)?[A-Za-z][A-Za-z_.-]*(?:$|[\s\"'])|[\w.-]+,(?:type|target|uid|gid|mode|source|src|env)=")


def _merged(parts: Iterable[SecretPart], text: str) -> tuple[SecretPart, ...]:
    """The parts in order, those that overlap as one. What is masked already is not masked again."""
    masked = [match.span() for match in _mask().finditer(text)] if "›" in text else []
    found: list[SecretPart] = []
    for part in sorted(parts):
        if any(start < part.end and part.start < end for start, end in masked):
            continue
        if found and part.start < found[-1].end:
            last = found[-1]
            found[-1] = SecretPart(
                last.start, max(last.end, part.end), last.kind if last.kind != "value" else part.kind
            )
        else:
            found.append(part)
    return tuple(found)


@cache
def _mask() -> re.Pattern[str]:
    """What :func:`.masking.mask` writes."""
    return re.compile(r"‹[A-Za-z -]{2,40}, (?:short|long)›")
