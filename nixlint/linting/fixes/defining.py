"""Fixes that define options: 'this option, with this value, in the set that stands here'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nixlint.linting.finding import FileEdit, Fix, Safety
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax import views
from nixlint.syntax.insertion import add_formal, define_many
from nixlint.syntax.place import Place


class NewDefinition(NamedTuple):
    """An option and the Nix expression that it shall have; ``needs`` are the names that the expression uses."""

    option: OptionPath
    expression: str
    needs: tuple[str, ...] = ()


def defining(
    repository: Repository, body: Place | None, definitions: Sequence[NewDefinition], safety: Safety, summary: str
) -> Fix | None:
    """A fix that adds definitions to the attribute set at ``body``, and to the function around it the formals they need.

    ``None`` where there is no such set, or where it can't be done without guessing.
    """
    source = None if body is None else repository.source(body.path)
    attrset = None if source is None or body is None else views.attribute_set_at(source, body.span)
    if attrset is None or not definitions:
        return None
    paths = [(tuple(name for name in new.option.names if name is not None), new.expression) for new in definitions]
    edits = define_many(attrset, paths)
    formals = _formals_for(attrset, [name for new in definitions for name in new.needs], repository)
    if edits is None or formals is None:
        return None
    return Fix(safety, summary, (*formals, *(FileEdit(attrset.file.path, edit) for edit in edits)))


def _formals_for(attrset: views.AttrSet, names: list[str], repository: Repository) -> tuple[FileEdit, ...] | None:
    """The edits that bring names into the scope of a set; none where they are there already."""
    scope = repository.interpreter().scope_at(attrset)
    missing = [name for name in dict.fromkeys(names) if scope.lexical(name) is None]
    if not missing:
        return ()
    function = views.lambda_around(attrset)
    if function is None:
        return None
    edits = [add_formal(function, name) for name in missing]
    if any(edit is None for edit in edits):
        return None
    return tuple(FileEdit(attrset.file.path, edit) for found in edits if found is not None for edit in found)
