"""The first stage: from the bytes of a Compose file to its documents as trees, with places, tags and comments.

ruamel.yaml scans and composes; what scalars mean, merge keys, ``!reset`` and ``!override`` are Compose's own
(compose-spec.io, '10-fragments.md', '13-merge.md').
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate, takewhile
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import CollectionNode as YamlCollection
from ruamel.yaml.nodes import MappingNode as YamlMapping
from ruamel.yaml.nodes import Node as YamlNode
from ruamel.yaml.nodes import ScalarNode as YamlScalar
from ruamel.yaml.nodes import SequenceNode as YamlSequence

from nixlint.syntax.place import Place
from nixlint.syntax.span import Span

from .node import ComposeError, MappingNode, Node, Scalar, ScalarValue, Sequence, TreePath
from .scalars import resolve_plain

MAXIMUM_NODES = 100_000
"""As many nodes may a file have once its aliases are replaced by what they stand for; the reference has the same limit."""


class Document(NamedTuple):
    """One document of a file.

    ``replaced`` are the paths that it takes over from the files before it (``!reset`` and ``!override``), whatever these
    said there.
    """

    root: Node
    replaced: tuple[TreePath, ...]


class ComposeText:
    """The text of a Compose file: its documents, and the comments beside them.

    Offsets of places are bytes of ``data``.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        self.data = data
        try:
            self.text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ComposeError("the file is not UTF-8", Place(path, Span(error.start, error.end))) from None

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """The documents, in order. Raises :class:`ComposeError` where the text is not YAML."""
        return tuple(_Builder(self).document(root) for root in self._composed if root is not None)

    @cached_property
    def _composed(self) -> tuple[YamlNode | None, ...]:
        try:
            return tuple(YAML(typ="safe", pure=True).compose_all(self.text))
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = None if mark is None else self.place(mark.index, mark.index + 1)
            raise ComposeError(
                f"this is not YAML: {' '.join(filter(None, (error.context, error.problem)))}", place
            ) from None
        except (YAMLError, RecursionError, ValueError) as error:
            raise ComposeError(f"this is not YAML: {str(error).splitlines()[0]}", self.place(0, 1)) from None

    def place(self, start: int, end: int) -> Place:
        """The place of a range of characters."""
        return Place(self.path, Span(self._byte(start), self._byte(end)))

    def line_of(self, offset: int) -> int:
        """The line, from 0, of a byte offset."""
        return bisect_right(self._line_starts, offset) - 1

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer(rb"\n", self.data))]

    def _byte(self, index: int) -> int:
        return (index if self._offsets is None else self._offsets[index]) + self._bom

    @cached_property
    def _offsets(self) -> list[int] | None:
        """The byte at which each character begins; ``None`` where each is one byte."""
        if self.text.isascii():
            return None
        return [0, *accumulate(len(character.encode("utf-8", "surrogatepass")) for character in self.text)]

    @cached_property
    def _bom(self) -> int:
        return 3 if self.data.startswith(b"\xef\xbb\xbf") else 0

    @cached_property
    def comments(self) -> Comments:
        """The comments of the file, by line."""
        scalars = sorted(
            (node.start_mark.index, node.end_mark.index)
            for root in self._composed
            for node in _yaml_nodes(root, set())
            if isinstance(node, YamlScalar)
        )
        return _comments(self.text, scalars)


class Comments(NamedTuple):
    """Comments without their ``#``, by line from 0: those on lines of their own above a line, and those at its end.

    One that stands deeper than the line below it belongs to the line before, as people comment out the last of a list.
    ``head`` is what stands above everything.
    """

    above: dict[int, tuple[str, ...]]
    beside: dict[int, str]
    head: tuple[str, ...]


