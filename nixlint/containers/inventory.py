"""Every container of a repository, each as one flat row: what it is, where it runs, and what it is connected with.

A container in a module that a host imports belongs to that host, and to each host that imports it; one that leads to no
host has none. Containers in a native container come with it. Texts hold no values of secrets: environment
variables are known by name, files and options by theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from nixlint.containers.languages.engine_flags import Flag, flags_in
from nixlint.containers.nspawn.container import CONTAINERS, NspawnContainer, containers_on, nspawn_containers
from nixlint.containers.oci.reader import CONTAINERS as OCI_CONTAINERS
from nixlint.containers.oci.reader import is_oci_container
from nixlint.secrets.masking import KnownValues, shown
from nixlint.secrets.names import is_hidden
from nixlint.secrets.value_text import value_text
from nixlint.semantics.language.values import (
    BoolValue,
    ListValue,
    NullValue,
    PathValue,
    StringValue,
    SymbolValue,
    Value,
)
from nixlint.semantics.modules.module_system import Answer, ModuleSystem, Presence, ask_within, attributes_of
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.modules.releases import first_with
from nixlint.semantics.repository.hosts import hosts
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.place import Place
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.span import Span

from .declared import Declared, declared_in, declared_on, modules_with
from .existence import Existence
from .stated import deciding, is_complete

Items: TypeAlias = tuple[str | None, ...] | None
"""Texts in order. ``None`` among them stands for more that is not known, and instead of them for nothing known at all."""

MORE = "…"
"""Stands in a text for what is not known of it, or not shown."""
_BACKEND = OptionPath.of("virtualisation", "oci-containers", "backend")
_STATE_VERSION = OptionPath.of("system", "stateVersion")
_ENGINES = ("podman", "docker")
"""From this state version on Podman is the default (nixpkgs, ``oci-containers.nix``)."""
_DEEPEST = 4
"""Containers in so many containers are listed."""
_SECRET_FOLDERS = ("/run/secrets", "/run/agenix", "/run/keys", "/var/lib/secrets", "/etc/secrets")
_SECRET_OPTIONS = ("sops.secrets.", "sops.templates.", "age.secrets.", "clan.core.vars.", "vaultix.secrets.")


class InventoryItem(NamedTuple):
    """A container. ``kind`` is ``nspawn``, ``oci`` or ``compose``; what is not known, or does not apply, is ``None``.

    ``image`` is an OCI image, or for a native container the ``path`` or ``flake`` that its system comes from.
    ``state_version`` is empty where it is certain that none is set. ``conditions`` are those that are not known and that
    it exists under. ``inside`` names the native containers that it is in, the outermost first.
    """

    host: str | None
    kind: str
    engine: str | None
    name: str | None
    image: str | None
    state_version: str | None
    addresses: Items
    networks: Items
    ports: Items
    volumes: Items
    environment: Items
    secrets: Items
    conditions: tuple[str, ...]
    place: Place
    inside: tuple[str, ...] = ()
    parts: tuple[Place, ...] = ()
    """The places of all its definitions, where there are several."""


def without_values(item: InventoryItem, known: KnownValues) -> InventoryItem:
    """A container whose texts have none of the secrets of the repository in them, wherever Nix put them together."""

    def masked(text: str | None) -> str | None:
        return None if text is None else known.masked(text)

    def each(items: Items) -> Items:
        return None if items is None else tuple(masked(text) for text in items)

    return item._replace(
        name=masked(item.name),
        image=masked(item.image),
        addresses=each(item.addresses),
        networks=each(item.networks),
        ports=each(item.ports),
        volumes=each(item.volumes),
        environment=each(item.environment),
        secrets=each(item.secrets),
        conditions=tuple(known.masked(text) for text in item.conditions),
    )


class UnknownPart(NamedTuple):
    """Something of a host that is not known, so that it may have containers which are not listed for it.

    ``host`` is ``None`` for what stands in a file that leads to no host.
    """

    host: str | None
    reason: str
    place: Place


def nix_inventory(
    repository: Repository, only_host: str | None = None, unknown: list[UnknownPart] | None = None
) -> Iterator[InventoryItem]:
    """The containers that the repository's modules declare, by host and by name; at last those that lead to no host.

    With ``only_host``, those of that host. Each host is worked out once, and dropped before the next. What is not known of
    the hosts is added to ``unknown``.
    """
    seen: set[tuple[Place, str | None]] = set()
    reached: set[Path] = set()
    files = repository.file_tree()
    for host in hosts(repository):
        if only_host is None or host.name == only_host:
            system = host.system(repository.interpreter(), assumes_own=True)
            place = host.place or Place(repository.root, Span(0, 0))
            for item in sorted(_on_system(system, host.name, place, repository), key=_by_name):
                seen.update((place, item.name) for place in (item.place, *item.parts))
                yield item
            reached |= {path / "default.nix" if files.kind(path) == "directory" else path for path in system.files}
            if unknown is not None:
                unknown += dict.fromkeys(_unknown_parts(system, host.name))
    if only_host is None:
        yield from sorted(
            (
                item
                for item in _in_files(repository, frozenset(reached), unknown)
                if (item.place, item.name) not in seen
                # Names that a host's configuration did not give are none of this module's: it makes containers of options.
                and not (item.name is None and item.place.path in reached)
            ),
            key=_by_name,
        )


def _by_name(item: InventoryItem) -> tuple[tuple[str, ...], str, int]:
    return (*item.inside, item.name or MORE), str(item.place.path), item.place.span.start


def _unknown_parts(system: ModuleSystem, host: str | None) -> Iterator[UnknownPart]:
    """What may define containers: modules that are not known, and sets of containers that are not."""
    for option in (CONTAINERS, OCI_CONTAINERS):
        for obstacle in system.ask(option / None).obstacles:
            if obstacle.place is not None:
                yield UnknownPart(host, _reason_of(obstacle.reason, option), obstacle.place)


def _reason_of(reason: str, option: OptionPath) -> str:
    """Why there may be more: a module, or a whole system, or else what the option itself is set to."""
    is_of_all = reason.startswith(("a system that is not known: ", "imports "))
    of_module = reason.removeprefix("a module that is not known: ")
    return of_module if is_of_all or of_module != reason else f"'{option}' is not wholly known: {reason}"


def _on_system(
    system: ModuleSystem,
    host: str | None,
    place: Place,
    repository: Repository,
    inside: tuple[str, ...] = (),
    around: tuple[tuple[str | None, Place], ...] = (),
) -> Iterator[InventoryItem]:
    """The containers of a system, each followed by those that are in it."""
    for container in containers_on(system, place, repository):
        yield from _native_with_inner(container, host, repository, inside, around)
    found = tuple(declared_on(system, place, OCI_CONTAINERS, is_oci_container))
    engine = _engine(system) if found else None
    for declared in found:
        yield _oci(declared, host, engine)._replace(inside=inside)


def _native_with_inner(
    container: NspawnContainer,
    host: str | None,
    repository: Repository,
    inside: tuple[str, ...] = (),
    around: tuple[tuple[str | None, Place], ...] = (),
) -> Iterator[InventoryItem]:
    """A container and what is in it. ``around`` are those that it is in: one that is in itself has no end, and no place."""
    itself = (container.name, container.place)
    if itself in around:
        return
    yield _native(container, host)._replace(inside=inside)
    if len(inside) < _DEEPEST:
        within = (*inside, container.name or MORE)
        yield from _on_system(container.system, host, container.place, repository, within, (*around, itself))


def _in_files(
    repository: Repository, reached: frozenset[Path], unknown: list[UnknownPart] | None
) -> Iterator[InventoryItem]:
    """The containers as files declare them; what of them is not known in files that no host reaches is added."""
    found: dict[tuple[Place, str | None], InventoryItem] = {}
    for path in repository.files_mentioning(b"containers"):
        source = repository.source(path)
        if source is None or source.root.has_error:
            continue
        if unknown is not None and path not in reached:
            unknown += _unknown_parts_in(source, repository)
        items = [
            item
            for container in nspawn_containers(source, repository)
            for item in _native_with_inner(container, None, repository)
        ]
        items += [
            _oci(declared, None, _engine(declared.host))
            for declared in declared_in(source, repository, OCI_CONTAINERS, is_oci_container)
        ]
        for item in items:
            known = found.get((item.place, item.name))
            # A module inside a container is met twice: by itself, and as a part of the container.
            if known is None or len(known.inside) < len(item.inside):
                found[item.place, item.name] = item
    yield from found.values()


def _unknown_parts_in(source: SourceFile, repository: Repository) -> Iterator[UnknownPart]:
    """What the modules of a file that leads to no host define of containers and is not known."""
    for option in (CONTAINERS, OCI_CONTAINERS):
        for host in modules_with(source, repository, option):
            for obstacle in host.ask(option / None).obstacles:
                if obstacle.place is not None:
                    yield UnknownPart(None, _reason_of(obstacle.reason, option), obstacle.place)


# -- native containers ----------------------------------------------------------------------------------------------


def _native(container: NspawnContainer, host: str | None) -> InventoryItem:
    mounts = container.bind_mounts
    volumes = [_mount_text(mount.host_path or mount.symbol, mount.mount_point, mount.writable) for mount in mounts]
    ports = [f"{port.host_port}:{port.container_port}/{port.protocol}" for port in container.forwarded_ports]
    secrets = [
        source for mount in mounts if (source := _secret_source(mount.host_path or mount.symbol or "")) is not None
    ]
    return InventoryItem(
        host,
        "nspawn",
        "systemd-nspawn",
        container.name,
        _text(container.option("path"))
        or _text(container.option("flake"))
        or (MORE if container.is_made_elsewhere else None),
        _state_version(container),
        _native_addresses(container),
        _native_networks(container),
        _known(ports, container.option("forwardPorts")),
        _known(volumes, container.option("bindMounts")),
        (),
        _unique((*secrets, *_declared_secrets(container.system))),
        _conditions(container.conditions),
        container.place,
        parts=tuple(part.name_place for part in container.definitions if part.name_place is not None),
    )


def _system_elsewhere(container: NspawnContainer) -> str | None:
    """The ``path`` or the ``flake`` that its system comes from, where it has one."""
    if not container.is_made_elsewhere:
        return None
    return _text(container.option("path")) or _text(container.option("flake")) or MORE


_ADDRESSES = ("localAddress", "localAddress6")


def _native_addresses(container: NspawnContainer) -> Items:
    """Its addresses on its link to the host, and on further ones."""
    links = container.option("extraVeths")
    further = [
        _items(ask_within((link,), OptionPath.of(name)))
        for definition in links.definitions
        for _, link in attributes_of(definition)
        for name in _ADDRESSES
    ]
    own = [_items(container.option(name)) for name in _ADDRESSES]
    return _merged(*own, *further, *([None] if links.obstacles else []))


def _state_version(container: NspawnContainer) -> str | None:
    """The one that is written, whatever a module that is not known may say; empty where there certainly is none."""
    answer = container.system.ask(_STATE_VERSION)
    if answer.presence is not Presence.DEFINED:
        answer = container.with_extensions(_STATE_VERSION)
    if answer.presence is Presence.ABSENT:
        elsewhere = container.inside("system", "stateVersion").presence is not Presence.ABSENT
        is_unknown = elsewhere or container.is_made_elsewhere or container.existence is Existence.POSSIBLE
        return None if is_unknown else ""
    versions = {_text_of(found.value) if not found.conditions else None for found in deciding(answer)}
    return versions.pop() if len(versions) == 1 else None


def _native_networks(container: NspawnContainer) -> Items:
    if container.network is not Presence.DEFINED:
        is_hosts = container.network is Presence.ABSENT and container.existence is not Existence.POSSIBLE
        return ("host",) if is_hosts else None
    found: list[str | None] = []
    for option, prefix in (
        ("hostBridge", "bridge "),
        ("macvlans", "macvlan "),
        ("interfaces", "interface "),
        ("networkNamespace", "namespace "),
    ):
        items = _items(container.option(option))
        found += [None] if items is None else [item and prefix + item for item in items]
    return _unique(found) or ("private",)


def _mount_text(source: str | None, target: str | None, writable: bool | None) -> str:
    mode = {True: "", False: ":ro", None: f":{MORE}"}[writable]
    return f"{shown(source or MORE)}:{shown(target or MORE)}{mode}"


def _declared_secrets(system: ModuleSystem) -> Iterator[str]:
    for option in ("sops", "age"):
        for name, _ in system.children(OptionPath.of(option, "secrets")):
            if name is not None:
                yield f"{option}.secrets.{name}"


# -- OCI containers -------------------------------------------------------------------------------------------------


def _oci(declared: Declared, host: str | None, engine: str | None) -> InventoryItem:
    def option(name: str) -> Answer:
        return ask_within(declared.definitions, OptionPath.of(name))

    extra = option("extraOptions")
    flags = tuple(flags_in([(text, declared.place) for text in _raw(extra)]))
    files = _merged(_items(option("environmentFiles")), _flag_items(flags, "--env-file"))
    volumes = _merged(_items(option("volumes")), _flag_items(flags, "--volume", "--mount"))
    sources = [item.partition(":")[0] for item in volumes or () if item is not None]
    password = _items(ask_within(declared.definitions, OptionPath.of("login", "passwordFile")))
    secrets = [_secret_source(item) or item for item in (*(files or ()), *(password or ())) if item is not None]
    secrets += [_flag_name(item) for item in _flag_items(flags, "--secret") or () if item is not None]
    secrets += [source for item in sources if (source := _secret_source(item)) is not None]
    unknown = files is None or None in files
    image = _text(option("image"))
    place = next((each.name_place for each in declared.definitions if each.name_place is not None), declared.place)
    return InventoryItem(
        host,
        "oci",
        engine,
        declared.name,
        image,
        None,
        _flag_items(flags, "--ip", "--ip6"),
        _merged(_items(option("networks")), _flag_items(flags, "--network")),
        _merged(_items(option("ports")), _flag_items(flags, "--publish")),
        volumes,
        _merged(_names(option("environment")), tuple(_flag_name(flag.value) for flag in flags if flag.name == "--env")),
        (*_unique(secrets), None) if unknown and secrets else None if unknown else _unique(secrets),
        _conditions(declared.conditions),
        place,
    )


def _engine(host: ModuleSystem) -> str | None:
    """The engine of a host: as it says, or else the default of its state version where nothing else may be said."""
    backend = host.ask(_BACKEND)
    if backend.definitions:
        values = {_text_of(each.value) for each in deciding(backend)}
        named = values.pop() if len(values) == 1 else None
        return named if named in _ENGINES else None
    version = _text(host.ask(_STATE_VERSION))
    if backend.presence is not Presence.ABSENT or version is None or not host.is_whole:
        return None
    return "podman" if version >= first_with("podman-by-default") else "docker"


def _flag_items(flags: tuple[Flag, ...], *names: str) -> Items:
    return tuple(flag.value for flag in flags if flag.name in names and flag.value)


def _flag_name(text: str) -> str:
    """The name before ``=`` or ``,``: a value is never taken along."""
    return text.partition("=")[0].partition(",")[0]


# -- texts ----------------------------------------------------------------------------------------------------------


def _text(answer: Answer) -> str | None:
    value = answer.value
    return None if value is None else _text_of(value)


def _text_of(value: Value) -> str | None:
    match value:
        case StringValue():
            return shown("".join(part if isinstance(part, str) else _part(part) for part in value.parts))
        case PathValue(path=path):
            return str(path)
        case SymbolValue():
            return value.dotted or None
        case _:
            return None


def _part(value: Value) -> str:
    return f"${{{value.dotted}}}" if isinstance(value, SymbolValue) and value.dotted else MORE


def _raw(answer: Answer) -> tuple[str, ...]:
    return tuple(item for item in _items(answer) or () if item is not None)


def _items(answer: Answer) -> Items:
    """The texts of an option, itself or its elements; a place for what else there may be.

    What is known by name alone may be a list, so that it is no text here.
    """
    found: list[str | None] = []
    for definition in deciding(answer):
        values: tuple[Value, ...] = (definition.value,)
        if isinstance(definition.value, ListValue):
            values = tuple(element.force() for element in definition.value.elements)
        elif isinstance(definition.value, NullValue | BoolValue):
            continue
        found += [None if isinstance(definition.value, SymbolValue) else _text_of(value) for value in values]
    return _known(found, answer)


def _known(found: Sequence[str | None], answer: Answer) -> Items:
    items = _unique(found)
    if None in items or is_complete(answer):
        return items if items != (None,) else None
    if items and not answer.obstacles and all(isinstance(each.value, PathValue) for each in answer.definitions):
        return items
    return (*items, None) if items else None


def _names(answer: Answer) -> Items:
    names = [name for definition in answer.definitions for name, _ in attributes_of(definition)]
    return _known(names, answer)


def _merged(*parts: Items) -> Items:
    found: list[str | None] = []
    for part in parts:
        found += [None] if part is None else part
    items = _unique(found)
    return None if items == (None,) else items


def _unique(found: Iterable[str | None]) -> tuple[str | None, ...]:
    """Each once, in order, and ``None`` at the end."""
    items = tuple(dict.fromkeys(found))
    known = tuple(item for item in items if item is not None)
    return (*known, None) if None in items else known


def _secret_source(source: str) -> str | None:
    """Where a secret comes from: the option's name or the path; ``None`` for what is no place of secrets."""
    text = source.removeprefix("${").removesuffix("}").removeprefix("config.")
    for option in _SECRET_OPTIONS:
        if text.startswith(option):
            return text.removesuffix(".path")
    folder = source.startswith("/") and any(source == each or source.startswith(f"{each}/") for each in _SECRET_FOLDERS)
    return source if folder or (source.startswith("/") and is_hidden(source.rpartition("/")[2])) else None


def _conditions(conditions: tuple[Value, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value_text(condition) for condition in conditions))
