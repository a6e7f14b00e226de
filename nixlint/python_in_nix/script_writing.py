"""Test scripts that nixlint writes: calls of what the driver has, with its arguments, as lines of Python.

A name or a text becomes a string of Python in ASCII, whatever it contains. What comes of it in a Nix file is read again as
any other test script is (:func:`read_back`).
"""

from __future__ import annotations

from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.source_file import SourceFile

from .driver import Method, driver
from .test_script import TestScript, test_scripts

Argument = str | int


def statement(machine: str, method: str, *arguments: Argument, **keywords: Argument) -> str:
    """A line that calls a method of a machine; :class:`ValueError` where the driver has no such method or argument."""
    known = driver().methods.get(method)
    if known is None or known.until is not None:
        raise ValueError(f"the test driver has no method {method}")
    _refuse_unfit(known, arguments, keywords)
    given = [*map(python_value, arguments), *(f"{name}={python_value(value)}" for name, value in keywords.items())]
    return f"{machine}.{method}({', '.join(given)})"


def python_value(value: Argument) -> str:
    """A text or a number as Python writes it."""
    if isinstance(value, int):
        return str(value)
    escaped = value.encode("unicode_escape").decode("ascii").replace('"', '\\"')
    return f'"{escaped}"'


def read_back(source: SourceFile) -> TestScript | None:
    """The only test script of a file, where it has one that Python takes."""
    scripts = tuple(test_scripts(source, Repository(source.path.parent, (), None)))
    if len(scripts) != 1 or scripts[0].program.tree is None:
        return None
    return scripts[0]


def _refuse_unfit(method: Method, arguments: tuple[Argument, ...], keywords: dict[str, Argument]) -> None:
    positional = method.positional
    if len(arguments) > len(positional) and not method.takes_any_positional:
        raise ValueError(f"{method.name} takes {len(positional)} arguments")
    names = {parameter.name: parameter for parameter in method.parameters}
    given = [*zip(positional, arguments, strict=False), *((names.get(name), value) for name, value in keywords.items())]
    for parameter, value in given:
        is_text = isinstance(value, str)
        if parameter is None or (parameter.kind and is_text is not (parameter.kind == "str")):
            raise ValueError(f"{method.name} does not take {value!r}")
