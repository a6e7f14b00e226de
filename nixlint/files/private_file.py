"""A new file of the user's own, which nobody else may read, in a folder that is in none of some trees."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from .writing import NotWritten, Writer

_MOST_FILES = 1000
_MODE, _FOLDER_MODE = 0o600, 0o700


def state_folder() -> Path:
    """The user's folder for what is to last (XDG Base Directory Specification)."""
    state = os.environ.get("XDG_STATE_HOME", "")
    return (Path(state) if os.path.isabs(state) else Path.home() / ".local" / "state") / "nixlint"


def write_private(stem: str, suffix: str, data: bytes, outside: Iterable[Path]) -> Path:
    """Write a file that is new, with a number in its name, and return its path.

    Raises :class:`NotWritten` where the folder is in one of the trees ``outside``, and where the system refuses.
    """
    folder = Path(os.path.realpath(state_folder()))
    if any(folder.is_relative_to(os.path.realpath(root)) for root in outside):
        raise NotWritten("the folder for them is in the repository; set XDG_STATE_HOME to another one")
    for number in range(1, _MOST_FILES):
        path = folder / f"{stem}-{number}{suffix}"
        if not os.path.lexists(path):
            Writer(folder).put(path, data, may_replace=lambda _: False, mode=_MODE, folder_mode=_FOLDER_MODE)
            return path
    raise NotWritten(f"there are too many files {stem}-*{suffix}")
