"""The names of all OCI containers that a repository declares, whichever host they belong to, and those of one host."""

from __future__ import annotations

from typing import NamedTuple

from nixlint.semantics.language.values import UNSETTLED
from nixlint.semantics.modules.module_sites import module_sites
from nixlint.semantics.modules.module_system import Answer, ModuleSystem, modules_in
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.comments import comments
from nixlint.syntax.source_file import SourceFile

from .reader import CONTAINERS

_WORD = "oci-containers"
_ENGINES = OptionPath.of("virtualisation", "oci-containers")


class OciNames(NamedTuple):
    """The names, and whether there are no others: every declaration is read, and has a name that is known."""

    names: frozenset[str]
    is_complete: bool

    @classmethod
    def of(cls, repository: Repository) -> OciNames:
        """The names of a repository, read once."""
        return repository.remember(cls, lambda: _names_in(repository))

    @classmethod
    def on(cls, host: ModuleSystem) -> OciNames:
        """The names on a host."""
        names = [name for name, _ in host.children(CONTAINERS)]
        is_complete = None not in names and _is_settled(host.ask(CONTAINERS))
        return cls(frozenset(name for name in names if name is not None), is_complete)


def _names_in(repository: Repository) -> OciNames:
    found: set[str] = set()
    is_complete = True
    for path in repository.files_mentioning(_WORD.encode()):
        source = repository.source(path)
        names = None if source is None or source.root.has_error else _names_in_file(source, repository)
        is_complete = is_complete and names is not None
        found.update(names or ())
    return OciNames(frozenset(found), is_complete)


def _names_in_file(source: SourceFile, repository: Repository) -> frozenset[str] | None:
    """The names in a file; ``None`` where it may declare others, or speaks of OCI containers in a way that is not read.

    What a comment says declares nothing.
    """
    found: set[str] = set()
    says_something = not _mentions_outside_comments(source)
    for site in module_sites(source, "virtualisation", in_containers=True):
        interpreter = repository.interpreter()
        modules = modules_in(interpreter.evaluate(site, interpreter.scope_at(site)))
        system = ModuleSystem(modules, interpreter, follow_imports=False)
        says_something = says_something or bool(system.children(_ENGINES))
        names = OciNames.on(system)
        if not names.is_complete:
            return None
        found.update(names.names)
    return frozenset(found) if says_something else None


def _mentions_outside_comments(source: SourceFile) -> bool:
    inside = sum(comment.text.count(_WORD) for comment in comments(source))
    return source.data.count(_WORD.encode()) > inside


def _is_settled(answer: Answer) -> bool:
    return not answer.obstacles and not any(isinstance(each.value, UNSETTLED) for each in answer.definitions)
