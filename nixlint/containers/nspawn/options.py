"""What the options of a native container say: bind mounts, forwarded ports, capabilities, devices, flags.

An option and the flag of systemd-nspawn for it are one truth here. Meaning: nixpkgs,
``nixos/modules/virtualisation/nixos-containers.nix``, and systemd-nspawn(1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nixlint.containers.stated import Stated, deciding, texts
from nixlint.semantics.language.values import AttrsValue, BoolValue, IntValue, ListValue, NullValue, StringValue, Value
from nixlint.semantics.modules.module_system import Answer, Definition, Presence, ask_within, attributes_of
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.syntax.place import Place

ALL_CAPABILITIES = "all"
"""The word that stands for every capability, in ``--capability=`` and in the option."""


class NspawnFlag(NamedTuple):
    """A flag of systemd-nspawn, its value (empty where it has none), and where it is written."""

    name: str
    value: str
    place: Place
    conditions: tuple[Value, ...] = ()


class BindMount(NamedTuple):
    """A path of the host that a container sees; a part that is not known is ``None``.

    ``symbol`` is the name of what ``host_path`` comes from where that is known by name alone, such as
    ``config.sops.secrets.db.path``. ``place`` is where the mount is named, ``writable_place`` where it is made writable.
    ``options`` are those behind the second colon, such as ``idmap``.
    """

    mount_point: str | None
    host_path: str | None
    symbol: str | None
    writable: bool | None
    place: Place
    writable_place: Place
    conditions: tuple[Value, ...] = ()
    options: tuple[str, ...] = ()


class ForwardedPort(NamedTuple):
    """A port of the host that is forwarded to a container."""

    protocol: str
    host_port: int
    container_port: int
    place: Place
    conditions: tuple[Value, ...] = ()

    @property
    def text(self) -> str:
        """The host's side as one speaks of it: ``8080/tcp``."""
        return f"{self.host_port}/{self.protocol}"


class AllowedDevice(NamedTuple):
    """A device that a container may use, and how: some of ``r``, ``w`` and ``m``."""

    node: str
    modifier: str
    place: Place
    conditions: tuple[Value, ...] = ()


def flags_of(extra_flags: Answer) -> tuple[NspawnFlag, ...]:
    """The flags in ``extraFlags``, which the shell splits at blanks: ``--x=y``, ``--x y`` and ``-U``."""
    words = [
        Stated(word, stated.place, stated.conditions) for stated in texts(extra_flags) for word in stated.what.split()
    ]
    return tuple(_flags(words))


def _flags(words: Sequence[Stated[str]]) -> Iterator[NspawnFlag]:
    for position, word in enumerate(words):
        if not word.what.startswith("-"):
            continue
        name, equals, value = word.what.partition("=")
        following = words[position + 1] if position + 1 < len(words) else None
        if not equals and following is not None and not following.what.startswith("-"):
            value = following.what
        yield NspawnFlag(name, value.strip("'\""), word.place, word.conditions)


def bind_mounts_of(bind_mounts: Answer, flags: Sequence[NspawnFlag]) -> tuple[BindMount, ...]:
    """The bind mounts of ``bindMounts`` and of the flags ``--bind`` and ``--bind-ro``."""
    named: dict[str | None, list[Definition]] = {}
    for definition in bind_mounts.definitions:
        for name, below in attributes_of(definition):
            settled = ask_within((below,), OptionPath(()))
            named.setdefault(name, []).extend(settled.definitions or (below,))
    mounts = [
        _bind_mount(name, definitions)
        for name, found in named.items()
        for definitions in ([found] if name is not None else [[definition] for definition in found])
    ]
    return (*(mount for mount in mounts if mount is not None), *_bound_by_flags(flags))


def _bind_mount(name: str | None, definitions: Sequence[Definition]) -> BindMount | None:
    places = [definition.name_place for definition in definitions if definition.name_place is not None]
    if not places:
        return None
    found = tuple(definitions)
    # It goes into --bind=SOURCE:TARGET:OPTIONS as it is, so options such as idmap may follow it (systemd-nspawn(1)).
    written = _text(ask_within(found, OptionPath.of("mountPoint")), name)
    mount_point, _, options = (None, "", "") if written is None else written.partition(":")
    source = ask_within(found, OptionPath.of("hostPath"))
    read_only = ask_within(found, OptionPath.of("isReadOnly"))
    switched = deciding(read_only)
    return BindMount(
        mount_point=mount_point,
        host_path=mount_point if _is_null(source) else _text(source, None),
        symbol=_symbol(source.value),
        writable=_is_writable(read_only),
        place=places[0],
        writable_place=(switched[0].name_place if switched else None) or places[0],
        conditions=_shared(found),
        options=_options(options),
    )


