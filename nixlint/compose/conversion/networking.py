"""Networks and published ports of a service, and namespaces that it shares with others."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from nixlint.containers.languages.engine_flags import Flag
from nixlint.deployment.parts import Attachment, Port, Resource

from .key_reader import KeyReader

_NAMESPACES = {"ipc": "--ipc", "pid": "--pid", "uts": "--uts", "cgroup": "--cgroupns"}


class Networks:
    """The networks of a project: their names in the engine, and which of them have to be made."""

    def __init__(self, project: KeyReader) -> None:
        self.names: dict[str, str] = {}
        self.made: list[Resource] = []
        self.external: set[str] = set()
        for key, network in project.children("networks"):
            self._declare(key, network)

    def _declare(self, key: str, network: KeyReader) -> None:
        name = network.identifier("name") or key
        self.names[key] = name
        if network.flag("external"):
            self.external.add(name)
            network.needs_you(
                network.key, f"{name}: it is external: make the network before the containers start", network.node.place
            )
            return
        flags = [*_driver_flags(network), *_ipam_flags(network)]
        if network.flag("internal"):
            flags.append("--internal")
        if network.flag("enable_ipv6"):
            flags.append("--ipv6")
        if network.flag("enable_ipv4") is False:
            network.dropped("enable_ipv4", "the engine gives every network IPv4 addresses")
        network.dropped("attachable", "only Swarm has it")
        for label, value, _ in network.shown_pairs("labels"):
            flags += ["--label", f"{label}={value}"]
        self.made.append(Resource(key, name, tuple(flags), network.node.place))


def _driver_flags(network: KeyReader) -> list[str]:
    flags: list[str] = []
    driver = network.text("driver")
    if driver and driver not in ("bridge", "default"):
        flags += ["--driver", driver]
    for option, value, _ in network.shown_pairs("driver_opts"):
        flags += ["--opt", f"{option}={value}"]
    return flags


def _ipam_flags(network: KeyReader) -> list[str]:
    flags: list[str] = []
    ipam = network.child("ipam")
    if ipam is None:
        return flags
    driver = ipam.text("driver")
    if driver and driver != "default":
        flags += ["--ipam-driver", driver]
    for option, value, _ in ipam.shown_pairs("options"):
        flags += ["--ipam-opt", f"{option}={value}"]
    for pool in ipam.elements("config"):
        for name, flag in (("subnet", "--subnet"), ("ip_range", "--ip-range"), ("gateway", "--gateway")):
            text = pool.text(name)
            if text:
                flags += [flag, text]
        for name, value, _ in pool.shown_pairs("aux_addresses"):
            flags += ["--aux-address", f"{name}={value}"]
    return flags


class Networked(NamedTuple):
    """How a container is connected. ``owners`` are the services, ``foreign`` the containers, whose namespaces it shares."""

    mode: str | None
    attachments: tuple[Attachment, ...]
    ports: tuple[Port, ...]
    flags: tuple[Flag, ...]
    owners: tuple[str, ...]
    foreign: tuple[str, ...]


def networked(keys: KeyReader, networks: Networks, service: str, containers: dict[str, str]) -> Networked:
    """The network of a service; ``containers`` are the names of the project's containers by service."""
    owners: list[str] = []
    foreign: list[str] = []

    def resolve(text: str) -> str:
        kind, _, name = text.partition(":")
        if kind == "service" and name:
            owners.append(name)
            return f"container:{containers.get(name, name)}"
        if kind == "container" and name:
            owner = next((each for each, container in containers.items() if container == name), None)
            (owners if owner is not None else foreign).append(owner or name)
        return text

    mode = keys.text("network_mode")
    mode = resolve(mode) if mode is not None else None
    flags: list[Flag] = []
    for name, flag in _NAMESPACES.items():
        text = keys.text(name)
        if text:
            flags.append(Flag(flag, resolve(text), keys.place(name)))
    for text, place in keys.texts("volumes_from"):
        flags.append(Flag("--volumes-from", _volumes_of(text, containers, foreign), place))
    attachments = _attachments(keys, networks, service)
    mac = keys.text("mac_address")
    if mac:
        if attachments:
            first = attachments[0]
            attachments = (first._replace(options=(*first.options, ("mac", mac))), *attachments[1:])
        else:
            flags.append(Flag("--mac-address", mac, keys.place("mac_address")))
    ports = _ports(keys)
    if ports and mode is not None and (mode in ("host", "none") or mode.startswith("container:")):
        message = "the ports are not published: with the network of the host they are reachable as they are"
        if mode != "host":
            message = f"the ports are not published: a container with network_mode {mode} has none of its own"
        keys.approximated(keys.path("ports"), f"{', '.join(map(str, ports))}: {message}", keys.place("ports"))
        ports = ()
    return Networked(
        mode, attachments, ports, tuple(flags), tuple(dict.fromkeys(owners)), tuple(dict.fromkeys(foreign))
    )


