"""The names of all OCI containers that a repository declares, whichever host they belong to."""

from __future__ import annotations

from typing import NamedTuple

from nixlint.semantics.module_sites import module_sites
from nixlint.semantics.module_system import Answer, ModuleSystem, modules_in
from nixlint.semantics.option_path import OptionPath
from nixlint.semantics.repository import Repository
from nixlint.semantics.values import UNSETTLED
from nixlint.syntax.source_file import SourceFile

from .oci_reader import CONTAINERS

_ENGINES = OptionPath.of("virtualisation", "oci-containers")


class OciNames(NamedTuple):
    """The names, and whether there are no others: every declaration is read, and has a name that is known."""

    names: frozenset[str]
    is_complete: bool

    @classmethod
    def of(cls, repository: Repository) -> OciNames:
        """The names of a repository, read once."""
        return repository.remember(cls, lambda: _names_in(repository))


def _names_in(repository: Repository) -> OciNames:
    found: set[str] = set()
    is_complete = True
    for path in repository.files_mentioning(b"oci-containers"):
        source = repository.source(path)
        names = None if source is None or source.root.has_error else _names_in_file(source, repository)
        is_complete = is_complete and names is not None
        found.update(names or ())
    return OciNames(frozenset(found), is_complete)


def _names_in_file(source: SourceFile, repository: Repository) -> frozenset[str] | None:
    """The names in a file; ``None`` where it may declare others, or speaks of OCI containers in a way that is not read."""
    found: set[str] = set()
    says_something = False
    for site in module_sites(source, "virtualisation", in_containers=True):
        interpreter = repository.interpreter()
        modules = modules_in(interpreter.evaluate(site, interpreter.scope_at(site)))
        system = ModuleSystem(modules, interpreter, follow_imports=False)
        says_something = says_something or bool(system.children(_ENGINES))
        names = [name for name, _ in system.children(CONTAINERS)]
        if None in names or not _is_settled(system.ask(CONTAINERS)):
            return None
        found.update(name for name in names if name is not None)
    return frozenset(found) if says_something else None


def _is_settled(answer: Answer) -> bool:
    return not answer.obstacles and not any(isinstance(each.value, UNSETTLED) for each in answer.definitions)
