"""The abstract interpreter: from an expression and a scope to what is known of its value.

It follows the language as Nix defines it (Nix manual, 'Nix Language') as far as that is possible without running
anything: module arguments, packages and flake inputs are symbols, and what depends on them is unknown with a reason. It
is lazy, it never raises for anything in a file, and it ends on every input: depth and steps are bounded, and at a bound
the value is unknown.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import assert_never

from nixlint.syntax import views
from nixlint.syntax.place import Place
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.string_literal import decode, path_parts, static_name

from . import library, operators, sources, symbols
from .attribute_sets import attribute_set, bound_scope, place_of
from .budget import METER, TOO_DEEP, TOO_MUCH, Budget, spending
from .file_tree import FileTree
from .partial_text import may_be
from .paths import normalised
from .property_sets import WITHIN
from .scope import Scope
from .selection import has, of_each, select
from .values import (
    PROPERTIES,
    UNSETTLED,
    AttrsValue,
    BoolValue,
    CallValue,
    ChoiceValue,
    ConditionalValue,
    Deferred,
    Entry,
    FloatValue,
    FunctionValue,
    IntValue,
    Known,
    ListValue,
    MergeValue,
    NegationValue,
    OrderValue,
    OverrideValue,
    PathValue,
    PrimitiveValue,
    StringValue,
    SymbolValue,
    Thunk,
    UnknownValue,
    Value,
    error,
    is_error,
)

MAX_DEPTH = 220
"""How deep evaluations may nest. Real configurations stay below 100 (their deepest tree has 85 levels)."""
_MOST_DIGITS = 19
"""Of an integer of 64 bits."""
_FRAMES_A_LEVEL = 12
sys.setrecursionlimit(max(sys.getrecursionlimit(), MAX_DEPTH * _FRAMES_A_LEVEL + 1_000))


class Interpreter:
    """Works out values within one bounded amount of work, its ``budget``.

    ``load`` gives the parsed file at an absolute path, or ``None`` where there is none that may be read; ``files`` are
    those that functions such as ``readDir`` may look at.
    """

    def __init__(
        self, load: Callable[[Path], SourceFile | None], files: FileTree | None = None, budget: Budget | None = None
    ) -> None:
        self._load = load
        self.files = files
        self._files: dict[Path, Thunk] = {}
        self._depth = 0
        self._budget = budget or Budget()
        self.globals = Scope(None, library.global_names())

    # -- the questions ------------------------------------------------------------------------------------------

    def evaluate(self, expression: views.Expression, scope: Scope) -> Value:
        """The value of an expression in a scope."""
        if self._depth == 0:
            return self._bounded(lambda: self._evaluate(expression, scope), place_of(expression))
        budget = METER.budget
        budget.took(steps=1)
        if budget.visits < 0:
            return UnknownValue(TOO_MUCH, place_of(expression))
        if self._depth >= MAX_DEPTH:
            return UnknownValue(TOO_DEEP, place_of(expression))
        self._depth += 1
        try:
            return self._evaluate(expression, scope)
        finally:
            self._depth -= 1

    def defer(self, expression: views.Expression, scope: Scope) -> Thunk:
        """The value of an expression in a scope, worked out when it is asked for."""
        return Deferred(lambda: self.evaluate(expression, scope), place_of(expression))

    def defer_call(self, compute: Callable[[], Value], place: Place | None) -> Thunk:
        """What a function computes, when it is asked for."""
        return Deferred(lambda: self._bounded(compute, place), place)

    def apply(self, function: Value, argument: Thunk, place: Place | None = None) -> Value:
        """The value of a function called with an argument."""
        return self._bounded(lambda: self._apply(function, argument, place), place)

    def attribute(self, subject: Value, name: str, place: Place | None = None) -> Value:
        """An attribute of a value, settled; unknown where it is missing."""
        value = self.find_attribute(subject, name, place)
        return error(f"attribute '{name}' is missing", place) if value is None else self.settled(value)

    def settled(self, value: Value) -> Value:
        """A value by what its evaluation of modules knows of it, where it is but a name there."""
        if not isinstance(value, SymbolValue) or value.resolver is None or not value.path:
            return value
        resolver, path = value.resolver, value.path
        found = self._bounded(lambda: resolver.resolve(path) or value, value.place)
        # What is not known goes by its name, unless not even that is certain to be its value.
        return value if isinstance(found, UnknownValue) and found.reason != WITHIN else found

    def find_attribute(self, subject: Value, name: str, place: Place | None = None) -> Value | None:
        """An attribute of a value, or ``None`` where it is certainly missing."""
        match subject:
            case AttrsValue():
                return self._attribute_of_set(subject, name, place)
            case SymbolValue():
                return _below_symbol(subject, name, place)
            case ChoiceValue():
                return of_each(subject, lambda value: self.attribute(value, name, place), self)
            case CallValue() if name == "extendModules" and symbols.makes_system(subject.callee.path):
                return CallValue(SymbolValue((name,), place), (Known(subject),), place)
            case CallValue() if name == "config" and symbols.makes_clan(subject.callee.path):
                return subject
            case CallValue() if name == "nixosConfigurations" and symbols.makes_clan(subject.callee.path):
                return subject
            case CallValue() if name == "outPath" and sources.is_fetched(subject):
                return subject
            case CallValue(callee=callee) if callee.path[-2:] == ("snowfall-lib", "mkLib") and name == "mkFlake":
                return subject._replace(callee=callee._replace(path=(*callee.path[:-1], name)), place=place)
            case CallValue(callee=callee) if callee.path[:1] == sources.IMPORT:
                return subject._replace(callee=callee._replace(path=(*callee.path, name)), place=place)
            case CallValue():
                return UnknownValue(f"the result of {subject.callee.dotted} is not known", place)
            case UnknownValue():
                return subject
            case NegationValue() | ConditionalValue() | MergeValue() | OverrideValue() | OrderValue():
                return UnknownValue(f"'{name}' of a value with a property such as mkIf", place)
            case _:
                return None

    def variable(self, name: str, scope: Scope, place: Place) -> Value:
        """The value of a name in a scope: bound lexically, or else by the ``with`` around."""
        bound = scope.lexical(name)
        if bound is not None:
            return bound.force()
        fallback: Value | None = None
        for environment in scope.environments():
            value = environment.force()
            found = self.find_attribute(value, name, place)
            found = None if found is None else self.settled(found)
            if isinstance(value, SymbolValue) and isinstance(found, SymbolValue):
                fallback = fallback or found
                continue
            if found is None:
                continue
            if fallback is not None and not isinstance(found, PrimitiveValue):
                return UnknownValue(f"'{name}' comes from one of several 'with'", place)
            return found
        return fallback or UnknownValue(f"'{name}' is not defined", place)

    def file(self, path: Path, place: Place | None = None) -> Value:
        """The value of a file of Nix; of a directory, that of its ``default.nix``."""
        if path not in self._files:
            self._files[path] = self.defer_call(lambda: self._file(path, place), place)
        return self._files[path].force()

    def import_value(self, value: Value, place: Place | None) -> Value:
        """What ``import`` makes of a value: the value of a file, or ``pkgs`` and ``lib`` by their ways."""
        match value:
            case PathValue(path=path):
                return self.file(path, place)
            case SymbolValue(path=path) if symbols.is_nixpkgs(path):
                return SymbolValue((*path[:-1], f"{path[-1]}()"), place)
            case CallValue() if sources.is_nixpkgs(value):
                return SymbolValue((f"{symbols.NIXPKGS[0]}()",), place)
            case StringValue(parts=(CallValue() as fetched, str() as below)) if sources.is_nixpkgs(fetched):
                names = [name for name in below.split("/") if name]
                return self.import_value(symbols.symbol((*symbols.NIXPKGS, *names), place), place)
            case StringValue(parts=(SymbolValue(path=path), str() as below)) if symbols.is_nixpkgs(path):
                names = [name for name in below.split("/") if name]
                return self.import_value(symbols.symbol((*symbols.NIXPKGS, *names), place), place)
            case SymbolValue(path=path) if path == symbols.LIB or symbols.makes_system(path):
                return value
            case SymbolValue(path=path) if path[:1] == symbols.NIXPKGS or not symbols.is_looked_up(path):
                return UnknownValue(f"import of {value.dotted}", place)
            case _ if sources.is_in_source(value):
                return CallValue(SymbolValue(sources.IMPORT, place), (Known(value),), place)
            case StringValue(text=str() as text) if text.startswith("/"):
                return self.file(normalised(text), place)
            case StringValue(parts=(PathValue(path=path), str() as below)) if below.startswith("/"):
                return self.file(normalised(f"{path}{below}"), place)
            case UnknownValue():
                return value
            case _:
                return UnknownValue("import of something that is not known", place)

    def scope_at(self, view: views.View) -> Scope:
        """The scope in which a view stands, with every function argument around it a symbol."""
        scope = self.globals
        around = [*reversed(list(views.enclosing(view))), view]
        for outer, inner in pairwise(around):
            scope = self.scope_within(outer, inner, scope)
        return scope

    def scope_within(self, outer: views.View, inner: views.View, scope: Scope) -> Scope:
        """The scope of ``inner``, which stands directly below ``outer``, when ``outer`` stands in ``scope``."""
        match outer:
            case views.Let():
                return bound_scope(outer.bindings, scope, self)
            case views.LetAttrSet():
                return bound_scope(outer.bindings, scope, self)
            case views.AttrSet() if outer.recursive:
                return bound_scope(outer.bindings, scope, self)
            case views.With() if inner == outer.body:
                return scope.opening(self.defer(outer.environment, scope))
            case views.Lambda():
                return self.function_scope(outer, scope, Known(SymbolValue(symbols.MODULE_ARGUMENTS)))
            case _:
                return scope

    def function_scope(self, function: views.Lambda, scope: Scope, argument: Thunk) -> Scope:
        """The scope of a function's body when it is called with an argument."""
        names: dict[str, Thunk] = {}
        inner = scope.binding(names)
        formals = function.formals
        if function.argument_name is not None:
            names[function.argument_name] = argument if formals is not None else self._named(function, argument)
        for formal in () if formals is None else formals.formals:
            name = formal.name.text
            names[name] = self._formal(name, formal, argument, inner)
        return inner

    def text_of(self, value: Value) -> tuple[str | Value, ...]:
        """What becomes of a value in a string interpolation: text as far as it is known."""
        return operators.text_parts(value, value.place, self)

    def spend(self, steps: int) -> bool:
        """Take steps from the work that may still be done; whether there were any left."""
        METER.budget.took(steps=steps)
        return not METER.budget.is_spent

    # -- how ----------------------------------------------------------------------------------------------------

    def _bounded(self, compute: Callable[[], Value], place: Place | None) -> Value:
        if self._depth == 0 and METER.budget is not self._budget:
            # What is asked from outside is worked out at the cost of this interpreter.
            with spending(self._budget):
                return self._nested(compute, place)
        return self._nested(compute, place)

    def _nested(self, compute: Callable[[], Value], place: Place | None) -> Value:
        budget = METER.budget
        budget.took(steps=1)
        if budget.visits < 0:
            return UnknownValue(TOO_MUCH, place)
        if self._depth >= MAX_DEPTH:
            return UnknownValue(TOO_DEEP, place)
        self._depth += 1
        try:
            return compute()
        except RecursionError:
            if self._depth > 1:
                raise
            return UnknownValue(TOO_DEEP, place)
        finally:
            self._depth -= 1

    def _evaluate(self, expression: views.Expression, scope: Scope) -> Value:
        match expression:
            case views.Integer():
                if len(expression.text.lstrip("0")) > _MOST_DIGITS:
                    return error("an integer that does not fit in 64 bits", place_of(expression))
                return IntValue(expression.value, place_of(expression))
            case views.Float():
                return FloatValue(expression.value, place_of(expression))
            case views.String():
                return self._string(expression, scope)
            case views.Path():
                return self._path(expression, scope)
            case views.HomePath():
                return UnknownValue("a path below the home folder", place_of(expression))
            case views.SearchPath():
                return symbols.symbol(sources.looked_up(expression.text), place_of(expression))
            case views.Uri():
                return StringValue((expression.text,), place_of(expression))
            case views.Variable():
                return self._variable(expression, scope)
            case views.ListLiteral():
                elements = tuple(self.defer(element, scope) for element in expression.elements)
                return ListValue(elements, (), place_of(expression))
            case views.AttrSet():
                return attribute_set(expression, scope, self)
            case views.LetAttrSet():
                body = bound_scope(expression.bindings, scope, self).names.get("body")
                return UnknownValue("a 'let' without 'body'", place_of(expression)) if body is None else body.force()
            case views.Select():
                return self._select(expression, scope)
            case views.HasAttr():
                return self._has_attr(expression, scope)
            case views.Apply():
                function = self.evaluate(expression.function, scope)
                return self._apply(function, self.defer(expression.argument, scope), place_of(expression))
            case views.Lambda():
                return FunctionValue(expression, scope, place_of(expression))
            case views.Let():
                return self.evaluate(expression.body, bound_scope(expression.bindings, scope, self))
            case views.With():
                return self.evaluate(expression.body, scope.opening(self.defer(expression.environment, scope)))
            case views.Assert():
                return self._assert(expression, scope)
            case views.If():
                return self._if(expression, scope)
            case views.Unary():
                operand = self.evaluate(expression.operand, scope)
                return operators.unary(expression.operator, operand, place_of(expression), self)
            case views.Binary():
                left, right = self.defer(expression.left, scope), self.defer(expression.right, scope)
                return operators.binary(expression.operator, left, right, place_of(expression), self)
            case views.Parenthesized():
                return self.evaluate(expression.inner, scope)
            case views.Broken():
                return UnknownValue("a syntax error", place_of(expression))
            case _:
                assert_never(expression)

    def _string(self, view: views.String, scope: Scope) -> Value:
        parts: list[str | Value] = []
        for part in decode(view):
            if isinstance(part, str):
                parts.append(part)
            else:
                parts.extend(self.text_of(self.evaluate(part.expression, scope)))
        return operators.text_value(parts, place_of(view))

    def _path(self, view: views.Path, scope: Scope) -> Value:
        parts: list[str | Value] = []
        for part in path_parts(view):
            if isinstance(part, str):
                parts.append(part)
            else:
                parts.extend(self.text_of(self.evaluate(part.expression, scope)))
        whole = operators.text_value(parts, place_of(view))
        text = whole.text if isinstance(whole, StringValue) else None
        if text is None:
            return whole if is_error(whole) else UnknownValue("a path with a part that is not known", place_of(view))
        return PathValue(normalised(text, view.file.path.parent), place_of(view))

    def _variable(self, view: views.Variable, scope: Scope) -> Value:
        if view.name == "__curPos":
            return UnknownValue("a position", place_of(view))
        return self.variable(view.name, scope, place_of(view))

    def _select(self, view: views.Select, scope: Scope) -> Value:
        names = [self.name(name, scope) for name in view.path.names]
        default = None if view.default is None else self.defer(view.default, scope)
        return select(self.evaluate(view.subject, scope), names, default, place_of(view), self)

    def _has_attr(self, view: views.HasAttr, scope: Scope) -> Value:
        names = [self.name(name, scope) for name in view.path.names]
        return has(self.evaluate(view.subject, scope), names, place_of(view), self)

    def name(self, name: views.AttrName, scope: Scope) -> str | None:
        """The text of an attribute name in a scope, or ``None`` where it is not known."""
        text = static_name(name)
        if text is not None:
            return text
        expression = name.interpolation.expression if name.interpolation is not None else name.string
        value = None if expression is None else self.evaluate(expression, scope)
        return value.text if isinstance(value, StringValue) else None

    def _attribute_of_set(self, subject: AttrsValue, name: str, place: Place | None) -> Value | None:
        entry = subject.entries.get(name)
        if entry is not None:
            return entry.value.force()
        dynamic = any(may_be(item.name, name) for item in subject.dynamic)
        if not dynamic and not subject.unknowns:
            return None
        if any(isinstance(unknown, SymbolValue) and unknown.path == symbols.LIB for unknown in subject.unknowns):
            # A library with further functions: nobody gives the functions of lib another meaning.
            return library.named((*symbols.LIB, name), place)
        if not dynamic and len(subject.unknowns) == 1 and isinstance(subject.unknowns[0], SymbolValue):
            # `lib // { … }`: what is not among the attributes written can only come from the one that has a name.
            return self.find_attribute(subject.unknowns[0], name, place)
        return UnknownValue(f"'{name}' may be among attributes that are not known", place)

    def _assert(self, view: views.Assert, scope: Scope) -> Value:
        condition = operators.agreed(self.evaluate(view.condition, scope))
        if isinstance(condition, BoolValue) and not condition.value:
            return error("an assertion that fails", place_of(view))
        if not isinstance(condition, (BoolValue, *UNSETTLED)):
            return error("an assertion whose condition is not a boolean", place_of(view))
        if is_error(condition):
            return condition
        return self.evaluate(view.body, scope)

    def _if(self, view: views.If, scope: Scope) -> Value:
        condition = operators.agreed(self.evaluate(view.condition, scope))
        if isinstance(condition, BoolValue):
            return self.evaluate(view.consequence if condition.value else view.alternative, scope)
        if not isinstance(condition, UNSETTLED):
            return error("a condition that is not a boolean", place_of(view))
        if is_error(condition):
            return condition
        alternatives = (self.defer(view.consequence, scope), self.defer(view.alternative, scope))
        place = place_of(view)
        return ChoiceValue(condition, alternatives, place, NegationValue(condition, place))

    def _apply(self, function: Value, argument: Thunk, place: Place | None) -> Value:
        match function:
            case FunctionValue():
                refused = self._refused(function.function, argument, place)
                if refused is not None:
                    return refused
                body_scope = self.function_scope(function.function, function.scope, argument)
                return self.evaluate(function.function.body, body_scope)
            case PrimitiveValue():
                return library.call(function, argument, place, self)
            case SymbolValue():
                if symbols.is_nixpkgs(function.path) and function.path[-1].endswith("()"):
                    return SymbolValue(symbols.PKGS, place)
                if function.path == (*symbols.LIB, "extend"):
                    return self._extended_library(argument, place)
                if function.path[-1:] == ("eachDefaultSystem",):
                    return self._for_each_system(function, argument, place)
                known = library.call_elsewhere(function, argument, place, self)
                return known or CallValue(function, (argument,), place)
            case CallValue(callee=SymbolValue(path=("pkgs", "callPackage")), arguments=(called,)):
                made = self._called_with_packages(called.force(), argument.force(), place)
                return made or CallValue(function.callee, (called, argument), place)
            case CallValue() if function.callee.path[-1:] == ("eachSystem",) and len(function.arguments) == 1:
                return self._for_each_system(function.callee, argument, place)
            case CallValue():
                return CallValue(function.callee, (*function.arguments, argument), place)
            case ChoiceValue():
                return of_each(function, lambda value: self.apply(value, argument, place), self)
            case AttrsValue():
                functor = self.find_attribute(function, "__functor", place)
                if functor is None:
                    return error("a call of a set", place)
                return self.apply(self.apply(functor, Known(function), place), argument, place)
            case UnknownValue():
                return function
            case _:
                return error("a call of something that is not a function", place)

    def _refused(self, function: views.Lambda, argument: Thunk, place: Place | None) -> Value | None:
        """The error of a call whose argument does not have the attributes that a function asks for."""
        formals = function.formals
        if formals is None:
            return None
        value = argument.force()
        if is_error(value):
            return value
        if isinstance(value, (*UNSETTLED, *PROPERTIES)):
            return None
        if not isinstance(value, AttrsValue):
            return error("a call with an argument that is not a set", place)
        if value.is_open:
            return None
        wanted = {formal.name.text: formal for formal in formals.formals}
        missing = next((name for name, it in wanted.items() if it.default is None and name not in value.entries), None)
        if missing is not None:
            return error(f"argument '{missing}' is missing", place)
        extra = None if formals.ellipsis else next((name for name in value.entries if name not in wanted), None)
        return None if extra is None else error(f"argument '{extra}' is not expected", place)

    def _extended_library(self, overlay: Thunk, place: Place | None) -> Value:
        """``lib.extend overlay``: the library with what the overlay adds (nixpkgs, ``lib/fixed-points.nix``)."""
        former = SymbolValue(symbols.LIB, place)

        def compute() -> Value:
            added = self.apply(self.apply(overlay.force(), final, place), Known(former), place)
            return operators.update(former, added, place, self)

        final = self.defer_call(compute, place)
        return final.force()

    def _for_each_system(self, callee: SymbolValue, function: Thunk, place: Place | None) -> Value:
        """What flake-utils makes of a function from a system to outputs: each output by system (its ``lib.nix``)."""
        outputs = self.apply(function.force(), Known(SymbolValue(("system",), place)), place)
        if not isinstance(outputs, AttrsValue) or outputs.is_open:
            return CallValue(callee, (function,), place)
        unknown = Known(UnknownValue("an output that is made for each system", place))
        return AttrsValue(
            {name: Entry(unknown, entry.name_place) for name, entry in outputs.entries.items()}, (), (), place
        )

    def _called_with_packages(self, called: Value, given: Value, place: Place | None) -> Value | None:
        """The set that ``pkgs.callPackage`` makes of a function; ``None`` for anything else, such as a package.

        Arguments that are not given are packages, and the set can be overridden (nixpkgs, ``lib/customisation.nix``).
        """
        if not isinstance(called, FunctionValue | PathValue) or not isinstance(given, AttrsValue):
            return None
        function = self.import_value(called, place) if isinstance(called, PathValue) else called
        packages = SymbolValue(symbols.PKGS, place)
        arguments = given._replace(unknowns=(*given.unknowns, packages))
        made = self.apply(function, Known(arguments), place)
        if not isinstance(made, AttrsValue):
            return None
        more = Entry(Known(UnknownValue("what callPackage adds", place)))
        return made._replace(entries={**made.entries, "override": more, "overrideDerivation": more})

    def _named(self, function: views.Lambda, argument: Thunk) -> Thunk:
        """The argument of ``name: body``; one that stands for the unknown takes the name it is given."""
        name = function.argument_name
        place = place_of(function)

        def compute() -> Value:
            value = argument.force()
            if isinstance(value, SymbolValue) and not value.path and name is not None:
                named = library.named_argument(name, place)
                return value if named.path == value.path else named
            return value

        return self.defer_call(compute, place)

    def _formal(self, name: str, formal: views.Formal, argument: Thunk, inner: Scope) -> Thunk:
        place = place_of(formal)

        def compute() -> Value:
            value = argument.force()
            found = self.find_attribute(value, name, place)
            found = None if found is None else self.settled(found)
            default = formal.default
            if found is None and default is not None:
                return self.evaluate(default, inner)
            if found is None:
                return UnknownValue(f"argument '{name}' is missing", place)
            if default is not None and isinstance(value, AttrsValue) and name not in value.entries:
                return ChoiceValue(found, (Known(found), self.defer(default, inner)), place)
            return found

        return self.defer_call(compute, place)

    def _file(self, path: Path, place: Place | None) -> Value:
        pins = sources.pins_in(path, self.files)
        if pins is not None:
            return pins
        source = self._load(path)
        if source is None and path.suffix != ".nix":
            source = self._load(path / "default.nix")
        if source is None:
            return UnknownValue(f"{path.name} can't be read", place, file=path)
        if source.root.has_error:
            return UnknownValue(f"{path.name} has a syntax error", place, file=path)
        return self.evaluate(source.root, self.globals)


def _below_symbol(subject: SymbolValue, name: str, place: Place | None) -> Value:
    """An attribute of something that is known by name alone."""
    resolver = subject.resolver
    given = resolver.argument(name) if resolver is not None and not subject.path else None
    if given is not None:
        return given
    named = library.named((*subject.path, name), place)
    return named._replace(resolver=resolver) if isinstance(named, SymbolValue) and subject.path else named
