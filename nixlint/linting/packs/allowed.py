"""Which folders with rules the person allowed to run, each as it was when they looked at it.

The list is in the person's own folder for configuration, so that no repository can add to it. It holds a digest for each
folder: one that changed since is not allowed any more. The same rules in another folder, a second clone for instance, are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from nixlint.files.reading import Anywhere
from nixlint.files.writing import Writer

_NAME = "allowed-rules.json"
_FORMAT = 1
_MAX_BYTES = 1024 * 1024


def users_folder() -> Path:
    """The person's own folder for configuration of nixlint."""
    from platformdirs import user_config_path

    return user_config_path("nixlint", appauthor=False)


def allowed_folders() -> Mapping[str, str]:
    """The digests that were allowed, by the folders that had them. Nothing where the list can't be read."""
    try:
        document = json.loads(Anywhere().read(users_folder() / _NAME, _MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    folders = document.get("folders") if isinstance(document, dict) and document.get("format") == _FORMAT else None
    if not isinstance(folders, dict):
        return {}
    return {path: digest for path, digest in folders.items() if isinstance(digest, str)}


def allow(folder: Path, digest: str) -> None:
    """Allow a folder as it is now. Raises :class:`~nixlint.files.writing.NotWritten` where that can't be noted."""
    _write({**allowed_folders(), str(folder): digest})


def forget(folder: Path) -> bool:
    """Allow a folder no more; whether it was allowed before. Other folders with the same rules lose the permission too.

    Raises :class:`~nixlint.files.writing.NotWritten` where that can't be noted.
    """
    before = allowed_folders()
    digest = before.get(str(folder))
    if digest is None:
        return False
    _write({path: other for path, other in before.items() if other != digest})
    return True


def _write(folders: Mapping[str, str]) -> None:
    document = {"format": _FORMAT, "folders": dict(sorted(folders.items()))}
    data = (json.dumps(document, indent=2) + "\n").encode()
    root = users_folder()
    Writer(root).put(root / _NAME, data, may_replace=lambda _: True, mode=0o600, folder_mode=0o700)
