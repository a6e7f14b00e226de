"""OCI containers read from the option definitions of a repository: ``virtualisation.oci-containers.containers.<name>``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from nixlint.containers.declared import Declared, declared_in, declared_on
from nixlint.containers.existence import Existence
from nixlint.containers.languages.engine_flags import Flag, flags_in
from nixlint.containers.languages.image_reference import ImageReference, parse_image_reference
from nixlint.containers.languages.port_mapping import parse_port_mapping
from nixlint.containers.languages.volume_mount import parse_mount_flag, parse_volume_mount
from nixlint.containers.stated import deciding, is_complete, is_false
from nixlint.semantics.language.values import (
    UNSETTLED,
    AttrsValue,
    BoolValue,
    CallValue,
    ListValue,
    NullValue,
    PathValue,
    StringValue,
    Value,
)
from nixlint.semantics.modules.module_system import (
    PLAIN_PRIORITY,
    Answer,
    Definition,
    ModuleSystem,
    Presence,
    ask_within,
    attributes_of,
)
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.place import Place
from nixlint.syntax.source_file import SourceFile

from .container import (
    UNKNOWN,
    Login,
    Mount,
    OciContainer,
    OciModule,
    PublishedPort,
    Text,
    added_capabilities,
    is_confined_by,
    updates_images,
)

CONTAINERS = OptionPath.of("virtualisation", "oci-containers", "containers")
BACKEND = OptionPath.of("virtualisation", "oci-containers", "backend")


class _Declaration(NamedTuple):
    """What one module says about one container."""

    definitions: tuple[Definition, ...]

    def option(self, name: str) -> Answer:
        """What is known of one of the container's options, such as ``image``."""
        return ask_within(self.definitions, OptionPath.of(name))

    def place_of(self, name: str, *kinds: type[Value]) -> Place | None:
        """Where an option is certainly defined with a value of one of these kinds."""
        return next(
            (
                definition.name_place
                for definition in self.option(name).definitions
                if not definition.conditions and isinstance(definition.value, kinds)
            ),
            None,
        )

    def texts(self, name: str) -> tuple[Text, ...]:
        """The strings in a list option that no stronger definition takes away, with their conditions."""
        return tuple(text for definition in deciding(self.option(name)) for text in _texts(definition))

    def certain_texts(self, name: str) -> tuple[Text, ...]:
        """The strings in a list option that are there whenever the container is."""
        return tuple(text for text in self.texts(name) if not text.conditions)

    def flags(self) -> tuple[Flag, ...]:
        """The flags in ``extraOptions``; those with a part that is not known have it as :data:`UNKNOWN`."""
        return tuple(
            flag for definition in deciding(self.option("extraOptions")) for flag in _flags(tuple(_texts(definition)))
        )

    def image(self) -> tuple[ImageReference, Text] | None:
        """The image, where exactly one is certain and wholly known."""
        value = self.option("image").value
        text = _text_of(value) if value is not None else None
        parsed = parse_image_reference(text.text) if text is not None and text.is_known else None
        return None if parsed is None or text is None else (parsed, text)

    def capabilities(self, flags: tuple[Flag, ...]) -> tuple[Text, ...]:
        """The capabilities that it gets in addition, by option or by flag."""
        names = dict.fromkeys(
            name
            for definition in self.option("capabilities").definitions
            for name, _ in attributes_of(definition)
            if name is not None
        )
        by_option = tuple(
            Text(name, below.name_place, below.conditions)
            for name in names
            for below in deciding(ask_within(self.definitions, OptionPath.of("capabilities", name)))
            if below.name_place is not None and _is_true(below.value)
        )
        return added_capabilities((*by_option, *_values(flags, "--cap-add")))

    def may_be_confined(self, flags: tuple[Flag, ...]) -> bool:
        """Whether another user than root may run it, or its users may not be the host's."""
        user = ask_within(self.definitions, OptionPath.of("podman", "user"))
        is_root = isinstance(user.value, StringValue) and user.value.text == "root"
        return (user.presence is not Presence.ABSENT and not is_root) or is_confined_by(flags)

    def may_be_a_job(self, flags: tuple[Flag, ...]) -> bool:
        """Whether it may run something else than the program of its image, or only when somebody starts it."""
        options = ("cmd", "entrypoint", "autoStart")
        return any(self.option(option).presence is not Presence.ABSENT for option in options) or any(
            flag.name == "--entrypoint" for flag in flags
        )

    def updates_itself(self, flags: tuple[Flag, ...]) -> bool:
        """Whether a label asks for newer images to be pulled and started."""
        by_option = {name for found in self.option("labels").definitions for name, _ in attributes_of(found)}
        by_flag = {text.text.partition("=")[0] for text in _values(flags, "--label", "-l")}
        return any(name is not None and updates_images(name) for name in {*by_option, *by_flag})

    def text(self, *names: str) -> Text | None:
        """The string that an option certainly has, such as the user that its program runs as."""
        value = ask_within(self.definitions, OptionPath(names)).value
        return None if value is None else _text_of(value)

    def login(self) -> Login | None:
        """The settings of the login at a registry, where some of them are certainly given."""
        settings = {name: ask_within(self.definitions, OptionPath.of("login", name)) for name in _LOGIN}
        given = [name for name, answer in settings.items() if _is_given(answer)]
        missing = tuple(name for name, answer in settings.items() if answer.presence is Presence.ABSENT)
        place = settings[given[0]].definitions[0].name_place if given else None
        return None if place is None else Login(place, tuple(given), missing)

    def privileged(self, flags: tuple[Flag, ...]) -> Place | None:
        """Where the container is made privileged, if it certainly is."""
        for definition in deciding(self.option("privileged")):
            if isinstance(definition.value, BoolValue) and definition.value.value:
                return definition.value.place or definition.name_place
        return next((flag.place for flag in flags if flag.name == "--privileged" and flag.value != "false"), None)


