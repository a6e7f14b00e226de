"""What a test script calls: methods of its machines, and the functions that every script has."""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from nixlint.semantics.language.values import UnknownValue
from nixlint.syntax.span import Span

from .driver import Method, driver
from .program_text import SegmentKind
from .test_script import DrivenMachine, TestScript


class DriverCall(NamedTuple):
    """A call of a method of a machine, or of a function that every script has (``machine`` is ``None``).

    ``name`` is the span of the method's name, ``span`` that of the whole call. ``machine`` is any of several where a
    variable runs through them.
    """

    method: str
    machine: DrivenMachine | None
    receiver: str
    name: Span
    span: Span
    node: ast.Call


def machine_calls(script: TestScript) -> Iterator[DriverCall]:
    """The calls of methods of machines that are certainly some, in the order of the script."""
    program = script.program
    machines = machine_names(script)
    for node in program.nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        receiver = node.func.value
        if isinstance(receiver, ast.Name) and receiver.id in machines:
            name = attribute_span(script, node.func)
            if not script.text.touches_placeholder(name):
                machine = machines[receiver.id]
                yield DriverCall(node.func.attr, machine, receiver.id, name, program.span(node), node)


def function_calls(script: TestScript) -> Iterator[DriverCall]:
    """The calls of functions that every script has, where the script binds no such name itself."""
    program = script.program
    for node in program.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.func.id
            if is_given(script, name) and (name in driver().functions or name in driver().renamed_functions):
                yield DriverCall(name, None, "", program.span(node.func), program.span(node), node)


def is_given(script: TestScript, name: str) -> bool:
    """Whether a name is what the driver gives: neither bound by the script nor that of a machine."""
    return name not in script.program.bound_names and script.machine(name) is None


def machine_names(script: TestScript) -> dict[str, DrivenMachine]:
    """The names that certainly stand for machines: those of the test, and variables that run through some of them."""
    program = script.program
    bound = program.bound_names
    names = {machine.name: machine for machine in script.machines if machine.name not in bound}
    only = script.machine("machine")
    if only is not None and "machine" not in bound:
        names.setdefault("machine", only)
    for name in _driven_names(script):
        names.setdefault(
            name, DrivenMachine(name, name, False, UnknownValue("a machine that is not written here"), (), None)
        )
    stores = Counter(
        node.id for node in program.nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    )
    stores.update(node.arg for node in program.nodes if isinstance(node, ast.arg))
    loops: dict[str, list[DrivenMachine]] = {}
    for node in program.nodes:
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
            machine = _one_of(node.iter, names, script)
            if machine is not None:
                loops.setdefault(node.target.id, []).append(machine)
    for name, machines in loops.items():
        if len(machines) == stores[name]:
            names[name] = machines[0]
    return names


def _driven_names(script: TestScript) -> Iterator[str]:
    """The names that nothing in a script defines and on which it calls methods that only machines have.

    Where there may be machines that are not written with the script, these are such.
    """
    program = script.program
    if not script.machines_are_open or script.is_open or program.binds_unknown_names:
        return
    for node in program.nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name) as receiver, attr=method)):
                is_free = (
                    name not in program.bound_names and name not in driver().values and not hasattr(builtins, name)
                )
                if is_free and method in _OF_MACHINES and not script.text.touches_placeholder(program.span(receiver)):
                    yield name
            case _:
                pass


_OF_MACHINES = frozenset(
    "execute fail require_unit_state succeed systemctl wait_for_file wait_for_open_port wait_for_unit wait_until_fails "
    "wait_until_succeeds".split()
)
"""Methods by which a machine is known."""


def _one_of(iterable: ast.expr, names: dict[str, DrivenMachine], script: TestScript) -> DrivenMachine | None:
    """A machine that a loop runs through, where it runs through nothing but machines."""
    match iterable:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements) if elements:
            found = [names.get(element.id) if isinstance(element, ast.Name) else None for element in elements]
            return found[0] if all(machine is not None for machine in found) else None
        case ast.Name(id="machines") if is_given(script, "machines") and script.machines:
            containers = [machine for machine in script.machines if not machine.is_container]
            return (containers or list(script.machines))[0]
        case _:
            return None


def attribute_span(script: TestScript, node: ast.Attribute) -> Span:
    """The span of the name in ``value.name``."""
    end = script.text.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
    return Span(end - len(node.attr.encode()), end)


def method_of(call: DriverCall) -> Method | None:
    """What the driver has under the name that is called."""
    return (driver().functions if call.machine is None else driver().methods).get(call.method)


def is_statement(script: TestScript, node: ast.AST) -> bool:
    """Whether an expression is a statement of its own, so that its value is lost."""
    return isinstance(script.program.parents.get(node), ast.Expr)


def plain_text(script: TestScript, node: ast.expr) -> str | None:
    """The text of a string of the script in which nothing is unknown."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return None
    return None if SegmentKind.PLACEHOLDER in script.text.kinds(script.program.span(node)) else node.value


def argument(call: DriverCall, position: int, keyword: str) -> ast.expr | None:
    """An argument of a call by its position or its name; ``None`` where it is not given in so many words."""
    if any(isinstance(each, ast.Starred) for each in call.node.args):
        return None
    if position < len(call.node.args):
        return call.node.args[position]
    return next((each.value for each in call.node.keywords if each.arg == keyword), None)
