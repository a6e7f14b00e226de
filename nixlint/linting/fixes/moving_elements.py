"""Fixes that take elements out of a list in which an option is defined, and define other options beside it instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import takewhile

from nixlint.linting.finding import FileEdit, Fix, Safety
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax import views
from nixlint.syntax.edits import Edit, apply_edits
from nixlint.syntax.insertion import define_many
from nixlint.syntax.place import Place
from nixlint.syntax.problems import breaks
from nixlint.syntax.removal import remove_binding, remove_elements
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.span import Span
from nixlint.syntax.string_literal import encode, static_name

Path = tuple[str, ...]

_LIST_LENGTH = 70
"""A new list that is longer is written over lines."""


def moving_elements(
    repository: Repository,
    elements: Collection[Place],
    lists: Mapping[Path, Sequence[str]],
    values: Mapping[Path, str],
    safety: Safety,
    summary: str,
) -> Fix | None:
    """A fix that takes ``elements`` out of the one list that is the value of a binding, and defines options beside it.

    ``lists`` are texts to add to lists, which may be there already; ``values`` are expressions of options that are not.
    ``None`` where the elements do not stand in one such list, where one is made of parts (its text would be lost as it is
    written), or where it would take guessing.
    """
    place = next(iter(elements))
    source = repository.source(place.path)
    if source is None or any(element.path != place.path for element in elements):
        return None
    data = source.data
    found = _binding_of(source, [element.span for element in elements])
    if found is None:
        return None
    start, beside = found[0].span.start, found[1]
    for path, texts in lists.items():
        current = SourceFile.parse(source.path, data)
        attrset = _attrset_at(current, start)
        edits = None if attrset is None else _adding(attrset, (*beside, *path), texts)
        if edits is None:
            return None
        data = apply_edits(data, edits)
    current = SourceFile.parse(source.path, data)
    attrset = _attrset_at(current, start)
    edits = None if attrset is None else define_many(attrset, [((*beside, *p), text) for p, text in values.items()])
    if edits is None:
        return None
    data = apply_edits(data, edits)
    gone = _without(SourceFile.parse(source.path, data), start, beside, found[2], found[3])
    if gone is None or breaks(source, SourceFile.parse(source.path, gone)):
        return None
    return Fix(safety, summary, (FileEdit(source.path, _difference(source.data, gone)),))


def _binding_of(source: SourceFile, spans: list[Span]) -> tuple[views.AttrSet, Path, str, list[int]] | None:
    """The set, the names before the last one, the last name, and the indices of the elements."""
    for binding in _bindings_around(source, spans[0]):
        literal = binding.value
        if not isinstance(literal, views.ListLiteral):
            return None
        present = [element.span for element in literal.elements]
        names = [static_name(name) for name in binding.path.names]
        attrset = next((view for view in views.enclosing(binding) if isinstance(view, views.AttrSet)), None)
        if attrset is None or None in names or any(span not in present for span in spans):
            return None
        known = tuple(name for name in names if name is not None)
        gone = [present.index(span) for span in spans]
        if not all(_is_plain(literal.elements[index]) for index in gone):
            return None
        return attrset, known[:-1], known[-1], gone
    return None


def _is_plain(element: views.Expression) -> bool:
    return isinstance(element, views.String) and not element.interpolations


def _bindings_around(source: SourceFile, span: Span) -> list[views.Binding]:
    node = source.tree.root_node.descendant_for_byte_range(span.start, span.end)
    if node is None:
        return []
    around = views.enclosing(views.expression_of(node, source))
    return [view for view in around if isinstance(view, views.Binding)][:1]


def _attrset_at(source: SourceFile, start: int) -> views.AttrSet | None:
    node = source.tree.root_node.descendant_for_byte_range(start, start + 1)
    while node is not None and node.start_byte == start:
        view = views.expression_of(node, source)
        if isinstance(view, views.AttrSet):
            return view
        node = node.parent
    return None


def _binding_at(attrset: views.AttrSet, path: Path) -> views.Binding | None:
    for binding in attrset.bindings:
        if isinstance(binding, views.Binding) and tuple(static_name(name) for name in binding.path.names) == path:
            return binding
    return None


def _adding(attrset: views.AttrSet, path: Path, texts: Sequence[str]) -> tuple[Edit, ...] | None:
    """The edits that add texts to a list, or define it."""
    written = [encode(text) for text in texts]
    binding = _binding_at(attrset, path)
    if binding is None:
        return define_many(attrset, [(path, _list_of(written))])
    literal = binding.value
    if not isinstance(literal, views.ListLiteral) or not literal.elements:
        return None
    data, last = attrset.file.data, literal.elements[-1].span
    line = data[max(data.rfind(b"\n", 0, last.start), data.rfind(b"\r", 0, last.start)) + 1 : last.start]
    is_alone = not line.strip()
    newline = b"\r\n" if b"\r\n" in data else b"\n"
    gap = newline + line if is_alone else b" "
    if data[last.end : literal.span.end - 1].strip():
        return None  # A comment follows: whose is it?
    return (Edit(Span(last.end, last.end), b"".join(gap + text.encode() for text in written)),)


def _list_of(elements: Sequence[str]) -> str:
    line = f"[ {' '.join(elements)} ]"
    return line if len(line) <= _LIST_LENGTH else "\n".join(["[", *(f"  {element}" for element in elements), "]"])


def _without(source: SourceFile, start: int, beside: Path, name: str, gone: list[int]) -> bytes | None:
    attrset = _attrset_at(source, start)
    binding = None if attrset is None else _binding_at(attrset, (*beside, name))
    literal = None if binding is None else binding.value
    if binding is None or not isinstance(literal, views.ListLiteral):
        return None
    if len(gone) == len(literal.elements):
        edit = remove_binding(binding)
        return None if edit is None else apply_edits(source.data, (edit,))
    edits = remove_elements(literal, gone)
    return None if edits is None else apply_edits(source.data, edits)


def _difference(before: bytes, after: bytes) -> Edit:
    """One edit from a text to another one."""
    start = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    rest = zip(reversed(before[start:]), reversed(after[start:]), strict=False)
    end = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], rest))
    return Edit(Span(start, len(before) - end), after[start : len(after) - end])
