"""The report of a conversion: what became of a project, what a person has to do, and the commands that replace Compose's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from itertools import takewhile
from pathlib import Path

from nixlint.containers.deployment import Port, Remark, RemarkKind, SecretFile
from nixlint.containers.target import Backend, SecretStore
from nixlint.conversion.convert import Conversion
from nixlint.emit.secret_places import FOLDER
from nixlint.emit.unit_text import unit_name
from nixlint.syntax.place import Place
from nixlint.syntax.span import LineIndex, Position

from .json_document import Json, json_text, maybe, text
from .terminal import Style, shell_word, visible

_TITLES = {
    RemarkKind.NEEDS_YOU: ("needs you", "yellow"),
    RemarkKind.DROPPED: ("dropped", "red"),
    RemarkKind.APPROXIMATED: ("approximated", "cyan"),
}


def conversion_text(
    conversion: Conversion, folder: Path, style: Style, written: tuple[Path, ...] = ()
) -> Iterator[str]:
    """The report for a person; ``written`` are the files of secrets that were written for them."""
    lines = _Lines(conversion)
    for kind, (title, colour) in _TITLES.items():
        for key, remark in _grouped(conversion.remarks, kind):
            where = lines.shown(remark, folder)
            yield f"{style.coloured(title, colour)}: {visible(key)}: {visible(remark.message)}{where}\n"
    if conversion.needed:
        place = visible(conversion.root)
        yield f"\nThe project's folder has to be on the machine at {place} (--root names another place), with\n"
        for path in conversion.needed:
            yield f"  {visible(path)}\n"
    yield from _secrets(conversion, written)
    yield from _exposed(conversion)
    yield from _volumes(conversion)
    yield from _commands(conversion)
    counts = [sum(1 for _ in _grouped(conversion.remarks, kind)) for kind in _TITLES]
    names = ("that need you", "dropped", "approximated")
    summary = ", ".join(f"{count} {name}" for count, name in zip(counts, names, strict=True) if count)
    count = len(conversion.deployment.containers)
    yield f"\n{count} container{'s' * (count != 1)} converted{f'; {summary}' if summary else ''}\n"


def _grouped(remarks: Iterable[Remark], kind: RemarkKind) -> Iterator[tuple[str, Remark]]:
    """The remarks of a kind with their keys; those that say the same of one place are one, with what their keys share."""
    groups: dict[tuple[str, Place | None], list[Remark]] = {}
    for remark in remarks:
        if remark.kind is kind:
            groups.setdefault((remark.message, remark.place), []).append(remark)
    for same in groups.values():
        yield _shared_key([each.key for each in same]), same[0]


def _shared_key(keys: list[str]) -> str:
    """``services.{a,b}.logging`` for the same key of several services; what the keys begin with for several keys of one."""
    parts = [key.split(".") for key in dict.fromkeys(keys)]
    if len(parts) > 1 and len({(len(each), *each[2:]) for each in parts}) == 1 and len(parts[0]) > 2:
        names = ",".join(each[1] for each in parts)
        return ".".join((parts[0][0], f"{{{names}}}", *parts[0][2:]))
    common = takewhile(lambda each: len(set(each)) == 1, zip(*parts, strict=False))
    return ".".join(part for part, *_ in common) or keys[0]


class _Lines:
    def __init__(self, conversion: Conversion) -> None:
        self._indices = {path: LineIndex(text.data) for path, text in conversion.texts.items()}

    def position(self, remark: Remark) -> Position | None:
        """The line and column of a remark."""
        if remark.place is None or remark.place.path not in self._indices or not remark.place.span.end:
            return None
        return self._indices[remark.place.path].position(remark.place.span.start)

    def shown(self, remark: Remark, folder: Path) -> str:
        """The place of a remark, as a person reads it."""
        position = self.position(remark)
        if position is None or remark.place is None:
            return ""
        return f" ({visible(_relative(remark.place.path, folder))}:{position.line}:{position.column})"


def _relative(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def _secrets(conversion: Conversion, written: tuple[Path, ...]) -> Iterator[str]:
    if not conversion.secret_files:
        return
    yield "\nSecrets are not in the module:\n"
    for file in conversion.secret_files:
        names = ", ".join(name for name, _ in file.variables) or "its content"
        yield f"  {visible(file.name)}: {visible(names)}{_access(file)}\n"
    for path in written:
        yield f"  written in plain text to {visible(str(path))}\n"
    match conversion.target.secrets:
        case SecretStore.SOPS:
            yield "Encrypt it with sops as your sops.defaultSopsFile, then remove the plain text.\n"
        case SecretStore.AGENIX:
            yield "Encrypt each with age as secrets/<name>.age beside the module, then remove the plain text.\n"
        case _:
            owner = conversion.target.user or "root"
            own = any(_access(file) for file in conversion.secret_files)
            end = ", but for those with a mode of their own" if own else ""
            place = visible(f"{FOLDER}/{conversion.deployment.name}/")
            yield f"Bring each to {place} on the machine, mode 0600, owned by {owner}{end}.\n"


def _access(file: SecretFile) -> str:
    """Who has to be able to read a file, where that is not its owner alone."""
    owner = f", owned by {file.uid or 0}:{file.gid or 0}" if file.uid or file.gid else ""
    return f" (mode {file.mode}{owner})" if file.mode != "0600" or owner else ""


def _exposed(conversion: Conversion) -> Iterator[str]:
    ports = exposed_ports(conversion)
    if ports:
        yield "\nReachable from outside although the firewall is on (give an address, such as 127.0.0.1, to close):\n"
        for name, port in ports:
            yield f"  {visible(name)}: {visible(str(port))}\n"


def exposed_ports(conversion: Conversion) -> tuple[tuple[str, Port], ...]:
    """The published ports that other machines can reach: all but those on an address of the loopback interface."""
    return tuple(
        (container.name, port)
        for container in conversion.deployment.containers
        for port in container.ports
        if not _is_loopback(port.address)
    )


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address == "localhost"


def _volumes(conversion: Conversion) -> Iterator[str]:
    names = named_volumes(conversion)
    if not names:
        return
    if conversion.target.backend is Backend.DOCKER:
        yield f"\nThe volumes {visible(', '.join(names))} have the names that Compose gave them: their data is kept.\n"
        return
    yield "\nTo bring the data of Docker's volumes to Podman, with the project stopped:\n"
    for name in names:
        word, mounted = shell_word(name), shell_word(f"{name}:/v")
        yield f"  podman volume create {word}\n"
        yield f"  docker run --rm -v {mounted} docker.io/library/busybox tar -C /v -cf - . | podman volume import {word} -\n"


def named_volumes(conversion: Conversion) -> tuple[str, ...]:
    """The named volumes that the containers use."""
    sources = (mount.source for container in conversion.deployment.containers for mount in container.mounts)
    return tuple(dict.fromkeys(source for source in sources if source and not source.startswith("/")))


def _commands(conversion: Conversion) -> Iterator[str]:
    engine = conversion.target.backend.value
    target = shell_word(f"{unit_name(engine, 'compose', conversion.deployment.name)}.target")
    names = [container.name for container in conversion.deployment.containers]
    first = names[0] if names else "NAME"
    unit = unit_name(engine, first)
    prefix = f"{conversion.deployment.name}-"
    is_shared = all(name.startswith(prefix) for name in names)
    logs = shell_word(f"{unit_name(engine, prefix)}*" if is_shared else unit)
    yield (
        f"\nInstead of docker compose …\n"
        f"  ps             systemctl list-dependencies {target}\n"
        f"  logs -f        journalctl -fu {logs}\n"
        f"  exec           {engine} exec -it {shell_word(first)} sh\n"
        f"  pull           {engine} pull …, then systemctl restart {shell_word(unit)}\n"
        f"  up -d, down    systemctl start, stop {target}\n"
    )


def conversion_json(conversion: Conversion, folder: Path) -> str:
    """The report as a JSON document."""
    lines = _Lines(conversion)
    remarks: list[Json] = []
    for remark in conversion.remarks:
        position = lines.position(remark)
        remarks.append(
            {
                "kind": text(remark.kind.value),
                "service": maybe(remark.service),
                "key": text(remark.key),
                "message": text(remark.message),
                "file": None
                if position is None or remark.place is None
                else text(_relative(remark.place.path, folder)),
                "line": None if position is None else position.line,
                "column": None if position is None else position.column,
            }
        )
    document: Json = {
        "made_by": text("nixlint convert"),
        "version": 1,
        "project": text(conversion.deployment.name),
        "backend": text(conversion.target.backend.value),
        "nixos": text(conversion.target.release),
        "inputs": text(conversion.inputs),
        "containers": [
            {"name": text(each.name), "service": text(each.service), "image": text(each.image)}
            for each in conversion.deployment.containers
        ],
        "remarks": remarks,
        "secrets": [
            {"file": text(file.name), "variables": [text(name) for name, _ in file.variables]}
            for file in conversion.secret_files
        ],
        "exposed": [{"container": text(name), "port": text(str(port))} for name, port in exposed_ports(conversion)],
        "root": text(conversion.root),
        "needed": [text(each) for each in conversion.needed],
        "volumes": [text(each) for each in named_volumes(conversion)],
    }
    return json_text(document)
