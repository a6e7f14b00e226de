"""The first stage: from the bytes of a Compose file to its documents as trees, with places, tags and comments.

libyaml scans and parses, as it does for the reference; what its events come to, what scalars mean, merge keys, ``!reset``
and ``!override`` are Compose's own (compose-spec.io, '10-fragments.md', '13-merge.md').
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate, takewhile
from pathlib import Path
from typing import NamedTuple

from yaml import CSafeLoader, events, parse
from yaml.error import MarkedYAMLError, YAMLError
from yaml.reader import ReaderError

from nixlint.syntax.place import Place
from nixlint.syntax.span import Span

from .budget import MAXIMUM_DEPTH, MAXIMUM_NODES
from .node import MappingNode, Node, Scalar, ScalarValue, Sequence, TreePath
from .problem import NOWHERE, ComposeError, Shown
from .scalars import resolve_plain

MAXIMUM_ALIASED = 100_000
"""As many values may aliases stand for in a file; the reference has the same limit."""
_CHUNK = 256
"""The byte of a character is looked up for one of as many, and counted from there."""


class Document(NamedTuple):
    """One document of a file.

    ``replaced`` are the paths that it takes over from the files before it (``!reset`` and ``!override``), whatever these
    said there. ``size`` is the number of its values, those that aliases stand for included.
    """

    root: Node
    replaced: tuple[TreePath, ...]
    size: int


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

    def documents(self) -> tuple[Document, ...]:
        """The documents, in order, read anew each time: whoever needs them again keeps them for as long.

        Raises :class:`ComposeError` where the text is not YAML, or comes to too much.
        """
        return tuple(_documents(self))

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
        if self._chunks is None:
            return index + self._bom
        chunk = min(index // _CHUNK, len(self._chunks) - 1)
        return self._bom + self._chunks[chunk] + len(self.text[chunk * _CHUNK : index].encode())

    @cached_property
    def _chunks(self) -> list[int] | None:
        """The byte at which each chunk of characters begins; ``None`` where each character is one byte."""
        if self.text.isascii():
            return None
        starts = range(0, len(self.text) + 1, _CHUNK)
        return [0, *accumulate(len(self.text[start : start + _CHUNK].encode()) for start in starts)]

    @cached_property
    def _bom(self) -> int:
        return 3 if self.data.startswith(b"\xef\xbb\xbf") else 0

    @cached_property
    def comments(self) -> Comments:
        """The comments of the file, by line."""
        return _comments(self.text, self._scalars())

    def each_comment(self) -> Iterator[tuple[Place, bool]]:
        """The place of each comment with its ``#``, in order, and whether it stands on a line of its own."""
        for line in _lines(self.text, self._scalars()):
            if line.comment is not None:
                start = line.start + line.comment.start()
                text = self.text[start : line.start + len(line.text)].partition("\r")[0]
                yield self.place(start, start + len(text)), not line.code

    def _scalars(self) -> list[tuple[int, int]]:
        """The ranges of characters in which a ``#`` begins no comment. Behind the ``|`` of a block one may stand."""
        if "#" not in self.text:
            return []
        scalars: list[tuple[int, int]] = []
        for event in _events(self):
            if isinstance(event, events.ScalarEvent):
                start, end = _range_of(event)
                if event.style in ("|", ">"):
                    line_end = self.text.find("\n", start)
                    start = end if line_end < 0 else min(end, line_end)
                scalars.append((start, end))
        return scalars


class Comments(NamedTuple):
    """Comments without their ``#``, by line from 0: those on lines of their own above a line, and those at its end.

    One that stands deeper than the line below it belongs to the line before, as people comment out the last of a list.
    ``head`` is what stands above everything.
    """

    above: dict[int, tuple[str, ...]]
    beside: dict[int, str]
    head: tuple[str, ...]


def _range_of(event: events.Event) -> tuple[int, int]:
    """The characters of a piece; libyaml marks the ends of each."""
    start, end = event.start_mark, event.end_mark
    assert start is not None
    assert end is not None
    return start.index, end.index


