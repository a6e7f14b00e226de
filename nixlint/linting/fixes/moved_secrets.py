"""Where the secrets go that fixes take out of a repository: into one file of the user's own, for nobody else to read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from nixlint.files.private_file import write_private

from .applying import KeptSecret

_HEAD = """\
# Secrets that nixlint took out of Nix files. Encrypt each by the name that stands here, a user's password as a hash, and
# change it, for it has been public. Then delete this file.
"""


def keep(secrets: Sequence[KeptSecret], roots: Iterable[Path]) -> Path:
    """Write secrets into a new file that only its owner may read, and return its path.

    Raises :class:`~nixlint.files.writing.NotWritten` where that cannot be, or would be in one of the repositories ``roots``.
    """
    return write_private("moved-secrets", ".yaml", _document(secrets), roots)


def _document(secrets: Sequence[KeptSecret]) -> bytes:
    """The secrets as sops takes them: a scalar of JSON is one of YAML."""
    lines = [f"{json.dumps(secret.name)}: {json.dumps(secret.text)}\n" for secret in secrets]
    return (_HEAD + "".join(lines)).encode("utf-8", "surrogateescape")
