"""The operators of Nix on values that may be partly known (Nix manual, 'Operators')."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from nixlint.syntax.place import Place

from .paths import normalised
from .values import (
    AttrsValue,
    BoolValue,
    ChoiceValue,
    Entry,
    FloatValue,
    IntValue,
    Known,
    ListValue,
    NullValue,
    PathValue,
    StringValue,
    SymbolValue,
    Thunk,
    UnknownValue,
    Value,
)


class Evaluator(Protocol):
    """What operators need of the interpreter."""

    def defer_call(self, compute: Callable[[], Value], place: Place | None) -> Thunk:
        """The value that a function computes, on demand."""
        ...

    def apply(self, function: Value, argument: Thunk, place: Place | None = None) -> Value:
        """The value of a function called with an argument."""
        ...


def unary(operator: str, operand: Value, place: Place) -> Value:
    """``!operand`` or ``-operand``."""
    match operator, operand:
        case "!", BoolValue(value=value):
            return BoolValue(not value, place)
        case "-", IntValue(value=number):
            return IntValue(-number, place)
        case "-", FloatValue(value=real):
            return FloatValue(-real, place)
        case _:
            return UnknownValue(f"'{operator}' of a value that is not known", place)


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
            equal = equality(left.force(), right.force())
            if equal is None:
                return UnknownValue("a comparison with a value that is not known", place)
            return BoolValue(equal == (operator == "=="), place)
        case "<" | "<=" | ">" | ">=":
            return _ordering(operator, left.force(), right.force(), place)
        case "|>":
            return evaluator.apply(right.force(), left, place)
        case "<|":
            return evaluator.apply(left.force(), right, place)
        case _:
            return _arithmetic(operator, left.force(), right.force(), place)


def update(left: Value, right: Value, place: Place | None, evaluator: Evaluator) -> Value:
    """``left // right``: the attributes of both, those of the right winning."""
    if isinstance(left, ChoiceValue):
        return _of_each(left, lambda value: update(value, right, place, evaluator), evaluator)
    if isinstance(right, ChoiceValue):
        return _of_each(right, lambda value: update(left, value, place, evaluator), evaluator)
    if not isinstance(left, AttrsValue) and not isinstance(right, AttrsValue):
        return right if isinstance(right, UnknownValue) else UnknownValue("an update of sets that are not known", place)
    if not isinstance(left, AttrsValue):
        assert isinstance(right, AttrsValue)
        return AttrsValue(right.entries, right.dynamic, (*right.unknowns, left), right.place)
    if not isinstance(right, AttrsValue):
        # Whatever the right set holds wins, so the left entries are no more than possible.
        entries = {name: _perhaps_replaced(entry, right) for name, entry in left.entries.items()}
        return AttrsValue(entries, left.dynamic, (*left.unknowns, right), left.place)
    entries = dict(left.entries)
    if right.is_open:
        reason = UnknownValue("a set on the right of '//' with attributes that are not known", right.place)
        entries = {name: _perhaps_replaced(entry, reason) for name, entry in entries.items()}
    entries.update(right.entries)
    place_kept = left.place if not right.entries else right.place if not left.entries else None
    return AttrsValue(entries, (*left.dynamic, *right.dynamic), (*left.unknowns, *right.unknowns), place_kept)


def concatenation(left: Value, right: Value, place: Place | None) -> Value:
    """``left ++ right``; what is not known makes the list open."""
    lists = [value if isinstance(value, ListValue) else ListValue((), (Known(value),)) for value in (left, right)]
    return ListValue(
        tuple(element for value in lists for element in value.elements),
        tuple(unknown for value in lists for unknown in value.unknowns),
        place,
    )


def equality(left: Value, right: Value) -> bool | None:
    """Whether two values are equal, or ``None`` where that is not known; functions are never equal."""
    match left, right:
        case NullValue(), NullValue():
            return True
        case BoolValue(value=one), BoolValue(value=other):
            return one == other
        case ((IntValue(value=number) | FloatValue(value=number)), (IntValue(value=second) | FloatValue(value=second))):
            return number == second
        case StringValue(), StringValue():
            return None if left.text is None or right.text is None else left.text == right.text
        case PathValue(), PathValue():
            return left.path == right.path
        case ListValue(), ListValue():
            return _equal_lists(left, right)
        case AttrsValue(), AttrsValue():
            return _equal_sets(left, right)
        case _:
            return False if _is_plain(left) and _is_plain(right) else None


