"""What the containers of a project share: networks, volumes, images to be built, a target, and settings of the host."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from nixlint.deployment.parts import Build, Port, Remark, RemarkKind, Resource
from nixlint.semantics.modules.releases import first_with

from .context import Context, list_entry
from .engine import cache_flags, context_text, create_flags, image_name
from .expression import WRITE_TEXT, AttrSet, Call, Entry, IfElse, ListOf, Literal, Script, Select, Text, Word
from .shell import joined, shell, word
from .unit_text import description, path_list, single_path


class Shared(NamedTuple):
    """The engine, the units, the target of the project, and other settings."""

    backend: Entry
    units: tuple[Entry, ...]
    targets: tuple[Entry, ...]
    others: tuple[Entry, ...]


"""``--sdnotify=conmon`` under a user that lingers (nixpkgs 475089)."""


_FIRST_FOR_ALL = 1024
"""The first port that everybody may publish."""


_ONE_SHOT = (Entry(("Type",), Text("oneshot")), Entry(("RemainAfterExit",), Literal(True)))
# What needs the unit is wanted by it too, and so comes with the attempt that succeeds (systemd.unit(5), Wants=).
_TRIED_AGAIN = (Entry(("Restart",), Text("on-failure")), Entry(("RestartSec",), Literal(5)))
_WITHOUT_LIMIT = Entry(("startLimitIntervalSec",), Literal(0))


_DNS = 53
"""The port of name services."""


def _is_everywhere(port: Port) -> bool:
    return port.address.strip("[]") in ("", "0.0.0.0", "::")


def _has(ports: str, wanted: int) -> bool:
    """Whether a port, or one of a range, is the wanted one."""
    first, _, last = ports.partition("-")
    return first.isdecimal() and int(first) <= wanted <= int(last if last.isdecimal() else first)


class SharedUnits:
    """Writes what containers share."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def all(self) -> Shared:
        """The engine, networks, volumes, images to be built, the target of the project, and what else the host needs."""
        units = [
            *(self._network_unit(network) for network in self._context.deployment.networks),
            *(self._volume_unit(volume) for volume in self._context.deployment.volumes),
            *(self._build_unit(build) for build in self._context.deployment.builds),
        ]
        others: list[Entry] = []
        if self._context.is_podman and any(each.attachments for each in self._context.deployment.containers):
            others.append(_name_service(self._named_bridges()))
            self._note_name_service()
        if any(container.needs_gpu for container in self._context.deployment.containers):
            others.append(Entry(("hardware", "nvidia-container-toolkit", "enable"), Literal(True), blank_before=True))
        others += self._user(self._context.target.user)
        others += self._context.secrets.declarations()
        return Shared(
            Entry(("backend",), Text(self._context.engine)), tuple(units), (self._target_entry(),), tuple(others)
        )

    def _user(self, user: str | None) -> list[Entry]:
        """What the user of the containers needs. Health checks run under the user's own systemd, which has to linger;
        before 26.05 nixpkgs' module warns where a user lingers without a container that waits for one.
        """
        if user is None:
            return []
        self._low_ports(user)
        waits = any(each.is_ready_when_healthy for each in self._context.deployment.containers)
        message = f"{user}: the configuration has to have this user, with subordinate ids (autoSubUidGidRange)"
        message += " and with a uid of its own, which NixOS asks for where a health check is awaited" if waits else ""
        self._context.remarks.append(Remark(RemarkKind.NEEDS_YOU, "user", message, None))
        if not waits and not self._context.target.has(first_with("rootless-without-linger")):
            return []
        return [Entry(("users", "users", user, "linger"), Literal(True), blank_before=True)]

    def _named_bridges(self) -> list[str]:
        """The bridges of networks that have names of their own, which no pattern matches."""
        return [
            value
            for network in self._context.deployment.networks
            for flag, value in pairwise(create_flags(network.flags, self._context.backend, "network")[0])
            if flag == "--interface-name"
        ]

    def _note_name_service(self) -> None:
        """Say which published ports Podman's name service needs: it listens on port 53 of each bridge, and whichever comes
        second to that port on all addresses does not start (netavark, issue 1470; docker-pi-hole, issue 1631).
        """
        for container in self._context.deployment.containers:
            taken = [port for port in container.ports if _is_everywhere(port) and _has(port.host, _DNS)]
            if taken:
                message = (
                    f"{', '.join(map(str, taken))}: Podman's own name service has port {_DNS} of its networks, and "
                )
                message += (
                    f"only one of the two starts: publish it on an address of the machine (192.0.2.1:{_DNS}:{_DNS})"
                )
                key = f"services.{container.service}.ports"
                remark = Remark(RemarkKind.NEEDS_YOU, key, message, taken[0].place, container.service)
                self._context.remarks.append(remark)

    def _low_ports(self, user: str) -> None:
        """Say which ports only root may publish, unless the kernel is told otherwise (ip(7), ip_unprivileged_port_start)."""
        for container in self._context.deployment.containers:
            low = {port: int(first) for port in container.ports if (first := port.host.partition("-")[0]).isdecimal()}
            low = {port: first for port, first in low.items() if first < _FIRST_FOR_ALL}
            if low:
                message = f"{', '.join(map(str, low))}: {user} may publish no port below {_FIRST_FOR_ALL}, unless "
                message += f'boot.kernel.sysctl."net.ipv4.ip_unprivileged_port_start" is {min(low.values())}'
                key, place = f"services.{container.service}.ports", next(iter(low)).place
                self._context.remarks.append(Remark(RemarkKind.NEEDS_YOU, key, message, place, container.service))

    def _target_entry(self) -> Entry:
        wants = [
            f"{self._context.units.container(each.name)}.service"
            for each in self._context.deployment.containers
            if each.is_started_at_boot
        ]
        entries = (
            Entry(("description",), description(f"Containers of {self._context.deployment.name}")),
            *list_entry("wants", wants),
            *list_entry("wantedBy", ["multi-user.target"]),
        )
        return Entry(("systemd", "targets", self._context.project_target), AttrSet(entries), blank_before=True)

    def _network_unit(self, network: Resource) -> Entry:
        flags, lost = create_flags(network.flags, self._context.backend, "network")
        for text in lost:
            message = f"{text}: {self._context.engine} has no such option"
            self._context.remarks.append(Remark(RemarkKind.DROPPED, f"networks.{network.key}", message, network.place))
        return self._resource_unit(network, "network", flags, removes=True)

    def _volume_unit(self, volume: Resource) -> Entry:
        return self._resource_unit(volume, "volume", volume.flags, removes=False)

    def _resource_unit(self, resource: Resource, kind: str, flags: tuple[str, ...], *, removes: bool) -> Entry:
        """A unit that makes a network or a volume unless it is there. Networks go with the unit, data never."""
        comments = self._context.comments.take(resource.place)
        words = {"engine": self._context.engine, "kind": kind, "name": resource.name}
        script = joined(
            [
                shell("{engine} {kind} inspect {name} > /dev/null 2>&1 ||\n  {engine} {kind} create", **words),
                *self._secret_options(resource),
                shell(" {flags}\n", flags=[*flags, resource.name]),
            ]
        )
        service = [*_ONE_SHOT, *_TRIED_AGAIN]
        if self._context.target.user is not None:
            service.append(Entry(("User",), Text(self._context.target.user)))
        title = description(f"{self._context.engine.capitalize()} {kind} {resource.name}")
        entries = [Entry(("description",), title)]
        entries += [*list_entry("after", self._context.daemon), *list_entry("wants", self._context.daemon)]
        entries += list_entry("partOf", [f"{self._context.project_target}.target"])
        if resource.mounts_for:
            paths = path_list(resource.mounts_for, self._context.symbols)
            entries.append(Entry(("unitConfig", "RequiresMountsFor"), paths))
        entries.append(_WITHOUT_LIMIT)
        entries.append(Entry(("path",), ListOf.of([self._context.engine_package])))
        entries += [Entry(("serviceConfig",), AttrSet(tuple(service))), Entry(("script",), script)]
        if removes:
            entries.append(Entry(("postStop",), shell("{engine} {kind} rm {name} || true", **words)))
        unit = self._context.units.resource(kind, resource.name)
        rest = self._context.comments.take_inside(resource.place)
        return Entry((unit,), AttrSet(tuple(entries)), (*comments.above, *rest), comments.beside)

    def _secret_options(self, volume: Resource) -> Iterator[Script]:
        """The options of a volume whose values come from files."""
        for option, _ in volume.secret_options:
            file = word(self._context.secrets.option_file(volume, option))
            yield shell(' --opt {option}"$(cat {file})"', option=f"{option}=", file=file)

    def _build_unit(self, build: Build) -> Entry:
        image = image_name(build.image, self._context.backend, is_built=True)
        flags = [
            image
            if flag == build.image
            else context_text(flag, self._context.backend)
            if before == "--build-context"
            else flag
            for before, flag in zip(("", *build.flags), build.flags, strict=False)
        ]
        caches, cut = cache_flags(build.caches, self._context.backend)
        if cut:
            message = f"{', '.join(cut)}: Podman takes layers from all images of a repository, without tag or digest"
            key = f"services.{build.service}.build.cache_from"
            self._context.remarks.append(Remark(RemarkKind.APPROXIMATED, key, message, build.place, build.service))
        words: list[str | Word] = [*flags, *caches]
        for base in build.bases:
            other = image_name(base.image, self._context.backend, is_built=True)
            words += ["--build-context", f"{base.name}=docker-image://{other}"]
        for secret in build.secrets:
            path = secret.path if secret.secret_file is None else self._context.secrets.file_path(secret.secret_file)
            words += ["--secret", word(f"id={secret.identifier},src=", path or "")]
        needed = [f"{self._context.units.build(base.service)}.service" for base in build.bases]
        hidden = self._context.secrets.dockerfile(build)
        if hidden is not None:
            words += ["--file", word(hidden)]
        elif build.dockerfile_text is not None:
            words += ["--file", word(Call(WRITE_TEXT, (Text("Dockerfile"), Text(build.dockerfile_text))))]
        is_remote = "://" in build.context or build.context.startswith(("git@", "github.com/"))
        words.append(build.context if is_remote else ".")
        script = shell("{engine} build {words}\n", engine=self._context.engine, words=words)
        service = [*_ONE_SHOT, Entry(("TimeoutStartSec",), Literal(0)), *_TRIED_AGAIN]
        if not is_remote:
            service.append(Entry(("WorkingDirectory",), single_path(build.context, self._context.symbols)))
        arguments = self._context.secrets.build_environment_file(build)
        if arguments is not None:
            service.append(Entry(("EnvironmentFile",), arguments))
        entries = [
            Entry(("description",), description(f"Image {image}")),
            *list_entry("after", ["network-online.target", *self._context.daemon, *needed]),
            *list_entry("requires", needed),
            *list_entry("wants", ["network-online.target", *self._context.daemon]),
            *list_entry("wantedBy", needed),
            _WITHOUT_LIMIT,
            Entry(("path",), ListOf.of([self._context.engine_package, Select("pkgs", ("git",))])),
            Entry(("serviceConfig",), AttrSet(tuple(service))),
            Entry(("script",), script),
        ]
        return Entry((self._context.units.build(build.service),), AttrSet(tuple(entries)))


def _name_service(bridges: list[str]) -> Entry:
    """Podman's name service listens on the bridge, which the firewall closes; the names of bridges match by a pattern."""
    uses_nftables = Select("config", ("networking", "nftables", "enable"))
    interface = IfElse(uses_nftables, Text("podman*"), Text("podman+"))
    ports = ListOf.of([Literal(53)])
    allowed = AttrSet((Entry(("allowedTCPPorts",), ports), Entry(("allowedUDPPorts",), ports)))
    return Entry(
        ("networking", "firewall", "interfaces"),
        AttrSet((Entry((interface,), allowed), *(Entry((bridge,), allowed) for bridge in dict.fromkeys(bridges)))),
        ("Containers find each other by name.",),
        blank_before=True,
    )
