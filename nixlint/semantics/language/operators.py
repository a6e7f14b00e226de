"""The operators of Nix on values that may be partly known (Nix manual, 'Operators')."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeAlias

from nixlint.syntax.place import Place

from . import symbols
from .budget import METER, TOO_MUCH, nested
from .partial_text import TOO_LONG, equal_texts, joined, may_be
from .paths import normalised
from .property_sets import as_attributes, as_property
from .sources import is_fetched
from .values import (
    PROPERTIES,
    UNSETTLED,
    AttrsValue,
    BoolValue,
    CallValue,
    ChoiceValue,
    Entry,
    FloatValue,
    FunctionValue,
    IntValue,
    Known,
    ListValue,
    NullValue,
    PathValue,
    PrimitiveValue,
    StringValue,
    SymbolValue,
    Thunk,
    UnknownValue,
    Value,
    error,
    is_error,
    member_of,
    unknown_because,
)

_MOST_CHOICES = 8
MAX_POSSIBLE = 256
"""How many lists that may be meant are looked through for the elements of a list, and how many may be among them."""
MAX_ELEMENTS = 10_000
"""How many elements a list may have that is put together; one that doubles with each step would fill the memory."""


class Evaluator(Protocol):
    """What operators need of the interpreter."""

    def defer_call(self, compute: Callable[[], Value], place: Place | None) -> Thunk:
        """The value that a function computes, on demand."""
        ...

    def apply(self, function: Value, argument: Thunk, place: Place | None = None) -> Value:
        """The value of a function called with an argument."""
        ...

    def find_attribute(self, subject: Value, name: str, place: Place | None = None) -> Value | None:
        """An attribute of a value, or ``None`` where it is certainly missing."""
        ...


def unary(operator: str, operand: Value, place: Place, evaluator: Evaluator) -> Value:
    """``!operand`` or ``-operand``."""
    match operator, operand:
        case _, ChoiceValue():
            return _of_each(operand, lambda value: unary(operator, value, place, evaluator), evaluator)
        case "!", BoolValue(value=value):
            return BoolValue(not value, place)
        case "-", IntValue(value=number):
            return _integer("-", 0, number, place)
        case "-", FloatValue(value=real):
            return FloatValue(-real, place)
        case _ if _is_plain(operand):
            return error(f"'{operator}' of a value of the wrong kind", place)
        case _:
            return unknown_because(operand, f"'{operator}' of a value that is not known", place)


def binary(operator: str, left: Thunk, right: Thunk, place: Place, evaluator: Evaluator) -> Value:
    """``left operator right``; the right operand is worked out only where Nix would."""
    match operator:
        case "//":
            return update(left.force(), right.force(), place, evaluator)
        case "++":
            return concatenation(left.force(), right.force(), place)
        case "&&" | "||" | "->":
            return _logical(operator, left.force(), right, place)
        case "==" | "!=":
            one, other = left.force(), right.force()
            equal = equality(one, other)
            if equal is None:
                unknown = one if not _is_plain(one) else other
                return unknown_because(unknown, "a comparison with a value that is not known", place)
            return BoolValue(equal == (operator == "=="), place)
        case "<" | "<=" | ">" | ">=":
            return ordering(operator, left.force(), right.force(), place)
        case "|>":
            return evaluator.apply(right.force(), left, place)
        case "<|":
            return evaluator.apply(left.force(), right, place)
        case _:
            return arithmetic(operator, left.force(), right.force(), place, evaluator)


def update(left: Value, right: Value, place: Place | None, evaluator: Evaluator) -> Value:
    """``left // right``: the attributes of both, those of the right winning."""
    if METER.budget.is_spent:
        return UnknownValue(TOO_MUCH, place)
    if isinstance(left, ChoiceValue):
        return _of_each(left, lambda value: update(value, right, place, evaluator), evaluator)
    if isinstance(right, ChoiceValue):
        return _of_each(right, lambda value: update(left, value, place, evaluator), evaluator)
    for side in (left, right):
        if is_error(side):
            return side
        if _is_plain(side) and not isinstance(side, (AttrsValue, PrimitiveValue, *PROPERTIES)):
            return error("an update of something that is not a set", place)
    if isinstance(left, PROPERTIES) and isinstance(right, (AttrsValue, *PROPERTIES)):
        return as_property(update(as_attributes(left), right, place, evaluator))
    if isinstance(right, PROPERTIES) and isinstance(left, AttrsValue):
        return as_property(update(left, as_attributes(right), place, evaluator))
    if not isinstance(left, AttrsValue) and not isinstance(right, AttrsValue):
        if isinstance(left, SymbolValue) and isinstance(right, SymbolValue):
            return AttrsValue({}, (), (left, right), place)
        unknown = right if isinstance(right, UnknownValue) else left
        return unknown_because(unknown, "an update of sets that are not known", place)
    if not isinstance(left, AttrsValue):
        assert isinstance(right, AttrsValue)
        return AttrsValue(right.entries, right.dynamic, (*right.unknowns, left), right.place)
    if not isinstance(right, AttrsValue):
        # Whatever the right set holds wins, so the left entries are no more than possible.
        entries = {name: _replaced_by(right, name, entry) for name, entry in left.entries.items()}
        return AttrsValue(entries, left.dynamic, (*left.unknowns, right), left.place)
    entries = perhaps_replaced(left.entries, right)
    entries.update(right.entries)
    place_kept = left.place if not right.entries else right.place if not left.entries else None
    return AttrsValue(entries, (*left.dynamic, *right.dynamic), (*left.unknowns, *right.unknowns), place_kept)


