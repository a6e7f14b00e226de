"""Services that keep data, and where, from ``nixlint/data/stateful_services.json``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import NamedTuple

from nixlint.containers.stated import is_true
from nixlint.semantics.language.values import PathValue, StringValue
from nixlint.semantics.modules.module_system import ModuleSystem, Presence
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.syntax.place import Place


class StatefulService(NamedTuple):
    """A service that a system certainly runs, and the directories of which one certainly holds its data."""

    service: str
    directories: tuple[PurePosixPath, ...]
    place: Place


class _Row(NamedTuple):
    enable: tuple[str, ...]
    directory: tuple[str, ...] | None
    default: tuple[str, ...]


def stateful_services(system: ModuleSystem) -> Iterator[StatefulService]:
    """The services of a system that keep data in a directory that is known."""
    for row in _rows():
        enabled = system.ask(OptionPath(row.enable))
        place = enabled.definitions[0].name_place if enabled.definitions else None
        directories = _directories(row, system) if place is not None and is_true(enabled) else ()
        if place is not None and directories:
            yield StatefulService(".".join(row.enable[:-1]), tuple(map(PurePosixPath, directories)), place)


def _directories(row: _Row, system: ModuleSystem) -> tuple[str, ...]:
    """The directories that may be the one; none where it is not known."""
    answer = None if row.directory is None else system.ask(OptionPath(row.directory))
    if answer is None or answer.presence is Presence.ABSENT:
        return row.default
    match answer.value:
        case StringValue(text=str() as text):
            return (text,)
        case PathValue(path=path):
            return (str(path),)
        case _:
            return ()


@cache
def _rows() -> tuple[_Row, ...]:
    import json

    text = (files("nixlint") / "data" / "stateful_services.json").read_text("utf-8")
    return tuple(
        _Row(
            tuple(row["enable"].split(".")),
            None if row["directory"] is None else tuple(row["directory"].split(".")),
            tuple(row["default"]),
        )
        for row in json.loads(text)["services"]
    )
