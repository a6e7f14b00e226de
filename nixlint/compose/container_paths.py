"""Paths within a container, as the reference writes them."""

from __future__ import annotations

from posixpath import normpath


def clean_path(path: str) -> str:
    """The shortest path that means the same, as Go's ``path.Clean`` gives it: POSIX leaves two slashes at the beginning."""
    clean = normpath(path)
    return clean[1:] if clean.startswith("//") else clean
