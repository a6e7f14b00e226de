"""Models of functions on functions, numbers and truth values.

They are those of nixpkgs' ``lib/trivial.nix``, ``fixed-points.nix``, ``debug.nix`` and ``asserts.nix``, and the builtins of
the same kind.
"""

from __future__ import annotations

import math

from nixlint.semantics.language import symbols
from nixlint.semantics.language.budget import nested
from nixlint.semantics.language.operators import agreed, arithmetic, equality, ordering, update
from nixlint.semantics.language.values import (
    UNSETTLED,
    AttrsValue,
    BoolValue,
    ChoiceValue,
    Entry,
    FunctionValue,
    IntValue,
    Known,
    ListValue,
    NullValue,
    PrimitiveValue,
    SymbolValue,
    Thunk,
    UnknownValue,
    Value,
    error,
    is_error,
)
from nixlint.syntax.string_literal import static_name

from .plain import Refused, plain_model
from .registry import Call, model

THROWN = "an error thrown on purpose"
"""The reason of a value that ``throw`` or ``abort`` makes of an evaluation."""
_ASSERTION = "an assertion that fails"
_ENOUGH_ROUNDS = 1_000

# -- functions that hand on a value ---------------------------------------------------------------------------------


@model(1, "id", "lazyDerivation", "traceVal", "traceValSeq", "builtins.break")
def _identity(call: Call) -> Value:
    return call.value(0)


@model(2, "const")
def _const(call: Call) -> Value:
    return call.value(0)


@model(
    2,
    *"trace warn info traceSeq addErrorContext traceValFn traceValSeqFn traceValSeqN showWarnings".split(),
    "builtins.traceVerbose",
    "addContextFrom",
)
def _second(call: Call) -> Value:
    return call.value(1)


@model(2, "seq", "deepSeq")
def _seq(call: Call) -> Value:
    first = call.value(0)
    failing = _error_in(first) if call.name == "deepSeq" else first if is_error(first) else None
    return call.value(1) if failing is None else failing


@nested(None)
def _error_in(value: Value) -> Value | None:
    """An error that comes up when all of a value is worked out, as far as that is looked at."""
    if is_error(value):
        return value
    match value:
        case ListValue():
            members = value.elements
        case AttrsValue():
            members = tuple(entry.value for entry in value.entries.values())
        case _:
            return None
    found = (_error_in(member.force()) for member in members)
    return next((failing for failing in found if failing is not None), None)


@model(3, "traceIf", "warnIf", "warnIfNot", "traceSeqN", "traceValSeqNFn")
def _third(call: Call) -> Value:
    return call.value(2)


@model(3, "throwIf", strict=(0,))
def _throw_if(call: Call) -> Value:
    return _unless(call.value(0), True, call)


@model(3, "throwIfNot", strict=(0,))
def _throw_if_not(call: Call) -> Value:
    return _unless(call.value(0), False, call)


def _unless(condition: Value, failing: bool, call: Call) -> Value:
    """The last argument; where the condition is not known, an evaluation that goes on has found it to be right."""
    if isinstance(condition, BoolValue) and condition.value == failing:
        return error(THROWN, call.place)
    return call.value(2)


@model(2, "assertMsg", strict=(0,))
def _assert_msg(call: Call) -> Value:
    condition = call.value(0)
    if isinstance(condition, BoolValue) and not condition.value:
        return error(THROWN, call.place)
    return BoolValue(True, call.place)


@model(3, "assertOneOf", "assertEachOneOf")
def _assert_one_of(call: Call) -> Value:
    # It gives true or ends the evaluation.
    return BoolValue(True, call.place)


@model(4, "checkListOfEnum")
def _check_list_of_enum(call: Call) -> Value:
    return call.value(3)


@model(1, "builtins.throw", "builtins.abort")
def _throw(call: Call) -> Value:
    return error(THROWN, call.place)


@model(1, "tryEval")
def _try_eval(call: Call) -> Value:
    value = call.value(0)
    fails = isinstance(value, UnknownValue) and value.reason in (THROWN, _ASSERTION)
    if fails:
        found = {"success": BoolValue(False, call.place), "value": BoolValue(False, call.place)}
        return AttrsValue({name: Entry(Known(item), call.place) for name, item in found.items()}, (), (), call.place)
    doubt = call.unknown("whether an evaluation fails", value if isinstance(value, UnknownValue) else None)
    either = ChoiceValue(doubt, (call.arguments[0], Known(BoolValue(False))), call.place)
    entries = {"success": Entry(Known(doubt), call.place), "value": Entry(Known(either), call.place)}
    return AttrsValue(entries, (), (), call.place)


@model(1, "builtins.import", strict=(0,))
def _import(call: Call) -> Value:
    return call.evaluator.import_value(call.value(0), call.place)


@model(2, "unsafeGetAttrPos")
def _unsafe_get_attr_pos(call: Call) -> Value:
    return call.unknown("a position")


@model(2, "defaultTo", strict=(1,))
def _default_to(call: Call) -> Value:
    value = call.value(1)
    if isinstance(value, UNSETTLED):
        return ChoiceValue(value, (Known(value), call.arguments[0]), call.place)
    return call.value(0) if isinstance(value, NullValue) else value


