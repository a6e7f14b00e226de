"""Declarative NixOS containers, ``containers.<name>``, read from the option definitions of a repository.

Options and their meaning: nixpkgs, ``nixos/modules/virtualisation/nixos-containers.nix``. A container may be defined in
several places; what a repository's other files say about a container of the same name, or about containers whose names
are not known, may belong to it, for nobody knows which files make up which host. Such definitions never make an answer
more certain.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from nixlint.containers.declared import Declared, declared_in, declared_on
from nixlint.containers.existence import Existence
from nixlint.containers.stated import Stated, is_complete, is_false, is_on, is_true, texts
from nixlint.semantics.language.partial_text import equal_texts
from nixlint.semantics.language.symbols import CONFIG
from nixlint.semantics.language.values import AttrsValue, StringValue, SymbolValue, Thunk, Value
from nixlint.semantics.modules.module_system import (
    Answer,
    Definition,
    ModuleSystem,
    Obstacle,
    Presence,
    ask_within,
    attributes_of,
)
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.repository.host_reach import reaches
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.place import Place
from nixlint.syntax.source_file import SourceFile

from .extensions import ContainerExtension, container_extensions
from .inner_values import InnerValue, OfContainer, inner_values
from .options import (
    AllowedDevice,
    BindMount,
    ForwardedPort,
    NspawnFlag,
    bind_mounts_of,
    capabilities_of,
    devices_of,
    flags_of,
    forwarded_ports_of,
)

CONTAINERS = OptionPath.of("containers")
_CONFIG = OptionPath.of("config")
_STATE_VERSION = OptionPath.of("system", "stateVersion")
_TEST_SCRIPT = OptionPath.of("testScript")

OPTIONS = frozenset(
    "additionalCapabilities allowedDevices autoStart bindMounts config copyResolvConf enableTun ephemeral extra extraFlags "
    "extraVeths flake forwardPorts hostAddress hostAddress6 hostBridge interfaces localAddress localAddress6 "
    "localMacAddress macvlans networkNamespace nixpkgs path pkgs privateNetwork privateUsers restartIfChanged specialArgs "
    "timeoutStartSec tmpfs".split()
)
"""The options of a container, those of extra-container (``extra``) and the one removed (``pkgs``) included.

