"""What a rule may use: modules, names, builtins and attributes, as ``nixlint/data/rule_vetting.toml`` lists them.

Modules and names are an allow list. A name of a module that is allowed may be used where it is public, is no other module,
and, in the rooms of nixlint, is at home where rules may look: for that the module is imported, which is nixlint's own or the
standard library's. No module of a pack ever is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from types import ModuleType
from typing import NamedTuple

import nixlint.rule
from nixlint.linting.configuration import suggestion

from .api_changes import earlier_modules, earlier_names

FACE = "nixlint.rule"
_OWN = "nixlint"


class Objection(NamedTuple):
    """Why something may not be used: the name of a demand, the sentence, and what to do."""

    requirement: str
    reason: str
    help: str = ""


class Attribute(NamedTuple):
    """An attribute that may not be used: why, and whether it is only refused where it is called."""

    reason: str
    only_called: bool


class Policy(NamedTuple):
    """The lists."""

    modules: frozenset[str]
    names: frozenset[str]
    refused_names: Mapping[str, str]
    refused_modules: Mapping[str, str]
    builtins: Mapping[str, str]
    attributes: Mapping[str, Attribute]
    dunder: frozenset[str]
    texts: frozenset[str]


@cache
def policy() -> Policy:
    """What the data say."""
    document = tomllib.loads((files("nixlint.data") / "rule_vetting.toml").read_text("utf-8"))
    groups = document["attributes"].values()
    attributes = {name: Attribute(group["reason"], False) for group in groups for name in group["names"].split()}
    attributes |= {name: Attribute(group["reason"], True) for group in groups for name in group["called"].split()}
    return Policy(
        frozenset(document["modules"]),
        frozenset(document["names"]),
        document["refused_names"],
        document["refused_modules"],
        document["builtins"],
        attributes,
        frozenset(document["dunder"]["names"].split()),
        frozenset(document["texts"]["names"].split()),
    )


@cache
def objection_to(dotted: str) -> Objection | None:
    """Why a dotted name may not be used, such as ``os.system``; ``None`` where it may."""
    lists = policy()
    if _is_at_or_below(dotted, lists.names) or is_on_the_way(dotted):
        return None
    refused = _longest(dotted, lists.refused_names)
    if refused is not None:
        return _forbidden(dotted, lists.refused_names[refused])
    change = earlier_names().get(dotted)
    if change is not None:
        return Objection("rule-api-old", f"{dotted} is a name of rule API 1", change.what_to_do)
    if dotted in earlier_modules() and not _exists(dotted):
        return Objection("rule-api-old", f"{dotted} is a module of rule API 1", "import what you use of it by name")
    module = _longest(dotted, lists.modules)
    if module is not None:
        return _objection_within(module, dotted)
    refused = _longest(dotted, lists.refused_modules)
    why = "is not among the modules that rules may import" if refused is None else lists.refused_modules[refused]
    return _forbidden(dotted, why)


def is_on_the_way(dotted: str) -> bool:
    """Whether a name is no more than the beginning of names that may be used."""
    lists = policy()
    return any(each.startswith(f"{dotted}.") for each in (*lists.names, *lists.modules)) and dotted not in lists.modules


@cache
def is_module(dotted: str) -> bool:
    """Whether a name that may be used is a module."""
    if dotted in policy().modules or is_on_the_way(dotted):
        return True
    return dotted.startswith(f"{_OWN}.") and _longest(dotted, policy().modules) is not None and _exists(dotted)


def _forbidden(dotted: str, why: str) -> Objection:
    reason = f"{dotted} {why}" if why.startswith("is ") else f"{dotted} is refused: it {why}"
    return Objection("rule-forbidden-import", reason)


def _objection_within(module: str, dotted: str) -> Objection | None:
    if dotted == module:
        return None
    if module == FACE:
        return _objection_to_public(dotted.removeprefix(f"{FACE}.").partition(".")[0])
    if module == "builtins":
        return None  # judged as the name without it
    while True:
        first = dotted.removeprefix(f"{module}.").partition(".")[0]
        below = f"{module}.{first}"
        if not module.startswith(f"{_OWN}.") or not _exists(below):
            break
        if below == dotted:
            return None
        module = below
    return _objection_to_name(import_module(module), first)


def _objection_to_public(name: str) -> Objection | None:
    if name in nixlint.rule.__all__:
        return None
    near = suggestion(name, nixlint.rule.__all__)
    return Objection("rule-api-unknown", f"{FACE} has no {name}{near}", "docs/rule-api.md lists what it has")


def _objection_to_name(module: ModuleType, name: str) -> Objection | None:
    dotted = f"{module.__name__}.{name}"
    missing = object()
    found: object = getattr(module, name, missing)
    if found is missing:
        near = suggestion(name, [each for each in dir(module) if not each.startswith("_")])
        return Objection("rule-api-unknown", f"{module.__name__} has no {name}{near}")
    if name.startswith("_"):
        return _forbidden(dotted, "is not public")
    if isinstance(found, ModuleType):
        return _forbidden(dotted, "is another module, which is there by chance")
    home = getattr(found, "__module__", module.__name__)
    if module.__name__.startswith(f"{_OWN}.") and home != module.__name__ and isinstance(home, str):
        return _objection_to_home(dotted, name, home)
    return None


def _objection_to_home(dotted: str, name: str, home: str) -> Objection | None:
    """What is there by an import of nixlint's own is used from its home, and from the public face where that has it."""
    if not callable(_attribute(home, name)):
        return None  # a value, or an alias of a type
    if name in nixlint.rule.__all__:
        return Objection("rule-api-unknown", f"{dotted} is not public there", f"import {name} from {FACE}")
    if objection_to(f"{home}.{name}") is None:
        return Objection("rule-api-unknown", f"{dotted} is not public there", f"import {name} from {home}")
    return _forbidden(dotted, "is not public")


def _attribute(module: str, name: str) -> object:
    try:
        return getattr(import_module(module), name, None)
    except ImportError:
        return None


@cache
def _exists(module: str) -> bool:
    """Whether there is a module of nixlint's own."""
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _is_at_or_below(dotted: str, names: Iterable[str]) -> bool:
    return any(dotted == name or dotted.startswith(f"{name}.") for name in names)


def _longest(dotted: str, names: Iterable[str]) -> str | None:
    fitting = [name for name in names if dotted == name or dotted.startswith(f"{name}.")]
    return max(fitting, key=len, default=None)
