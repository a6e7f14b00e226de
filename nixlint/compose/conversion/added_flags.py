"""Flags for the engine itself, which ``x-nixlint`` of a service has: what a command line says and Compose has no key for."""

from __future__ import annotations

from typing import NamedTuple

from nixlint.compose.node import MappingNode
from nixlint.containers.languages.engine_flags import Flag
from nixlint.containers.languages.run_flags import long_name, run_flag
from nixlint.deployment.parts import RemarkKind

from .key_reader import KeyReader

EXTENSION = "x-nixlint"


class Added(NamedTuple):
    """Flags as they are, and the containers outside of the project that have to run first."""

    flags: tuple[Flag, ...] = ()
    required: tuple[str, ...] = ()


def added_flags(service: KeyReader) -> Added:
    """The flags of ``x-nixlint.flags``; what ``x-nixlint.lost`` names, a command line had and is noted as dropped."""
    node = service.node.get(EXTENSION)
    if not isinstance(node, MappingNode):
        return Added()
    keys = KeyReader(node, service.path(EXTENSION), service.notes)
    for pair in keys.pairs("lost"):
        service.notes.add(RemarkKind.DROPPED, service.key, f"{pair.name}: {pair.value}", pair.place)
    flags: list[Flag] = []
    required: list[str] = []
    for text, place in keys.texts("flags"):
        name, _, value = text.partition("=")
        name = long_name(name)
        if name == "--requires":
            required += [each for each in value.split(",") if each]
        elif run_flag(name) is None:
            message = f"docker run and podman run have no flag {name}"
            service.notes.add(RemarkKind.DROPPED, keys.path("flags"), message, place)
        else:
            flags.append(Flag(name, value, place))
            if name == "--secret":
                message = f"{value.partition(',')[0]}: make the engine's secret of that name first"
                keys.needs_you(keys.path("flags"), message, place)
    return Added(tuple(flags), tuple(required))
