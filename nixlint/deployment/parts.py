"""Containers to be deployed: what a Compose project means, whatever engine is to run it and however NixOS is told.

A reader (:mod:`nixlint.compose`) fills these, :mod:`nixlint.emit` writes them. Every part has its place in the file that it
comes from, so that comments follow it and what can't be carried is told where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, Protocol, TypeAlias

from nixlint.containers.languages.engine_flags import Flag
from nixlint.syntax.place import Place

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"
"""A value of an option that a project gives as it is."""


class RemarkKind(Enum):
    """What became of something that a project says."""

    CONVERTED = "converted"
    APPROXIMATED = "approximated"
    NEEDS_YOU = "needs-you"
    DROPPED = "dropped"


class Remark(NamedTuple):
    """What a person should know about one key of a project. ``key`` is its path, as in ``services.web.ports``.

    ``is_incomplete`` says that the module lacks something that the project has, until a person adds it.
    """

    kind: RemarkKind
    key: str
    message: str
    place: Place | None
    service: str | None = None
    is_incomplete: bool = False


class Variable(NamedTuple):
    """An environment variable. A secret one is never written into Nix; ``value`` ``None`` is taken from outside."""

    name: str
    value: str | None
    place: Place
    is_secret: bool


class EnvironmentFile(NamedTuple):
    """A file of variables at an absolute path."""

    path: str
    place: Place


class Port(NamedTuple):
    """A published port; ``host`` and ``container`` may be ranges, ``host`` is empty for one that the engine chooses."""

    address: str
    host: str
    container: str
    protocol: str
    place: Place

    def __str__(self) -> str:
        """As the engines' ``--publish`` takes it."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        target = self.container if self.protocol == "tcp" else f"{self.container}/{self.protocol}"
        if address:
            return f"{address}:{self.host}:{target}"
        return f"{self.host}:{target}" if self.host else target


class MountKind(Enum):
    """What is mounted."""

    BIND = "bind"
    VOLUME = "volume"
    IMAGE = "image"


class DeployedMount(NamedTuple):
    """A path of the host, a named volume or an image at a path of the container, with the options of the short form.

    ``settings`` are what the short form has no word for, by the names that Docker's ``--mount`` gives them. ``creates`` says
    that a missing folder of the host is made. Instead of a ``source`` there may be a ``content``, the name and text of a
    file of the store, or a ``secret_file``, the name of one that a person brings.
    """

    kind: MountKind
    source: str
    target: str
    options: tuple[str, ...]
    creates: bool
    place: Place
    content: tuple[str, str] | None = None
    secret_file: str | None = None
    settings: tuple[tuple[str, str], ...] = ()


class Attachment(NamedTuple):
    """A container in a network, by the network's name in the engine."""

    network: str
    aliases: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    place: Place


class HealthCheck(NamedTuple):
    """How the engine sees whether a container is well. ``test`` begins with ``CMD``, ``CMD-SHELL`` or ``NONE``.

    Durations are as Go prints them, ``budget`` the seconds after which an unhealthy container is known to be one.
    """

    test: tuple[str, ...]
    timings: tuple[tuple[str, str], ...]
    budget: int
    place: Place


class Restart(NamedTuple):
    """When a container is started again: ``policy`` is ``no``, ``always`` or ``on-failure``; times in seconds."""

    policy: str
    attempts: int | None = None
    delay: float | None = None
    window: float | None = None


NEVER = Restart("no")


class Dependency(NamedTuple):
    """Another container that has to be ``started``, ``healthy`` or ``completed`` first."""

    container: str
    condition: str
    is_required: bool
    restarts: bool
    place: Place


