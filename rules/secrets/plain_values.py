"""The secrets that stand in plain text at a definition: its value, a word of its list, the password in its URL.

Tokens, private keys and passwords in URLs that are written whole show by themselves what they are and are left to the
strings that hold them, wherever those are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from nixlint.rule import OptionPath, Place, Repository, Rule, WrittenDefinition
from nixlint.secrets.assignments import Assignment, assignment, kind_of_key, secret_flags
from nixlint.secrets.looks import Look, is_guessed, look_of
from nixlint.secrets.names import is_environment_file, kind_of_secret, kind_of_secret_file
from nixlint.secrets.options import SecretOption, secret_option, tell_tale_words
from nixlint.secrets.positions import Position, is_login, position_of
from nixlint.secrets.urls import url_password
from nixlint.secrets.ways import Source, Way, sources_of, strings_of, text_of

from .exposures import Exposure, shows_itself, with_entries
from .reach import reaches_store
from .takers import Taker, taker_of
from .uses import may_be_used
from .verdicts import KEYWORDS, LISTS, MARKS, called, has_promising_word, promises_secret, weight_of, what_of

_COMPOSED_URL = re.compile(rb"://[\s\S]{0,500}?\$\{")
"""What is in every value that is taken for a URL which is put together."""
_LIST_WORDS = frozenset(name.encode() for name in (*LISTS, "options", "mountOptions", "SetCredential"))


class PlainValueRule(Rule[WrittenDefinition]):
    """A rule about secrets in plain text at definitions, each for one taker of values."""

    asks = (WrittenDefinition,)
    words = (*KEYWORDS, b"://", *tell_tale_words())  # lists count only where something promises a secret
    values = _COMPOSED_URL
    finds_secrets = True
    also_suppressed_by = MARKS

    def may_concern(self, word: bytes) -> bool:
        """Whether a name with it may promise a secret."""
        return _may_promise_secret(word)

    def in_company(self, chosen: frozenset[bytes], words: frozenset[bytes]) -> frozenset[bytes]:
        """Lists only where something in the file promises a secret, and options that several words tell by all of them."""
        telling = tell_tale_words()
        are_lists_asked = any(map(promises_secret, words))
        return frozenset(
            word
            for word in chosen
            if promises_secret(word)
            or (are_lists_asked and word in _LIST_WORDS)
            or (word in telling and not telling[word].isdisjoint(words))
        )

    def may_be_at(self, path: OptionPath) -> bool:
        """Whether what stands there may get into the store."""
        return may_be_used(path)


@cache
def _may_promise_secret(word: bytes) -> bool:
    return word in _LIST_WORDS or promises_secret(word) or word in tell_tale_words()


def plain_values(definition: WrittenDefinition, repository: Repository) -> Iterator[Exposure]:
    """The secrets in plain text at a definition."""
    for each in with_entries(definition):
        if each.path.last is not None and reaches_store(each):
            for exposure in _at(each, each.path.last, repository):
                yield exposure if each is definition else exposure.of_entry(each)


def _at(definition: WrittenDefinition, name: str, repository: Repository) -> Iterator[Exposure]:
    kind = kind_of_value(definition)
    if kind is not None:
        yield from _value(definition, kind)
    elif kind_of_secret_file(name) is not None or is_environment_file(name):
        return
    elif is_mount_options(definition.path):
        yield from _mount_options(definition)
    elif is_set_credential(definition.path):
        yield from _credentials(definition)
    elif name in LISTS and _is_promising(definition.name.path, repository):
        yield from _list(definition)
    elif is_composed_url(definition.value_place, repository):
        yield from _url(definition)


def kind_of_value(definition: WrittenDefinition) -> str | None:
    """What kind of secret a definition's name promises, or its value where it is a variable with a key."""
    name, known = definition.path.last or "", secret_option(definition.path)
    return kind_of_secret(name) or (None if known is None else known.kind) or _kind_of_key(definition, name)


def _is_promising(path: Path, repository: Repository) -> bool:
    """Whether anything in a file promises a secret: else nobody works out what the lists of words in it come to."""
    source = repository.source(path)
    return source is not None and has_promising_word(source.data)


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
        is_certain = position is Position.CERTAIN or (is_option and known is not None and known.kind is not None)
        look = look_of(source.text, "" if is_certain else option.last or "", kind)
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


def is_mount_options(option: OptionPath) -> bool:
    """Whether an option is one with the options of a mounted file system."""
    names = option.names
    if names[-1] not in ("options", "mountOptions"):
        return False
    return (len(names) > 2 and names[-3] == "fileSystems") or names[-3:-1] == ("systemd", "mounts")


def _mount_options(definition: WrittenDefinition) -> Iterator[Exposure]:
    """Options of a mounted file system: ``[ "password=x" ]``, ``"username=a,password=x"``."""
    for string, place in strings_of(definition.value):
        text = text_of(string)
        for setting in text.split(","):
            found = assignment(setting)
            if found is not None:
                yield _part(definition, found, Source(Way.LITERAL, text, place=place or string.place))


def is_set_credential(option: OptionPath) -> bool:
    """Whether an option takes credentials for a unit as they are."""
    return option.last == "SetCredential"


def _credentials(definition: WrittenDefinition) -> Iterator[Exposure]:
    """Credentials of a unit: ``"token:x"``. What they are for, only their names tell."""
    for string, place in strings_of(definition.value):
        text = text_of(string)
        name, _, value = text.partition(":")
        kind = kind_of_secret(name)
        look = Look.NO_SECRET if kind is None else look_of(value, name, kind)
        if kind is not None and look is not Look.NO_SECRET:
            source = Source(Way.LITERAL, text, place=place or string.place)
            yield _part(definition, Assignment(name, kind, look, 0), source)


def _part(definition: WrittenDefinition, found: Assignment, source: Source) -> Exposure:
    """A secret that is a part of a definition's value."""
    what = f"{definition.path} sets {found.name} to {called(found.kind, found.look)} in plain text"
    message = f"{what}, which every user can read in /nix/store"
    return Exposure(source, message, *weight_of(found.look, Position.LIKELY), evidence=found.name)


def _list(definition: WrittenDefinition) -> Iterator[Exposure]:
    """A definition of variables (``[ "PASSWORD=x" ]``) or of a command's words."""
    strings = list(strings_of(definition.value))
    texts = [text_of(string) for string, _ in strings]
    for index, found in _secrets_in_words(texts):
        string, place = strings[index]
        if shows_itself(texts[index]):
            continue
        yield _part(definition, found, Source(Way.LITERAL, texts[index], place=place or string.place))


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


def is_composed_url(place: Place, repository: Repository) -> bool:
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
