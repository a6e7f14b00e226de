"""A Python program as Python's own parser sees it: its tree, or the error for which Python refuses it.

``compile`` decides, for it also finds what the grammar alone lets pass (``return`` outside a function). Where the Python
that runs nixlint is older than the one that runs the program, a newer grammar is asked before anything is said
(:mod:`.lossless`).
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from nixlint.syntax.span import Span

from .program_text import ProgramText

_PEP_701 = (3, 12)
"""From this version on, an f-string may hold any expression, quotes of its own kind included."""


class PythonProblem(NamedTuple):
    """Why Python refuses a program, in its own words, and where."""

    message: str
    span: Span
    line: int


class PythonProgram:
    """A program and what Python makes of it."""

    def __init__(self, text: ProgramText) -> None:
        self.text = text
        self.problem: PythonProblem | None = None
        self.tree: ast.Module | None = None
        self._is_grammatical = False
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                # CRLF and the like are line feeds for Python; the columns and lines stay as they are.
                tree = ast.parse(text.text)
                self._is_grammatical = True
                compile(tree, "<script>", "exec", dont_inherit=True)
        except SyntaxError as error:
            self.problem = self._problem(error)
        except (ValueError, RecursionError, MemoryError):
            return  # Undecodable bytes, or nested too deeply for Python: nothing is said about it.
        else:
            self.tree = tree

    @property
    def is_certainly_refused(self) -> bool:
        """Whether every Python that runs test scripts refuses it, and nothing unknown stands where it does."""
        if self.problem is None:
            return False
        if self._is_grammatical or sys.version_info >= _PEP_701:
            return True
        from .lossless import is_accepted

        return not is_accepted(self.text.text)

    def span(self, node: ast.expr | ast.stmt | ast.excepthandler | ast.arg | ast.keyword) -> Span:
        """The span of a node in the text."""
        start = self.text.offset(node.lineno, node.col_offset)
        end = self.text.offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        return Span(start, max(start, end))

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes, in the order of the text as far as it goes."""
        return () if self.tree is None else tuple(_walk(self.tree))

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """What each node stands in."""
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    def enclosing(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node stands in, from the nearest outwards."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    @cached_property
    def bound_names(self) -> frozenset[str]:
        """All names that the program binds anywhere, whatever the scope."""
        return frozenset(name for node in self.nodes for name in _bound_by(node))

    @cached_property
    def binds_unknown_names(self) -> bool:
        """Whether it may bind names that are not written in it: ``from x import *``, ``exec``, ``globals()``."""
        for node in self.nodes:
            if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
                return True
            if isinstance(node, ast.Name) and node.id in ("exec", "globals", "locals", "vars", "setattr"):
                return True
        return False

    def _problem(self, error: SyntaxError) -> PythonProblem:
        line = error.lineno or 1
        line_span = self.text.line_span(line)
        written = self.text.data[line_span.start : line_span.end].decode("utf-8", "surrogateescape")
        column = max(0, (error.offset or 1) - 1)
        start = line_span.start + len(written[:column].encode("utf-8", "surrogateescape"))
        end = start
        if error.end_lineno == line and error.end_offset is not None and error.end_offset - 1 > column:
            end = line_span.start + len(written[: error.end_offset - 1].encode("utf-8", "surrogateescape"))
        start = min(start, line_span.end)
        if isinstance(error, IndentationError):
            return PythonProblem(error.msg, line_span, line)
        if start == line_span.end:  # Nothing stands there that could be shown: the line is.
            start = line_span.start + len(written) - len(written.lstrip()) if written.strip() else line_span.start
            end = line_span.end
        return PythonProblem(error.msg, Span(start, max(end, min(start + 1, line_span.end))), line)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(list(ast.iter_child_nodes(current))))


def _bound_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.arg(arg=name):
            yield name
        case ast.alias(name=name, asname=asname):
            yield (asname or name).partition(".")[0]
        case ast.ExceptHandler(name=str(name)):
            yield name
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case _:
            return