def perhaps_replaced(entries: Mapping[str, Entry], winner: AttrsValue) -> dict[str, Entry]:
    """Attributes beside a set that wins over them: those that an unknown part of it may hold are no more than possible."""
    result = dict(entries)
    if not winner.is_open:
        return result
    for name, entry in entries.items():
        for unknown in winner.unknowns:
            result[name] = _replaced_by(unknown, name, result[name])
        if any(may_be(dynamic.name, name) for dynamic in winner.dynamic):
            result[name] = _perhaps(
                entry, UnknownValue("a set on the right with a name that is not known", winner.place)
            )
    return result


def concatenation(left: Value, right: Value, place: Place | None) -> Value:
    """``left ++ right``; what is not known makes the list open."""
    if METER.budget.is_spent:
        return UnknownValue(TOO_MUCH, place)
    for side in (left, right):
        if is_error(side):
            return side
        if _is_plain(side) and not isinstance(side, ListValue):
            return error("'++' on something that is not a list", place)
    one, other = as_list(left, place), as_list(right, place)
    elements, unknowns = (*one.elements, *other.elements), (*one.unknowns, *other.unknowns)
    if len(elements) + len(unknowns) > MAX_ELEMENTS:
        return UnknownValue("a list that is too long to work out", place)
    return ListValue(elements, unknowns, place)


def as_list(value: Value, place: Place | None = None) -> ListValue:
    """A list as far as it is known: of several possible ones, any of their elements; else one of which nothing is known."""
    if isinstance(value, ListValue):
        return value
    members: list[Thunk] = []
    waiting: list[tuple[Value, _Conditions]] = [(value, ())]
    for _ in range(MAX_POSSIBLE):
        if not waiting or len(members) > MAX_POSSIBLE:
            break
        current, conditions = waiting.pop()
        match current:
            case ListValue():
                members.extend(_if_all_hold(conditions, thunk) for thunk in (*current.elements, *current.unknowns))
            case ChoiceValue():
                branches = [
                    (each.force(), (*conditions, _chosen(current, i))) for i, each in enumerate(current.alternatives)
                ]
                waiting.extend(reversed(branches))
            case _:
                member = Known(member_of(current, "an element of a list that is not known", place))
                members.append(_if_all_hold(conditions, member))
    if waiting or len(members) > MAX_POSSIBLE:
        # Choices within choices lead to one and the same list in more ways than anybody can count.
        members = [Known(UnknownValue("an element of one of very many lists", place))]
    return ListValue((), tuple(members), place)


_Conditions: TypeAlias = tuple[Value, ...]


def _chosen(choice: ChoiceValue, index: int) -> Value:
    return choice.condition if index == 0 or choice.otherwise is None else choice.otherwise


def _if_all_hold(conditions: _Conditions, thunk: Thunk) -> Thunk:
    """A member that is there only where conditions hold, which stay with it."""
    for condition in reversed(conditions):
        thunk = Known(ChoiceValue(condition, (thunk,), thunk.place))
    return thunk


