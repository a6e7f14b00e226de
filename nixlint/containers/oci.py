"""OCI containers, ``virtualisation.oci-containers.containers.<name>``, read from the option definitions of a repository.

Options and their meaning: nixpkgs, ``nixos/modules/virtualisation/oci-containers.nix``. What may be written as an option or
as a flag of the engine in ``extraOptions`` is one and the same here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from nixlint.semantics.module_system import Answer, Definition, ModuleSystem, Presence, ask_within, attributes_of
from nixlint.semantics.option_path import OptionPath
from nixlint.semantics.repository import Repository
from nixlint.semantics.values import BoolValue, ListValue, StringValue, Value
from nixlint.syntax.place import Place
from nixlint.syntax.source_file import SourceFile

from .declared import declared_in
from .engine_flags import Flag, flags_in
from .image_reference import ImageReference, parse_image_reference
from .port_mapping import PortMapping, parse_port_mapping
from .volume_mount import VolumeMount, parse_volume_mount

CONTAINERS = OptionPath.of("virtualisation", "oci-containers", "containers")
UNKNOWN = "\0"
"""Stands in a text for the parts that are not known; no text of a configuration has this character."""


class Text(NamedTuple):
    """A string of a configuration, with :data:`UNKNOWN` for what is not known of it, and where it is written."""

    text: str
    place: Place

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


@dataclass(frozen=True, eq=False)
class OciContainer:
    """An OCI container, as one module of a file declares it.

    ``name`` is ``None`` where it is made by an expression that is not known; ``place`` is where it is written. ``host`` is
    the module that declares it, and ``conditions`` are those under which it exists.
    """

    name: str | None
    place: Place
    definitions: tuple[Definition, ...]
    conditions: tuple[Value, ...]
    host: ModuleSystem
    repository: Repository

    @property
    def title(self) -> str:
        """How to speak of it."""
        return "an OCI container" if self.name is None else f"OCI container '{self.name}'"

    def exists_whenever(self, other: OciContainer) -> bool:
        """Whether it certainly exists wherever another one of its module does."""
        return all(any(condition is known for known in other.conditions) for condition in self.conditions)

    @property
    def option_path(self) -> OptionPath:
        """Its option."""
        return CONTAINERS / self.name

    def option(self, *names: str) -> Answer:
        """What is known of one of the container's options, such as ``image``."""
        return ask_within(self.definitions, OptionPath(names))

    def texts(self, *names: str) -> tuple[Text, ...]:
        """The strings in a list option, as far as they are known to be there."""
        return tuple(text for definition in self.option(*names).definitions for text in _texts(definition))

    @cached_property
    def image(self) -> tuple[ImageReference, Text] | None:
        """The image, where exactly one is certain and wholly known."""
        value = self.option("image").value
        text = _text_of(value) if value is not None else None
        parsed = parse_image_reference(text.text) if text is not None and text.is_known else None
        return None if parsed is None or text is None else (parsed, text)

    @property
    def has_image_of_its_own(self) -> bool:
        """Whether the image may be built here (``imageFile``, ``imageStream``), so that its tag is but a name."""
        return any(self.option(name).presence is not Presence.ABSENT for name in ("imageFile", "imageStream"))

    @cached_property
    def flags(self) -> tuple[Flag, ...]:
        """The flags in ``extraOptions``, split or joined; those with a part that is not known have it as :data:`UNKNOWN`."""
        return tuple(
            flag
            for definition in self.option("extraOptions").definitions
            for flag in flags_in([(text.text, text.place) for text in _texts(definition)])
        )

    def flag_values(self, *names: str) -> Iterator[Text]:
        """The values of flags with one of these names."""
        for flag in self.flags:
            if flag.name in names:
                yield Text(flag.value, flag.place)

    @cached_property
    def ports(self) -> tuple[PublishedPort, ...]:
        """The published ports."""
        texts = (*self.texts("ports"), *self.flag_values("--publish", "-p"))
        parsed = ((parse_port_mapping(text.text, UNKNOWN), text) for text in texts)
        return tuple(PublishedPort(mapping, text) for mapping, text in parsed if mapping is not None)

    @cached_property
    def mounts(self) -> tuple[Mount, ...]:
        """The volumes in the short form."""
        texts = (*self.texts("volumes"), *self.flag_values("--volume", "-v"))
        parsed = ((parse_volume_mount(text.text), text) for text in texts)
        return tuple(Mount(volume, text) for volume, text in parsed if volume is not None)

    @cached_property
    def networks(self) -> tuple[Text, ...]:
        """The networks that it is in, ``host`` and ``none`` among them."""
        return (*self.texts("networks"), *self.flag_values("--network", "--net"))

    @cached_property
    def privileged(self) -> Place | None:
        """Where it is made privileged, if it certainly is."""
        for definition in self.option("privileged").definitions:
            if isinstance(definition.value, BoolValue) and definition.value.value:
                return definition.value.place or definition.name_place
        return next((flag.place for flag in self.flags if flag.name == "--privileged" and flag.value != "false"), None)

    @cached_property
    def depends_on(self) -> tuple[Text, ...]:
        """The names of containers that it is started after."""
        return self.texts("dependsOn")


class OciModule(NamedTuple):
    """The OCI containers that one module declares, in the order in which they are written: certainly of one host."""

    containers: tuple[OciContainer, ...]


def oci_containers(source: SourceFile, repository: Repository) -> tuple[OciContainer, ...]:
    """The OCI containers that the modules in a file declare, in the order in which they are written."""
    found: dict[Place, OciContainer] = {}
    for name, definitions, conditions, host, site in declared_in(source, repository, CONTAINERS, _is_container):
        place = next((item.name_place for item in definitions if item.name_place is not None), site)
        found.setdefault(place, OciContainer(name, place, definitions, conditions, host, repository))
    return tuple(found.values())


def oci_modules(source: SourceFile, repository: Repository) -> tuple[OciModule, ...]:
    """The modules in a file that declare OCI containers."""
    modules: dict[int, list[OciContainer]] = {}
    for container in oci_containers(source, repository):
        modules.setdefault(id(container.host), []).append(container)
    return tuple(OciModule(tuple(containers)) for containers in modules.values())


def _is_container(definition: Definition) -> bool:
    """Whether a definition is that of a container and not, say, of one that is only extended: it has an attribute."""
    return any(True for _ in attributes_of(definition))


def _texts(definition: Definition) -> Iterator[Text]:
    if isinstance(definition.value, ListValue):
        for element in definition.value.elements:
            text = _text_of(element.force())
            if text is not None:
                yield text


def _text_of(value: Value) -> Text | None:
    if not isinstance(value, StringValue) or value.place is None:
        return None
    return Text("".join(part if isinstance(part, str) else UNKNOWN for part in value.parts), value.place)
