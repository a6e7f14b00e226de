"""The edits of a fix as they may be shown: with no more text than they change, and none that holds a secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nixlint.linting.finding import FileEdit, Fix
from nixlint.secrets.hidden import hidden_in_file
from nixlint.secrets.masking import Shown, unmasked
from nixlint.syntax.edits import Edit, apply_edits
from nixlint.syntax.span import Span


class ShownEdit(NamedTuple):
    """An edit whose text may be shown, and the file that it belongs to."""

    path: Path
    edit: Edit
    text: Shown
    creates: bool


def edits_without_secrets(fix: Fix, read: Callable[[Path], bytes]) -> tuple[ShownEdit, ...] | None:
    """The edits of a fix, or as many smaller ones that come to the same; ``None`` where one would show a secret.

    A fix that puts a whole set in the place of another would repeat the secrets in it. What it leaves as it is is no part
    of the smaller edits, so that mostly nothing secret is left.
    """
    found: list[ShownEdit] = []
    for path in dict.fromkeys(item.path for item in fix.edits):
        items = [item for item in fix.edits if item.path == path]
        edits = _of_file(path, items, read)
        if edits is None:
            return None
        found += edits
    return tuple(found)


def _of_file(path: Path, items: Sequence[FileEdit], read: Callable[[Path], bytes]) -> list[ShownEdit] | None:
    creates = any(item.creates for item in items)
    try:
        before = b"" if creates else read(path)
        after = apply_edits(before, [item.edit for item in items])
    except (OSError, ValueError):
        return None
    hidden = [each.span for each in hidden_in_file(path, after)]
    edits = [item.edit for item in items]
    for candidate in (edits, list(_smaller(before, after))):
        if not any(span.overlaps(each) for span in _new_spans(candidate) for each in hidden):
            return [
                ShownEdit(path, edit, unmasked(edit.text.decode("utf-8", "surrogateescape")), creates)
                for edit in candidate
            ]
    return None


def _new_spans(edits: Sequence[Edit]) -> Iterator[Span]:
    """Where the texts of edits stand once they are made."""
    moved = 0
    for edit in sorted(set(edits)):
        start = edit.span.start + moved
        yield Span(start, start + len(edit.text))
        moved += len(edit.text) - len(edit.span)


def _smaller(before: bytes, after: bytes) -> Iterator[Edit]:
    """The lines that differ, each group without what its beginning and its end have in common."""
    from difflib import SequenceMatcher

    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    old_at, new_at = _offsets(old), _offsets(new)
    for kind, first, last, new_first, new_last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield _trimmed(
                Span(old_at[first], old_at[last]),
                before[old_at[first] : old_at[last]],
                after[new_at[new_first] : new_at[new_last]],
            )


def _offsets(lines: Sequence[bytes]) -> list[int]:
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    return offsets


def _trimmed(span: Span, old: bytes, new: bytes) -> Edit:
    shorter = min(len(old), len(new))
    start = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    end = next((at for at in range(shorter - start) if old[-1 - at] != new[-1 - at]), shorter - start)
    return Edit(Span(span.start + start, span.end - end), new[start : len(new) - end])
