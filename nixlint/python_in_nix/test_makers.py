"""What makes a test of a set with a script: NixOS's driver, a function of the repository, or nothing that can be seen.

A function of the repository may hand its tests to a driver of its own. Whether it leads to NixOS's driver is told by its
file and the files that it names: one of them has a word by which nixpkgs makes a test, or none does.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from nixlint.semantics.language.paths import normalised
from nixlint.semantics.language.values import PathValue
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax import views
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.string_literal import static_name

from .driver import driver


class Maker(Enum):
    """What a set with a script is given to."""

    NOTHING = "nothing"
    DRIVER = "driver"
    FUNCTION = "function"
    """A function that may be one of NixOS's, or lead to one."""
    UPDATE = "update"
    """An operator that may add to it."""
    OTHER_DRIVER = "other driver"


def maker_of(test: views.AttrSet, repository: Repository) -> Maker:
    """What a set is given to, as far as it is written around it."""
    function, maker = _function_of(test)
    if function is not None and _is_of_nixos(function):
        return Maker.DRIVER
    around = (view.function for view in views.enclosing(test) if isinstance(view, views.Apply))
    if any(_has_another_driver(each, repository) for each in around):
        return Maker.OTHER_DRIVER
    return maker


def _function_of(test: views.AttrSet) -> tuple[views.Expression | None, Maker]:
    """The function that a set is an argument of, and what can be said where it is none of NixOS's."""
    inner: views.View = test
    for outer in views.enclosing(test):
        match outer:
            case views.Parenthesized() | views.Lambda() | views.Let() | views.With() | views.Assert():
                inner = outer
            case views.Apply() if outer.argument == inner:
                return outer.function, Maker.FUNCTION
            case views.Apply():
                inner = outer  # A test that is given further arguments.
            case views.Binary() | views.If():
                return None, Maker.UPDATE
            case _:
                return None, Maker.NOTHING
    return None, Maker.NOTHING


def _has_another_driver(function: views.Expression, repository: Repository) -> bool:
    path = _imported_by(function, repository)
    return path is not None and not _leads_to_driver(path, repository)


def _is_of_nixos(function: views.Expression) -> bool:
    while isinstance(function, views.Parenthesized):
        function = function.inner
    if isinstance(function, views.Apply):
        # import ./make-test-python.nix (…) args, (import nixos/lib/testing-python.nix { … }).makeTest is a selection
        argument = function.argument.text
        return Path(argument.rstrip('")')).name in driver().caller_files or _is_of_nixos(function.function)
    if isinstance(function, views.Select):
        return static_name(function.path.names[-1]) in driver().callers
    return isinstance(function, views.Variable) and function.name in driver().callers


def _imported_by(function: views.Expression, repository: Repository) -> Path | None:
    """The file of ``import ./file.nix`` or ``import ./file.nix arguments``."""
    while isinstance(function, views.Parenthesized):
        function = function.inner
    if not isinstance(function, views.Apply):
        return None
    if function.function.text not in ("import", "builtins.import"):
        return _imported_by(function.function, repository)
    interpreter = repository.interpreter()
    value = interpreter.evaluate(function.argument, interpreter.scope_at(function.argument))
    return value.path if isinstance(value, PathValue) else None


def _leads_to_driver(path: Path, repository: Repository) -> bool:
    """Whether a file, or one that it names, may hand a test to NixOS's driver."""
    made_by = _source(path, repository)
    if made_by is None or _speaks_of_driver(made_by):
        return True
    named = (path for path in views.paths_in(made_by) if not path.interpolations)
    sources = (_source(normalised(path.text, made_by.path.parent), repository) for path in named)
    return any(_speaks_of_driver(source) for source in sources if source is not None)


def _speaks_of_driver(source: SourceFile) -> bool:
    return any(word in source.data for word in driver().ways_to_it)


def _source(path: Path, repository: Repository) -> SourceFile | None:
    """A file of Nix; of a folder, its ``default.nix``."""
    return repository.source(path if path.suffix == ".nix" else path / "default.nix")
