"""What a file named ``.nix`` holds: Nix, or something that only looks like it from outside.

Encrypted files are common in repositories of configurations, and no finding about them can be true. They are told by
how they begin; nothing is parsed here.
"""

from __future__ import annotations

import re
from enum import Enum

MAX_FILE_SIZE = 8 * 1024 * 1024
"""Files with more bytes than this are not read; the largest hand-written Nix file is some 100 times smaller."""


class FileKind(Enum):
    """What a file holds; the value is the reason to skip it, for people, and empty for Nix."""

    NIX = ""
    EMPTY = "it contains no expression, only blanks or comments"
    GIT_CRYPT = "it is encrypted with git-crypt"
    SOPS = "it is encrypted with sops"
    AGE = "it is encrypted with age"
    ANSIBLE_VAULT = "it is encrypted with ansible-vault"
    PGP = "it is encrypted with PGP"
    BINARY = "it is not text"
    OVERSIZED = f"it is larger than {MAX_FILE_SIZE // (1024 * 1024)} MiB"
    GIT_LFS = "it is a pointer to a file in Git LFS"

    @property
    def reason(self) -> str:
        """Why the file is skipped, to be read after its name; empty for Nix."""
        return self.value

    @property
    def encrypted(self) -> bool:
        """Whether the file is encrypted."""
        return self in _ENCRYPTED


_ENCRYPTED = frozenset({FileKind.GIT_CRYPT, FileKind.SOPS, FileKind.AGE, FileKind.ANSIBLE_VAULT, FileKind.PGP})

_PREFIXES: tuple[tuple[bytes, FileKind], ...] = (
    (b"\0GITCRYPT", FileKind.GIT_CRYPT),
    (b"age-encryption.org/", FileKind.AGE),
    (b"-----BEGIN AGE ENCRYPTED FILE-----", FileKind.AGE),
    (b"$ANSIBLE_VAULT;", FileKind.ANSIBLE_VAULT),
    (b"-----BEGIN PGP MESSAGE-----", FileKind.PGP),
    (b"version https://git-lfs.github.com/spec/", FileKind.GIT_LFS),
)
_BEGINNINGS = tuple(prefix for prefix, _ in _PREFIXES)


def recognise(data: bytes) -> FileKind:
    """What the bytes of a file are."""
    if len(data) > MAX_FILE_SIZE:
        return FileKind.OVERSIZED
    start = data[:64].lstrip(b" \t\r\n")
    if start.startswith(_BEGINNINGS):
        return next(kind for prefix, kind in _PREFIXES if start.startswith(prefix))
    if b"ENC[AES256_GCM," in data and _is_sops(data):
        return FileKind.SOPS
    if b"\0" in data or _mostly_undecodable(data):
        return FileKind.BINARY
    if _end_of_blanks(data) == len(data):
        return FileKind.EMPTY
    return FileKind.NIX


def _is_sops(data: bytes) -> bool:
    """Whether it is one of sops' stores: JSON, YAML, dotenv or INI with a ``sops`` section; Nix may quote one."""
    first = _end_of_blanks(data)
    if data.startswith(b"{", first):
        return _JSON_OBJECT.match(data, first) is not None
    return b"\nsops:" in data or b"\nsops_" in data or b"\n[sops]" in data


def _mostly_undecodable(data: bytes) -> bool:
    sample = data[:65536]
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return False
    bad = sum(0xDC80 <= ord(character) <= 0xDCFF for character in sample.decode("utf-8", "surrogateescape"))
    return bad * 10 > len(sample)


def _end_of_blanks(data: bytes) -> int:
    """Where the first thing stands that is neither blank nor comment; the size of the data when there is none."""
    match = _BLANKS.match(data)
    return match.end() if match else 0


_BLANKS = re.compile(rb"(?:[ \t\r\n]++|#[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+")
_JSON_OBJECT = re.compile(rb'\{[ \t\r\n]*+"(?:[^"\\]|\\.)*+"[ \t\r\n]*+:')
