"""Typed views of the Nix syntax tree: thin, lazy, and the only code that names a tree-sitter node type.

A view holds a node and the file it came from, and nothing else; the bytes of the file are the truth. Names follow the
Nix manual, section 'Nix Language'. Everything that is an expression is a member of the union :data:`Expression`, so
that a ``match`` over it can be checked for exhaustiveness.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, TypeAlias

from tree_sitter import Query, QueryCursor

from .grammar import language
from .place import Place
from .span import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from .source_file import SourceFile


class View:
    """A node of the tree together with its file."""

    __slots__ = ("_place", "file", "node")

    def __init__(self, node: Node, file: SourceFile) -> None:
        self.node = node
        self.file = file
        self._place: Place | None = None

    @property
    def place(self) -> Place:
        """Where the node stands: one place, which a value that is worked out shares with what it is worked out by."""
        if self._place is None:
            self._place = Place(self.file.path, Span(self.node.start_byte, self.node.end_byte))
        return self._place

    @property
    def span(self) -> Span:
        """The byte span of the node."""
        return Span(self.node.start_byte, self.node.end_byte)

    @property
    def text(self) -> str:
        """The node as written in the original bytes (undecodable bytes as surrogates)."""
        return self.file.data[self.node.start_byte : self.node.end_byte].decode("utf-8", "surrogateescape")

    @property
    def has_error(self) -> bool:
        """Whether a syntax error lies in this part of the tree."""
        return self.node.has_error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, View) and self.node == other.node and self.file is other.file

    def __hash__(self) -> int:
        return hash((self.node.id, id(self.file)))

    def __repr__(self) -> str:
        text = self.text
        return f"<{type(self).__name__} {text if len(text) <= 40 else text[:37] + '...'!r}>"

    def _field(self, name: str) -> Expression:
        return _expression(self.node.child_by_field_name(name), self.file, self.node)

    def _optional_field(self, name: str) -> Expression | None:
        child = self.node.child_by_field_name(name)
        return None if child is None else _expression(child, self.file, self.node)


class Integer(View):
    """An integer literal."""

    __slots__ = ()

    @property
    def value(self) -> int:
        """The number; Nix refuses one that does not fit in 64 bits, Python does not."""
        return int(self.text)


class Float(View):
    """A floating point literal."""

    __slots__ = ()

    @property
    def value(self) -> float:
        """The number."""
        return float(self.text)


class String(View):
    """A string literal, ``"…"`` or the indented ``''…''``."""

    __slots__ = ()

    @property
    def indented(self) -> bool:
        """Whether it is written between ``''``."""
        return self.node.type == "indented_string_expression"

    @property
    def interpolations(self) -> tuple[Interpolation, ...]:
        """The ``${…}`` in it, in order."""
        return tuple(
            Interpolation(child, self.file) for child in self.node.named_children if child.type == "interpolation"
        )


class Interpolation(View):
    """``${…}`` in a string, in a path or as an attribute name."""

    __slots__ = ()

    @property
    def expression(self) -> Expression:
        """What stands between the braces."""
        return self._field("expression")


class Path(View):
    """A path literal that starts with ``./``, ``../``, a name or ``/``, perhaps with interpolations."""

    __slots__ = ()

    @property
    def interpolations(self) -> tuple[Interpolation, ...]:
        """The ``${…}`` in it, in order."""
        return tuple(
            Interpolation(child, self.file) for child in self.node.named_children if child.type == "interpolation"
        )


class HomePath(View):
    """A path literal that starts with ``~/``, perhaps with interpolations."""

    __slots__ = ()

    @property
    def interpolations(self) -> tuple[Interpolation, ...]:
        """The ``${…}`` in it, in order."""
        return tuple(
            Interpolation(child, self.file) for child in self.node.named_children if child.type == "interpolation"
        )


class SearchPath(View):
    """``<nixpkgs>`` and the like, looked up in ``NIX_PATH``."""

    __slots__ = ()


class Uri(View):
    """An unquoted URL."""

    __slots__ = ()


class Variable(View):
    """A name used as an expression; ``true``, ``false``, ``null`` and ``builtins`` are variables too."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """The name."""
        return self.text


class ListLiteral(View):
    """``[ … ]``."""

    __slots__ = ()

    @property
    def elements(self) -> tuple[Expression, ...]:
        """The elements in order."""
        return tuple(_expression(child, self.file, self.node) for child in self.node.children_by_field_name("element"))


class AttrSet(View):
    """``{ … }`` or ``rec { … }``."""

    __slots__ = ()

    @property
    def recursive(self) -> bool:
        """Whether it is ``rec``."""
        return self.node.type == "rec_attrset_expression"

    @property
    def bindings(self) -> tuple[AnyBinding, ...]:
        """What is bound in it, in order."""
        return _bindings(self.node, self.file)


class LetAttrSet(View):
    """The ancient ``let { …; body = …; }``, which is ``(rec { … }).body``."""

    __slots__ = ()

    @property
    def bindings(self) -> tuple[AnyBinding, ...]:
        """What is bound in it, in order."""
        return _bindings(self.node, self.file)


class Binding(View):
    """``a.b = value;``."""

    __slots__ = ()

    @property
    def path(self) -> AttrPath:
        """The attribute path on the left."""
        child = self.node.child_by_field_name("attrpath")
        assert child is not None
        return AttrPath(child, self.file)

    @property
    def value(self) -> Expression:
        """The expression on the right."""
        return self._field("expression")


class Inherit(View):
    """``inherit a b;``."""

    __slots__ = ()

    @property
    def names(self) -> tuple[AttrName, ...]:
        """The names in order."""
        return _inherited_names(self.node, self.file)


class InheritFrom(View):
    """``inherit (source) a b;``."""

    __slots__ = ()

    @property
    def source(self) -> Expression:
        """What is inherited from."""
        return self._field("expression")

    @property
    def names(self) -> tuple[AttrName, ...]:
        """The names in order."""
        return _inherited_names(self.node, self.file)


class AttrPath(View):
    """An attribute path: names with dots between them."""

    __slots__ = ()

    @property
    def names(self) -> tuple[AttrName, ...]:
        """The names in order."""
        return tuple(AttrName(child, self.file) for child in self.node.children_by_field_name("attr"))


class AttrName(View):
    """One name of an attribute path: an identifier, a string, or a dynamic ``${…}``."""

    __slots__ = ()

    @property
    def identifier(self) -> str | None:
        """The name if it is a plain identifier, else ``None``."""
        return self.text if self.node.type == "identifier" else None

    @property
    def string(self) -> String | None:
        """The string literal if the name is quoted, else ``None``."""
        return String(self.node, self.file) if self.node.type == "string_expression" else None

    @property
    def interpolation(self) -> Interpolation | None:
        """The interpolation if the name is ``${…}``, else ``None``."""
        return Interpolation(self.node, self.file) if self.node.type == "interpolation" else None


class Select(View):
    """``set.a.b`` or ``set.a.b or default``."""

    __slots__ = ()

    @property
    def subject(self) -> Expression:
        """What is selected from."""
        return self._field("expression")

    @property
    def path(self) -> AttrPath:
        """The path selected."""
        child = self.node.child_by_field_name("attrpath")
        assert child is not None
        return AttrPath(child, self.file)

    @property
    def default(self) -> Expression | None:
        """The expression after ``or``, if any."""
        return self._optional_field("default")


class HasAttr(View):
    """``set ? a.b``."""

    __slots__ = ()

    @property
    def subject(self) -> Expression:
        """What is asked."""
        return self._field("expression")

    @property
    def path(self) -> AttrPath:
        """The path asked for."""
        child = self.node.child_by_field_name("attrpath")
        assert child is not None
        return AttrPath(child, self.file)


class Apply(View):
    """``function argument``."""

    __slots__ = ()

    @property
    def function(self) -> Expression:
        """What is called."""
        return self._field("function")

    @property
    def argument(self) -> Expression:
        """What it is called with."""
        return self._field("argument")


class Lambda(View):
    """``argument: body``, ``{ formals }: body`` or both with ``@``."""

    __slots__ = ()

    @property
    def argument_name(self) -> str | None:
        """The name of the whole argument (``x:`` or ``args@{ … }:``), if it has one."""
        child = self.node.child_by_field_name("universal")
        return None if child is None else AttrName(child, self.file).text

    @property
    def formals(self) -> Formals | None:
        """The pattern between braces, if there is one."""
        child = self.node.child_by_field_name("formals")
        return None if child is None else Formals(child, self.file)

    @property
    def body(self) -> Expression:
        """The body."""
        return self._field("body")


class Formals(View):
    """``{ a, b ? default, ... }`` of a function."""

    __slots__ = ()

    @property
    def formals(self) -> tuple[Formal, ...]:
        """The formals in order."""
        return tuple(
            Formal(child, self.file) for child in self.node.children_by_field_name("formal") if not child.has_error
        )

    @property
    def ellipsis(self) -> bool:
        """Whether there is a ``...``."""
        return self.node.child_by_field_name("ellipses") is not None


class Formal(View):
    """One formal of a function."""

    __slots__ = ()

    @property
    def name(self) -> AttrName:
        """Its name."""
        child = self.node.child_by_field_name("name")
        assert child is not None
        return AttrName(child, self.file)

    @property
    def default(self) -> Expression | None:
        """Its default, if any."""
        return self._optional_field("default")


class Let(View):
    """``let … in body``."""

    __slots__ = ()

    @property
    def bindings(self) -> tuple[AnyBinding, ...]:
        """What is bound, in order."""
        return _bindings(self.node, self.file)

    @property
    def body(self) -> Expression:
        """The body."""
        return self._field("body")


class With(View):
    """``with environment; body``."""

    __slots__ = ()

    @property
    def environment(self) -> Expression:
        """The set whose attributes come into scope."""
        return self._field("environment")

    @property
    def body(self) -> Expression:
        """The body."""
        return self._field("body")


class Assert(View):
    """``assert condition; body``."""

    __slots__ = ()

    @property
    def condition(self) -> Expression:
        """What must hold."""
        return self._field("condition")

    @property
    def body(self) -> Expression:
        """The body."""
        return self._field("body")


class If(View):
    """``if condition then consequence else alternative``."""

    __slots__ = ()

    @property
    def condition(self) -> Expression:
        """The condition."""
        return self._field("condition")

    @property
    def consequence(self) -> Expression:
        """The expression after ``then``."""
        return self._field("consequence")

    @property
    def alternative(self) -> Expression:
        """The expression after ``else``."""
        return self._field("alternative")


class Unary(View):
    """``!operand`` or ``-operand``."""

    __slots__ = ()

    @property
    def operator(self) -> str:
        """``!`` or ``-``."""
        child = self.node.child_by_field_name("operator")
        assert child is not None
        return child.type

    @property
    def operand(self) -> Expression:
        """The operand."""
        return self._field("argument")


class Binary(View):
    """``left operator right``, for every operator that takes two expressions, the pipes included.

    ``operands`` are given where the tree, which holds stand-ins for pipes, groups them otherwise than Nix does.
    """

    __slots__ = ("_operands",)

    def __init__(self, node: Node, file: SourceFile, operands: tuple[Expression, Expression] | None = None) -> None:
        super().__init__(node, file)
        self._operands = operands

    @property
    def span(self) -> Span:
        """The byte span from the left operand to the right one."""
        if self._operands is None:
            return super().span
        left, right = self._operands
        return Span(left.span.start, right.span.end)

    @property
    def text(self) -> str:
        """The operands and the operator as written in the original bytes."""
        start, end = self.span
        return self.file.data[start:end].decode("utf-8", "surrogateescape")

    @property
    def operator(self) -> str:
        """The operator as written in the original bytes (``|>`` although the tree holds a stand-in)."""
        child = self.node.child_by_field_name("operator")
        assert child is not None
        return self.file.data[child.start_byte : child.end_byte].decode("ascii", "replace")

    @property
    def left(self) -> Expression:
        """The left operand."""
        return self._field("left") if self._operands is None else self._operands[0]

    @property
    def right(self) -> Expression:
        """The right operand."""
        return self._field("right") if self._operands is None else self._operands[1]


class Parenthesized(View):
    """``( expression )``."""

    __slots__ = ()

    @property
    def inner(self) -> Expression:
        """What stands between the parentheses."""
        return self._field("expression")


class Broken(View):
    """A part that is not an expression of Nix: a syntax error, or what is missing where one was needed."""

    __slots__ = ()


AnyBinding: TypeAlias = Binding | Inherit | InheritFrom

Expression: TypeAlias = (
    Integer
    | Float
    | String
    | Path
    | HomePath
    | SearchPath
    | Uri
    | Variable
    | ListLiteral
    | AttrSet
    | LetAttrSet
    | Select
    | HasAttr
    | Apply
    | Lambda
    | Let
    | With
    | Assert
    | If
    | Unary
    | Binary
    | Parenthesized
    | Broken
)

_EXPRESSIONS: dict[str, type[Expression]] = {
    "integer_expression": Integer,
    "float_expression": Float,
    "string_expression": String,
    "indented_string_expression": String,
    "path_expression": Path,
    "hpath_expression": HomePath,
    "spath_expression": SearchPath,
    "uri_expression": Uri,
    "variable_expression": Variable,
    "list_expression": ListLiteral,
    "attrset_expression": AttrSet,
    "rec_attrset_expression": AttrSet,
    "let_attrset_expression": LetAttrSet,
    "select_expression": Select,
    "has_attr_expression": HasAttr,
    "apply_expression": Apply,
    "function_expression": Lambda,
    "let_expression": Let,
    "with_expression": With,
    "assert_expression": Assert,
    "if_expression": If,
    "unary_expression": Unary,
    "binary_expression": Binary,
    "parenthesized_expression": Parenthesized,
}

_BINDINGS: dict[str, type[AnyBinding]] = {"binding": Binding, "inherit": Inherit, "inherit_from": InheritFrom}


def expression_of(node: Node, file: SourceFile) -> Expression:
    """The view of an expression node; :class:`Broken` for a node that is none."""
    kind = _EXPRESSIONS.get(node.type, Broken)
    if kind is Path and file.data[node.start_byte] == 0x7E:
        kind = HomePath  # the grammar knows no `~/${x}`, and was given a stand-in
    if kind is Binary and file.may_have_pipes and _stands_among_loosest(node):
        return _regrouped(node, file)
    return kind(node, file)


_LOOSEST = {"|>": (0, False), "<|": (0, True), "->": (1, True), "||": (2, False)}
"""How tightly the loosest operators bind, and whether they group to the right (Nix manual, 'Operators')."""


def _stands_among_loosest(node: Node) -> bool:
    """Whether a node is an expression with one of the operators that are parsed in the place of pipes."""
    if node.type != "binary_expression":
        return False
    left, operator, right = (node.child_by_field_name(name) for name in ("left", "operator", "right"))
    if left is None or right is None or operator is None or operator.is_missing:
        return False
    return operator.type in ("->", "||")


def _regrouped(node: Node, file: SourceFile) -> Expression:
    """The view of a chain of the loosest operators, grouped anew: their stand-ins bind in another order than they do.

    What stands between these operators binds more tightly than they do and their stand-ins, and is grouped rightly.
    """
    operands: list[Expression] = []
    operators: list[Binary] = []

    def join_those_before(level: int, to_the_right: bool) -> None:
        while operators:
            before, _ = _LOOSEST[operators[-1].operator]
            if before < level or (before == level and to_the_right):
                break
            right, left = operands.pop(), operands.pop()
            operands.append(Binary(operators.pop().node, file, (left, right)))

    waiting: list[Node | Binary] = [node]
    while waiting:
        match waiting.pop():
            case Binary() as operator:
                join_those_before(*_LOOSEST[operator.operator])
                operators.append(operator)
            case current if _stands_among_loosest(current):
                view = Binary(current, file)
                left, right = current.child_by_field_name("left"), current.child_by_field_name("right")
                assert left is not None
                assert right is not None
                waiting.extend((right, view, left))
            case current:
                operands.append(expression_of(current, file))
    join_those_before(0, to_the_right=False)
    return operands[0]


def root_expression(file: SourceFile) -> Expression:
    """The expression that a file consists of; :class:`Broken` where there is none."""
    root = file.tree.root_node
    return _expression(root.child_by_field_name("expression"), file, root)


def enclosing(view: View) -> Iterator[View]:
    """The views around a view, from the nearest outwards: expressions, bindings, interpolations and formals."""
    node = view.node.parent
    while node is not None:
        kind: type[View] | None = _EXPRESSIONS.get(node.type) or _BINDINGS.get(node.type) or _OTHERS.get(node.type)
        if kind is not None:
            yield kind(node, view.file)
        node = node.parent


def bindings_named(file: SourceFile, name: str) -> Iterator[Binding]:
    """The bindings whose attribute path has a name that is written so, plain or quoted, in the order of the file."""
    sought = name.encode()
    at = file.data.find(sought)
    while at != -1:
        node = file.tree.root_node.descendant_for_byte_range(at, at + len(sought))
        if node is not None and node.start_byte == at and node.end_byte == at + len(sought):
            path = _attrpath_above(node)
            if path is not None and path.parent is not None and path.parent.type == "binding":
                yield Binding(path.parent, file)
        at = file.data.find(sought, at + len(sought))


def binding_around(file: SourceFile, offset: int) -> Binding | None:
    """The innermost binding in whose value a byte stands."""
    node = file.tree.root_node.descendant_for_byte_range(offset, offset + 1)
    while node is not None and (parent := node.parent) is not None:
        if parent.type == "binding" and node.type != "attrpath":
            return Binding(parent, file)
        node = parent
    return None


def strings_at(file: SourceFile, offsets: Iterable[int]) -> Iterator[String]:
    """The string literals in whose own text, not in an interpolation, one of some bytes stands, in order and each once.

    ``offsets`` are sorted.
    """
    seen: set[int] = set()
    for offset in offsets:
        node = file.tree.root_node.descendant_for_byte_range(offset, offset + 1)
        while node is not None and node.type in _PARTS_OF_STRINGS:
            node = node.parent
        if node is not None and node.type in _STRINGS and node.id not in seen:
            seen.add(node.id)
            yield String(node, file)


_PARTS_OF_STRINGS = frozenset({"string_fragment", "escape_sequence", "dollar_escape"})
_STRINGS = frozenset({"string_expression", "indented_string_expression"})


def is_in_dead_branch(file: SourceFile, span: Span) -> bool:
    """Whether a span is in a branch that a literal ``true`` or ``false`` shuts off."""
    if not _has_literal_condition(file.data):
        return False
    node = file.tree.root_node.descendant_for_byte_range(span.start, span.end)
    while node is not None:
        view = expression_of(node, file) if node.type in ("if_expression", "apply_expression") else None
        if isinstance(view, If) and view.condition.text in ("true", "false"):
            dead = view.alternative if view.condition.text == "true" else view.consequence
            if dead.span.contains(span):
                return True
        if isinstance(view, Apply) and view.argument.span.contains(span) and _shuts_off().search(view.function.text):
            return True
        node = node.parent
    return False


@lru_cache(maxsize=4)
def _has_literal_condition(data: bytes) -> bool:
    """Whether any branch of a file may be shut off: asked for each string in it."""
    return _literal_condition().search(data) is not None


@cache
def _literal_condition() -> re.Pattern[bytes]:
    return re.compile(rb"\bif\s+(?:true|false)\b|\b(?:mkIf|optional\w*)\s+false\b")


@cache
def _shuts_off() -> re.Pattern[str]:
    return re.compile(r"(?:^|\.)(?:mkIf|optionals?|optionalAttrs|optionalString)\s+false$")


def strings_in(file: SourceFile) -> Iterator[String]:
    """Every string literal of a file that stands as an expression or as an attribute name, in order."""
    captures = QueryCursor(_strings_query()).captures(file.tree.root_node)
    nodes = captures.get("string", [])
    for node in sorted(nodes, key=lambda node: node.start_byte):
        yield String(node, file)


def paths_in(file: SourceFile) -> Iterator[Path]:
    """Every path literal of a file, in order."""
    captures = QueryCursor(_paths_query()).captures(file.tree.root_node)
    for node in sorted(captures.get("path", []), key=lambda node: node.start_byte):
        yield Path(node, file)


@cache
def _paths_query() -> Query:
    return Query(language(), "(path_expression) @path")


@cache
def _strings_query() -> Query:
    return Query(language(), "[(string_expression) (indented_string_expression)] @string")


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    """The expressions directly below one that binds no names: operands, elements, arguments, interpolations.

    What binds names (sets, ``let``, functions) has bindings and bodies of its own and is not taken apart here.
    """
    match expression:
        case String() | Path():
            return tuple(part.expression for part in expression.interpolations)
        case ListLiteral():
            return expression.elements
        case Select():
            default = expression.default
            return (expression.subject,) if default is None else (expression.subject, default)
        case HasAttr():
            return (expression.subject,)
        case Apply():
            return (expression.function, expression.argument)
        case With():
            return (expression.environment, expression.body)
        case Assert():
            return (expression.condition, expression.body)
        case If():
            return (expression.condition, expression.consequence, expression.alternative)
        case Unary():
            return (expression.operand,)
        case Binary():
            return (expression.left, expression.right)
        case Parenthesized():
            return (expression.inner,)
        case _:
            return ()


def attribute_path_at(file: SourceFile, span: Span) -> AttrPath | None:
    """The attribute path of the binding in which a name stands exactly there, if there is one."""
    node = file.tree.root_node.descendant_for_byte_range(span.start, span.end)
    while node is not None and (node.start_byte, node.end_byte) == (span.start, span.end):
        path = _attrpath_above(node)
        if path is not None:
            is_bound = path.parent is not None and path.parent.type == "binding"
            return AttrPath(path, file) if is_bound else None
        node = node.parent
    return None


def attribute_set_at(file: SourceFile, span: Span) -> AttrSet | None:
    """The attribute set that covers exactly this span, if there is one."""
    node = file.tree.root_node.descendant_for_byte_range(span.start, span.end)
    while node is not None and (node.start_byte, node.end_byte) == (span.start, span.end):
        view = _EXPRESSIONS.get(node.type)
        if view is AttrSet:
            return AttrSet(node, file)
        node = node.parent
    return None


def lambda_around(view: View) -> Lambda | None:
    """The nearest function that a view stands in."""
    return next((outer for outer in enclosing(view) if isinstance(outer, Lambda)), None)


def _attrpath_above(node: Node) -> Node | None:
    if node.type == "string_fragment" and node.parent is not None:
        node = node.parent
    parent = node.parent
    return parent if parent is not None and parent.type == "attrpath" else None


_OTHERS: dict[str, type[View]] = {"interpolation": Interpolation, "formal": Formal, "attrpath": AttrPath}


def _expression(node: Node | None, file: SourceFile, parent: Node) -> Expression:
    return Broken(parent, file) if node is None else expression_of(node, file)


def _bindings(node: Node, file: SourceFile) -> tuple[AnyBinding, ...]:
    return tuple(
        _BINDINGS[binding.type](binding, file)
        for child in node.named_children
        if child.type == "binding_set"
        for binding in child.named_children
        if binding.type in _BINDINGS
    )


def _inherited_names(node: Node, file: SourceFile) -> tuple[AttrName, ...]:
    child = node.child_by_field_name("attrs")
    if child is None:
        return ()
    return tuple(AttrName(attr, file) for attr in child.children_by_field_name("attr") if not attr.is_missing)
