"""Files that hold secrets in plain text, as far as a path shows it."""

from __future__ import annotations

from pathlib import Path

from .names import kind_of_secret

_ENCRYPTED = frozenset(
    # What these tools write is meant to be public.
    ".age .gpg .asc .pgp .enc .sops .vault .cred .jwe .encrypted".split()
)
_PUBLIC = frozenset(".pub .crt .cer .csr .fingerprint .md".split())
_LISTS_OF_HASHES = ("htpasswd", "hash")


def is_plain_secret(file: Path) -> bool:
    """Whether a file at an option for secrets holds one that is neither encrypted nor public nor a hash."""
    suffixes = {suffix.lower() for suffix in file.suffixes}
    name = file.name.lower()
    if suffixes & (_ENCRYPTED | _PUBLIC) or "sops" in name or any(word in name for word in _LISTS_OF_HASHES):
        return False
    return name not in ("dev", "null")


def is_named_secret(file: Path) -> bool:
    """Whether a file's own name says that it holds a secret."""
    return any(kind_of_secret(part) is not None for part in (file.stem, file.name)) or file.name == "secrets.env"
