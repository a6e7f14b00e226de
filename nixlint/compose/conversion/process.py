"""What runs in a container and as whom: image, command, user, labels, and the keys that are one flag of the engines."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.compose.canonical import absolute_path
from nixlint.compose.model import size_of
from nixlint.compose.node import Sequence
from nixlint.compose.short_forms import split_words
from nixlint.containers.languages.byte_size import format_byte_size
from nixlint.containers.languages.engine_flags import Flag
from nixlint.containers.languages.run_flags import KeyForm, keys_that_become
from nixlint.syntax.place import Place

from .key_reader import KeyReader

_BLKIO_FLAGS = {
    "device_read_bps": "--device-read-bps",
    "device_read_iops": "--device-read-iops",
    "device_write_bps": "--device-write-bps",
    "device_write_iops": "--device-write-iops",
}
_NOWHERE = {
    "cpu_count": "only Windows has it",
    "cpu_percent": "only Windows has it",
    "credential_spec": "only Windows has it",
    "external_links": "give both containers a network of their own and use its names",
    "isolation": "only Windows has it",
    "mem_swappiness": "the kernel's control groups of version 2 have no such setting",
    "oom_kill_disable": "the kernel's control groups of version 2 have no such setting",
    "pull_refresh_after": "pull when you choose to, with a timer",
    "use_api_socket": "mount the engine's socket by hand, and only for one you trust with the host",
}
_NESTED_NOWHERE = {
    "develop": "it is for development with the command line of Compose",
    "models": "run the model as a service of its own, and pass its address",
    "provider": "run what the provider would run as a service of its own",
}


def command_of(keys: KeyReader, name: str) -> tuple[str, ...] | None:
    """A command line as words; ``None`` where it is not set, so that the image's own is used."""
    node = keys.node.entries.get(name)
    if isinstance(node, Sequence):
        return tuple(text for text, _ in keys.texts(name))
    text = keys.text(name)
    if text is None:
        return None
    words = split_words(text)
    if words.dropped:
        message = (
            f"Compose passes no shell operators on: everything from '{words.dropped[:1]}' is left out, as it is there"
        )
        keys.approximated(keys.path(name), message, keys.place(name))
    return words.words


def flags_of(keys: KeyReader) -> Iterator[Flag]:
    """The flags of the engines that a service's single-valued keys stand for."""
    for name, flag in keys_that_become(KeyForm.TEXT):
        text = keys.text(name)
        if text:
            yield Flag(flag, text, keys.place(name))
    for name, flag in keys_that_become(KeyForm.TEXTS):
        for text, place in keys.texts(name):
            if text:
                yield Flag(flag, text, place)
            else:
                keys.approximated(keys.path(name), "an empty element is left out", place)
    for text, place in keys.texts("security_opt"):
        yield from _security_option(keys, text, place)
    for name, flag in keys_that_become(KeyForm.PAIRS):
        for key, value, place in keys.shown_pairs(name):
            yield Flag(flag, f"{key}={value}", place)
    for name, flag in keys_that_become(KeyForm.SWITCH):
        switch = keys.flag(name)
        if switch:
            yield Flag(flag, "", keys.place(name))
        elif switch is False and name == "init":
            yield Flag(flag, "false", keys.place(name))
    for name, flag in keys_that_become(KeyForm.SIZE):
        node = keys.node_of(name)
        if node is not None:
            yield Flag(flag, format_byte_size(size_of(node, name)), keys.place(name))
    yield from _hosts(keys)
    yield from _ulimits(keys, "--ulimit")
    yield from _blkio(keys)
    for text, place in keys.texts("expose"):
        yield Flag("--expose", text, place)


def _security_option(keys: KeyReader, text: str, place: Place) -> Iterator[Flag]:
    """An option of security. A profile of seccomp is a file beside the project, which Compose sends to the engine."""
    name, separator, value = text.partition("=" if "=" in text else ":")
    if not text:
        keys.approximated(keys.path("security_opt"), "an empty element is left out", place)
        return
    if name == "seccomp" and separator and value not in ("unconfined", "builtin"):
        path = absolute_path(value, keys.notes.directory)
        keys.needs_you(
            keys.path("security_opt"), f"bring {path} to the machine: the engine reads it at the start", place
        )
        text = f"{name}={path}"
    yield Flag("--security-opt", text, place)


def _hosts(keys: KeyReader) -> Iterator[Flag]:
    for text, place in host_entries(keys):
        yield Flag("--add-host", text, place)


def host_entries(keys: KeyReader) -> Iterator[tuple[str, Place]]:
    """Additional hosts as ``name:address``, with the places of their lines."""
    node = keys.node.get("extra_hosts")
    if isinstance(node, Sequence):
        for text, place in keys.texts("extra_hosts"):
            separator = "=" if "=" in text else ":"
            name, _, addresses = text.partition(separator)
            for address in addresses.split(","):
                yield f"{name}:{_bare(address)}", place
        return
    inner = keys.child("extra_hosts")
    for name in inner.node.entries if inner is not None else ():
        assert inner is not None
        for address, place in inner.texts(name):
            yield f"{name}:{_bare(address)}", place


def _bare(address: str) -> str:
    return address[1:-1] if address.startswith("[") and address.endswith("]") else address


def _ulimits(keys: KeyReader, flag: str) -> Iterator[Flag]:
    inner = keys.child("ulimits")
    for name in inner.node.entries if inner is not None else ():
        assert inner is not None
        limits = inner.child(name)
        if limits is None:
            yield Flag(flag, f"{name}={inner.text(name)}", inner.place(name))
        else:
            soft, hard = limits.text("soft"), limits.text("hard")
            yield Flag(flag, f"{name}={soft}:{hard}", inner.place(name))


def _blkio(keys: KeyReader) -> Iterator[Flag]:
    inner = keys.child("blkio_config")
    if inner is None:
        return
    weight = inner.text("weight")
    if weight:
        yield Flag("--blkio-weight", weight, inner.place("weight"))
    for device in inner.elements("weight_device"):
        yield Flag("--blkio-weight-device", f"{device.text('path')}:{device.text('weight')}", device.node.place)
    for name, flag in _BLKIO_FLAGS.items():
        for device in inner.elements(name):
            rate = device.node_of("rate")
            size = size_of(rate, name) if rate is not None else 0
            yield Flag(flag, f"{device.text('path')}:{size}", device.node.place)


def note_nowhere(keys: KeyReader) -> None:
    """Report the keys that have a meaning only elsewhere: on Windows, in development, in the command line of Compose."""
    if "attach" in keys:
        message = "it only says what the command line of Compose shows: the journal has all"
        keys.read_whole("attach")
        keys.approximated(keys.path("attach"), message, keys.place("attach"))
    for name, why in _NOWHERE.items():
        keys.dropped(name, why)
    for name, why in _NESTED_NOWHERE.items():
        keys.dropped(name, why)