@model(2, "mapNullable", strict=(1,))
def _map_nullable(call: Call) -> Value:
    value = call.value(1)
    if isinstance(value, NullValue):
        return value
    applied = call.applied(call.arguments[0], call.arguments[1])
    return (
        ChoiceValue(value, (Known(NullValue()), applied), call.place)
        if isinstance(value, UNSETTLED)
        else applied.force()
    )


# -- functions on functions -----------------------------------------------------------------------------------------


@model(3, "flip")
def _flip(call: Call) -> Value:
    return call.apply(call.arguments[0], call.arguments[2], call.arguments[1])


@model(2, "pipe", strict=(1,))
def _pipe(call: Call) -> Value:
    functions = call.elements(1)
    if functions is None:
        return call.unknown("a pipe of functions that are not known", call.value(1))
    value = call.arguments[0]
    for function in functions:
        value = call.applied(function, value)
    return value.force()


@model(1, "builtins.functionArgs", strict=(0,))
def _builtin_function_args(call: Call) -> Value:
    return _formals(call.value(0), call)


@model(1, "functionArgs", strict=(0,))
def _function_args(call: Call) -> Value:
    value = call.value(0)
    if isinstance(value, AttrsValue) and "__functionArgs" in value.entries:
        return value.entries["__functionArgs"].value.force()
    if isinstance(value, AttrsValue) and "__functor" in value.entries and not value.is_open:
        return _formals(call.apply(value.entries["__functor"].value, Known(value)), call)
    return _formals(value, call)


def _formals(function: Value, call: Call) -> Value:
    match function:
        case FunctionValue():
            formals = function.function.formals
            found = () if formals is None else formals.formals
            names = {static_name(formal.name): formal.default is not None for formal in found}
            entries = {name: Entry(Known(BoolValue(given)), call.place) for name, given in names.items() if name}
            return AttrsValue(entries, (), (), call.place)
        case PrimitiveValue():
            return AttrsValue({}, (), (), call.place)
        case _:
            return call.unknown("the formals of a function that is not known", function)


@model(2, "setFunctionArgs")
def _set_function_args(call: Call) -> Value:
    functor = Known(PrimitiveValue("const", (call.arguments[0],), call.place))
    entries = {"__functor": Entry(functor), "__functionArgs": Entry(call.arguments[1])}
    return AttrsValue(entries, (), (), call.place)


@model(2, "mirrorFunctionArgs")
def _mirror_function_args(call: Call) -> Value:
    formals = call.later(lambda: _function_args(call.with_arguments(call.arguments[0])))
    functor = Known(PrimitiveValue("const", (call.arguments[1],), call.place))
    return AttrsValue({"__functor": Entry(functor), "__functionArgs": Entry(formals)}, (), (), call.place)


@model(1, "isFunction", strict=(0,))
def _is_function(call: Call) -> Value:
    value = call.value(0)
    answer = _callable(value, call)
    return (
        call.unknown("the kind of a value that is not known", value)
        if answer is None
        else BoolValue(answer, call.place)
    )


def _callable(value: Value, call: Call) -> bool | None:
    if isinstance(value, FunctionValue | PrimitiveValue):
        return True
    if isinstance(value, UNSETTLED):
        return None
    if isinstance(value, AttrsValue) and "__functor" in value.entries:
        functor = call.apply(value.entries["__functor"].value, Known(value))
        return True if isinstance(functor, FunctionValue | PrimitiveValue) else None
    return None if isinstance(value, AttrsValue) and value.is_open else False


@model(1, "toFunction", strict=(0,))
def _to_function(call: Call) -> Value:
    answer = _callable(call.value(0), call)
    if answer is None:
        return call.unknown("whether a value is a function", call.value(0))
    return call.value(0) if answer else PrimitiveValue("const", call.arguments, call.place)


# -- fixed points ---------------------------------------------------------------------------------------------------


def fixed_point(function: Thunk, call: Call) -> Value:
    """What a function makes of its own result."""
    found: list[Value] = []
    result = call.later(lambda: found[0] if found else UnknownValue("a value that depends on itself", call.place))
    found.append(call.apply(function, result))
    return found[0]


@model(1, "fix")
def _fix(call: Call) -> Value:
    return fixed_point(call.arguments[0], call)


@model(2, "converge")
def _converge(call: Call) -> Value:
    value = call.arguments[1]
    for _ in range(_ENOUGH_ROUNDS):
        further = Known(call.apply(call.arguments[0], value))
        equal = equality(value.force(), further.force())
        if equal is None:
            return call.unknown("a value that may change yet", further.force())
        if equal:
            return value.force()
        value = further
    return call.unknown("too much to work out")


@model(3, "extends")
def _extends(call: Call) -> Value:
    overlay, function, final = call.arguments
    before = call.applied(function, final)
    return update(before.force(), call.apply(overlay, final, before), call.place, call.evaluator)