def _volumes_of(text: str, containers: dict[str, str], foreign: list[str]) -> str:
    """The container whose volumes another one has: of a service its first one, with the mode behind it."""
    if not text.startswith("container:"):
        service, colon, mode = text.partition(":")
        return f"{containers.get(service, service)}{colon}{mode}"
    text = text.removeprefix("container:")
    name = text.partition(":")[0]
    if name not in containers.values():
        foreign.append(name)
    return text


def _attachments(keys: KeyReader, networks: Networks, service: str) -> tuple[Attachment, ...]:
    found: list[tuple[int, Attachment]] = []
    for name, network in keys.children("networks"):
        options = [
            (option, text)
            for key, option in (
                ("ipv4_address", "ip"),
                ("ipv6_address", "ip6"),
                ("mac_address", "mac"),
                ("interface_name", "interface_name"),
                ("gw_priority", "gw-priority"),
            )
            if (text := network.text(key))
        ]
        options += [("driver-opt", f"{key}={value}") for key, value, _ in network.shown_pairs("driver_opts")]
        options += [("link-local-ip", text) for text, _ in network.texts("link_local_ips")]
        aliases = tuple(dict.fromkeys((service, *(text for text, _ in network.texts("aliases")))))
        priority = network.number("priority") or 0
        place = network.node.place
        found.append((-priority, Attachment(networks.names.get(name, name), aliases, tuple(options), place)))
    return tuple(attachment for _, attachment in sorted(found, key=lambda pair: pair[0]))


def _ports(keys: KeyReader) -> tuple[Port, ...]:
    ports: list[Port] = []
    for port in keys.elements("ports"):
        target, published = port.text("target") or "", port.text("published") or ""
        for name in ("name", "app_protocol"):
            text = port.text(name)
            if text:
                port.approximated(port.path(name), f"'{text}' is only a note to other tools", port.place(name))
        mode = port.text("mode")
        if mode not in (None, "ingress"):
            port.approximated(port.path("mode"), f"'{mode}' has a meaning only in Swarm", port.place("mode"))
        address = port.text("host_ip") or ""
        ports.append(Port(address, published, target, port.text("protocol") or "tcp", port.node.place))
    return _in_ranges(ports)


def _in_ranges(ports: list[Port]) -> tuple[Port, ...]:
    """Ports that were written as one range, as one again."""
    runs: list[list[Port]] = [[port] for port in ports[:1]]
    for before, port in pairwise(ports):
        if _follows(before, port):
            runs[-1].append(port)
        else:
            runs.append([port])
    return tuple(_joined(run) for run in runs)


def _follows(before: Port, port: Port) -> bool:
    if (before.place, before.address, before.protocol) != (port.place, port.address, port.protocol):
        return False
    if (
        not (before.container.isdecimal() and port.container.isdecimal())
        or int(port.container) != int(before.container) + 1
    ):
        return False
    if before.host.isdecimal() and port.host.isdecimal():
        return int(port.host) == int(before.host) + 1
    return before.host == port.host == ""


def _joined(run: list[Port]) -> Port:
    if len(run) == 1:
        return run[0]
    host = f"{run[0].host}-{run[-1].host}" if run[0].host else ""
    return run[0]._replace(host=host, container=f"{run[0].container}-{run[-1].container}")
