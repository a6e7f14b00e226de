"""The ports on which services of NixOS listen, from ``nixlint/data/service_ports.json``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from nixlint.semantics.module_system import ModuleSystem, Presence
from nixlint.semantics.option_path import OptionPath
from nixlint.semantics.values import Value
from nixlint.syntax.place import Place

from .stated import is_complete, is_true, numbers


class ServicePort(NamedTuple):
    """A port on which a service of a machine certainly listens, on all its addresses.

    ``service`` is the option that switches it on, and ``place`` where the port is set, or else the service.
    """

    service: str
    port: int
    protocol: str
    place: Place
    conditions: tuple[Value, ...] = ()


class _Row(NamedTuple):
    enable: tuple[str, ...]
    port: tuple[str, ...] | None
    default: int
    protocols: tuple[str, ...]
    is_entrance: bool


def service_ports(system: ModuleSystem) -> Iterator[ServicePort]:
    """The ports of the services that a system certainly runs, as far as they are literals or defaults."""
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
        name = ".".join(row.enable[:-1])
        for port, where in _ports(row, system, place):
            for protocol in row.protocols:
                yield ServicePort(name, port, protocol, where)


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
        )
        for row in json.loads(text)["services"]
    )
