"""A loaded project as the containers that it deploys, and what a person should know about the way there."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence as SequenceOf
from dataclasses import replace
from typing import NamedTuple

from nixlint.compose.budget import MAXIMUM_REPLICAS
from nixlint.compose.loading import LoadedProject
from nixlint.compose.node import MappingNode, Node, Scalar, Sequence
from nixlint.compose.problem import ComposeError, Shown
from nixlint.containers.languages.environment_files import environment_line
from nixlint.containers.languages.image_reference import parse_image_reference
from nixlint.deployment.parts import (
    Attachment,
    Build,
    DeployedContainer,
    Deployment,
    Plain,
    Port,
    Remark,
    RemarkKind,
    Variable,
)

from .added_flags import added_flags
from .building import build_of
from .command_line import command_line_of
from .environment import environment_of
from .key_reader import KeyReader, Notes
from .known_secrets import KnownSecrets
from .labels import labels_of, labels_of_compose, only_of_compose, with_labels_of_compose
from .life_cycle import dependencies_of, health_of, hooks_of, link_aliases, restart_of, stop_seconds_of
from .mounts import FileObjects, Volumes, mounts_of
from .networking import Networks, networked
from .process import flags_of, note_nowhere
from .resources import is_gpu_runtime, limits_of
from .secret_words import SecretWords

EXTENSION = "x-nixlint"


class Converted(NamedTuple):
    """A deployment and the remarks on it, in the order of the files."""

    deployment: Deployment
    remarks: tuple[Remark, ...]
    symbols: tuple[tuple[str, str], ...] = ()


class _Project(NamedTuple):
    name: str
    networks: Networks
    volumes: Volumes
    files: FileObjects
    images: dict[str, str]
    builders: dict[str, str]
    replicas: dict[str, tuple[str, ...]]
    first_replicas: dict[str, str]
    profiles: frozenset[str]
    asked_labels: frozenset[str]
    notes: Notes


def convert(
    loaded: LoadedProject,
    profiles: SequenceOf[str] = (),
    *,
    keeps_variables: bool = False,
    keeps_incomplete: bool = False,
) -> Converted:
    """The containers of a project. Services of profiles that are not among ``profiles`` are not started at boot.

    A service without an image is left out, unless ``keeps_incomplete``. With ``keeps_variables`` the texts of the
    containers have marks where variables stand, whose values are in the result.
    """
    symbols: dict[str, str] | None = {} if keeps_variables else None
    notes = Notes(KnownSecrets(loaded.root), symbols, loaded.environment, loaded.access, loaded.directory)
    top = _Top(loaded.root, notes)
    names = {key: _container_name(service, loaded.name, key) for key, service in top.children("services")}
    replicas = {key: _replica_names(names[key], service) for key, service in top.children("services")}
    images = {key: service.text("image") or f"{loaded.name}-{key}" for key, service in top.children("services")}
    project = _Project(
        loaded.name,
        Networks(top),
        Volumes(top),
        FileObjects(top, loaded.name),
        images,
        {images[key]: key for key, service in top.children("services") if "build" in service},
        replicas,
        {key: each[0] for key, each in replicas.items()},
        frozenset(profiles),
        labels_of_compose(loaded.root),
        notes,
    )
    _note_labels(project)
    containers: list[DeployedContainer] = []
    builds: list[Build] = []
    for key, service in top.children("services"):
        if "provider" in service:
            _note_provider(service)
            continue
        if not keeps_incomplete and "image" not in service and "build" not in service:
            service.needs_you(service.path("image"), "it has no image, and is left out", service.node.place)
            continue
        made, build = _containers(key, service, project)
        containers += made
        builds += [build] if build is not None else []
    containers = _with_waiting(_with_links(containers, top))
    for name in ("name", "version", "include"):
        top.node_of(name)
    top.note_unread()
    _note_converted(top, notes)
    used = {attachment.network for container in containers for attachment in container.attachments}
    networks = tuple(network for network in project.networks.made if network.name in used)
    _note_unused(top, project, used)
    deployment = Deployment(
        loaded.name,
        tuple(containers),
        networks,
        tuple(project.volumes.made),
        tuple(builds),
        tuple(project.files.secret_files),
    )
    return Converted(deployment, tuple(notes.remarks), tuple((notes.symbols or {}).items()))


class _Top(KeyReader):
    """The project itself, whose keys have no prefix."""

    def __init__(self, node: MappingNode, notes: Notes) -> None:
        super().__init__(node, "", notes)

    def path(self, name: str) -> str:
        """The key of an entry."""
        return name

    def note_unread(self) -> None:
        """Report every entry of the project that nobody has read."""
        for name, entry in self.node.entries.items():
            if isinstance(entry, MappingNode) and not name.startswith("x-"):
                KeyReader(entry, name, self.notes).note_unread()
            elif not name.startswith("x-") and name not in self.notes.read:
                self.dropped(name, "NixOS has nothing that does the same")


def _container_name(service: KeyReader, project: str, key: str) -> str:
    written = service.identifier("container_name")
    name = written or f"{project}-{key}"
    safe = re.sub(r"[^a-zA-Z0-9_.-]+", "-", name).lstrip("-._")
    if safe != name:
        service.approximated(service.path("container_name"), f"named {safe}", service.place("container_name"))
    return safe


def _replica_names(name: str, service: KeyReader) -> tuple[str, ...]:
    count = limits_of(service).replicas
    if count > MAXIMUM_REPLICAS:
        raise ComposeError(
            "{} has more than {} containers",
            service.node.place,
            Shown.path((service.key,)),
            Shown.number(MAXIMUM_REPLICAS),
        )
    return (name,) if count < 2 else tuple(f"{name}-{index}" for index in range(1, count + 1))


def _note_provider(service: KeyReader) -> None:
    service.dropped("provider", "run what the provider would run as a service of its own")
    inner = service.child("provider")
    for name in inner.node.entries if inner is not None else ():
        assert inner is not None
        inner.dropped(name, "it belongs to a provider")


def _containers(key: str, service: KeyReader, project: _Project) -> tuple[list[DeployedContainer], Build | None]:
    names = project.replicas[key]
    network = networked(service, project.networks, key, project.first_replicas)
    mounted = mounts_of(service, project.volumes, names[0])
    given = project.files.mounts(service)
    limited = limits_of(service)
    environment = environment_of(service)
    image = project.images[key]
    if parse_image_reference(image) is None and not image.startswith("/"):
        message = "it has no name, or nothing behind its colon, and no engine takes that: give its variable a value"
        service.needs_you(service.path("image"), message, service.place("image"), incomplete=True)
    build = build_of(service, key, project.images, project.files)
    builder = _builder(key, service, project)
    added = added_flags(service)
    flags = [*flags_of(service), *network.flags, *limited.flags, *mounted.flags, *given.flags, *added.flags]
    devices = [*_devices(service), *limited.devices]
    if is_gpu_runtime(service) and not limited.devices:
        devices.append("nvidia.com/gpu=all")
        flags = [flag for flag in flags if flag.name != "--runtime"]
        service.approximated(
            service.path("runtime"), "nvidia: all GPUs, by the container device interface", service.place("runtime")
        )
    words = SecretWords(project.notes.secrets, key, project.notes.environment)
    line = command_line_of(service, words, image if builder is None else None)
    health, hooks = health_of(service, words), hooks_of(service, words, environment.variables)
    overrides = _overrides(service, "container")
    profiles = [text for text, _ in service.texts("profiles")]
    is_selected = not profiles or bool(project.profiles & {"*", *profiles})
    if not is_selected:
        message = (
            f"only in the profiles {', '.join(profiles)}: it is not started at boot; start its unit when you want it"
        )
        service.approximated(service.path("profiles"), message, service.place("profiles"))
    logging = service.child("logging")
    container = DeployedContainer(
        name=names[0],
        service=key,
        place=service.node.place,
        image=image,
        image_place=service.place("image"),
        built_by=builder,
        entrypoint=line.entrypoint,
        command=line.command,
        environment=_with_needed(environment.variables, words.needed(service.node.place)),
        environment_files=environment.files,
        secret_labels=service.secret_pairs("labels", lambda name, value: environment_line(name, value) is not None),
        labels=with_labels_of_compose(labels_of(service), project.asked_labels, project.name, service, key),
        user=service.text("user"),
        working_directory=service.text("working_dir"),
        hostname=service.text("hostname"),
        domain=service.text("domainname"),
        ports=network.ports,
        mounts=(*mounted.mounts, *given.mounts),
        network_mode=network.mode,
        attachments=network.attachments,
        is_privileged=bool(service.flag("privileged")),
        capabilities=_capabilities(service),
        devices=tuple(devices),
        pull=_pull(service, builder is not None),
        flags=tuple(flags),
        log_driver=logging.text("driver") if logging is not None else None,
        log_options=tuple((name, value) for name, value, _ in logging.shown_pairs("options"))
        if logging is not None
        else (),
        health=health,
        restart=restart_of(service, service.child("deploy")),
        dependencies=dependencies_of(service, project.replicas),
        namespace_owners=tuple(each for owner in network.owners for each in project.replicas.get(owner, (owner,))),
        foreign_owners=(*network.foreign, *added.required),
        stop_seconds=stop_seconds_of(service),
        is_started_at_boot=is_selected and limited.replicas > 0,
        hooks=hooks,
        needs_gpu=any(device.startswith("nvidia.com/") for device in devices),
        key_places=service.spans(),
        container_overrides=overrides,
        unit_overrides=_overrides(service, "unit"),
        withheld=() if any(name in ("cmd", "entrypoint") for name, _ in overrides) else line.withheld,
    )
    note_nowhere(service)
    _note_replicas(service, container, names, limited.replicas)
    return [replace(container, name=name, replica=index) for index, name in enumerate(names)], build


def _with_needed(variables: tuple[Variable, ...], needed: tuple[Variable, ...]) -> tuple[Variable, ...]:
    """The variables of a container with those that its words take secrets from."""
    names = {each.name for each in variables}
    return (*variables, *(each for each in needed if each.name not in names))


def _note_replicas(service: KeyReader, container: DeployedContainer, names: tuple[str, ...], count: int) -> None:
    name = "scale" if "scale" in service else "deploy"
    if count == 0:
        service.approximated(service.path(name), "no container of it is started at boot", service.place(name))
    fixed = [str(port) for port in container.ports if _places(port) < len(names)]
    if len(names) > 1 and fixed:
        message = f"{len(names)} containers can't publish {', '.join(fixed)} each: there are not enough ports for all"
        service.needs_you(service.path("ports"), message, service.place("ports"))


def _places(port: Port) -> float:
    """How many containers can publish a port: as many as it has ports of the host to choose from."""
    if not port.host:
        return math.inf
    first, dash, last = port.host.partition("-")
    is_choice = dash and "-" not in port.container and first.isdecimal() and last.isdecimal()
    return int(last) - int(first) + 1 if is_choice else 1


def _devices(service: KeyReader) -> list[str]:
    found: list[str] = []
    for device in service.elements("devices"):
        source, target, permissions = device.text("source") or "", device.text("target"), device.text("permissions")
        parts = [source]
        if (target and target != source) or (permissions and permissions != "rwm"):
            parts.append(target or source)
        if permissions and permissions != "rwm":
            parts.append(permissions)
        found.append(source if "=" in source else ":".join(parts))
    return found


def _capabilities(service: KeyReader) -> tuple[tuple[str, bool], ...]:
    found: dict[str, bool] = {}
    for name, value in (("cap_drop", False), ("cap_add", True)):
        for text, place in service.texts(name):
            if text in found:
                service.approximated(service.path(name), f"{text} is both added and dropped: added", place)
            found[text] = value
    return tuple(found.items())


def _note_labels(project: _Project) -> None:
    only = only_of_compose(project.asked_labels)
    if only:
        message = f"{', '.join(only)}: only Compose itself puts this on containers, and what looks for it finds none"
        project.notes.add(RemarkKind.APPROXIMATED, "project", message, None)


def _builder(key: str, service: KeyReader, project: _Project) -> str | None:
    """The service whose build makes the image: Compose pulls no image that it can build for another service (compose,
    ``pkg/compose/pull.go``, ``isServiceImageToBuild``), but where it is told to.
    """
    if "build" in service:
        return key
    is_pulled = service.text("pull_policy") not in (None, "never", "missing", "if_not_present", "build")
    return None if is_pulled else project.builders.get(project.images[key])


def _pull(service: KeyReader, is_built: bool) -> str | None:
    text = service.text("pull_policy")
    match text:
        case "always" | "never" | "missing":
            return text
        case "build":
            return "never"
        case None:
            return "never" if is_built else None
        case _:
            message = f"'{text}': a newer image is looked for at every start instead"
            service.approximated(service.path("pull_policy"), message, service.place("pull_policy"))
            return "newer"


def _with_links(containers: list[DeployedContainer], top: KeyReader) -> list[DeployedContainer]:
    """The aliases that links give a service, in all its networks."""
    aliases: dict[str, set[str]] = {}
    for _, service in top.children("services"):
        for name, alias in link_aliases(service):
            aliases.setdefault(name, set()).add(alias)
    return [
        replace(
            container, attachments=tuple(_aliased(item, aliases[container.service]) for item in container.attachments)
        )
        if container.service in aliases
        else container
        for container in containers
    ]


def _aliased(attachment: Attachment, aliases: set[str]) -> Attachment:
    return attachment._replace(aliases=tuple(dict.fromkeys((*attachment.aliases, *sorted(aliases)))))


def _with_waiting(containers: list[DeployedContainer]) -> list[DeployedContainer]:
    awaited = {
        (dependency.container, dependency.condition)
        for container in containers
        for dependency in container.dependencies
    }
    return [
        replace(
            container,
            is_awaited_healthy=(container.name, "healthy") in awaited,
            is_awaited_completed=(container.name, "completed") in awaited,
        )
        for container in containers
    ]


def _note_converted(top: KeyReader, notes: Notes) -> None:
    noted = {remark.key for remark in notes.remarks}
    for name, service in top.children("services"):
        if not any(key == service.key or key.startswith(f"{service.key}.") for key in noted):
            notes.add(RemarkKind.CONVERTED, service.key, f"all of {name}", service.node.place)


def _note_unused(top: KeyReader, project: _Project, used: set[str]) -> None:
    for network in project.networks.made:
        if network.name not in used and network.key != "default":
            top.approximated(f"networks.{network.key}", "no service is in it: it is not made", network.place)


def _overrides(service: KeyReader, kind: str) -> tuple[tuple[str, Plain], ...]:
    """What ``x-nixlint`` of a service sets by hand: options of the container, or of its unit."""
    extension = service.node.get(EXTENSION)
    if not isinstance(extension, MappingNode):
        return ()
    keys = KeyReader(extension, service.path(EXTENSION), service.notes)
    for name in extension.entries:
        if name not in ("container", "unit", "flags", "lost"):
            keys.dropped(
                name, "x-nixlint knows `container` and `unit`, with options of NixOS, and `flags` of the engine"
            )
    return _plain_entries(extension.get(kind))


def _plain_entries(node: Node | None) -> tuple[tuple[str, Plain], ...]:
    return tuple((name, _plain(entry)) for name, entry in node.entries.items()) if isinstance(node, MappingNode) else ()


def _plain(node: Node) -> Plain:
    match node:
        case MappingNode():
            return {name: _plain(entry) for name, entry in node.entries.items()}
        case Sequence():
            return [_plain(item) for item in node.items]
        case Scalar():
            return node.value
