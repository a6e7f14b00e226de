"""The specification's short forms: volumes, ports, devices and command lines in one text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import NamedTuple

from nixlint.syntax.place import Place

from .container_paths import clean_path
from .node import MappingNode, Scalar, Sequence
from .problem import ComposeError, Shown

PROPAGATIONS = frozenset("rprivate private rshared shared rslave slave".split())
_BLANKS = " \t\r\n"


SHORT_OPTIONS = frozenset({*PROPAGATIONS, "ro", "rw", "z", "Z", "nocopy", "cached", "delegated", "consistent"})
"""The options of a volume's short form that mean something to Compose, or did once."""


class ShortVolume(NamedTuple):
    """The parts of ``[source:]target[:options]``."""

    source: str
    target: str
    options: tuple[str, ...]

    @property
    def is_bind(self) -> bool:
        """Whether the source is a path of the host."""
        return (self.source[:1] in (".", "/", "~") and bool(self.source)) or _is_drive(self.source[:2])


def parse_volume(text: str, place: Place) -> ShortVolume:
    """A volume in its short form. Raises :class:`ComposeError` for what is none."""
    if not text:
        raise ComposeError("invalid empty volume spec", place)
    if len(text) < 3:
        return ShortVolume("", text, ())
    parts = split_at_colons(text)
    if any(not part for part in parts):
        raise ComposeError("invalid spec: …: empty section between colons", place)
    match parts:
        case [target]:
            return ShortVolume("", target, ())
        case [source, target]:
            return ShortVolume(source, target, ())
        case [source, target, options]:
            return ShortVolume(source, target, tuple(options.split(",")))
        case _:
            raise ComposeError("invalid spec: …: too many colons", place)


def split_at_colons(text: str) -> list[str]:
    """The text split at its colons, but for those inside of ``${…}`` and of a Windows drive."""
    parts: list[str] = []
    start, depth = 0, 0
    for match in _BRACES_AND_COLONS.finditer(text):
        if match.group() == "${":
            depth += 1
        elif match.group() == "}":
            depth = max(depth - 1, 0)
        elif not depth and not (match.start() == start + 1 and text[start].isalpha()):
            parts.append(text[start : match.start()])
            start = match.end()
    return [*parts, text[start:]]


_BRACES_AND_COLONS = re.compile(r"\$\{|[}:]")


def _is_drive(text: str) -> bool:
    return len(text) == 2 and text[0].isalpha() and text[1] == ":"


def volume_node(text: Scalar) -> MappingNode:
    """The long form of a volume. Raises :class:`ComposeError` for what is none."""
    volume = parse_volume(str(text.value), text.place)

    def part(value: str) -> Scalar:
        return Scalar(value, text.place, text.template, text.variables)

    def scalar(value: str | bool) -> Scalar:
        return Scalar(value, text.place)

    bind: dict[str, Scalar] = {}
    if volume.is_bind:
        bind["create_host_path"] = scalar(True)
    for option in volume.options:
        if option in PROPAGATIONS:
            bind["propagation"] = scalar(option)
        elif option in ("z", "Z"):
            bind["selinux"] = scalar(option)
    entries: dict[str, Scalar | MappingNode] = {"type": scalar("bind" if volume.is_bind else "volume")}
    if volume.source:
        entries["source"] = part(volume.source)
    entries["target"] = part(clean_path(volume.target) if volume.target else "")
    modes = [option for option in volume.options if option in ("ro", "rw")]
    if modes and modes[-1] == "ro":
        entries["read_only"] = scalar(True)
    if bind:
        entries["bind"] = MappingNode(bind, text.place)
    if not volume.is_bind and len(str(text.value)) > 2:
        nocopy = {"nocopy": scalar(True)} if "nocopy" in volume.options else {}
        entries["volume"] = MappingNode(nocopy, text.place)
    return MappingNode(entries, text.place, dict.fromkeys(entries, text.place))


def port_nodes(text: Scalar, take: Callable[[int], None]) -> Iterator[MappingNode]:
    """The long forms of a port: one for each port of a range. Raises :class:`ComposeError` for what is none.

    ``take`` is told how many there will be.
    """
    ports = sorted(_ports(str(text.value), text.place, take), key=lambda port: f"{port[0]}/{port[3]}")
    for target, published, address, protocol in ports:
        entries = {
            "mode": Scalar("ingress", text.place),
            **({"host_ip": Scalar(address, text.place, text.template, text.variables)} if address else {}),
            "target": Scalar(target, text.place, text.template, text.variables),
            **({"published": Scalar(published, text.place, text.template, text.variables)} if published else {}),
            "protocol": Scalar(protocol, text.place),
        }
        yield MappingNode(entries, text.place, dict.fromkeys(entries, text.place))


