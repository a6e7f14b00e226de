"""What a rule file may not do, found by reading it: each use of a name, an attribute or an import that is refused.

It sees through aliases, and through the usual ways around it (a builtin that is bound to another name, ``getattr`` with a
text, a module that is passed on, attributes that ``format`` finds by text). It is no sandbox: what a program does cannot be
known from its text in general.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from unicodedata import normalize

import libcst as cst
from libcst.metadata.scope_provider import Assignment, ClassScope, GlobalScope

from .own_modules import OwnModules
from .pack_files import Pack
from .parsed_file import ParsedFile, dotted
from .policy import Objection, is_module, objection_to, policy


class Violation(NamedTuple):
    """A node, and what is to be said against it."""

    node: cst.CSTNode
    objection: Objection


def violations(pack: Pack, parsed: Sequence[ParsedFile]) -> Iterator[tuple[ParsedFile, Violation]]:
    """All that the files of a pack may not do, file by file."""
    own = OwnModules(pack, parsed)
    own_names = frozenset[str]().union(*(defined_names(each.module) for each in parsed))
    for each in parsed:
        search = _Search(each, pack, own, own_names)
        each.module.visit(search)
        if not each.file.data.isascii():
            each.module.visit(_Disguises(search))
        yield from ((each, found) for found in search.found)


def defined_names(module: cst.Module) -> frozenset[str]:
    """The names that a file defines: functions, classes, and what is assigned, attributes too."""
    search = _Definitions()
    module.visit(search)
    return frozenset(search.names)


_FILLING_IN = frozenset({"format", "format_map"})
_MATCHED_BY_NAME = frozenset({"_replace", "_asdict", "_fields", "_make", "_field_defaults"})
"""Of named tuples: public, whatever they are called (:func:`collections.namedtuple`)."""


class _Search(cst.CSTVisitor):
    def __init__(self, parsed: ParsedFile, pack: Pack, own: OwnModules, own_names: frozenset[str]) -> None:
        super().__init__()
        self._parsed = parsed
        self._pack = pack
        self._own = own
        self._own_names = own_names
        self._refused: set[str] = set()
        self._noted: set[tuple[int, Objection]] = set()
        self.found: list[Violation] = []

    def visit_Import(self, node: cst.Import) -> bool:
        for alias in node.names:
            name = dotted(alias.name)
            if not self._is_own(name):
                self._note_import(alias, name)
            elif not self._own.holds(self._own.parts_of(name, ()) or ()):
                self._note(alias, _forbidden(f"{name} is no source of this pack"))
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        module = dotted(node.module)
        if isinstance(node.names, cst.ImportStar):
            self._note(node, _forbidden("everything of a module is imported, so that nobody sees what is used"))
        elif node.relative or self._is_own(module):
            self._check_relative(node, "." * len(node.relative) + module)
        elif module != "__future__":
            whole = objection_to(module)
            if (
                whole is not None
                and whole.requirement == "rule-forbidden-import"
                and not _has_names(module, node.names)
            ):
                self._refused.add(module)
                self._note(node.module or node, whole)
                return False
            for alias in node.names:
                self._note_import(alias, f"{module}.{dotted(alias.name)}")
        return False

    def visit_Attribute(self, node: cst.Attribute) -> None:
        name = node.attr.value
        if not self._is_outer(node):
            self._check_chain(node)
        if any(self._is_name_of_module(full) for full in self._parsed.imported(node)):
            return
        self._check_attribute(node.attr, name, self._is_called(node), node.value)

    def visit_Name(self, node: cst.Name) -> None:
        if not self._is_outer(node):
            self._check_chain(node)
        if node.value == "getattr" and self._parsed.builtin(node) is not None:
            self._check_getattr(node)
            return
        name = self._parsed.builtin(node)
        reason = None if name is None else policy().builtins.get(name)
        if reason is not None:
            self._note(node, Objection("rule-forbidden-name", f"{node.value} is refused: it {reason}"))
        elif node.value in policy().builtins and self._may_be_builtin(node):
            self._note(node, _hidden_builtin(node.value))
        elif name is None and _is_dunder(node.value) and self._is_use(node):
            self._check_dunder(node, node.value)

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        self._check_change(node.target)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        self._check_change(node.target)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self._check_change(node.target)

    def visit_Del(self, node: cst.Del) -> None:
        self._check_change(node.target)

    def visit_MatchKeywordElement(self, node: cst.MatchKeywordElement) -> None:
        self._check_attribute(node.key, node.key.value, False, None)

    def visit_ConcatenatedString(self, node: cst.ConcatenatedString) -> None:
        value = node.evaluated_value
        self._check_text(node, value if isinstance(value, str) else "")

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        self._check_text(node, node.value)

    def visit_FormattedStringText(self, node: cst.FormattedStringText) -> None:
        self._check_text(node, node.value)

    def _check_relative(self, node: cst.ImportFrom, module: str) -> None:
        """Check an import from the pack itself, whose ``module`` has a dot before it or the name of its package."""
        if not self._pack.is_whole or isinstance(node.names, cst.ImportStar):
            return
        parts = self._own.parts_of(module, self._parsed.package)
        if parts is None:
            self._note(node, _forbidden("it imports from outside of the pack, where nobody has vetted the rules"))
            return
        for alias in node.names:
            named = (*parts, dotted(alias.name))
            if not self._own.holds(parts) and not self._own.holds(named):
                self._note(node, _forbidden(f"{module} is no source of this pack"))
                return
            if self._check_passed_on(alias, named):
                self._refused.add(f"{module}{'' if module.endswith('.') else '.'}{dotted(alias.name)}")

    def _check_passed_on(self, node: cst.CSTNode, parts: tuple[str, ...]) -> bool:
        """Whether a name comes by way of a file that only imports it, which is then said."""
        name = self._own.passed_on(parts)
        if name is not None:
            self._note(node, _forbidden(f"{name} is passed on by a file that only imports it: import it from its home"))
        return name is not None

    def _is_own(self, module: str) -> bool:
        first = module.partition(".")[0]
        return first in self._pack.packages and objection_to(first) is not None and first != "nixlint"

    def _note_import(self, alias: cst.ImportAlias, name: str) -> None:
        objection = _objection_to_import(name)
        if objection is not None:
            self._refused.add(name)
            self._note(alias, objection)

    def _check_chain(self, node: cst.Name | cst.Attribute) -> None:
        """Check a whole chain of names that begins with an import."""
        for full in sorted(self._parsed.imported(node)):
            if any(_begins(full, each) for each in self._refused):
                continue
            if full.startswith(".") or self._is_own(full):
                parts = self._own.parts_of(full, self._parsed.package)
                if parts and not isinstance(self._parsed.parent(node), cst.ImportFrom):
                    self._check_passed_on(node, parts)
                continue
            objection = _objection_to_import(full)
            if objection is not None:
                self._note(node, objection)
            elif is_module(full) and not self._is_argument_of_dir(node):
                self._note(node, _forbidden(f"the module {full} is passed on, so that nobody sees what is used of it"))

    def _is_outer(self, node: cst.CSTNode) -> bool:
        """Whether a node is a part of a longer chain, which is checked instead."""
        parent = self._parsed.parent(node)
        return isinstance(parent, cst.Attribute)

    def _is_name_of_module(self, full: str) -> bool:
        """Whether a chain is a module and one name of it, which was judged as such."""
        return is_module(full.rpartition(".")[0])

    def _is_called(self, node: cst.CSTNode) -> bool:
        parent = self._parsed.parent(node)
        return isinstance(parent, cst.Call) and parent.func is node

    def _is_argument_of_dir(self, node: cst.CSTNode) -> bool:
        """``dir`` gives the names of a module and no more."""
        argument = self._parsed.parent(node)
        call = None if argument is None else self._parsed.parent(argument)
        return isinstance(argument, cst.Arg) and isinstance(call, cst.Call) and self._parsed.builtin(call.func) == "dir"

    def _check_attribute(self, at: cst.CSTNode, name: str, is_called: bool, of: cst.BaseExpression | None) -> None:
        if name in _FILLING_IN and isinstance(of, cst.BinaryOperation | cst.Call | cst.FormattedString):
            reason = f".{name} fills in a text that is put together, which may look up anything"
            self._note(at, Objection("rule-forbidden-attribute", reason, "use an f-string, or a literal"))
        refused = policy().attributes.get(name)
        if refused is not None and (is_called or not refused.only_called):
            if name not in self._own_names:
                self._note(at, Objection("rule-forbidden-attribute", f".{name} is refused: it {refused.reason}"))
        elif _is_dunder(name):
            self._check_dunder(at, name)
        elif name.startswith("_") and name not in self._own_names | _MATCHED_BY_NAME and not _is_self(of):
            self._note(at, Objection("rule-forbidden-attribute", f".{name} is private to what it is an attribute of"))

    def _check_change(self, target: cst.BaseExpression) -> None:
        """Check what gets a value: an attribute or an item of something imported is what all other code sees."""
        match target:
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                for each in elements:
                    self._check_change(each.value)
            case cst.Attribute(value=of) | cst.Subscript(value=of):
                changed = sorted(
                    full for full in self._parsed.imported(of) if not full.startswith(".") and not self._is_own(full)
                )
                if changed:
                    reason = f"it changes {changed[0]}, which all other code sees"
                    self._note(target, Objection("rule-forbidden-attribute", reason))
            case _:
                pass

    def _check_dunder(self, at: cst.CSTNode, name: str) -> None:
        if name not in policy().dunder:
            self._note(
                at, Objection("rule-forbidden-attribute", f"{name} is refused: it reaches what Python keeps to itself")
            )

    def _check_getattr(self, node: cst.Name) -> None:
        call = self._parsed.parent(node)
        if isinstance(call, cst.Call) and call.func is node and len(call.args) >= 2:
            name = call.args[1].value
            if isinstance(name, cst.SimpleString) and isinstance(name.evaluated_value, str):
                self._check_attribute(name, name.evaluated_value, True, None)
                return
        self._note(
            node, Objection("rule-forbidden-name", "getattr is refused where the name is no literal", "write the name")
        )

    def _check_text(self, node: cst.CSTNode, text: str) -> None:
        held = sorted(name for name in policy().texts if name in text)
        if held:
            reason = f"a text holds {held[0]}, which format() would look up"
            self._note(node, Objection("rule-forbidden-attribute", reason))

    def _may_be_builtin(self, node: cst.Name) -> bool:
        """Whether a name is one that the file or a class binds itself, so that it is the builtin until then."""
        if not self._parsed.local(node):
            return False
        scope = self._parsed.scope(node)
        bound = () if scope is None else scope[node.value]
        return self._is_use(node) and any(
            isinstance(each, Assignment) and isinstance(each.scope, GlobalScope | ClassScope) for each in bound
        )

    def _is_use(self, node: cst.Name) -> bool:
        """Whether a name stands for a value, and does not give something a name."""
        parent = self._parsed.parent(node)
        match parent:
            case cst.Attribute():
                return parent.value is node
            case cst.Arg():
                return parent.value is node
            case cst.AssignTarget() | cst.AnnAssign():
                return isinstance(parent, cst.AnnAssign) and parent.target is not node
            case cst.FunctionDef() | cst.ClassDef() | cst.Param() | cst.ImportAlias() | cst.AsName() | cst.NameItem():
                return isinstance(parent, cst.Param) and parent.name is not node
            case _:
                return True

    def note_disguise(self, node: cst.Name, plain: str) -> None:
        """A name in other letters than Python takes it for."""
        reason = f"{node.value} is in other letters than the name that Python takes it for, {plain}"
        self._note(node, Objection("rule-forbidden-name", reason, "write it plainly"))

    def _note(self, node: cst.CSTNode, objection: Objection) -> None:
        key = (self._parsed.place(node).span.start, objection)
        if key not in self._noted:  # a chain and its beginning are two nodes at one place
            self._noted.add(key)
            self.found.append(Violation(node, objection))


class _Disguises(cst.CSTVisitor):
    """Finds names that Python normalises (Language Reference, 2.3, 'Identifiers and keywords')."""

    def __init__(self, search: _Search) -> None:
        super().__init__()
        self._search = search

    def visit_Name(self, node: cst.Name) -> None:
        plain = normalize("NFKC", node.value)
        if plain != node.value:
            self._search.note_disguise(node, plain)


class _Definitions(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.names.add(node.name.value)

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self.names.add(node.name.value)

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        self._add(node.target)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self._add(node.target)

    def _add(self, target: cst.BaseExpression) -> None:
        match target:
            case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
                self.names.add(name)
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                for each in elements:
                    self._add(each.value)
            case _:
                pass


def _objection_to_import(name: str) -> Objection | None:
    if name.startswith("builtins."):
        reason = policy().builtins.get(name.removeprefix("builtins."))
        return None if reason is None else Objection("rule-forbidden-name", f"{name} is refused: it {reason}")
    return objection_to(name)


def _has_names(module: str, aliases: object) -> bool:
    """Whether there is more to say of some names of a module that is refused as a whole than that."""
    assert isinstance(aliases, list | tuple)
    objections = (objection_to(f"{module}.{dotted(alias.name)}") for alias in aliases)
    return any(each is None or each.requirement != "rule-forbidden-import" for each in objections)


def _forbidden(reason: str) -> Objection:
    return Objection("rule-forbidden-import", reason)


def _hidden_builtin(name: str) -> Objection:
    return Objection(
        "rule-forbidden-name", f"{name} is the name of a builtin that is refused", "give what is meant another name"
    )


def _is_dunder(name: str) -> bool:
    return len(name) > 4 and name.startswith("__") and name.endswith("__")


def _begins(full: str, beginning: str) -> bool:
    return full == beginning or full.startswith(f"{beginning}.")


def _is_self(of: cst.BaseExpression | None) -> bool:
    return isinstance(of, cst.Name) and of.value in ("self", "cls")
