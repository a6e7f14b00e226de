"""Renaming what a binding defines, with the smallest edit: only the names that are others change."""

from __future__ import annotations

from collections.abc import Sequence

from .edits import Edit
from .span import Span
from .string_literal import attr_name_literal, static_name
from .views import AttrPath


def rename(path: AttrPath, old: Sequence[str], new: Sequence[str]) -> Edit | None:
    """The edit that puts the names ``new`` in the place of ``old``, the first names of an attribute path.

    ``None`` where the path has other names, and where nothing would be left of it.
    """
    names = path.names
    written = [static_name(name) for name in names[: len(old)]]
    if written != list(old) or not (len(new) or len(names) > len(old)):
        return None
    start = _shared(old, new)
    end = _shared(tuple(reversed(old[start:])), tuple(reversed(new[start:])))
    gone = names[start : len(old) - end]
    added = ".".join(attr_name_literal(name) for name in new[start : len(new) - end]).encode()
    following = names[len(old) - end :]
    if gone and added:
        return Edit(Span(gone[0].span.start, gone[-1].span.end), added)
    if gone:
        if following:
            return Edit(Span(gone[0].span.start, following[0].span.start), b"")
        return Edit(Span(names[start - 1].span.end, gone[-1].span.end), b"") if start else None
    if following:
        return Edit(Span(following[0].span.start, following[0].span.start), added + b".")
    return Edit(Span(names[-1].span.end, names[-1].span.end), b"." + added) if added else None


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for name, counterpart in zip(one, other, strict=False):
        if name != counterpart:
            break
        count += 1
    return count
