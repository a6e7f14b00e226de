"""Paths of a host that should be in no container's hands, from ``nixlint/data/host_paths.json``.

A mounted path matches where it is such a path or a folder above one, never where its name only begins like one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import NamedTuple


class HostPath(NamedTuple):
    """A path of the host, and what it is."""

    path: str
    what: str


class _Facts(NamedTuple):
    control: Mapping[str, str]
    engines: tuple[str, ...]
    written: Mapping[str, str]
    read: frozenset[str]
    secrets: Mapping[str, str]


def control_socket(mounted: str) -> HostPath | None:
    """The socket by which whoever has a mounted path gives the host orders: the path itself, or one below it.

    The host's root and folders that hold everything are another matter (:func:`written_path`).
    """
    path = _normalised(mounted)
    if str(path) in _facts().written:
        return None
    return next(
        (
            HostPath(socket, what)
            for socket, what in _facts().control.items()
            if path == PurePosixPath(socket) or path in PurePosixPath(socket).parents
        ),
        None,
    )


def engine_socket(mounted: str) -> HostPath | None:
    """The socket of a container engine that a mounted path is or is above; the host's root is another matter."""
    path = _normalised(mounted)
    if str(path) == "/":
        return None
    return next(
        (
            HostPath(socket, _facts().control[socket])
            for socket in _facts().engines
            if path == PurePosixPath(socket) or path in PurePosixPath(socket).parents
        ),
        None,
    )


def written_path(mounted: str) -> HostPath | None:
    """The path that makes whoever writes there root of the host, where a mounted path is one."""
    path = str(_normalised(mounted))
    what = _facts().written.get(path)
    return None if what is None else HostPath(path, what)


def holds_secrets(path: HostPath) -> bool:
    """Whether to read a path of :func:`written_path` is enough to get the host's keys and passwords."""
    return path.path in _facts().read


def secret_path(mounted: str) -> HostPath | None:
    """The folder of decrypted secrets that a mounted path is or is below."""
    path = _normalised(mounted)
    return next(
        (
            HostPath(folder, what)
            for folder, what in _facts().secrets.items()
            if path == PurePosixPath(folder) or PurePosixPath(folder) in path.parents
        ),
        None,
    )


def _normalised(path: str) -> PurePosixPath:
    """The path without ``.``, doubled slashes and a slash at its end; ``..`` stays, and matches nothing."""
    return PurePosixPath("/" + path.lstrip("/"))


@cache
def _facts() -> _Facts:
    import json

    facts = json.loads((files("nixlint") / "data" / "host_paths.json").read_text("utf-8"))
    return _Facts(
        facts["control"], tuple(facts["engines"]), facts["written"], frozenset(facts["read"]), facts["secrets"]
    )