A set with other attributes is a look-alike: a Firefox profile's, devenv's, an OCI engine's container.
"""


OWN_NETWORK = ("privateNetwork", "macvlans", "interfaces", "networkNamespace")
"""The options that give a container a network of its own."""


@dataclass(frozen=True, eq=False)
class NspawnContainer:
    """A container of NixOS, as one module of a file defines it.

    ``name`` is ``None`` where it is made by an expression that is not known; ``place`` is where it is written. ``host`` is
    the module that defines it, which stands at ``host_place``, and ``conditions`` are those under which it exists.
    ``definitions`` are all definitions of the container in that module, and ``existence`` says whether these are all of it.
    """

    name: str | None
    place: Place
    definitions: tuple[Definition, ...]
    conditions: tuple[Value, ...]
    host: ModuleSystem
    host_place: Place
    repository: Repository
    existence: Existence = Existence.CERTAIN
    is_settled: bool = False
    """Whether all is known that its host defines of its containers."""

    @property
    def title(self) -> str:
        """How to speak of it."""
        return "a container" if self.name is None else f"container '{self.name}'"

    @property
    def option_path(self) -> OptionPath:
        """Its option, ``containers.<name>``."""
        return CONTAINERS / self.name

    @property
    def body(self) -> Place | None:
        """Where the set stands in which its own configuration is written, if one does: the place for a definition."""
        return self.system.body

    def option(self, *names: str) -> Answer:
        """What is known of one of the container's own options, such as ``privateNetwork``."""
        return ask_within(self.definitions, OptionPath(names))

    @cached_property
    def system(self) -> ModuleSystem:
        """The module system of the container's ``config``."""
        answer = self.option("config")
        return ModuleSystem(
            answer.definitions,
            self.repository.interpreter(),
            answer.obstacles,
            arguments=self._arguments,
            is_whole=not self._others and not ContainerIndex.of(self.repository).extensions,
            given=OfContainer(),
        )

    def is_of_host(self, symbol: SymbolValue) -> bool:
        """Whether a symbol below ``config`` in the container's system is of its host's configuration, and not of its own."""
        return symbol.path[:1] == CONFIG and symbol.resolver is not self.system.resolver

    @cached_property
    def inner_values(self) -> tuple[InnerValue, ...]:
        """The values that the system in the container certainly defines, as far as they are known, sets taken apart."""
        return tuple(inner_values(self.system))

    @cached_property
    def knows_mounts(self) -> bool:
        """Whether its bind mounts are all that there are, here and in the rest of the repository."""
        is_known = all(mount.mount_point is not None for mount in self.bind_mounts)
        return is_known and not self._doubts and self._is_whole("bindMounts") and self._is_whole("extraFlags")

    def _is_whole(self, name: str) -> bool:
        """Whether nothing but what stands here defines an option, and that is all known."""
        elsewhere = [other.option(name) for other in self._others]
        elsewhere += [found.option(self.name, OptionPath.of(name)) for found in self._extensions]
        return is_complete(self.option(name)) and all(found.presence is Presence.ABSENT for found in elsewhere)

    @cached_property
    def brought_inside(self) -> tuple[PurePosixPath, ...]:
        """Where the system within the container puts something else: file systems, and links of ``systemd.tmpfiles``."""
        found = [name for name, _ in self.system.children(OptionPath.of("fileSystems")) if name is not None]
        for rule in texts(self.system.ask(OptionPath.of("systemd", "tmpfiles", "rules"))):
            kind, _, rest = rule.what.strip().partition(" ")
            if kind.startswith("L") and rest.split():
                found.append(rest.split()[0])
        return tuple(PurePosixPath(path) for path in found if path != "/")

    def is_mounted(self, path: str) -> bool:
        """Whether a bind mount puts something at a path of the container, or at a folder that holds it."""
        wanted = PurePosixPath(path)
        mounted = (PurePosixPath(mount.mount_point) for mount in self.bind_mounts if mount.mount_point is not None)
        return any(mount == wanted or mount in wanted.parents for mount in mounted)

    @property
    def _arguments(self) -> Mapping[str, Thunk]:
        """What the modules of ``config`` are given besides their own arguments."""
        given = self.option("specialArgs").value
        return {name: entry.value for name, entry in given.entries.items()} if isinstance(given, AttrsValue) else {}

    @cached_property
    def network(self) -> Presence:
        """Whether the container certainly, perhaps or certainly not has a network that is not the host's."""
        # extra-container makes a private network where its option for addresses is set (its eval-config.nix).
        by_extra = self.option_anywhere("extra", "addressPrefix").presence
        answers = [by_extra, *(is_on(self.option_anywhere(name)) for name in OWN_NETWORK)]
        if Presence.DEFINED in answers:
            return Presence.DEFINED
        if Presence.MAYBE in answers or self.is_made_elsewhere:
            return Presence.MAYBE
        return Presence.ABSENT

    @property
    def has_private_network(self) -> bool:
        """Whether ``privateNetwork`` is certainly true, so that addresses, a bridge and forwarded ports count."""
        return is_true(self.option("privateNetwork"))

    @cached_property
    def is_started_by_hand(self) -> bool:
        """Whether somebody wrote that it does not start with the host, so that it may be one of several alternatives."""
        return is_false(self.option("autoStart"))

    @property
    def is_made_elsewhere(self) -> bool:
        """Whether its system is, or may be, a ``path`` or a ``flake`` and not what stands here."""
        return any(self.option(name).presence is not Presence.ABSENT for name in ("path", "flake"))

    @cached_property
    def flags(self) -> tuple[NspawnFlag, ...]:
        """The flags for systemd-nspawn that are known."""
        return flags_of(self.option("extraFlags"))

    @cached_property
    def bind_mounts(self) -> tuple[BindMount, ...]:
        """What of the host the container sees, by option or by flag, as far as it is known."""
        return bind_mounts_of(self.option("bindMounts"), self.flags)

    @cached_property
    def forwarded_ports(self) -> tuple[ForwardedPort, ...]:
        """The ports of the host that are forwarded to it, as far as they are known."""
        return forwarded_ports_of(self.option("forwardPorts"))

    @cached_property
    def capabilities(self) -> tuple[Stated[str], ...]:
        """The capabilities that it gets besides those of systemd-nspawn, by option or by flag."""
        return capabilities_of(self.option("additionalCapabilities"), self.flags)

    @cached_property
    def devices(self) -> tuple[AllowedDevice, ...]:
        """The devices that it may use, as far as they are known."""
        return devices_of(self.option("allowedDevices"))

    def inside(self, *names: str) -> Answer:
        """What is known of an option of the system in the container, from here and from elsewhere in the repository."""
        answer = self.system.ask(OptionPath(names))
        if answer.presence is Presence.DEFINED:
            return answer
        option = OptionPath(names)
        extended = self.with_extensions(option)
        elsewhere = [obstacle for other in self._others for obstacle in _as_obstacles(other.system.ask(option))]
        elsewhere += self._doubts
        return extended._replace(obstacles=(*extended.obstacles, *elsewhere))

    def option_anywhere(self, *names: str) -> Answer:
        """What is known of one of the container's own options, from here and from elsewhere in the repository."""
        answer = self.option(*names)
        if answer.presence is Presence.DEFINED:
            return answer
        option = OptionPath(names)
        extended = self._with_extensions(answer, [found.option(self.name, option) for found in self._extensions])
        elsewhere = [obstacle for other in self._others for obstacle in _as_obstacles(other.option(*names))]
        elsewhere += self._doubts
        return extended._replace(obstacles=(*extended.obstacles, *elsewhere))

    @cached_property
    def _others(self) -> tuple[NspawnContainer, ...]:
        """The definitions elsewhere that may be of the same container.

        Of a host all is here that its modules define. What they may define besides, because a name or a module is not known,
        may stand in any file that they are not known to import. A file that no host imports may be one whose host is not
        found.
        """
        others = ContainerIndex.of(self.repository).others(self)
        if not self.host.is_whole:
            return others
        parts, here = {part.name_place for part in self.definitions}, self.host.all_files
        others = tuple(
            other
            for other in others
            if other.place not in parts
            and (other.place.path not in here if other.name is not None else not self.is_settled)
        )
        return tuple(other for other in others if not self._is_on_another_host(other)) if self.is_settled else others

    def _is_on_another_host(self, other: NspawnContainer) -> bool:
        return any(other.place.path in reach.files for reach in reaches(self.repository))

    @property
    def _doubts(self) -> tuple[Obstacle, ...]:
        if self.existence is not Existence.POSSIBLE:
            return ()
        return (Obstacle("a module that is not known may declare the container", self.place),)

    def with_extensions(self, option: OptionPath) -> Answer:
        """What is known of an option of the system in the container from here, and from what all containers get."""
        answer = self.system.ask(option)
        return self._with_extensions(answer, [found.inside(self.name, option) for found in self._extensions])

    @property
    def _extensions(self) -> tuple[ContainerExtension, ...]:
        return ContainerIndex.of(self.repository).extensions

    def _with_extensions(self, answer: Answer, added: Sequence[Answer]) -> Answer:
        """An answer with what modules define for all containers: for certain where these modules are certainly there."""
        definitions, obstacles = [*answer.definitions], [*answer.obstacles]
        for extension, found in zip(self._extensions, added, strict=True):
            if found.presence is Presence.ABSENT:
                continue
            if extension.holds_for(self.place.path, self.host, self.repository):
                definitions += found.definitions
                obstacles += found.obstacles
            elif not self.host.is_whole or extension.place.path in self.host.all_files:
                obstacles.append(Obstacle("a module adds to the options of all containers", extension.place))
        return Answer(tuple(definitions), tuple(obstacles))


