"""The report of a conversion: what became of a project, what a person has to do, and the commands that replace Compose's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple, TypeVar

from nixlint.api.converting import Written
from nixlint.conversion.convert import Conversion
from nixlint.deployment.parts import Deployment, Port, Remark, RemarkKind, SecretFile
from nixlint.deployment.target import Backend, SecretStore
from nixlint.emit.secret_places import FOLDER
from nixlint.emit.unit_text import unit_name
from nixlint.secrets.names import kind_of_secret
from nixlint.secrets.parts import may_be_secret
from nixlint.syntax.span import LineIndex, Position

from .remark_groups import grouped
from .terminal import Style, shell_word, visible

_TITLES = {
    RemarkKind.NEEDS_YOU: ("needs you", "yellow"),
    RemarkKind.DROPPED: ("dropped", "red"),
    RemarkKind.APPROXIMATED: ("approximated", "cyan"),
}
_SCREEN = 40
"""The lines of a screen, on which a short report has to fit."""


class _Size(NamedTuple):
    """How many groups of remarks a report has, how many things it names of each, and how many lines of a list it has."""

    groups: dict[RemarkKind, int]
    names: int
    lines: int


def _size(needs_you: int, dropped: int, approximated: int, lines: int) -> _Size:
    kinds = (RemarkKind.NEEDS_YOU, RemarkKind.DROPPED, RemarkKind.APPROXIMATED)
    return _Size(dict(zip(kinds, (needs_you, dropped, approximated), strict=True)), 3, lines)


_SIZES = (_size(9, 6, 4, 4), _size(7, 4, 3, 3), _size(5, 2, 2, 2), _size(2, 1, 1, 1))
"""From the largest on: the report has the first one with which it fits on a screen, and it fits with the last."""
_ALL = 1_000_000_000
_EVERYTHING = _Size(dict.fromkeys(RemarkKind, _ALL), _ALL, _ALL)


NOT_WRITTEN = Written()


def conversion_text(
    conversion: Conversion, folder: Path, style: Style, written: Written = NOT_WRITTEN, *, is_verbose: bool = False
) -> Iterator[str]:
    """The report for a person, with what they have to do first; short unless ``is_verbose``."""
    lines = RemarkLines(conversion)
    report: list[str] = []
    for size in (_EVERYTHING,) if is_verbose else _SIZES:
        report = list(_Report(conversion, folder, style, written, lines, size).text())
        if sum(text.count("\n") for text in report) <= _SCREEN:
            break
    yield from report


class _Report:
    """The parts of a report, each a section of its own."""

    def __init__(
        self, conversion: Conversion, folder: Path, style: Style, written: Written, lines: RemarkLines, size: _Size
    ) -> None:
        self._conversion = conversion
        self._folder = folder
        self._style = style
        self._written = written
        self._lines = lines
        self._size = size
        self._hides = False

    def text(self) -> Iterator[str]:
        """All of it, what needs a person first."""
        yield from self.remarks(RemarkKind.NEEDS_YOU)
        yield from self.remarks(RemarkKind.DROPPED)
        yield from self.folder()
        yield from self.secrets()
        yield from self.exposed()
        yield from self.volumes()
        yield from self.approximated()
        yield from self.commands()
        yield from self.summary()

    def remarks(self, kind: RemarkKind) -> Iterator[str]:
        """The remarks of a kind."""
        title, colour = _TITLES[kind]
        groups = grouped(self._conversion.remarks, kind)
        shown = _first(groups, self._size.groups[kind])
        for group in shown:
            count = f", {len(group.remarks)} times" if len(group.remarks) > 1 else ""
            where = self._lines.shown(group.first, self._folder, count)
            key, message = group.key(self._size.names), group.message(self._size.names)
            self._hides |= len(group.remarks) > self._size.names
            yield f"{self._style.coloured(title, colour)}: {visible(key)}: {visible(message)}{where}\n"
        rest = sum(len(group.remarks) for group in groups[len(shown) :])
        if rest:
            self._hides = True
            yield f"{self._style.coloured(title, colour)}: {rest} more\n"

    def approximated(self) -> Iterator[str]:
        """What is not quite the same, apart from what a person has to do."""
        found = list(self.remarks(RemarkKind.APPROXIMATED))
        yield from ("\n", *found) if found else ()

    def folder(self) -> Iterator[str]:
        """What of the project's folder has to be on the machine."""
        needed = self._conversion.needed
        if not needed:
            return
        place = visible(self._conversion.root)
        yield f"\nThe project's folder has to be on the machine at {place} (--root names another place), with\n"
        yield from self._list(f"  {visible(path)}\n" for path in needed)

    def secrets(self) -> Iterator[str]:
        """Where secrets are, and what to do with them."""
        files = self._conversion.secret_files
        if not files:
            return
        yield "\nSecrets are not in the module:\n"
        yield from self._list(self._secret_file(file) for file in files)
        are_few = len(self._written.secrets) <= self._size.lines
        folders = dict.fromkeys(f"{path.parent}/" for path in self._written.secrets)
        for path in map(str, self._written.secrets) if are_few else folders:
            yield f"  written in plain text to {visible(path)}\n"
        if not self._written.secrets:
            yield "No file of them was written: -o writes the module, and them in plain text outside of the repository.\n"
        yield self._how_to_bring()

    def _secret_file(self, file: SecretFile) -> str:
        return f"  {visible(file.name)}: {visible(self._variables(file) or 'its content')}{_access(file)}\n"

    def _variables(self, file: SecretFile) -> str:
        """The variables in a file of secrets: those that are secrets by their names, and how many came with them."""
        secret = [name for name, value in file.variables if may_be_secret(name, value)]
        secret.sort(key=lambda name: kind_of_secret(name) is None)
        others = [name for name, _ in file.variables if name not in secret]
        if len(others) <= self._size.names:
            return self._some([*secret, *others])
        self._hides = True
        plain = f"{len(others)} variables that may be plain settings"
        return f"{self._some(secret)}, and {plain}" if secret else plain

    def _how_to_bring(self) -> str:
        target = self._conversion.target
        match target.secrets:
            case SecretStore.SOPS:
                return "Encrypt it with sops as your sops.defaultSopsFile, then remove the plain text.\n"
            case SecretStore.AGENIX:
                return "Encrypt each with age as secrets/<name>.age beside the module, then remove the plain text.\n"
            case _:
                owner = target.user or "root"
                own = any(_access(file) for file in self._conversion.secret_files)
                end = ", but for those with a mode of their own" if own else ""
                place = visible(f"{FOLDER}/{self._conversion.deployment.name}/")
                return f"Each has to be in {place} on the machine, mode 0600, owned by {owner}{end}.\n"

    def exposed(self) -> Iterator[str]:
        """What other machines reach."""
        ports: dict[str, list[str]] = {}
        for name, port in exposed_ports(self._conversion):
            ports.setdefault(name, []).append(str(port))
        if ports:
            yield "\nReachable from outside although the firewall is on (give an address, such as 127.0.0.1, to close):\n"
            yield from self._list(f"  {visible(name)}: {visible(', '.join(each))}\n" for name, each in ports.items())

    def volumes(self) -> Iterator[str]:
        """What becomes of the data in volumes."""
        names = named_volumes(self._conversion)
        if not names:
            return
        if self._conversion.target.backend is Backend.DOCKER:
            yield f"\nThe volumes keep the names that Compose gave them, and their data: {visible(self._some(names))}\n"
            return
        yield "\nTo bring the data of Docker's volumes to Podman, with the project stopped:\n"
        # A loop, for the same is done for each.
        yield f'  for v in {visible(" ".join(map(shell_word, names)))}; do podman volume create "$v" &&\n'
        yield '    docker run --rm -v "$v:/v" docker.io/library/busybox tar -C /v -cf - . | podman volume import "$v" -\n'
        yield "  done\n"

    def commands(self) -> Iterator[str]:
        """The commands that replace Compose's."""
        deployment, engine = self._conversion.deployment, self._conversion.target.backend.value
        target = shell_word(f"{unit_name(engine, 'compose', deployment.name)}.target")
        first = next((container.name for container in deployment.containers), "NAME")
        unit = unit_name(engine, first)
        yield (
            f"\nInstead of docker compose …\n"
            f"  ps             systemctl list-dependencies {target}\n"
            f"  logs -f        {_logs(deployment, engine)}\n"
            f"  exec           {engine} exec -it {shell_word(first)} sh\n"
            f"  pull           {engine} pull …, then systemctl restart {shell_word(unit)}\n"
            f"  up -d, down    systemctl start, stop {target}\n"
        )

    def summary(self) -> Iterator[str]:
        """What was written, and how many remarks there are."""
        counts = [sum(each.kind is kind for each in self._conversion.remarks) for kind in _TITLES]
        names = ("that need you", "dropped", "approximated")
        told = ", ".join(f"{count} {name}" for count, name in zip(counts, names, strict=True) if count)
        count = len(self._conversion.deployment.containers)
        yield f"\n{count} container{'s' * (count != 1)} converted{f'; {told}' if told else ''}\n"
        if self._hides:
            yield "All of it: -v, or --report FILE.json\n"
        modules = [relative_path(path, self._folder) for path in self._written.modules]
        if modules:
            yield f"Written: {visible(self._some(modules))}\n"

    def _list(self, texts: Iterable[str]) -> Iterator[str]:
        """Lines, or the first of them and how many more there are."""
        lines = list(texts)
        shown = _first(lines, self._size.lines)
        yield from shown
        if len(shown) < len(lines):
            self._hides = True
            yield f"  and {len(lines) - len(shown)} more\n"

    def _some(self, names: Sequence[str]) -> str:
        """Names, or the first of them and how many more there are."""
        rest = len(names) - self._size.names
        self._hides |= rest > 1
        return ", ".join(names) if rest < 2 else f"{', '.join(names[: self._size.names])} and {rest} more"


