"""The secrets that stand in plain text at a definition: its value, a word of its list, the password in its URL.

Tokens, private keys and passwords in URLs that are written whole show by themselves what they are and are left to the
strings that hold them, wherever those are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from nixlint.rule import Place, Repository, Rule, WrittenDefinition
from nixlint.secrets.assignments import Assignment, assignment, kind_of_key, secret_flags
from nixlint.secrets.looks import Look, is_guessed, look_of
from nixlint.secrets.names import is_environment_file, kind_of_secret, kind_of_secret_file
from nixlint.secrets.options import SecretOption, secret_option
from nixlint.secrets.positions import Position, is_login, position_of
from nixlint.secrets.urls import url_password
from nixlint.secrets.ways import Source, Way, sources_of, strings_of, text_of

from .exposures import Exposure, reaches_store, shows_itself
from .takers import Taker, taker_of
from .verdicts import LISTS, MARKS, called, promises_secret, weight_of, what_of

_COMPOSED_URL = re.compile(rb"://[\s\S]{0,500}?\$\{")
"""What is in every value that is taken for a URL which is put together."""
_LIST_WORDS = frozenset(name.encode() for name in LISTS)


class PlainValueRule(Rule[WrittenDefinition]):
    """A rule about secrets in plain text at definitions, each for one taker of values."""

    asks = (WrittenDefinition,)
    values = _COMPOSED_URL
    finds_secrets = True
    also_suppressed_by = MARKS

    def may_concern(self, word: bytes) -> bool:
        """Whether a name with it may promise a secret."""
        return _may_promise_secret(word)

    def in_company(self, chosen: frozenset[bytes], words: frozenset[bytes]) -> frozenset[bytes]:  # noqa: ARG002
        """Names of lists only where something in the file promises a secret."""
        return chosen if any(map(promises_secret, chosen)) else chosen - _LIST_WORDS


@cache
def _may_promise_secret(word: bytes) -> bool:
    return word in _LIST_WORDS or promises_secret(word)


def plain_values(definition: WrittenDefinition, repository: Repository) -> Iterator[Exposure]:
    """The secrets in plain text at a definition."""
    name = definition.path.last
    if name is None or not reaches_store(definition):
        return
    kind = kind_of_value(definition)
    if kind is not None:
        yield from _value(definition, kind)
    elif kind_of_secret_file(name) is not None or is_environment_file(name):
        return
    elif name in LISTS and _is_promising(definition.name.path, repository):
        yield from _list(definition)
    elif _is_composed_url(definition.value_place, repository):
        yield from _url(definition)


def kind_of_value(definition: WrittenDefinition) -> str | None:
    """What kind of secret a definition's name promises, or its value where it is a variable with a key."""
    name = definition.path.last or ""
    return kind_of_secret(name) or _kind_of_key(definition, name)


def _is_promising(path: Path, repository: Repository) -> bool:
    """Whether anything in a file promises a secret: else nobody works out what the lists of words in it come to."""
    source = repository.source(path)
    return source is not None and promises_secret(source.data)


def _kind_of_key(definition: WrittenDefinition, name: str) -> str | None:
    """What a variable of an environment is that is set to a key in hexadecimal digits."""
    if not name.endswith("_KEY") or not _ENVIRONMENTS.intersection(definition.path.names[:-1]):
        return None
    return next(
        (kind for each in sources_of(definition.value) if (kind := kind_of_key(name, each.text)) is not None), None
    )


_ENVIRONMENTS = frozenset({"environment", "env", "variables", "sessionVariables", "globalEnvironment"})


def _value(definition: WrittenDefinition, kind: str) -> Iterator[Exposure]:
    """A definition of an option that is itself the secret."""
    option, position = definition.path, position_of(definition.path)
    known = secret_option(option)
    is_option = known is not None and not known.is_free_form and taker_of(option) is Taker.OPTION
    for source in sources_of(definition.value):
        if source.way is not Way.LITERAL or shows_itself(source.text):
            continue
        look = look_of(source.text, "" if position is Position.CERTAIN else option.last or "", kind)
        if look is Look.NO_SECRET:
            continue
        guessed = is_login(option) and is_guessed(source.text)
        message = f"{option} is {what_of(kind, look, source.text, is_login=guessed)}"
        weight = weight_of(look, Position.CERTAIN if is_option else position, option, is_guessed=guessed)
        yield Exposure(source, message, *weight, help=replacement(known))


def replacement(known: SecretOption | None) -> str:
    """What to use in the place of a known option with a secret in plain text."""
    if known is not None and known.value is not None:
        return f'write "{known.value}" there, with a file that sops-nix or agenix makes for it; then change the secret'
    if known is None or known.replacement is None:
        return ""
    return f"use {known.replacement}, with a file that sops-nix or agenix makes; then change the secret"


def _list(definition: WrittenDefinition) -> Iterator[Exposure]:
    """A definition of variables (``[ "PASSWORD=x" ]``) or of a command's words."""
    strings = list(strings_of(definition.value))
    texts = [text_of(string) for string, _ in strings]
    for index, found in _secrets_in_words(texts):
        string, place = strings[index]
        if shows_itself(texts[index]):
            continue
        source = Source(Way.LITERAL, texts[index], place=place or string.place)
        what = f"{definition.path} sets {found.name} to {called(found.kind, found.look)} in plain text"
        message = f"{what}, which every user can read in /nix/store"
        yield Exposure(source, message, *weight_of(found.look, Position.LIKELY), evidence=found.name)


def _secrets_in_words(texts: list[str]) -> Iterator[tuple[int, Assignment]]:
    if len(texts) == 1 and " " in texts[0]:
        for found in secret_flags(texts[0].split()):
            yield 0, found
        return
    for found in secret_flags(texts):
        yield found.at, found
    for index, text in enumerate(texts):
        variable = assignment(text) if index == 0 or texts[index - 1] not in ("-e", "--env") else None
        if variable is not None:
            yield index, variable


def _url(definition: WrittenDefinition) -> Iterator[Exposure]:
    """A definition of a URL that is put together from parts."""
    for source in sources_of(definition.value):
        look = url_password(source.text)
        if look is not Look.NO_SECRET:
            what = f"{definition.path} is a URL with a password in plain text"
            message = f"{what}, which every user can read in /nix/store"
            yield Exposure(source, message, *weight_of(look, Position.LIKELY))


def _is_composed_url(place: Place, repository: Repository) -> bool:
    """Whether a string with something interpolated into a URL's credentials is written somewhere."""
    source = repository.source(place.path)
    text = (
        b"" if source is None else source.data[place.span.start : min(place.span.end, place.span.start + _LONGEST_URL)]
    )
    return text.startswith(b'"') and b"${" in text and _composed_password().search(text) is not None


_LONGEST_URL = 500  # bytes


@cache
def _composed_password() -> re.Pattern[bytes]:
    return re.compile(rb"://[^/@]*:[^/@]*\$\{[^@]*@|://[^/@]*\$\{[^}]*\}[^/@]*@")
