"""Models of ``lib.fileset``: sets of files within the repository (nixpkgs, ``lib/fileset``).

A set is its files, one by one: of what is not known whether a file is in it, nothing is known. A path stands for itself, or
for all files below it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from nixlint.semantics.language.operators import MAX_ELEMENTS
from nixlint.semantics.language.values import (
    AttrsValue,
    BoolValue,
    Entry,
    Known,
    ListValue,
    PathValue,
    PrimitiveValue,
    StringValue,
    Value,
)

from .files import files_below
from .registry import Call, model

_KIND = "fileset"
"""The ``_type`` of a set of files."""
_FILES = "_files"
_Combine: TypeAlias = Callable[[frozenset[Path], frozenset[Path]], frozenset[Path]]


@model(1, "fileset.toList", strict=(0,))
def _to_list(call: Call) -> Value:
    found = _files_of(call.value(0), call)
    return _not_listed(call, 0) if found is None else _paths(found, call)


@model(1, "fileset.maybeMissing", strict=(0,))
def _maybe_missing(call: Call) -> Value:
    """A path that need not be there: then the set is empty."""
    path, files = call.value(0), call.evaluator.files
    if isinstance(path, PathValue) and files is not None and files.holds(path.path) and files.kind(path.path) is None:
        return _set_of(frozenset(), call)
    return _as_set(_files_of(path, call), call, 0)


@model(2, "fileset.fileFilter", strict=(1,))
def _file_filter(call: Call) -> Value:
    """The files below a path for which a function of name and type is true; those it is not known of make all unknown."""
    below = _files_of(call.value(1), call)
    kept: set[Path] = set()
    for path in () if below is None else sorted(below):
        answer = call.apply(call.arguments[0], Known(_described(path, call)))
        if not isinstance(answer, BoolValue):
            return call.unknown("which files a filter keeps", answer)
        if answer.value:
            kept.add(path)
    return _as_set(None if below is None else frozenset(kept), call, 1)


@model(2, "fileset.fileFilter:hasExt", strict=(1,))
def _has_extension(call: Call) -> Value:
    """``hasExt`` of a file's name, the first argument: whether it ends in a dot and the extension."""
    name, extension = call.text(0), call.text(1)
    if name is None or extension is None:
        return call.unknown("an extension that is not known", call.value(1))
    return BoolValue(name.endswith(f".{extension}"), call.place)


@model(2, "fileset.union", strict=(0, 1))
def _union(call: Call) -> Value:
    return _combined(call, frozenset.union)


@model(2, "fileset.intersection", strict=(0, 1))
def _intersection(call: Call) -> Value:
    return _combined(call, frozenset.intersection)


@model(2, "fileset.difference", strict=(0, 1))
def _difference(call: Call) -> Value:
    return _combined(call, frozenset.difference)


@model(1, "fileset.unions", strict=(0,))
def _unions(call: Call) -> Value:
    found: set[Path] = set()
    for element in call.elements(0) or ():
        files = _files_of(element.force(), call)
        if files is None:
            return _not_listed(call, 0)
        found |= files
    return _as_set(None if call.elements(0) is None else frozenset(found), call, 0)


def _combined(call: Call, combine: _Combine) -> Value:
    one, other = (_files_of(call.value(index), call) for index in (0, 1))
    if one is None or other is None:
        return _not_listed(call, 0 if one is None else 1)
    return _set_of(combine(one, other), call)


def _files_of(value: Value, call: Call) -> frozenset[Path] | None:
    """The files of a set, or of a path; ``None`` where they are not known."""
    files = call.evaluator.files
    match value:
        case AttrsValue() if _FILES in value.entries:
            listed = value.entries[_FILES].value.force()
            paths = [item.force() for item in listed.elements] if isinstance(listed, ListValue) else []
            return frozenset(path.path for path in paths if isinstance(path, PathValue))
        case PathValue(path=path) if files is not None and files.kind(path) == "directory":
            below = files_below(path, call)
            return None if below is None else frozenset(below)
        case PathValue(path=path) if files is not None and files.kind(path) is not None:
            return frozenset({path})
        case _:
            return None


def _as_set(files: frozenset[Path] | None, call: Call, index: int) -> Value:
    return _not_listed(call, index) if files is None else _set_of(files, call)


def _set_of(files: frozenset[Path], call: Call) -> Value:
    kind = Entry(Known(StringValue((_KIND,), call.place)), call.place)
    return AttrsValue({"_type": kind, _FILES: Entry(Known(_paths(files, call)), call.place)}, (), (), call.place)


def _paths(files: frozenset[Path], call: Call) -> Value:
    """Paths in the order of ``toList``: folder by folder, by name."""
    if len(files) > MAX_ELEMENTS:
        return call.unknown("a list that is too long to work out")
    return ListValue(tuple(Known(PathValue(path, call.place)) for path in sorted(files)), (), call.place)


def _described(path: Path, call: Call) -> Value:
    """What a filter is told of a file."""
    name = StringValue((path.name,), call.place)
    files = call.evaluator.files
    kind = None if files is None else files.kind(path)
    told: dict[str, Value] = {
        "name": name,
        "type": StringValue((kind or "unknown",), call.place),
        "hasExt": PrimitiveValue("fileset.fileFilter:hasExt", (Known(name),), call.place),
    }
    return AttrsValue({key: Entry(Known(value), call.place) for key, value in told.items()}, (), (), call.place)


def _not_listed(call: Call, index: int) -> Value:
    return call.unknown("a set of files that is not known", call.value(index))
