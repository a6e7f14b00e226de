"""Whether a definition is of an option of NixOS that was renamed or removed (``semantics/modules/option_history.py``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import PurePath
from typing import NamedTuple

from nixlint.rule import (
    AttrsValue,
    Binder,
    Change,
    Repository,
    TargetRelease,
    WrittenDefinition,
    is_put_away,
    nixos_history,
    stands_in_list,
    target_release,
    words_of,
    written_definitions,
)
from nixlint.rule import Removed as Removed
from nixlint.rule import Renamed as Renamed

_OTHER_SYSTEMS = frozenset({
    "darwin", "darwinConfigurations", "darwinModule", "darwinModules", "devShells", "devenv", "hm", "home",
    "home-manager", "homeConfigurations", "homeManager", "homeManagerModule", "homeManagerModules", "homeModule",
    "homeModules", "homes", "options", "perSystem", "process-compose", "shells",
})  # fmt: skip
"""Names around a module of another module system, whose options may have the same names."""
_OTHER_FILES = re.compile(r"darwin|macos|home-?manager|\bhome\b|\bhm\b|devenv|arion|compose|terra|process", re.I)
_MODULES = frozenset({"modules", "extraModules", "configuration", "nixosModule"})
_LISTS_OF_MODULES = frozenset({"modules", "extraModules"})
_COLLECTIONS = frozenset({"nixosModules", "nodes", "specialisation"})
_OF_CLASS = frozenset({"modules", "aspects"})
"""What holds modules by their class: ``flake.modules.nixos.<name>`` of flake-parts, ``den.aspects.<name>.nixos`` of den."""
_DEPENDS_ON_VERSION = re.compile(
    rb"versionOlder|versionAtLeast|compareVersions|(?:trivial|nixos)\.(?:release|version)|lib\.versions?\b"
    rb"|options[\w.\" ]*\?|hasAttrByPath"
)
"""In a file with these, what is defined may depend on what there is."""


_OF_COMPOSE = frozenset({"service", "image", "build"})


class ChangedDefinition(NamedTuple):
    """A definition of such an option; ``prefix`` names stand before the option, and ``target`` has the change."""

    change: Change
    prefix: int
    target: TargetRelease

    @property
    def is_likely(self) -> bool:
        """Whether there is a sign that the nixpkgs of the repository has the change."""
        return self.target.is_likely(self.change.since)


def changed_definition(definition: WrittenDefinition, repository: Repository) -> ChangedDefinition | None:
    """The change that a definition has not followed: it writes the last name of the old option.

    ``None`` too where the option may be another one: in another module system, declared by the repository, or from a
    release that still has it.
    """
    prefix = _prefix(definition)
    change = None if prefix is None else nixos_history().change_at(definition.path.names[prefix:])
    if change is None or prefix is None or definition.binder is not Binder.ATTRIBUTE:
        return None
    if definition.root is not Binder.ATTRIBUTE and prefix == 0:
        return None  # A set of the file's own that is called like a root of options.
    if len(definition.path) - definition.written >= prefix + len(change.old):
        return None  # The set around it is what defines the old option.
    target = target_release(repository)
    if (
        change.since > target.release
        or is_put_away(definition.name.path, repository)
        or _is_elsewhere(definition, change, prefix, repository)
    ):
        return None
    return ChangedDefinition(change, prefix, target)


class OldNames(NamedTuple):
    """The words of the names of options that are gone: the last ones, each with all the words of its names."""

    by_last: Mapping[bytes, tuple[frozenset[bytes], ...]]
    telling: Mapping[bytes, frozenset[bytes]]
    """Of the words of each name of an option the longest, which the fewest files have."""

    def among(self, chosen: frozenset[bytes], words: frozenset[bytes]) -> frozenset[bytes]:
        """Those of some last words for which a file with these words may define such an option."""
        return frozenset(
            last
            for last in chosen
            # One word of each option is looked for before all of them: most files have none.
            if not words.isdisjoint(self.telling[last]) and any(names <= words for names in self.by_last[last])
        )


def old_names(kind: type[object]) -> OldNames:
    """The names of options that were :class:`Renamed` or :class:`Removed`. A definition of one writes the last of them."""
    return _old_names()[kind]


@cache
def _old_names() -> dict[type[object], OldNames]:
    by_kind: dict[type[object], dict[bytes, list[frozenset[bytes]]]] = {Renamed: {}, Removed: {}}
    for change in nixos_history().changes:
        names = frozenset(word for name in change.old for word in words_of(name.encode()))
        for word in words_of(change.old[-1].encode()):
            by_kind[type(change.what)].setdefault(word, []).append(names)
    return {
        kind: OldNames(
            {last: tuple(names) for last, names in by_last.items()},
            {last: frozenset(max(each, key=len) for each in names) for last, names in by_last.items()},
        )
        for kind, by_last in by_kind.items()
    }


def _prefix(definition: WrittenDefinition) -> int | None:
    """How many names of a path lead to a module of NixOS; ``None`` where it is in none, or that is not known."""
    names = definition.path.names
    start = 1 if names[:1] == ("config",) else 0
    roots = nixos_history().roots
    if len(names) > start and names[start] in roots:
        return start
    for index in range(len(names) - 1, 0, -1):
        if names[index] in roots and _leads_to_module(names[:index]):
            return None if not _OTHER_SYSTEMS.isdisjoint(names[:index]) else index
    return None


def _leads_to_module(names: tuple[str | None, ...]) -> bool:
    if names[-1] == "config":
        return (len(names) >= 3 and names[-3] == "containers") or _leads_to_module(names[:-1] or (None,))
    if "nixos" in names[-2:]:
        return not _OF_CLASS.isdisjoint(name for name in names[:-1] if name is not None)
    return names[-1] in _MODULES or (len(names) >= 2 and names[-2] in _COLLECTIONS)


def _is_elsewhere(definition: WrittenDefinition, change: Change, prefix: int, repository: Repository) -> bool:
    path = definition.name.path
    shown = path.relative_to(repository.root) if path.is_relative_to(repository.root) else PurePath(path.name)
    source = repository.source(path)
    if source is None or _OTHER_FILES.search(str(shown)) or _DEPENDS_ON_VERSION.search(source.data):
        return True
    if b"darwin" in source.data and b"nixos" not in source.data.lower():
        return True
    # Options of the repository below a name of its own, and no module of a list that is called so.
    lists = _LISTS_OF_MODULES.intersection(name for name in definition.path.names[:prefix] if name is not None)
    if lists and not stands_in_list(repository, definition, lists):
        return True
    if change.old[:-1] == ("services",) and _is_service_of_compose(definition, prefix + len(change.old)):
        return True
    return _is_declared(change.old, repository) or _is_disabled(change, repository)


def _is_service_of_compose(definition: WrittenDefinition, length: int) -> bool:
    """Whether it has what the services of Arion and of Compose files have, and those of NixOS have not."""
    if len(definition.path) > length:
        return definition.path.names[length] in _OF_COMPOSE
    value = definition.value
    return isinstance(value, AttrsValue) and any(name in value.entries for name in _OF_COMPOSE)


class _Declarations(NamedTuple):
    paths: frozenset[tuple[str | None, ...]]


def _is_declared(option: tuple[str, ...], repository: Repository) -> bool:
    """Whether the repository declares the option itself, one around it or one below it."""
    declared = repository.remember(_Declarations, lambda: _Declarations(frozenset(_declared_in(repository)))).paths
    return any(
        len(path) > 1 and all(one == other for one, other in zip(path, option, strict=False)) for path in declared
    )


def _declared_in(repository: Repository) -> Iterator[tuple[str | None, ...]]:
    roots = nixos_history().roots
    for path in repository.files_mentioning(b"options"):
        source = repository.source(path)
        if source is None or source.root.has_error or not re.search(rb"\bmk\w*Option", source.data):
            continue
        for definition in written_definitions(source, repository):
            names = definition.path.names
            if "options" in names:
                declared = names[names.index("options") + 1 :]
                if declared and declared[0] in roots:
                    yield declared


def _is_disabled(change: Change, repository: Repository) -> bool:
    """Whether the repository has a module of its own for that of NixOS."""
    return repository.mentions(b"disabledModules", change.module.encode())
