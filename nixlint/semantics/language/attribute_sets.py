"""From the bindings of a set, a ``rec`` set or a ``let`` to attributes: paths nested, sets merged, names worked out.

Nix merges while it parses: ``a.b = 1; a = { c = 2; };`` is one set ``a``, and the bindings of the second see the scope of
the first (``src/libexpr/parser.y``, ``addAttr``). The same is done here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from nixlint.syntax import views
from nixlint.syntax.place import Place
from nixlint.syntax.string_literal import static_name

from .scope import Scope
from .values import (
    UNSETTLED,
    AttrsValue,
    DynamicEntry,
    Entry,
    Known,
    NullValue,
    StringValue,
    Thunk,
    UnknownValue,
    Value,
    error,
    is_error,
)


class Evaluator(Protocol):
    """What attribute sets need of the interpreter."""

    def defer(self, expression: views.Expression, scope: Scope) -> Thunk:
        """The value of an expression in a scope, on demand."""
        ...

    def defer_call(self, compute: Callable[[], Value], place: Place | None) -> Thunk:
        """The value that a function computes, on demand."""
        ...

    def evaluate(self, expression: views.Expression, scope: Scope) -> Value:
        """The value of an expression in a scope."""
        ...

    def variable(self, name: str, scope: Scope, place: Place) -> Value:
        """The value of a name in a scope."""
        ...

    def attribute(self, subject: Value, name: str, place: Place | None) -> Value:
        """An attribute of a value; unknown where it is missing."""
        ...


def attribute_set(view: views.AttrSet, scope: Scope, evaluator: Evaluator) -> Value:
    """The value of a set literal; an error where Nix refuses one of its names."""
    builder = _Builder(evaluator, scope, recursive=view.recursive, place=place_of(view))
    builder.add_all(view.bindings)
    return builder.value()


def bound_scope(bindings: tuple[views.AnyBinding, ...], scope: Scope, evaluator: Evaluator) -> Scope:
    """The scope in which the bindings of a ``let`` or a ``rec`` set see each other."""
    builder = _Builder(evaluator, scope, recursive=True, place=None)
    builder.add_all(bindings)
    builder.value()
    return builder.inner


def late_bound_scope(bindings: tuple[views.AnyBinding, ...], scope: Scope, evaluator: Evaluator) -> Scope:
    """The same, where it may well be that nobody asks for a name: the bindings are gone through with the first question."""
    return scope.binding(_LateNames(lambda: bound_scope(bindings, scope, evaluator).names))


class _LateNames(Mapping[str, Thunk]):
    """The names of a scope that are found when they are first asked for."""

    def __init__(self, find: Callable[[], Mapping[str, Thunk]]) -> None:
        self._find = find

    @cached_property
    def _names(self) -> Mapping[str, Thunk]:
        return self._find()

    def __getitem__(self, name: str) -> Thunk:
        return self._names[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def place_of(view: views.View) -> Place:
    """Where a view stands."""
    return view.place


@dataclass(slots=True)
class _Slot:
    """What is bound to one name so far: an expression, or a set that grows by further bindings."""

    name_place: Place
    thunk: Thunk | None = None
    literal: views.AttrSet | None = None
    literal_scope: Scope | None = None
    nested: _Builder | None = None


@dataclass(slots=True)
class _Builder:
    evaluator: Evaluator
    outer: Scope
    recursive: bool
    place: Place | None
    slots: dict[str, _Slot] = field(default_factory=dict)
    dynamic: list[tuple[views.AttrName, views.AnyBinding, tuple[views.AttrName, ...], Scope]] = field(
        default_factory=list
    )
    names: dict[str, Thunk] = field(default_factory=dict)
    inner: Scope = field(init=False)

    def __post_init__(self) -> None:
        self.inner = self.outer.binding(self.names) if self.recursive else self.outer

    def add_all(self, bindings: tuple[views.AnyBinding, ...]) -> None:
        for binding in bindings:
            match binding:
                case views.Binding():
                    self._add_binding(binding)
                case views.Inherit():
                    self._inherit(binding)
                case views.InheritFrom():
                    self._inherit_from(binding)

    def value(self) -> Value:
        """The set made of everything added; names are worked out now, values later."""
        entries = {name: Entry(self._slot_thunk(slot), slot.name_place) for name, slot in self.slots.items()}
        if self.recursive and "__overrides" in entries:
            return self._overridden()
        self.names.update((name, entry.value) for name, entry in entries.items())
        dynamic: list[DynamicEntry] = []
        for name, binding, rest, scope in self.dynamic:
            entry = Entry(self._dynamic_thunk(binding, rest, scope), place_of(name))
            value = self._dynamic_name(name, scope)
            match value:
                case NullValue():
                    continue
                case StringValue(text=str() as text) if text in entries:
                    return error(f"attribute '{text}' is already defined", place_of(name))
                case StringValue(text=str() as text):
                    entries[text] = entry
                case _ if not isinstance(value, (StringValue, *UNSETTLED)):
                    return error("an attribute name that is not a string", place_of(name))
                case _ if is_error(value):
                    return value
                case _:
                    dynamic.append(DynamicEntry(value, entry))
        return AttrsValue(entries, tuple(dynamic), (), self.place)

    def _overridden(self) -> Value:
        """A ``rec`` set whose ``__overrides`` replaces what its bindings see, an old way that nobody follows here."""
        doubt = UnknownValue("a set with '__overrides'", self.place)
        self.names.update(dict.fromkeys(self.slots, Known(doubt)))
        return AttrsValue({}, (), (doubt,), self.place)

    def _add_binding(self, binding: views.Binding) -> None:
        if binding.has_error and not binding.path.names:
            return
        self._add(binding.path.names, binding)

    def _add(self, names: tuple[views.AttrName, ...], binding: views.Binding) -> None:
        builder = self
        for index, name in enumerate(names[:-1]):
            text = static_name(name)
            if text is None:
                builder.dynamic.append((name, binding, names[index + 1 :], builder.inner))
                return
            builder = builder._nested(text, place_of(name))
        last = names[-1]
        text = static_name(last)
        if text is None:
            builder.dynamic.append((last, binding, (), builder.inner))
            return
        # In a set that is made larger, a value sees what the bindings of that set see (`x = rec { … }; x.a = …;`).
        builder._set(text, place_of(last), binding.value, builder.inner)

    def _nested(self, name: str, name_place: Place) -> _Builder:
        slot = self.slots.get(name)
        if slot is None:
            slot = self.slots[name] = _Slot(name_place)
        if slot.nested is None:
            recursive = slot.literal is not None and slot.literal.recursive
            scope = slot.literal_scope or self.inner
            slot.nested = _Builder(self.evaluator, scope, recursive, None)
            if slot.literal is not None:
                slot.nested.add_all(slot.literal.bindings)
                slot.literal = None
        return slot.nested

    def _set(self, name: str, name_place: Place, value: views.Expression, scope: Scope) -> None:
        slot = self.slots.get(name)
        if slot is not None and isinstance(value, views.AttrSet):
            nested = self._nested(name, name_place)
            nested.add_all(value.bindings)
            return
        if slot is not None:
            return  # Nix refuses it while parsing; the first one stands.
        slot = _Slot(name_place, thunk=self.evaluator.defer(value, scope))
        if isinstance(value, views.AttrSet):
            slot.literal, slot.literal_scope = value, scope
        self.slots[name] = slot

    def _inherit(self, binding: views.Inherit) -> None:
        for name in binding.names:
            text = static_name(name)
            if text is None:
                continue
            place = place_of(name)
            self.slots.setdefault(text, _Slot(place, thunk=self._variable_thunk(text, place)))

    def _variable_thunk(self, name: str, place: Place) -> Thunk:
        # `inherit x;` looks outside the set even where the set is recursive.
        return self.evaluator.defer_call(lambda: self.evaluator.variable(name, self.outer, place), place)

    def _inherit_from(self, binding: views.InheritFrom) -> None:
        source = self.evaluator.defer(binding.source, self.inner)
        for name in binding.names:
            text = static_name(name)
            if text is None:
                continue
            place = place_of(name)
            self.slots.setdefault(text, _Slot(place, thunk=self._attribute_thunk(source, text, place)))

    def _attribute_thunk(self, source: Thunk, name: str, place: Place) -> Thunk:
        return self.evaluator.defer_call(lambda: self.evaluator.attribute(source.force(), name, place), place)

    def _slot_thunk(self, slot: _Slot) -> Thunk:
        if slot.nested is not None:
            nested = slot.nested
            return self.evaluator.defer_call(nested.value, None)
        return slot.thunk or Known(UnknownValue("an attribute without a value", slot.name_place))

    def _dynamic_thunk(self, binding: views.AnyBinding, rest: tuple[views.AttrName, ...], scope: Scope) -> Thunk:
        assert isinstance(binding, views.Binding)
        if not rest:
            return self.evaluator.defer(binding.value, scope)
        nested = _Builder(self.evaluator, self.inner, False, None)
        nested._add(rest, binding)
        return self.evaluator.defer_call(nested.value, None)

    def _dynamic_name(self, name: views.AttrName, scope: Scope) -> Value:
        if name.interpolation is not None:
            return self.evaluator.evaluate(name.interpolation.expression, scope)
        if name.string is not None:
            return self.evaluator.evaluate(name.string, scope)
        return UnknownValue("a name that is not one", place_of(name))
