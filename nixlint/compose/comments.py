"""Comments of Compose files, handed out once each to those who write what they stand beside, with secrets masked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nixlint.deployment.parts import CommentsAt
from nixlint.secrets.masking import shown
from nixlint.syntax.place import Place

from .yaml_reader import ComposeText


class CommentBook:
    """The comments of the files of a project."""

    def __init__(self, texts: Mapping[Path, ComposeText]) -> None:
        self._texts = texts
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
        """All that were not taken."""
        return tuple(line for text in self._texts.values() for line in self._rest(text, 0, len(text.data)))

    def _rest(self, text: ComposeText, first: int, last: int) -> tuple[str, ...]:
        found: list[str] = []
        for line in sorted({*text.comments.above, *text.comments.beside}):
            if first <= line <= last:
                found += self._take(text.path, line, "above", text.comments.above.get(line, ()))
                beside = text.comments.beside.get(line)
                found += self._take(text.path, line, "beside", () if beside is None else (beside,))
        return tuple(found)

    def _take(self, path: Path, line: int, kind: str, comments: tuple[str, ...]) -> tuple[str, ...]:
        if not comments or (path, line, kind) in self._taken:
            return ()
        self._taken.add((path, line, kind))
        return tuple(shown(comment) for comment in comments)
