"""A Compose project as a whole: what is started together, and the module that could stand in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nixlint.syntax.place import Place


@dataclass(frozen=True, eq=False)
class ComposeProject:
    """The project of a folder. ``place`` is where its services are listed, and ``services`` are their names.

    ``module`` is where a module that is made of it would be, ``is_free`` whether nothing is there, and ``names`` are those
    that such a module could know its Compose file by. ``convert`` gives its text for a NixOS release (``None`` for the
    newest), or ``None`` where there is none.
    """

    place: Place
    services: tuple[str, ...]
    module: Path
    is_free: bool
    names: tuple[str, ...]
    convert: Callable[[str | None], str | None]
