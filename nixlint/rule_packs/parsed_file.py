"""A rule file as LibCST reads it: its tree, where each node stands in the bytes, and what its names mean.

Nothing of the file is run. A name means what the scopes of the file make of it, so that ``import os as o`` and
``from subprocess import run as r`` are seen for what they are.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from pathlib import PurePosixPath
from typing import cast
from warnings import catch_warnings, simplefilter

import libcst as cst
from libcst.metadata import (
    ByteSpanPositionProvider,
    MetadataWrapper,
    ParentNodeProvider,
    QualifiedName,
    QualifiedNameProvider,
    QualifiedNameSource,
    ScopeProvider,
)
from libcst.metadata.scope_provider import Scope

from nixlint.syntax.place import Place
from nixlint.syntax.span import Span

from .pack_files import RuleFile

_TOO_DEEP = "its expressions are nested too deep"
_BOM = b"\xef\xbb\xbf"


class Unreadable(Exception):
    """A file that cannot be read as Python; the message says why, and the offset where, as far as that is known."""

    def __init__(self, reason: str, offset: int = 0) -> None:
        super().__init__(reason)
        self.offset = offset


class ParsedFile:
    """The tree of a rule file with what is known of its nodes."""

    def __init__(self, file: RuleFile) -> None:
        """Parse a file. Raises :class:`Unreadable`."""
        self.file = file
        self.module = _parsed(file.data)
        try:
            wrapper = MetadataWrapper(self.module, unsafe_skip_copy=True)
            self._spans = wrapper.resolve(ByteSpanPositionProvider)
            self._parents = wrapper.resolve(ParentNodeProvider)
            self._scopes = wrapper.resolve(ScopeProvider)
            self._names = wrapper.resolve(QualifiedNameProvider)
        except (RecursionError, KeyError):
            raise Unreadable(_TOO_DEEP) from None
        self._shift = len(_BOM) if file.data.startswith(_BOM) else 0

    def place(self, node: cst.CSTNode) -> Place:
        """Where a node stands."""
        span = self._spans.get(node)
        if span is None:
            return Place(self.file.path, Span(0, 0))
        start = span.start + self._shift
        return Place(self.file.path, Span(start, start + span.length))

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node around a node."""
        return self._parents.get(node)

    def scope(self, node: cst.CSTNode) -> Scope | None:
        """The scope that a name is looked up in."""
        return self._scopes.get(node)

    def meanings(self, node: cst.CSTNode) -> Collection[QualifiedName]:
        """What a name or a chain of attributes may stand for."""
        found: object = self._names.get(node, ())
        return cast(Collection[QualifiedName], found() if callable(found) else found)

    def imported(self, node: cst.CSTNode) -> frozenset[str]:
        """The dotted names that a node stands for by imports, those of the pack itself as they are written."""
        return frozenset(each.name for each in self.meanings(node) if each.source is QualifiedNameSource.IMPORT)

    def builtin(self, node: cst.CSTNode) -> str | None:
        """The builtin that a name stands for, where it may be one."""
        for each in self.meanings(node):
            if each.source is QualifiedNameSource.BUILTIN:
                return each.name.removeprefix("builtins.")
        return None

    def local(self, node: cst.CSTNode) -> frozenset[str]:
        """The names of the file itself that a node stands for."""
        return frozenset(each.name for each in self.meanings(node) if each.source is QualifiedNameSource.LOCAL)

    @property
    def package(self) -> tuple[str, ...]:
        """The packages that the file is in, from the outermost in the pack."""
        return PurePosixPath(self.file.name).parent.parts


_DEEPEST = 200
"""Expressions within expressions; deeper ones, which nobody writes, take LibCST's parser out of its stack."""


def _parsed(data: bytes) -> cst.Module:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("it is not UTF-8", error.start) from None
    _need_plain_python(data)
    try:
        module = cst.parse_module(data)
    except (cst.ParserSyntaxError, RecursionError, ValueError, LookupError) as error:
        raise Unreadable(f"LibCST can't read it ({type(error).__name__})") from None
    if module.encoding not in ("utf-8", "utf-8-sig"):
        raise Unreadable(f"it says that it is {module.encoding}, and not UTF-8")
    return module


def _need_plain_python(data: bytes) -> None:
    """Raise :class:`Unreadable` for what Python itself refuses, and for what is nested too deep."""
    try:
        with catch_warnings():
            simplefilter("ignore")
            tree = ast.parse(data)
    except SyntaxError as error:
        lines = data.splitlines(keepends=True)
        before = sum(map(len, lines[: (error.lineno or 1) - 1]))
        raise Unreadable(f"it has a syntax error: {error.msg}", min(before, len(data))) from None
    except (RecursionError, MemoryError):
        raise Unreadable(_TOO_DEEP) from None
    except ValueError as error:
        raise Unreadable(f"Python can't read it: {error}") from None
    level: list[ast.AST] = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    if level:
        raise Unreadable(_TOO_DEEP)


def dotted(node: cst.CSTNode | None) -> str:
    """A chain of names as text, such as ``a.b.c``; nothing for anything else."""
    match node:
        case cst.Name(value=name):
            return name
        case cst.Attribute(value=value, attr=cst.Name(value=name)):
            before = dotted(value)
            return f"{before}.{name}" if before else ""
        case _:
            return ""