@nested(None)
def equality(left: Value, right: Value) -> bool | None:
    """Whether two values are equal, or ``None`` where that is not known; functions are never equal."""
    match left, right:
        case NullValue(), NullValue():
            return True
        case BoolValue(value=one), BoolValue(value=other):
            return one == other
        case IntValue(value=number), IntValue(value=second):
            return number == second
        case ((IntValue(value=real) | FloatValue(value=real)), (IntValue(value=further) | FloatValue(value=further))):
            return float(real) == float(further)
        case StringValue(), StringValue():
            return equal_texts(left, right)
        case PathValue(), PathValue():
            return left.path == right.path
        case ListValue(), ListValue():
            return _equal_lists(left, right)
        case AttrsValue(), AttrsValue():
            return _equal_sets(left, right)
        case ((FunctionValue() | PrimitiveValue()), (FunctionValue() | PrimitiveValue())):
            return None  # False, but for one and the same function within sets or lists.
        case _:
            return False if _is_plain(left) and _is_plain(right) and _kind(left) != _kind(right) else None


def _is_plain(value: Value) -> bool:
    return not isinstance(value, UNSETTLED)


def _kind(value: Value) -> object:
    return AttrsValue if isinstance(value, PROPERTIES) else type(value)


def _equal_lists(left: ListValue, right: ListValue) -> bool | None:
    fewer, more = sorted((left, right), key=lambda value: len(value.elements))
    if len(fewer.elements) < len(more.elements) and not fewer.unknowns:
        return False
    if left.unknowns or right.unknowns:
        return None
    return _all_equal(zip(left.elements, right.elements, strict=True))


def _equal_sets(left: AttrsValue, right: AttrsValue) -> bool | None:
    if _may_be_derivation(left) and _may_be_derivation(right):
        return _equal_derivations(left, right)
    for one, other in ((left, right), (right, left)):
        if not other.unknowns and any(
            name not in other.entries and not any(may_be(dynamic.name, name) for dynamic in other.dynamic)
            for name in one.entries
        ):
            return False
    shared = _all_equal(
        (entry.value, right.entries[name].value) for name, entry in left.entries.items() if name in right.entries
    )
    return None if shared and (left.is_open or right.is_open) else shared


def _may_be_derivation(value: AttrsValue) -> bool:
    entry = value.entries.get("type")
    return value.is_open if entry is None else equality(entry.value.force(), StringValue(("derivation",))) is not False


def _equal_derivations(left: AttrsValue, right: AttrsValue) -> bool | None:
    """Derivations are compared by their outputs alone; what only may be one is not compared."""
    sides = []
    for side in (left, right):
        kind, output = side.entries.get("type"), side.entries.get("outPath")
        if kind is None or output is None or equality(kind.value.force(), StringValue(("derivation",))) is not True:
            return None
        sides.append(output.value.force())
    return equality(*sides)


def _all_equal(pairs: Iterable[tuple[Thunk, Thunk]]) -> bool | None:
    result: bool | None = True
    for one, other in pairs:
        left, right = one.force(), other.force()
        if is_error(left) or is_error(right):
            return None
        answer = equality(left, right)
        if answer is False:
            return False
        if answer is None:
            result = None
    return result


def _logical(operator: str, left: Value, right: Thunk, place: Place) -> Value:
    decided = {"&&": False, "||": True, "->": False}[operator]
    absorbing = operator != "&&"
    left = agreed(left)
    if is_error(left):
        return left
    if isinstance(left, BoolValue):
        return BoolValue(absorbing, place) if left.value == decided else _truth(operator, right, place)
    if _is_plain(left):
        return error(f"'{operator}' on a value that is not a boolean", place)
    other = agreed(right.force())
    if isinstance(other, BoolValue) and other.value == absorbing:
        # Whatever the left side is, it cannot change the outcome (short of an error, which ends the evaluation).
        return BoolValue(absorbing, place)
    return unknown_because(left, f"'{operator}' with a value that is not known", place)


def _truth(operator: str, thunk: Thunk, place: Place) -> Value:
    value = agreed(thunk.force())
    if _is_plain(value) and not isinstance(value, BoolValue):
        return error(f"'{operator}' on a value that is not a boolean", place)
    return value


