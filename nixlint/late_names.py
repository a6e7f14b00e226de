"""Packages that are a list of names for others to use: each name is loaded from its home when somebody first asks for it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module


def late_names(package: str, groups: Iterable[Mapping[str, str]], page: str) -> Callable[[str], object]:
    """The ``__getattr__`` of a package (PEP 562) whose names, each with the module it is at home in, are in some groups.

    It raises :class:`AttributeError` for any other name; ``page`` is where the names are listed.
    """
    homes = {name: home for group in groups for name, home in group.items()}

    def loaded(name: str) -> object:
        home = homes.get(name)
        if home is None:
            raise AttributeError(f"{package} has no {name}: see {page}")
        found: object = getattr(import_module(home), name)
        setattr(sys.modules[package], name, found)
        return found

    return loaded
