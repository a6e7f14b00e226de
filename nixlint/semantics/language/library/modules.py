"""Models of what the module system understands: conditions, merging, priorities (nixpkgs, ``lib/modules.nix``)."""

from __future__ import annotations

from nixlint.semantics.language.values import (
    AttrsValue,
    ConditionalValue,
    Entry,
    Known,
    ListValue,
    MergeValue,
    OrderValue,
    OverrideValue,
    Value,
)

from .registry import Call, Compute, model

_PRIORITIES = {
    "mkForce": 50,
    "mkDefault": 1000,
    "mkOptionDefault": 1500,
    "mkVMOverride": 10,
    "mkImageMediaOverride": 60,
}
"""The priorities of ``mkOverride``'s short forms."""
_ORDERS = {"mkBefore": 500, "mkAfter": 1500}
"""The orders of ``mkOrder``'s short forms."""


@model(2, "mkIf")
def _mk_if(call: Call) -> Value:
    return ConditionalValue(call.arguments[0], call.arguments[1], call.place)


@model(1, "mkMerge")
def _mk_merge(call: Call) -> Value:
    return MergeValue(call.arguments[0], call.place)


@model(2, "mkOverride", strict=(0,))
def _mk_override(call: Call) -> Value:
    priority = call.integer(0)
    if priority is None:
        return call.unknown("a priority that is not known", call.value(0))
    return OverrideValue(priority, call.arguments[1], call.place)


@model(2, "mkOrder", strict=(0,))
def _mk_order(call: Call) -> Value:
    order = call.integer(0)
    if order is None:
        return call.unknown("an order that is not known", call.value(0))
    return OrderValue(order, call.arguments[1], call.place)


@model(2, "setDefaultModuleLocation")
def _set_default_module_location(call: Call) -> Value:
    module = Known(ListValue((call.arguments[1],), (), call.place))
    return AttrsValue({"_file": Entry(call.arguments[0]), "imports": Entry(module)}, (), (), call.place)


@model(2, "modules.importApply")
def _import_apply(call: Call) -> Value:
    def module() -> Value:
        function = call.evaluator.import_value(call.value(0), call.place)
        return call.evaluator.apply(function, call.arguments[1], call.place)

    return _set_default_module_location(call.with_arguments(call.arguments[0], call.later(module)))


def _register_short_forms() -> None:
    def override(priority: int) -> Compute:
        return lambda call: OverrideValue(priority, call.arguments[0], call.place)

    def order(priority: int) -> Compute:
        return lambda call: OrderValue(priority, call.arguments[0], call.place)

    for name, priority in _PRIORITIES.items():
        model(1, name)(override(priority))
    for name, priority in _ORDERS.items():
        model(1, name)(order(priority))


_register_short_forms()
