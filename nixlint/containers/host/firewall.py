"""What the firewalls of a repository's hosts let in, as far as it is written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nixlint.semantics.language.values import AttrsValue, BoolValue, IntValue, ListValue, SymbolValue
from nixlint.semantics.modules.module_system import Answer
from nixlint.semantics.modules.option_query import ANY
from nixlint.semantics.repository.project import ask_files
from nixlint.semantics.repository.repository import Repository

_FIREWALL = ("networking", "firewall")
_OPENED = ("allowedTCPPorts", "allowedUDPPorts", "allowedTCPPortRanges", "allowedUDPPortRanges")


class OpenPorts(NamedTuple):
    """The ports that some firewall of the repository lets in, whatever host or interface it is for.

    ``complete`` says that there is no port among them that is not known, and no firewall that is switched off.
    """

    ranges: tuple[range, ...]
    complete: bool

    @classmethod
    def of(cls, repository: Repository) -> OpenPorts:
        """The open ports of a repository, looked for once."""
        return repository.remember(cls, lambda: _open_ports(repository))

    def includes(self, port: int) -> bool:
        """Whether a port is open on purpose, or may be."""
        return not self.complete or any(port in ports for ports in self.ranges)

    def includes_all(self, wanted: range) -> bool:
        """Whether all ports of a range are open on purpose, or may be."""
        return not self.complete or all(self.includes(port) for port in _ends_of_parts(wanted, self.ranges))


def _ends_of_parts(wanted: range, opened: tuple[range, ...]) -> Iterator[int]:
    """The ports of a range that tell about all of it: its first one, and each after the end of an open range."""
    yield wanted.start
    yield from (ports.stop for ports in opened if ports.stop in wanted)


def _open_ports(repository: Repository) -> OpenPorts:
    found: list[range | None] = []
    options = [(*prefix, name) for prefix in (_FIREWALL, (*_FIREWALL, "interfaces", ANY)) for name in _OPENED]
    for _, answer in ask_files(repository, *options):
        found.extend(_ranges(answer))
    found.extend(_opened_by_services(repository))
    known = tuple(ports for ports in found if ports is not None)
    return OpenPorts(known, len(known) == len(found) and not _is_switched_off(repository))


def _opened_by_services(repository: Repository) -> Iterator[range]:
    """What services open by themselves: sshd lets in its port (nixpkgs, ``services/networking/ssh/sshd.nix``)."""
    for _, answer in ask_files(repository, ("services", "openssh", "enable")):
        if any(isinstance(item.value, BoolValue) and item.value.value for item in answer.definitions):
            yield range(22, 23)


def _ranges(answer: Answer) -> Iterator[range | None]:
    """The ports of an answer, ``None`` for each that is not known."""
    if answer.obstacles:
        yield None
    for definition in answer.definitions:
        if not isinstance(definition.value, ListValue) or definition.value.unknowns:
            yield None
            continue
        for element in definition.value.elements:
            match element.force():
                case IntValue(value=port):
                    yield range(port, port + 1)
                case AttrsValue() as ends:
                    yield _range(ends)
                case SymbolValue(path=("config", "services", *_)):
                    continue  # The port of a service of the host: an OCI container that had it would not start.
                case _:
                    yield None


def _range(ends: AttrsValue) -> range | None:
    first, last = ends.entries.get("from"), ends.entries.get("to")
    if first is None or last is None:
        return None
    start, stop = first.value.force(), last.value.force()
    if isinstance(start, IntValue) and isinstance(stop, IntValue):
        return range(start.value, stop.value + 1)
    return None


def _is_switched_off(repository: Repository) -> bool:
    return any(
        not isinstance(definition.value, BoolValue) or not definition.value.value
        for _, answer in ask_files(repository, (*_FIREWALL, "enable"))
        for definition in answer.definitions
    )
