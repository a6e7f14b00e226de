"""Edits: byte ranges with replacements, and how a set of them is applied.

An edit never reaches beyond its range. Edits that contradict each other are refused, because the result would depend
on their order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
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
