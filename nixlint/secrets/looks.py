"""The look of a value: a secret, a stand-in that somebody must replace, or no secret at all.

A value at a secret's name is taken for a secret unless its look says otherwise: it refers to something, is a hash, is
public, or is a word that switches something. Where the look is no proof, silence wins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nixlint.data

from .names import kind_of_secret

UNKNOWN = "\0"
"""Stands for a part of a text that is not known."""

_LONGEST_WORD = 16  # capitals; a longer name of a variable has several words with _ between them
_LONGEST = 8192  # a secret is short; a longer text is a document

_SWITCHES = frozenset(
    # Words that say whether or how, at names such as 'password' of a form.
    (
        "true false yes no on off none null nil disable disabled enable enabled unused blank empty auto default "
        "required optional prompt ask always never automatic random generate undefined unset n/a "
        "password+otp publickey keyboard-interactive interactive pam basic bearer digest plain system local "
        "client_secret_basic client_secret_post"
    ).split()
)

_LOCAL_MODELS = frozenset(
    # What local model servers take for an API key: they want some string and look at none.
    (
        "na local localai ollama ollama-local dummy not-needed notneeded no-key nokey no-key-required sk-local lm-studio "
        "lmstudio connection-configured"
    ).split()
)
_DUMMY_KEYS = (
    # What people write at an API key of a server that looks at none; real ones are made by a service, not by hand.
    r"(?:sk-)?(?:local|ollama|llama|vllm|lm-?studio|dummy|none|no-?key|not-?needed|unused|any)(?:only|host|[-_]\w++)*$",
)
_PUBLISHED = frozenset(
    # Published for everybody by those whose service it opens.
    {"openrelayprojectsecret"}  # https://www.metered.ca/tools/openrelay/
)
_NO_AUTHENTICATION = ("noauth", "no-auth", "not-required")
"""Words in a value that say that nobody looks at it."""

_REFERENCES = (
    # The value names where the secret is.
    r"[$@%!\\`]",  # $VAR, ${VAR}, $__file{…}, @placeholder@, %(ENV)s, !secret of Home Assistant, !env_var
    r".*\$[({]",  # …$(cat file)…, …${VAR}…
    r".*\{\{|\{%|\{\$|\{env[.:}]|\{file[.:]",  # templates: {{ .Secret }}, {$VAR} and {env.VAR} of Caddy, {env}VAR
    r"(?:file|env|ext|op|vault|secret|secrets|pass|sops|cmd|exec|ref|keyring|keychain|systemd-creds|bws|doppler)\+?:",
    r"(?:file|env|vault|op)\+?\w*://",
    r"\{[^{}]*\}$",  # {FRIGATE_MQTT_PASSWORD}
    r"ENC\[",  # sops
    r"<[^>]*>$",
    r"#[\w.-]+#$",
    r"(?:process|config|secrets|vars|env|os)\.\w",
    r"(?:cat|pass|gpg|rbw|op|bw|sops|age|secret-tool|gopass) \S",  # a command that prints it
)

_HASHES = (
    # A hash is not the secret.
    r"\$\w+\$",  # crypt(3): $6$, $y$, $2b$, $argon2id$, $pbkdf2-sha512$
    r"\{[A-Z0-9-]+\}",  # LDAP: {SSHA}…
    r"\{[0-9a-f]{40}",  # Transmission's rpc-password
    r"@ByteArray\(",  # qBittorrent's Password_PBKDF2
    r"(?:sha\d+|md5|SCRAM|scrypt|argon2|bcrypt|pbkdf2)[-:$:]",
    r"md5[0-9a-f]{32}$",  # PostgreSQL
    r"sha256-[A-Za-z0-9+/]",
    r"[!*]+$",  # no password may match
    r"(?:md5|sha\d+|plain)#",  # ZNC's Pass: method#hash#salt#
)

_PUBLIC = (
    # Public, or encrypted.
    r"age1[0-9a-z]{20}",
    r"(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-\w",
    r"-----BEGIN (?:PGP MESSAGE|PGP PUBLIC|AGE ENCRYPTED|PUBLIC|CERTIFICATE|SSH2? PUBLIC|RSA PUBLIC|X509|ENCRYPTED)",
    r"\$ANSIBLE_VAULT",
    r"SHA256:",
)

_NO_SECRETS = (
    # Something else that stands at such a name.
    r"(?:/|\./|\.\./|~/)",  # a path
    r"(?:https?|unix|tcp|udp|ldaps?|socks5?)://?",
    r"\d+\s*(?:ms|s|m|h|d|w|y|min|mins|minutes?|hours?|days?|weeks?|months?|years?|sec|seconds?|[KMG]i?B?)$",
    r"(?:static|eui64|prefixstable)?:?[0-9a-fA-F]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*$",  # the Token of systemd-networkd
    r"0x[0-9a-fA-F]{8,40}$",  # an address, a key ID
    r"(?:[\w-]+/)+[\w.-]+$",  # the key of a secret in a file of sops: nextcloud/admin
    r"[\w.-]+\.(?:age|gpg|asc|pub|pem|crt|key|json|ya?ml|toml|env|txt|nix)$",  # a file's name
    r"anonymous(?:@.*)?$",  # whom FTP lets in
    r"[a-z]+=\S+(?:,\S+)*$",  # a list of settings: fg=red,bold
    r"(?i:unused|ignored)[-_:]",  # unused-see-netrc
    # where the secret comes from: nix-managed-use-env-var, set-by-sops
    r"(?i:(?:[a-z]+[-_])*(?:use|see|from|via|by)[-_](?:the[-_])?(?:env(?:[-_]?var)?|environment|sops|agenix|vault|netrc|file)s?)$",
    r"\W+$",  # no letter or digit: ********
    r"[a-z]{1,8}[-_]$",  # the prefix of a token and nothing behind it: sk-
    r"(?:pushd|cd|sudo|git|nix|ssh|systemctl|echo|exec) .*(?:&&|;|\|)",  # a command of a shell
)

_PLACEHOLDERS = (
    # A stand-in. It reaches the store when somebody forgets to replace it.
    r"(?:^|[^a-z]|please|must|to)change[-_ ]?(?:me|it|this|in|that|my|now)(?:$|[^a-z]|please|now)|changed?later",
    r"abcdefgh(?:ij|$|[^a-z])|^(?:0123456789|1234567890)?[a-f0-9]*abcdef0123456789$",
    # the same in German, French, Spanish, Portuguese, Italian, Polish and Dutch
    r"(?:bitte[-_ ]?)?(?:ä|ae)nder(?:n|e|mich)|chang(?:er|ez)[-_ ]?moi|cambi[ae]?r?[-_ ]?me|mud[ae]r?[-_ ]?me",
    r"cambiami|zmien[-_ ]?mnie|wijzig[-_ ]?mij",
    r"(?:^|[-_ ])(?:example|sample|placeholder|dummy|fake|mock|todo|fixme|tbd|foobar|lorem|replace|insert|redacted)",
    r"(?:example|placeholder|dummy)(?:$|[-_ ])",
    r"(?:^|[-_ ])(?:your|my)[-_ ]",
    r"^(?:your|my)(?:password|passwd|pass|secret|token|key)$",
    r"(?:secret|password|token|key|passwd)[-_ ]?here",
    r"(?:put|enter|set|fill|generate)[-_ ]?(?:a|your|the|me|in|some)?[-_ ]?(?:password|secret|token|key|own|here)",
    r"super[-_ ]?(?:secret|secure|strong)|very[-_ ]?(?:secret|secure|strong)|top[-_ ]?secret",
    r"not[-_ ]?(?:a[-_ ]?)?(?:secret|secure|real|used|important|the|so)|insecure|unsafe|never[-_ ]use",
    r"^x{3,}$|x{4,}|\*{3,}|\.{3,}|(?:^|[^0-9])0{6,}(?:$|[^0-9])|^(.)\1{3,}=*$",
    r"^(?:test|testing|tests?[-_ ]?(?:password|passwd|pass|pw|secret|token|key)\d*)$",
    r"^(?:foo|bar|baz|abc|asdf|qwerty)$|correct[-_ ]?horse|^hunter2$",
    r"^hack ?me$|^in ?secure|^whatever$",
    r"^sk-1234$",  # the master key of LiteLLM's documentation
)


class Look(Enum):
    """What a value looks like."""

    SECRET = "secret"
    KNOWN = "known to everybody"
    """A default that a program publishes: it protects nothing, whoever can read it."""
    PLACEHOLDER = "placeholder"
    NO_SECRET = "no secret"


_KINDS_MADE_BY_A_SERVICE = frozenset({"API key", "session key", "private key", "key"})
"""Nobody makes up one of these from words with hyphens between them: such a value is a name, or a label."""


def look_of(text: str, name: str = "", kind: str = "") -> Look:
    """What a value that stands at a secret's name looks like.

    ``name`` is that name where the value could as well name a column, a field or a secret elsewhere; without it, any
    word is taken for the secret. ``kind`` is what the name promises.
    """
    text = text.strip()
    if len(text) < 2 or len(text) > _LONGEST or UNKNOWN in text or "\n" in text:
        return Look.NO_SECRET
    if text in _known().defaults:
        return Look.KNOWN
    lowered = text.lower()
    if lowered in _SWITCHES or lowered in _LOCAL_MODELS or text in _PUBLISHED:
        return Look.NO_SECRET
    if any(word in lowered for word in _NO_AUTHENTICATION):
        return Look.NO_SECRET
    if not _holds_secret(text, name, kind) or (kind in ("API key", "token") and _is_dummy_key(lowered)):
        return Look.NO_SECRET
    if _filled_in().fullmatch(text):
        return Look.NO_SECRET
    if _placeholders().search(lowered):
        return Look.PLACEHOLDER
    is_variable = _variable().fullmatch(text) is not None and ("_" in text or len(text) < _LONGEST_WORD)
    return Look.NO_SECRET if is_variable else Look.SECRET


def is_guessed(text: str) -> bool:
    """Whether a password is one that is tried first: a common one, a default, a stand-in."""
    if text.strip().lower() in _known().guessed:
        return True
    return look_of(text) is Look.PLACEHOLDER and _replaced().search(text) is None


@cache
def _replaced() -> re.Pattern[str]:
    """What calls itself a placeholder waits for a program to replace it; a person writes ``changeme``."""
    return re.compile(r"placeholder|replaced|redacted", re.IGNORECASE)


def published_by(text: str) -> str:
    """Whose published default a value is."""
    return _known().defaults[text.strip()]


class _Known(NamedTuple):
    defaults: Mapping[str, str]
    guessed: frozenset[str]


@cache
def _known() -> _Known:
    tables = json.loads(_DATA.read_text("utf-8"))
    return _Known(
        {row["value"]: row["of"] for row in tables["defaults"]}, frozenset(row["value"] for row in tables["guessed"])
    )


_DATA = Path(nixlint.data.__file__).parent / "known_secrets.json"


def is_hex_key(text: str) -> bool:
    """Whether a value is a key of 128 or 256 bits, in hexadecimal digits and nothing else."""
    return (
        len(text) in (32, 64)
        and all(character in "0123456789abcdef" for character in text.lower())
        and not (text.isdecimal() or len(set(text)) < _FEW_DIGITS)
    )


_FEW_DIGITS = 6  # 0000…, deadbeef…: a key made by chance has more different digits
_PASSPHRASES = frozenset({"password", "passphrase", "pre-shared key"})
"""Of these kinds people make secrets from several words, where it is certain that the value is one."""


def _holds_secret(text: str, name: str, kind: str) -> bool:
    if _exclusions().match(text) or _others().match(text):
        return False
    if name and (_is_name_itself(text, name) or _is_name_of_secret(text, name)):
        return False
    is_prose = " " in text and not any(character.isdecimal() for character in text)
    if is_prose and not name and kind in _PASSPHRASES and _is_passphrase(text):
        return True
    return not (is_prose and len(text.split()) > 3)


def _is_passphrase(text: str) -> bool:
    """Whether a text is some words with nothing but blanks between them, and no sentence."""
    words = text.split()
    return len(words) <= _LONGEST_PASSPHRASE and all(word.isalpha() and word.islower() for word in words)


_LONGEST_PASSPHRASE = 8  # words


def _is_name_itself(text: str, name: str) -> bool:
    """Whether a value repeats its name: ``token = "token"``, ``RTSP_PASSWORD = "rtsp-password"``."""
    own, value = _letters(name), _letters(text)
    return own == value or (own.endswith(value) and _slug().fullmatch(text) is not None)


def _is_name_of_secret(text: str, name: str) -> bool:
    """Whether a value reads like the name of something: ``secret = "restic-server-token"``, ``apiKey = "local-gateway"``.

    A variable of an environment has no names of secrets for a value, for nobody would look them up there.
    """
    if name.isupper() or _slug().fullmatch(text) is None or _placeholders().search(text):
        return False
    kind = kind_of_secret(name)
    if name.lower() == "secret" or kind in _KINDS_MADE_BY_A_SERVICE:
        return True
    words = text.replace("_", "-").split("-")
    if name.endswith("Secret") and name.removesuffix("Secret") in words:  # ssidSecret = "home_ssid"
        return True
    return kind_of_secret(text) is not None or kind in words


def _is_dummy_key(text: str) -> bool:
    """Whether an API key is one of those that stand where something has to stand: ``localonly``, ``1234567890``."""
    digits = text.removeprefix("sk-")
    is_counted = len(digits) > 2 and digits.isdecimal() and digits in "1234567890" * (len(digits) // 10 + 1)
    return is_counted or _dummy_keys().match(text) is not None


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


@cache
def _variable() -> re.Pattern[str]:
    """The name of an environment variable; one of several words may have digits in it."""
    return re.compile(r"[A-Z_]{4,}|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")


@cache
def _filled_in() -> re.Pattern[str]:
    """A mark that a script fills in: ``TOKEN_PLACEHOLDER``, ``__PLACEHOLDER_DB_PASSWORD__``."""
    return re.compile(r"(?:[A-Z0-9_]+_)?PLACEHOLDER(?:_[A-Z0-9_]+)?|__[A-Z0-9_]+__")


@cache
def _slug() -> re.Pattern[str]:
    return re.compile(r"[a-z][a-z0-9]{,3}(?:[-_][a-z]+)+|[a-z]+(?:[-_][a-z]+)+")


@cache
def _dummy_keys() -> re.Pattern[str]:
    return re.compile("|".join(_DUMMY_KEYS))


@cache
def _exclusions() -> re.Pattern[str]:
    return re.compile("|".join((*_REFERENCES, *_HASHES, *_PUBLIC)))


@cache
def _others() -> re.Pattern[str]:
    return re.compile("|".join(_NO_SECRETS))


@cache
def _placeholders() -> re.Pattern[str]:
    return re.compile("|".join(_PLACEHOLDERS))
