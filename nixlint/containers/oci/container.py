"""An OCI container as rules see it: the same whether Nix declares it or a Compose file does.

Options and their meaning: nixpkgs, ``nixos/modules/virtualisation/oci-containers.nix``. What may be written as an option or
as a flag of the engine in ``extraOptions`` is one and the same here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from nixlint.containers.existence import Existence
from nixlint.containers.languages.engine_flags import Flag
from nixlint.containers.languages.image_reference import ImageReference
from nixlint.containers.languages.port_mapping import PortMapping
from nixlint.containers.languages.volume_mount import VolumeMount
from nixlint.syntax.place import Place

UNKNOWN = "\0"
"""Stands in a text for the parts that are not known; no text of a configuration has this character."""


class Text(NamedTuple):
    """A string of a configuration, with :data:`UNKNOWN` for what is not known of it, and where it is written.

    ``conditions`` are those under which its container has it, besides the container's own; each is an object of its own.
    """

    text: str
    place: Place
    conditions: tuple[object, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether all of it is known."""
        return UNKNOWN not in self.text


class PublishedPort(NamedTuple):
    """A published port and where it is written."""

    mapping: PortMapping
    text: Text


class Mount(NamedTuple):
    """A volume and where it is written."""

    volume: VolumeMount
    text: Text


class Login(NamedTuple):
    """The settings of a login at a registry that are there, the first one's place, and those that certainly are not."""

    place: Place
    given: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class OciContainer:
    """An OCI container, as one module or one Compose file declares it.

    ``name`` is ``None`` where it is made by an expression that is not known; ``place`` is where it is written, and
    ``option_path`` how its options are called. ``conditions`` are those under which it exists, each an object of its own.
    Everything else is what is written of it, without what a stronger definition takes away; what it has only under
    conditions says so. A container of which nothing is known has nothing here.

    ``image`` is there where it is certain and wholly known, and ``image_text`` what is known of it else;
    ``has_image_of_its_own`` says that it may be built here, so that
    its tag is but a name, and ``image_file`` and ``image_stream`` where it certainly gets its image from such a one.
    ``privileged`` is where it is made so, and ``capabilities`` are those it gets in addition, such as ``SYS_ADMIN``.
    ``may_be_confined`` says that it may be without the host's root whatever it is given: run by another user, or with users
    of its own. ``podman`` is where it has options for Podman alone, ``podman_user`` the user who certainly runs it there,
    and ``sdnotify`` what tells systemd that it is up. ``user`` is who its program runs as, where an option says so, and
    ``may_be_a_job`` that it may run something else than the program of its image, or only when somebody starts it.
    """

    name: str | None
    title: str
    option_path: str
    place: Place
    conditions: tuple[object, ...] = ()
    image: tuple[ImageReference, Text] | None = None
    image_text: Text | None = None
    has_image_of_its_own: bool = False
    ports: tuple[PublishedPort, ...] = ()
    is_started_by_hand: bool = False
    """Whether somebody wrote that it does not start with the host, so that it may be one of several alternatives."""
    may_stay_when_stopped: bool = False
    """Whether something says that the engine does not remove it when it stops, or may."""
    updates_itself: bool = False
    """Whether it has a label by which a program pulls and starts newer images: the tag is the point then."""
    mounts: tuple[Mount, ...] = ()
    networks: tuple[Text, ...] = ()
    privileged: Place | None = None
    capabilities: tuple[Text, ...] = ()
    devices: tuple[Text, ...] = ()
    may_be_confined: bool = False
    depends_on: tuple[Text, ...] = ()
    flags: tuple[Flag, ...] = ()
    knows_flags: bool = True
    """Whether it certainly has no other flags than those known in part or whole."""
    user: Text | None = None
    may_be_a_job: bool = False
    podman: Place | None = None
    podman_user: Text | None = None
    sdnotify: Text | None = None
    variables: tuple[Text, ...] = ()
    """``NAME=value`` for each variable that a Compose file writes out."""
    labels: tuple[Text, ...] = ()
    """The same for each label."""
    commands: tuple[tuple[Text, ...], ...] = ()
    """The words of each command that a Compose file writes out: the program's, and that of its health check."""
    cut_hashes: tuple[Place, ...] = ()
    """The texts of a Compose file with a hash of a password of which Compose reads a part as a variable."""
    image_file: Place | None = None
    image_stream: Place | None = None
    written_ports: tuple[Text, ...] = ()
    """The texts of all published ports of a Nix file, those that are none included."""
    written_volumes: tuple[Text, ...] = ()
    """The texts of all volumes of a Nix file in the short form, those that are none included."""
    login: Login | None = None
    existence: Existence = Existence.CERTAIN
    """How sure it is that it is there, and as it seems."""

    @property
    def shares_network(self) -> bool:
        """Whether it certainly is in the host's network."""
        return any(network.text == "host" and not network.conditions for network in self.networks)

    @property
    def has_other_user_than_root(self) -> bool:
        """Whether its program certainly runs as a user that is not root."""
        users = (*self.values("--user"), *(() if self.user is None else (self.user,)))
        return bool(users) and all(user.is_known and user.text.split(":")[0] not in ("", "0", "root") for user in users)

    def values(self, *names: str) -> tuple[Text, ...]:
        """The values of flags with one of these long names, in order."""
        return tuple(Text(flag.value, flag.place, flag.conditions) for flag in self.flags if flag.name in names)

    def exists_whenever(self, other: OciContainer) -> bool:
        """Whether it certainly exists wherever another one of its module does."""
        return all(any(condition is known for known in other.conditions) for condition in self.conditions)


_UPDATE_LABELS = frozenset({
    "io.containers.autoupdate",  # podman-auto-update(1)
    "com.centurylinklabs.watchtower.enable",  # containrrr.dev/watchtower, 'Container selection'
    "wud.watch",  # getwud.github.io, 'Watchers'
    "diun.enable",  # crazymax.dev/diun, 'Docker provider'
})  # fmt: skip


def updates_images(label: str) -> bool:
    """Whether a label is for a program that looks for newer images of the container."""
    return label in _UPDATE_LABELS


def added_capabilities(texts: Iterable[Text]) -> tuple[Text, ...]:
    """Capabilities as the engines read them: in any case, with ``CAP_`` or without, several with commas between."""
    return tuple(
        text._replace(text=name.strip().upper().removeprefix("CAP_")) for text in texts for name in text.text.split(",")
    )


def is_confined_by(flags: Iterable[Flag]) -> bool:
    """Whether flags give a container users of its own, or may."""
    return any(
        (flag.name == "--userns" and flag.value != "host") or flag.name in ("--uidmap", "--subuidname")
        for flag in flags
    )


class OciModule(NamedTuple):
    """The OCI containers that one module or one Compose file declares, in order: certainly of one host.

    ``backend`` is the engine that the module says runs them, and ``backend_place`` where it does.
    """

    containers: tuple[OciContainer, ...]
    backend: str | None = None
    backend_place: Place | None = None