@model(4, "composeExtensions")
def _compose_extensions(call: Call) -> Value:
    first, second, final, previous = call.arguments
    applied = call.applied(first, final, previous)
    between = call.later(lambda: update(previous.force(), applied.force(), call.place, call.evaluator))
    return update(applied.force(), call.apply(second, final, between), call.place, call.evaluator)


@model(3, "composeManyExtensions", strict=(0,))
def _compose_many_extensions(call: Call) -> Value:
    overlays = call.elements(0)
    if overlays is None:
        return call.unknown("overlays that are not known", call.value(0))
    _, final, previous = call.arguments
    changes: Value = AttrsValue({}, (), (), call.place)
    for overlay in overlays:
        before = Known(update(previous.force(), changes, call.place, call.evaluator))
        changes = update(changes, call.apply(overlay, final, before), call.place, call.evaluator)
    return changes


@model(1, "lib.extend")
def _extend(call: Call) -> Value:
    # Its further functions may use each other, and those of lib.
    library: Thunk = Known(SymbolValue(symbols.LIB))
    found: list[Value] = []
    final = call.later(lambda: found[0] if found else UnknownValue("a value that depends on itself", call.place))
    further = call.apply(call.arguments[0], final, library)
    found.append(update(library.force(), further, call.place, call.evaluator))
    return found[0]


# -- numbers and truth ----------------------------------------------------------------------------------------------


def _register_operators() -> None:
    for name, operator in {"add": "+", "sub": "-", "mul": "*", "div": "/"}.items():

        def calculated(call: Call, operator: str = operator) -> Value:
            return arithmetic(operator, call.value(0), call.value(1), call.place, call.evaluator)

        model(2, name, strict=(0, 1))(calculated)


_register_operators()


@model(2, "lessThan", strict=(0, 1))
def _less_than(call: Call) -> Value:
    return ordering("<", call.value(0), call.value(1), call.place)


@model(2, "min", strict=(0, 1))
def _min(call: Call) -> Value:
    return _chosen(ordering("<", call.value(0), call.value(1), call.place), call)


@model(2, "max", strict=(0, 1))
def _max(call: Call) -> Value:
    return _chosen(ordering(">", call.value(0), call.value(1), call.place), call)


def _chosen(first: Value, call: Call) -> Value:
    if not isinstance(first, BoolValue):
        return ChoiceValue(first, call.arguments, call.place)
    return call.value(0 if first.value else 1)


@model(2, "compare", strict=(0, 1))
def _compare(call: Call) -> Value:
    less = ordering("<", call.value(0), call.value(1), call.place)
    more = ordering(">", call.value(0), call.value(1), call.place)
    if not isinstance(less, BoolValue) or not isinstance(more, BoolValue):
        return less
    return IntValue(-1 if less.value else int(more.value), call.place)


@plain_model(int, int, names="mod")
def _mod(number: int, divisor: int) -> int:
    if divisor == 0:
        raise Refused
    rest = abs(number) % abs(divisor)
    return rest if number >= 0 else -rest


@plain_model(int, int, names="bitAnd")
def _bit_and(left: int, right: int) -> int:
    return left & right


@plain_model(int, int, names="bitOr")
def _bit_or(left: int, right: int) -> int:
    return left | right


@plain_model(int, int, names="bitXor")
def _bit_xor(left: int, right: int) -> int:
    return left ^ right


@plain_model(int, names="bitNot")
def _bit_not(number: int) -> int:
    return -1 - number


@plain_model(float, names="ceil")
def _ceil(number: float) -> int:
    return math.ceil(number)


@plain_model(float, names="floor")
def _floor(number: float) -> int:
    return math.floor(number)


@plain_model(int, int, names="toBaseDigits")
def _to_base_digits(base: int, number: int) -> list[int]:
    if base < 2 or number < 0:
        raise Refused
    digits = [number % base]
    while number >= base:
        number //= base
        digits.insert(0, number % base)
    return digits


@plain_model(int, names="toHexString")
def _to_hex_string(number: int) -> str:
    if number < 0:
        raise Refused
    return f"{number:X}"


@plain_model(str, names="fromHexString")
def _from_hex_string(text: str) -> int:
    digits = text.removeprefix("0x")
    if not digits or len(digits) > 15 or not all(letter in "0123456789abcdefABCDEF" for letter in digits):
        raise Refused
    return int(digits, 16)


@model(2, "and")
def _and(call: Call) -> Value:
    return _decided(call, False)


@model(2, "or")
def _or(call: Call) -> Value:
    return _decided(call, True)


def _decided(call: Call, absorbing: bool) -> Value:
    one, other = agreed(call.value(0)), agreed(call.value(1))
    if any(isinstance(value, BoolValue) and value.value == absorbing for value in (one, other)):
        return BoolValue(absorbing, call.place)
    if isinstance(one, BoolValue) and isinstance(other, BoolValue):
        return BoolValue(not absorbing, call.place)
    return call.unknown("a truth that is not known", other if isinstance(one, BoolValue) else one)


@plain_model(bool, bool, names="xor")
def _xor(left: bool, right: bool) -> bool:
    return left != right
