"""The ports on which services of NixOS listen, from ``nixlint/data/service_ports.json``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from nixlint.containers.languages.port_mapping import ANYWHERE, is_loopback
from nixlint.containers.stated import is_complete, is_on, is_true, numbers
from nixlint.semantics.language.values import AttrsValue, StringValue, Value
from nixlint.semantics.modules.module_system import Definition, ModuleSystem, Presence, ask_within
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.syntax.place import Place

_NOT_PLAIN = re.compile(r"[:/,*{}\s]|^localhost$|^$")
_ADDRESS = re.compile(r"[0-9.]+|\[?[0-9a-fA-F:]+\]?")


class ServicePort(NamedTuple):
    """A port on which a service of a machine certainly listens.

    ``service`` is the option that switches it on, and ``place`` where the port is set, or else the service. ``address`` is
    empty where it listens on all addresses of the machine.
    """

    service: str
    port: int
    protocol: str
    place: Place
    conditions: tuple[Value, ...] = ()
    address: str = ""


class _Row(NamedTuple):
    enable: tuple[str, ...]
    port: tuple[str, ...] | None
    default: int
    protocols: tuple[str, ...]
    is_entrance: bool
    is_on_loopback: bool
    address: tuple[str, ...] | None
    unless: tuple[tuple[str, ...], ...]
    within: tuple[str, ...] | None
    unless_within: tuple[str, ...]
    within_plain_names: bool
    default_address: str
    everywhere: tuple[str, ...] | None


def service_ports(system: ModuleSystem) -> Iterator[ServicePort]:
    """The ports of the services that a system certainly runs, as far as they are literals or defaults.

    Those on the loopback are left out: a port that is forwarded past them takes nothing from them.
    """
    yield from (port for port in listening_ports(system) if not is_loopback(port.address))


def listening_ports(system: ModuleSystem) -> Iterator[ServicePort]:
    """The same with those on the loopback."""
    yield from _service_ports(system, _rows())


def entrance_ports(system: ModuleSystem) -> Iterator[ServicePort]:
    """Those of services that are there to be reached from outside: one whose port is closed is of no use."""
    yield from _service_ports(system, tuple(row for row in _rows() if row.is_entrance))


def _service_ports(system: ModuleSystem, rows: tuple[_Row, ...]) -> Iterator[ServicePort]:
    for row in rows:
        enabled = system.ask(OptionPath(row.enable))
        place = enabled.definitions[0].name_place if enabled.definitions else None
        if place is None or not is_true(enabled):
            continue
        name = str(OptionPath(row.enable[:-1]))
        address = _address(row, system)
        if address is None or not _serves(row, system):
            continue
        for port, where in _ports(row, system, place):
            for protocol in row.protocols:
                yield ServicePort(name, port, protocol, where, (), address)


def _address(row: _Row, system: ModuleSystem) -> str | None:
    """The address on which a service listens, empty for all of them; ``None`` where it is not certain."""
    if any(system.ask(OptionPath(option)).presence is not Presence.ABSENT for option in row.unless):
        return None
    answer = None if row.address is None else system.ask(OptionPath(row.address))
    if answer is None or answer.presence is Presence.ABSENT:
        return _default_address(row, system)
    text = answer.value.text if isinstance(answer.value, StringValue) else None
    if text is None or text == "localhost":
        return None if text is None else "127.0.0.1"
    return "" if text in ANYWHERE else text if _ADDRESS.fullmatch(text) else None


def _default_address(row: _Row, system: ModuleSystem) -> str | None:
    """The address on which a service listens where none is set; ``None`` where a switch that is not known decides it."""
    switched = Presence.ABSENT if row.everywhere is None else is_on(system.ask(OptionPath(row.everywhere)))
    if switched is Presence.MAYBE:
        return None
    return row.default_address if row.is_on_loopback and switched is Presence.ABSENT else ""


def _serves(row: _Row, system: ModuleSystem) -> bool:
    """Whether something is configured that makes the service listen at all."""
    if row.within is None:
        return True
    hosts: dict[str, list[Definition]] = {}
    for name, definition in system.children(OptionPath(row.within)):
        if name is not None and not (row.within_plain_names and _NOT_PLAIN.search(name)):
            hosts.setdefault(name, []).append(definition)
    return any(
        any(not definition.conditions and isinstance(definition.value, AttrsValue) for definition in definitions)
        and all(
            ask_within(tuple(definitions), OptionPath.of(name)).presence is Presence.ABSENT
            for name in row.unless_within
        )
        for definitions in hosts.values()
    )


def _ports(row: _Row, system: ModuleSystem, place: Place) -> Iterator[tuple[int, Place]]:
    answer = None if row.port is None else system.ask(OptionPath(row.port))
    if answer is None or answer.presence is Presence.ABSENT:
        yield row.default, place
    elif is_complete(answer):
        yield from ((number.what, number.place) for number in numbers(answer) if not number.conditions)


@cache
def _rows() -> tuple[_Row, ...]:
    import json

    text = (files("nixlint") / "data" / "service_ports.json").read_text("utf-8")
    return tuple(
        _Row(
            tuple(row["enable"].split(".")),
            None if row["port"] is None else tuple(row["port"].split(".")),
            row["default"],
            tuple(row["protocols"]),
            row["entrance"],
            row.get("loopback", False),
            tuple(row["address"].split(".")) if "address" in row else None,
            tuple(tuple(option.split(".")) for option in row.get("unless", ())),
            tuple(row["within"].split(".")) if "within" in row else None,
            tuple(row.get("unless_within", ())),
            row.get("within_plain_names", False),
            row.get("default_address", "127.0.0.1"),
            tuple(row["everywhere"].split(".")) if "everywhere" in row else None,
        )
        for row in json.loads(text)["services"]
    )
