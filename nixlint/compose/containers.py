"""The services of a Compose file as the containers that rules ask about."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from nixlint.containers.languages.image_reference import parse_image_reference
from nixlint.containers.languages.port_mapping import parse_port_mapping
from nixlint.containers.languages.volume_mount import VolumeMount
from nixlint.containers.oci.container import (
    Mount,
    OciContainer,
    PublishedPort,
    Text,
    added_capabilities,
    is_confined_by,
    updates_images,
)
from nixlint.deployment.parts import DeployedContainer, MountKind
from nixlint.files.reading import Reader
from nixlint.secrets.parts import hashes_in
from nixlint.syntax.place import Place

from .conversion.to_containers import convert
from .loading import Request, load
from .node import MappingNode, Node, Scalar, Sequence
from .yaml_reader import ComposeText

_COMMANDS = (("entrypoint",), ("command",), ("healthcheck", "test"))
_VARIABLE = re.compile(r"\$[A-Za-z_]")
_DOUBLED = "\0\0"
"""What stands for ``$$`` while single ones are looked for."""


def containers_of(
    path: Path, data: bytes, reader: Reader | None = None
) -> tuple[tuple[OciContainer, ...], ComposeText]:
    """The services of a Compose file, and its text. Raises :class:`nixlint.compose.node.ComposeError`.

    Variables that have no value are empty, as with Compose; of values that are made of variables nothing is said.
    ``reader`` reads the other files that it names.
    """
    loaded = load(Request((path,), "project", reader=reader, is_for_checking=True), {path: data})
    found: dict[str, OciContainer] = {}
    for container in convert(loaded, keeps_incomplete=True).deployment.containers:
        if container.place.path == path:
            service = loaded.root.get("services", container.service)
            has_image = isinstance(service, MappingNode) and service.get("image") is not None
            declared = _as_declared(container, has_image=has_image)
            if isinstance(service, MappingNode):
                declared = replace(
                    declared,
                    variables=tuple(_pairs(service.get("environment"), path)),
                    labels=tuple(_pairs(service.get("labels"), path)),
                    commands=tuple(_commands(service, path)),
                    cut_hashes=tuple(_cut_hashes(service, path)),
                )
            found.setdefault(container.service, declared)
    return tuple(found.values()), loaded.texts[path]


def _as_declared(container: DeployedContainer, *, has_image: bool) -> OciContainer:
    reference = parse_image_reference(container.image)
    # Of ${IMAGE} nobody knows whether it has a tag; of postgres:${TAG} it is known.
    if "${" in container.image and reference is not None and ("${" in reference.repository or reference.tag is None):
        reference = None
    image_text = Text(container.image, container.image_place)
    ports = [(parse_port_mapping(str(port)), Text(str(port), port.place)) for port in container.ports]
    mode = container.network_mode
    networks = [Text(item.network, item.place) for item in container.attachments]
    return OciContainer(
        name=container.service,
        title=f"service '{container.service}'",
        option_path=f"services.{container.service}",
        place=container.place,
        image=(reference, image_text) if reference is not None and has_image and container.built_by is None else None,
        image_text=image_text,
        has_image_of_its_own=container.built_by is not None or not has_image,
        ports=tuple(PublishedPort(mapping, text) for mapping, text in ports if mapping is not None),
        mounts=tuple(
            Mount(VolumeMount(mount.source, mount.target, mount.options), Text(mount.source, mount.place))
            for mount in container.mounts
            if mount.source and mount.kind is not MountKind.IMAGE
        ),
        networks=(Text(mode, container.key_places.get("network_mode", container.place)),)
        if mode is not None
        else tuple(networks),
        privileged=container.key_places.get("privileged") if container.is_privileged else None,
        capabilities=added_capabilities(
            Text(name, container.key_places.get("cap_add", container.place))
            for name, is_added in container.capabilities
            if is_added
        ),
        devices=tuple(
            Text(device, container.key_places.get("devices", container.place)) for device in container.devices
        ),
        may_be_confined=is_confined_by(container.flags),
        depends_on=tuple(Text(item.container, item.place) for item in container.dependencies),
        flags=container.flags,
        updates_itself=any(updates_images(name) for name, _, _ in container.labels),
        may_be_a_job=True,  # it may be of a profile that nobody chooses
        user=None
        if container.user is None
        else Text(container.user, container.key_places.get("user", container.place)),
    )


def _pairs(node: Node | None, path: Path) -> Iterator[Text]:
    """The variables or labels that are written in this file, with the places of their values where these have one."""
    if isinstance(node, MappingNode):
        for name, value in node.entries.items():
            if isinstance(value, Scalar) and value.value is not None and value.place.path == path:
                yield Text(f"{name}={_written(value)}", value.place)
    elif isinstance(node, Sequence):
        yield from _words_of(node, path)


def _commands(service: MappingNode, path: Path) -> Iterator[tuple[Text, ...]]:
    for keys in _COMMANDS:
        words = tuple(_words_of(service.get(*keys), path))
        if words:
            yield words


def _words_of(node: Node | None, path: Path) -> Iterator[Text]:
    """The words of a command, or the items of a list, that are written in this file."""
    match node:
        case Sequence(items=items):
            for item in items:
                if isinstance(item, Scalar) and item.value is not None and item.place.path == path:
                    yield Text(_written(item), item.place)
        case Scalar(value=str(), place=place) if place.path == path:
            try:
                words = shlex.split(_written(node))
            except ValueError:  # a quote that nothing closes
                return
            yield from (Text(word, place) for word in words)
        case _:
            return


def _cut_hashes(service: MappingNode, path: Path) -> Iterator[Place]:
    """The texts of this file with a hash of which a part is read as a variable."""
    for keys in (("environment",), ("labels",), *_COMMANDS):
        texts: tuple[Node, ...]
        match service.get(*keys):
            case MappingNode(entries=entries):
                texts = tuple(entries.values())
            case Sequence(items=items):
                texts = tuple(items)
            case Scalar() as only:
                texts = (only,)
            case None:
                texts = ()
        for text in texts:
            if isinstance(text, Scalar) and text.place.path == path and _is_cut_hash(text):
                yield text.place


def _is_cut_hash(text: Scalar) -> bool:
    if text.template is None:  # no variable was read
        return False
    single = text.template.replace("$$", _DOUBLED)
    return any(_VARIABLE.search(single[part.start : part.end]) for part in hashes_in(single))


def _written(scalar: Scalar) -> str:
    """A value as it is written, with its variables."""
    return scalar.template if scalar.template is not None else str(scalar.value)
