"""Where the modules of a file are: the file itself, and the modules written within it.

A file may hold modules anywhere: as the value of ``nixosModules.x``, in a list of ``modules``, as the node of a test, as the
``config`` of a container. This module finds the expression that is the module around a place, and what makes it one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from nixlint.syntax import views
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.string_literal import static_name

_COLLECTIONS_OF_MODULES = frozenset({
    "nixosModules",  # flake output
    "nixosModule",
    "modules",  # nixosSystem's argument; flake.modules.nixos.<name>
    "nodes",  # NixOS tests, nixops
    "machine",
    "configuration",  # specialisation.<name>.configuration
    "defaults",  # colmena and NixOS tests: a module for every node
    "meta",
})  # fmt: skip
_LISTS_OF_MODULES = frozenset({"modules", "imports", "extraModules", "baseModules"})
_MODULE_FORMALS = frozenset({"config", "pkgs", "lib", "options", "modulesPath"})


def module_sites(file: SourceFile, option: str, in_containers: bool = False) -> tuple[views.Expression, ...]:
    """The modules in a file that have a binding of an option's first name, in order and without repetition.

    The file's root comes first where it is itself such a module. The configurations of containers are modules of systems of
    their own: they are among them only with ``in_containers``.
    """
    sites: dict[views.Expression, None] = {}
    for binding in views.bindings_named(file, option):
        site = _site_of(binding, option)
        if site is not None and (in_containers or not _is_container_config(site)):
            sites.setdefault(site)
    return tuple(sites)


def option_declarations(file: SourceFile, option: str) -> Iterator[views.Binding]:
    """The bindings in a file that declare an option of this name at the top: ``options.<name>``."""
    for binding in views.bindings_named(file, option):
        names = [static_name(name) for name in binding.path.names]
        around = next(_bindings_around(binding), [])
        if names[:2] == ["options", option] or (names[0] == option and around == ["options"]):
            yield binding


def is_in_container(site: views.Expression) -> bool:
    """Whether a module stands within the declaration of a container, and so is not a host's."""
    return any(
        isinstance(view, views.Binding) and any(static_name(name) == "containers" for name in view.path.names)
        for view in views.enclosing(site)
    )


def _site_of(binding: views.Binding, option: str) -> views.Expression | None:
    names = [static_name(name) for name in binding.path.names]
    if names[0] != option and names[:2] != ["config", option]:
        return None
    for inner, outer in pairwise((binding, *views.enclosing(binding))):
        match outer:
            case views.Binding() if not _is_config(outer) or _is_config_of_container(outer):
                return _accepted(inner, outer)
            case views.Interpolation() | views.Formal():
                return None
            case _:
                continue
    return binding.file.root


def _is_config(binding: views.Binding) -> bool:
    return [static_name(name) for name in binding.path.names] == ["config"]


def _accepted(site: views.View, binding: views.Binding) -> views.Expression | None:
    """The value of a binding if it is a module or a list of modules: by its shape, or by the name that it is bound to."""
    value = binding.value
    if site != value:
        return None
    names = [static_name(name) for name in binding.path.names]
    if isinstance(value, views.ListLiteral):
        return value if names[-1] in _LISTS_OF_MODULES else None
    bound_in_let = isinstance(next(views.enclosing(binding), None), views.Let)
    if bound_in_let or _has_module_formals(value) or _is_config_of_container(binding):
        return value
    paths = [names, *_bindings_around(binding)]
    if any(path[0] == "options" for path in paths):
        return None  # What an option is called is no definition: options.modules.mine = { containers = mkOption …; }
    return value if any(name in _COLLECTIONS_OF_MODULES for path in paths for name in path) else None


def _bindings_around(binding: views.Binding) -> Iterator[list[str | None]]:
    for view in views.enclosing(binding):
        if isinstance(view, views.Binding):
            yield [static_name(name) for name in view.path.names]


def _is_container_config(site: views.Expression) -> bool:
    """Whether a module is the value of a container's ``config``."""
    outer = next(views.enclosing(site), None)
    return isinstance(outer, views.Binding) and outer.value == site and _is_config_of_container(outer)


def _is_config_of_container(binding: views.Binding) -> bool:
    """Whether a binding is that of ``containers.<name>.config``, in whatever sets its names are nested."""
    names = [static_name(name) for name in binding.path.names]
    for around in _bindings_around(binding):
        if len(names) >= 3:
            break
        names = [*around, *names]
    return len(names) >= 3 and names[-1] == "config" and names[-3] == "containers"


def _has_module_formals(value: views.Expression) -> bool:
    """Whether a value is a function that takes what the module system gives to modules, whatever is bound around it."""
    while isinstance(value, views.Parenthesized | views.Let | views.With):
        value = value.inner if isinstance(value, views.Parenthesized) else value.body
    if not isinstance(value, views.Lambda) or value.formals is None:
        return False
    names = {formal.name.text for formal in value.formals.formals}
    return value.formals.ellipsis and (not names or bool(names & _MODULE_FORMALS))
