"""What modules declare below an option that maps names to containers: for each name, all its definitions in one module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from nixlint.semantics.language.values import Value
from nixlint.semantics.modules.module_sites import module_sites
from nixlint.semantics.modules.module_system import Definition, ModuleSystem, ask_within, modules_in
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.repository.hosts import SharedArguments
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax import views
from nixlint.syntax.place import Place
from nixlint.syntax.source_file import SourceFile


class Declared(NamedTuple):
    """A name below an option, as one module defines it.

    ``name`` is ``None`` where it is not known. The definitions are without the conditions that all of them are under:
    these say when it exists, and questions are about one that does. They are ``conditions``. ``place`` is where the
    module stands.
    """

    name: str | None
    definitions: tuple[Definition, ...]
    conditions: tuple[Value, ...]
    host: ModuleSystem
    place: Place


def declared_in(
    source: SourceFile, repository: Repository, option: OptionPath, is_one: Callable[[Definition], bool]
) -> Iterator[Declared]:
    """What the modules in a file declare below an option; ``is_one`` tells look-alikes from the real thing."""
    for site, host in _systems(source, repository, option):
        yield from declared_on(host, Place(source.path, site.span), option, is_one)


def modules_with(source: SourceFile, repository: Repository, option: OptionPath) -> Iterator[ModuleSystem]:
    """The modules in a file that may declare something below an option, each alone."""
    return (host for _, host in _systems(source, repository, option))


def _systems(
    source: SourceFile, repository: Repository, option: OptionPath
) -> Iterator[tuple[views.Expression, ModuleSystem]]:
    first = option.names[0]
    assert first is not None
    for site in module_sites(source, first, in_containers=True):
        interpreter = repository.interpreter()
        module = interpreter.evaluate(site, interpreter.scope_at(site))
        given = SharedArguments(repository)
        yield site, ModuleSystem(modules_in(module), interpreter, follow_imports=False, given=given)


def declared_on(
    host: ModuleSystem, place: Place, option: OptionPath, is_one: Callable[[Definition], bool]
) -> Iterator[Declared]:
    """What a module system, which stands at a place, declares below an option."""
    named: dict[str, list[Definition]] = {}
    nameless: list[Definition] = []
    for name, definition in host.children(option):
        for alternative in _alternatives(definition) if is_one(definition) else ():
            (nameless if name is None else named.setdefault(name, [])).append(alternative)
    for name, definitions in named.items():
        yield _declared(name, definitions, host, place)
    for definition in nameless:
        yield _declared(None, [definition], host, place)


def _alternatives(definition: Definition) -> tuple[Definition, ...]:
    """A definition taken apart by the conditions around its value; as it is where a part of it is not known."""
    answer = ask_within((definition,), OptionPath(()))
    if answer.obstacles:
        return (definition,)
    return tuple(alternative._replace(name=definition.name) for alternative in answer.definitions)


def _declared(name: str | None, definitions: list[Definition], host: ModuleSystem, place: Place) -> Declared:
    shared = tuple(
        condition
        for condition in definitions[0].conditions
        if all(any(condition is other for other in definition.conditions) for definition in definitions)
    )
    return Declared(name, _without(shared, definitions), shared, host, place)


def _without(shared: tuple[Value, ...], definitions: list[Definition]) -> tuple[Definition, ...]:
    return tuple(
        definition._replace(
            conditions=tuple(
                condition for condition in definition.conditions if not any(condition is other for other in shared)
            )
        )
        for definition in definitions
    )
