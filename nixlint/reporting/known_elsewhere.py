"""What other catalogues call the risk that a rule is about, from ``nixlint/data/catalogue.toml``.

The file speaks of nixlint's own rules; a rule of another pack has no entry.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Risk(NamedTuple):
    """A risk as a catalogue has it. What has a message and no identifier goes by the message, and has no name."""

    identifier: str
    name: str
    source: str


class Naming(NamedTuple):
    """A catalogue, and the risks of it that are a rule's own."""

    catalogue: str
    source: str
    by_name: bool
    """Whether people know its risks by their names, and not by their identifiers."""
    risks: tuple[Risk, ...]

    def __str__(self) -> str:
        """The catalogue and the words to look for in it."""
        words = (risk.name if self.by_name else risk.identifier for risk in self.risks)
        return f"{self.catalogue}: {', '.join(words)}"


def known_elsewhere(rule: str) -> tuple[Naming, ...] | None:
    """The catalogues that know a rule's risk; ``None`` for a rule without an entry."""
    return _entries().get(rule)


def rules_with_an_entry() -> frozenset[str]:
    """The names of all rules that the file speaks of."""
    return frozenset(_entries())


@cache
def _entries() -> Mapping[str, tuple[Naming, ...]]:
    document = tomllib.loads((files("nixlint.data") / "catalogue.toml").read_text("utf-8"))
    catalogues = document["catalogues"]
    return {
        rule: tuple(
            Naming(
                catalogues[key]["name"],
                catalogues[key]["source"],
                catalogues[key].get("known_by") == "name",
                tuple(_risk(identifier, catalogues[key]["risks"][identifier]) for identifier in identifiers),
            )
            for key, identifiers in named.items()
        )
        for rule, named in document["rules"].items()
    }


def _risk(identifier: str, entry: Mapping[str, str]) -> Risk:
    return Risk(identifier, entry.get("name", ""), entry["source"])