def _ports(text: str, place: Place, take: Callable[[int], None]) -> Iterator[tuple[int, str, str, str]]:
    parts = text.split(":")
    address, host, container = ":".join(parts[:-2]), parts[-2] if len(parts) > 1 else "", parts[-1]
    container, _, protocol = container.partition("/")
    protocol = protocol.lower() or "tcp"
    if protocol not in ("tcp", "udp", "sctp"):
        raise ComposeError("invalid proto: …", place)
    address = _address(address, place)
    if not container:
        raise ComposeError("no port specified: …<empty>", place)
    targets = _port_range(container, "containerPort", place)
    hosts = _port_range(host, "hostPort", place) if host else None
    if hosts is not None and len(hosts) != len(targets) and len(targets) > 1:
        raise ComposeError("invalid ranges specified for container and host Ports: … and …", place)
    take(len(targets))
    for index, target in enumerate(targets):
        published = "" if hosts is None else str(hosts[index])
        if hosts is not None and len(targets) == 1 and len(hosts) > 1:
            published = f"{hosts[0]}-{hosts[-1]}"
        yield target, published, address, protocol


def _address(text: str, place: Place) -> str:
    address = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if address:
        try:
            ip_address(address)
        except ValueError:
            raise ComposeError("invalid IP address: …", place) from None
    return address


def _port_range(text: str, what: str, place: Place) -> range:
    first, _, last = text.partition("-")
    numbers = [int(part) if part.isascii() and part.isdecimal() else -1 for part in (first, last or first)]
    if not all(0 <= number <= 65535 for number in numbers) or numbers[1] < numbers[0] or text.endswith("-"):
        raise ComposeError("invalid {}: …", place, Shown.word(what))
    return range(numbers[0], numbers[1] + 1)


def device_node(text: Scalar) -> MappingNode:
    """The long form of ``source[:target[:permissions]]``. Raises :class:`ComposeError` for what is none."""
    parts = str(text.value).split(":")
    if len(parts) > 3:
        raise ComposeError("confusing device mapping, please use long syntax: …", text.place)
    source, target, permissions = (*parts, "", "")[:3]
    entries = {
        "source": Scalar(source, text.place, text.template, text.variables),
        "target": Scalar(target or source, text.place, text.template, text.variables),
        "permissions": Scalar(permissions if len(parts) == 3 else "rwm", text.place),
    }
    return MappingNode(entries, text.place, dict.fromkeys(entries, text.place))


class Words(NamedTuple):
    """A command line taken apart, and what was cut off at an operator of the shell, which Compose drops."""

    words: tuple[str, ...]
    dropped: str


def split_words(text: str) -> Words:
    """A command line in one text, as Compose splits it (mattn/go-shellwords): quotes and backslashes, no shell.

    Raises :class:`ValueError` where quotes or parentheses are left open.
    """
    words: list[str] = []
    buffer: list[str] = []
    has_word = False
    escaped = quoted = substituted = ticked = False
    quote = ""
    for index, character in enumerate(text):
        if escaped:
            buffer.append(character)
            escaped, has_word = False, True
            continue
        if character == "\\" and quote != "'":
            escaped = True
            continue
        if character in _BLANKS:
            if quote or ticked or substituted:
                buffer.append(character)
            elif has_word:
                words.append("".join(buffer))
                buffer, has_word = [], False
            continue
        if character == "`" and not quote and not substituted:
            ticked = not ticked
        elif character == ")" and not quote and not ticked:
            substituted = not substituted
        elif character == "(" and not quote and not ticked:
            if substituted or buffer[-1:] != ["$"]:
                raise ValueError("invalid command line string")
            substituted = True
            buffer.append("(")
            continue
        elif character in "\"'" and not substituted and quote in ("", character):
            quoted, quote = bool(quote), "" if quote else character
            has_word = has_word or quoted
            continue
        elif character in ";&|<>" and not (quote or ticked or substituted):
            if character == ">" and "".join(buffer[:1]).isdecimal():
                has_word = False
            return Words(tuple([*words, "".join(buffer)] if has_word else words), text[index:])
        buffer.append(character)
        has_word = True
    if escaped or quote or ticked or substituted:
        raise ValueError("invalid command line string")
    return Words(tuple([*words, "".join(buffer)] if has_word else words), "")


def strings(node: object) -> tuple[str, ...]:
    """The texts of a sequence."""
    items = node.items if isinstance(node, Sequence) else ()
    return tuple(item.value for item in items if isinstance(item, Scalar) and isinstance(item.value, str))
