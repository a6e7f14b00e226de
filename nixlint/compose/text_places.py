"""What a secret may become at each place of the Compose specification where text stands.

The facts are ``nixlint/data/compose_texts.json``, sorted by the types of the schema (:mod:`nixlint.compose.schema`). A
place is a path from the top of a project in its long forms, in which ``*`` stands for a name that the project chooses and
``[]`` for an element of a sequence.
"""

from __future__ import annotations

import json
from enum import Enum
from functools import cache
from importlib.resources import files

from .node import TreePath
from .schema import alternatives, compose_types


class TextPolicy(Enum):
    """What a secret in a text becomes."""

    PLAIN = "plain"
    """Written out: it names or chooses something. Only what has the shape of a secret is withheld."""
    WORDS = "words"
    """A whole argument, or what stands behind an option that names a secret, is taken from a variable."""
    SETTING = "setting"
    """The value of a name is withheld as a whole."""
    VARIABLES = "variables"
    """It goes to a file of environment variables."""
    CONTENT = "content"
    """The whole text is kept out of the store."""
    NOWHERE = "nowhere"
    """NixOS has no place for it: only the report speaks of it."""


@cache
def policies() -> dict[tuple[str, str], TextPolicy]:
    """The policy of each key of each type of the schema that may hold text."""
    text = (files("nixlint") / "data" / "compose_texts.json").read_text(encoding="utf-8")
    types: dict[str, dict[str, str]] = json.loads(text)["types"]
    return {
        (name, key): TextPolicy(policy)
        for name, table in types.items()
        for policy, keys in table.items()
        for key in keys.split()
    }


@cache
def policy_at(place: TreePath) -> TextPolicy:
    """The policy at a place; ``PLAIN`` where the specification has no text there."""
    expressions: tuple[str, ...] = ("@project",)
    policy = TextPolicy.PLAIN
    for part in place:
        below: list[str] = []
        for expression in expressions:
            for owner, side in _sides(expression, part):
                below.append(side)
                policy = policies().get((owner, part), policy) if owner else policy
        expressions = tuple(below)
    return policy


def _sides(expression: str, part: str) -> list[tuple[str, str]]:
    """What may stand below an expression at a name, each with the type whose key the name is, or ``''``."""
    found: list[tuple[str, str]] = []
    for side in alternatives(expression):
        if side.startswith("@"):
            keys = compose_types()[side[1:]]
            if isinstance(keys, str):
                found += _sides(keys, part)
            elif (inner := keys.get(part) or keys.get(f"{part}*")) is not None:
                found.append((side[1:], inner))
        elif side.startswith("[") and part == "[]":
            found.append(("", side[1 : side.rindex("]")]))
        elif side.startswith("{"):
            inner = side[1 : side.rindex("}")]
            kind, colon, rest = inner.partition(":")
            found.append(("", rest if colon and kind in ("name", "lower") else inner))
    return found
