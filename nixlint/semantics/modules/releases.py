"""The releases of NixOS: which there are, and since which of them something is so. The facts are in ``releases.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nixlint.data

_DATA = Path(nixlint.data.__file__).parent / "releases.json"

UNSTABLE = "unstable"
"""The development branch: newer than every release."""


class Releases(NamedTuple):
    """The releases in order, the development branch last.

    ``default`` is the one that a conversion is for where nobody says, ``oldest_in_use`` the one that everybody has at
    least, and ``since`` the first one that has something.
    """

    names: tuple[str, ...]
    default: str
    oldest_in_use: str
    since: Mapping[str, str]


@cache
def releases() -> Releases:
    """All that is known of releases."""
    facts = json.loads(_DATA.read_text("utf-8"))
    since = {name: fact["release"] for name, fact in facts["since"].items()}
    return Releases(tuple(facts["releases"]), facts["default"], facts["oldest_in_use"], since)


def first_with(novelty: str) -> str:
    """The first release that has something, by its name in the data. Raises :class:`KeyError` where it has none."""
    return releases().since[novelty]


def has(release: str, since: str) -> bool:
    """Whether a release has what another one brought."""
    return release == UNSTABLE or release >= since
