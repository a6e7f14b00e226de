"""What ``import-tree`` imports: all files of Nix below folders, but those below a name that begins with ``_``.

As github.com/vic/import-tree has it (``default.nix``): a filter is asked with the path below the folder, or, in its earlier
versions, with the whole one. A file of which these answers differ may be imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nixlint.semantics.language import library, symbols
from nixlint.semantics.language.file_tree import FileTree
from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.values import (
    BoolValue,
    CallValue,
    Known,
    ListValue,
    NullValue,
    PathValue,
    StringValue,
    Thunk,
    UnknownValue,
    Value,
)

_NAME = "import-tree"
_FILTERS = frozenset({"filter", "filterNot", "match", "matchNot"})


class ImportTree(NamedTuple):
    """Folders, and what chooses among the files below them: a filter of import-tree, and what that is given."""

    folders: tuple[Path, ...]
    way: str | None = None
    given: Thunk | None = None

    def paths(self, files: FileTree, interpreter: Interpreter) -> list[tuple[Path, tuple[Value, ...]]] | None:
        """The files, each with the doubt whether it is taken; ``None`` where a folder cannot be listed."""
        found = []
        for folder in self.folders:
            below = [folder] if files.kind(folder) == "regular" else files.below(folder)
            if below is None:
                return None
            for path in below:
                rest = f"/{path.relative_to(folder)}"
                if path.suffix == ".nix" and "/_" not in rest:
                    found += [(path, doubt) for doubt in self._doubts(path, rest, interpreter)]
        return found

    def _doubts(self, path: Path, rest: str, interpreter: Interpreter) -> Iterator[tuple[Value, ...]]:
        """Nothing where a file is left out; else why it may be."""
        answers = {self._is_taken(text, interpreter) for text in (rest, str(path))}
        if answers == {True}:
            yield ()
        elif answers != {False}:
            yield (UnknownValue("whether import-tree takes it", None),)

    def _is_taken(self, text: str, interpreter: Interpreter) -> bool | None:
        if self.way is None or self.given is None:
            return True
        argument = Known(StringValue((text,)))
        if self.way.startswith("match"):
            matched = interpreter.apply(
                interpreter.apply(library.named((*symbols.BUILTINS, "match")), self.given), argument
            )
            answer = isinstance(matched, ListValue) if isinstance(matched, ListValue | NullValue) else None
        else:
            taken = interpreter.apply(self.given.force(), argument)
            answer = taken.value if isinstance(taken, BoolValue) else None
        return answer if answer is None or not self.way.endswith("Not") else not answer


def tree_of(value: Value) -> ImportTree | None:
    """The tree that a call of ``import-tree``, alone or with one filter, imports; ``None`` for anything else."""
    if not isinstance(value, CallValue):
        return None
    match value.callee.path[-2:], value.arguments:
        case (*_, name), (where,) if name == _NAME:
            return _tree(where.force())
        case (name, way), (given, where) if name == _NAME and way in _FILTERS:
            tree = _tree(where.force())
            return None if tree is None else tree._replace(way=way, given=given)
        case _:
            return None


def _tree(where: Value) -> ImportTree | None:
    listed = [element.force() for element in where.elements] if isinstance(where, ListValue) else [where]
    folders = tuple(folder.path for folder in listed if isinstance(folder, PathValue))
    is_known = len(folders) == len(listed) and not (isinstance(where, ListValue) and where.unknowns)
    return ImportTree(folders) if is_known else None
