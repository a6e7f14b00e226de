"""Hashes of passwords, as crypt(5) writes them."""

from __future__ import annotations

import re
from functools import cache

_REFUSED = {
    # Schemes that are cheap to try passwords against. NixOS' libxcrypt has not had them since 23.05
    # (nixpkgs, pkgs/development/libraries/libxcrypt: enabledCryptSchemeIds).
    "1": "MD5",
    "3": "NT",
    "5": "SHA-256",
    "md5": "MD5",
    "sha1": "SHA-1",
}


def is_password_hash(text: str) -> bool:
    """Whether a text is the hash of a password; what locks an account, or is no hash at all, is none."""
    return _hash().match(text) is not None


def cheap_scheme(text: str) -> str | None:
    """The name of a hash's scheme where passwords are cheap to try against it."""
    found = _hash().match(text)
    return None if found is None else _REFUSED.get(found[1])


@cache
def _hash() -> re.Pattern[str]:
    return re.compile(r"\$([a-z0-9]+)[$,][^\s:]{8,}$")
