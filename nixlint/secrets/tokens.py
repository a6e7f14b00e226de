"""Secrets that show themselves: private keys, and the tokens of well-known services with their formats.

The formats are in ``nixlint/data/token_formats.json``, each with its source: prefix and length leave next to no room for
anything else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nixlint.data

from .looks import Look, look_of

_DATA = Path(nixlint.data.__file__).parent / "token_formats.json"
_END = r"(?![A-Za-z0-9_-])"


class _Format(NamedTuple):
    """How a token is written: a text that every one holds, the pattern of all of it, and what it is."""

    hint: str
    pattern: str
    kind: str


def _read_formats() -> tuple[_Format, ...]:
    rows = json.loads(_DATA.read_text("utf-8"))["formats"]
    return tuple(_Format(row["hint"], row["format"].replace("{end}", _END), row["kind"]) for row in rows)


_FORMATS = _read_formats()

_PUBLISHED = (
    # Keys that a project has published for everybody, where all that they open is for everybody too.
    "gtoSPXcAFy8dtG1uAig8sCuyE21eMDt2GgJBWcxb/Blaqt1auOtE",  # nixpkgs, nixos/modules/profiles/keys/ssh_host_ed25519_key
)

TOKEN_HINTS = tuple(hint.encode() for hint, _, _ in _FORMATS)
"""Bytes of which at least one is in every file with a token."""


class Token(NamedTuple):
    """A token or a private key: where it stands in a text, and what it is."""

    start: int
    end: int
    kind: str


def token_in(text: str) -> str | None:
    """What kind of token or private key is in a text, or ``None``."""
    return next((token.kind for token in tokens_in(text)), None)


def tokens_in(text: str) -> Iterator[Token]:
    """The tokens and private keys in a text, but for those of documentation and those that are published."""
    if not any(hint in text for hint, _, _ in _FORMATS) or any(key in text for key in _PUBLISHED):
        return
    for hint, format_, kind in _FORMATS:
        if hint in text:
            for found in _compiled(format_).finditer(text):
                if look_of("".join(found.group().split()[-1:])) is not Look.PLACEHOLDER:
                    yield Token(
                        found.start(), _end_of_key(text, found.end()) if hint == "PRIVATE KEY" else found.end(), kind
                    )


def _end_of_key(text: str, at: int) -> int:
    """Where a private key ends whose first line ends at an offset: behind its last line, or with the text."""
    closing = text.find("-----END", at)
    return len(text) if closing < 0 else closing + len(text[closing:].partition("\n")[0].rstrip())


def token_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Where tokens and private keys stand in a text, those of documentation too, and what each is.

    A private key goes up to its last line, or to the end of the text.
    """
    if _any_hint().search(text) is None:
        return
    for hint, format_, kind in _FORMATS:
        if hint in text:
            for found in _compiled(format_).finditer(text):
                yield found.start(), _end_of_key(text, found.end()) if hint == "PRIVATE KEY" else found.end(), kind
    for found in _short_tokens().finditer(text) if any(hint in text for hint in _SHORT_HINTS) else ():
        yield *found.span(), "token"


@cache
def _short_tokens() -> re.Pattern[str]:
    """What looks like a token of these services although it is not as long as theirs."""
    return re.compile(r"\beyJ[\w-]{8,}\.[\w.-]+|\b(?:ghp|gho|glpat|sk|xox[bp])[_-]\w{16,}")


_SHORT_HINTS = ("eyJ", "ghp", "gho", "glpat", "sk-", "sk_", "xox")
"""The same for these."""


@cache
def _any_hint() -> re.Pattern[str]:
    """What stands in every text with a token: one search, for most texts have none."""
    return re.compile("|".join(map(re.escape, (*(hint for hint, _, _ in _FORMATS), *_SHORT_HINTS))))


@cache
def _compiled(format_: str) -> re.Pattern[str]:
    return re.compile(format_)