def _options(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _shared(definitions: tuple[Definition, ...]) -> tuple[Value, ...]:
    """The conditions that a mount is under: those of its first definition, for without one there is none."""
    return min((definition.conditions for definition in definitions), key=len)


def _is_null(answer: Answer) -> bool:
    return answer.presence is Presence.ABSENT or isinstance(answer.value, NullValue)


def _text(answer: Answer, default: str | None) -> str | None:
    if answer.presence is Presence.ABSENT:
        return default
    return answer.value.text if isinstance(answer.value, StringValue) else None


def _symbol(value: Value | None) -> str | None:
    parts = value.parts if isinstance(value, StringValue) else (value,)
    dotted = getattr(parts[0], "dotted", None) if parts else None
    return dotted if isinstance(dotted, str) else None


def _is_writable(read_only: Answer) -> bool | None:
    if read_only.presence is Presence.ABSENT:
        return False
    return not read_only.value.value if isinstance(read_only.value, BoolValue) else None


def _bound_by_flags(flags: Sequence[NspawnFlag]) -> Iterator[BindMount]:
    for flag in flags:
        if flag.name in ("--bind", "--bind-ro") and flag.value.startswith("/"):
            source, _, rest = flag.value.partition(":")
            target, _, options = rest.partition(":")
            yield BindMount(
                mount_point=target or source,
                host_path=source,
                symbol=None,
                writable=flag.name == "--bind",
                place=flag.place,
                writable_place=flag.place,
                conditions=flag.conditions,
                options=_options(options),
            )


def forwarded_ports_of(forward_ports: Answer) -> tuple[ForwardedPort, ...]:
    """The ports in ``forwardPorts`` of which everything is known."""
    return tuple(
        port
        for definition in deciding(forward_ports)
        if isinstance(definition.value, ListValue)
        for element in definition.value.elements
        for port in (_forwarded(element.force(), definition),)
        if port is not None
    )


def _forwarded(value: Value, around: Definition) -> ForwardedPort | None:
    host, place = _number(value, "hostPort")
    inner, _ = _number(value, "containerPort")
    protocol = _attribute(value, "protocol")
    known = protocol is None or (isinstance(protocol, StringValue) and protocol.text is not None)
    where = place or value.place or around.name_place
    if host is None or where is None or not known:
        return None
    if inner is None and not isinstance(_attribute(value, "containerPort"), NullValue | None):
        return None
    text = protocol.text if isinstance(protocol, StringValue) else None
    return ForwardedPort(text or "tcp", host, host if inner is None else inner, where, around.conditions)


def _number(value: Value, name: str) -> tuple[int | None, Place | None]:
    found = _attribute(value, name)
    return (found.value, found.place) if isinstance(found, IntValue) else (None, None)


def _attribute(value: Value, name: str) -> Value | None:
    entry = value.entries.get(name) if isinstance(value, AttrsValue) else None
    return None if entry is None else entry.value.force()


def capabilities_of(additional: Answer, flags: Sequence[NspawnFlag]) -> tuple[Stated[str], ...]:
    """The capabilities that a container gets besides those of systemd-nspawn, as ``CAP_…`` or :data:`ALL_CAPABILITIES`."""
    given = [*texts(additional)]
    given.extend(Stated(flag.value, flag.place, flag.conditions) for flag in flags if flag.name == "--capability")
    return tuple(
        stated._replace(what=_capability(word)) for stated in given for word in stated.what.split(",") if word.strip()
    )


def _capability(word: str) -> str:
    name = word.strip().upper()
    if name in ("ALL", "CAP_ALL"):
        return ALL_CAPABILITIES
    return name if name.startswith("CAP_") else f"CAP_{name}"


def devices_of(allowed: Answer) -> tuple[AllowedDevice, ...]:
    """The devices in ``allowedDevices`` of which everything is known."""
    found: list[AllowedDevice] = []
    for definition in deciding(allowed):
        for element in definition.value.elements if isinstance(definition.value, ListValue) else ():
            node, modifier = _attribute(element.force(), "node"), _attribute(element.force(), "modifier")
            if not isinstance(node, StringValue) or not isinstance(modifier, StringValue):
                continue
            place = node.place or element.place or definition.name_place
            if node.text is not None and modifier.text is not None and place is not None:
                found.append(AllowedDevice(node.text, modifier.text, place, definition.conditions))
    return tuple(found)