def _line_of(event: events.Event) -> int:
    """The line, from 1, on which a piece starts."""
    assert event.start_mark is not None
    return event.start_mark.line + 1


def _events(text: ComposeText) -> Iterator[events.Event]:
    """What libyaml reads, one piece after the other. The words of its errors are its own: they hold nothing of the text."""
    try:
        yield from parse(text.text, Loader=CSafeLoader)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = None if mark is None else text.place(mark.index, mark.index + 1)
        raise ComposeError(
            "this is not YAML: {}", place, Shown.word(" ".join(filter(None, (error.context, error.problem))))
        ) from None
    except ReaderError as error:
        place = text.place(error.position, error.position + 1)
        raise ComposeError("this is not YAML: {}", place, Shown.word(error.reason)) from None
    except YAMLError:
        raise ComposeError("this is not YAML", text.place(0, 1)) from None


def _documents(text: ComposeText) -> Iterator[Document]:
    builder = _Builder(text)
    for event in _events(text):
        match event:
            case events.DocumentStartEvent():
                builder.begin()
            case events.DocumentEndEvent():
                yield builder.document()
            case events.NodeEvent() | events.CollectionEndEvent():
                builder.take(event)


class _Built(NamedTuple):
    """A node that is whole: ``None`` where it is reset.

    ``end`` is the character at which it ends, ``size`` how many values it stands for, ``depth`` how deep they are nested,
    and ``replaced`` are the paths below it that are taken over from the files before.
    """

    node: Node | None
    end: int
    replaced: tuple[TreePath, ...]
    size: int = 1
    depth: int = 0


class _Open:
    """A collection whose end has not been read."""

    def __init__(self, event: events.CollectionStartEvent, path: TreePath) -> None:
        self.path = path
        self.anchor: str | None = event.anchor
        self.tag: str | None = event.tag
        self.start, self.end = _range_of(event)
        self.is_block = not event.flow_style
        self.size = 1
        self.depth = 0
        self.replaced: list[TreePath] = []
        self.items: list[Node] = []
        self.count = 0
        self.entries: dict[str, Node] = {}
        self.places: dict[str, Place] = {}
        self.lines: dict[str, int] = {}
        self.merged: list[Node] = []
        self.key: str | None = None
        self.key_place = NOWHERE
        self.is_merge_key = False
        self.is_mapping = isinstance(event, events.MappingStartEvent)


