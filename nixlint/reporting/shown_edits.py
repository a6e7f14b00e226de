"""The edits of a fix as they may be shown: with no more text than they change, and none that holds a secret."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nixlint.linting.finding import FileEdit, Fix
from nixlint.secrets.hidden import hidden_in_file
from nixlint.secrets.masking import Shown, unmasked
from nixlint.syntax.edits import ChosenEdits, Edit, apply_edits
from nixlint.syntax.span import Span


class ShownEdit(NamedTuple):
    """An edit whose text may be shown, and the file that it belongs to."""

    path: Path
    edit: Edit
    text: Shown
    creates: bool


class FixEdits:
    """The edits of the fixes of a report; ``read`` gives the bytes of a file.

    What of a file is secret is worked out on its text with many fixes made at once: to do it for each fix would cost the
    square of the file's size.
    """

    def __init__(self, fixes: Iterable[Fix], read: Callable[[Path], bytes]) -> None:
        self._read = read
        self._may_be_shown: set[tuple[Path, frozenset[FileEdit]]] = set()
        by_path: dict[Path, dict[frozenset[FileEdit], None]] = {}
        for fix in fixes:
            for path, items in _by_path(fix).items():
                if not any(item.creates for item in items):
                    by_path.setdefault(path, {})[frozenset(items)] = None
        for path, all_items in by_path.items():
            self._look_at(path, all_items)

    def without_secrets(self, fix: Fix) -> tuple[ShownEdit, ...] | None:
        """The edits of a fix, or as many smaller ones that come to the same; ``None`` where one would show a secret.

        A fix that puts a whole set in the place of another would repeat the secrets in it. What it leaves as it is is no
        part of the smaller edits, so that mostly nothing secret is left.
        """
        if fix.moved:
            return None  # who makes the edits without nixlint loses the secret
        found: list[ShownEdit] = []
        for path, items in _by_path(fix).items():
            if (path, frozenset(items)) in self._may_be_shown:
                found += [_shown(item.path, item.edit, creates=False) for item in items]
                continue
            edits = _of_file(path, items, self._read)
            if edits is None:
                return None
            found += edits
        return tuple(found)

    def _look_at(self, path: Path, all_items: Iterable[frozenset[FileEdit]]) -> None:
        """Learn which of the fixes of a file hold nothing secret; where that does not come out, each is looked at alone."""
        try:
            before = self._read(path)
            for group in _groups(all_items):
                edits = sorted({item.edit for items in group for item in items})
                hidden = [each.span for each in hidden_in_file(path, apply_edits(before, edits))]
                open_edits = {
                    edit for edit, span in zip(edits, _new_spans(edits), strict=True) if not _overlaps_any(span, hidden)
                }
                self._may_be_shown |= {(path, items) for items in group if open_edits.issuperset(_edits(items))}
        except (OSError, ValueError):
            return


def _groups(all_items: Iterable[frozenset[FileEdit]]) -> list[list[frozenset[FileEdit]]]:
    """The fixes of a file in groups of those that can be made at once."""
    groups: list[tuple[ChosenEdits, list[frozenset[FileEdit]]]] = []
    for items in all_items:
        edits = sorted(set(_edits(items)))
        group = next((group for group in groups[:_MAX_GROUPS] if group[0].go_with(edits)), None)
        if group is None:
            group = (ChosenEdits(), [])
            groups.append(group)
        group[0].add(edits)
        group[1].append(items)
    return [members for _, members in groups]


_MAX_GROUPS = 20
"""So many groups are tried for a fix to go with; it is alone after that."""


def _edits(items: Iterable[FileEdit]) -> list[Edit]:
    return [item.edit for item in items]


def _by_path(fix: Fix) -> dict[Path, list[FileEdit]]:
    found: dict[Path, list[FileEdit]] = {}
    for item in fix.edits:
        found.setdefault(item.path, []).append(item)
    return found


def _overlaps_any(span: Span, hidden: Sequence[Span]) -> bool:
    """Whether a span shares a byte with one of some spans, which are in order and do not overlap."""
    first = bisect_right(hidden, span.start, key=lambda each: each.end)
    return first < len(hidden) and span.overlaps(hidden[first])


def _of_file(path: Path, items: Sequence[FileEdit], read: Callable[[Path], bytes]) -> list[ShownEdit] | None:
    creates = any(item.creates for item in items)
    try:
        before = b"" if creates else read(path)
        after = apply_edits(before, _edits(items))
    except (OSError, ValueError):
        return None
    hidden = [each.span for each in hidden_in_file(path, after)]
    for candidate in (_edits(items), list(_smaller(before, after))):
        if not any(_overlaps_any(span, hidden) for span in _new_spans(candidate)):
            return [_shown(path, edit, creates=creates) for edit in candidate]
    return None


def _shown(path: Path, edit: Edit, *, creates: bool) -> ShownEdit:
    return ShownEdit(path, edit, unmasked(edit.text.decode("utf-8", "surrogateescape")), creates)


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
