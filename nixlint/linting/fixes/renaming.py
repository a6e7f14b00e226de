"""Fixes that give an option its new name where it is written."""

from __future__ import annotations

from nixlint.linting.finding import FileEdit, Fix, Reach, Safety
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.repository.definitions import WrittenDefinition
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax import views
from nixlint.syntax.edits import apply_edits
from nixlint.syntax.place import Place
from nixlint.syntax.problems import breaks
from nixlint.syntax.renaming import rename
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.string_literal import static_name

Names = tuple[str, ...]


def renaming(
    repository: Repository, definition: WrittenDefinition, prefix: int, old: Names, new: Names, safety: Safety
) -> Fix | None:
    """A fix that writes ``new`` for ``old``, the names of the definition's path that follow the first ``prefix`` ones.

    ``None`` where the sets around it would have to be others, where the names are not written as they are, and where the
    new name is next to a set that some Nix does not merge it with.
    """
    above = max(0, len(definition.path) - definition.written - prefix)
    source = repository.source(definition.name.path)
    path = None if source is None else views.attribute_path_at(source, definition.name.span)
    if source is None or path is None or above >= len(old) or old[:above] != new[:above]:
        return None
    # Names of the prefix may be written in the binding too: config.services.…
    within = definition.path.names[len(definition.path) - definition.written : prefix]
    if any(name is None for name in within):
        return None
    head = tuple(name for name in within if name is not None)
    edit = rename(path, (*head, *old[above:]), (*head, *new[above:]))
    if edit is None or breaks(source, SourceFile.parse(source.path, apply_edits(source.data, [edit]))):
        return None
    summary = f"rename {'.'.join(old)} to {'.'.join(name or chr(34) * 2 for name in new)}"
    reach = Reach(renames=(OptionPath(old), OptionPath(new)))
    return Fix(safety, summary, (FileEdit(definition.name.path, edit),), reach=reach)


def set_around(repository: Repository, name: Place) -> Place | None:
    """The attribute set in which the binding stands that a name is written in."""
    source = repository.source(name.path)
    path = None if source is None else views.attribute_path_at(source, name.span)
    outer = () if path is None else views.enclosing(path)
    attrset = next((view for view in outer if isinstance(view, views.AttrSet)), None)
    return None if attrset is None else Place(name.path, attrset.span)


def stands_in_list(repository: Repository, definition: WrittenDefinition, names: frozenset[str]) -> bool:
    """Whether there is a list between the definition and the binding around it that has one of these names.

    That tells a module in ``modules = [ … ]`` from an option that is called ``modules.…``.
    """
    source = repository.source(definition.name.path)
    path = None if source is None else views.attribute_path_at(source, definition.name.span)
    for view in () if path is None else views.enclosing(path):
        if isinstance(view, views.ListLiteral):
            return True
        if isinstance(view, views.Binding) and not names.isdisjoint(map(static_name, view.path.names)):
            return False
    return False