def agreed(value: Value, depth: int = 0) -> Value:
    """The truth of a value that is one of several, where all of them are the same; many choices deep nobody looks."""
    if not isinstance(value, ChoiceValue) or depth > _MOST_CHOICES:
        return value
    found = [agreed(alternative.force(), depth + 1) for alternative in value.alternatives]
    truths = {item.value for item in found if isinstance(item, BoolValue)}
    return found[0] if len(truths) == 1 and all(isinstance(item, BoolValue) for item in found) else value


def ordering(operator: str, left: Value, right: Value, place: Place | None) -> Value:
    """``left < right`` and the like: of numbers, strings, paths, and lists by their elements in turn."""
    less = less_than(left, right)
    more = less_than(right, left)
    answer = {"<": less, ">": more, ">=": None if less is None else not less, "<=": None if more is None else not more}
    found = answer[operator]
    if found is None:
        unknown = right if _is_plain(left) else left
        return unknown_because(unknown, f"'{operator}' with a value that is not known", place)
    return BoolValue(found, place)


@nested(None)
def less_than(left: Value, right: Value) -> bool | None:
    """Whether Nix puts one value before another; ``None`` where that is not known, or where Nix refuses to compare."""
    match left, right:
        case IntValue(value=number), IntValue(value=second):
            return number < second
        case ((IntValue(value=real) | FloatValue(value=real)), (IntValue(value=third) | FloatValue(value=third))):
            return float(real) < float(third)
        case StringValue(text=str() as text), StringValue(text=str() as other):
            return text.encode("utf-8", "surrogateescape") < other.encode("utf-8", "surrogateescape")
        case PathValue(path=path), PathValue(path=further):
            return str(path) < str(further)
        case ListValue(unknowns=()), ListValue(unknowns=()):
            return _list_less_than(left, right)
        case _:
            return None


def _list_less_than(left: ListValue, right: ListValue) -> bool | None:
    for one, other in zip(left.elements, right.elements, strict=False):
        equal = equality(one.force(), other.force())
        if equal is None:
            return None
        if not equal:
            return less_than(one.force(), other.force())
    return len(left.elements) < len(right.elements)


def arithmetic(operator: str, left: Value, right: Value, place: Place | None, evaluator: Evaluator) -> Value:
    """``left operator right`` for ``+``, ``-``, ``*`` and ``/``; ``+`` puts strings and paths together, too."""
    match operator, left, right:
        case _, ChoiceValue(), _:
            return _of_each(left, lambda value: arithmetic(operator, value, right, place, evaluator), evaluator)
        case _, _, ChoiceValue():
            return _of_each(right, lambda value: arithmetic(operator, left, value, place, evaluator), evaluator)
        case "+", StringValue(), _:
            return _text((*left.parts, *text_parts(right, place, evaluator)), place)
        case "+", (SymbolValue() | CallValue()), StringValue():
            return _symbol_sum(left, right, place, evaluator)
        case "+", SymbolValue(path=path), PathValue(path=below) if symbols.is_source(path):
            # Not a text on the left, so the path on the right is taken as it is written and not copied to the store.
            return _symbol_sum(left, StringValue((str(below),), right.place), place, evaluator)
        case "+", PathValue(path=path), (StringValue() | PathValue()):
            text = right.text if isinstance(right, StringValue) else str(right.path)
            if text is None:
                return UnknownValue("a path with a part that is not known", place)
            return PathValue(normalised(f"{path}{text}"), place)
        case "+", AttrsValue(), StringValue() if left.is_open:
            return _text((*text_parts(left, place, evaluator), *right.parts), place)
        case "+", AttrsValue(), (StringValue() | AttrsValue() | PathValue()):
            return _text((*text_parts(left, place, evaluator), *text_parts(right, place, evaluator)), place)
        case _, IntValue(value=number), IntValue(value=second):
            return _integer(operator, number, second, place)
        case _, (IntValue(value=real) | FloatValue(value=real)), (IntValue(value=third) | FloatValue(value=third)):
            return _real(operator, real, third, place)
        case _ if _is_plain(left) and _is_plain(right) and not isinstance(left, AttrsValue):
            return error(f"'{operator}' of values of the wrong kinds", place)
        case _:
            unknown = right if isinstance(left, IntValue | FloatValue | PathValue) else left
            return unknown_because(unknown, f"'{operator}' with a value that is not known", place)


