"""Services of NixOS that answer DNS questions on the machine where they run, from ``nixlint/data/resolvers.json``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Resolver(NamedTuple):
    """A service: the option that switches it on, and the one, if any, that says whether the machine itself asks it."""

    enable: tuple[str, ...]
    switch: tuple[str, ...] | None


@cache
def resolvers() -> tuple[Resolver, ...]:
    """All that are known."""
    import json

    text = (files("nixlint") / "data" / "resolvers.json").read_text("utf-8")
    return tuple(
        Resolver(tuple(row["enable"].split(".")), tuple(row["switch"].split(".")) if "switch" in row else None)
        for row in json.loads(text)["services"]
    )
