"""The entry points of a group, as :mod:`importlib.metadata` finds them, for a fraction of the time.

That module imports a mail parser, sockets and archives to read a few lines of text, which is a fifth of a whole check of
one file. The layout of what is read here is the packaging specifications' 'Recording installed projects' and 'Entry points
specification'. Anything that is not a plain folder on :data:`sys.path` is left to the library.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import NamedTuple


class EntryPoint(NamedTuple):
    """A name, and the module that it stands for."""

    name: str
    module: str


def entry_points(group: str) -> tuple[EntryPoint, ...]:
    """The entry points of a group, each once, in the order of :data:`sys.path` and then of names."""
    found: dict[EntryPoint, None] = {}
    projects: set[str] = set()
    for folder in sys.path:
        if os.path.isfile(folder):  # noqa: PTH113  # an archive
            found.update(dict.fromkeys(_from_library(group)))
            continue
        for project, text in _projects_in(folder or os.curdir):
            # What stands earlier on the path hides a later installation of the same project.
            if project not in projects:
                projects.add(project)
                found.update(dict.fromkeys(_entries(text, group)))
    return tuple(sorted(found))


def _projects_in(folder: str) -> Iterator[tuple[str, str]]:
    """The installed projects in a folder that have entry points, by name, with the text that lists them."""
    try:
        names = os.listdir(folder)  # noqa: PTH208
    except OSError:
        return
    for name in names:
        if name.endswith((".dist-info", ".egg-info")):
            try:
                with open(os.path.join(folder, name, "entry_points.txt"), encoding="utf-8") as file:  # noqa: PTH118, PTH123
                    text = file.read()
            except OSError:
                continue
            yield name.partition("-")[0].removesuffix(".egg-info").lower().replace(".", "_"), text


def _entries(text: str, group: str) -> Iterator[EntryPoint]:
    section = ""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("["):
            section = stripped[1:-1].strip()
        elif section == group and "=" in stripped and not stripped.startswith(("#", ";")):
            name, _, value = stripped.partition("=")
            yield EntryPoint(name.strip(), value.partition("[")[0].strip())


def _from_library(group: str) -> Iterator[EntryPoint]:
    from importlib.metadata import entry_points as library

    for entry in library(group=group):
        yield EntryPoint(entry.name, entry.value)
