"""``config``: what the options of one evaluation are, as the modules in it see it.

A name such as ``config.networking.hostName`` is worked out where the repository decides it: by the one definition that
counts, or by the default of an option that the repository declares itself. What NixOS or modules from elsewhere could
change stays a name. Types are those of nixpkgs' ``lib/types.nix``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from nixlint.semantics.language import symbols
from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.operators import equality
from nixlint.semantics.language.property_sets import WITHIN, as_property
from nixlint.semantics.language.values import (
    PROPERTIES,
    AttrsValue,
    BoolValue,
    CallValue,
    ChoiceValue,
    ConditionalValue,
    Entry,
    FloatValue,
    FunctionValue,
    IntValue,
    Known,
    ListValue,
    NegationValue,
    NullValue,
    PathValue,
    Resolver,
    StringValue,
    SymbolValue,
    Thunk,
    UnknownValue,
    Value,
    unknown_because,
)

from .option_declarations import Declarations, Declared, Namespace, OptionDeclaration
from .option_path import OptionPath
from .properties import PLAIN_PRIORITY, Answer, Definition, Presence, ask_within

_DEFAULT_PRIORITY = 1500
"""The priority of an option's default (``lib.mkOptionDefault``)."""
_SCALARS = (NullValue, BoolValue, IntValue, FloatValue, StringValue, PathValue)
_SCALAR_TYPES = frozenset(
    "bool enum float int ints.between nonEmptyStr number path port positive s16 s32 s8 singleLineStr str strMatching u16 "
    "u32 u8 unsigned externalPath pathInStore passwdEntry shellPackage".split()
)
"""Types whose values are single ones, and whose definitions must be equal where there are several."""
_PLAIN_TYPES = frozenset("anything attrs lines commas envVar raw separatedString unspecified package".split())
"""Types that leave a lone definition as it is, whatever it consists of."""
_MODULES = (
    ("flake", "modules", "*", "*"),  # flake-parts, extras/modules.nix
    ("flake", "nixosModules", "*"),  # flake-parts, modules/nixosModules.nix
)
"""Options of flake-parts whose values are modules."""
_ITEM = "*"
_SETS = frozenset({"attrsOf", "lazyAttrsOf"})
_SUBMODULES = frozenset({"submodule", "submoduleWith"})
_WRAPPERS = frozenset({"nullOr", "uniq", "unique"})


class Modules(Protocol):
    """The evaluation that a configuration belongs to."""

    @property
    def is_loading(self) -> bool:
        """Whether its imports are still being followed, so that nothing can be said of what it defines."""
        ...

    @property
    def declarations(self) -> Declarations:
        """The options that its modules declare."""
        ...

    @property
    def arguments(self) -> Mapping[str, Thunk]:
        """The further arguments that its modules are given (``specialArgs``)."""
        ...

    def ask(self, option: OptionPath) -> Answer:
        """The definitions of an option."""
        ...

    def nested(self, modules: tuple[Definition, ...], answer: Answer, prefix: tuple[str, ...]) -> Resolver | None:
        """The configuration of a submodule at a path: its own modules, and what is defined there."""
        ...


