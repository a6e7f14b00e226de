"""Files that hold secrets: in plain text, encrypted, or made when the system starts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
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


def is_path_of_secret(file: Path | None, names: Sequence[str]) -> bool:
    """Whether a path is one that sops-nix, agenix or systemd makes when the system or a unit starts.

    ``names`` are those that the path is made of, such as ``config.sops.secrets.app.path``.
    """
    return any(_path_of_secret().search(name) is not None for name in names) or _is_below_run(file)


def may_be_path_of_secret(file: Path | None, names: Sequence[str]) -> bool:
    """Whether a path sounds like one of those, where it may be an option of one's own that holds it."""
    return any(not _MODULES.isdisjoint(name.split(".")) for name in names) or _is_below_run(file)


def _is_below_run(file: Path | None) -> bool:
    return file is not None and file.parts[:2] == ("/", "run") and file.parts[2:3] in _FOLDERS


_MODULES = frozenset({"sops", "age", "vaultix"})
_FOLDERS = frozenset(
    # below /run
    {
        ("secrets",),  # sops-nix
        ("secrets-for-users",),  # sops-nix, neededForUsers
        ("secrets.d",),
        ("agenix",),
        ("agenix.d",),
        ("credentials",),  # systemd.exec(5), LoadCredential
        ("keys",),  # NixOps, Colmena
    }
)


@cache
def _path_of_secret() -> re.Pattern[str]:
    return re.compile(r"(?:^|\.)(?:sops|age|vaultix)\.(?:secrets|templates)\..+\.path$")


def is_sops_file(text: str) -> bool:
    """Whether a file has what sops adds to every file, in any of its formats."""
    return "sops" in text and ("ENC[" in text or "mac" in text)


def is_age_file(text: str) -> bool:
    """Whether a file is encrypted by age, as it is or as text."""
    return text.lstrip().startswith(("age-encryption.org/", "-----BEGIN AGE ENCRYPTED FILE-----"))


def is_stand_in(text: str) -> bool:
    """Whether a file is empty, or stands for another one, of Git LFS or of git-annex."""
    return not text.strip() or text.startswith(("version https://git-lfs", "/annex/"))


def is_named_secret(file: Path) -> bool:
    """Whether a file's own name says that it holds a secret."""
    return any(kind_of_secret(part) is not None for part in (file.stem, file.name)) or file.name == "secrets.env"
