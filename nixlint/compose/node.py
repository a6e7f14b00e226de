"""What a Compose file says, as a tree that keeps every place.

The stages of loading (:mod:`nixlint.compose.loading`) take such trees and give new ones; a node is never changed. A value
that interpolation made remembers the text that it was made from and the variables in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, TypeAlias, TypeVar

from nixlint.syntax.place import Place

from .problem import NOWHERE

_T = TypeVar("_T")
ScalarValue: TypeAlias = str | int | float | bool | None
TreePath: TypeAlias = tuple[str, ...]
"""Keys from the top of a file; an element of a sequence is ``[]``."""


NO_VARIABLES: frozenset[str] = frozenset()
"""One for all: each empty set takes more memory than a scalar."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value.

    ``template`` is the text before interpolation where it had variables, and ``variables`` the names of those whose
    values are in the value.
    """

    value: ScalarValue
    place: Place = NOWHERE
    template: str | None = None
    variables: frozenset[str] = NO_VARIABLES


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class MappingNode:
    """Named nodes in the order in which they are written; ``key_places`` says where the names stand."""

    entries: Mapping[str, Node]
    place: Place = NOWHERE
    key_places: Mapping[str, Place] = field(default_factory=dict)

    def get(self, *names: str) -> Node | None:
        """The node below names, one after the other; ``None`` where there is none, or it is null."""
        node: Node | None = self
        for name in names:
            node = node.entries.get(name) if isinstance(node, MappingNode) else None
        return None if is_null(node) else node

    def key_place(self, name: str) -> Place:
        """Where a name is written, or else its value."""
        return self.key_places.get(name) or self.entries[name].place

    def with_entry(self, name: str, node: Node, place: Place | None = None) -> MappingNode:
        """The same with one entry set."""
        places = self.key_places if place is None else {**self.key_places, name: place}
        return MappingNode({**self.entries, name: node}, self.place, places)

    def without(self, *names: str) -> MappingNode:
        """The same without some entries."""
        return MappingNode(
            {name: node for name, node in self.entries.items() if name not in names}, self.place, self.key_places
        )


Node: TypeAlias = Scalar | Sequence | MappingNode


def is_null(node: Node | None) -> bool:
    """Whether nothing is there, or a null."""
    return node is None or (isinstance(node, Scalar) and node.value is None)


class Patterns(Generic[_T]):
    """Values for paths, in which ``*`` stands for any one name: looked up name by name on the way down a tree.

    Where several patterns fit, the first one counts.
    """

    __slots__ = ("_any", "_named", "value")

    def __init__(self, value: _T | None, named: dict[str, Patterns[_T]], other: Patterns[_T] | None) -> None:
        self.value = value
        self._named = named
        self._any = other

    @classmethod
    def of(cls, entries: Iterable[tuple[TreePath, _T]]) -> Patterns[_T]:
        """The patterns with their values."""
        listed = list(entries)
        value = next((value for path, value in listed if not path), None)
        heads = dict.fromkeys(path[0] for path, _ in listed if path)
        named = {
            head: cls.of((path[1:], value) for path, value in listed if path and path[0] in (head, "*"))
            for head in heads
            if head != "*"
        }
        rest = [(path[1:], value) for path, value in listed if path and path[0] == "*"]
        return cls(value, named, cls.of(rest) if rest else None)

    def below(self, name: str) -> Patterns[_T] | None:
        """The patterns for what is below a name; ``None`` where there are none."""
        return self._named.get(name, self._any)

    def at(self, path: TreePath) -> Patterns[_T] | None:
        """The patterns for what is below several names, one after the other."""
        found: Patterns[_T] | None = self
        for name in path:
            if found is None:
                return None
            found = found.below(name)
        return found


def matches(path: TreePath, pattern: TreePath) -> bool:
    """Whether a path fits a pattern, in which ``*`` stands for any one name."""
    return len(path) == len(pattern) and all(part in ("*", name) for name, part in zip(path, pattern, strict=True))


def text_of(value: ScalarValue) -> str:
    """A scalar as text, as Compose prints it where it wants a string (Go's ``%v``)."""
    match value:
        case None:
            return "<nil>"
        case bool():
            return "true" if value else "false"
        case float():
            return go_float(value)
        case _:
            return str(value)


def go_float(value: float) -> str:
    """A floating-point number as Go's ``%v`` prints it: shortest digits, with an exponent below 1e-4 and from 1e6 on."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    sign, digits, power = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(power, int)
    exponent = len(digits) + power - 1
    minus = "-" if sign else ""
    text = "".join(map(str, digits))
    if value == 0:
        return f"{minus}0"
    if -4 <= exponent < 6:
        return format(Decimal((sign, digits, power)), "f")
    fraction = f".{text[1:]}" if len(text) > 1 else ""
    return f"{minus}{text[0]}{fraction}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def string(node: Node | None) -> str | None:
    """The text of a scalar that is a string; ``None`` for all else."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def size_of_tree(node: Node) -> int:
    """How many nodes a tree has, with those that stand in it more than once."""
    count, waiting = 0, [node]
    while waiting:
        each = waiting.pop()
        count += 1
        match each:
            case MappingNode():
                waiting += each.entries.values()
            case Sequence():
                waiting += each.items
            case Scalar():
                pass
    return count


def walk(node: Node, path: TreePath = ()) -> Iterator[tuple[TreePath, Node]]:
    """All nodes of a tree with their paths, from the top."""
    yield path, node
    match node:
        case MappingNode():
            for name, entry in node.entries.items():
                yield from walk(entry, (*path, name))
        case Sequence():
            for item in node.items:
                yield from walk(item, (*path, "[]"))
        case Scalar():
            pass
