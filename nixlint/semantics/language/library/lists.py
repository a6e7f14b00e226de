"""Models of functions on lists (nixpkgs, ``lib/lists.nix``, and the builtins of the same kind)."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from functools import cmp_to_key
from itertools import islice, product

from nixlint.semantics.language.budget import METER, nested
from nixlint.semantics.language.operators import MAX_ELEMENTS, as_list, concatenation, equality, less_than
from nixlint.semantics.language.values import (
    UNSETTLED,
    AttrsValue,
    BoolValue,
    ChoiceValue,
    DynamicEntry,
    Entry,
    IntValue,
    Known,
    ListValue,
    StringValue,
    Thunk,
    Value,
    is_error,
    member_of,
)

from .registry import Call, model

_MOST_CHOICES = 8


def mapped(function: Thunk, listed: ListValue, call: Call) -> ListValue:
    """A list with a function applied to each element."""
    return ListValue(
        tuple(call.applied(function, element) for element in listed.elements),
        tuple(call.applied(function, element) for element in listed.unknowns),
        call.place,
    )


def concatenated(value: Value, call: Call) -> Value:
    """The lists of a list one after the other."""
    listed = as_list(value, call.place)
    elements: list[Thunk] = []
    unknowns: list[Thunk] = []
    for thunk in listed.elements:
        inner = as_list(thunk.force(), call.place)
        elements.extend(inner.elements)
        unknowns.extend(inner.unknowns)
    for thunk in listed.unknowns:
        inner = as_list(thunk.force(), call.place)
        unknowns.extend((*inner.elements, *inner.unknowns))
    if len(elements) + len(unknowns) > MAX_ELEMENTS:
        return call.unknown("a list that is too long to work out")
    return ListValue(tuple(elements), tuple(unknowns), call.place)


def _list_of(call: Call, elements: Iterable[Thunk]) -> ListValue:
    return ListValue(tuple(elements), (), call.place)


def _not_known(call: Call, index: int) -> Value:
    return call.unknown("a list that is not known", call.value(index))


# -- mapping and filtering ------------------------------------------------------------------------------------------


@model(2, "map", strict=(1,))
def _map(call: Call) -> Value:
    return mapped(call.arguments[0], call.list(1), call)


@model(2, "forEach", strict=(0,))
def _for_each(call: Call) -> Value:
    return mapped(call.arguments[1], call.list(0), call)


@model(2, "concatMap", strict=(1,))
def _concat_map(call: Call) -> Value:
    return concatenated(mapped(call.arguments[0], call.list(1), call), call)


@model(1, "concatLists", strict=(0,))
def _concat_lists(call: Call) -> Value:
    return concatenated(call.value(0), call)


@model(2, "concat", strict=(0, 1))
def _concat(call: Call) -> Value:
    return concatenation(call.value(0), call.value(1), call.place)


def _with_index(call: Call, start: int) -> Value:
    elements = call.elements(1)
    if elements is None:
        return _not_known(call, 1)
    function = call.arguments[0]
    return _list_of(
        call,
        (call.applied(function, Known(IntValue(index)), element) for index, element in enumerate(elements, start)),
    )


@model(2, "imap0", strict=(1,))
def _imap0(call: Call) -> Value:
    return _with_index(call, 0)


@model(2, "imap1", "imap", strict=(1,))
def _imap1(call: Call) -> Value:
    return _with_index(call, 1)


@model(1, "flatten")
def _flatten(call: Call) -> Value:
    elements: list[Thunk] = []
    unknowns: list[Thunk] = []
    if not _flattened(call.arguments[0], elements, unknowns):
        return call.unknown("a list that is too long to work out")
    return ListValue(tuple(elements), tuple(unknowns), call.place)


@nested(False)
def _flattened(thunk: Thunk, elements: list[Thunk], unknowns: list[Thunk]) -> bool:
    value = thunk.force()
    if isinstance(value, ListValue):
        inner = all(_flattened(element, elements, unknowns) for element in value.elements)
        return inner and all(_flattened(element, unknowns, unknowns) for element in value.unknowns)
    if isinstance(value, ChoiceValue) and _may_be_list(value):
        # The elements of such a list are elements here, each under the condition of the list.
        return all(_flattened(element, unknowns, unknowns) for element in as_list(value).unknowns)
    # What is not known may be a list of any length.
    (unknowns if isinstance(value, UNSETTLED) else elements).append(thunk)
    return len(elements) + len(unknowns) <= MAX_ELEMENTS


def _may_be_list(value: Value, depth: int = 0) -> bool:
    """Whether one of several possible values is a list; many choices deep nobody looks."""
    while isinstance(value, ChoiceValue) and len(value.alternatives) == 1:
        value = value.alternatives[0].force()
    match value:
        case ListValue():
            return True
        case ChoiceValue():
            return depth > _MOST_CHOICES or any(_may_be_list(each.force(), depth + 1) for each in value.alternatives)
        case _:
            return False


@model(2, "filter", strict=(1,))
def _filter(call: Call) -> Value:
    return _kept(call, lambda element: call.truth(call.apply(call.arguments[0], element)), call.list(1))


def _kept(call: Call, wanted: Callable[[Thunk], bool | None], listed: ListValue) -> ListValue:
    elements: list[Thunk] = []
    unknowns: list[Thunk] = []
    for element in listed.elements:
        verdict = wanted(element)
        if verdict is None:
            unknowns.append(element)
        elif verdict:
            elements.append(element)
    unknowns.extend(element for element in listed.unknowns if wanted(element) is not False)
    return ListValue(tuple(elements), tuple(unknowns), call.place)


@model(2, "ifilter0", strict=(1,))
def _ifilter0(call: Call) -> Value:
    elements = call.elements(1)
    if elements is None:
        return _not_known(call, 1)
    index_of = {id(element): Known(IntValue(index)) for index, element in enumerate(elements)}
    if len(index_of) < len(elements):
        return call.unknown("a list with one element twice")

    def wanted(element: Thunk) -> bool | None:
        return call.truth(call.apply(call.arguments[0], index_of[id(element)], element))

    return _kept(call, wanted, call.list(1))


@model(2, "remove", strict=(1,))
def _remove(call: Call) -> Value:
    def stays(element: Thunk) -> bool | None:
        equal = equality(element.force(), call.value(0))
        return None if equal is None else not equal

    return _kept(call, stays, call.list(1))


@model(2, "subtractLists", strict=(0, 1))
def _subtract_lists(call: Call) -> Value:
    def stays(element: Thunk) -> bool | None:
        answer = _is_among(element.force(), call.list(0))
        return None if answer is None else not answer

    return _kept(call, stays, call.list(1))


@model(2, "intersectLists", strict=(0, 1))
def _intersect_lists(call: Call) -> Value:
    return _kept(call, lambda element: _is_among(element.force(), call.list(0)), call.list(1))


@model(2, "mutuallyExclusive", strict=(0, 1))
def _mutually_exclusive(call: Call) -> Value:
    left, right = call.list(0), call.list(1)
    answers = [_is_among(element.force(), right) for element in left.elements]
    if True in answers:
        return BoolValue(False, call.place)
    if None in answers or left.unknowns:
        return _not_known(call, 0 if left.unknowns else 1)
    return BoolValue(True, call.place)


@model(2, "partition", strict=(1,))
def _partition(call: Call) -> Value:
    listed = call.list(1)
    verdicts = {id(element): call.truth(call.apply(call.arguments[0], element)) for element in listed.elements}

    def right(element: Thunk) -> bool | None:
        return verdicts.get(id(element))

    def wrong(element: Thunk) -> bool | None:
        verdict = verdicts.get(id(element))
        return None if verdict is None else not verdict

    parts = {"right": _kept(call, right, listed), "wrong": _kept(call, wrong, listed)}
    return AttrsValue({name: Entry(Known(part), call.place) for name, part in parts.items()}, (), (), call.place)


# -- questions ------------------------------------------------------------------------------------------------------


def _is_among(value: Value, listed: ListValue) -> bool | None:
    answers = _comparisons(value, listed.elements)
    if True in answers:
        return True
    further = _comparisons(value, listed.unknowns)
    return None if None in answers or any(answer is not False for answer in further) else False


def _comparisons(value: Value, others: Iterable[Thunk]) -> list[bool | None]:
    """Whether a value equals each of others, up to the first that it equals.

    Where there is no work left to be done, the rest is one unknown answer: else a function that compares each with each
    takes the square of their number to come to nothing.
    """
    answers: list[bool | None] = []
    for other in others:
        answers.append(equality(value, other.force()))
        if answers[-1] is True:
            break
        if METER.budget.is_spent:
            answers.append(None)
            break
    return answers


@model(2, "elem", strict=(1,))
def _elem(call: Call) -> Value:
    answer = _is_among(call.value(0), call.list(1))
    if answer is not None:
        return BoolValue(answer, call.place)
    unknown = call.value(1) if call.elements(1) is None else call.value(0)
    return call.unknown("a comparison with a value that is not known", unknown)


def _verdicts(call: Call) -> tuple[list[bool | None], bool]:
    listed = call.list(1)
    return [call.truth(call.apply(call.arguments[0], element)) for element in listed.elements], bool(listed.unknowns)


@model(2, "any", strict=(1,))
def _any(call: Call) -> Value:
    verdicts, is_open = _verdicts(call)
    if True in verdicts:
        return BoolValue(True, call.place)
    return _not_known(call, 1) if is_open or None in verdicts else BoolValue(False, call.place)


@model(2, "all", strict=(1,))
def _all(call: Call) -> Value:
    verdicts, is_open = _verdicts(call)
    if False in verdicts:
        return BoolValue(False, call.place)
    return _not_known(call, 1) if is_open or None in verdicts else BoolValue(True, call.place)


@model(2, "count", strict=(1,))
def _count(call: Call) -> Value:
    verdicts, is_open = _verdicts(call)
    return _not_known(call, 1) if is_open or None in verdicts else IntValue(verdicts.count(True), call.place)


@model(3, "findFirst", strict=(2,))
def _find_first(call: Call) -> Value:
    return _first(call, lambda _index, element: element.force())


@model(3, "findFirstIndex", strict=(2,))
def _find_first_index(call: Call) -> Value:
    return _first(call, lambda index, _element: IntValue(index, call.place))


def _first(call: Call, found: Callable[[int, Thunk], Value]) -> Value:
    elements = call.elements(2)
    if elements is None:
        return _not_known(call, 2)
    for index, element in enumerate(elements):
        verdict = call.apply(call.arguments[0], element)
        if not isinstance(verdict, BoolValue):
            return call.unknown("whether an element is the one sought", verdict)
        if verdict.value:
            return found(index, element)
    return call.value(1)


@model(4, "findSingle", strict=(3,))
def _find_single(call: Call) -> Value:
    listed = _kept(call, lambda element: call.truth(call.apply(call.arguments[0], element)), call.list(3))
    if listed.unknowns:
        return _not_known(call, 3)
    if len(listed.elements) == 1:
        return listed.elements[0].force()
    return call.value(2 if listed.elements else 1)


@model(1, "length", strict=(0,))
def _length(call: Call) -> Value:
    elements = call.elements(0)
    return _not_known(call, 0) if elements is None else IntValue(len(elements), call.place)


# -- parts ----------------------------------------------------------------------------------------------------------


@model(1, "head", strict=(0,))
def _head(call: Call) -> Value:
    elements = call.elements(0)
    return elements[0].force() if elements else _not_known(call, 0)


@model(1, "last", strict=(0,))
def _last(call: Call) -> Value:
    elements = call.elements(0)
    return elements[-1].force() if elements else _not_known(call, 0)


@model(1, "tail", strict=(0,))
def _tail(call: Call) -> Value:
    elements = call.elements(0)
    return _list_of(call, elements[1:]) if elements else _part(call, 0)


@model(1, "init", strict=(0,))
def _init(call: Call) -> Value:
    elements = call.elements(0)
    return _list_of(call, elements[:-1]) if elements else _part(call, 0)


def _part(call: Call, index: int) -> Value:
    """Any part of a list that is not wholly known."""
    listed = call.list(index)
    return ListValue((), (*listed.elements, *listed.unknowns), call.place)


@model(2, "elemAt", strict=(0, 1))
def _elem_at(call: Call) -> Value:
    elements, index = call.elements(0), call.integer(1)
    if elements is None or index is None:
        return _not_known(call, 0 if elements is None else 1)
    return elements[index].force() if 0 <= index < len(elements) else call.unknown("an element past a list's end")


def _cut(call: Call, cut: Callable[[int, int], slice]) -> Value:
    count, elements = call.integer(0), call.elements(1)
    if count is None or elements is None:
        return _part(call, 1)
    return _list_of(call, elements[cut(count, len(elements))])


@model(2, "take", strict=(0, 1))
def _take(call: Call) -> Value:
    return _cut(call, lambda count, _length: slice(0, max(count, 0)))


@model(2, "drop", strict=(0, 1))
def _drop(call: Call) -> Value:
    return _cut(call, lambda count, _length: slice(max(count, 0), None))


@model(2, "takeEnd", strict=(0, 1))
def _take_end(call: Call) -> Value:
    return _cut(call, lambda count, length: slice(max(length - max(count, 0), 0), None))


@model(2, "dropEnd", strict=(0, 1))
def _drop_end(call: Call) -> Value:
    return _cut(call, lambda count, length: slice(0, max(length - max(count, 0), 0)))


@model(3, "sublist", strict=(0, 1, 2))
def _sublist(call: Call) -> Value:
    start, count, elements = call.integer(0), call.integer(1), call.elements(2)
    if start is None or count is None or elements is None or start < 0:
        return _part(call, 2)
    return _list_of(call, elements[start : start + max(count, 0)])


@model(1, "reverseList", strict=(0,))
def _reverse_list(call: Call) -> Value:
    listed = call.list(0)
    return ListValue(listed.elements[::-1], listed.unknowns, call.place)


@model(3, "replaceElemAt", strict=(0, 1))
def _replace_elem_at(call: Call) -> Value:
    elements, index = call.elements(0), call.integer(1)
    if elements is None or index is None or not 0 <= index < len(elements):
        return _not_known(call, 0)
    return _list_of(call, (*elements[:index], call.arguments[2], *elements[index + 1 :]))


# -- folds ----------------------------------------------------------------------------------------------------------


@model(3, "foldl'", strict=(2,))
def _strict_fold_left(call: Call) -> Value:
    function = call.value(0)
    if is_error(function):
        return function
    return _folded_left(call, each_is_needed=True)


@model(3, "foldl", strict=(2,))
def _fold_left(call: Call) -> Value:
    return _folded_left(call, each_is_needed=False)


def _folded_left(call: Call, each_is_needed: bool) -> Value:
    elements = call.elements(2)
    if elements is None:
        return _folded_over_unknown(call, lambda result, element: call.apply(call.arguments[0], result, element))
    result = call.arguments[1]
    for element in elements:
        found = call.apply(call.arguments[0], result, element)
        if each_is_needed and is_error(found):
            return found
        result = Known(found)
    return result.force()


@model(3, "foldr", "fold", strict=(2,))
def _fold_right(call: Call) -> Value:
    elements = call.elements(2)
    if elements is None:
        return _folded_over_unknown(call, lambda result, element: call.apply(call.arguments[0], element, result))
    result = call.arguments[1]
    for element in reversed(elements):
        result = Known(call.apply(call.arguments[0], element, result))
    return result.force()


def _folded_over_unknown(call: Call, step: Callable[[Thunk, Thunk], Value]) -> Value:
    """A fold over a list that is not known: where it gathers attributes from nothing, any number of those of a step."""
    reason = call.unknown("a fold over a list that is not known", call.value(2))
    nothing = call.value(1)
    if not isinstance(nothing, AttrsValue) or nothing.entries or nothing.is_open:
        return reason
    once = step(Known(nothing), Known(member_of(call.value(2), "an element of a list that is not known", call.place)))
    if not isinstance(once, AttrsValue):
        return reason
    made = [DynamicEntry(reason, entry) for entry in once.entries.values()]
    return AttrsValue({}, (*made, *once.dynamic), (reason, *once.unknowns), call.place)


@model(2, "groupBy", strict=(1,))
def _group_by(call: Call) -> Value:
    groups = _groups(call, 0, 1)
    if groups is None:
        return call.unknown("groups whose names are not known", call.value(1))
    return AttrsValue(
        {name: Entry(Known(_list_of(call, found)), call.place) for name, found in groups.items()}, (), (), call.place
    )


@model(4, "groupBy'", strict=(3,))
def _group_by_prime(call: Call) -> Value:
    groups = _groups(call, 2, 3)
    if groups is None:
        return call.unknown("groups whose names are not known", call.value(3))

    def folded(group: list[Thunk]) -> Value:
        result = call.arguments[1]
        for element in group:
            result = Known(call.apply(call.arguments[0], result, element))
        return result.force()

    entries = {name: Entry(call.later(lambda group=group: folded(group))) for name, group in groups.items()}  # type: ignore[misc]  # late binding
    return AttrsValue(entries, (), (), call.place)


def _groups(call: Call, function: int, index: int) -> dict[str, list[Thunk]] | None:
    elements = call.elements(index)
    groups: dict[str, list[Thunk]] = {}
    for element in elements or ():
        name = call.apply(call.arguments[function], element)
        if not isinstance(name, StringValue) or name.text is None:
            return None
        groups.setdefault(name.text, []).append(element)
    return None if elements is None else groups


# -- making lists ---------------------------------------------------------------------------------------------------


@model(2, "range", strict=(0, 1))
def _range(call: Call) -> Value:
    first, last = call.integer(0), call.integer(1)
    if first is None or last is None:
        return call.unknown("a range that is not known", call.value(0 if first is None else 1))
    if last - first >= MAX_ELEMENTS:
        return call.unknown("a list that is too long to work out")
    return _list_of(call, (Known(IntValue(number, call.place)) for number in range(first, last + 1)))


def _generated(call: Call, count: int | None, make: Callable[[int], Thunk], index: int) -> Value:
    if count is None:
        return call.unknown("a length that is not known", call.value(index))
    if count > MAX_ELEMENTS or count < 0:
        return call.unknown("a list that is too long to work out")
    return _list_of(call, (make(number) for number in range(count)))


@model(2, "genList", strict=(1,))
def _gen_list(call: Call) -> Value:
    function = call.arguments[0]
    return _generated(call, call.integer(1), lambda number: call.applied(function, Known(IntValue(number))), 1)


@model(2, "replicate", strict=(0,))
def _replicate(call: Call) -> Value:
    return _generated(call, call.integer(0), lambda _number: call.arguments[1], 0)


@model(1, "singleton")
def _singleton(call: Call) -> Value:
    return _list_of(call, call.arguments)


@model(1, "toList", strict=(0,))
def _to_list(call: Call) -> Value:
    value = call.value(0)
    if isinstance(value, ListValue):
        return value
    return (
        call.unknown("whether it is a list", value) if isinstance(value, UNSETTLED) else _list_of(call, call.arguments)
    )


@model(2, "optional", strict=(0,))
def _optional(call: Call) -> Value:
    return _given_if(call, Known(_list_of(call, call.arguments[1:])))


@model(2, "optionals", strict=(0,))
def _optionals(call: Call) -> Value:
    return _given_if(call, call.arguments[1])


def _given_if(call: Call, given: Thunk) -> Value:
    condition = call.value(0)
    if isinstance(condition, BoolValue):
        return given.force() if condition.value else _list_of(call, ())
    return call.either(condition, given, Known(_list_of(call, ())))


# -- order ----------------------------------------------------------------------------------------------------------


_MOST_DIGITS = 1_000
"""Python takes no numbers of more than some thousand digits."""


class _NotComparable(Exception):
    """Raised where two elements cannot be put in order."""


@model(2, "sort", strict=(1,))
def _sort(call: Call) -> Value:
    def before(one: Thunk, other: Thunk) -> int:
        for left, right, order in ((one, other, -1), (other, one, 1)):
            verdict = call.apply(call.arguments[0], left, right)
            if not isinstance(verdict, BoolValue):
                raise _NotComparable
            if verdict.value:
                return order
        return 0

    return _sorted(call, lambda elements: sorted(elements, key=cmp_to_key(before)))


@model(2, "sortOn", strict=(1,))
def _sort_on(call: Call) -> Value:
    def keyed(elements: tuple[Thunk, ...]) -> list[Thunk]:
        keys = {id(element): call.apply(call.arguments[0], element) for element in elements}
        return sorted(elements, key=cmp_to_key(lambda one, other: _order(keys[id(one)], keys[id(other)])))

    return _sorted(call, keyed)


@model(1, "naturalSort", strict=(0,))
def _natural_sort(call: Call) -> Value:
    def key(thunk: Thunk) -> list[str | int]:
        value = thunk.force()
        if not isinstance(value, StringValue) or value.text is None or not value.text.isascii():
            raise _NotComparable
        # Texts and numbers in turn, so that each is compared with its like.
        parts = re.split("(0|[1-9][0-9]*)", value.text)
        if any(len(part) > _MOST_DIGITS for part in parts[1::2]):
            raise _NotComparable
        return [int(part) if index % 2 else part for index, part in enumerate(parts)]

    return _sorted(call, lambda elements: sorted(elements, key=key), 0)


def _sorted(call: Call, order: Callable[[tuple[Thunk, ...]], list[Thunk]], index: int = 1) -> Value:
    listed = call.list(index)
    try:
        ordered = order(listed.elements)
    except _NotComparable:
        return ListValue((), (*listed.elements, *listed.unknowns), call.place)
    return ListValue(tuple(ordered), listed.unknowns, call.place)


def _order(left: Value, right: Value) -> int:
    less, more = less_than(left, right), less_than(right, left)
    if less is None or more is None:
        raise _NotComparable
    return -1 if less else int(more)


@model(3, "compareLists", strict=(1, 2))
def _compare_lists(call: Call) -> Value:
    left, right = call.elements(1), call.elements(2)
    if left is None or right is None:
        return _not_known(call, 1 if left is None else 2)
    for one, other in zip(left, right, strict=False):
        verdict = call.apply(call.arguments[0], one, other)
        if not isinstance(verdict, IntValue) or verdict.value != 0:
            return verdict
    return IntValue((len(left) > len(right)) - (len(left) < len(right)), call.place)


@model(1, "unique", "uniqueStrings", strict=(0,))
def _unique(call: Call) -> Value:
    listed = call.list(0)
    elements: list[Thunk] = []
    unknowns = list(listed.unknowns)
    for element in listed.elements:
        value = element.force()
        answers = _comparisons(value, elements)
        if True in answers:
            continue
        # Beside one that may be the same, which of the two stays, and where, is not known.
        doubtful = None in answers or any(answer is not False for answer in _comparisons(value, unknowns))
        (unknowns if doubtful else elements).append(element)
    return ListValue(tuple(elements), tuple(unknowns), call.place)


@model(1, "allUnique", strict=(0,))
def _all_unique(call: Call) -> Value:
    listed = call.list(0)
    answers = [
        answer
        for index, one in enumerate(listed.elements)
        for answer in _comparisons(one.force(), islice(listed.elements, index))
    ]
    if True in answers:
        return BoolValue(False, call.place)
    return _not_known(call, 0) if None in answers or listed.unknowns else BoolValue(True, call.place)


# -- lists side by side ---------------------------------------------------------------------------------------------


@model(3, "zipListsWith", strict=(1, 2))
def _zip_lists_with(call: Call) -> Value:
    left, right = call.elements(1), call.elements(2)
    if left is None or right is None:
        return _not_known(call, 1 if left is None else 2)
    return _list_of(call, (call.applied(call.arguments[0], *pair) for pair in zip(left, right, strict=False)))


@model(2, "zipLists", strict=(0, 1))
def _zip_lists(call: Call) -> Value:
    left, right = call.elements(0), call.elements(1)
    if left is None or right is None:
        return _not_known(call, 0 if left is None else 1)
    pairs = zip(left, right, strict=False)
    return _list_of(
        call,
        (Known(AttrsValue({"fst": Entry(one), "snd": Entry(other)}, (), (), call.place)) for one, other in pairs),
    )


@model(2, "crossLists", strict=(1,))
def _cross_lists(call: Call) -> Value:
    elements = call.elements(1)
    lists = None if elements is None else [as_list(element.force()) for element in elements]
    if lists is None or any(listed.unknowns for listed in lists):
        return _not_known(call, 1)
    count = 1
    for listed in lists:
        count *= len(listed.elements)
    if count > MAX_ELEMENTS:
        return call.unknown("a list that is too long to work out")
    return _list_of(
        call, (call.applied(call.arguments[0], *row) for row in product(*(listed.elements for listed in lists)))
    )


@model(2, "lists.hasPrefix", strict=(0, 1))
def _has_prefix(call: Call) -> Value:
    prefix, listed = call.elements(0), call.elements(1)
    if prefix is None or listed is None:
        return _not_known(call, 0 if prefix is None else 1)
    answer = equality(_list_of(call, prefix), _list_of(call, listed[: len(prefix)]))
    return (
        call.unknown("a comparison with a value that is not known") if answer is None else BoolValue(answer, call.place)
    )


@model(2, "lists.removePrefix", strict=(0, 1))
def _remove_prefix(call: Call) -> Value:
    prefix, listed = call.elements(0), call.elements(1)
    if prefix is None or listed is None or _has_prefix(call) != BoolValue(True, call.place):
        return _not_known(call, 0 if prefix is None else 1)
    return _list_of(call, listed[len(prefix) :])


@model(2, "lists.commonPrefix", strict=(0, 1))
def _common_prefix(call: Call) -> Value:
    left, right = call.elements(0), call.elements(1)
    if left is None or right is None:
        return _not_known(call, 0 if left is None else 1)
    shared: list[Thunk] = []
    for one, other in zip(left, right, strict=False):
        equal = equality(one.force(), other.force())
        if equal is None:
            return call.unknown("a comparison with a value that is not known")
        if not equal:
            break
        shared.append(one)
    return _list_of(call, shared)


@model(1, "genericClosure", strict=(0,))
def _generic_closure(call: Call) -> Value:
    attrs = call.value(0)
    if not isinstance(attrs, AttrsValue) or not {"startSet", "operator"} <= attrs.entries.keys():
        return call.unknown("a closure of what is not known", attrs)
    start = attrs.entries["startSet"].value.force()
    operator = attrs.entries["operator"].value
    waiting = deque(start.elements) if isinstance(start, ListValue) and not start.unknowns else None
    seen: list[Value] = []
    result: list[Thunk] = []
    while waiting:
        item = waiting.popleft()
        key = call.evaluator.find_attribute(item.force(), "key", call.place)
        answers = [None if key is None else equality(key, other) for other in seen]
        if key is None or isinstance(key, UNSETTLED) or None in answers or len(result) >= MAX_ELEMENTS:
            return call.unknown("a closure of what is not known", key)
        if True in answers:
            continue
        seen.append(key)
        result.append(item)
        further = call.apply(operator, item)
        if not isinstance(further, ListValue) or further.unknowns:
            return call.unknown("a closure of what is not known", further)
        waiting.extend(further.elements)
    return call.unknown("a closure of what is not known", start) if waiting is None else _list_of(call, result)
