"""The rules of the folders that a configuration names: they run where the person allowed it, and else are not touched."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nixlint.syntax.span import Position

if TYPE_CHECKING:
    from nixlint.linting.registry import Registry

    from .folder import PackFolder


class NamedFolder(NamedTuple):
    """A folder with rules that a configuration names: ``text`` is how, ``root`` the folder of the configuration."""

    path: Path
    text: str
    root: Path
    position: Position | None


class Refusal(NamedTuple):
    """A folder whose rules do not run, and why."""

    folder: NamedFolder
    reason: str


class Extended(NamedTuple):
    """The rules there are with those of some folders, and the folders whose rules do not run."""

    registry: Registry
    refusals: tuple[Refusal, ...] = ()


class FolderPacks:
    """What a run may load from folders: with ``allows_all`` whatever a configuration names, else what was allowed before."""

    def __init__(self, *, allows_all: bool = False) -> None:
        self._allows_all = allows_all
        self._known: dict[tuple[int, tuple[NamedFolder, ...]], Extended] = {}

    def extended(self, registry: Registry, folders: tuple[NamedFolder, ...]) -> Extended:
        """The registry with the rules of some folders."""
        if not folders:
            return Extended(registry)
        key = (id(registry), folders)
        if key not in self._known:
            self._known[key] = self._extended(registry, folders)
        return self._known[key]

    @property
    def registries(self) -> Iterable[Registry]:
        """All registries that were extended so far."""
        return tuple(each.registry for each in self._known.values())

    def _extended(self, registry: Registry, folders: Iterable[NamedFolder]) -> Extended:
        from .folder import Refused

        refusals: list[Refusal] = []
        for folder in folders:
            try:
                pack = self._allowed_pack(folder)
            except Refused as error:
                refusals.append(Refusal(folder, str(error)))
                continue
            registry = _with_pack(registry, pack, folder.text)
        is_whole = registry.is_whole and not refusals
        return Extended(registry._replace(is_whole=is_whole), tuple(refusals))

    def _allowed_pack(self, folder: NamedFolder) -> PackFolder:
        """The files of a folder that may run. Raises :class:`Refused` for any other, most of which are not even read."""
        from .allowed import allowed_folders
        from .folder import Refused

        if self._allows_all:
            return _read(folder)

        how = f"look at them, and allow them with 'nixlint rules allow {folder.text}' or --allow-plugins"
        allowed = allowed_folders()
        if not allowed:
            raise Refused(f"the rules in {folder.text} do not run, for you have not allowed them: {how}")
        pack = _read(folder)
        if pack.digest in allowed.values():
            return pack
        if str(folder.path) in allowed:
            raise Refused(f"the rules in {folder.text} do not run, for they changed since you allowed them: {how}")
        raise Refused(f"the rules in {folder.text} do not run, for you have not allowed them: {how}")


def _read(folder: NamedFolder) -> PackFolder:
    from .folder import Refused, read_pack

    try:
        return read_pack(folder.path, folder.root)
    except Refused as error:
        raise Refused(f"the rules in {folder.text} do not run: {error}") from None


def _with_pack(registry: Registry, pack: PackFolder, shown: str) -> Registry:
    from nixlint.linting.registry import with_modules

    from .importing import modules_of

    return with_modules(registry, f"in {shown}", lambda: modules_of(pack))
