"""The tree-sitter grammar of Nix, and the repair of its known gaps."""

from __future__ import annotations

from functools import cache

import tree_sitter_nix
from tree_sitter import Language, Parser, Tree


def parse_tree(data: bytes) -> Tree:
    """Parse bytes as Nix; the tree's offsets are those of ``data``."""
    return _parser().parse(data)


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_nix.language()))
