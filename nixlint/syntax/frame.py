"""An attribute set with as much of its file around it as an insertion has to know.

A fix is worked out for each finding, and a file may have thousands: to parse and judge all of it for each would cost the
square of its size. What an insertion does to the file can be seen on the set alone, if no binding outside is merged with
it. So the set is taken out, and in the place of what stands around it on its lines there is something as wide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from .edits import Edit
from .layout import Layout
from .source_file import SourceFile
from .span import Span
from .string_literal import static_name
from .views import AttrSet, Binding, Inherit, enclosing, expression_of

if TYPE_CHECKING:
    from tree_sitter import Node

LINE_LENGTH = 100
"""A set on one line stays on it while the line is not longer than this."""
_MAX_DEPTH = 100
"""A set that lies deeper may, with what is added to it, be too deep to look into: there the whole file is judged."""

Names = tuple[str | None, ...]


class Frame(NamedTuple):
    """A set, in its own file or taken out of it; ``moved`` is how much further its bytes stand in the file."""

    attrset: AttrSet
    layout: Layout
    moved: int = 0
    is_on_one_line_outside: bool = False
    """Whether the set around the one that was taken out is on one line."""

    def in_file(self, edit: Edit) -> Edit:
        """An edit of this text, as an edit of the file."""
        return Edit(Span(edit.span.start + self.moved, edit.span.end + self.moved), edit.text)

    def stands_in_one_line_set(self) -> bool:
        """Whether there is a set around this one, all on one line."""
        outer = _set_around(self.attrset)
        return self.is_on_one_line_outside if outer is None else _is_on_one_line(outer)


def frame_of(attrset: AttrSet) -> Frame:
    """The frame of a set: all of its file, where what is outside may be merged with the set."""
    file, span = attrset.file, attrset.span
    if _depth(attrset) > _MAX_DEPTH or _is_merged(attrset):
        return Frame(attrset, file.layout)
    line = file.lines.line_span(file.lines.line_of(span.start))
    last = file.lines.line_span(file.lines.line_of(span.end))
    before = file.data[line.start : span.start]
    indent = before[: len(before) - len(before.lstrip(b" \t"))]
    # A name before a set is a function that gets it; what is wider than a line may be counts as just that.
    filler = b"x" * min(len(before) - len(indent), LINE_LENGTH)
    rest = len(file.data[span.end : min(last.end, span.end + LINE_LENGTH)].rstrip(b"\r\n"))
    head = indent + filler
    text = head + file.data[span.start : span.end] + b" " * rest
    framed = attrset_at(SourceFile.parse(file.path, text), len(head))
    if framed is None or framed.span != Span(len(head), len(head) + len(span)):
        return Frame(attrset, file.layout)
    outer = _set_around(attrset)
    is_on_one_line = outer is not None and _is_on_one_line(outer)
    return Frame(framed, file.layout, span.start - len(head), is_on_one_line)


def attrset_at(file: SourceFile, start: int) -> AttrSet | None:
    """The attribute set that starts at an offset."""
    node = file.tree.root_node.descendant_for_byte_range(start, start + 1)
    while node is not None and node.start_byte == start:
        view = expression_of(node, file)
        if isinstance(view, AttrSet):
            return view
        node = node.parent
    return None


def _set_around(attrset: AttrSet) -> AttrSet | None:
    return next((view for view in enclosing(attrset) if isinstance(view, AttrSet)), None)


def _is_on_one_line(attrset: AttrSet) -> bool:
    lines, span = attrset.file.lines, attrset.span
    return lines.line_of(span.start) == lines.line_of(span.end)


def _depth(attrset: AttrSet) -> int:
    depth = 0
    node = attrset.node.parent
    while node is not None and depth <= _MAX_DEPTH:
        depth += 1
        node = node.parent
    return depth


# Sets that Nix merges: ``a = { … }; a.b = …;``.


class _WrittenPaths(NamedTuple):
    """The paths of the bindings beside each other, and all their beginnings, with how often there is each."""

    whole: Counter[Names]
    beginnings: Counter[Names]


_WRITTEN: WeakKeyDictionary[SourceFile, dict[int, _WrittenPaths]] = WeakKeyDictionary()


def _is_merged(attrset: AttrSet) -> bool:
    """Whether a binding outside the set may define something in it."""
    path: Names = ()
    for binding in _bindings_above(attrset):
        own = _names_of(binding)
        path = (*own, *path)
        written = _written(binding)
        others_below = written.beginnings.get(path, 0) - (len(path) == len(own))
        if others_below or any(
            written.whole.get(path[:size], 0) > (size == len(own)) for size in range(1, len(path) + 1)
        ):
            return True
    return False


def _bindings_above(attrset: AttrSet) -> Iterator[Binding]:
    """The binding that a set is the value of, the one that the set around that is the value of, and so on."""
    node = attrset.node.parent
    while node is not None and node.type in _BETWEEN_SETS:
        if node.type == "binding":
            yield Binding(node, attrset.file)
        node = node.parent


_BETWEEN_SETS = frozenset(
    {"parenthesized_expression", "binding", "binding_set", "attrset_expression", "rec_attrset_expression"}
)


def _written(binding: Binding) -> _WrittenPaths:
    """The paths of a binding and those beside it."""
    file, node = binding.file, binding.node.parent
    assert node is not None
    known = _WRITTEN.setdefault(file, {})
    if node.id not in known:
        paths = _WrittenPaths(Counter(), Counter())
        for names in _paths_in(file, node):
            paths.whole[names] += 1
            paths.beginnings.update(names[:size] for size in range(1, len(names) + 1))
        known[node.id] = paths
    return known[node.id]


def _paths_in(file: SourceFile, node: Node) -> Iterator[Names]:
    for child in node.named_children:
        if child.type == "binding":
            yield _names_of(Binding(child, file))
        elif child.type in ("inherit", "inherit_from"):
            yield from ((static_name(name),) for name in Inherit(child, file).names)


def _names_of(binding: Binding) -> Names:
    return tuple(map(static_name, binding.path.names))
