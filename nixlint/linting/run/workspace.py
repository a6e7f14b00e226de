"""Which files a run checks, and which configuration and which repository each of them belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nixlint.files.reading import Anywhere
from nixlint.files.tree import Tree
from nixlint.linting.configuration import (
    FILE_NAME,
    Configuration,
    ConfigurationError,
    check_rule_names,
    configuration_in,
    load_configuration,
    users_configuration,
)
from nixlint.linting.finding import Failure, Skipped
from nixlint.linting.registry import Registry

from .discovery import Listing, Roots, discover
from .request import Request

if TYPE_CHECKING:
    from nixlint.linting.packs.folder_packs import FolderPacks


class Workspace(NamedTuple):
    """Files of one repository that have one configuration."""

    configuration: Configuration
    root: Path
    files: tuple[Path, ...]
    list_files: Callable[[], tuple[Path, ...]]
    """Lists the Nix files of the whole repository; they are not looked for before somebody needs them."""
    registry: Registry
    """The rules there are: those that are installed, and those of the folders that the configuration names."""


@dataclass
class Workspaces:
    """What a request comes down to: the workspaces, and what could not be looked at or was left out."""

    groups: list[Workspace] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def workspaces(request: Request, registry: Registry, given: Iterable[Path]) -> Workspaces:
    """The files of a request, grouped by repository and configuration; a wrong configuration leaves out its files.

    ``given`` are files whose texts are in memory, of which some may not be on disk. Raises :class:`ConfigurationError`
    where the request names a rule that is in no workspace.
    """
    found = Workspaces()
    configurations = _Configurations(request, registry)
    listing = Listing(request.shown)
    discovered = discover(_paths_on_disk(request), listing, request.shown)
    found.failures.extend(discovered.failures)
    found.skipped.extend(discovered.skipped)
    files = [*discovered.files]
    if request.standard_input is not None:
        files.append(request.standard_input.path)
    groups: dict[tuple[Path, Configuration], list[Path]] = {}
    for path in files:
        try:
            root, configuration = configurations.of(path)
        except ConfigurationError as error:
            shown = None if error.path is None else request.shown(error.path)
            found.failures.append(Failure(error.message, shown, error.position))
            continue
        if configuration is not None and not configuration.excludes(path):
            groups.setdefault((root, configuration), []).append(path)
    for (root, configuration), paths in groups.items():
        list_all = listing.below if configurations.is_said(root) else listing.beside
        list_files = partial(_files_of, root, list_all, tuple(given))
        rules = configurations.registry_of(configuration)
        found.groups.append(Workspace(configuration, root, tuple(paths), list_files, rules))
        found.failures.extend(configurations.failures_of(configuration))
    registries = [registry, *(group.registry for group in found.groups)]
    check_rule_names((*(request.select or ()), *request.ignore), registries)
    return found


def _paths_on_disk(request: Request) -> Iterator[Path]:
    for path in request.paths:
        if request.standard_input is None or path != request.standard_input.path:
            yield path


def _files_of(root: Path, list_all: Callable[[Path], tuple[Path, ...]], given: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files of a repository; those that are given may not be on disk yet."""
    here = [path for path in given if path.suffix == ".nix" and path.is_relative_to(root)]
    # A file in the machine's topmost folder does not make all of the machine its repository.
    listed = sorted(list_all(root), key=lambda path: path.parts) if root != root.parent else ()
    return (*here, *(path for path in listed if path not in here)) if here else tuple(listed)


class _Configurations:
    """The configuration of each file: the nearest ``nixlint.toml`` in its repository."""

    def __init__(self, request: Request, registry: Registry) -> None:
        self._request = request
        self._registry = registry
        self._roots: dict[Path, Path] = {}
        self._repositories = Roots(request.paths)
        self._by_folder: dict[str, tuple[Path, Configuration | None]] = {}
        self._disk = Anywhere()
        self._trees: dict[Path, Tree] = {}
        self._work_trees: dict[Path, Path | None] = {}
        self._files: dict[tuple[Path, Path], Path | None] = {}
        self._paths: dict[Path, Path | None] = {}
        self._loaded: dict[tuple[Path, Path | None], Configuration | None] = {}

    def of(self, path: Path) -> tuple[Path, Configuration | None]:
        """The repository's root and the configuration of a file, ``None`` where it was found wrong before.

        Raises :class:`ConfigurationError` where it is wrong, once for each configuration.
        """
        name = str(path).rpartition("/")[0]
        if name not in self._by_folder:
            self._by_folder[name] = (path.parent, None)
            self._by_folder[name] = self._of_folder(path.parent)
        return self._by_folder[name]

    def _of_folder(self, folder: Path) -> tuple[Path, Configuration | None]:
        if folder not in self._roots:
            root = self._work_tree(folder) or self._repositories.of(folder)
            self._roots[folder] = root
            self._paths[folder] = self._configuration_file(folder, root)
        root, file = self._roots[folder], self._paths[folder]
        if (root, file) not in self._loaded:
            self._loaded[root, file] = None
            self._loaded[root, file] = self._load(root, file)
        return root, self._loaded[root, file]

    def is_said(self, root: Path) -> bool:
        """Whether anything says that the root of a file is a repository."""
        return self._repositories.is_said(root)

    def registry_of(self, configuration: Configuration) -> Registry:
        """The rules that there are for a configuration."""
        if not configuration.plugins:
            return self._registry
        extended: Registry = self._packs.extended(self._registry, configuration.plugins).registry
        return extended

    def failures_of(self, configuration: Configuration) -> Iterator[Failure]:
        """The folders that a configuration names and whose rules do not run."""
        if configuration.plugins:
            for refusal in self._packs.extended(self._registry, configuration.plugins).refusals:
                where = self._request.shown(refusal.folder.root / FILE_NAME)
                yield Failure(refusal.reason, where, refusal.folder.position)

    @cached_property
    def _packs(self) -> FolderPacks:
        from nixlint.linting.packs.folder_packs import FolderPacks

        return self._request.packs or FolderPacks()

    def _configuration_file(self, folder: Path, root: Path) -> Path | None:
        if self._request.isolated:
            return None
        if self._request.configuration is not None:
            return self._request.configuration
        if root not in self._trees:
            self._trees[root] = Tree(root)
        return self._nearest(folder, self._trees[root]) or users_configuration()

    def _nearest(self, folder: Path, tree: Tree) -> Path | None:
        """The ``nixlint.toml`` of a folder or the nearest one above it, in its repository."""
        key = (tree.root, folder)
        if key not in self._files:
            above = None if folder in (tree.root, folder.parent) else folder.parent
            self._files[key] = configuration_in(folder, tree) or (above and self._nearest(above, tree))
        return self._files[key]

    def _work_tree(self, folder: Path) -> Path | None:
        """The git work tree that a folder is in: what comes first for :func:`repository_root`, looked up once a folder."""
        if folder not in self._work_trees:
            above = None if folder == folder.parent else folder.parent
            is_one = self._disk.own_kind(folder / ".git") is not None
            self._work_trees[folder] = folder if is_one else above and self._work_tree(above)
        return self._work_trees[folder]

    def _load(self, root: Path, file: Path | None) -> Configuration:
        if file is None:
            return Configuration(root)
        is_inside = file.is_relative_to(root)
        # What the person named, and their own, may be anywhere; a repository's is in the repository.
        is_free = file == self._request.configuration or not is_inside
        reader = Anywhere() if is_free else Tree(root)
        folder = file.parent if is_inside else root
        return load_configuration(file, folder, self._registry, reader, self._request.packs)
