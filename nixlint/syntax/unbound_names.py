"""Variables that nothing binds, for which Nix refuses a file once it is parsed.

The rules are those of ``bindVars`` in ``src/libexpr/nixexpr.cc``: a name is bound by a ``let``, a ``rec`` set, a function or
the base environment; where any ``with`` stands around it, it is looked up when Nix evaluates, and is no error before. What
``inherit`` takes over in a ``let`` or a ``rec`` set is looked up outside of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tree_sitter import Query, QueryCursor

from .grammar import language
from .span import Span
from .string_literal import static_name
from .views import AttrName, View

if TYPE_CHECKING:
    from tree_sitter import Node

    from .source_file import SourceFile


class UnboundName(NamedTuple):
    """A variable that nothing binds, and where it stands."""

    name: str
    span: Span


def unbound_names(file: SourceFile) -> Iterator[UnboundName]:
    """The variables of a file that nothing binds, in order; the file's tree must be what Nix reads."""
    return _unbound(file.tree.root_node, file, _SCOPES)


def free_names(expression: View) -> frozenset[str]:
    """The names that an expression uses and does not bind itself; one that is bound around it wins over any ``with``."""
    return frozenset(found.name for found in _unbound(expression.node, expression.file, _LEXICAL))


def _unbound(root: Node, file: SourceFile, kinds: tuple[str, ...]) -> Iterator[UnboundName]:
    captures = QueryCursor(_query()).captures(root)
    scopes = [(_range(node, kind), kind, node) for kind in kinds for node in captures.get(kind, ())]
    uses = [((node.start_byte, -node.end_byte), kind, node) for kind in _USES for node in captures.get(kind, ())]
    around: list[_Scope] = []
    data = file.data
    # A scope comes before what stands in it: of two that begin at one place the longer one comes first.
    for (start, end), kind, node in sorted((*scopes, *uses), key=lambda item: (item[0], item[1] in _USES)):
        while around and around[-1].end <= start:
            around.pop()
        if kind in _SCOPES:
            around.append(_Scope(-end, None if kind == "with" else _bound(node, kind, file)))
            continue
        name = _name(node, data, file)
        visible = around[:-1] if kind == "inherited" and _binds_its_own(node) else around
        if name is None or name in BASE or any(scope.names is None or name in scope.names for scope in visible):
            continue
        yield UnboundName(name.decode("utf-8", "replace"), Span(node.start_byte, node.end_byte))


class _Scope(NamedTuple):
    """Where a scope ends, and the names that it binds; ``None`` for a ``with``, which may bind any."""

    end: int
    names: frozenset[bytes] | None


_LEXICAL = ("let", "rec", "function")
_SCOPES = (*_LEXICAL, "with")
_USES = ("variable", "inherited")
_SETS_THAT_BIND = frozenset({"let_expression", "let_attrset_expression", "rec_attrset_expression"})


def _range(node: Node, kind: str) -> tuple[int, int]:
    """Where a scope begins, and the negative of where it ends."""
    body = node.child_by_field_name("body") if kind == "with" else None
    within = node if body is None else body
    return within.start_byte, -within.end_byte


def _binds_its_own(inherited: Node) -> bool:
    """Whether what is inherited is bound by the scope that it stands in directly."""
    node: Node | None = inherited
    while node is not None and node.type != "binding_set":
        node = node.parent
    owner = None if node is None else node.parent
    return owner is not None and owner.type in _SETS_THAT_BIND


def _bound(node: Node, kind: str, file: SourceFile) -> frozenset[bytes]:
    return frozenset(_names_of_function(node, file) if kind == "function" else _names_of_set(node, file))


def _names_of_function(node: Node, file: SourceFile) -> Iterator[bytes]:
    universal = node.child_by_field_name("universal")
    formals = node.child_by_field_name("formals")
    if universal is not None:
        yield file.data[universal.start_byte : universal.end_byte]
    for formal in () if formals is None else formals.named_children:
        name = formal.child_by_field_name("name") if formal.type == "formal" else None
        if name is not None:
            yield file.data[name.start_byte : name.end_byte]


def _names_of_set(node: Node, file: SourceFile) -> Iterator[bytes]:
    for bindings in node.named_children:
        for child in bindings.named_children if bindings.type == "binding_set" else ():
            field = "attrpath" if child.type == "binding" else "attrs"
            attributes = child.child_by_field_name(field)
            names = [] if attributes is None else [each for each in attributes.named_children if each.type != "comment"]
            for each in names[:1] if child.type == "binding" else names:
                name = _name(each, file.data, file)
                if name is not None:
                    yield name


def _name(node: Node, data: bytes, file: SourceFile) -> bytes | None:
    if node.type in ("identifier", "variable_expression"):
        return data[node.start_byte : node.end_byte]
    name = static_name(AttrName(node, file))
    return None if name is None else name.encode("utf-8", "surrogateescape")


@cache
def _query() -> Query:
    return Query(
        language(),
        """
        (let_expression) @let
        (let_attrset_expression) @let
        (rec_attrset_expression) @rec
        (function_expression) @function
        (with_expression) @with
        (variable_expression) @variable
        (inherit attrs: (inherited_attrs attr: (_) @inherited))
        """,
    )


_BUILTINS = (
    # What `builtins` has had in any Nix since 2.3, experimental features and Lix's included: as `__name` each is in scope.
    "abort add addDrvOutputDependencies addErrorContext all any appendContext attrNames attrValues baseNameOf bitAnd bitOr "
    "bitXor break builtins catAttrs ceil compareVersions concatLists concatMap concatStringsSep convertHash currentSystem "
    "currentTime deepSeq derivation derivationStrict dirOf div elem elemAt exec false fetchClosure fetchGit fetchMercurial "
    "fetchTarball fetchTree fetchurl filter filterSource findFile flakeRefToString floor foldl' fromJSON fromTOML "
    "functionArgs genList genericClosure getAttr getContext getEnv getFlake groupBy hasAttr hasContext hashFile hashString "
    "head import importNative intersectAttrs isAttrs isBool isFloat isFunction isInt isList isNull isPath isString "
    "langVersion length lessThan listToAttrs map mapAttrs match mul nixPath nixVersion null outputOf parseDrvName "
    "parseFlakeRef partition path pathExists placeholder readDir readFile readFileType removeAttrs replaceStrings "
    "scopedImport seq sort split splitVersion storeDir storePath stringLength sub substring tail throw toFile toJSON toPath "
    "toString toXML trace traceVerbose true tryEval typeOf unsafeDiscardOutputDependency unsafeDiscardStringContext "
    "unsafeGetAttrPos valueSize warn wasm zipAttrsWith"
).split()
_PLAIN = (
    # Those that are in scope by their own names too (src/libexpr/primops.cc: without two underscores in front).
    "abort baseNameOf break builtins derivation derivationStrict dirOf false fetchGit fetchMercurial fetchTarball fetchTree "
    "fromTOML import isNull map null placeholder removeAttrs scopedImport throw toString true"
).split()
BASE = frozenset(name.encode() for name in (*_PLAIN, *(f"__{name}" for name in _BUILTINS), "__curPos"))
"""The names of the base environment."""