def _is_plain(value: Value) -> bool:
    return isinstance(
        value, NullValue | BoolValue | IntValue | FloatValue | StringValue | PathValue | ListValue | AttrsValue
    )


def _equal_lists(left: ListValue, right: ListValue) -> bool | None:
    if left.unknowns or right.unknowns:
        return None
    if len(left.elements) != len(right.elements):
        return False
    return _all(equality(one.force(), other.force()) for one, other in zip(left.elements, right.elements, strict=True))


def _equal_sets(left: AttrsValue, right: AttrsValue) -> bool | None:
    if left.is_open or right.is_open:
        return None
    if left.entries.keys() != right.entries.keys():
        return False
    return _all(
        equality(entry.value.force(), right.entries[name].value.force()) for name, entry in left.entries.items()
    )


def _all(answers: Iterable[bool | None]) -> bool | None:
    result: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            result = None
    return result


def _logical(operator: str, left: Value, right: Thunk, place: Place) -> Value:
    decided = {"&&": False, "||": True, "->": False}[operator]
    result = operator != "&&"
    if isinstance(left, BoolValue):
        return BoolValue(result, place) if left.value == decided else right.force()
    other = right.force()
    absorbing = operator != "&&"
    if isinstance(other, BoolValue) and other.value == absorbing:
        # Whatever the left side is, it cannot change the outcome (short of an error, which ends the evaluation).
        return BoolValue(absorbing, place)
    return UnknownValue(f"'{operator}' with a value that is not known", place)


def _ordering(operator: str, left: Value, right: Value, place: Place) -> Value:
    pair: tuple[float, float] | tuple[str, str]
    match left, right:
        case ((IntValue(value=number) | FloatValue(value=number)), (IntValue(value=second) | FloatValue(value=second))):
            pair = (number, second)
        case StringValue(text=str() as text), StringValue(text=str() as other):
            pair = (text, other)
        case _:
            return UnknownValue(f"'{operator}' with a value that is not known", place)
    less, equal = pair[0] < pair[1], pair[0] == pair[1]  # type: ignore[operator]  # both of one kind, see above
    return BoolValue({"<": less, "<=": less or equal, ">": not less and not equal, ">=": not less}[operator], place)


def _arithmetic(operator: str, left: Value, right: Value, place: Place) -> Value:
    match operator, left, right:
        case "+", StringValue(), (StringValue() | PathValue()):
            return _string_sum(left, right, place)
        case "+", PathValue(path=path), StringValue(text=str() as text):
            return PathValue(normalised(f"{path}{text}"), place)
        case "+", PathValue(path=path), PathValue(path=other):
            return PathValue(normalised(f"{path}{other}"), place)
        case "+", SymbolValue(), StringValue():
            return StringValue((left, *right.parts), place)
        case "+", StringValue(), _:
            return StringValue((*left.parts, right), place)
        case _, IntValue(value=number), IntValue(value=second):
            return _integer(operator, number, second, place)
        case _, (IntValue(value=real) | FloatValue(value=real)), (IntValue(value=third) | FloatValue(value=third)):
            return _real(operator, real, third, place)
        case _:
            return UnknownValue(f"'{operator}' with a value that is not known", place)


def _string_sum(left: StringValue, right: StringValue | PathValue, place: Place) -> Value:
    parts = right.parts if isinstance(right, StringValue) else (right,)
    if left.parts and parts and isinstance(left.parts[-1], str) and isinstance(parts[0], str):
        return StringValue((*left.parts[:-1], left.parts[-1] + parts[0], *parts[1:]), place)
    return StringValue((*left.parts, *parts), place)


def _integer(operator: str, left: int, right: int, place: Place) -> Value:
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
            return UnknownValue(f"'{operator}' that Nix refuses", place)
    if not -(2**63) <= result < 2**63:
        return UnknownValue("an integer that does not fit in 64 bits", place)
    return IntValue(result, place)


def _real(operator: str, left: float, right: float, place: Place) -> Value:
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
            return UnknownValue(f"'{operator}' that Nix refuses", place)


def _perhaps_replaced(entry: Entry, reason: Value) -> Entry:
    choice = ChoiceValue(reason, (entry.value, Known(reason)), entry.value.place)
    return Entry(Known(choice), entry.name_place)


def _of_each(choice: ChoiceValue, change: Callable[[Value], Value], evaluator: Evaluator) -> Value:
    alternatives = tuple(
        evaluator.defer_call(lambda thunk=thunk: change(thunk.force()), thunk.place)  # type: ignore[misc]  # late binding
        for thunk in choice.alternatives
    )
    return choice._replace(alternatives=alternatives)