T = TypeVar("T")


def _first(items: Sequence[T], most: int) -> Sequence[T]:
    """The first of some items. To say that there is one more would take as much room as that one."""
    return items if len(items) <= most + 1 else items[:most]


def _logs(deployment: Deployment, engine: str) -> str:
    """The command that follows the journals of all containers: those with the project's name by a pattern, others each."""
    prefix = f"{deployment.name}-"
    names = [container.name for container in deployment.containers]
    units = [shell_word(unit_name(engine, name)) for name in names if not name.startswith(prefix)]
    if len(units) < len(names):
        units.insert(0, shell_word(f"{unit_name(engine, prefix)}*"))
    return f"journalctl -fu {' -u '.join(units or ['NAME'])}"


class RemarkLines:
    """Where remarks stand in the files of a project, by line and column."""

    def __init__(self, conversion: Conversion) -> None:
        self._indices = {path: LineIndex(text.data) for path, text in conversion.texts.items()}

    def position(self, remark: Remark) -> Position | None:
        """The line and column of a remark."""
        if remark.place is None or remark.place.path not in self._indices or not remark.place.span.end:
            return None
        return self._indices[remark.place.path].position(remark.place.span.start)

    def shown(self, remark: Remark, folder: Path, more: str) -> str:
        """The place of a remark, as a person reads it, with what else is to be said in parentheses."""
        position = self.position(remark)
        if position is None or remark.place is None:
            return f" ({more.removeprefix(', ')})" if more else ""
        return f" ({visible(relative_path(remark.place.path, folder))}:{position.line}:{position.column}{more})"


def relative_path(path: Path, folder: Path) -> str:
    """A path as it is shown to who works in a folder."""
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def _access(file: SecretFile) -> str:
    """Who has to be able to read a file, where that is not its owner alone."""
    owner = f", owned by {file.uid or 0}:{file.gid or 0}" if file.uid or file.gid else ""
    return f" (mode {file.mode}{owner})" if file.mode != "0600" or owner else ""


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


def named_volumes(conversion: Conversion) -> tuple[str, ...]:
    """The named volumes that the containers use."""
    sources = (mount.source for container in conversion.deployment.containers for mount in container.mounts)
    return tuple(dict.fromkeys(source for source in sources if source and not source.startswith("/")))