_ByName: TypeAlias = Mapping[str | None, Sequence[NspawnContainer]]
_KEPT_FILES = 128
"""Of so many files the containers are kept. Each container of a name that is not known is held against all such others, file
by file in the same order: with fewer kept than there are such files, each would be read again for each container."""


class ContainerIndex:
    """Which files of a repository define containers of which names.

    Holds names, and the containers of a few files at a time, so that memory does not grow with what the files say; a
    file is read again when it matters.
    """

    def __init__(self, repository: Repository) -> None:
        self._read: OrderedDict[Path, _ByName] = OrderedDict()
        self._paths: dict[str | None, list[Path]] = {}
        self.extensions = container_extensions(repository)
        for path in repository.files_mentioning(b"containers"):
            for name in self._containers_in(path, repository):
                self._paths.setdefault(name, []).append(path)

    @classmethod
    def of(cls, repository: Repository) -> ContainerIndex:
        """The index of a repository, made once."""
        return repository.remember(cls, lambda: cls(repository.unbound()))

    def as_plain(self) -> tuple[object, ...]:
        """All that others see of the index itself; what is in the containers of a file is recorded for each file."""
        paths = tuple((name, tuple(paths)) for name, paths in self._paths.items())
        return (paths, self.extensions)

    @property
    def is_empty(self) -> bool:
        """Whether no file of the repository declares a container, or adds to one."""
        return not self._paths

    @property
    def places(self) -> Iterator[tuple[str, tuple[Path, ...]]]:
        """The names of containers, and the files in which something stands about each of them."""
        return ((name, tuple(paths)) for name, paths in self._paths.items() if name is not None)

    def additions_in(self, path: Path, name: str, repository: Repository) -> tuple[NspawnContainer, ...]:
        """What a file adds to containers of a name that it does not declare."""
        found = self._containers_in(path, repository).get(name, ())
        return tuple(container for container in found if _is_addition(container))

    def others(self, container: NspawnContainer) -> tuple[NspawnContainer, ...]:
        """The definitions in other modules that may be of the same container: of its name, or of an unknown one."""
        names = dict.fromkeys((container.name, None)) if container.name is not None else tuple(self._paths)
        return tuple(
            other
            for name in names
            for path in self._paths.get(name, ())
            for other in self._containers_in(path, container.repository)[name]
            if other.place != container.place and not _are_two(container, other)
        )

    def _containers_in(self, path: Path, asking: Repository) -> _ByName:
        """The containers of a file, of which ``asking`` is to know that they were asked for."""
        bound = asking.bound_to(f"{__name__}._containers:{path}")
        found = self._read.get(path)
        if found is None:
            found = self._read[path] = _read_containers(path, bound)
        self._read.move_to_end(path)
        if len(self._read) > _KEPT_FILES:
            self._read.popitem(last=False)
        return found


