"""The nodes of a file that are asked for in every file, found by one walk over its tree.

tree-sitter walks the tree in C, at a third of what parsing costs however much it looks for. So what is asked of each file
(what Nix refuses, what binds and uses names) is one query. What few files are asked for has queries of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from tree_sitter import Query, QueryCursor

from .grammar import language

if TYPE_CHECKING:
    from tree_sitter import Node

Landmarks: TypeAlias = Mapping[str, list["Node"]]
"""The nodes by the names that the query gives them; a name without nodes is not there. The order of nodes is not told."""


def landmarks_below(node: Node) -> Landmarks:
    """The landmarks of a tree, or of a part of it."""
    return QueryCursor(_query()).captures(node)


@cache
def _query() -> Query:
    return Query(
        language(),
        """
        (source_code expression: (_) @expression)

        ; What binds names, and the names: the first of an attribute path decides which set it adds to.
        (binding_set) @set
        (binding attrpath: (attrpath . attr: (_) @head) @path) @binding
        (inherit attrs: (inherited_attrs attr: (_) @inherited))
        (inherit_from attrs: (inherited_attrs attr: (_) @taken))
        (function_expression) @function
        (function_expression universal: (identifier) @universal)
        (formal name: (identifier) @formal)
        (formal default: (_)) @default
        (let_expression (binding_set) @let_set)
        (let_attrset_expression (binding_set) @let_set)

        ; Scopes and uses of names.
        (let_expression) @let
        (let_attrset_expression) @let
        (rec_attrset_expression) @rec
        (with_expression) @with
        (variable_expression) @variable

        ; Literals and operators that Nix may refuse.
        (path_expression) @literal_path
        (hpath_expression) @literal_path
        (integer_expression) @int
        (float_expression) @float
        (has_attr_expression attrpath: (attrpath) @asked)
        (binary_expression
          left: (binary_expression operator: ["==" "!="])
          operator: ["==" "!="]) @chain
        (binary_expression
          left: (binary_expression operator: ["<" "<=" ">" ">="])
          operator: ["<" "<=" ">" ">="]) @chain
        """,
    )