class Configuration:
    """What ``config`` and the arguments of modules stand for in one evaluation; ``prefix`` is how ``config`` is called.

    ``foreign`` are the first names of all options that others than its modules declare; ``None`` where nobody knows them.
    With ``assumes_own``, an option that its modules declare, or set to a single value, is what they make of it, whatever
    else may define it.
    """

    def __init__(
        self,
        modules: Modules,
        interpreter: Interpreter,
        prefix: tuple[str, ...] = symbols.CONFIG,
        foreign: frozenset[str] | None = None,
        assumes_own: bool = False,
    ) -> None:
        self._modules = modules
        self._interpreter = interpreter
        self._prefix = prefix
        self._foreign = foreign
        self._assumes_own = assumes_own
        self._settled: dict[tuple[str, ...], Value | None] = {}
        self._at_work: set[tuple[str, ...]] = set()

    def resolve(self, path: tuple[str, ...]) -> Value | None:
        """What an option is, where that is certain; ``path`` starts with the prefix."""
        names = path[len(self._prefix) :] if path[: len(self._prefix)] == self._prefix else ()
        if not names or self._modules.is_loading or names in self._at_work:
            return None
        if names not in self._settled:
            self._at_work.add(names)
            try:
                self._settled[names] = self._value(names)
            finally:
                self._at_work.discard(names)
        return self._settled[names]

    def argument(self, name: str) -> Value | None:
        """``config``, or an argument from ``specialArgs`` or ``_module.args``."""
        if name == "config":
            return SymbolValue(self._prefix, None, self)
        given = self._modules.arguments.get(name)
        if given is not None:
            return given.force()
        if name in _OWN_ARGUMENTS or self._modules.is_loading or (argument := ("_module", name)) in self._at_work:
            return None
        self._at_work.add(argument)
        try:
            return self._asked(("_module", "args", name)).value
        finally:
            self._at_work.discard(argument)

    def _value(self, names: tuple[str, ...]) -> Value | None:
        if names[:2] == ("_module", "args"):
            return self._set_argument(names[2:])
        match self._modules.declarations.find(names):
            case Declared(declaration=declaration, depth=depth) if declaration.is_whole or self._is_own(names):
                if depth == len(names):
                    return self._declared(declaration, names)
                return self._within(names, depth)
            case Namespace():
                return None
            case _ if _is_module(names):
                return _as_module(self._modules.ask(OptionPath(names)))
            case _ if names[0] == "flake" and self._foreign is not None:
                return _only_raw(self._modules.ask(OptionPath(names)))
            case _:
                return self._of_others(names)

    def _set_argument(self, names: tuple[str, ...]) -> Value | None:
        """An argument that modules set; a submodule is given its name so (nixpkgs, ``lib/types.nix``)."""
        if len(names) != 1 or (self._prefix == symbols.CONFIG and names[0] in self._modules.arguments):
            return None
        return self.argument(names[0])

    def _is_own(self, names: tuple[str, ...]) -> bool:
        """Whether certainly nobody but its modules declares an option."""
        return self._foreign is not None and names[0] not in self._foreign

    def _of_others(self, names: tuple[str, ...]) -> Value | None:
        """An option that others declare. A property in the place of its value decides about whatever takes that value."""
        answer = self._asked(names)
        places = [obstacle.place for obstacle in answer.obstacles if obstacle.reason == WITHIN]
        places += [found.name_place for found in answer.definitions if _may_vanish(found.value)]
        return UnknownValue(WITHIN, places[0]) if places else _only_scalar(answer)

    def _within(self, names: tuple[str, ...], depth: int) -> Value | None:
        """What stands below an option that holds sets, at the names beyond ``depth``."""
        value: Value | None = self.resolve((*self._prefix, *names[:depth]))
        for name in names[depth:]:
            if value is None:
                return None
            value = self._interpreter.find_attribute(value, name)
            value = None if value is None else self._interpreter.settled(value)
        return value

    def _declared(self, declaration: OptionDeclaration, names: tuple[str, ...]) -> Value | None:
        if declaration.is_changed:
            return None
        answer = self._asked(names)
        if declaration.default is not None:
            default = Definition(declaration.default.force(), None, (), _DEFAULT_PRIORITY)
            answer = answer._replace(definitions=(*answer.definitions, default))
        return self._merged(declaration.type, answer, names) or self._possible_set(declaration.type, answer, names)

    def _asked(self, names: tuple[str, ...]) -> Answer:
        """The definitions of an option, and what may define it besides where that is to count."""
        answer = self._modules.ask(OptionPath(names))
        return answer._replace(obstacles=()) if self._assumes_own else answer

    def _possible_set(self, kind: Value, answer: Answer, names: tuple[str, ...]) -> Value | None:
        """A set that is not certain: what it is if all that is written holds and nothing else defines it, or anything."""
        name, reason = _type_name(kind), _doubt(answer)
        if reason is None or name is None or name.name not in _SETS:
            return None
        supposed = tuple(
            definition._replace(value=_supposed(definition.value), conditions=()) for definition in answer.definitions
        )
        known = self._merged(kind, Answer(supposed, ()), names)
        if not isinstance(known, AttrsValue) or not known.entries:
            return None
        return ChoiceValue(reason, (Known(known), Known(reason)), known.place, NegationValue(reason, known.place))

    def _merged(self, kind: Value, answer: Answer, names: tuple[str, ...]) -> Value | None:
        """The value of an option of a type with these definitions, its default among them."""
        deciding = answer.deciding
        if not deciding:
            return None
        match _type_name(kind):
            case _TypeName(name=name, argument=argument) if name in _SETS and argument is not None:
                return self._set(argument, deciding, names, is_lazy=name == "lazyAttrsOf")
            case _TypeName(name=name, argument=argument) if name in _SUBMODULES and argument is not None:
                return self._submodule(name, argument, deciding, names)
            case _TypeName(name=name, argument=argument) if name in _WRAPPERS and argument is not None:
                if all(isinstance(definition.value, NullValue) for definition in deciding):
                    return deciding[0].value
                return self._merged(argument.force(), answer, names)
            case _TypeName(name="deferredModule"):
                return _as_module(answer._replace(definitions=deciding))
            case _TypeName(name="listOf", argument=argument) if argument is not None:
                return self._list(argument.force(), deciding, names)
            case _TypeName(name=name) if name in _SCALAR_TYPES and isinstance(deciding[0].value, _SCALARS):
                return _agreed(deciding)
            case _TypeName(name=name) if name in _PLAIN_TYPES and len(deciding) == 1:
                return _without_properties(deciding[0].value)
            case _:
                return None

    def _list(self, element: Value, deciding: tuple[Definition, ...], names: tuple[str, ...]) -> Value | None:
        value, kind = self._joined(deciding), _type_name(element)
        if value is None or kind is None:
            return None
        if kind.name in _SUBMODULES and kind.argument is not None:
            if value.unknowns:
                return None
            items = [(Definition(item.force(), item.place),) for item in value.elements]
            made = [self._submodule(kind.name, kind.argument, item, (*names, _ITEM)) for item in items]
            return value._replace(elements=tuple(Known(item) for item in made if item)) if all(made) else None
        return value if kind.name in _SCALAR_TYPES | _PLAIN_TYPES else None

    def _joined(self, deciding: tuple[Definition, ...]) -> ListValue | None:
        """The list that definitions make together; in an order that may be another one, where that may be assumed."""
        lists = [definition.value for definition in deciding if isinstance(definition.value, ListValue)]
        if len(lists) < len(deciding) or (len(lists) > 1 and not self._assumes_own):
            return None  # The order of several definitions is that of the modules.
        elements = tuple(item for each in lists for item in each.elements)
        return lists[0]._replace(elements=elements, unknowns=tuple(item for each in lists for item in each.unknowns))

    def _set(
        self, element: Thunk, deciding: tuple[Definition, ...], names: tuple[str, ...], is_lazy: bool
    ) -> Value | None:
        entries: dict[str, Entry] = {}
        for definition in deciding:
            if not isinstance(definition.value, AttrsValue) or definition.value.is_open:
                return None
            for name, entry in definition.value.entries.items():
                if name not in entries and _may_vanish(entry.value.force()):
                    match ask_within(deciding, OptionPath.of(name)).presence:
                        case Presence.ABSENT if not is_lazy:
                            continue
                        case Presence.DEFINED:
                            pass
                        case _:
                            return None
                value = self._interpreter.defer_call(
                    self._element(element, deciding, (*names, name)), entry.value.place
                )
                entries.setdefault(name, Entry(value, entry.name_place))
        return AttrsValue(entries, (), (), deciding[0].value.place)

    def _element(self, kind: Thunk, deciding: tuple[Definition, ...], names: tuple[str, ...]) -> Callable[[], Value]:
        def compute() -> Value:
            answer = ask_within(deciding, OptionPath.of(names[-1]))
            path = (*self._prefix, *names)
            return self._merged(kind.force(), answer, names) or SymbolValue(path)

        return compute

    def _submodule(
        self, name: str, argument: Thunk, deciding: tuple[Definition, ...], names: tuple[str, ...]
    ) -> Value | None:
        modules = _modules_of(name, argument.force())
        prefix = (*self._prefix, *names)
        nested = None if modules is None else self._modules.nested(modules, Answer(deciding, ()), prefix)
        return None if nested is None else SymbolValue(prefix, deciding[0].value.place, nested)


