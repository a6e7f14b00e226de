"""What all systems of a repository define, as plain texts: two states of the repository are compared by them.

A system is a host, or a module that no host of the repository is known to use: a node of a test, a module of a flake.
Systems within systems (containers, specialisations, variants for virtual machines) are part of the one around them. Nothing
is certain here but difference: what differs is told apart, and where something unknown stands, its text is the same in both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from nixlint.semantics.language.budget import Budget, spending_apart
from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.values import (
    AttrsValue,
    BoolValue,
    CallValue,
    ChoiceValue,
    ConditionalValue,
    FloatValue,
    FunctionValue,
    IntValue,
    ListValue,
    MergeValue,
    NegationValue,
    OrderValue,
    OverrideValue,
    PathValue,
    PrimitiveValue,
    StringValue,
    SymbolValue,
    Thunk,
    UnknownValue,
    Value,
)
from nixlint.semantics.modules.module_sites import is_in_container, module_sites
from nixlint.semantics.modules.module_system import (
    Answer,
    Definition,
    ModuleSystem,
    ask_within,
    attributes_of,
    modules_in,
)
from nixlint.semantics.modules.option_history import NO_HISTORY, OptionHistory
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.modules.option_query import ANY, NESTED_SYSTEMS
from nixlint.semantics.repository.hosts import hosts
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax import views
from nixlint.syntax.place import Place
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.string_literal import static_name

Names = tuple[str | None, ...]

_ROOTS_OF_MODULES = (
    "imports",
    "config",
    "services",
    "networking",
    "system",
    "environment",
    "containers",
    "virtualisation",
)
"""First names by which modules within a file are found: hardly any module of interest has none of them."""
_DEEPEST = 24
"""Options do not stand deeper; sets that hold themselves do."""
_BUDGET = 2_000_000
"""The work that one system may take, as if for a file of so many bytes."""


class SystemOptions(NamedTuple):
    """The options of a system: for each path the texts of what is defined there.

    ``containers`` has, for the path of each container's option, the places where its name stands.
    """

    leaves: Mapping[Names, frozenset[str]]
    containers: Mapping[Names, frozenset[Place]]


class RepositoryOptions(NamedTuple):
    """The options of the systems of a repository, by the systems' names."""

    systems: Mapping[str, SystemOptions]


def options_of(repository: Repository, files: Iterable[Path], roots: frozenset[str] | None) -> RepositoryOptions:
    """What all hosts define, and the modules in ``files``, and in those that mention them, that stand alone.

    Below ``roots``, the first names of options, alone, and there in systems within systems too; ``None`` for all.
    """
    found: dict[str, SystemOptions] = {}
    for host in hosts(repository):
        with spending_apart(Budget.of_file(_BUDGET)):
            interpreter = repository.interpreter()
            found[f"host '{host.name}'"] = _Reading(interpreter, repository, roots).of(host.system(interpreter))
    for name, site in _alone(files, repository):
        with spending_apart(Budget.of_file(_BUDGET)):
            interpreter = repository.interpreter()
            module = interpreter.evaluate(site, interpreter.scope_at(site))
            found[name] = _Reading(interpreter, repository, roots).of(ModuleSystem(modules_in(module), interpreter))
    return RepositoryOptions(found)


def _alone(files: Iterable[Path], repository: Repository) -> Iterator[tuple[str, views.Expression]]:
    """The modules that nobody is known to use: those within files, and files that no other one mentions."""
    changed = tuple(dict.fromkeys(files))
    readers = {path: tuple(_mentioning(path, repository)) for path in changed}
    for path in dict.fromkeys(chain(changed, *readers.values())):
        source = repository.source(path)
        if source is None or source.root.has_error:
            continue
        shown = path.relative_to(repository.root) if path.is_relative_to(repository.root) else path
        seen: dict[str, int] = {}
        for site in _sites(source):
            if site == source.root:
                if not readers.get(path):
                    yield f"{shown}", site
                continue
            if _is_bound_in_let(site) or is_in_container(site):
                continue
            around = ".".join(_names_around(site))
            seen[around] = seen.get(around, 0) + 1
            number = f" ({seen[around]})" if seen[around] > 1 else ""
            yield f"{around or 'a module'}{number} in {shown}", site


def _sites(source: SourceFile) -> Iterable[views.Expression]:
    found = dict.fromkeys(site for root in _ROOTS_OF_MODULES for site in module_sites(source, root))
    return sorted(found, key=lambda site: site.span.start)


def _mentioning(path: Path, repository: Repository) -> Iterator[Path]:
    name = path.parent.name if path.name == "default.nix" else path.name
    yield from (reader for reader in repository.files_mentioning(f"/{name}".encode()) if reader != path)


def _is_bound_in_let(site: views.Expression) -> bool:
    """Whether it has a name in a ``let``: whoever uses the name is the system."""
    outer = list(views.enclosing(site))[:2]
    return len(outer) == 2 and isinstance(outer[0], views.Binding) and isinstance(outer[1], views.Let)


def _names_around(site: views.Expression) -> list[str]:
    bindings = [view for view in views.enclosing(site) if isinstance(view, views.Binding)]
    return [static_name(name) or "<name>" for binding in reversed(bindings) for name in binding.path.names]


