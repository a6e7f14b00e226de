"""Names that are secrets: a project that has one is not converted.

The name of a service, a volume, a network or a host is in the names of units, files and containers, and what refers to it
repeats it, so that it can't be left out of one place alone. A name beside a value (a variable, a label, an option) is left
out with its value where it is read (:class:`~nixlint.compose.conversion.key_reader.KeyReader`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nixlint.compose.node import MappingNode, Node, Scalar, Sequence, TreePath
from nixlint.compose.problem import ComposeError
from nixlint.compose.text_places import TextPolicy, policy_at
from nixlint.secrets.parts import holds_secret
from nixlint.syntax.place import Place


class _Name(NamedTuple):
    text: str
    path: TreePath
    place: Place


def refuse_names_with_secrets(root: MappingNode) -> None:
    """Raise :class:`ComposeError` for the first name of a project that has the shape of a secret, with its place."""
    for name in _names(root):
        if holds_secret(name.text) and policy_at(name.path) is TextPolicy.PLAIN:
            raise ComposeError("this name has the shape of a secret, and would be in the module: rename it", name.place)


def _names(root: MappingNode) -> Iterator[_Name]:
    """The keys of a project, and the variables that its texts name. Nothing reads extensions."""
    waiting: list[tuple[Node, TreePath]] = [(root, ())]
    while waiting:
        node, path = waiting.pop()
        match node:
            case MappingNode(entries=entries):
                for name, entry in entries.items():
                    if not name.startswith("x-"):
                        yield _Name(name, (*path, name), node.key_place(name))
                        waiting.append((entry, (*path, name)))
            case Sequence(items=items):
                waiting += [(item, (*path, "[]")) for item in items]
            case Scalar(variables=variables, place=place):
                yield from (_Name(name, (), place) for name in variables)