def submodules_of(kind: Value) -> tuple[Definition, ...] | None:
    """The modules of the submodules that an option of a type holds by name; ``None`` where it is another type."""
    of_set = _type_name(kind)
    if of_set is None or of_set.name not in _SETS or of_set.argument is None:
        return None
    element = _type_name(of_set.argument.force())
    if element is None or element.name not in _SUBMODULES or element.argument is None:
        return None
    return _modules_of(element.name, element.argument.force())


_OWN_ARGUMENTS = frozenset({"lib", "options", "pkgs", "modulesPath"})
"""What the module system gives to modules by itself."""


class _TypeName(NamedTuple):
    """A type by its last name, and what it is made of."""

    name: str
    argument: Thunk | None = None


def _type_name(kind: Value) -> _TypeName | None:
    match kind:
        case SymbolValue(path=path) if path:
            return _TypeName(path[-1])
        case CallValue(callee=callee, arguments=arguments) if callee.path and len(arguments) == 1:
            return _TypeName(callee.path[-1], arguments[0])
        case _:
            return None


def _modules_of(name: str, argument: Value) -> tuple[Definition, ...] | None:
    """The modules that a type of submodules is made of."""
    if name == "submoduleWith":
        modules = argument.entries.get("modules") if isinstance(argument, AttrsValue) else None
        if modules is None:
            return None
        argument = modules.value.force()
    if not isinstance(argument, ListValue):
        return (Definition(argument, argument.place),)
    if argument.unknowns:
        return None
    return tuple(Definition(element.force(), element.place) for element in argument.elements)


