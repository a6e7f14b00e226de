"""What no text of a project may have, whatever becomes of it: a zero byte, or half of a character.

No environment variable, argument or path of Linux holds a zero byte (environ(7), execve(2)), and Compose's containers
don't start with one; a lone surrogate (``"\\ud800"`` in YAML) is no character at all (Unicode Standard, 3.8). Neither can
stand in a file of Nix.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixlint.compose.node import MappingNode, Node, Scalar, Sequence
from nixlint.compose.problem import ComposeError, Shown
from nixlint.syntax.place import Place

_REFUSED = re.compile("[\0\ud800-\udfff]")


def refuse_what_no_text_may_have(root: Node) -> None:
    """Raise :class:`ComposeError` for the first text of a project, a key or a value, that has such a character."""
    for text, place in _texts(root):
        found = _REFUSED.search(text)
        if found is not None:
            what = "a zero byte" if found[0] == "\0" else "half of a character (a surrogate)"
            raise ComposeError("{} is in this text, which no container can have", place, Shown.word(what))


def _texts(node: Node) -> Iterator[tuple[str, Place]]:
    waiting = [node]
    while waiting:
        match waiting.pop():
            case MappingNode() as mapping:
                yield from ((name, mapping.key_place(name)) for name in mapping.entries)
                waiting += reversed(tuple(mapping.entries.values()))
            case Sequence(items=items):
                waiting += reversed(items)
            case Scalar(value=str(text), place=place):
                yield text, place
            case _:
                pass