class Hook(NamedTuple):
    """A command to be run in a container after it was started, or before it is stopped.

    ``passed`` are its secret variables, which the engine takes from the environment of the unit.
    """

    moment: str
    flags: tuple[str, ...]
    command: tuple[str, ...]
    place: Place
    passed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class DeployedContainer:
    """A container to be deployed; ``name`` is the engine's, ``service`` what the project calls it.

    ``replica`` counts the containers of one service, from 0. ``withheld`` are the secrets that its command needs and
    lacks: it must not start without. ``secret_labels`` must not be in the store. ``built_by`` is the service whose build
    makes the image, which may be another one.
    """

    name: str
    service: str
    place: Place
    image: str
    image_place: Place
    built_by: str | None = None
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    environment: tuple[Variable, ...] = ()
    environment_files: tuple[EnvironmentFile, ...] = ()
    labels: tuple[tuple[str, str, Place], ...] = ()
    user: str | None = None
    working_directory: str | None = None
    hostname: str | None = None
    domain: str | None = None
    ports: tuple[Port, ...] = ()
    mounts: tuple[DeployedMount, ...] = ()
    network_mode: str | None = None
    attachments: tuple[Attachment, ...] = ()
    is_privileged: bool = False
    capabilities: tuple[tuple[str, bool], ...] = ()
    devices: tuple[str, ...] = ()
    pull: str | None = None
    flags: tuple[Flag, ...] = ()
    log_driver: str | None = None
    log_options: tuple[tuple[str, str], ...] = ()
    health: HealthCheck | None = None
    restart: Restart = NEVER
    dependencies: tuple[Dependency, ...] = ()
    namespace_owners: tuple[str, ...] = ()
    foreign_owners: tuple[str, ...] = ()
    stop_seconds: int | None = None
    is_started_at_boot: bool = True
    hooks: tuple[Hook, ...] = ()
    needs_gpu: bool = False
    is_awaited_healthy: bool = False
    is_awaited_completed: bool = False
    replica: int = 0
    key_places: Mapping[str, Place] = field(default_factory=dict)
    container_overrides: tuple[tuple[str, Plain], ...] = ()
    unit_overrides: tuple[tuple[str, Plain], ...] = ()
    withheld: tuple[str, ...] = ()
    secret_labels: tuple[tuple[str, str], ...] = ()

    @property
    def is_ready_when_healthy(self) -> bool:
        """Whether others wait for its health, and the project says how that is checked."""
        return self.is_awaited_healthy and self.health is not None and self.health.test[:1] not in ((), ("NONE",))


class CommentsAt(NamedTuple):
    """Comments without their signs: those above a line, and the one beside it."""

    above: tuple[str, ...] = ()
    beside: str | None = None


class CommentSource(Protocol):
    """Gives the comments of the file that a deployment comes from, each once."""

    def take(self, place: Place) -> CommentsAt:
        """The comments at the line of a place, if they were not taken yet."""

    def take_inside(self, place: Place) -> tuple[str, ...]:
        """All comments inside a place that were not taken yet."""


class Resource(NamedTuple):
    """A network or a volume that has to be made: its name in the engine and the flags of ``create``.

    ``secret_options`` are options of its driver that must not be in the store.
    """

    key: str
    name: str
    flags: tuple[str, ...]
    place: Place
    mounts_for: tuple[str, ...] = ()
    secret_options: tuple[tuple[str, str], ...] = ()


class BuildSecret(NamedTuple):
    """A secret that a build may read: a file at a path, or a secret file that a person brings, by its name."""

    identifier: str
    path: str | None
    secret_file: str | None


class BuildBase(NamedTuple):
    """A name in a build for the image of another service, which is built first."""

    name: str
    service: str
    image: str


class Build(NamedTuple):
    """An image that is built on the machine before its containers start.

    ``secret_arguments`` must not be in the store, nor must the text of a Dockerfile with a secret in it. ``caches`` are
    images to take layers from.
    """

    service: str
    image: str
    context: str
    flags: tuple[str, ...]
    dockerfile_text: str | None
    place: Place
    secret_arguments: tuple[tuple[str, str], ...] = ()
    is_dockerfile_secret: bool = False
    caches: tuple[str, ...] = ()
    secrets: tuple[BuildSecret, ...] = ()
    bases: tuple[BuildBase, ...] = ()


class SecretFile(NamedTuple):
    """A file of secrets that a person has to bring to the machine: environment variables, or one secret's content.

    With ``variables`` and a ``content``, the content is how the file holds these variables. ``uid`` and ``gid`` are empty
    for those who read the file anyway.
    """

    name: str
    variables: tuple[tuple[str, str], ...]
    content: str | None
    mode: str = "0600"
    uid: str = ""
    gid: str = ""


@dataclass(frozen=True)
class Deployment:
    """A project to be deployed. ``networks`` and ``volumes`` are those that have to be made."""

    name: str
    containers: tuple[DeployedContainer, ...]
    networks: tuple[Resource, ...] = ()
    volumes: tuple[Resource, ...] = ()
    builds: tuple[Build, ...] = ()
    secret_files: tuple[SecretFile, ...] = ()
