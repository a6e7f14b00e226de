"""Variables that nothing binds, for which Nix refuses a file once it is parsed.

The rules are those of ``bindVars`` in ``src/libexpr/nixexpr.cc``: a name is bound by a ``let``, a ``rec`` set, a function or
the base environment; where any ``with`` stands around it, it is looked up when Nix evaluates, and is no error before. What
``inherit`` takes over in a ``let`` or a ``rec`` set is looked up outside of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from .landmarks import Landmarks, landmarks_below
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
    return _unbound(file.landmarks, file, _SCOPES)


def free_names(expression: View) -> frozenset[str]:
    """The names that an expression uses and does not bind itself; one that is bound around it wins over any ``with``."""
    return frozenset(found.name for found in _unbound(landmarks_below(expression.node), expression.file, _LEXICAL))


def _unbound(landmarks: Landmarks, file: SourceFile, kinds: tuple[str, ...]) -> Iterator[UnboundName]:
    variables, inherited = landmarks.get("variable", ()), landmarks.get("inherited", ())
    data = file.data
    names = [data[node.start_byte : node.end_byte] for node in variables]
    names.extend(_name(node, data, file) or b"" for node in inherited)  # b"" for what is computed: no name at all
    left = frozenset(names) - BASE - {b""}
    if not left:
        return
    scopes = [_Scope(*_range(node, kind), kind, node) for kind in kinds for node in landmarks.get(kind, ())]
    # Of two that begin at one place the one that ends last is around the other, and a scope around what stands in it.
    scopes.sort(key=lambda scope: (scope.start, -scope.end))
    left = _not_bound_around_all(left, landmarks, scopes, file)
    if not left:
        return
    uses = [
        _Use(node.start_byte, name, node)
        for name, node in zip(names, [*variables, *inherited], strict=True)
        if name in left
    ]
    uses.sort(key=lambda use: use.start)
    around: list[_Scope] = []
    coming = iter(scopes)
    following = next(coming, None)
    for use in uses:
        while following is not None and following.start <= use.start:
            around.append(following)
            following = next(coming, None)
        around = [scope for scope in around if scope.end > use.start]
        is_own = use.node.type != "variable_expression" and _binds_its_own(use.node)
        visible = around[:-1] if is_own else around
        if not any(scope.binds(use.name, file) for scope in reversed(visible)):
            yield UnboundName(use.name.decode("utf-8", "replace"), Span(use.start, use.node.end_byte))


class _Use(NamedTuple):
    """A name that is looked up in the scopes around it."""

    start: int
    name: bytes
    node: Node


def _not_bound_around_all(
    names: frozenset[bytes], landmarks: Landmarks, scopes: list[_Scope], file: SourceFile
) -> frozenset[bytes]:
    """Those of some names that no scope binds which is around all uses of names: these are looked up one by one.

    A module is most often one function, with one ``let`` in it, and these bind almost all that it uses.
    """
    uses = [*landmarks.get("variable", ()), *landmarks.get("inherited", ())]
    first, last = min(node.start_byte for node in uses), max(node.end_byte for node in uses)
    for scope in scopes:
        if scope.start > first or scope.end < last or not names:
            break
        if scope.kind == "with":
            return frozenset()
        if scope.kind != "function" and "inherited" in landmarks:
            break  # What is inherited there is looked up outside of it.
        names -= scope.names(file)
    return names


class _Scope:
    """A part of a file in which names are bound, and what binds them there."""

    __slots__ = ("_names", "_node", "end", "kind", "start")

    def __init__(self, start: int, end: int, kind: str, node: Node) -> None:
        self.start = start
        self.end = end
        self.kind = kind
        self._node = node
        self._names: frozenset[bytes] | None = None

    def names(self, file: SourceFile) -> frozenset[bytes]:
        """The names that it binds for certain."""
        if self._names is None:
            self._names = _bound(self._node, self.kind, file)
        return self._names

    def binds(self, name: bytes, file: SourceFile) -> bool:
        """Whether it may bind a name: a ``with`` may bind any."""
        return self.kind == "with" or name in self.names(file)


_LEXICAL = ("let", "rec", "function")
_SCOPES = (*_LEXICAL, "with")
_SETS_THAT_BIND = frozenset({"let_expression", "let_attrset_expression", "rec_attrset_expression"})


def _range(node: Node, kind: str) -> Span:
    """Where the names of a scope are bound: with a ``with``, in its body only."""
    body = node.child_by_field_name("body") if kind == "with" else None
    within = node if body is None else body
    return Span(within.start_byte, within.end_byte)


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
