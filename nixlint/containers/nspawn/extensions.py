"""What modules define for every container of a host: submodules that they add to ``options.containers``.

An option may be declared in several modules, and the submodules of all declarations make up its type (nixpkgs,
``lib/types.nix``, ``typeMerge`` of ``submodule``). ``options.containers = mkOption { type = attrsOf (submodule …); }`` is
how a repository gives something to all its containers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.values import AttrsValue, Entry, Known, StringValue, Thunk
from nixlint.semantics.modules.configuration import submodules_of
from nixlint.semantics.modules.module_sites import option_declarations
from nixlint.semantics.modules.module_system import Answer, Definition, ModuleSystem, Obstacle
from nixlint.semantics.modules.option_declarations import Declarations, Declared
from nixlint.semantics.modules.option_history import NO_HISTORY
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.repository.host_reach import reaches
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.place import Place
from nixlint.syntax.source_file import SourceFile

_NAME = "containers"
_SYSTEM = OptionPath.of("config")


class ContainerExtension(NamedTuple):
    """A submodule that a module, which stands at a place, adds to all containers; ``None`` where it is not known."""

    place: Place
    modules: tuple[Definition, ...] | None
    interpreter: Interpreter

    def option(self, container: str | None, option: OptionPath) -> Answer:
        """What it defines for an option of the container of a name."""
        if self.modules is None:
            return Answer((), (Obstacle("a module adds to the options of all containers", self.place),))
        name: dict[str, Thunk] = {} if container is None else {"name": Known(StringValue((container,)))}
        system = ModuleSystem(self.modules, self.interpreter, arguments=name, is_whole=False, history=NO_HISTORY)
        return system.ask(option)

    def inside(self, container: str | None, option: OptionPath) -> Answer:
        """What it defines for an option of the system in the container of a name."""
        systems = self.option(container, _SYSTEM)
        system = ModuleSystem(systems.definitions, self.interpreter, systems.obstacles, is_whole=False)
        return system.ask(option)

    def holds_for(self, path: Path, host: ModuleSystem, repository: Repository) -> bool:
        """Whether it is certainly there for a container that is declared in a file: on its host, or on all that have it."""
        if host.is_whole:
            return self.place.path in host.certain_files
        on = [reach for reach in reaches(repository) if path in reach.files]
        return bool(on) and all(self.place.path in reach.certain_files for reach in on)


def container_extensions(repository: Repository) -> tuple[ContainerExtension, ...]:
    """What the modules of a repository add to the options of all containers."""
    return tuple(
        extension
        for path in repository.files_mentioning(b"containers", b"options")
        if (source := repository.source(path)) is not None
        for extension in _in_file(source, repository)
    )


def _in_file(source: SourceFile, repository: Repository) -> Iterator[ContainerExtension]:
    for declaration in option_declarations(source, _NAME):
        interpreter = repository.interpreter()
        option = interpreter.defer(declaration.value, interpreter.scope_at(declaration.value))
        declared = Declarations([Known(AttrsValue({_NAME: Entry(option)}))], interpreter).find((_NAME,))
        modules = submodules_of(declared.declaration.type) if isinstance(declared, Declared) else None
        yield ContainerExtension(Place(source.path, declaration.path.span), modules, interpreter)