def oci_containers(source: SourceFile, repository: Repository) -> tuple[OciContainer, ...]:
    """The OCI containers that the modules in a file declare, in the order in which they are written."""
    return tuple(container for container, _ in _containers(source, repository))


def oci_containers_on(host: ModuleSystem, place: Place) -> tuple[OciContainer, ...]:
    """The OCI containers that a module system declares, whichever of its modules they are in.

    ``place`` is where the host stands, for a container that is written nowhere.
    """
    found: dict[tuple[Place, str | None], OciContainer] = {}
    for declared in declared_on(host, place, CONTAINERS, is_oci_container):
        container = _declared_container(declared)
        if host.is_assuming:
            container = replace(container, existence=Existence.LIKELY)
        found.setdefault((container.place, container.name), container)
    return tuple(found.values())


def oci_modules(source: SourceFile, repository: Repository) -> tuple[OciModule, ...]:
    """The modules in a file that declare OCI containers."""
    modules: dict[int, tuple[ModuleSystem, list[OciContainer]]] = {}
    for container, host in _containers(source, repository):
        modules.setdefault(id(host), (host, []))[1].append(container)
    return tuple(OciModule(tuple(containers), *_backend(host)) for host, containers in modules.values())


def _backend(host: ModuleSystem) -> tuple[str | None, Place | None]:
    """The engine that a module certainly chooses, and where; a weak choice is one that others may change."""
    answer = host.ask(BACKEND)
    value = answer.value
    is_strong = all(definition.priority <= PLAIN_PRIORITY for definition in answer.definitions)
    return (value.text, value.place) if isinstance(value, StringValue) and is_strong else (None, None)


def _containers(source: SourceFile, repository: Repository) -> tuple[tuple[OciContainer, ModuleSystem], ...]:
    # One place may make containers of many names: listToAttrs (map container [ "a" "b" ]).
    found: dict[tuple[Place, str | None], tuple[OciContainer, ModuleSystem]] = {}
    for declared in declared_in(source, repository, CONTAINERS, is_oci_container):
        container = _declared_container(declared)
        found.setdefault((container.place, container.name), (container, declared.host))
    return tuple(found.values())


def _declared_container(declared: Declared) -> OciContainer:
    name, definitions, conditions, _, site = declared
    place = next((item.name_place for item in definitions if item.name_place is not None), site)
    return _container(name, place, conditions, _Declaration(definitions))


