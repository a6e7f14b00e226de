"""The networks that OCI containers of a repository are in, and whether anything in it may make them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.place import Place

from .container import OciContainer, Text
from .reader import oci_containers

_MODES = frozenset("auto bridge default host nat none pasta podman private slirp4netns".split())
"""Networks that are always there, and modes that are no networks (podman-run(1) and docker run, ``--network``)."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]+")
_CREATION = re.compile(rb"network[\"',\s]+create\b((?:\\\r?\n|[^\n])*)")


def network_name(text: Text) -> str | None:
    """The name of a network that somebody has to make; ``None`` where it is none, or is not known.

    Options may follow, as in ``web:ip=10.0.0.2`` (Podman) or ``name=web,alias=db`` (Docker).
    """
    if not text.is_known:
        return None
    first, colon, _ = text.text.partition(":")
    if first in ("container", "ns") and colon:
        return None
    name = next((part[5:] for part in text.text.split(",") if part.startswith("name=")), first)
    return name if name not in _MODES and _NAME.fullmatch(name) else None


@dataclass(frozen=True)
class OciNetworks:
    """The networks that nothing but containers names. ``is_complete`` says that none can be made by another name.

    ``unmade`` holds, for each such name, how many containers are in it.
    """

    unmade: Mapping[str, int]
    is_complete: bool

    @classmethod
    def of(cls, repository: Repository) -> OciNetworks:
        """The networks of a repository, looked for once, in all of its files."""
        return repository.remember(cls, lambda: _networks_in(repository))


def _networks_in(repository: Repository) -> OciNetworks:
    uses: dict[str, list[Place]] = {}
    for name, place in _uses(repository):
        uses.setdefault(name, []).append(place)
    tree = repository.file_tree()
    files = tree.below(repository.root)
    if files is None or not uses:
        return OciNetworks({}, False)
    named = dict(uses)
    for path in files:
        data = tree.data(path)
        if data is None or any(_is_of_unknown_name(creation[1]) for creation in _CREATION.finditer(data)):
            return OciNetworks({}, False)
        for name in tuple(named):
            if name in path.name or _is_named_elsewhere(name.encode(), data, path, named[name]):
                del named[name]
    return OciNetworks({name: len(places) for name, places in named.items()}, True)


def _uses(repository: Repository) -> Iterator[tuple[str, Place]]:
    for path in repository.files_mentioning(b"oci-containers"):
        source = repository.source(path)
        for container in () if source is None or source.root.has_error else oci_containers(source, repository):
            yield from uses_of(container)


def uses_of(container: OciContainer) -> Iterator[tuple[str, Place]]:
    """The networks by name that a container is in, each with its place."""
    for text in container.networks:
        name = network_name(text)
        if name is not None:
            yield name, text.place


def _is_of_unknown_name(arguments: bytes) -> bool:
    """Whether what follows ``network create`` has a variable in it, or is put together with something else."""
    return b"$" in arguments or arguments.lstrip()[:1] in (b'"', b"'", b"")


def _is_named_elsewhere(name: bytes, data: bytes, path: Path, uses: list[Place]) -> bool:
    """Whether a file holds the name as a word outside the places where containers are put into the network."""
    if name not in data:
        return False
    spans = [place.span for place in uses if place.path == path]
    words = re.finditer(rb"(?<![\w-])" + re.escape(name) + rb"(?![\w-])", data)
    return any(not any(span.start <= word.start() and word.end() <= span.end for span in spans) for word in words)
