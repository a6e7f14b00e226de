"""What a repository defines for an option: for one of its hosts, or in any of its files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nixlint.semantics.modules.module_sites import is_in_container, module_sites
from nixlint.semantics.modules.module_system import Answer, Definition, ModuleSystem, Obstacle, Presence, modules_in
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.modules.option_query import ANY, Asked, ask_pattern

from .hosts import Host, hosts
from .repository import Repository


def ask_host(repository: Repository, host: Host, pattern: tuple[str, ...]) -> tuple[Asked, ...]:
    """The options that a pattern stands for on a host, with all that its modules import."""
    interpreter = repository.interpreter()
    return _merged(ask_pattern(host.system(interpreter), pattern, interpreter))


def ask_files(repository: Repository, *patterns: tuple[str, ...]) -> tuple[Asked, ...]:
    """The options that patterns stand for in the modules of all files, whichever host they belong to.

    Patterns with one first name are asked together: each module is worked out once for all of them. Each module speaks
    for itself alone, so nothing is said of what the modules that it imports may define. Those of containers are no
    modules of hosts. Raises :class:`ValueError` where a pattern's first name is ``*``: every definition there is would
    match.
    """
    together: dict[str, list[tuple[str, ...]]] = {}
    for pattern in patterns:
        if pattern[0] == ANY:
            raise ValueError(f"the first name of a pattern is a name, not '{ANY}'")
        together.setdefault(pattern[0], []).append(pattern)
    return _merged(asked for name, alike in together.items() for asked in _in_files(repository, name, alike))


def ask_repository(repository: Repository, pattern: tuple[str, ...]) -> tuple[Asked, ...]:
    """The options in the modules of all files; where none of them defines one, what the hosts' other modules may define.

    Raises :class:`ValueError` as :func:`ask_files` does.
    """
    found = ask_files(repository, pattern)
    if any(asked.answer.presence is not Presence.ABSENT for asked in found):
        return found
    of_hosts = [asked for host in hosts(repository) for asked in ask_host(repository, host, pattern)]
    return _merged(iter((*found, *of_hosts)))


def _in_files(repository: Repository, first: str, patterns: Sequence[tuple[str, ...]]) -> Iterator[Asked]:
    for path in repository.files_mentioning(first.encode()):
        source = repository.source(path)
        if source is None or source.root.has_error:
            continue
        for site in module_sites(source, first):
            if is_in_container(site):
                continue
            interpreter = repository.interpreter()
            modules = modules_in(interpreter.evaluate(site, interpreter.scope_at(site)))
            system = ModuleSystem(modules, interpreter, follow_imports=False)
            for pattern in patterns:
                yield from ask_pattern(system, pattern, interpreter)


def _merged(asked: Iterator[Asked]) -> tuple[Asked, ...]:
    """Everything known of each option, each definition once."""
    definitions: dict[OptionPath, dict[object, Definition]] = {}
    obstacles: dict[OptionPath, dict[object, Obstacle]] = {}
    for option, answer in asked:
        for definition in answer.definitions:
            about = (definition.name_place, definition.value.place)
            key = about if about != (None, None) else id(definition)
            definitions.setdefault(option, {}).setdefault(key, definition)
        for obstacle in answer.obstacles:
            obstacles.setdefault(option, {}).setdefault((obstacle.reason, obstacle.place), obstacle)
        definitions.setdefault(option, {})
    return tuple(
        Asked(option, Answer(tuple(found.values()), tuple(obstacles.get(option, {}).values())))
        for option, found in definitions.items()
    )