def _container(
    name: str | None, place: Place, conditions: tuple[Value, ...], declaration: _Declaration
) -> OciContainer:
    flags = declaration.flags()
    ports = (*declaration.texts("ports"), *_values(flags, "--publish", "-p"))
    volumes = (*declaration.texts("volumes"), *_values(flags, "--volume", "-v"))
    return OciContainer(
        name=name,
        title="an OCI container" if name is None else f"OCI container '{name}'",
        option_path=str(CONTAINERS / name),
        place=place,
        conditions=conditions,
        image=declaration.image(),
        image_text=declaration.text("image"),
        has_image_of_its_own=any(
            declaration.option(option).presence is not Presence.ABSENT for option in ("imageFile", "imageStream")
        ),
        ports=published_ports(ports),
        written_ports=ports,
        written_volumes=volumes,
        login=declaration.login(),
        mounts=(
            *mounts_in(volumes),
            *mounts_in_flags(tuple(_values(flags, "--mount"))),
        ),
        networks=(*declaration.texts("networks"), *_values(flags, "--network")),
        privileged=declaration.privileged(flags),
        capabilities=declaration.capabilities(flags),
        devices=(*declaration.texts("devices"), *_values(flags, "--device")),
        may_be_confined=declaration.may_be_confined(flags),
        is_started_by_hand=is_false(declaration.option("autoStart")),
        may_stay_when_stopped=declaration.option("autoRemoveOnStop").presence is not Presence.ABSENT
        or any(flag.name == "--rm" for flag in flags),
        updates_itself=declaration.updates_itself(flags),
        depends_on=declaration.certain_texts("dependsOn"),
        flags=flags,
        knows_flags=is_complete(declaration.option("extraOptions")),
        user=declaration.text("user"),
        may_be_a_job=declaration.may_be_a_job(flags),
        podman=declaration.place_of("podman", AttrsValue),
        podman_user=declaration.text("podman", "user"),
        sdnotify=declaration.text("podman", "sdnotify"),
        image_file=declaration.place_of("imageFile", CallValue, PathValue),
        image_stream=declaration.place_of("imageStream", CallValue, PathValue),
    )


def published_ports(texts: tuple[Text, ...]) -> tuple[PublishedPort, ...]:
    """The published ports in texts of the engines' short form."""
    parsed = ((parse_port_mapping(text.text, UNKNOWN), text) for text in texts)
    return tuple(PublishedPort(mapping, text) for mapping, text in parsed if mapping is not None)


def mounts_in(texts: tuple[Text, ...]) -> tuple[Mount, ...]:
    """The volumes in texts of the engines' short form."""
    parsed = ((parse_volume_mount(text.text), text) for text in texts)
    return tuple(Mount(volume, text) for volume, text in parsed if volume is not None)


def mounts_in_flags(texts: tuple[Text, ...]) -> tuple[Mount, ...]:
    """The volumes and paths of the host in values of ``--mount``."""
    parsed = ((parse_mount_flag(text.text), text) for text in texts)
    return tuple(Mount(volume, text) for volume, text in parsed if volume is not None)


def _values(flags: tuple[Flag, ...], *names: str) -> Iterator[Text]:
    for flag in flags:
        if flag.name in names:
            yield Text(flag.value, flag.place, flag.conditions)


def _flags(arguments: tuple[Text, ...]) -> Iterator[Flag]:
    conditions = {text.place: text.conditions for text in arguments}
    for flag in flags_in([(text.text, text.place) for text in arguments]):
        yield flag._replace(conditions=conditions[flag.place])


_LOGIN = ("username", "passwordFile", "registry")


def _is_given(answer: Answer) -> bool:
    return answer.presence is Presence.DEFINED and not isinstance(answer.value, NullValue | None)


def _is_true(value: Value) -> bool:
    return isinstance(value, BoolValue) and value.value


def is_oci_container(definition: Definition) -> bool:
    """Whether a definition is that of a container: it has an attribute, or may have, as the result of a function."""
    return isinstance(definition.value, UNSETTLED) or any(True for _ in attributes_of(definition))


def _texts(definition: Definition) -> Iterator[Text]:
    if isinstance(definition.value, ListValue):
        for element in definition.value.elements:
            # A property may stand around an element too (nixpkgs, lib/types.nix, listOf).
            answer = ask_within((definition._replace(value=element.force()),), OptionPath(()))
            for found in answer.definitions if len(answer.definitions) == 1 else ():
                text = _text_of(found.value)
                if text is not None:
                    yield text._replace(conditions=found.conditions)


def _text_of(value: Value) -> Text | None:
    if not isinstance(value, StringValue) or value.place is None:
        return None
    return Text("".join(part if isinstance(part, str) else UNKNOWN for part in value.parts), value.place)