class _Builder:
    """Documents, made of events: no recursion, and every value of the file is counted."""

    def __init__(self, text: ComposeText) -> None:
        self._text = text
        self._open: list[_Open] = []
        self._anchors: dict[str, _Built | None] = {}
        self._root: _Built | None = None
        self._aliased = 0
        self._count = 0

    def begin(self) -> None:
        """Begin the next document, which knows no anchors of the one before."""
        self._anchors, self._root = {}, None

    def document(self) -> Document:
        """The document, once all of its events were taken."""
        built = self._root
        assert built is not None
        node = built.node if built.node is not None else Scalar(None, self._text.place(built.end, built.end))
        return Document(node, built.replaced, built.size)

    def take(self, event: events.Event) -> None:
        """Take the next event."""
        match event:
            case events.AliasEvent():
                self._add(self._alias(event), event)
            case events.ScalarEvent():
                self._count_one(event)
                self._add(self._scalar(event), event)
            case events.CollectionStartEvent():
                self._count_one(event)
                self._begin(event)
            case _:
                self._finish(event)

    def _place(self, event: events.Event) -> Place:
        return self._text.place(*_range_of(event))

    def _count_one(self, event: events.Event) -> None:
        self._count += 1
        if self._count > MAXIMUM_NODES:
            raise ComposeError("the file has more than {} values", self._place(event), Shown.number(MAXIMUM_NODES))

    def _alias(self, event: events.AliasEvent) -> _Built:
        place = self._place(event)
        if event.anchor not in self._anchors:
            raise ComposeError("unknown anchor", place)
        built = self._anchors[event.anchor]
        if built is None:
            raise ComposeError(
                "cycle detected: the alias at {} stands inside of what it stands for", place, Shown.path(self._path())
            )
        self._aliased += built.size
        if self._aliased > MAXIMUM_ALIASED:
            raise ComposeError("document contains excessive aliasing", place)
        if len(self._open) + built.depth > MAXIMUM_DEPTH:
            raise _too_deep(place)
        return built._replace(end=_range_of(event)[1])

    def _scalar(self, event: events.ScalarEvent) -> _Built:
        place = self._place(event)
        if event.tag == "!reset":
            built = _Built(None, _range_of(event)[1], ((),))
        else:
            replaced: tuple[TreePath, ...] = ((),) if event.tag == "!override" else ()
            built = _Built(Scalar(_value(event), place), _range_of(event)[1], replaced)
        if event.anchor is not None:
            self._anchors[event.anchor] = built
        return built

    def _path(self) -> TreePath:
        """The path of what comes next."""
        if not self._open:
            return ()
        parent = self._open[-1]
        if not parent.is_mapping:
            return (*parent.path, str(parent.count))
        return parent.path if parent.key is None or parent.is_merge_key else (*parent.path, parent.key)

    def _begin(self, event: events.CollectionStartEvent) -> None:
        if len(self._open) >= MAXIMUM_DEPTH:
            raise _too_deep(self._place(event))
        parent = self._open[-1] if self._open else None
        if parent is not None and parent.is_mapping and parent.key is None:
            raise self._no_string(parent, event, "a collection")
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._open.append(_Open(event, self._path()))

    def _finish(self, event: events.Event) -> None:
        done = self._open.pop()
        end = done.end if done.is_block else _range_of(event)[1]
        place = self._text.place(done.start, end)
        node = self._mapping(done, place) if done.is_mapping else Sequence(tuple(done.items), place)
        replaced = tuple(done.replaced)
        if done.tag in ("!reset", "!override"):
            replaced = ((), *replaced)
        built = _Built(None if done.tag == "!reset" else node, end, replaced, done.size, done.depth + 1)
        if done.anchor is not None:
            self._anchors[done.anchor] = built
        self._add(built, event)

    def _mapping(self, done: _Open, place: Place) -> MappingNode:
        entries, places = done.entries, done.places
        for other in done.merged:
            if not isinstance(other, MappingNode):
                raise ComposeError("map merge requires map or sequence of maps as the value", other.place)
            for name, node in other.entries.items():
                if name not in entries and name not in done.lines:
                    entries[name], places[name] = node, other.key_place(name)
        return MappingNode(entries, place, places)

    def _add(self, built: _Built, event: events.Event) -> None:
        """Put a node that is whole where it belongs."""
        if not self._open:
            self._root = built
            return
        parent = self._open[-1]
        if not parent.is_mapping:
            self._enter(parent, built, (str(parent.count),))
            parent.count += 1
            if built.node is not None:
                parent.items.append(built.node)
        elif parent.key is None:
            self._take_key(parent, built, event)
        else:
            self._enter(parent, built, () if parent.is_merge_key else (parent.key,))
            if parent.is_merge_key:
                parent.merged += _merged(built.node)
            elif built.node is not None:
                parent.entries[parent.key] = built.node
                parent.places[parent.key] = parent.key_place
            parent.key = None

    def _enter(self, parent: _Open, built: _Built, path: TreePath) -> None:
        parent.size += built.size
        parent.depth = max(parent.depth, built.depth)
        parent.end = max(parent.end, built.end)
        parent.replaced += [(*path, *below) for below in built.replaced]

    def _take_key(self, parent: _Open, built: _Built, event: events.Event) -> None:
        name = built.node.value if isinstance(built.node, Scalar) else None
        if built.node is None or not isinstance(name, str):
            shown = event.value if isinstance(event, events.ScalarEvent) else "a collection"
            raise self._no_string(parent, event, shown)
        line = _line_of(event)
        if name in parent.lines:
            raise ComposeError(
                'mapping key "{}" already defined at line {}',
                self._place(event),
                Shown.key(name),
                Shown.number(parent.lines[name]),
            )
        parent.lines[name] = line
        parent.key_place = built.node.place if isinstance(event, events.ScalarEvent) else self._place(event)
        parent.key = name
        parent.is_merge_key = name == "<<" and isinstance(event, events.ScalarEvent) and not event.style
        parent.end = max(parent.end, built.end)

    def _no_string(self, parent: _Open, event: events.Event, shown: str) -> ComposeError:
        if not parent.path:
            return ComposeError("non-string key at top level: {}", self._place(event), Shown.key(shown))
        return ComposeError(
            "non-string key in {}: {}", self._place(event), Shown.key(_dotted(parent.path)), Shown.key(shown)
        )


