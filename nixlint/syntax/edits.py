"""Edits: byte ranges with replacements, and how a set of them is applied.

An edit never reaches beyond its range. Edits that contradict each other are refused, because the result would depend
on their order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .comments import Comment, comments_within
from .source_file import SourceFile
from .span import Span


class Edit(NamedTuple):
    """Put ``text`` in the place of the bytes of ``span``; an empty span is an insertion."""

    span: Span
    text: bytes


class OverlappingEdits(ValueError):
    """Two edits want to change the same bytes in different ways."""

    def __init__(self, first: Edit, second: Edit) -> None:
        super().__init__(
            f"the edit of bytes {first.span.start}-{first.span.end} overlaps the edit of bytes "
            f"{second.span.start}-{second.span.end}; apply them one after the other"
        )
        self.first = first
        self.second = second


class ChosenEdits:
    """Edits of one text that can be made at once: none touches another, unless it is the very same one.

    Two different insertions at one place do not go together: each was made up without knowing of the other.
    """

    def __init__(self) -> None:
        self._edits: list[Edit] = []
        """In their order, which is that of their ends too: those of one group may touch, and none overlaps another."""

    def __iter__(self) -> Iterator[Edit]:
        return iter(self._edits)

    def go_with(self, new: Iterable[Edit]) -> bool:
        """Whether a group of edits can be made with those that were chosen."""
        return all(edit == other for edit in new for other in self._touching(edit.span))

    def add(self, new: Iterable[Edit]) -> None:
        """Choose a group of edits."""
        for edit in new:
            if edit not in self._touching(edit.span):
                insort(self._edits, edit)

    def _touching(self, span: Span) -> list[Edit]:
        first = bisect_left(self._edits, span.start, key=lambda edit: edit.span.end)
        last = bisect_right(self._edits, span.end, key=lambda edit: edit.span.start)
        return self._edits[first:last]


def apply_edits(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The data with all edits made; offsets are those of ``data``.

    The order of ``edits`` doesn't matter: an edit given twice is made once, and different insertions at one offset
    are made in the order of their text. An insertion at the border of another edit's range is no overlap.
    """
    pieces: list[bytes] = []
    done = 0
    previous: Edit | None = None
    for edit in sorted(set(edits)):
        if not 0 <= edit.span.start <= edit.span.end <= len(data):
            raise ValueError(
                f"the edit of bytes {edit.span.start}-{edit.span.end} lies outside a text of {len(data)} bytes"
            )
        if previous is not None and edit.span.start < done:
            raise OverlappingEdits(previous, edit)
        pieces.append(data[done : edit.span.start])
        pieces.append(edit.text)
        done = edit.span.end
        previous = edit
    pieces.append(data[done:])
    return b"".join(pieces)


def loses_comment(file: SourceFile, edits: Iterable[Edit]) -> Comment | None:
    """The first comment whose text no edit keeps, although one deletes bytes of it; ``None`` when all are kept.

    A comment is also kept when another edit puts it elsewhere; of equal comments each must be.
    """
    made = sorted(set(edits))
    touched = dict.fromkeys(comment for edit in made for comment in comments_within(file, edit.span))
    needed: Counter[bytes] = Counter()
    for comment in touched:
        text = file.data[comment.span.start : comment.span.end]
        needed[text] += 1
        if sum(edit.text.count(text) for edit in made) < needed[text]:
            return comment
    return None
