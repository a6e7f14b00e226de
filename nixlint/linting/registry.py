"""The rules there are: those of every package that is registered under the entry point group ``nixlint.rules``.

The rules that come with nixlint are found in the same way as anybody else's. An entry point names a package; every module
in it is imported and every concrete subclass of :class:`~nixlint.linting.rule.Rule` defined there is a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from inspect import isabstract
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import NamedTuple, TypeAlias, TypeGuard

from .entry_points import entry_points
from .finding import Failure
from .rule import Rule
from .rule_index import indexed_rules
from .subjects import UnknownSubject, kind_of

GROUP = "nixlint.rules"
BUILTIN = "nixlint_rules"

AnyRule: TypeAlias = Rule[object]


class Registry(NamedTuple):
    """The rules by name, in the order of their codes, and the packages that could not be loaded.

    It ``is_whole`` where no rules are missing that a configuration asks for.
    """

    rules: Mapping[str, AnyRule]
    failures: tuple[Failure, ...] = ()
    is_whole: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all rules."""
        return tuple(self.rules)

    def find(self, word: str) -> AnyRule | None:
        """The rule of a name or a code."""
        rule = self.rules.get(word)
        return rule or next((rule for rule in self.rules.values() if rule.code == word.upper()), None)


def load_registry() -> Registry:
    """Every rule that is installed. A package that can't be loaded is a failure, and the others are loaded all the same."""
    return _registry_of(_rules_of)


def known_registry() -> Registry:
    """The same for a run, where a rule that an index knows (:mod:`.rule_index`) is loaded when it has something to ask."""
    return _registry_of(_known_rules_of)


class BuiltinRules(NamedTuple):
    """The rules that come with nixlint, and the folder that they are in."""

    rules: tuple[AnyRule, ...]
    folder: Path


def builtin_rules() -> BuiltinRules:
    """The rules that come with nixlint, and no others: no other package is looked for or imported."""
    package = import_module(BUILTIN)
    return BuiltinRules(tuple(_known_rules_of(package)), Path(next(iter(package.__path__))))


def _registry_of(rules_of: Callable[[ModuleType], Iterable[AnyRule]]) -> Registry:
    rules: list[AnyRule] = []
    failures: list[Failure] = []
    for entry in sorted(entry_points(GROUP), key=lambda entry: (entry.name != "builtin", entry.name)):
        try:
            found = tuple(rules_of(import_module(entry.module)))
            for rule in found:
                _check_subjects(rule)
            rules.extend(found)
        except Exception as error:  # a third party's package may raise anything while it is imported
            failures.append(Failure(f"the rules '{entry.name}' ({entry.module}) can't be loaded: {error!r}"))
    return _registry(rules, failures)


def with_modules(registry: Registry, shown: str, modules: Callable[[], Iterable[ModuleType]]) -> Registry:
    """A registry with the rules of some modules too, as far as they can be imported; ``shown`` says where they are."""
    rules = list(registry.rules.values())
    failures = list(registry.failures)
    try:
        found = tuple(rule for module in modules() for rule in _rules_in(module))
        for rule in found:
            _check_subjects(rule)
        rules.extend(found)
    except (Exception, SystemExit) as error:  # whatever a pack raises while it is imported costs its own rules alone
        failures.append(Failure(f"the rules {shown} can't be loaded: {error!r}"))
    return _registry(rules, failures)


def _check_subjects(rule: AnyRule) -> None:
    """Raise :class:`~nixlint.linting.subjects.UnknownSubject` where a rule would never be asked."""
    for kind in rule.kinds:
        try:
            kind_of(kind)
        except UnknownSubject as error:
            raise UnknownSubject(f"the rule {rule.name} asks for what does not exist: {error}") from None


def _registry(rules: list[AnyRule], failures: list[Failure]) -> Registry:
    taken: dict[str, AnyRule] = {}
    by_name: dict[str, AnyRule] = {}
    for rule in rules:
        clash = taken.get(rule.name) or taken.get(rule.code)
        if clash is not None:
            here, there = rule.module, clash.module
            failures.append(Failure(f"the rule {rule.code} ({rule.name}) of {here} is already there, from {there}"))
            continue
        taken[rule.name] = taken[rule.code] = by_name[rule.name] = rule
    ordered = sorted(by_name.values(), key=lambda rule: rule.code)
    return Registry({rule.name: rule for rule in ordered}, tuple(failures))


def _known_rules_of(package: ModuleType) -> Iterable[AnyRule]:
    known = indexed_rules(package)
    return _rules_of(package) if known is None else known


def _rules_of(package: ModuleType) -> Iterator[AnyRule]:
    for module in _modules_of(package):
        yield from _rules_in(module)


def _rules_in(module: ModuleType) -> Iterator[AnyRule]:
    for value in list(vars(module).values()):
        if _is_rule(value) and value.__module__ == module.__name__:
            yield value()


def _is_rule(value: object) -> TypeGuard[type[AnyRule]]:
    return isinstance(value, type) and issubclass(value, Rule) and not isabstract(value)


def _modules_of(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for found in walk_packages(getattr(package, "__path__", ()), f"{package.__name__}."):
        yield import_module(found.name)
