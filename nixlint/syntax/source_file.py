"""A file of Nix: its path, its bytes, its tree."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from . import views
from .grammar import parse_tree
from .landmarks import Landmarks, landmarks_below
from .layout import Layout, layout_of
from .span import LineIndex, Position

if TYPE_CHECKING:
    from tree_sitter import Tree


class SourceFile:
    """One file of Nix, parsed. Offsets everywhere are bytes into :attr:`data`, which is never changed.

    ``tree`` may have been parsed from repaired bytes (see :mod:`nixlint.syntax.grammar`); they are as long as the
    original, so every offset holds for both, and text is always read from the original.
    """

    def __init__(self, path: Path, data: bytes, tree: Tree) -> None:
        self.path = path
        self.data = data
        self.tree = tree

    @classmethod
    def parse(cls, path: Path, data: bytes) -> SourceFile:
        """Parse the bytes of a file; always returns a tree, with errors in it where the text is not Nix."""
        return cls(path, data, parse_tree(data))

    @cached_property
    def landmarks(self) -> Landmarks:
        """The nodes that are asked for in every file."""
        return landmarks_below(self.tree.root_node)

    @cached_property
    def root(self) -> views.Expression:
        """The expression that the file consists of."""
        return views.root_expression(self)

    @cached_property
    def may_have_pipes(self) -> bool:
        """Whether ``|>`` or ``<|`` stands anywhere in the file."""
        return b"|>" in self.data or b"<|" in self.data

    @cached_property
    def lines(self) -> LineIndex:
        """The file's lines, worked out on first use."""
        return LineIndex(self.data)

    @cached_property
    def layout(self) -> Layout:
        """How the file is laid out, worked out on first use."""
        return layout_of(self.data)

    def position(self, offset: int) -> Position:
        """The line and column of a byte offset."""
        return self.lines.position(offset)
