"""Which keys and types the Compose specification allows, from ``nixlint/data/compose_keys.json``.

Of all that is wrong with a file one error is told, as the reference does: the one deepest in the tree.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from .node import MappingNode, Node, Scalar, Sequence, TreePath
from .problem import ComposeError, Shown

_NAMES = {"name": re.compile(r"^[a-zA-Z0-9._-]+$"), "lower": re.compile(r"^[a-z]+$")}


class _Error(NamedTuple):
    path: TreePath
    sentence: str
    node: Node
    depth: int
    parts: tuple[Shown, ...] = ()

    def raised(self) -> ComposeError:
        """The error to be raised."""
        where = f"{'.'.join(self.path)} " if self.path else ""
        return ComposeError("{}" + self.sentence, self.node.place, Shown.path((where,)), *self.parts)


def validate(root: Node) -> None:
    """Check a project against the specification. Raises :class:`ComposeError` with the place of what it doesn't allow."""
    worst: _Error | None = None
    for error in _errors(root, "@project", ()):
        if worst is None or error.depth > worst.depth:
            worst = error
    if worst is not None:
        raise worst.raised()


@cache
def compose_types() -> dict[str, dict[str, str] | str]:
    """The table: for each type its keys with their types, or another type."""
    text = (files("nixlint") / "data" / "compose_keys.json").read_text(encoding="utf-8")
    types: dict[str, dict[str, str] | str] = json.loads(text)["types"]
    return types


def alternatives(expression: str) -> tuple[str, ...]:
    """The sides of ``a | b``."""
    parts, depth, start = [], 0, 0
    for index, character in enumerate(expression):
        depth += (character in "[{") - (character in "]}")
        if depth == 0 and expression.startswith(" | ", index):
            parts.append(expression[start:index])
            start = index + 3
    return (*parts, expression[start:])


_alternatives = cache(alternatives)


def _errors(node: Node, expression: str, path: TreePath) -> Iterator[_Error]:
    sides = _alternatives(expression)
    found: list[list[_Error]] = []
    for side in sides:
        found.append([*_side_errors(node, side, path)])
        if not found[-1]:
            return
    plain_sides = [side for side in sides if _is_plain(side)]
    if len(plain_sides) > 1:
        yield _type_error(node, path, tuple(sorted(plain_sides)))
    for side, errors in zip(sides, found, strict=True):
        if len(plain_sides) < 2 or side not in plain_sides:
            yield from errors


def _is_plain(side: str) -> bool:
    return side in ("string", "number", "integer", "boolean", "null")


def _type_error(node: Node, path: TreePath, types: tuple[str, ...]) -> _Error:
    names = [{"object": "mapping"}.get(name, name) for name in types]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return _Error(path, "must be a {}", node, len(path), (Shown.word(listed),))


def _side_errors(node: Node, side: str, path: TreePath) -> Iterator[_Error]:
    if side.startswith("@"):
        yield from _struct_errors(node, side[1:], path)
    elif side.startswith("["):
        yield from _list_errors(node, side, path)
    elif side.startswith("{"):
        yield from _mapping_errors(node, side, path)
    elif side.startswith("="):
        yield from _choice_errors(node, side[1:].split(","), path)
    elif side != "any":
        yield from _scalar_errors(node, side, path)


def _struct_errors(node: Node, name: str, path: TreePath) -> Iterator[_Error]:
    keys = compose_types()[name]
    if isinstance(keys, str):
        yield from _errors(node, keys, path)
        return
    if "null" in keys and isinstance(node, Scalar) and node.value is None:
        return
    if not isinstance(node, MappingNode):
        yield _type_error(node, path, ("null", "object") if "null" in keys else ("object",))
        return
    for key in keys:
        if key.endswith("*") and key[:-1] not in node.entries:
            yield _Error(path, "missing property '{}'", node, len(path), (Shown.word(key[:-1]),))
    unknown = []
    for key, entry in node.entries.items():
        expression = keys.get(key) or keys.get(f"{key}*")
        if expression is None or key in ("x-", "…", "null"):
            if not (key.startswith("x-") and "x-" in keys) and "…" not in keys:
                unknown.append(key)
        else:
            yield from _errors(entry, expression, (*path, key))
    if unknown:
        yield _not_allowed(node, unknown, path)