def _only_scalar(answer: Answer) -> Value | None:
    """The value of an option that others may define as well: of a type without parts, set as strongly as is usual."""
    deciding = answer.deciding
    if not deciding or deciding[0].priority > PLAIN_PRIORITY:
        return None
    value = deciding[0].value if len(deciding) == 1 else None
    match value:
        case StringValue(text=str() as text) if "\n" in text:
            return None  # Texts of several lines are put together from all definitions there are.
        case BoolValue() | IntValue() | FloatValue() | StringValue() | PathValue():
            return value
        case _:
            return None


def _only_raw(answer: Answer) -> Value | None:
    """The value of an output of flake-parts: undeclared, it has one definition (its ``modules/flake.nix``)."""
    deciding = answer.deciding
    if not deciding or len(deciding) > 1:
        return None
    value = deciding[0].value
    return value if isinstance(value, FunctionValue) else _only_scalar(answer)


def _is_module(names: tuple[str, ...]) -> bool:
    """Whether an option's value is a module, put together from all that is defined there (``types.deferredModule``)."""
    return any(
        len(names) == len(pattern) and all(wanted in ("*", name) for wanted, name in zip(pattern, names, strict=True))
        for pattern in _MODULES
    )


def _doubt(answer: Answer) -> UnknownValue | None:
    """Why it is not certain what an option is, or ``None`` where it is."""
    for obstacle in answer.obstacles:
        return UnknownValue(obstacle.reason, obstacle.place)
    for definition in answer.definitions:
        for condition in definition.conditions:
            return unknown_because(condition, "a condition that is not known", definition.name_place)
    return None


def _as_module(answer: Answer) -> Value | None:
    """The module that imports everything that is defined."""
    if answer.obstacles or not answer.definitions or any(definition.conditions for definition in answer.definitions):
        return None
    imported = ListValue(tuple(Known(definition.value) for definition in answer.definitions))
    return AttrsValue({"imports": Entry(Known(imported))})


def _agreed(deciding: tuple[Definition, ...]) -> Value | None:
    """The value that definitions agree on: that of the only one, or one that all of them are."""
    first = deciding[0].value
    return first if all(equality(first, other.value) is True for other in deciding[1:]) else None


def _supposed(value: Value) -> Value:
    """A set whose attributes are all there, as if every ``mkIf`` around one of them held."""
    if not isinstance(value, AttrsValue):
        return value
    entries = dict(value.entries)
    for name, entry in value.entries.items():
        content = entry.value.force()
        if isinstance(content, ConditionalValue):
            entries[name] = entry._replace(value=content.content)
    return value._replace(entries=entries)


def _without_properties(value: Value) -> Value | None:
    """A value that is what it seems to be: sets and lists may have ``mkIf`` and its like within."""
    if _may_vanish(value):
        return None
    within = value.entries.values() if isinstance(value, AttrsValue) else ()
    return None if any(_may_vanish(entry.value.force()) for entry in within) else value


def _may_vanish(value: Value) -> bool:
    """Whether an attribute may not be there after all, for all that is written around its value."""
    return isinstance(as_property(value), PROPERTIES)
