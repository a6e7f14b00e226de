"""The options of a conversion, kept in the header of what it writes, so that it can be checked and made anew without them.

They stand on one line of JSON in ASCII, which no text in them can leave. Nothing secret is among them: of a variable that
was set on the command line only the name is kept, and of a ``docker run`` command nothing. Relative paths count from the
folder of the module, so that it does not matter where the next run is started.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from nixlint.deployment.target import Backend, SecretStore

OPENING = "options: "
"""How the line begins, behind the sign of the comment."""
_LINES = 12
"""The header is within so many lines."""


class UnreadableOptions(Exception):
    """The options in a header are damaged; the message says how."""


class KeptOptions(NamedTuple):
    """What is converted, and how. ``variables`` are the names of those that were given with a value.

    ``files`` is empty where the project came from standard input or from a command.
    """

    files: tuple[str, ...] = ()
    project_name: str | None = None
    profiles: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    host_env: bool = False
    backend: str = Backend.PODMAN.value
    nixos: str = ""
    secrets: str = SecretStore.ENV_FILE.value
    split: bool = False
    enable_option: str | None = None
    symbolic: bool = False
    root: str | None = None
    user: str | None = None
    with_test: bool = False

    def line(self) -> str:
        """The line of the header. Options that say nothing are left out."""
        values = {
            _WORDS[name]: list(value) if isinstance(value, tuple) else value
            for name, value in self._asdict().items()
            if value != KeptOptions._field_defaults[name]
        }
        return OPENING + json.dumps(values)

    def seen_from(self, folder: Path) -> KeptOptions:
        """The same with the relative paths, which count from here, counted from a folder."""
        return self._moved(lambda path: os.path.relpath(path, folder))

    def seen_from_here(self, folder: Path) -> KeptOptions:
        """The same with the relative paths, which count from a folder, counted from here."""
        return self._moved(lambda path: os.path.relpath(folder / path))

    def _moved(self, move: Callable[[str], str]) -> KeptOptions:
        def each(paths: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(path if path.startswith("/") else move(path) for path in paths)

        return self._replace(files=each(self.files), env_files=each(self.env_files))


_WORDS: Mapping[str, str] = {
    "files": "file",
    "project_name": "project-name",
    "profiles": "profile",
    "env_files": "env-file",
    "variables": "env",
    "host_env": "host-env",
    "backend": "backend",
    "nixos": "nixos",
    "secrets": "secrets",
    "split": "split",
    "enable_option": "option",
    "symbolic": "symbolic",
    "root": "root",
    "user": "user",
    "with_test": "with-test",
}
"""The options as the command line calls them."""


def options_in(module: bytes) -> KeptOptions | None:
    """The options in the header of a module; ``None`` where it has none. Raises :class:`UnreadableOptions`."""
    for line in module.split(b"\n", _LINES)[:_LINES]:
        opening = f"# {OPENING}".encode()
        if line.startswith(opening):
            return _read(line.removeprefix(opening))
    return None


def _read(line: bytes) -> KeptOptions:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        raise UnreadableOptions("they are not JSON") from None
    if not isinstance(values, dict):
        raise UnreadableOptions("they are not a set of options")
    fields = {word: name for name, word in _WORDS.items()}
    found: dict[str, object] = {}
    for word, value in values.items():
        if word not in fields:
            raise UnreadableOptions("one of them is not known to this version of nixlint")
        default = KeptOptions._field_defaults[fields[word]]
        if isinstance(default, tuple):
            if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
                raise UnreadableOptions(f"{word} is not a list of texts")
            found[fields[word]] = tuple(value)
            continue
        if type(value) is not (bool if isinstance(default, bool) else str):
            raise UnreadableOptions(f"{word} has a value of the wrong kind")
        found[fields[word]] = value
    return KeptOptions()._replace(**found)  # type: ignore[arg-type]  # each was compared with its default
