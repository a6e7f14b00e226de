"""The options that say what a flag of the engine says, from ``nixlint/data/oci_flag_options.json``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class FlagOption(NamedTuple):
    """The option for a flag, how it takes the flag's value, and the first release that certainly has it.

    ``kind``: ``text`` takes the value, ``list`` adds it, ``pairs`` splits it at the first ``=``, ``true`` and ``false`` set
    the name that is the value, ``switch`` takes none.
    """

    option: str
    kind: str
    since: str


@cache
def flag_options() -> Mapping[str, FlagOption]:
    """The options by the flags that they stand for."""
    import json

    document = json.loads((files("nixlint") / "data" / "oci_flag_options.json").read_text("utf-8"))
    return {flag: FlagOption(row["option"], row["kind"], row["since"]) for flag, row in document["flags"].items()}
