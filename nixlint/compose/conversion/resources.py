"""Limits, reservations, GPUs and replicas. What ``deploy`` says wins over the older keys, as with Compose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nixlint.compose.model import size_of
from nixlint.compose.node import Node, string
from nixlint.containers.languages.byte_size import format_byte_size
from nixlint.containers.languages.engine_flags import Flag

from .key_reader import KeyReader

_GPU = frozenset("gpu nvidia compute utility graphics video".split())
_SWARM = ("mode", "endpoint_mode")


class Limited(NamedTuple):
    """Flags for limits, devices of the container device interface, and how many containers there are."""

    flags: tuple[Flag, ...]
    devices: tuple[str, ...]
    replicas: int


def limits_of(keys: KeyReader) -> Limited:
    """The resources of a service."""
    deploy = keys.child("deploy")
    limits = deploy.child("resources") if deploy is not None else None
    upper = limits.child("limits") if limits is not None else None
    lower = limits.child("reservations") if limits is not None else None
    flags = [
        *_chosen(keys, "cpus", upper, "cpus", "--cpus"),
        *_chosen(keys, "mem_limit", upper, "memory", "--memory", is_size=True),
        *_chosen(keys, "mem_reservation", lower, "memory", "--memory-reservation", is_size=True),
        *_chosen(keys, "pids_limit", upper, "pids", "--pids-limit"),
    ]
    devices = tuple(_gpus(keys, lower))
    if lower is not None:
        lower.dropped("cpus", "an engine can't set processors aside")
        lower.dropped("generic_resources", "only Swarm has it")
    replicas = _replicas(keys, deploy)
    if deploy is not None:
        _note_swarm(deploy)
    return Limited(tuple(flags), devices, replicas)


def _chosen(
    keys: KeyReader, name: str, inner: KeyReader | None, inner_name: str, flag: str, *, is_size: bool = False
) -> Iterator[Flag]:
    own = keys.node_of(name)
    reader, key = (inner, inner_name) if inner is not None and inner_name in inner else (keys, name)
    node: Node | None = reader.node_of(key) if reader is inner else own
    if node is None:
        return
    text = format_byte_size(size_of(node, key)) if is_size else _plain_number(reader.text(key) or "")
    if text and text != "0":
        yield Flag(flag, text, reader.place(key))


def _plain_number(text: str) -> str:
    """A number without a fraction that says nothing: ``2.0`` is ``2``."""
    whole, dot, fraction = text.partition(".")
    return whole if dot and not fraction.strip("0") else text


def _gpus(keys: KeyReader, reservations: KeyReader | None) -> Iterator[str]:
    requests = [*keys.elements("gpus"), *(reservations.elements("devices") if reservations is not None else ())]
    for request in requests:
        driver = request.text("driver") or "nvidia"
        ids = [text for text, _ in request.texts("device_ids")]
        count = request.text("count")
        capabilities = [text for text, _ in request.texts("capabilities")]
        for name, value, place in request.shown_pairs("options"):
            request.approximated(request.path("options"), f"{name}={value} is left to the driver", place)
        if driver == "cdi":
            yield from ids
            continue
        if driver != "nvidia" or (
            capabilities and not set(capabilities) & {"gpu", "nvidia", "compute", "utility", "graphics", "video"}
        ):
            message = f"a device of the driver {driver} ({', '.join(capabilities)}) has to be named: see `devices`"
            request.needs_you(request.key, message, request.node.place)
            continue
        if ids:
            yield from (f"nvidia.com/gpu={identifier}" for identifier in ids)
        elif count is None or count.lower() in ("all", "-1"):
            yield "nvidia.com/gpu=all"
        else:
            request.approximated(request.key, f"{count} of the GPUs: the first ones", request.node.place)
            yield from (f"nvidia.com/gpu={index}" for index in range(int(count) if count.isdecimal() else 1))


def _replicas(keys: KeyReader, deploy: KeyReader | None) -> int:
    scale = keys.number("scale")
    replicas = deploy.number("replicas") if deploy is not None else None
    return scale if scale is not None else replicas if replicas is not None else 1


def _note_swarm(deploy: KeyReader) -> None:
    for name in _SWARM:
        deploy.dropped(name, "only Swarm has it")
    for name in ("update_config", "rollback_config", "placement"):
        inner = deploy.child(name)
        for key in inner.node.entries if inner is not None else ():
            assert inner is not None
            inner.dropped(key, "only Swarm has it")
    for pair in deploy.pairs("labels"):
        deploy.approximated(
            deploy.path("labels"), f"{pair.name}: labels of a Swarm service are not put on its containers", pair.place
        )


def is_gpu_runtime(keys: KeyReader) -> bool:
    """Whether the runtime is the older way to all GPUs."""
    return string(keys.node.get("runtime")) == "nvidia"
