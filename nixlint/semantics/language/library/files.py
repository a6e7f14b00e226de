"""Models of functions that look at files, within the repository (nixpkgs, ``lib/filesystem.nix``, and builtins).

``readFile`` stays a symbol: a rule can see that a file is read, and its text, which may be a secret, becomes a value only
where a function such as ``fromJSON`` takes it apart.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nixlint.semantics.language.budget import METER
from nixlint.semantics.language.documents import DocumentError, read_json, read_toml
from nixlint.semantics.language.operators import MAX_ELEMENTS
from nixlint.semantics.language.paths import normalised
from nixlint.semantics.language.values import (
    AttrsValue,
    BoolValue,
    CallValue,
    Entry,
    Known,
    ListValue,
    PathValue,
    StringValue,
    SymbolValue,
    Thunk,
    Value,
)
from nixlint.syntax.place import Place

from .plain import Refused, value_of
from .registry import Call, Evaluator, is_reader, model

_CHARACTERS_A_VISIT = 16
"""A text that is read as a document costs as much as looking at a value for each so many characters."""
_OUTSIDE = "a file outside the repository"


def _path(call: Call, index: int) -> Path | None:
    """The path that an argument is."""
    return _path_of(call.value(index))


def _path_of(value: Value) -> Path | None:
    match value:
        case PathValue(path=path):
            return path
        case StringValue(text=str() as text) if text.startswith("/"):
            return normalised(text)
        case _:
            return None


@model(1, "pathExists", strict=(0,))
def _path_exists(call: Call) -> Value:
    path, files = _path(call, 0), call.evaluator.files
    if path is None or files is None or not files.holds(path):
        return call.unknown(_OUTSIDE, call.value(0) if path is None else None)
    return BoolValue(files.kind(path) is not None, call.place)


@model(1, "readFileType", "filesystem.pathType", strict=(0,))
def _read_file_type(call: Call) -> Value:
    kind = _kind(call)
    return call.unknown(_OUTSIDE, call.value(0)) if kind is None else StringValue((kind,), call.place)


def _kind(call: Call) -> str | None:
    path, files = _path(call, 0), call.evaluator.files
    return None if path is None or files is None else files.kind(path)


@model(1, "pathIsDirectory", strict=(0,))
def _path_is_directory(call: Call) -> Value:
    return _is_of_kind(call, "directory")


@model(1, "pathIsRegularFile", strict=(0,))
def _path_is_regular_file(call: Call) -> Value:
    return _is_of_kind(call, "regular")


def _is_of_kind(call: Call, kind: str) -> Value:
    exists = _path_exists(call)
    return BoolValue(_kind(call) == kind, call.place) if isinstance(exists, BoolValue) else exists


@model(1, "readDir", strict=(0,))
def _read_dir(call: Call) -> Value:
    path, files = _path(call, 0), call.evaluator.files
    entries = None if path is None or files is None else files.entries(path)
    if entries is None or not call.evaluator.spend(len(entries)):
        return call.unknown("a folder that cannot be listed", call.value(0))
    kinds = {name: Entry(Known(StringValue((kind,), call.place)), call.place) for name, kind in entries.items()}
    return AttrsValue(kinds, (), (), call.place)


@model(1, "filesystem.listFilesRecursive", strict=(0,))
def _list_files_recursive(call: Call) -> Value:
    path, files = _path(call, 0), call.evaluator.files
    found = None if path is None or files is None else files_below(path, call)
    if found is None:
        return call.unknown("a folder that cannot be listed", call.value(0))
    return ListValue(tuple(Known(PathValue(file, call.place)) for file in found), (), call.place)


def files_below(folder: Path, call: Call) -> list[Path] | None:
    """All files below a folder, in the order in which Nix lists them; ``None`` where they cannot be known."""
    files = call.evaluator.files
    entries = None if files is None else files.entries(folder)
    if entries is None or not call.evaluator.spend(len(entries)):
        return None
    found: list[Path] = []
    for name, kind in sorted(entries.items()):
        below = files_below(folder / name, call) if kind == "directory" else [folder / name]
        if below is None or len(found) + len(below) > MAX_ELEMENTS:
            return None
        found.extend(below)
    return found


def loaded_by_haumea(settings: Value, place: Place | None, evaluator: Evaluator) -> AttrsValue | None:
    """The files below a folder by name, as ``lib.load`` of haumea gives them (nix-community/haumea, ``src/load.nix``).

    ``None`` where it is not known what becomes of the files: with a loader that is neither ``path`` nor ``verbatim``.
    """
    given = settings.entries if isinstance(settings, AttrsValue) and not settings.is_open else {}
    if given.keys() - {"src", "loader", "inputs"} or not given.keys() >= {"src", "loader"}:
        return None
    folder, loader = given["src"].value.force(), given["loader"].value.force()
    name = ".".join(loader.path[-2:]) if isinstance(loader, SymbolValue) else None
    if not isinstance(folder, PathValue) or name not in ("loaders.path", "loaders.verbatim"):
        return None
    return _folder_of_haumea(folder.path, name == "loaders.verbatim", place, evaluator)


def _folder_of_haumea(folder: Path, imports: bool, place: Place | None, evaluator: Evaluator) -> AttrsValue | None:
    """The files of Nix below a folder; those whose names begin with ``_`` are not for others to see."""
    listed = None if evaluator.files is None else evaluator.files.entries(folder)
    if listed is None or not evaluator.spend(len(listed)):
        return None
    entries: dict[str, Entry] = {}
    seen = {""}
    for file, kind in listed.items():
        if kind != "directory" and (kind != "regular" or not file.endswith(".nix")):
            continue
        name = file.removeprefix("_").removeprefix("_")
        name = name if kind == "directory" else name.removesuffix(".nix")
        if name and name in seen:
            return None  # It refuses two of one name.
        seen.add(name)
        value: Value | None = PathValue(folder / file, place)
        if kind == "directory":
            value = _folder_of_haumea(folder / file, imports, place, evaluator)
        if value is None:
            return None
        loads = imports and kind != "directory"
        if name and not file.startswith("_"):
            entries[name] = Entry(_imported(value, place, evaluator) if loads else Known(value), place)
    return AttrsValue(entries, (), (), place)


def _imported(file: Value, place: Place | None, evaluator: Evaluator) -> Thunk:
    return evaluator.defer_call(lambda: evaluator.import_value(file, place), place)


@model(1, "fromJSON", strict=(0,))
def _from_json(call: Call) -> Value:
    return _parsed(call, _text(call.value(0), call), read_json)


@model(1, "fromTOML", strict=(0,))
def _from_toml(call: Call) -> Value:
    return _parsed(call, _text(call.value(0), call), read_toml)


@model(1, "importJSON", strict=(0,))
def _import_json(call: Call) -> Value:
    return _parsed(call, _content(call.value(0), call), read_json)


@model(1, "importTOML", strict=(0,))
def _import_toml(call: Call) -> Value:
    return _parsed(call, _content(call.value(0), call), read_toml)


@model(2, "splitString", strict=(0, 1))
def _split_string(call: Call) -> Value:
    separator, text = call.text(0), _text(call.value(1), call)
    if separator is None or text is None:
        return call.unknown("a text that is not known", call.value(1 if text is None else 0))
    if separator == "":
        return call.unknown("a split at nothing")
    return value_of(text.split(separator), call.place)


def _text(value: Value, call: Call) -> str | None:
    """A text, or that of a file that is read."""
    match value:
        case StringValue():
            return value.text
        case CallValue(callee=callee, arguments=(file,)) if is_reader(callee):
            text = _content(file.force(), call)
            return text.removesuffix("\n") if text is not None and callee.path[-1] == "fileContents" else text
        case _:
            return None


def _content(file: Value, call: Call) -> str | None:
    path, files = _path_of(file), call.evaluator.files
    return None if path is None or files is None else files.text(path)


def _parsed(call: Call, text: str | None, parse: Callable[[str], object]) -> Value:
    if text is None:
        return call.unknown("a file that cannot be read", call.value(0))
    try:
        METER.budget.took(visits=len(text) // _CHARACTERS_A_VISIT)
        return value_of(parse(text), call.place)
    except (Refused, DocumentError):
        # A date, which Nix refuses, has no value.
        return call.unknown("a text that Nix refuses to read")


@model(1, "baseNameOf", strict=(0,))
def _base_name_of(call: Call) -> Value:
    value = call.value(0)
    match value:
        case PathValue(path=path):
            return StringValue((path.name,) if path.name else (), call.place)
        case StringValue(text=str() as text):
            name = text.removesuffix("/").rpartition("/")[2]
            return StringValue((name,) if name else (), call.place)
        case StringValue(parts=parts) if isinstance(parts[-1], str) and "/" in parts[-1].removesuffix("/"):
            return StringValue((parts[-1].removesuffix("/").rpartition("/")[2],), call.place)
        case _:
            return call.unknown("a path that is not known", value)


@model(1, "dirOf", strict=(0,))
def _dir_of(call: Call) -> Value:
    value = call.value(0)
    match value:
        case PathValue(path=path):
            return PathValue(path.parent, call.place)
        case StringValue(text=str() as text) if not text.endswith("/") and "//" not in text:
            folder, slash, _ = text.rpartition("/")
            return StringValue((folder or (slash or "."),), call.place)
        case _:
            return call.unknown("a path that is not known", value)


@model(2, "path.append", strict=(0, 1))
def _append(call: Call) -> Value:
    folder, below = call.value(0), call.text(1)
    if not isinstance(folder, PathValue) or below is None or below.startswith("/") or ".." in below.split("/"):
        return call.unknown("a path that is not known", folder if below is not None else call.value(1))
    return PathValue(normalised(below, folder.path), call.place)


@model(1, "builtins.toPath", strict=(0,))
def _to_path(call: Call) -> Value:
    text = call.text(0)
    if text is None or not text.startswith("/"):
        return call.unknown("a path that is not known", call.value(0))
    return StringValue((str(normalised(text)),), call.place)
