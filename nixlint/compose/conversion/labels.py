"""Labels of a service: those of its files, those that it writes itself, and Compose's own where a project asks for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from nixlint.compose.dotenv import parse_dotenv
from nixlint.compose.node import MappingNode, Node, Scalar, Sequence
from nixlint.compose.problem import ComposeError
from nixlint.secrets.masking import shown_name
from nixlint.secrets.parts import holds_secret, may_be_secret
from nixlint.syntax.place import Place

from .key_reader import KeyReader


def labels_of(keys: KeyReader) -> tuple[tuple[str, str, Place], ...]:
    """The labels, each once; one that the service writes itself wins over one of a file, and a later file over an earlier.

    A label that sounds like a secret is in no module: a person has to put it there without the store.
    """
    own = keys.shown_pairs("labels")
    found: dict[str, tuple[str, Place]] = {}
    for text, place in keys.texts("label_file"):
        for name, value in _of_file(keys, text, place).items():
            found[name] = (value, place)
    names = {name for name, _, _ in own}
    return (*((name, value, place) for name, (value, place) in found.items() if name not in names), *own)


def _of_file(keys: KeyReader, text: str, place: Place) -> dict[str, str]:
    path = Path(text)
    try:
        found = parse_dotenv(keys.notes.access.text(path, place))
    except ComposeError as error:
        keys.needs_you(
            keys.path("label_file"), f"{text} can't be read here, so its labels are left out: {error.message}", place
        )
        return {}
    secret = [name for name, value in found.items() if may_be_secret(name, value) or holds_secret(name)]
    if secret:
        listed = ", ".join(map(shown_name, secret))
        keys.needs_you(keys.path("label_file"), f"a secret is in {listed}, which are left out", place)
    return {name: value for name, value in found.items() if name not in secret}


_OF_COMPOSE = re.compile(r"com\.docker\.compose\.[a-z][a-z.-]*[a-z]")
_PROJECT, _SERVICE = "com.docker.compose.project", "com.docker.compose.service"


def labels_of_compose(root: MappingNode) -> frozenset[str]:
    """The labels of Compose itself that a project speaks of, as what looks for its containers does (compose,
    ``pkg/api/labels.go``).
    """
    return frozenset(label for text in _texts(root) for label in _OF_COMPOSE.findall(text))


def only_of_compose(asked: frozenset[str]) -> tuple[str, ...]:
    """Those of the labels whose values only Compose itself can give."""
    return tuple(sorted(asked - {_PROJECT, _SERVICE}))


def with_labels_of_compose(
    labels: tuple[tuple[str, str, Place], ...], asked: frozenset[str], project: str, service: KeyReader, key: str
) -> tuple[tuple[str, str, Place], ...]:
    """Labels with those of Compose that are asked for; what the service writes itself stays."""
    written = {name for name, _, _ in labels}
    own = ((_PROJECT, project), (_SERVICE, key))
    missing = ((name, value, service.node.place) for name, value in own if name in asked and name not in written)
    return (*labels, *missing)


def _texts(root: MappingNode) -> Iterator[str]:
    waiting: list[Node] = [root]
    while waiting:
        match waiting.pop():
            case MappingNode(entries=entries):
                waiting += [entry for name, entry in entries.items() if not _OF_COMPOSE.fullmatch(name)]
            case Sequence(items=items):
                waiting += items
            case Scalar(value=str(text)):
                yield text
            case _:
                pass