class _Reading:
    """The reading of one system with all that are within it."""

    def __init__(self, interpreter: Interpreter, repository: Repository, roots: frozenset[str] | None) -> None:
        self._interpreter = interpreter
        self._repository = repository
        self._roots = roots
        self._leaves: dict[Names, set[str]] = {}
        self._containers: dict[Names, set[Place]] = {}

    def of(self, system: ModuleSystem) -> SystemOptions:
        self._read(system, ())
        leaves = {path: frozenset(texts) for path, texts in self._leaves.items()}
        return SystemOptions(leaves, {path: frozenset(places) for path, places in self._containers.items()})

    def _read(self, system: ModuleSystem, above: Names) -> None:
        nested: dict[Names, list[Definition]] = {}
        for name, definition in self._tops(system):
            self._walk(system, above, (name,), definition, nested)
        for path, definitions in nested.items():
            if len(above) + len(path) > _DEEPEST:
                continue
            inner = ModuleSystem(tuple(definitions), self._interpreter, history=_history_of(path), is_whole=False)
            self._read(inner, (*above, *path))

    def _tops(self, system: ModuleSystem) -> Iterator[tuple[str | None, Definition]]:
        """The definitions by their first names: those that matter, and those that hold systems."""
        wanted = None if self._roots is None else {*self._roots, *(names[0] for names in NESTED_SYSTEMS)}
        if wanted is None:
            yield from system.children(OptionPath(()))
            return
        for name in sorted(wanted):
            answer = system.ask(OptionPath((name,)))
            self._note_obstacles((name,), answer)
            yield from ((name, definition) for definition in answer.definitions)

    def _walk(
        self,
        system: ModuleSystem,
        above: Names,
        path: Names,
        definition: Definition,
        nested: dict[Names, list[Definition]],
    ) -> None:
        if any(_fits(path, names) for names in NESTED_SYSTEMS):
            nested.setdefault(path, []).append(definition)
            return
        is_wanted = self._roots is None or path[0] in self._roots or path[0] == "containers"
        if not is_wanted and not any(_leads(path, names) for names in NESTED_SYSTEMS):
            return
        if len(path) == 2 and path[0] == "containers" and definition.name_place is not None:
            self._containers.setdefault((*above, *path), set()).add(definition.name_place)
        answer = ask_within((definition,), OptionPath(()))
        self._note_obstacles((*above, *path), answer)
        for each in answer.definitions:
            if isinstance(each.value, AttrsValue) and len(path) < _DEEPEST:
                for name, below in attributes_of(each):
                    self._walk(system, above, (*path, name), below, nested)
                if each.value.unknowns or not each.value.entries:
                    self._note(system, above, path, each)
            else:
                self._note(system, above, path, each)

    def _note(self, system: ModuleSystem, above: Names, path: Names, definition: Definition) -> None:
        conditions = sorted(map(self._text, definition.conditions))
        kind = definition.priority, definition.order, definition.is_overridden
        value = definition.value
        shown = self._list(value.unknowns) if isinstance(value, AttrsValue) else self._text(value)
        texts = self._leaves.setdefault((*above, *system.current_name(path)), set())
        texts.add(f"{shown} {kind} {conditions}")

    def _note_obstacles(self, path: Names, answer: Answer) -> None:
        for obstacle in answer.obstacles:
            self._leaves.setdefault(path, set()).add(f"unknown: {obstacle.reason}")

    def _list(self, values: Iterable[Value], depth: int = 0) -> str:
        return " ".join(self._text(value, depth + 1) for value in values)

    def _text(self, value: Value, depth: int = 0) -> str:
        """A value without its places."""
        if depth > _DEEPEST:
            return "…"
        match value:
            case BoolValue() | IntValue() | FloatValue():
                return str(value.value)
            case StringValue(parts=parts):
                return repr([part if isinstance(part, str) else self._text(part, depth + 1) for part in parts])
            case PathValue(path=path):
                return str(path)
            case ListValue(elements=elements, unknowns=unknowns):
                return f"[{self._forced(elements, depth)} ? {self._forced(unknowns, depth)}]"
            case AttrsValue(entries=entries, unknowns=unknowns):
                inner = ";".join(
                    f"{name}={self._text(entries[name].value.force(), depth + 1)}" for name in sorted(entries)
                )
                return f"{{{inner} ? {self._list(unknowns, depth)}}}"
            case FunctionValue(function=function):
                return function.text
            case PrimitiveValue(name=name, arguments=arguments):
                return f"{name} {self._forced(arguments, depth)}"
            case SymbolValue():
                return value.dotted
            case CallValue(callee=callee, arguments=arguments):
                return f"{callee.dotted} {self._forced(arguments, depth)}"
            case ChoiceValue(condition=condition, alternatives=alternatives):
                return f"if {self._text(condition, depth + 1)} {self._forced(alternatives, depth)}"
            case NegationValue(condition=condition):
                return f"not {self._text(condition, depth + 1)}"
            case ConditionalValue(condition=test, content=content):
                return f"mkIf {self._forced((test, content), depth)}"
            case MergeValue(contents=content):
                return f"mkMerge {self._forced((content,), depth)}"
            case OverrideValue(priority=priority, content=content) | OrderValue(priority=priority, content=content):
                return f"{type(value).__name__} {priority} {self._forced((content,), depth)}"
            case UnknownValue(reason=reason):
                return f"? {reason}"
            case _:
                return "null"

    def _forced(self, thunks: Sequence[Thunk], depth: int) -> str:
        return self._list((thunk.force() for thunk in thunks), depth)


def _history_of(path: Names) -> OptionHistory | None:
    """The options of Home Manager are others."""
    return NO_HISTORY if path[:1] == ("home-manager",) else None


def _fits(path: Names, pattern: tuple[str, ...]) -> bool:
    return len(path) == len(pattern) and _leads(path, pattern)


def _leads(path: Names, pattern: tuple[str, ...]) -> bool:
    """Whether a path is one of a pattern, or leads to it."""
    return len(path) <= len(pattern) and all(wanted in (ANY, name) for name, wanted in zip(path, pattern, strict=False))
