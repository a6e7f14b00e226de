"""Comments of Compose files, handed out once each to those who write what they stand beside, with secrets masked."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from pathlib import Path

from nixlint.deployment.parts import CommentsAt
from nixlint.secrets.masking import shown, shown_name
from nixlint.syntax.place import Place

from .node import MappingNode, Node, Sequence
from .yaml_reader import ComposeText


class CommentBook:
    """The comments of the files of a project; ``borrowed`` are files of which services extend some and leave the others."""

    def __init__(self, texts: Mapping[Path, ComposeText], borrowed: frozenset[Path] = frozenset()) -> None:
        self._texts = texts
        self._borrowed = borrowed
        self._taken: set[tuple[Path, int, str]] = set()

    def head(self) -> tuple[str, ...]:
        """The comments at the top of the files, with a blank line after them."""
        return tuple(shown(line) for text in self._texts.values() for line in text.comments.head)

    def take(self, place: Place) -> CommentsAt:
        """The comments at the line of a place, if they were not taken yet."""
        text = self._texts.get(place.path)
        if text is None or not place.span.end:
            return CommentsAt()
        line = text.line_of(place.span.start)
        above = self._take(place.path, line, "above", text.comments.above.get(line, ()))
        found = text.comments.beside.get(line)
        beside = self._take(place.path, line, "beside", () if found is None else (found,))
        return CommentsAt(above, beside[0] if beside else None)

    def take_inside(self, place: Place) -> tuple[str, ...]:
        """All comments inside a place that were not taken yet."""
        text = self._texts.get(place.path)
        if text is None or not place.span.end:
            return ()
        return self._rest(text, text.line_of(place.span.start), text.line_of(max(place.span.end - 1, 0)))

    def rest(self) -> tuple[str, ...]:
        """All that were not taken, each with the key that it is about, which stands nowhere else."""
        return tuple(
            line
            for path, text in self._texts.items()
            if path not in self._borrowed
            for line in self._rest(text, 0, len(text.data), names=_Keys(text))
        )

    def _rest(self, text: ComposeText, first: int, last: int, names: _Keys | None = None) -> tuple[str, ...]:
        found: list[str] = []
        for line in sorted({*text.comments.above, *text.comments.beside}):
            if first <= line <= last:
                above = self._take(text.path, line, "above", text.comments.above.get(line, ()))
                comment = text.comments.beside.get(line)
                beside = self._take(text.path, line, "beside", () if comment is None else (comment,))
                for taken in (above, beside):
                    found += _named(taken, names, line)
        return tuple(found)

    def _take(self, path: Path, line: int, kind: str, comments: tuple[str, ...]) -> tuple[str, ...]:
        if not comments or (path, line, kind) in self._taken:
            return ()
        self._taken.add((path, line, kind))
        return tuple(shown(comment) for comment in comments)


def _named(comments: tuple[str, ...], names: _Keys | None, line: int) -> tuple[str, ...]:
    """Comments of which the first says the key at a line, if one is there."""
    key = names.at(line) if names is not None and comments else None
    return comments if key is None else (f"{shown_name(key)}: {comments[0]}", *comments[1:])


class _Keys:
    """The keys of a file by the lines on which they are written, the outermost of each line."""

    def __init__(self, text: ComposeText) -> None:
        self._text = text
        self._found: dict[int, str] | None = None

    def at(self, line: int) -> str | None:
        """The key on a line, from the top of the file."""
        if self._found is None:
            self._found = self._all()
        return self._found.get(line)

    def _all(self) -> dict[int, str]:
        found: dict[int, str] = {}
        seen: set[int] = set()
        documents = self._text.documents()
        waiting = deque[tuple[Node, str]]((document.root, "") for document in documents)
        while waiting:
            node, path = waiting.popleft()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, MappingNode):
                for name, entry in node.entries.items():
                    key = f"{path}.{name}" if path else name
                    found.setdefault(self._text.line_of(node.key_place(name).span.start), key)
                    waiting.append((entry, key))
            elif isinstance(node, Sequence):
                waiting += [(item, path) for item in node.items]
        return found
