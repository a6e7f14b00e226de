"""Models of functions on attribute sets (nixpkgs, ``lib/attrsets.nix``, and the builtins of the same kind)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product

from nixlint.semantics.language.budget import nested
from nixlint.semantics.language.operators import MAX_ELEMENTS, as_list, equality, perhaps_replaced, update
from nixlint.semantics.language.partial_text import may_be
from nixlint.semantics.language.property_sets import ATTRIBUTES, as_property
from nixlint.semantics.language.selection import has, select
from nixlint.semantics.language.values import (
    PROPERTIES,
    UNSETTLED,
    AttrsValue,
    BoolValue,
    ChoiceValue,
    ConditionalValue,
    DynamicEntry,
    Entry,
    Known,
    ListValue,
    MergeValue,
    OrderValue,
    OverrideValue,
    StringValue,
    Thunk,
    UnknownValue,
    Value,
    member_of,
    unknown_because,
)

from .lists import concatenated, mapped
from .registry import Call, as_set, model


def named_values(attrs: AttrsValue) -> Iterator[DynamicEntry]:
    """Attributes whose names are not known, with what is known of them: one for each reason that a set is open."""
    yield from attrs.dynamic
    for unknown in attrs.unknowns:
        name = unknown_because(unknown, "a name that is not known", unknown.place)
        value = member_of(unknown, "a value that is not known", unknown.place)
        yield DynamicEntry(name, Entry(Known(value), unknown.place))


def set_of(call: Call, pairs: Sequence[tuple[str, Thunk]]) -> AttrsValue:
    """A set of these attributes, made by a call."""
    return AttrsValue({name: Entry(thunk, thunk.place or call.place) for name, thunk in pairs}, (), (), call.place)


def text(value: str) -> Thunk:
    """A text as an argument."""
    return Known(StringValue((value,) if value else ()))


# -- names and values -----------------------------------------------------------------------------------------------


@model(1, "attrNames", strict=(0,))
def _attr_names(call: Call) -> Value:
    attrs = call.attrs(0)
    names = tuple(
        Known(StringValue((name,) if name else (), attrs.entries[name].name_place)) for name in sorted(attrs.entries)
    )
    return ListValue(names, tuple(Known(item.name) for item in named_values(attrs)), call.place)


@model(1, "attrValues", strict=(0,))
def _attr_values(call: Call) -> Value:
    attrs = call.attrs(0)
    values = tuple(attrs.entries[name].value for name in sorted(attrs.entries))
    return ListValue(values, tuple(item.entry.value for item in named_values(attrs)), call.place)


@model(1, "concatAttrValues", strict=(0,))
def _concat_attr_values(call: Call) -> Value:
    return concatenated(_attr_values(call), call)


@model(2, "nameValuePair")
def _name_value_pair(call: Call) -> Value:
    name, value = call.arguments
    return AttrsValue({"name": Entry(name, name.place), "value": Entry(value)}, (), (), call.place)


@model(1, "attrsToList", strict=(0,))
def _attrs_to_list(call: Call) -> Value:
    attrs = call.attrs(0)

    def pair(name: Thunk, value: Thunk) -> Thunk:
        return Known(set_of(call, [("name", name), ("value", value)]))

    return ListValue(
        tuple(pair(text(name), entry.value) for name, entry in sorted(attrs.entries.items())),
        tuple(pair(Known(item.name), item.entry.value) for item in named_values(attrs)),
        call.place,
    )


@model(1, "listToAttrs", strict=(0,))
def _list_to_attrs(call: Call) -> Value:
    return from_pairs(call.list(0), call)


def from_pairs(pairs: ListValue, call: Call) -> AttrsValue:
    """The set of a list of names and values. Of several pairs with one name, the first wins."""
    certain: dict[str, Entry] = {}
    dynamic: list[DynamicEntry] = []
    for thunk in pairs.elements:
        name, entry = _pair(thunk, call)
        if isinstance(name, StringValue) and name.text is not None:
            if name.text not in certain:
                earlier = AttrsValue({}, tuple(dynamic))
                certain.update(perhaps_replaced({name.text: entry}, earlier))
        else:
            dynamic.append(DynamicEntry(name, entry))
    anywhere = tuple(DynamicEntry(*_pair(thunk, call)) for thunk in pairs.unknowns)
    entries = perhaps_replaced(certain, AttrsValue({}, anywhere))
    return AttrsValue(entries, (*dynamic, *anywhere), (), call.place)


def _pair(thunk: Thunk, call: Call) -> tuple[Value, Entry]:
    def part(name: str) -> Value:
        return select(thunk.force(), (name,), None, thunk.place, call.evaluator)

    return part("name"), Entry(call.later(lambda: part("value"), thunk.place), thunk.place)


@model(2, "genAttrs", strict=(0,))
def _gen_attrs(call: Call) -> Value:
    names = call.list(0)
    entries: dict[str, Entry] = {}
    dynamic: list[DynamicEntry] = []
    for element in names.elements:
        name = element.force()
        entry = Entry(call.applied(call.arguments[1], element), name.place)
        if isinstance(name, StringValue) and name.text is not None:
            entries[name.text] = entry
        else:
            dynamic.append(DynamicEntry(name, entry))
    dynamic.extend(
        DynamicEntry(element.force(), Entry(call.applied(call.arguments[1], element), element.place))
        for element in names.unknowns
    )
    return AttrsValue(entries, tuple(dynamic), (), call.place)


@model(2, "genAttrs'", strict=(0,))
def _gen_attrs_prime(call: Call) -> Value:
    return from_pairs(mapped(call.arguments[1], call.list(0), call), call)


# -- mapping and filtering ------------------------------------------------------------------------------------------


def map_set(attrs: AttrsValue, change: Callable[[Thunk, Thunk], Value], call: Call) -> AttrsValue:
    """A set with the same names, its values changed."""

    def changed(name: Thunk, entry: Entry) -> Entry:
        value = call.later(lambda: change(name, entry.value), entry.value.place)
        return Entry(value, entry.name_place or call.place)

    return AttrsValue(
        {name: changed(text(name), entry) for name, entry in attrs.entries.items()},
        tuple(DynamicEntry(item.name, changed(Known(item.name), item.entry)) for item in named_values(attrs)),
        (),
        call.place,
    )


def _values_in_order(attrs: AttrsValue, call: Call) -> ListValue:
    return ListValue(
        tuple(entry.value for _, entry in sorted(attrs.entries.items())),
        tuple(item.entry.value for item in attrs.dynamic),
        call.place,
    )


@model(2, "mapAttrs", "mapAttrsFlatten", strict=(1,))
def _map_attrs(call: Call) -> Value:
    return map_set(call.attrs(1), lambda name, value: call.apply(call.arguments[0], name, value), call)


@model(2, "mapAttrsToList", strict=(1,))
def _map_attrs_to_list(call: Call) -> Value:
    return _values_in_order(as_set(_map_attrs(call)), call)


@model(2, "mapAttrs'", strict=(1,))
def _map_attrs_prime(call: Call) -> Value:
    return from_pairs(_values_in_order(as_set(_map_attrs(call)), call), call)


@model(2, "concatMapAttrs", strict=(1,))
def _concat_map_attrs(call: Call) -> Value:
    return merge_all(_values_in_order(as_set(_map_attrs(call)), call), call)


@model(1, "mergeAttrsList", strict=(0,))
def _merge_attrs_list(call: Call) -> Value:
    return merge_all(call.list(0), call)


def merge_all(sets: ListValue, call: Call) -> Value:
    """The sets of a list one over the other, the last winning."""
    result: Value = AttrsValue({}, (), (), call.place)
    for element in sets.elements:
        result = update(result, element.force(), call.place, call.evaluator)
    for element in sets.unknowns:
        perhaps = _perhaps_held(as_set(element.force()), call)
        result = update(result, perhaps, call.place, call.evaluator)
    return result


def _perhaps_held(attrs: AttrsValue, call: Call) -> AttrsValue:
    """The attributes of a set that may be among others or not."""
    reason = UnknownValue("a set that may be left out", call.place)
    return AttrsValue({}, (*(_perhaps(name, entry, reason) for name, entry in attrs.entries.items()), *attrs.dynamic),
                      attrs.unknowns, call.place)  # fmt: skip


def _perhaps(name: str, entry: Entry, reason: Value) -> DynamicEntry:
    """An attribute that may be there or not."""
    return DynamicEntry(ChoiceValue(reason, (text(name),), entry.name_place), entry)


@model(2, "mergeAttrs", strict=(0, 1))
def _merge_attrs(call: Call) -> Value:
    return update(call.value(0), call.value(1), call.place, call.evaluator)


@model(2, "overrideExisting", strict=(0, 1))
def _override_existing(call: Call) -> Value:
    old, new = call.value(0), call.value(1)
    if not isinstance(old, AttrsValue) or old.is_open or not isinstance(new, AttrsValue):
        return call.unknown("sets that are not known", new if isinstance(old, AttrsValue) else old)
    return update(old, _within(new, set(old.entries)), call.place, call.evaluator)


def _within(attrs: AttrsValue, names: set[str]) -> AttrsValue:
    """The attributes of a set with these names."""
    entries = {name: entry for name, entry in attrs.entries.items() if name in names}
    return attrs._replace(entries=entries, place=None)


@model(2, "filterAttrs", strict=(1,))
def _filter_attrs(call: Call) -> Value:
    return _filtered(call.attrs(1), call, lambda entry: entry)


@model(2, "filterAttrsRecursive", strict=(1,))
def _filter_attrs_recursive(call: Call) -> Value:
    def within(entry: Entry) -> Entry:
        def compute() -> Value:
            value = entry.value.force()
            if isinstance(value, AttrsValue):
                return _filtered(value, call, within)
            return value if _is_no_set(value) else call.unknown("a set that is not known", value)

        return entry._replace(value=call.later(compute, entry.value.place))

    return _filtered(call.attrs(1), call, within)


def _filtered(attrs: AttrsValue, call: Call, change: Callable[[Entry], Entry]) -> AttrsValue:
    entries: dict[str, Entry] = {}
    dynamic = [DynamicEntry(item.name, change(item.entry)) for item in named_values(attrs)]
    for name, entry in attrs.entries.items():
        verdict = call.apply(call.arguments[0], text(name), entry.value)
        if not isinstance(verdict, BoolValue):
            dynamic.append(_perhaps(name, change(entry), verdict))
        elif verdict.value:
            entries[name] = change(entry)
    return AttrsValue(entries, tuple(dynamic), (), call.place)


def _is_no_set(value: Value) -> bool:
    """Whether a value is certainly not a set."""
    return not isinstance(value, (AttrsValue, *UNSETTLED, *PROPERTIES))


def _is_derivation(attrs: AttrsValue) -> bool | None:
    if "type" not in attrs.entries:
        return None if attrs.is_open else False
    kind = attrs.entries["type"].value.force()
    if isinstance(kind, StringValue) and kind.text is not None:
        return kind.text == "derivation"
    return None if isinstance(kind, (*UNSETTLED, StringValue)) else False


@model(1, "isDerivation", strict=(0,))
def _is_derivation_model(call: Call) -> Value:
    value = call.value(0)
    answer = _is_derivation(value) if isinstance(value, AttrsValue) else False if _is_no_set(value) else None
    return call.unknown("whether it is a derivation", value) if answer is None else BoolValue(answer, call.place)


@model(2, "mapAttrsRecursive", strict=(1,))
def _map_attrs_recursive(call: Call) -> Value:
    return _mapped_recursively(call.attrs(1), (), call, call.arguments[0], lambda _attrs: True)


@model(3, "mapAttrsRecursiveCond", strict=(2,))
def _map_attrs_recursive_cond(call: Call) -> Value:
    def goes_on(attrs: AttrsValue) -> bool | None:
        return call.truth(call.apply(call.arguments[0], Known(attrs)))

    return _mapped_recursively(call.attrs(2), (), call, call.arguments[1], goes_on)


def _mapped_recursively(
    attrs: AttrsValue,
    path: tuple[Thunk, ...],
    call: Call,
    function: Thunk,
    goes_on: Callable[[AttrsValue], bool | None],
) -> AttrsValue:
    def change(name: Thunk, thunk: Thunk) -> Value:
        value, names = thunk.force(), (*path, name)
        if not isinstance(value, AttrsValue) and not _is_no_set(value):
            return call.unknown("a set that is not known", value)
        further = goes_on(value) if isinstance(value, AttrsValue) else False
        if further is None:
            return call.unknown("whether a set is gone into")
        if further and isinstance(value, AttrsValue):
            return _mapped_recursively(value, names, call, function, goes_on)
        return call.apply(function, Known(ListValue(names)), thunk)

    return map_set(attrs, change, call)


@model(2, "collect")
def _collect(call: Call) -> Value:
    def wanted(value: Value) -> bool | None:
        return call.truth(call.apply(call.arguments[0], Known(value)))

    return _collected(call.value(1), wanted, call)


def _collected(value: Value, wanted: Callable[[Value], bool | None], call: Call) -> ListValue:
    verdict = wanted(value)
    if verdict:
        return ListValue((Known(value),), (), call.place)
    if verdict is None and not isinstance(value, AttrsValue):
        return ListValue((), (Known(call.unknown("a value that is not known", value)),), call.place)
    if not isinstance(value, AttrsValue):
        return ListValue((), (), call.place)
    if verdict is None:
        return ListValue((), (Known(UnknownValue("whether a value is collected", call.place)),), call.place)
    parts = [_collected(entry.value.force(), wanted, call) for _, entry in sorted(value.entries.items())]
    further = [_collected(item.entry.value.force(), wanted, call) for item in named_values(value)]
    unknowns = [thunk for part in further for thunk in (*part.elements, *part.unknowns)]
    if value.unknowns:
        unknowns.append(Known(UnknownValue("a value that is not known", call.place)))
    return ListValue(
        tuple(thunk for part in parts for thunk in part.elements),
        (*(thunk for part in parts for thunk in part.unknowns), *unknowns),
        call.place,
    )


@model(3, "foldlAttrs", strict=(2,))
def _foldl_attrs(call: Call) -> Value:
    attrs = call.value(2)
    if not isinstance(attrs, AttrsValue) or attrs.is_open:
        return call.unknown("a fold over a set that is not known", attrs)
    result = call.arguments[1]
    for name, entry in sorted(attrs.entries.items()):
        result = Known(call.apply(call.arguments[0], result, text(name), entry.value))
    return result.force()


@model(3, "foldAttrs", strict=(2,))
def _fold_attrs(call: Call) -> Value:
    sets = _known_sets(call.elements(2))
    if sets is None:
        return call.unknown("a fold over sets that are not known", call.value(2))
    result: dict[str, Thunk] = {}
    for attrs in reversed(sets):
        for name, entry in attrs.entries.items():
            result[name] = call.applied(call.arguments[0], entry.value, result.get(name, call.arguments[1]))
    return set_of(call, list(result.items()))


def _known_sets(elements: tuple[Thunk, ...] | None) -> list[AttrsValue] | None:
    """The sets of a list where all of them are wholly known, but for the values."""
    found = [] if elements is None else [element.force() for element in elements]
    sets = [value for value in found if isinstance(value, AttrsValue) and not value.is_open]
    return sets if elements is not None and len(sets) == len(found) else None


# -- sets together --------------------------------------------------------------------------------------------------


@model(2, "recursiveUpdate", strict=(0, 1))
def _recursive_update(call: Call) -> Value:
    return _merged(call.value(0), call.value(1), (), call, None)


@model(3, "recursiveUpdateUntil", strict=(1, 2))
def _recursive_update_until(call: Call) -> Value:
    return _merged(call.value(1), call.value(2), (), call, call.arguments[0])


def _merged(left: Value, right: Value, path: tuple[Thunk, ...], call: Call, until: Thunk | None) -> Value:
    if isinstance(left, PROPERTIES) or isinstance(right, PROPERTIES):
        return _merged_property(left, right, path, call, until)
    if not isinstance(right, AttrsValue):
        return update(left, right, call.place, call.evaluator)
    left = as_set(left)
    entries = perhaps_replaced(left.entries, _only_open(right))
    for name, entry in right.entries.items():
        if name in left.entries:
            entries[name] = _merged_entry(left.entries[name], entry, (*path, text(name)), call, until)
        elif left.is_open:
            former = select(left, (name,), Known(_NOTHING), call.place, call.evaluator)
            below = (*path, text(name))
            entries[name] = (
                entry if former is _NOTHING else _merged_entry(Entry(Known(former)), entry, below, call, until)
            )
        else:
            entries[name] = entry
    return AttrsValue(
        entries, (*left.dynamic, *right.dynamic), (*left.unknowns, *right.unknowns), None if entries else call.place
    )


_NOTHING = UnknownValue("nothing")


def _only_open(attrs: AttrsValue) -> AttrsValue:
    return AttrsValue({}, attrs.dynamic, attrs.unknowns, None)


def _merged_entry(left: Entry, right: Entry, path: tuple[Thunk, ...], call: Call, until: Thunk | None) -> Entry:
    def compute() -> Value:
        one, other = left.value.force(), right.value.force()
        if until is not None:
            ends = call.apply(until, Known(ListValue(path)), left.value, right.value)
            if not isinstance(ends, BoolValue):
                return call.unknown("whether sets are merged", ends)
            if ends.value:
                return other
        if _is_no_set(one) or _is_no_set(other):
            return other
        if isinstance(other, (AttrsValue, *PROPERTIES)):
            return _merged(one, other, path, call, until)
        return call.unknown("sets that are not known", other)

    return Entry(call.later(compute, right.name_place), right.name_place)


def _merged_property(left: Value, right: Value, path: tuple[Thunk, ...], call: Call, until: Thunk | None) -> Value:
    """What becomes of ``mkIf`` and the like, which are sets for the language: their attributes are merged."""
    match left, right:
        case AttrsValue(unknowns=()), _ if ATTRIBUTES.isdisjoint(left.entries):
            # Whatever a name that is not known turns out to be: the property stays what it is.
            return right
        case _, AttrsValue(is_open=False) if ATTRIBUTES.isdisjoint(right.entries):
            return left
        case _, (AttrsValue() | ConditionalValue() | MergeValue() | OverrideValue() | OrderValue()):
            return as_property(_merged(as_set(left), as_set(right), path, call, until))
        case _:
            return call.unknown("sets that are not known", right)


@model(2, "zipAttrsWith", strict=(1,))
def _zip_attrs_with(call: Call) -> Value:
    return _zipped(call.elements(1), None, call.arguments[0], call)


@model(3, "zipAttrsWithNames", strict=(0, 2))
def _zip_attrs_with_names(call: Call) -> Value:
    elements = call.elements(0)
    names = [] if elements is None else [element.force() for element in elements]
    texts = [name.text for name in names if isinstance(name, StringValue) and name.text is not None]
    if elements is None or len(texts) < len(names):
        return call.unknown("names that are not known", call.value(0))
    return _zipped(call.elements(2), texts, call.arguments[1], call)


@model(1, "zipAttrs", strict=(0,))
def _zip_attrs(call: Call) -> Value:
    return _zipped(call.elements(0), None, None, call)


def _zipped(elements: tuple[Thunk, ...] | None, names: list[str] | None, function: Thunk | None, call: Call) -> Value:
    sets = _known_sets(elements)
    if sets is None:
        return call.unknown("sets that are not known")
    wanted = names if names is not None else sorted({name for attrs in sets for name in attrs.entries})

    def values(name: str) -> Thunk:
        found = Known(ListValue(tuple(attrs.entries[name].value for attrs in sets if name in attrs.entries)))
        return found if function is None else call.applied(function, text(name), found)

    return set_of(call, [(name, values(name)) for name in wanted])


@model(2, "intersectAttrs", strict=(0, 1))
def _intersect_attrs(call: Call) -> Value:
    left, right = call.attrs(0), call.attrs(1)
    entries = {name: entry for name, entry in right.entries.items() if name in left.entries}
    dynamic = list(right.dynamic)
    for name, entry in right.entries.items():
        if name not in left.entries:
            reason = next(iter(left.unknowns), None) or next(
                (item.name for item in left.dynamic if may_be(item.name, name)), None
            )
            dynamic.extend(() if reason is None else (_perhaps(name, entry, reason),))
    return AttrsValue(entries, tuple(dynamic), right.unknowns, None)


@model(2, "removeAttrs", strict=(0, 1))
def _remove_attrs(call: Call) -> Value:
    attrs, names = call.attrs(0), call.list(1)
    removed = [element.force() for element in names.elements]
    perhaps = [element.force() for element in names.unknowns]
    texts = {name.text for name in removed if isinstance(name, StringValue) and name.text is not None}
    perhaps.extend(name for name in removed if not (isinstance(name, StringValue) and name.text is not None))
    entries: dict[str, Entry] = {}
    dynamic = list(attrs.dynamic)
    for name, entry in attrs.entries.items():
        doubt = next((item for item in perhaps if may_be(item, name)), None)
        if name in texts:
            continue
        if doubt is None:
            entries[name] = entry
        else:
            dynamic.append(_perhaps(name, entry, doubt))
    return AttrsValue(entries, tuple(dynamic), attrs.unknowns, attrs.place)


@model(2, "getAttrs", strict=(0, 1))
def _get_attrs(call: Call) -> Value:
    names = _names(call.elements(0))
    if names is None:
        return call.unknown("names that are not known", call.value(0))
    return set_of(call, [(name, _attribute(call.arguments[1], name, call)) for name in names])


@model(2, "attrVals", strict=(0, 1))
def _attr_vals(call: Call) -> Value:
    names = _names(call.elements(0))
    if names is None:
        return call.unknown("names that are not known", call.value(0))
    return ListValue(tuple(_attribute(call.arguments[1], name, call) for name in names), (), call.place)


def _attribute(subject: Thunk, name: str, call: Call) -> Thunk:
    return call.later(lambda: select(subject.force(), (name,), None, call.place, call.evaluator))


def _names(elements: tuple[Thunk, ...] | None) -> list[str] | None:
    """The texts of a list of names where all of them are known."""
    values = [] if elements is None else [element.force() for element in elements]
    texts = [value.text for value in values if isinstance(value, StringValue) and value.text is not None]
    return texts if elements is not None and len(texts) == len(values) else None


@model(2, "catAttrs", strict=(0, 1))
def _cat_attrs(call: Call) -> Value:
    name, listed = call.text(0), call.list(1)
    if name is None:
        return call.unknown("a name that is not known", call.value(0))
    elements: list[Thunk] = []
    unknowns: list[Thunk] = []
    for element, certain in (*((item, True) for item in listed.elements), *((item, False) for item in listed.unknowns)):
        there = has(element.force(), (name,), call.place, call.evaluator)
        value = _attribute(element, name, call)
        if there == BoolValue(True, call.place) and certain:
            elements.append(value)
        elif not isinstance(there, BoolValue) or there.value:
            unknowns.append(value)
    return ListValue(tuple(elements), tuple(unknowns), call.place)


@model(1, "cartesianProduct", "cartesianProductOfSets", strict=(0,))
def _cartesian_product(call: Call) -> Value:
    sets = _products(call.value(0))
    if sets is None:
        return call.unknown("a product of lists that are not known", call.value(0))
    return ListValue(tuple(Known(set_of(call, pairs)) for pairs in sets), (), call.place)


@model(2, "mapCartesianProduct", strict=(1,))
def _map_cartesian_product(call: Call) -> Value:
    sets = _products(call.value(1))
    if sets is None:
        return call.unknown("a product of lists that are not known", call.value(1))
    made = [Known(set_of(call, pairs)) for pairs in sets]
    return ListValue(tuple(call.applied(call.arguments[0], thunk) for thunk in made), (), call.place)


def _products(value: Value) -> list[list[tuple[str, Thunk]]] | None:
    if not isinstance(value, AttrsValue) or value.is_open:
        return None
    names = sorted(value.entries)
    lists: list[tuple[Thunk, ...]] = []
    count = 1
    for name in names:
        found = value.entries[name].value.force()
        if not isinstance(found, ListValue) or found.unknowns:
            return None
        lists.append(found.elements)
        count *= len(found.elements)
    if count > MAX_ELEMENTS:
        return None
    return [list(zip(names, values, strict=True)) for values in product(*lists)]


# -- paths ----------------------------------------------------------------------------------------------------------


@model(2, "hasAttr", strict=(0, 1))
def _has_attr(call: Call) -> Value:
    return has(call.value(1), (call.text(0),), call.place, call.evaluator)


@model(2, "getAttr", strict=(0, 1))
def _get_attr(call: Call) -> Value:
    return select(call.value(1), (call.text(0),), None, call.place, call.evaluator)


def _path(value: Value) -> list[str | None]:
    """The names of an attribute path, ``None`` for one that is not known, as far as the path goes."""
    listed = as_list(value)
    names = [element.force() for element in listed.elements]
    return [name.text if isinstance(name, StringValue) else None for name in names]


@model(2, "getAttrFromPath", strict=(0, 1))
def _get_attr_from_path(call: Call) -> Value:
    if call.elements(0) is None:
        return call.unknown("an attribute path that is not known", call.value(0))
    return select(call.value(1), _path(call.value(0)), None, call.place, call.evaluator)


@model(3, "attrByPath", strict=(0, 2))
def _attr_by_path(call: Call) -> Value:
    if call.elements(0) is None:
        return call.unknown("an attribute path that is not known", call.value(0))
    return select(call.value(2), _path(call.value(0)), call.arguments[1], call.place, call.evaluator)


@model(2, "hasAttrByPath", strict=(0, 1))
def _has_attr_by_path(call: Call) -> Value:
    if call.elements(0) is None:
        return call.unknown("an attribute path that is not known", call.value(0))
    return has(call.value(1), _path(call.value(0)), call.place, call.evaluator)


@model(2, "setAttrByPath", strict=(0,))
def _set_attr_by_path(call: Call) -> Value:
    elements = call.elements(0)
    if elements is None:
        return call.unknown("an attribute path that is not known", call.value(0))
    value = call.arguments[1]
    for element in reversed(elements):
        name = element.force()
        if not isinstance(name, StringValue) or name.text is None:
            value = Known(AttrsValue({}, (DynamicEntry(name, Entry(value, name.place)),), (), call.place))
        else:
            value = Known(AttrsValue({name.text: Entry(value, name.place)}, (), (), call.place))
    return value.force()


@model(2, "optionalAttrs", strict=(0,))
def _optional_attrs(call: Call) -> Value:
    nothing = AttrsValue({}, (), (), call.place)
    condition = call.value(0)
    if isinstance(condition, BoolValue):
        return call.value(1) if condition.value else nothing
    return call.either(condition, call.arguments[1], Known(nothing))


@model(1, "recurseIntoAttrs", strict=(0,))
def _recurse_into_attrs(call: Call) -> Value:
    mark = set_of(call, [("recurseForDerivations", Known(BoolValue(True)))])
    return update(call.value(0), mark, call.place, call.evaluator)


@model(2, "matchAttrs", strict=(0, 1))
def _match_attrs(call: Call) -> Value:
    answer = _matches(call.value(0), call.value(1))
    return call.unknown("whether a set matches") if answer is None else BoolValue(answer, call.place)


@nested(None)
def _matches(pattern: Value, attrs: Value) -> bool | None:
    if not isinstance(pattern, AttrsValue) or not isinstance(attrs, AttrsValue) or pattern.is_open or attrs.is_open:
        return None
    answers: list[bool | None] = []
    for name, entry in pattern.entries.items():
        wanted = entry.value.force()
        if name not in attrs.entries:
            return False
        found = attrs.entries[name].value.force()
        both = isinstance(wanted, AttrsValue) and isinstance(found, AttrsValue)
        answers.append(_matches(wanted, found) if both else equality(wanted, found))
    return False if False in answers else None if None in answers else True
