"""What the driver of NixOS tests gives to a script, from ``nixlint/data/test_driver.json``."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_PATH = ("data", "test_driver.json")


class Parameter(NamedTuple):
    """A parameter of a method; ``kind`` is ``str``, ``int``, ``bool``, ``duration`` or empty where nothing is said."""

    name: str
    kind: str
    is_required: bool
    is_keyword_only: bool = False


class Method(NamedTuple):
    """A method of machines, or a function that every script has.

    ``returns`` is ``status`` for a pair of exit status and output, ``text``, ``value``, ``context`` for what a ``with``
    takes, and empty for what returns nothing of use. ``until`` is the first release that does not have it.
    """

    name: str
    parameters: tuple[Parameter, ...]
    takes_any_positional: bool
    takes_any_keyword: bool
    returns: str
    needs_qemu: bool
    needs_ocr: bool
    since: str | None
    until: str | None

    @property
    def positional(self) -> tuple[Parameter, ...]:
        """The parameters that may be given without their names."""
        return tuple(parameter for parameter in self.parameters if not parameter.is_keyword_only)


class Renamed(NamedTuple):
    """A name that the driver no longer has, or will lose."""

    old: str
    new: str
    since: str
    still_works: bool


class Driver(NamedTuple):
    """All of it."""

    methods: Mapping[str, Method]
    attributes: frozenset[str]
    """What a machine has that is no method."""
    functions: Mapping[str, Method]
    values: frozenset[str]
    renamed_methods: Mapping[str, Renamed]
    renamed_functions: Mapping[str, Renamed]
    renamed_keywords: Mapping[tuple[str, str], Renamed]
    by_attribute_name_since: str
    """From this release on, a machine goes by the name of its attribute and no more by its host name."""
    options: frozenset[str]
    """The options of a test: another one is somebody's own, and may define machines."""
    callers: frozenset[str]
    caller_files: frozenset[str]
    ways_to_it: tuple[bytes, ...]
    """One of these is in each file that hands a test to NixOS."""


@cache
def driver() -> Driver:
    """What the driver gives, as far as the data file knows it."""
    import json

    document = json.loads(files("nixlint").joinpath(*_PATH).read_text("utf-8"))
    methods = [_method(row) for row in document["methods"]]
    functions = [_method({"on": "", **row}) for row in document["functions"]]
    renamed = document["renamed"]
    return Driver(
        {method.name: method for method in methods},
        frozenset(document["attributes"]),
        {function.name: function for function in functions},
        frozenset(document["values"]),
        {row["old"]: _renamed(row) for row in renamed if row["of"] == "machine"},
        {row["old"]: _renamed(row) for row in renamed if row["of"] == ""},
        {(row["of"], row["old"]): _renamed(row) for row in document["renamed_keywords"]},
        document["machines_by_attribute_name_since"]["release"],
        frozenset(document["options"]["names"]),
        frozenset(document["callers"]["names"]),
        frozenset(document["callers"]["files"]),
        tuple(word.encode() for key in ("names", "files", "libraries") for word in document["callers"][key]),
    )


def _renamed(row: dict[str, object]) -> Renamed:
    return Renamed(str(row["old"]), str(row["new"]), str(row["since"]), bool(row.get("still_works", False)))


def _method(row: Mapping[str, object]) -> Method:
    function = ast.parse(f"def {row['signature']}: ...").body[0]
    assert isinstance(function, ast.FunctionDef)
    arguments = function.args
    required = len(arguments.args) - len(arguments.defaults)
    parameters = [Parameter(each.arg, _kind(each), index < required) for index, each in enumerate(arguments.args)]
    parameters += [
        Parameter(each.arg, _kind(each), default is None, True)
        for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    since, until = row.get("since"), row.get("until")
    return Method(
        function.name,
        tuple(parameters),
        arguments.vararg is not None,
        arguments.kwarg is not None,
        str(row.get("returns", "")),
        row["on"] == "qemu",
        bool(row.get("needs_ocr", False)),
        None if since is None else str(since),
        None if until is None else str(until),
    )


def _kind(argument: ast.arg) -> str:
    return argument.annotation.id if isinstance(argument.annotation, ast.Name) else ""