def _read_containers(path: Path, repository: Repository) -> _ByName:
    source = repository.source(path)
    found: dict[str | None, list[NspawnContainer]] = {}
    if source is not None and not source.root.has_error:
        for container in _containers(source, repository):
            found.setdefault(container.name, []).append(container)
    return found


def nspawn_containers(source: SourceFile, repository: Repository) -> tuple[NspawnContainer, ...]:
    """The containers that the modules in a file define, in the order in which they are written.

    Only what declares a container counts, not what adds to one that is declared elsewhere.
    """
    return tuple(container for container in _containers(source, repository) if _is_full(container))


def _containers(source: SourceFile, repository: Repository) -> tuple[NspawnContainer, ...]:
    # One place may make containers of many names: listToAttrs (map container [ "a" "b" ]).
    found: dict[tuple[Place, str | None], NspawnContainer] = {}
    for declared in declared_in(source, repository, CONTAINERS, _is_container):
        container = _container(declared, repository)
        # The containers of a NixOS test are its machines (nixpkgs, nixos/lib/testing/nodes.nix).
        if declared.host.ask(_TEST_SCRIPT).presence is not Presence.DEFINED:
            found.setdefault((container.place, container.name), container)
    return tuple(found.values())


def containers_on(host: ModuleSystem, place: Place, repository: Repository) -> tuple[NspawnContainer, ...]:
    """The containers that a module system declares, whichever of its modules they are in.

    ``place`` is where the host stands, for a container that is written nowhere. Whatever a host defines of a container makes
    it one; where more may be defined that is not known, what seems to be an addition may be a part of a larger whole.
    """
    declared = tuple(declared_on(host, place, CONTAINERS, _is_container))
    is_settled = bool(declared) and host.presence(CONTAINERS / None) is Presence.ABSENT
    return tuple(_seen(declared, is_settled, repository))


def _seen(declared: tuple[Declared, ...], is_settled: bool, repository: Repository) -> Iterator[NspawnContainer]:
    for each in declared:
        container = replace(_container(each, repository), is_settled=is_settled)
        if _is_full(container):
            yield replace(container, existence=Existence.LIKELY) if container.host.is_assuming else container
        elif _is_addition(container):
            yield replace(container, existence=Existence.CERTAIN if is_settled else Existence.POSSIBLE)


def additions_of_no_host(repository: Repository, reached: frozenset[Path]) -> Iterator[NspawnContainer]:
    """What files that no host reaches add to containers of which nothing else in the repository says anything."""
    index = ContainerIndex.of(repository)
    for name, paths in index.places:
        if len(paths) == 1 and paths[0] not in reached:
            found = index.additions_in(paths[0], name, repository)
            if len(found) == 1 and not index.others(found[0]):
                yield replace(found[0], existence=Existence.LIKELY)


