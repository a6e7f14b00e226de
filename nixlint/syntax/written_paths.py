"""What is bound in a file, by the paths that are written: ``a.b`` for the ``b`` of ``{ a = lib.mkIf x { b = 1; }; }``.

This is told from where names stand, and nothing is evaluated, so that it costs a fraction of it. Whoever asks about some
definitions chooses them here, and has only these worked out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Set
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from .string_literal import static_name
from .views import AttrName, AttrPath
from .words import words_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from .source_file import SourceFile


class WrittenPath(NamedTuple):
    """A path of names, or one name, that is bound, with the names of all sets around it.

    ``start`` and ``end`` are where its own names stand, and ``words`` are these as they are written. Of ``names`` one is
    ``None`` where Nix must compute it. Functions, lists and the like between the sets are left out; the path starts anew
    within a ``let``, at a formal and in its default.
    """

    start: int
    end: int
    words: frozenset[bytes]
    names: tuple[str | None, ...]


class WrittenPaths:
    """The written paths of one file; without errors, or what is around a path is not certain."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file

    def with_words(self, words: Set[bytes]) -> Iterator[WrittenPath]:
        """Those whose own names have one of some words, in order."""
        return self.chosen(words, frozenset())

    def chosen(self, words: Set[bytes] | None, starts: Collection[int]) -> Iterator[WrittenPath]:
        """Those whose own names have one of some words (any where these are ``None``) or begin at some offset, in order."""
        own: list[tuple[int, Node, bytes]] = []
        for node, text in zip(self._nodes, self._texts, strict=True):
            start = node.start_byte
            if words is None or text in words or start in starts or self._has_any(text, words):
                own.append((start, node, text))
        own.sort(key=lambda each: each[0])
        return self._with_what_is_around(own)

    @cached_property
    def words(self) -> frozenset[bytes]:
        """The words of all names that are bound in the file."""
        return words_of(b" ".join(self._texts))

    @staticmethod
    def _has_any(text: bytes, words: Set[bytes]) -> bool:
        """Whether a path that is more than one plain name has one of some words."""
        is_one_name = b"." not in text and text[:1] not in _QUOTED
        return not is_one_name and not words_of(text).isdisjoint(words)

    @cached_property
    def _nodes(self) -> list[Node]:
        landmarks = self._file.landmarks
        return [node for kind in ("path", "inherited", "taken", "formal") for node in landmarks.get(kind, ())]

    @cached_property
    def _texts(self) -> list[bytes]:
        data = self._file.data
        return [data[node.start_byte : node.end_byte] for node in self._nodes]

    @cached_property
    def _around(self) -> list[_Around]:
        """What is around paths, from the outermost on: its start, the negative of its end, its rank, its node."""
        landmarks = self._file.landmarks
        return sorted(
            [
                (node.start_byte, -node.end_byte, rank, node)
                for rank, kind in enumerate(("let_set", "default", "binding"))
                for node in landmarks.get(kind, ())
            ]
        )

    def _with_what_is_around(self, own: list[tuple[int, Node, bytes]]) -> Iterator[WrittenPath]:
        formals = {node.start_byte for node in self._file.landmarks.get("formal", ())} if own else set()
        around: list[_Around] = []
        coming = iter(self._around if own else ())
        following = next(coming, None)
        for start, node, text in own:
            # The bindings of a `let` begin with the first of them; a binding or a formal is not around its own name.
            while following is not None and (following[0] < start or (following[0] == start and following[2] == _LET)):
                if around and -around[-1][1] <= following[0]:
                    around = [each for each in around if -each[1] > following[0]]
                around.append(following)
                following = next(coming, None)
            names: tuple[str | None, ...] = ()
            for _, end, rank, outer in () if start in formals else around:
                if -end > start:
                    names = (*(names if rank == _BINDING else ()), *self._names_of(outer))
            yield WrittenPath(start, node.end_byte, words_of(text), (*names, *self._names_of(node)))

    def _names_of(self, node: Node) -> tuple[str | None, ...]:
        """The names that a node adds to the path of what stands in it, or is bound by."""
        match node.type:
            case "binding_set":
                return ()
            case "binding":
                path = node.child_by_field_name("attrpath")
                return () if path is None else self._names_of(path)
            case "formal":
                name = node.child_by_field_name("name")
                return () if name is None else self._names_of(name)
            case "attrpath":
                text = self._file.data[node.start_byte : node.end_byte]
                if _PLAIN_PATH.fullmatch(text):
                    return (*text.decode("ascii").split("."),)
                return tuple(static_name(name) for name in AttrPath(node, self._file).names)
            case _:
                return (static_name(AttrName(node, self._file)),)


_Around: TypeAlias = "tuple[int, int, int, Node]"
_LET, _BINDING = 0, 2
_QUOTED = (b'"', b"$")
_PLAIN_PATH = re.compile(rb"[a-zA-Z_][a-zA-Z0-9_'\-]*(?:\.[a-zA-Z_][a-zA-Z0-9_'\-]*)*")
