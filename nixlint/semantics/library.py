"""Models of the functions of ``builtins`` and of nixpkgs' ``lib`` that configurations call.

Each model is a small function named after what it stands for, registered in one table with the number of arguments that
it takes. A model answers with what is certain: from a list or a set that is not wholly known it makes one that is open.
Functions without a model stay symbols.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, TypeAlias

from nixlint.syntax.place import Place

from . import symbols
from .operators import equality, update
from .values import (
    AttrsValue,
    BoolValue,
    CallValue,
    ChoiceValue,
    ConditionalValue,
    DynamicEntry,
    Entry,
    FunctionValue,
    IntValue,
    Known,
    ListValue,
    MergeValue,
    NullValue,
    OrderValue,
    OverrideValue,
    PathValue,
    PrimitiveValue,
    StringValue,
    SymbolValue,
    Thunk,
    UnknownValue,
    Value,
)


class Evaluator(Protocol):
    """What models need of the interpreter."""

    def apply(self, function: Value, argument: Thunk, place: Place | None = None) -> Value:
        """The value of a function called with an argument."""
        ...

    def defer_call(self, compute: Callable[[], Value], place: Place | None) -> Thunk:
        """The value that a function computes, on demand."""
        ...

    def find_attribute(self, subject: Value, name: str, place: Place | None = None) -> Value | None:
        """An attribute of a value, or ``None`` where it is certainly missing."""
        ...

    def import_value(self, value: Value, place: Place | None) -> Value:
        """What ``import`` makes of a value."""
        ...


Arguments: TypeAlias = tuple[Thunk, ...]
_Model: TypeAlias = Callable[[Arguments, Place | None, Evaluator], Value]

_MODELS: dict[str, tuple[int, _Model]] = {}
_BUILTINS: set[str] = set()

_GLOBAL_BUILTINS = (
    "abort baseNameOf break derivation derivationStrict dirOf fetchGit fetchMercurial fetchTarball fetchTree fromTOML "
    "import isNull map placeholder removeAttrs scopedImport throw toString"
).split()
"""The builtins that need no ``builtins.`` before them (Nix manual, 'Built-in functions')."""

_SUBLIBRARIES = frozenset(
    "attrsets lists strings modules trivial options fixedPoints customisation debug asserts".split()
)
"""The sets below ``lib`` whose functions are also functions of ``lib`` itself (nixpkgs, ``lib/default.nix``)."""

_MODULE_ARGUMENT_NAMES = frozenset({"args", "attrs", "arg", "moduleArgs"})
"""What people call the whole argument of a module in ``args: …``."""


def named(path: tuple[str, ...], place: Place | None = None) -> Value:
    """What a dotted name stands for: a model where there is one, else a symbol."""
    found = symbols.symbol(path, place)
    names = found.path
    if names[:1] == symbols.BUILTINS and len(names) == 2:
        return _builtin(names[1], found)
    if names[:1] == symbols.LIB and (len(names) == 2 or (len(names) == 3 and names[1] in _SUBLIBRARIES)):
        return PrimitiveValue(names[-1], (), place) if names[-1] in _MODELS else found
    return found


def named_argument(name: str, place: Place | None = None) -> SymbolValue:
    """What the argument of ``name: body`` stands for when nobody says with what it is called."""
    return SymbolValue(symbols.MODULE_ARGUMENTS if name in _MODULE_ARGUMENT_NAMES else (name,), place)


def global_names() -> Mapping[str, Thunk]:
    """The names that are in scope everywhere."""
    names: dict[str, Value] = {
        "true": BoolValue(True),
        "false": BoolValue(False),
        "null": NullValue(),
        "builtins": SymbolValue(symbols.BUILTINS),
    }
    names.update((name, named((*symbols.BUILTINS, name))) for name in _GLOBAL_BUILTINS)
    return {name: Known(value) for name, value in names.items()}


def call(function: PrimitiveValue, argument: Thunk, place: Place | None, evaluator: Evaluator) -> Value:
    """A modelled function called with one more argument."""
    arity, model = _MODELS[function.name]
    arguments = (*function.arguments, argument)
    if len(arguments) < arity:
        return PrimitiveValue(function.name, arguments, place)
    return model(arguments, place, evaluator)


def _builtin(name: str, found: SymbolValue) -> Value:
    match name:
        case "true" | "false":
            return BoolValue(name == "true", found.place)
        case "null":
            return NullValue(found.place)
        case "builtins":
            return SymbolValue(symbols.BUILTINS, found.place)
        case _:
            return PrimitiveValue(name, (), found.place) if name in _BUILTINS and name in _MODELS else found


def _model(arity: int, *names: str, builtin: bool = False) -> Callable[[_Model], _Model]:
    def register(model: _Model) -> _Model:
        for name in names:
            _MODELS[name] = (arity, model)
            if builtin:
                _BUILTINS.add(name)
        return model

    return register


# -- the module system's properties ------------------------------------------------------------------------------


@_model(2, "mkIf")
def _mk_if(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    return ConditionalValue(arguments[0], arguments[1], place)


@_model(1, "mkMerge")
def _mk_merge(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    return MergeValue(arguments[0], place)


def _register_priorities() -> None:
    priorities = {
        "mkForce": 50,
        "mkDefault": 1000,
        "mkOptionDefault": 1500,
        "mkVMOverride": 10,
        "mkImageMediaOverride": 60,
        "mkOverride": None,
    }
    for name, priority in priorities.items():

        def override(
            arguments: Arguments, place: Place | None, _evaluator: Evaluator, priority: int | None = priority
        ) -> Value:
            if priority is not None:
                return OverrideValue(priority, arguments[0], place)
            number = arguments[0].force()
            if not isinstance(number, IntValue):
                return UnknownValue("a priority that is not known", place)
            return OverrideValue(number.value, arguments[1], place)

        _model(2 if priority is None else 1, name)(override)


_register_priorities()


@_model(2, "mkOrder")
def _mk_order(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    number = arguments[0].force()
    if not isinstance(number, IntValue):
        return UnknownValue("an order that is not known", place)
    return OrderValue(number.value, arguments[1], place)


@_model(1, "mkBefore")
def _mk_before(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    return OrderValue(500, arguments[0], place)


@_model(1, "mkAfter")
def _mk_after(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    return OrderValue(1500, arguments[0], place)


# -- conditions ---------------------------------------------------------------------------------------------------


def _optional(condition: Value, given: Thunk, otherwise: Value, place: Place | None) -> Value:
    if isinstance(condition, BoolValue):
        return given.force() if condition.value else otherwise
    return ChoiceValue(condition, (given, Known(otherwise)), place)


@_model(2, "optional")
def _optional_element(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    one = Known(ListValue((arguments[1],), (), place))
    return _optional(arguments[0].force(), one, ListValue((), (), place), place)


@_model(2, "optionals")
def _optionals(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    return _optional(arguments[0].force(), arguments[1], ListValue((), (), place), place)


@_model(2, "optionalAttrs")
def _optional_attrs(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    return _optional(arguments[0].force(), arguments[1], AttrsValue({}, (), (), place), place)


@_model(2, "optionalString")
def _optional_string(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    return _optional(arguments[0].force(), arguments[1], StringValue((), place), place)


# -- functions that hand on a value ---------------------------------------------------------------------------------


@_model(1, "id", "lazyDerivation")
def _identity(arguments: Arguments, _place: Place | None, _evaluator: Evaluator) -> Value:
    return arguments[0].force()


@_model(2, "const")
def _const(arguments: Arguments, _place: Place | None, _evaluator: Evaluator) -> Value:
    return arguments[0].force()


@_model(2, "trace", "seq", "deepSeq", builtin=True)
def _second(arguments: Arguments, _place: Place | None, _evaluator: Evaluator) -> Value:
    return arguments[1].force()


@_model(2, "warn", "info")
def _after_message(arguments: Arguments, _place: Place | None, _evaluator: Evaluator) -> Value:
    return arguments[1].force()


@_model(3, "warnIf", "warnIfNot", "throwIf", "throwIfNot")
def _after_condition(arguments: Arguments, _place: Place | None, _evaluator: Evaluator) -> Value:
    return arguments[2].force()


@_model(3, "flip")
def _flip(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    function = arguments[0].force()
    return evaluator.apply(evaluator.apply(function, arguments[2], place), arguments[1], place)


@_model(2, "pipe")
def _pipe(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    functions = arguments[1].force()
    if not isinstance(functions, ListValue) or functions.unknowns:
        return UnknownValue("a pipe of functions that are not known", place)
    value = arguments[0]
    for function in functions.elements:
        value = Known(evaluator.apply(function.force(), value, place))
    return value.force()


@_model(1, "throw", "abort", builtin=True)
def _throw(_arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    return UnknownValue("an error thrown on purpose", place)


@_model(1, "import", builtin=True)
def _import(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    return evaluator.import_value(arguments[0].force(), place)


# -- lists --------------------------------------------------------------------------------------------------------


def _as_list(value: Value) -> ListValue:
    """A list as far as it is known; anything else is a list of which nothing is known."""
    return value if isinstance(value, ListValue) else ListValue((), (Known(value),))


def _elements(thunk: Thunk) -> tuple[Thunk, ...] | None:
    """The elements of a list that is wholly known."""
    value = thunk.force()
    return value.elements if isinstance(value, ListValue) and not value.unknowns else None


def _each(function: Thunk, element: Thunk, place: Place | None, evaluator: Evaluator) -> Thunk:
    return evaluator.defer_call(lambda: evaluator.apply(function.force(), element, place), element.place)


@_model(2, "map", builtin=True)
def _map(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    function, value = arguments[0], arguments[1].force()
    if isinstance(value, ChoiceValue):
        return _of_each(value, lambda thunk: _map((function, thunk), place, evaluator), evaluator)
    listed = _as_list(value)
    return ListValue(
        tuple(_each(function, element, place, evaluator) for element in listed.elements),
        tuple(_each(function, element, place, evaluator) for element in listed.unknowns),
        place,
    )


@_model(2, "imap0", "imap1")
def _imap(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    elements = _elements(arguments[1])
    if elements is None:
        return UnknownValue("a list that is not known", place)

    def each(index: int, element: Thunk) -> Thunk:
        def compute() -> Value:
            inner = evaluator.apply(arguments[0].force(), Known(UnknownValue("an index", place)), place)
            return evaluator.apply(inner, element, place)

        return evaluator.defer_call(compute, element.place)

    return ListValue(tuple(each(index, element) for index, element in enumerate(elements)), (), place)


@_model(2, "concatMap", builtin=True)
def _concat_map(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    return _concatenated(_map(arguments, place, evaluator), place)


@_model(1, "concatLists", builtin=True)
def _concat_lists(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    return _concatenated(arguments[0].force(), place)


def _concatenated(value: Value, place: Place | None) -> Value:
    listed = _as_list(value)
    elements: list[Thunk] = []
    unknowns: list[Thunk] = []
    for thunk in listed.elements:
        inner = _as_list(thunk.force())
        elements.extend(inner.elements)
        unknowns.extend(inner.unknowns)
    for thunk in listed.unknowns:
        inner = _as_list(thunk.force())
        unknowns.extend((*inner.elements, *inner.unknowns))
    return ListValue(tuple(elements), tuple(unknowns), place)


@_model(1, "flatten")
def _flatten(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    value = arguments[0].force()
    if not isinstance(value, ListValue):
        return ListValue((arguments[0],), (), place)
    parts = [_flatten((thunk,), place, evaluator) for thunk in value.elements]
    listed = [part for part in parts if isinstance(part, ListValue)]
    return ListValue(
        tuple(element for part in listed for element in part.elements),
        (*value.unknowns, *(unknown for part in listed for unknown in part.unknowns)),
        place,
    )


@_model(2, "filter", builtin=True)
def _filter(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    listed = _as_list(arguments[1].force())
    elements: list[Thunk] = []
    unknowns = list(listed.unknowns)
    for element in listed.elements:
        verdict = evaluator.apply(arguments[0].force(), element, place)
        if not isinstance(verdict, BoolValue):
            unknowns.append(element)
        elif verdict.value:
            elements.append(element)
    return ListValue(tuple(elements), tuple(unknowns), place)


@_model(2, "elem", builtin=True)
def _elem(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    elements = _elements(arguments[1])
    if elements is None:
        return UnknownValue("a list that is not known", place)
    answers = [equality(arguments[0].force(), element.force()) for element in elements]
    if True in answers:
        return BoolValue(True, place)
    return UnknownValue("a comparison with a value that is not known", place) if None in answers else BoolValue(False)


@_model(1, "length", builtin=True)
def _length(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    elements = _elements(arguments[0])
    return UnknownValue("a list that is not known", place) if elements is None else IntValue(len(elements), place)


@_model(1, "head", builtin=True)
def _head(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    elements = _elements(arguments[0])
    return elements[0].force() if elements else UnknownValue("the head of a list that is not known", place)


@_model(2, "elemAt", builtin=True)
def _elem_at(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    elements, index = _elements(arguments[0]), arguments[1].force()
    if elements is None or not isinstance(index, IntValue) or not 0 <= index.value < len(elements):
        return UnknownValue("an element of a list that is not known", place)
    return elements[index.value].force()


@_model(3, "foldl'", builtin=True)
def _fold_left(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    elements = _elements(arguments[2])
    if elements is None:
        return UnknownValue("a fold over a list that is not known", place)
    result = arguments[1]
    for element in elements:
        step = evaluator.apply(arguments[0].force(), result, place)
        result = Known(evaluator.apply(step, element, place))
    return result.force()


@_model(3, "foldl")
def _lib_fold_left(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    return _fold_left(arguments, place, evaluator)


@_model(3, "foldr", "fold")
def _fold_right(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    elements = _elements(arguments[2])
    if elements is None:
        return UnknownValue("a fold over a list that is not known", place)
    result = arguments[1]
    for element in reversed(elements):
        step = evaluator.apply(arguments[0].force(), element, place)
        result = Known(evaluator.apply(step, result, place))
    return result.force()


@_model(2, "range")
def _range(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    first, last = arguments[0].force(), arguments[1].force()
    if not isinstance(first, IntValue) or not isinstance(last, IntValue) or last.value - first.value > 10_000:
        return UnknownValue("a range that is not known", place)
    return ListValue(tuple(Known(IntValue(number, place)) for number in range(first.value, last.value + 1)), (), place)


# -- attribute sets -------------------------------------------------------------------------------------------------


def _as_set(value: Value) -> AttrsValue:
    """A set as far as it is known; anything else is a set of which nothing is known."""
    return value if isinstance(value, AttrsValue) else AttrsValue({}, (), (value,))


def _named_values(attrs: AttrsValue) -> Iterator[tuple[Value, Entry]]:
    """Names that are not known, with what is known of their values: one for each reason that a set is open."""
    for dynamic in attrs.dynamic:
        yield dynamic.name, dynamic.entry
    for unknown in attrs.unknowns:
        reason = UnknownValue("a name that is not known", unknown.place)
        yield reason, Entry(Known(UnknownValue("a value that is not known", unknown.place)), unknown.place)


@_model(2, "mapAttrs", builtin=True)
def _map_attrs(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    value = arguments[1].force()
    if isinstance(value, ChoiceValue):
        return _of_each(value, lambda thunk: _map_attrs((arguments[0], thunk), place, evaluator), evaluator)
    attrs = _as_set(value)

    def changed(name: Value, entry: Entry) -> Entry:
        def compute() -> Value:
            function = evaluator.apply(arguments[0].force(), Known(name), place)
            return evaluator.apply(function, entry.value, place)

        return Entry(evaluator.defer_call(compute, place), entry.name_place or place)

    return AttrsValue(
        {name: changed(StringValue((name,)), entry) for name, entry in attrs.entries.items()},
        tuple(DynamicEntry(name, changed(name, entry)) for name, entry in _named_values(attrs)),
        (),
        place,
    )


@_model(2, "mapAttrsToList")
def _map_attrs_to_list(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    mapped = _map_attrs(arguments, place, evaluator)
    attrs = _as_set(mapped)
    ordered = sorted(attrs.entries.items())
    return ListValue(
        tuple(entry.value for _, entry in ordered), tuple(dynamic.entry.value for dynamic in attrs.dynamic), place
    )


@_model(2, "mapAttrs'")
def _map_attrs_prime(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    return _list_to_attrs((Known(_map_attrs_to_list(arguments, place, evaluator)),), place, evaluator)


@_model(2, "concatMapAttrs")
def _concat_map_attrs(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    return _merge_attrs_list((Known(_map_attrs_to_list(arguments, place, evaluator)),), place, evaluator)


@_model(1, "mergeAttrsList")
def _merge_attrs_list(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    listed = _as_list(arguments[0].force())
    result: Value = AttrsValue({}, (), (), place)
    for element in listed.elements:
        result = update(result, element.force(), place, evaluator)
    if listed.unknowns:
        result = update(Known(result).force(), _opened(listed, place), place, evaluator)
    return result


def _opened(listed: ListValue, place: Place | None) -> AttrsValue:
    """A set that may hold whatever the sets hold of which a list may have any number."""
    sets = [_as_set(thunk.force()) for thunk in listed.unknowns]
    reason = UnknownValue("a name that is not known", place)
    dynamic = tuple(
        DynamicEntry(name, entry)
        for attrs in sets
        for name, entry in (
            *((reason, entry) for entry in attrs.entries.values()),
            *((item.name, item.entry) for item in attrs.dynamic),
        )
    )
    return AttrsValue({}, dynamic, tuple(unknown for attrs in sets for unknown in attrs.unknowns), place)


@_model(2, "mergeAttrs")
def _merge_attrs(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    return update(arguments[0].force(), arguments[1].force(), place, evaluator)


@_model(2, "filterAttrs")
def _filter_attrs(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    attrs = _as_set(arguments[1].force())
    entries: dict[str, Entry] = {}
    dynamic = [DynamicEntry(name, entry) for name, entry in _named_values(attrs)]
    for name, entry in attrs.entries.items():
        function = evaluator.apply(arguments[0].force(), Known(StringValue((name,))), place)
        verdict = evaluator.apply(function, entry.value, place)
        if not isinstance(verdict, BoolValue):
            dynamic.append(DynamicEntry(StringValue((name, verdict)), entry))
        elif verdict.value:
            entries[name] = entry
    return AttrsValue(entries, tuple(dynamic), (), place)


@_model(1, "attrNames", builtin=True)
def _attr_names(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    attrs = _as_set(arguments[0].force())
    return ListValue(
        tuple(Known(StringValue((name,), attrs.entries[name].name_place)) for name in sorted(attrs.entries)),
        tuple(Known(name) for name, _ in _named_values(attrs)),
        place,
    )


@_model(1, "attrValues", builtin=True)
def _attr_values(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    attrs = _as_set(arguments[0].force())
    return ListValue(
        tuple(attrs.entries[name].value for name in sorted(attrs.entries)),
        tuple(entry.value for _, entry in _named_values(attrs)),
        place,
    )


@_model(2, "nameValuePair")
def _name_value_pair(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    return AttrsValue({"name": Entry(arguments[0], arguments[0].place), "value": Entry(arguments[1])}, (), (), place)


@_model(1, "listToAttrs", builtin=True)
def _list_to_attrs(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    value = arguments[0].force()
    if isinstance(value, ChoiceValue):
        return _of_each(value, lambda thunk: _list_to_attrs((thunk,), place, evaluator), evaluator)
    listed = _as_list(value)
    entries: dict[str, Entry] = {}
    dynamic: list[DynamicEntry] = []
    for thunk in listed.elements:
        name, entry = _pair(thunk, evaluator)
        if isinstance(name, StringValue) and name.text is not None:
            entries.setdefault(name.text, entry)
        else:
            dynamic.append(DynamicEntry(name, entry))
    dynamic.extend(DynamicEntry(*_pair(thunk, evaluator)) for thunk in listed.unknowns)
    return AttrsValue(entries, tuple(dynamic), (), place)


def _pair(thunk: Thunk, evaluator: Evaluator) -> tuple[Value, Entry]:
    def part(name: str) -> Value:
        value = evaluator.find_attribute(thunk.force(), name, thunk.place)
        return UnknownValue(f"a pair without '{name}'", thunk.place) if value is None else value

    return part("name"), Entry(evaluator.defer_call(lambda: part("value"), thunk.place), thunk.place)


@_model(2, "genAttrs")
def _gen_attrs(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    listed = _as_list(arguments[0].force())
    entries: dict[str, Entry] = {}
    dynamic: list[DynamicEntry] = []
    for element in (*listed.elements, *listed.unknowns):
        name = element.force()
        entry = Entry(_each(arguments[1], element, place, evaluator), name.place)
        if isinstance(name, StringValue) and name.text is not None:
            entries[name.text] = entry
        else:
            dynamic.append(DynamicEntry(name, entry))
    return AttrsValue(entries, tuple(dynamic), (), place)


@_model(2, "removeAttrs", builtin=True)
def _remove_attrs(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    attrs, names = _as_set(arguments[0].force()), _elements(arguments[1])
    removed = [] if names is None else [name.force() for name in names]
    texts = {name.text for name in removed if isinstance(name, StringValue)}
    if names is None or None in texts or len(texts) < len(removed):
        return UnknownValue("a set without attributes whose names are not known", place)
    entries = {name: entry for name, entry in attrs.entries.items() if name not in texts}
    return AttrsValue(entries, attrs.dynamic, attrs.unknowns, attrs.place)


@_model(2, "recursiveUpdate")
def _recursive_update(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    left, right = arguments[0].force(), arguments[1].force()
    if not isinstance(left, AttrsValue) or not isinstance(right, AttrsValue):
        return update(left, right, place, evaluator)
    entries = dict(left.entries)
    for name, entry in right.entries.items():
        former = entries.get(name)
        entries[name] = entry if former is None else _merged_entry(former, entry, place, evaluator)
    return update(AttrsValue(entries, left.dynamic, left.unknowns, None), _only_open(right), place, evaluator)


def _only_open(attrs: AttrsValue) -> AttrsValue:
    return AttrsValue({}, attrs.dynamic, attrs.unknowns, None)


def _merged_entry(left: Entry, right: Entry, place: Place | None, evaluator: Evaluator) -> Entry:
    def compute() -> Value:
        one, other = left.value.force(), right.value.force()
        if isinstance(one, AttrsValue) and isinstance(other, AttrsValue):
            return _recursive_update((left.value, right.value), place, evaluator)
        if isinstance(other, AttrsValue) and not _is_settled(one):
            return AttrsValue(other.entries, other.dynamic, (*other.unknowns, one))
        return other

    return Entry(evaluator.defer_call(compute, right.name_place), right.name_place)


def _is_settled(value: Value) -> bool:
    return not isinstance(value, UnknownValue | SymbolValue | CallValue | ChoiceValue)


@_model(2, "hasAttr", builtin=True)
def _has_attr(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    name, attrs = arguments[0].force(), arguments[1].force()
    if not isinstance(name, StringValue) or name.text is None or not isinstance(attrs, AttrsValue):
        return UnknownValue("whether an attribute exists", place)
    if name.text in attrs.entries:
        return BoolValue(True, place)
    return UnknownValue("whether an attribute exists", place) if attrs.is_open else BoolValue(False, place)


@_model(2, "getAttr", builtin=True)
def _get_attr(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    name = arguments[0].force()
    if not isinstance(name, StringValue) or name.text is None:
        return UnknownValue("an attribute whose name is not known", place)
    found = evaluator.find_attribute(arguments[1].force(), name.text, place)
    return UnknownValue(f"attribute '{name.text}' is missing", place) if found is None else found


@_model(2, "setAttrByPath")
def _set_attr_by_path(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    names = _elements(arguments[0])
    texts = [] if names is None else [name.force() for name in names]
    value = arguments[1]
    for name in reversed(texts):
        if not isinstance(name, StringValue) or name.text is None:
            return AttrsValue({}, (), (UnknownValue("an attribute path that is not known", place),))
        value = Known(AttrsValue({name.text: Entry(value, name.place)}, (), (), place))
    return UnknownValue("an attribute path that is not known", place) if names is None else value.force()


# -- strings --------------------------------------------------------------------------------------------------------


@_model(1, "toString", builtin=True)
def _to_string(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    value = arguments[0].force()
    match value:
        case StringValue():
            return StringValue(value.parts, place)
        case IntValue(value=number):
            return StringValue((str(number),), place)
        case BoolValue(value=truth):
            return StringValue(("1",) if truth else (), place)
        case NullValue():
            return StringValue((), place)
        case PathValue(path=path):
            # Unlike an interpolation, toString does not copy the path to the store.
            return StringValue((str(path),), place)
        case _:
            return StringValue((value,), place)


@_model(2, "concatStringsSep", builtin=True)
def _concat_strings_sep(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    separator, elements = arguments[0].force(), _elements(arguments[1])
    if elements is None or not isinstance(separator, StringValue):
        return UnknownValue("a text made of a list that is not known", place)
    parts: list[str | Value] = []
    for index, element in enumerate(elements):
        value = element.force()
        parts.extend(separator.parts if index else ())
        parts.extend(value.parts if isinstance(value, StringValue) else (value,))
    return StringValue(tuple(parts), place)


@_model(1, "concatStrings")
def _concat_strings(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    return _concat_strings_sep((Known(StringValue(())), arguments[0]), place, evaluator)


@_model(3, "concatMapStringsSep")
def _concat_map_strings_sep(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    mapped = Known(_map((arguments[1], arguments[2]), place, evaluator))
    return _concat_strings_sep((arguments[0], mapped), place, evaluator)


@_model(2, "concatMapStrings")
def _concat_map_strings(arguments: Arguments, place: Place | None, evaluator: Evaluator) -> Value:
    mapped = Known(_map(arguments, place, evaluator))
    return _concat_strings_sep((Known(StringValue(())), mapped), place, evaluator)


@_model(2, "hasPrefix")
def _has_prefix(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
    start, text = arguments[0].force(), arguments[1].force()
    match start, text:
        case StringValue(text=str() as prefix), StringValue(text=str() as whole):
            return BoolValue(whole.startswith(prefix), place)
        case _:
            return UnknownValue("a text that is not known", place)


# -- kinds ----------------------------------------------------------------------------------------------------------


def _register_kinds() -> None:
    kinds: dict[str, type] = {
        "isNull": NullValue,
        "isBool": BoolValue,
        "isInt": IntValue,
        "isString": StringValue,
        "isPath": PathValue,
        "isList": ListValue,
        "isAttrs": AttrsValue,
    }
    unsettled = (UnknownValue, SymbolValue, CallValue, ChoiceValue)
    for name, kind in kinds.items():

        def is_kind(arguments: Arguments, place: Place | None, _evaluator: Evaluator, kind: type = kind) -> Value:
            value = arguments[0].force()
            if isinstance(value, unsettled):
                return UnknownValue("the kind of a value that is not known", place)
            return BoolValue(isinstance(value, kind), place)

        _model(1, name, builtin=True)(is_kind)

    @_model(1, "isFunction", builtin=True)
    def _is_function(arguments: Arguments, place: Place | None, _evaluator: Evaluator) -> Value:
        value = arguments[0].force()
        if isinstance(value, unsettled):
            return UnknownValue("the kind of a value that is not known", place)
        return BoolValue(isinstance(value, FunctionValue | PrimitiveValue), place)


_register_kinds()


def _of_each(choice: ChoiceValue, change: Callable[[Thunk], Value], evaluator: Evaluator) -> Value:
    alternatives = tuple(
        evaluator.defer_call(lambda thunk=thunk: change(thunk), thunk.place)  # type: ignore[misc]  # late binding
        for thunk in choice.alternatives
    )
    return choice._replace(alternatives=alternatives)