def _container(declared: Declared, repository: Repository) -> NspawnContainer:
    name, definitions, conditions, host, site = declared
    return NspawnContainer(name, _place(definitions, site), definitions, conditions, host, site, repository)


def _place(definitions: tuple[Definition, ...], fallback: Place) -> Place:
    """Where the fullest of the definitions has its name: the one with a system, if there is one."""
    places = sorted(
        (definition for definition in definitions if definition.name_place is not None),
        key=lambda definition: (
            ask_within((definition,), _CONFIG).presence is Presence.ABSENT,
            not _declares(definition),
        ),
    )
    return (places[0].name_place if places else None) or fallback


def _are_two(one: NspawnContainer, other: NspawnContainer) -> bool:
    """Whether two declarations are of two containers: both are whole, and their addresses or names differ."""
    if not _is_full(one) or not _is_full(other):
        return False
    addresses = [(one.option(name).value, other.option(name).value) for name in ("localAddress", "localAddress6")]
    for first, second in addresses:
        if isinstance(first, StringValue) and isinstance(second, StringValue) and equal_texts(first, second) is False:
            return True
    if any(first is not None and second is not None for first, second in addresses):
        # One address, or perhaps one: then it is rather the names that are the same.
        return False
    return one.name is None and other.name is None and _differ(one.definitions[0].name, other.definitions[0].name)


def _differ(one: Value | None, other: Value | None) -> bool:
    """Whether two names that are not known are certainly different, or made of different options."""
    if isinstance(one, StringValue) and isinstance(other, StringValue) and equal_texts(one, other) is False:
        return True
    first, second = _made_of(one), _made_of(other)
    return None not in (first, second) and first != second


def _made_of(name: Value | None) -> tuple[str, ...] | None:
    """The texts and the names of options that a name is made of; ``None`` where it is made of anything else."""
    parts = name.parts if isinstance(name, StringValue) else (name,)
    texts = [
        part
        if isinstance(part, str)
        else part.dotted
        if _is_of_option(part) and isinstance(part, SymbolValue)
        else None
        for part in parts
    ]
    return None if None in texts else tuple(text for text in texts if text is not None)


def _is_of_option(part: Value | str | None) -> bool:
    return isinstance(part, SymbolValue) and part.path[:1] == CONFIG and len(part.path) > 1


def _declares(definition: Definition) -> bool:
    """Whether it sets an option that a declaration sets, and an addition hardly ever does."""
    return any(name in _DECLARING for name, _ in attributes_of(definition))


def _is_full(container: NspawnContainer) -> bool:
    """Whether the definitions make a container, and do not just add to one that is made elsewhere.

    ``containers.web.config.services.x = …;`` alone adds to the system of a container that something else declares; a
    ``config`` that is written as a module, or one beside options of the container's own, declares it.
    """
    if container.is_made_elsewhere:
        return True
    systems = container.option("config")
    if any(
        not isinstance(system.value, AttrsValue) or system.value.place is not None for system in systems.definitions
    ):
        return True
    if systems.presence is Presence.ABSENT:
        return False
    if any(container.option(name).presence is not Presence.ABSENT for name in _DECLARING):
        return True
    has_mounts = container.option("bindMounts").presence is not Presence.ABSENT
    return has_mounts and ask_within(systems.definitions, _STATE_VERSION).presence is Presence.DEFINED


def _is_addition(container: NspawnContainer) -> bool:
    """Whether the definitions say something of the system of a container that they do not declare."""
    return container.name is not None and not _is_full(container) and bool(container.option("config").definitions)


_DECLARING = (
    "autoStart",
    "ephemeral",
    "privateNetwork",
    "hostAddress",
    "hostBridge",
    "localAddress",
    "macvlans",
    "interfaces",
    "allowedDevices",
    "additionalCapabilities",
    "extraFlags",
    "forwardPorts",
)
"""Options that a declaration sets and an addition hardly ever does.

An addition often has ``bindMounts``, but it leaves the state version to whoever makes the container.
"""


def _is_container(definition: Definition) -> bool:
    """Whether nothing below ``containers`` has an attribute that no NixOS container has."""
    return not any(name is not None and name not in OPTIONS for name, _ in attributes_of(definition))


def _as_obstacles(answer: Answer) -> Iterator[Obstacle]:
    for definition in answer.definitions:
        yield Obstacle("another module defines it, perhaps for this container", definition.name_place)
    yield from answer.obstacles