def _too_deep(place: Place) -> ComposeError:
    return ComposeError("values are nested more than {} deep", place, Shown.number(MAXIMUM_DEPTH))


def _merged(node: Node | None) -> list[Node]:
    """The mappings that stand behind a merge key."""
    if isinstance(node, Sequence):
        return [*node.items]
    return [node if node is not None else Scalar(None)]


def _dotted(path: TreePath) -> str:
    return "".join(f"[{part}]" if part.isdecimal() else f".{part}" for part in path).removeprefix(".")


def _value(event: events.ScalarEvent) -> ScalarValue:
    """What a scalar means, by its tag where it has one of its own."""
    text: str = event.value
    return text if event.style or event.tag == "tag:yaml.org,2002:str" else resolve_plain(text)


_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#")


class _Line(NamedTuple):
    """A line, the character at which it starts, its comment, and what stands before that, without blanks."""

    start: int
    text: str
    comment: re.Match[str] | None
    code: str


def _lines(text: str, scalars: list[tuple[int, int]]) -> Iterator[_Line]:
    """The lines of a text, given the ranges of its scalars, in which a ``#`` is no comment."""
    offset, position = 0, 0
    for line in text.split("\n"):
        match = None
        for candidate in _COMMENT.finditer(line):
            start = offset + candidate.start()
            while position < len(scalars) and scalars[position][1] <= start:
                position += 1
            if position == len(scalars) or scalars[position][0] > start or scalars[position][1] <= start:
                match = candidate
                break
        yield _Line(offset, line, match, (line[: match.start()] if match else line).strip())
        offset += len(line) + 1


def _comments(text: str, scalars: list[tuple[int, int]]) -> Comments:
    """The comments of a text, given the ranges of its scalars, in which a ``#`` is none."""
    above: dict[int, tuple[str, ...]] = {}
    beside: dict[int, str] = {}
    head: tuple[str, ...] = ()
    waiting: list[tuple[int, str]] = []
    last = -1
    for number, found in enumerate(_lines(text, scalars)):
        line, match, content = found.text, found.comment, found.code
        comment = line[match.end() :].rstrip(" \t\r") if match else ""
        comment = comment[1:] if comment[:1] in (" ", "\t") else comment
        if match and not content:
            waiting.append((match.start(), comment))
        elif content:
            if match:
                beside[number] = comment
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
    deeper = () if last < 0 else _taken_while_deeper(waiting, 0)
    if deeper:
        above[last] = (*above.get(last, ()), *deeper)
    if waiting[len(deeper) :]:
        above[text.count("\n") + 1] = tuple(comment for _, comment in waiting[len(deeper) :])
    return Comments(above, beside, head)


def _taken_while_deeper(waiting: list[tuple[int, str]], indent: int) -> tuple[str, ...]:
    """The first of the comments with their columns, as far as they stand deeper than what follows."""
    return tuple(comment for _, comment in takewhile(lambda each: each[0] > indent, waiting))
