"""What a container runs: its entry point and command, with secrets taken from variables where a shell certainly can.

An engine passes the words of a command on as they are. Only a shell puts a variable into one: a shell that the project's
own command runs, or one that an image is known to have (``nixlint/data/image_entrypoints.json``). Elsewhere the secret is
withheld, and the container does not start until a person gives it another command.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from nixlint.compose.node import Node, Scalar, Sequence
from nixlint.containers.languages.image_reference import parse_image_reference
from nixlint.syntax.place import Place

from .key_reader import KeyReader
from .process import command_of
from .secret_words import SecretWords, Word, hidden_in, in_script, in_shell, script_index, shown


class CommandLine(NamedTuple):
    """The words of an entry point and a command, ``None`` for the image's own, and the secrets that they need and lack."""

    entrypoint: tuple[str, ...] | None
    command: tuple[str, ...] | None
    withheld: tuple[str, ...] = ()


def command_line_of(keys: KeyReader, words: SecretWords, image: str | None) -> CommandLine:
    """What the container of a service runs. ``image`` is the image's name where it comes from a registry."""
    nodes = tuple(keys.node.entries.get(name) for name in ("entrypoint", "command"))
    entrypoint, command = words.of_command(*nodes)
    hidden = tuple(each for word in (*entrypoint, *command) for each in hidden_in(word))
    if not hidden:
        return CommandLine(command_of(keys, "entrypoint"), command_of(keys, "command"))
    for name in ("entrypoint", "command"):
        keys.read_whole(name)
    key, place = _holder(keys, entrypoint)
    names = words.need(hidden)
    argv = (*entrypoint, *command)
    written = _with_script(argv)
    if written is not None:
        keys.approximated(key, f"the secret in it is taken from {names}, by the shell that it runs", place)
        parts = (written[: len(entrypoint)], written[len(entrypoint) :])
        return CommandLine(*_set(nodes, *parts))
    known = None if image is None else _entrypoint_of(image)
    if known is not None:
        own = argv if nodes[0] is not None else (*((word,) for word in known), *argv)
        script = f"exec {' '.join(in_shell(word) for word in own)}"
        keys.approximated(key, f"the secret in it is taken from {names}, by a shell of the image", place)
        return CommandLine(("sh",), ("-c", script))
    keys.needs_you(
        key,
        f"the secret {names} is an argument here, and would be in the store: the container does not start until "
        "x-nixlint sets another cmd for it, such as a shell that takes the secret from a variable",
        place,
        incomplete=True,
    )
    return CommandLine(
        *_set(nodes, tuple(map(shown, entrypoint)), tuple(map(shown, command))),
        tuple(dict.fromkeys(each.variable for each in hidden)),
    )


def _holder(keys: KeyReader, entrypoint: tuple[Word, ...]) -> tuple[str, Place]:
    name = "entrypoint" if any(hidden_in(word) for word in entrypoint) else "command"
    return keys.path(name), keys.place(name)


def _set(
    nodes: tuple[Node | None, ...], entrypoint: tuple[str, ...], command: tuple[str, ...]
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """The words of those of the two keys that are set."""
    is_set = [isinstance(node, Sequence) or (isinstance(node, Scalar) and node.value is not None) for node in nodes]
    return entrypoint if is_set[0] else None, command if is_set[1] else None


def _with_script(argv: tuple[Word, ...]) -> tuple[str, ...] | None:
    """The words of a command whose secrets are all in the script of a shell; ``None`` where that is not so."""
    index = script_index("".join(part for part in word if isinstance(part, str)) for word in argv)
    if index is None or any(hidden_in(word) for position, word in enumerate(argv) if position != index):
        return None
    script = in_script(argv[index])
    if script is None:
        return None
    return tuple(script if position == index else "".join(map(str, word)) for position, word in enumerate(argv))


@cache
def _entrypoints() -> dict[str, tuple[str, ...]]:
    text = (files("nixlint") / "data" / "image_entrypoints.json").read_text(encoding="utf-8")
    return {name: tuple(facts["entrypoint"]) for name, facts in json.loads(text)["images"].items()}


def _entrypoint_of(image: str) -> tuple[str, ...] | None:
    """The entry point of an image that is known to have a shell."""
    reference = parse_image_reference(image)
    if reference is None:
        return None
    registry = reference.registry or "docker.io"
    repository = reference.repository if "/" in reference.repository else f"library/{reference.repository}"
    return _entrypoints().get(f"{registry}/{repository}")
