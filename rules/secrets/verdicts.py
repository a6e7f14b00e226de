"""What the rules about secrets have in common: which files they look at, and how much a secret weighs."""

from __future__ import annotations

import re
from functools import cache

from nixlint.rule import Confidence, OptionPath, Place, Severity
from nixlint.secrets.looks import Look, published_by
from nixlint.secrets.positions import Position, is_initial_password
from nixlint.secrets.tokens import TOKEN_HINTS

KEYWORDS = (
    # the words of names, as they stand in camelCase, snake_case and CAPITALS
    *(b"assw", b"ASSW", b"passp", b"Passp", b"PASSP", b"pass", b"Pass", b"PASS", b"ecret", b"ECRET"),
    *(b"oken", b"OKEN", b"psk", b"Psk", b"PSK", b"pw", b"Pw", b"PW", b"Key", b"KEY", b"key", b"nvironmentFile"),
)
"""A file without any of these bytes defines nothing that promises a secret."""

_KEYWORD = re.compile(b"|".join(KEYWORDS))


@cache
def promises_secret(word: bytes) -> bool:
    """Whether a name with a word in it may be one of a secret, or of the file of one."""
    return _KEYWORD.search(word) is not None


def has_promising_word(data: bytes) -> bool:
    """Whether any word of some bytes may promise a secret."""
    return _KEYWORD.search(data) is not None


_TELLING = (*KEYWORDS, b"PRIVATE", b"uthorization", b"IDENTIFIED", b"identified", *TOKEN_HINTS)
TEXT_KEYWORDS = (*_TELLING, b"@")
"""A file without any of these bytes has no string that shows by itself that it holds a secret."""
TEXT_SIGN = re.compile(b"|".join(map(re.escape, _TELLING)) + rb"|://[^\s/@<>`]{1,1300}@")
"""What is in each such string: an `@` counts where it may stand behind the password of a URL."""

MARKS = ("pragma: allowlist secret", "gitleaks:allow")
"""What other scanners take for a word that a line is meant."""

FORMERLY = ("secret-in-store", "NL301")
"""One rule reported every way of a secret into the store before each way had a rule of its own."""

HELP = (
    "let sops-nix or agenix make a file with the secret when the system starts, and name that file here; then change the "
    "secret"
)
"""The way out where nothing more is known of an option."""


HELP_FOR_USERS = (
    "use hashedPasswordFile, with a file that holds a hash (mkpasswd makes one) and not the password: from agenix, or "
    "from sops-nix with neededForUsers = true, without which the user has no password; then change the password"
)
"""The way out for the password of a user."""


LISTS = frozenset(
    # Options whose value is a list of variables or the words of a command.
    "environment Environment env Env extraOptions cmd command args extraArgs extraFlags ExecStart ExecStartPre".split()
)


def weight_of(
    look: Look, position: Position, option: OptionPath | None = None, *, is_guessed: bool = False
) -> tuple[Severity, Confidence]:
    """How bad a secret is, by its look and by how sure it is that it reaches the store.

    A login that anybody guesses (``is_guessed``) is no milder for being no secret.
    """
    if look is Look.KNOWN:
        return Severity.WARNING, Confidence.CERTAIN
    if is_guessed:
        is_initial = option is not None and is_initial_password(option)
        return Severity.WARNING if is_initial else Severity.ERROR, Confidence.CERTAIN
    if look is Look.PLACEHOLDER:
        return Severity.INFO, Confidence.PLACEHOLDER
    if position is not Position.CERTAIN:
        return Severity.WARNING, Confidence.LIKELY
    is_initial = option is not None and is_initial_password(option)
    return Severity.WARNING if is_initial else Severity.ERROR, Confidence.CERTAIN


def with_article(noun: str) -> str:
    """A noun with its article."""
    return f"an {noun}" if noun[0] in "aeioAEIO" or noun.startswith("NVIDIA") else f"a {noun}"


def is_or_are(noun: str) -> str:
    """The verb for a noun that may be a plural."""
    return "are" if noun.endswith("s") else "is"


def called(kind: str, look: Look) -> str:
    """What to call a secret by its look: ``a password``, or ``a placeholder for a password``."""
    return f"a placeholder for {with_article(kind)}" if look is Look.PLACEHOLDER else with_article(kind)


def what_of(kind: str, look: Look, text: str, *, is_login: bool) -> str:
    """What is wrong with a value: anybody guesses it, everybody knows it, or every user of the machine can read it."""
    if is_login:
        return f"{with_article(kind)} that is easy to guess: anyone who reaches the login gets in"
    if look is Look.KNOWN:
        return (
            f"{with_article(kind)} that everyone knows: it is published by {published_by(text)}, so it protects nothing"
        )
    if look is Look.PLACEHOLDER:
        return f"{called(kind, look)}: replaced here by a real one, it would be readable by every user in /nix/store"
    return f"{with_article(kind)} in plain text, which every user can read in /nix/store"


def contains(outer: Place, inner: Place) -> bool:
    """Whether a place is within another one."""
    return outer.path == inner.path and outer.span.contains(inner.span)
