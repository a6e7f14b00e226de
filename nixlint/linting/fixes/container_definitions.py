"""Fixes that define options in the system of one container, and in no other one.

The set in which a container's configuration is written may be read by others too: the host imports the same file, another
container has the same variable, ``//`` puts it into a third. Where it certainly is the container's own, the definition goes
there; else the container itself gets it: ``config = { imports = [ common ]; … };``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.linting.finding import FileEdit, Fix, Reach, Safety
from nixlint.semantics.language.values import AttrsValue, FunctionValue, PathValue
from nixlint.semantics.modules.module_system import Definition
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax import views
from nixlint.syntax.edits import Edit
from nixlint.syntax.place import Place
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.string_literal import static_name

from .defining import NewDefinition, defining

_CONFIG = "config"
_NEED_NO_PARENTHESES = (
    views.Variable,
    views.Path,
    views.Parenthesized,
    views.Select,
    views.AttrSet,
    views.String,
    views.SearchPath,
)


def defining_inside(
    repository: Repository,
    container: NspawnContainer,
    definitions: Sequence[NewDefinition],
    safety: Safety,
    summary: str,
) -> Fix | None:
    """A fix that defines options in the system of a container alone; ``None`` where it can't be done without guessing."""
    body = container.body
    reach = Reach(tuple(definition.option for definition in definitions), container.place)
    if body is not None and _is_own(body, container, repository):
        fix = defining(repository, body, definitions, safety, summary)
        return None if fix is None else fix._replace(reach=reach)
    edit = _around_config(container, definitions, repository)
    return None if edit is None else Fix(safety, summary, (edit,), reach=reach)


def _is_own(body: Place, container: NspawnContainer, repository: Repository) -> bool:
    """Whether nobody is seen to read the set at a place besides: it is a ``config``, or is used there and nowhere else."""
    source = repository.source(body.path)
    attrset = None if source is None else views.attribute_set_at(source, body.span)
    if source is None or attrset is None:
        return False
    around = _around(attrset)
    if around is None:
        return body.path == container.place.path or _is_mentioned_once(body, container, repository)
    if not isinstance(around, views.Binding):
        # A property such as mkIf, of which the module system takes each part; an operator takes whole sets.
        return isinstance(around, views.Apply)
    if isinstance(next(views.enclosing(around), None), views.Let):
        name = static_name(around.path.names[0]) if len(around.path.names) == 1 else None
        return name is not None and _is_used_once(name, source)
    return static_name(around.path.names[-1]) == _CONFIG


def _around(attrset: views.AttrSet) -> views.View | None:
    """What takes the value of a set, or of a function that gives it and nothing else; ``None`` where that is the file."""
    inner: views.View = attrset
    for outer in views.enclosing(attrset):
        match outer:
            case views.Lambda() | views.Parenthesized():
                pass
            case views.Let() | views.With() | views.Assert() if outer.body == inner:
                pass
            case _:
                return outer
        inner = outer
    return None


def _is_mentioned_once(body: Place, container: NspawnContainer, repository: Repository) -> bool:
    """Whether the file of a set is named at one place in the repository, which is in the container's own file."""
    path = body.path
    name = f"/{path.parent.name if path.name == 'default.nix' else path.name}".encode()
    readers = [reader for reader in repository.files_mentioning(name) if reader != path]
    sources = [repository.source(reader) for reader in readers]
    count = sum(source.data.count(name) for source in sources if source is not None)
    return readers == [container.place.path] and count == 1


def _is_used_once(name: str, source: SourceFile) -> bool:
    """Whether a name stands twice in a file: where it is bound, and where it is used."""
    return len(re.findall(rb"(?<![\w'-])" + re.escape(name.encode()) + rb"(?![\w'-])", source.data)) == 2


def _around_config(
    container: NspawnContainer, definitions: Sequence[NewDefinition], repository: Repository
) -> FileEdit | None:
    """The edit that puts a module around what a container has for ``config``."""
    found = container.option("config").definitions
    if len(found) != 1 or not _is_module(found[0]):
        return None
    place = found[0].name_place
    source = None if place is None or place.path != container.place.path else repository.source(place.path)
    path = None if source is None or place is None else views.attribute_path_at(source, place.span)
    binding = None if path is None else next(views.enclosing(path), None)
    if source is None or not isinstance(binding, views.Binding) or static_name(binding.path.names[-1]) != _CONFIG:
        return None
    text = _module_around(binding, definitions, repository)
    return None if text is None else FileEdit(source.path, Edit(binding.value.span, text.encode()))


def _is_module(definition: Definition) -> bool:
    """Whether a value may stand in ``imports``, whatever else is not known of it."""
    return not definition.conditions and isinstance(definition.value, AttrsValue | FunctionValue | PathValue)


def _module_around(binding: views.Binding, definitions: Sequence[NewDefinition], repository: Repository) -> str | None:
    value = binding.value
    if "\n" in value.text or any(None in definition.option.names for definition in definitions):
        return None
    scope = repository.interpreter().scope_at(value)
    needed = dict.fromkeys(name for definition in definitions for name in definition.needs)
    missing = [name for name in needed if scope.lexical(name) is None]
    data = binding.file.data
    start = data.rfind(b"\n", 0, binding.span.start) + 1
    line = data[start : binding.span.start].decode("utf-8", "replace")
    indent = line[: len(line) - len(line.lstrip())]
    imported = value.text if isinstance(value, _NEED_NO_PARENTHESES) else f"({value.text})"
    lines = [f"imports = [ {imported} ];", *(f"{each.option} = {each.expression};" for each in definitions)]
    head = f"{{ {', '.join(missing)}, ... }}: " if missing else ""
    return "\n".join([f"{head}{{", *(f"{indent}  {text}" for text in lines), f"{indent}}}"])
