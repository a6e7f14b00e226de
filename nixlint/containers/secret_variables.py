"""Which environment variables hold secrets. Where they are only moved out of sight, one too many does no harm."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"PASS|SECRET|TOKEN|CREDENTIAL|PRIVATE|SALT|API_?KEY|AUTHKEY|(?:^|_)(?:KEYS?|PW|PWD|PSK|DSN|PIN|AUTH|JWT|COOKIE)(?:_|$)|KEY$",
    re.IGNORECASE,
)
_URL_WITH_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:([^/\s@]+)@", re.IGNORECASE)
_BEARER = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\beyJ[\w-]{8,}\.[\w-]+\.|\b(?:ghp|gho|glpat|sk|xox[bp])[_-]\w{16,}"
)
_SHARE_WITH_PASSWORD = re.compile(r"//[^/\s:@]*:[^/\s@]+@")
_SETTING = re.compile(r"([\w.-]+)=")
_HARMLESS = re.compile(r"true|false|yes|no|on|off|null|none", re.IGNORECASE)


def is_secret_variable(name: str, value: str) -> bool:
    """Whether a variable may hold a secret, by its name or by what it is set to.

    An empty value and a switch are none, nor is the path in a variable that ends in ``_FILE``.
    """
    if not value or _HARMLESS.fullmatch(value):
        return False
    if name.upper().endswith(("_FILE", "_PATH", "_DIR")) and value.startswith("/"):
        return False
    return bool(_NAME.search(name)) or holds_secret(value)


def holds_secret(text: str) -> bool:
    """Whether a text has a secret in it that shows by its shape: a password in a URL, a private key, a token."""
    return bool(_URL_WITH_PASSWORD.search(text) or _BEARER.search(text))


def without_secret(text: str) -> str:
    """A text that may be shown: ``…`` for one that holds a secret by its shape, or for all after ``password=`` and the like.

    The names of flags are no names of secrets: ``--secret=id`` tells a name.
    """
    if holds_secret(text) or _SHARE_WITH_PASSWORD.search(text):
        return "…"
    for setting in _SETTING.finditer(text):
        if not setting[1].startswith("-") and sounds_secret(setting[1]):
            return f"{text[: setting.end()]}…"
    return text


def passwords_in(text: str) -> tuple[str, ...]:
    """The passwords of the URLs in a text."""
    return tuple(_URL_WITH_PASSWORD.findall(text))


def sounds_secret(name: str) -> bool:
    """Whether the name of a variable is one of a secret."""
    return bool(_NAME.search(name))