def _not_allowed(node: MappingNode, unknown: list[str], path: TreePath) -> _Error:
    at = Scalar(None, node.key_place(unknown[0]))
    return _Error(path, "additional properties '{}' not allowed", at, len(path) + 1, (Shown.keys(unknown, "', '"),))


def _list_errors(node: Node, side: str, path: TreePath) -> Iterator[_Error]:
    if not isinstance(node, Sequence):
        yield _type_error(node, path, ("array",))
        return
    inner = side[1 : side.rindex("]")]
    for index, item in enumerate(node.items):
        yield from _errors(item, inner, (*path, str(index)))
    if side.endswith("!"):
        seen: dict[object, int] = {}
        for index, item in enumerate(node.items):
            first = seen.setdefault(plain(item, True), index)
            if first != index:
                yield _Error(
                    path, "items at {} and {} are equal", item, len(path), (Shown.number(first), Shown.number(index))
                )


def _mapping_errors(node: Node, side: str, path: TreePath) -> Iterator[_Error]:
    if not isinstance(node, MappingNode):
        yield _type_error(node, path, ("object",))
        return
    inner = side[1 : side.rindex("}")]
    kind, colon, rest = inner.partition(":")
    pattern = _NAMES.get(kind) if colon else None
    unknown = []
    for key, entry in node.entries.items():
        if pattern is not None and not pattern.match(key):
            unknown.append(key)
        else:
            yield from _errors(entry, rest if pattern is not None else inner, (*path, key))
    if unknown and not side.endswith("+"):
        unknown = [key for key in unknown if not key.startswith("x-")] or unknown
        yield _not_allowed(node, unknown, path)


def _choice_errors(node: Node, choices: list[str], path: TreePath) -> Iterator[_Error]:
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        yield _type_error(node, path, ("string",))
    elif node.value not in choices:
        listed = ", ".join(f"'{choice}'" for choice in choices)
        one_of = "value must be one of {}" if len(choices) > 1 else "value must be {}"
        yield _Error(path, one_of, node, len(path), (Shown.word(listed),))


def _scalar_errors(node: Node, side: str, path: TreePath) -> Iterator[_Error]:
    kind, _, bounds = side.partition("<")
    kind, _, pattern = kind.partition("~")
    value = node.value if isinstance(node, Scalar) else node
    if not _is_of(value, kind):
        yield _type_error(node, path, (kind,))
    elif pattern and isinstance(value, str) and not re.search(pattern, value):
        yield _Error(path, "'…' does not match pattern '{}'", node, len(path), (Shown.word(pattern),))
    elif bounds and isinstance(value, int):
        low, _, high = bounds.removesuffix(">").partition("..")
        if low and value < int(low):
            yield _Error(path, "must be greater than or equal to {}", node, len(path), (Shown.word(low),))
        elif high and value > int(high):
            yield _Error(path, "must be less than or equal to {}", node, len(path), (Shown.word(high),))


def _is_of(value: object, kind: str) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
        case "integer":
            return not isinstance(value, bool) and (
                isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            )
        case _:
            return isinstance(value, int | float) and not isinstance(value, bool)


def plain(node: Node, hashable: bool = False) -> object:
    """A tree as plain Python values, or as one that can be compared and hashed."""
    match node:
        case MappingNode():
            entries = ((name, plain(entry, hashable)) for name, entry in node.entries.items())
            return frozenset(entries) if hashable else dict(entries)
        case Sequence():
            items = (plain(item, hashable) for item in node.items)
            return tuple(items) if hashable else list(items)
        case Scalar():
            return (type(node.value) is bool, node.value) if hashable else node.value