class _Builder:
    def __init__(self, text: ComposeText) -> None:
        self._text = text
        self._replaced: list[TreePath] = []
        self._count = 0
        self._open: list[int] = []

    def document(self, root: YamlNode) -> Document:
        node = self._node(root, ())
        return Document(node if node is not None else Scalar(None, self._place(root)), tuple(self._replaced))

    def _place(self, node: YamlNode) -> Place:
        """The place of a node; a collection in block style ends where its last child does, not where the next token is."""
        last = node
        while isinstance(last, YamlCollection) and not last.flow_style and last.value:
            last = last.value[-1][1] if isinstance(last, YamlMapping) else last.value[-1]
            if last.start_mark.index < node.start_mark.index or last.end_mark.index > node.end_mark.index:
                return self._text.place(node.start_mark.index, node.end_mark.index)
        return self._text.place(node.start_mark.index, last.end_mark.index)

    def _node(self, node: YamlNode, path: TreePath) -> Node | None:
        """The node, or ``None`` where it is reset."""
        self._count += 1
        if self._count > MAXIMUM_NODES:
            raise ComposeError("document contains excessive aliasing", self._place(node))
        tag = str(node.tag)
        if tag in ("!reset", "!override"):
            self._replaced.append(path)
        if tag == "!reset":
            return None
        if id(node) in self._open:
            raise ComposeError(
                f"cycle detected: the alias at {'.'.join(path)} stands inside of what it stands for", self._place(node)
            )
        self._open.append(id(node))
        try:
            return self._built(node, path)
        finally:
            self._open.pop()

    def _built(self, node: YamlNode, path: TreePath) -> Node:
        match node:
            case YamlScalar():
                return Scalar(_value(node), self._place(node))
            case YamlSequence():
                items = (self._node(item, (*path, str(index))) for index, item in enumerate(node.value))
                return Sequence(tuple(item for item in items if item is not None), self._place(node))
            case _:
                return self._mapping(node, path)

    def _mapping(self, node: YamlNode, path: TreePath) -> MappingNode:
        entries: dict[str, Node] = {}
        places: dict[str, Place] = {}
        merged: list[MappingNode] = []
        lines: dict[str, int] = {}
        for key, value in node.value:
            name = self._key(key, path)
            line = key.start_mark.line + 1
            if name in lines:
                raise ComposeError(f'mapping key "{name}" already defined at line {lines[name]}', self._place(key))
            lines[name] = line
            if name == "<<" and isinstance(key, YamlScalar) and key.style is None:
                merged.extend(self._merged(value, path))
                continue
            built = self._node(value, (*path, name))
            if built is not None:
                entries[name], places[name] = built, self._place(key)
        for other in merged:
            for name, built in other.entries.items():
                if name not in entries and name not in lines:
                    entries[name], places[name] = built, other.key_place(name)
        return MappingNode(entries, self._place(node), places)

    def _key(self, key: YamlNode, path: TreePath) -> str:
        value = _value(key) if isinstance(key, YamlScalar) else None
        if isinstance(value, str):
            return value
        where = f"in {_dotted(path)}" if path else "at top level"
        shown = key.value if isinstance(key, YamlScalar) else "a collection"
        raise ComposeError(f"non-string key {where}: {shown}", self._place(key))

    def _merged(self, value: YamlNode, path: TreePath) -> Iterator[MappingNode]:
        for item in value.value if isinstance(value, YamlSequence) else (value,):
            built = self._node(item, path)
            if not isinstance(built, MappingNode):
                raise ComposeError("map merge requires map or sequence of maps as the value", self._place(item))
            yield built


def _dotted(path: TreePath) -> str:
    return "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in path).removeprefix(".")


def _value(node: YamlScalar) -> ScalarValue:
    """What a scalar means, by its tag where it has one of its own."""
    text: str = node.value
    if node.style in ("'", '"', "|", ">"):
        return text
    tag = str(node.tag)
    if (
        tag == "tag:yaml.org,2002:str"
        and node.value
        and resolve_plain(node.value) != node.value
        and not _is_tagged(node)
    ):
        return resolve_plain(text)
    if _is_tagged(node) and tag.endswith(":str"):
        return text
    return resolve_plain(text)


def _is_tagged(node: YamlNode) -> bool:
    """Whether the text itself says the tag: then the scalar begins before its value."""
    mark = node.start_mark
    buffer = getattr(mark, "buffer", None)
    return buffer is not None and buffer[mark.pointer : mark.pointer + 1] == "!"


def _yaml_nodes(node: YamlNode | None, seen: set[int]) -> Iterator[YamlNode]:
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    yield node
    match node:
        case YamlSequence():
            for item in node.value:
                yield from _yaml_nodes(item, seen)
        case YamlMapping():
            for key, value in node.value:
                yield from _yaml_nodes(key, seen)
                yield from _yaml_nodes(value, seen)


_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[ \t]?(.*?)[ \t\r]*$", re.MULTILINE)


def _comments(text: str, scalars: list[tuple[int, int]]) -> Comments:
    """The comments of a text, given the ranges of its scalars, in which a ``#`` is none."""
    above: dict[int, tuple[str, ...]] = {}
    beside: dict[int, str] = {}
    head: tuple[str, ...] = ()
    waiting: list[tuple[int, str]] = []
    offset, position, last = 0, 0, -1
    for number, line in enumerate(text.split("\n")):
        match = None
        for candidate in _COMMENT.finditer(line):
            start = offset + candidate.start()
            while position < len(scalars) and scalars[position][1] <= start:
                position += 1
            if position == len(scalars) or scalars[position][0] > start or scalars[position][1] <= start:
                match = candidate
                break
        content = (line[: match.start()] if match else line).strip()
        if match and not content:
            waiting.append((match.start(), match.group(1)))
        elif content:
            if match:
                beside[number] = match.group(1)
            indent = len(line) - len(line.lstrip())
            deeper = () if last < 0 else _taken_while_deeper(waiting, indent)
            if deeper:
                above[last] = (*above.get(last, ()), *deeper)
            rest = tuple(comment for _, comment in waiting[len(deeper) :])
            if last < 0:
                head = (*head, *rest)
            elif rest:
                above[number] = rest
            waiting, last = [], number
        offset += len(line) + 1
    deeper = () if last < 0 else _taken_while_deeper(waiting, 0)
    if deeper:
        above[last] = (*above.get(last, ()), *deeper)
    if waiting[len(deeper) :]:
        above[text.count("\n") + 1] = tuple(comment for _, comment in waiting[len(deeper) :])
    return Comments(above, beside, head)


def _taken_while_deeper(waiting: list[tuple[int, str]], indent: int) -> tuple[str, ...]:
    """The first of the comments with their columns, as far as they stand deeper than what follows."""
    return tuple(comment for _, comment in takewhile(lambda each: each[0] > indent, waiting))