def _symbol_sum(left: SymbolValue | CallValue, right: StringValue, place: Place | None, evaluator: Evaluator) -> Value:
    """A package, a flake or a folder of nixpkgs with something behind it: ``modulesPath + "/profiles/minimal.nix"``."""
    if isinstance(left, CallValue) and not is_fetched(left):
        return unknown_because(left, "'+' with a value that is not known", place)
    if isinstance(left, SymbolValue) and left.path[:1] == symbols.NIXPKGS and right.text is not None:
        return symbols.symbol((*left.path, *right.text.strip("/").split("/")), place)
    return _text((*text_parts(left, place, evaluator), *right.parts), place)


def text_parts(value: Value, place: Place | None, evaluator: Evaluator, depth: int = 0) -> tuple[str | Value, ...]:
    """What becomes of a value in a string, as far as it is known: a set gives what its ``__toString`` or ``outPath`` is."""
    match value:
        case StringValue():
            return value.parts
        case AttrsValue() if "__toString" in value.entries:
            function = value.entries["__toString"].value.force()
            return _text_of_text(evaluator.apply(function, Known(value), place), place, evaluator, depth)
        case SymbolValue(path=path) if value.resolver is not None and path[-1:] == ("self",):
            folder = value.resolver.resolve((*path, "outPath"))
            return folder.parts if isinstance(folder, StringValue) else (value,)
        case AttrsValue() if "outPath" in value.entries and not value.is_open:
            return _text_of_text(value.entries["outPath"].value.force(), place, evaluator, depth)
        case NullValue() | BoolValue() | IntValue() | FloatValue() | ListValue() | FunctionValue():
            return (error("a string built from something that is not a string", place),)
        case AttrsValue(is_open=False):
            return (error("a text made of a set without 'outPath'", place),)
        case _:
            return (value,)


_MAX_TEXT_DEPTH = 8
"""How often the text of a set may be that of a further set."""


def _text_of_text(value: Value, place: Place | None, evaluator: Evaluator, depth: int) -> tuple[str | Value, ...]:
    if depth >= _MAX_TEXT_DEPTH:
        return (UnknownValue("a text nested too deeply to work out", place),)
    return text_parts(value, place, evaluator, depth + 1)


def text_value(parts: Iterable[str | Value], place: Place | None) -> Value:
    """The string made of parts; one with a part that Nix refuses is refused, and one that is too long is not known."""
    whole = joined(parts)
    if whole is None:
        return UnknownValue(TOO_LONG, place)
    refused = next((part for part in whole if not isinstance(part, str) and is_error(part)), None)
    return StringValue(whole, place) if refused is None else refused


def _text(parts: tuple[str | Value, ...], place: Place | None) -> Value:
    return text_value(parts, place)


def _integer(operator: str, left: int, right: int, place: Place | None) -> Value:
    match operator:
        case "+":
            result = left + right
        case "-":
            result = left - right
        case "*":
            result = left * right
        case "/" if right != 0:
            result = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        case _:
            return error(f"'{operator}' that Nix refuses", place)
    if not -(2**63) <= result < 2**63:
        return UnknownValue("an integer that does not fit in 64 bits", place)
    return IntValue(result, place)


def _real(operator: str, left: float, right: float, place: Place | None) -> Value:
    try:
        match operator:
            case "+":
                return FloatValue(left + right, place)
            case "-":
                return FloatValue(left - right, place)
            case "*":
                return FloatValue(left * right, place)
            case "/" if right != 0:
                return FloatValue(left / right, place)
            case _:
                return error(f"'{operator}' that Nix refuses", place)
    except OverflowError:
        return UnknownValue("a number that is too large", place)


def _replaced_by(winner: Value, name: str, entry: Entry) -> Entry:
    """An attribute beside a set that is not known and wins where it has one of that name."""
    return _perhaps(entry, unknown_because(winner, f"'{name}' may be set by what is not known", winner.place))


def _perhaps(entry: Entry, reason: Value) -> Entry:
    choice = ChoiceValue(reason, (entry.value, Known(reason)), entry.value.place)
    return Entry(Known(choice), entry.name_place)


def _of_each(choice: ChoiceValue, change: Callable[[Value], Value], evaluator: Evaluator) -> Value:
    alternatives = tuple(
        evaluator.defer_call(lambda thunk=thunk: change(thunk.force()), thunk.place)  # type: ignore[misc]  # late binding
        for thunk in choice.alternatives
    )
    return choice._replace(alternatives=alternatives)
