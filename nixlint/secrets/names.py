"""Names that hold a secret: options, environment variables, keys of configuration files, flags.

A name is taken apart into words (``GITEA__database__PASSWD``, ``adminPassword``, ``secret-key``) and judged by its last
words, for it is these that say what the value *is*; the words before say whose it is, or that it is something else. The
words are in ``nixlint/data/secret_names.json``, each with the reason why it is there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nixlint.data

_DATA = Path(nixlint.data.__file__).parent / "secret_names.json"


class NameClass(Enum):
    """What a name says of the value that stands there."""

    SECRET = "secret"
    """A secret for certain; a rule may say so."""
    HIDE = "hide"
    """Perhaps a secret: it is not shown, and not written into the store, but no rule says that it is one."""
    PUBLIC = "public"
    """It has a word of secrets in it and is about something else: ``passwordFile``, ``publicKey``, ``TOKEN_TTL``."""
    NEUTRAL = "neutral"
    """It says nothing."""


@cache
def classify_name(name: str) -> NameClass:
    """What a name says of its value."""
    if kind_of_secret(name) is not None:
        return NameClass.SECRET
    words = _words(name)
    if not _sounds_secret(words):
        return NameClass.NEUTRAL
    return NameClass.PUBLIC if _is_public(words) else NameClass.HIDE


def is_hidden(name: str) -> bool:
    """Whether what stands at a name is not to be shown: it is a secret, or may be one."""
    return classify_name(name) in (NameClass.SECRET, NameClass.HIDE)


def hidden_kind(name: str) -> str:
    """What to call the value at a name that is not to be shown, or an empty text where it may be shown."""
    return kind_of_secret(name) or ("value" if is_hidden(name) else "")


def hidden_kind_of_path(names: Sequence[str | None], around: str = "") -> str:
    """The same for a value at a path of names, which is hidden with a set that is; ``around`` is what that set is.

    Declarations of sops-nix and agenix are named by the secret and hold none: ``sops.secrets.password.owner``.
    """
    if any(name in _DECLARE for name in names):
        return ""
    if any(name is not None and classify_name(name) is NameClass.PUBLIC for name in names[-2:]):
        return ""  # passwordFile, authorizedKeys.keys
    return next((kind for name in reversed(names) if name is not None and (kind := hidden_kind(name))), around)


_DECLARE = ("sops", "age", "agenix", "vaultix", "ragenix")


@cache
def kind_of_secret(name: str) -> str | None:
    """What kind of secret a name promises (``password``, ``API key``), or ``None`` where it promises none."""
    words = _words(name)
    if not words or name == _FILE_BY_CONVENTION or name.lower().endswith(".pw"):  # a host in Palau
        return None
    if "".join(words) in _facts().whole:
        return _facts().whole["".join(words)]
    if not _facts().about.isdisjoint(words):
        return None
    if _password_of().fullmatch(name) is not None:
        return "password"
    return _kind_of_words(words) or ("password" if name.isupper() and words[-1] == "pass" else None)


@cache
def kind_of_secret_file(name: str) -> str | None:
    """What kind of secret is in the file that an option of this name takes, or ``None``."""
    words = _words(name)
    if not words:
        return None
    if name == _FILE_BY_CONVENTION:
        return "secret"
    joined = "".join(words)
    if joined in _facts().files:
        return _facts().files[joined]
    before = words[:-1]
    if words[-1] not in ("file", "path") or not before or not _facts().about.isdisjoint(before):
        return None
    return _kind_of_words(before)


def is_environment_file(name: str) -> bool:
    """Whether an option of this name takes a file of environment variables."""
    return "".join(_words(name)) in _facts().files_of_variables


_FILE_BY_CONVENTION = "_secret"
"""In the settings of some modules, ``{ _secret = path; }`` stands for what is in a file when the service starts
(nixpkgs, ``utils.genJqSecretsReplacementSnippet``)."""


def _kind_of_words(words: tuple[str, ...]) -> str | None:
    facts = _facts()
    last = words[-1]
    before = words[-2] if len(words) > 1 else ""
    if last in facts.words:
        return facts.words[last]
    if "".join(words) in facts.whole:
        return facts.whole["".join(words)]
    if last == "key":
        return facts.keys.get(words[-3:-1]) or facts.keys.get((before,))
    if last.endswith("key") and (last.removesuffix("key"),) in facts.keys:  # apikey, written as one word
        return facts.keys[(last.removesuffix("key"),)]
    if last == "base" and words[-3:-1] == ("secret", "key"):  # SECRET_KEY_BASE of Rails and Phoenix
        return "secret key"
    if last == "raw" and before == "psk":  # networking.wireless.networks.<name>.pskRaw: as good as the passphrase
        return "pre-shared key"
    if last == "pass":
        return "password" if not before or before in facts.owners_of_pass else None
    return next((kind for word, kind in facts.endings.items() if last.endswith(word)), None)


def _sounds_secret(words: tuple[str, ...]) -> bool:
    facts = _facts()
    ordinary = [word for word in words if word not in facts.ordinary]
    if any(word in facts.hidden or word.endswith("key") for word in ordinary):
        return True
    return any(part in word for word in ordinary for part in facts.parts)


def _is_public(words: tuple[str, ...]) -> bool:
    facts = _facts()
    return words[-1] in facts.no_secret or words[0] in facts.no_secret_before or "public" in words


@cache
def _words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, without numbers at its end."""
    words = [word.lower() for word in _word_pattern().findall(name[:200])]
    while words and words[-1].isdecimal():
        words.pop()
    return tuple(words)


@cache
def _password_of() -> re.Pattern[str]:
    """A variable that is named by whose password it is: ``PASSWORD_gitea``, ``NEKO_PASSWORD_ADMIN``."""
    return re.compile(r"PASSWORD_[a-z][a-z0-9]*|(?:[A-Z0-9]+_)+PASSWORD_(?:ADMIN|ROOT|USER)")


@cache
def _word_pattern() -> re.Pattern[str]:
    return re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


class _Facts(NamedTuple):
    """The tables of ``secret_names.json``."""

    endings: Mapping[str, str]
    words: Mapping[str, str]
    whole: Mapping[str, str]
    owners_of_pass: frozenset[str]
    keys: Mapping[tuple[str, ...], str]
    about: frozenset[str]
    no_secret: frozenset[str]
    no_secret_before: frozenset[str]
    parts: frozenset[str]
    hidden: frozenset[str]
    ordinary: frozenset[str]
    files: Mapping[str, str]
    files_of_variables: frozenset[str]


@cache
def _facts() -> _Facts:
    tables = json.loads(_DATA.read_text("utf-8"))

    def words(table: str, key: str = "word") -> frozenset[str]:
        return frozenset(row[key] for row in tables[table])

    def kinds(table: str, key: str = "word") -> dict[str, str]:
        return {row[key]: row["kind"] for row in tables[table]}

    return _Facts(
        kinds("ends_a_secret"),
        kinds("is_a_secret"),
        kinds("is_the_whole_name", "name"),
        words("owns_a_pass"),
        {tuple(row["words"].split()): row["kind"] for row in tables["owns_a_key"]},
        words("is_about_a_secret"),
        words("is_no_secret"),
        words("begins_no_secret", "words"),
        words("sounds_secret", "part"),
        words("is_hidden"),
        words("ordinary"),
        kinds("takes_a_file", "name"),
        words("takes_a_file_of_variables", "name"),
    )
