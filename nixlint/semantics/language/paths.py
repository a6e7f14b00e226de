"""Paths as Nix makes them from path literals and from ``path + "text"``."""

from __future__ import annotations

from pathlib import Path


def normalised(text: str, folder: Path = Path("/")) -> Path:
    """A path made absolute from a folder, without ``.`` and ``..``; nothing is looked up in the file system."""
    names: list[str] = []
    for name in (folder / text).parts[1:]:
        if name == "..":
            del names[-1:]
        elif name != ".":
            names.append(name)
    return Path("/", *names)
