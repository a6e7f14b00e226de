"""Paths that other Linux systems have, and what NixOS has in their place, from ``nixlint/data/linux_paths.json``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import NamedTuple

from .target import Backend


class OtherPath(NamedTuple):
    """A path that NixOS does not have, or not always: why, and the path that holds the same, if there is one."""

    why: str
    instead: str | None = None


def other_path(path: str, backend: Backend) -> OtherPath | None:
    """What is to be known of a path of the host that a container mounts; ``None`` for one that may well be there."""
    if not path.startswith("/"):
        return None
    written = PurePosixPath("/" + path.lstrip("/"))
    for each in (written, *written.parents):
        fact = _facts().get(each)
        if fact is None or fact.engine not in (None, backend.value) or (fact.is_exact and each != written):
            continue
        if fact.why is None:
            return None
        rest = written.relative_to(each)
        return OtherPath(fact.why, None if fact.instead is None else str(PurePosixPath(fact.instead) / rest))
    return None


class _Fact(NamedTuple):
    """What is known of a path; without a reason it is there, with all below it."""

    why: str | None = None
    instead: str | None = None
    engine: str | None = None
    is_exact: bool = False


@cache
def _facts() -> Mapping[PurePosixPath, _Fact]:
    import json

    facts = json.loads((files("nixlint") / "data" / "linux_paths.json").read_text("utf-8"))
    present = {PurePosixPath(path): _Fact() for path in facts["present"]}
    other = {
        PurePosixPath(path): _Fact(each["why"], each.get("instead"), each.get("engine"), each.get("exact", False))
        for path, each in facts["paths"].items()
    }
    return {**present, **other}
