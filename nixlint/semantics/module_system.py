"""The module system of NixOS: from modules to the definitions of an option, and whether it is defined at all.

Modelled on nixpkgs' ``lib/modules.nix``: ``imports``, ``config`` and ``options`` at the top of a module or everything
else as shorthand, ``mkIf`` and ``mkMerge`` pushed down, priorities. The answer to 'is it defined?' has three values, and
*absent* is a proof: every import was resolved and nothing unknown could define it.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from nixlint.syntax.place import Place

from . import symbols
from .interpreter import Interpreter
from .option_path import OptionPath
from .values import (
    AttrsValue,
    BoolValue,
    CallValue,
    ChoiceValue,
    ConditionalValue,
    Entry,
    FunctionValue,
    Known,
    ListValue,
    MergeValue,
    OrderValue,
    OverrideValue,
    PathValue,
    PrimitiveValue,
    StringValue,
    SymbolValue,
    UnknownValue,
    Value,
)

PLAIN_PRIORITY = 100
"""The priority of a definition without ``mkOverride`` (``lib.modules.defaultOverridePriority``)."""

_NOT_SHORTHAND = frozenset({"imports", "disabledModules", "_file", "_class", "key", "require"})
_MAX_CURRYING = 3
"""How many arguments a module may take one after the other (``{ inputs }: { config, ... }: …``)."""


class Presence(Enum):
    """Whether an option is defined."""

    DEFINED = "defined"
    MAYBE = "maybe"
    ABSENT = "absent"


class Definition(NamedTuple):
    """One definition of an option, as the module system sees it.

    ``conditions`` are those above it that are not known to be true; where there are none, it holds for certain.
    ``name_place`` is where the option's last name stands.
    """

    value: Value
    name_place: Place | None
    conditions: tuple[Value, ...] = ()
    priority: int = PLAIN_PRIORITY


class Obstacle(NamedTuple):
    """Something unknown that may define an option, and why nobody can tell."""

    reason: str
    place: Place | None


class Answer(NamedTuple):
    """What is known of an option: its definitions, and what may define it besides."""

    definitions: tuple[Definition, ...]
    obstacles: tuple[Obstacle, ...]

    @property
    def presence(self) -> Presence:
        """Whether the option is defined."""
        if any(not definition.conditions for definition in self.definitions):
            return Presence.DEFINED
        return Presence.MAYBE if self.definitions or self.obstacles else Presence.ABSENT

    @property
    def value(self) -> Value | None:
        """The value where exactly one definition decides it: certain, alone at its priority, and nothing unknown."""
        if self.obstacles or any(definition.conditions for definition in self.definitions):
            return None
        best = min((definition.priority for definition in self.definitions), default=None)
        deciding = [definition for definition in self.definitions if definition.priority == best]
        return deciding[0].value if len(deciding) == 1 else None


class _Part(NamedTuple):
    """A value that modules define, or a part of one, on its way down an option path."""

    value: Value
    name_place: Place | None
    conditions: tuple[Value, ...] = ()
    priority: int = PLAIN_PRIORITY
    certain: bool = True
    """Whether it certainly belongs to the path asked for; a part below a name that is not known may not."""


class ModuleSystem:
    """The modules of one evaluation: of a host, or of a container.

    Built from definitions whose values are modules (functions, sets, paths); ``obstacles`` are reasons known beforehand
    why there may be further modules, and ``interpreter`` bounds the work. With ``follow_imports`` off, it is what these
    modules alone define, and answers speak of nothing else.
    """

    def __init__(
        self,
        modules: tuple[Definition, ...],
        interpreter: Interpreter,
        obstacles: tuple[Obstacle, ...] = (),
        follow_imports: bool = True,
    ) -> None:
        self._interpreter = interpreter
        self._follow_imports = follow_imports
        self._parts: list[_Part] = []
        self._obstacles = list(obstacles)
        self._imported: set[Path] = set()
        self._doubts: tuple[Value, ...] = ()
        self._own_parts: list[_Part] = []
        for module in modules:
            self._load(module.value, module.conditions, own=True)

    def ask(self, option: OptionPath) -> Answer:
        """The definitions of an option and whatever may define it besides."""
        answer = _answer(self._parts, option, tuple(self._obstacles))
        if not self._doubts:
            return answer
        doubted = tuple(
            definition._replace(conditions=(*definition.conditions, *self._doubts)) for definition in answer.definitions
        )
        return answer._replace(definitions=doubted)

    def definitions(self, option: OptionPath) -> tuple[Definition, ...]:
        """The definitions of an option, those under unknown conditions included."""
        return self.ask(option).definitions

    def presence(self, option: OptionPath) -> Presence:
        """Whether an option is defined."""
        return self.ask(option).presence

    def children(self, option: OptionPath) -> tuple[tuple[str | None, Definition], ...]:
        """The names defined directly below an option, each with its definition; ``None`` for one that is not known."""
        return tuple(
            child
            for part in _descend(self._parts, option)
            if isinstance(part, _Part)
            for child in attributes_of(_definition(part))
        )

    @property
    def files(self) -> frozenset[Path]:
        """The files that the modules import, directly or not."""
        return frozenset(self._imported)

    @property
    def body(self) -> Place | None:
        """Where the set stands in which one of the modules given, not one that it imports, defines its options."""
        return next(
            (
                part.value.place
                for part in self._own_parts
                if not part.conditions and isinstance(part.value, AttrsValue) and part.value.place is not None
            ),
            None,
        )

    # -- loading ------------------------------------------------------------------------------------------------

    def _load(self, value: Value, conditions: tuple[Value, ...], own: bool = False) -> None:
        value = self._called(value)
        match value:
            case PathValue(path=path):
                self._import(path, value, conditions)
            case StringValue(text=str() as text) if text.startswith("/"):
                self._import(Path(text), PathValue(Path(text), value.place), conditions)
            case AttrsValue():
                parts = self._load_set(value, conditions)
                self._own_parts.extend(parts if own else ())
            case ChoiceValue():
                for alternative in value.alternatives:
                    self._load(alternative.force(), (*conditions, value.condition))
            case ConditionalValue() | MergeValue() | OverrideValue() | OrderValue():
                self._parts.append(_Part(value, value.place, conditions))
            case _:
                self._obstacles.append(Obstacle(f"a module that is not known: {reason_of(value)}", value.place))

    def _called(self, value: Value) -> Value:
        for _ in range(_MAX_CURRYING):
            if not isinstance(value, FunctionValue | PrimitiveValue):
                break
            value = self._interpreter.apply(value, Known(SymbolValue(symbols.MODULE_ARGUMENTS)), value.place)
        return value

    def _import(self, path: Path, value: PathValue, conditions: tuple[Value, ...]) -> None:
        if path in self._imported:
            return
        self._imported.add(path)
        self._load(self._interpreter.file(path, value.place), conditions)

    def _load_set(self, value: AttrsValue, conditions: tuple[Value, ...]) -> tuple[_Part, ...]:
        imports = value.entries.get("imports")
        if imports is not None and self._follow_imports:
            self._load_imports(imports.value.force(), conditions)
        self._note_disabled(value)
        if value.is_open and imports is None:
            self._obstacles.append(Obstacle("imports that are not known", value.place))
        parts = tuple(_config_of(value, conditions))
        self._parts.extend(parts)
        return parts

    def _note_disabled(self, module: AttrsValue) -> None:
        """Remember that a module may take others away; those of NixOS itself, named by strings, define nothing here."""
        entry = module.entries.get("disabledModules")
        if entry is None:
            return
        match entry.value.force():
            case ListValue(unknowns=()) as disabled if all(
                isinstance(element.force(), StringValue) for element in disabled.elements
            ):
                return
            case disabled:
                self._doubts = (UnknownValue("disabledModules may take it away", disabled.place),)

    def _load_imports(self, value: Value, conditions: tuple[Value, ...]) -> None:
        match value:
            case ListValue():
                for element in value.elements:
                    self._load(element.force(), conditions)
                for unknown in value.unknowns:
                    self._load_imports_unknown(unknown.force())
            case ChoiceValue():
                for alternative in value.alternatives:
                    self._load_imports(alternative.force(), (*conditions, value.condition))
            case _:
                self._load_imports_unknown(value)

    def _load_imports_unknown(self, value: Value) -> None:
        self._obstacles.append(Obstacle(f"imports that are not known: {reason_of(value)}", value.place))


def modules_in(value: Value) -> tuple[Definition, ...]:
    """The modules that a value holds: itself, or the elements where it is a list of modules."""
    if not isinstance(value, ListValue):
        return (Definition(value, value.place),)
    return tuple(Definition(element.force(), element.place) for element in value.elements)


def ask_within(definitions: tuple[Definition, ...], option: OptionPath) -> Answer:
    """The definitions of an option path below values that are defined together, such as those of one container."""
    return _answer([_part(definition) for definition in definitions], option, ())


def attributes_of(definition: Definition) -> Iterator[tuple[str | None, Definition]]:
    """The attributes of a definition's value, with properties pushed down; ``None`` for a name that is not known."""
    for part in _pushed_down(_part(definition)):
        if not isinstance(part.value, AttrsValue):
            continue
        for name, entry in part.value.entries.items():
            yield name, _definition(_below(part, entry))
        for dynamic in part.value.dynamic:
            yield None, _definition(_below(part, dynamic.entry))


def reason_of(value: Value) -> str:
    """Why a value is not known, in a few words."""
    match value:
        case UnknownValue(reason=reason):
            return reason
        case SymbolValue():
            return f"{value.dotted} is not known" if value.path else "an argument that is not known"
        case CallValue():
            return f"the result of {value.callee.dotted} is not known"
        case ChoiceValue():
            return f"a condition that is not known: {reason_of(value.condition)}"
        case StringValue():
            return "".join(part if isinstance(part, str) else _name_of(part) for part in value.parts)
        case _:
            return "a value that is not known"


def _name_of(part: Value) -> str:
    return f"<{part.dotted}>" if isinstance(part, SymbolValue) else "<…>"


def _config_of(module: AttrsValue, conditions: tuple[Value, ...]) -> Iterator[_Part]:
    """What a module defines: its ``config``, or everything in it where it has neither ``config`` nor ``options``."""
    if not module.entries.keys() & {"config", "options"}:
        entries = {name: entry for name, entry in module.entries.items() if name not in _NOT_SHORTHAND}
        yield _Part(AttrsValue(entries, module.dynamic, module.unknowns, module.place), module.place, conditions)
        return
    config = module.entries.get("config")
    if config is not None:
        yield _Part(config.value.force(), config.name_place, conditions)
    for unknown in module.unknowns:
        yield _Part(unknown, unknown.place, conditions)


def _answer(parts: list[_Part], option: OptionPath, further: tuple[Obstacle, ...]) -> Answer:
    definitions: list[Definition] = []
    obstacles = list(further)
    for part in _descend(parts, option):
        if isinstance(part, Obstacle):
            obstacles.append(part)
            continue
        for leaf in _pushed_down(part):
            if leaf.certain:
                definitions.append(_definition(leaf))
            else:
                obstacles.append(Obstacle("a name that is not known", leaf.name_place))
    return Answer(tuple(definitions), tuple(obstacles))


def _descend(parts: list[_Part], option: OptionPath) -> Iterator[_Part | Obstacle]:
    for part in parts:
        yield from _descend_one(part, option.names)


def _descend_one(part: _Part, names: tuple[str | None, ...]) -> Iterator[_Part | Obstacle]:
    if not names:
        yield part
        return
    for inner in _pushed_down(part):
        match inner.value:
            case AttrsValue():
                yield from _descend_set(inner, inner.value, names)
            case UnknownValue() | SymbolValue() | CallValue():
                yield Obstacle(reason_of(inner.value), inner.value.place or inner.name_place)
            case _:
                continue  # Nix refuses a definition of another kind above an option.


def _descend_set(part: _Part, value: AttrsValue, names: tuple[str | None, ...]) -> Iterator[_Part | Obstacle]:
    entry = value.entries.get(names[0]) if names[0] is not None else None
    if entry is not None:
        yield from _descend_one(_below(part, entry), names[1:])
    for dynamic in value.dynamic:
        yield from _descend_one(_below(part, dynamic.entry)._replace(certain=False), names[1:])
    for unknown in value.unknowns:
        yield Obstacle(reason_of(unknown), unknown.place)


def _pushed_down(part: _Part) -> Iterator[_Part]:
    """A part without the properties around it: each alternative by itself, with its conditions and its priority."""
    value = part.value
    match value:
        case ConditionalValue():
            condition = value.condition.force()
            if isinstance(condition, BoolValue) and not condition.value:
                return
            known = isinstance(condition, BoolValue)
            conditions = part.conditions if known else (*part.conditions, condition)
            yield from _pushed_down(part._replace(value=value.content.force(), conditions=conditions))
        case MergeValue():
            yield from _merged(part, value.contents.force())
        case OverrideValue():
            yield from _pushed_down(part._replace(value=value.content.force(), priority=value.priority))
        case OrderValue():
            yield from _pushed_down(part._replace(value=value.content.force()))
        case ChoiceValue():
            conditions = (*part.conditions, value.condition)
            for alternative in value.alternatives:
                yield from _pushed_down(part._replace(value=alternative.force(), conditions=conditions))
        case _:
            yield part


def _merged(part: _Part, contents: Value) -> Iterator[_Part]:
    match contents:
        case ListValue():
            for element in contents.elements:
                yield from _pushed_down(part._replace(value=element.force()))
            for unknown in contents.unknowns:
                yield from _pushed_down(part._replace(value=unknown.force(), certain=False))
        case ChoiceValue():
            conditions = (*part.conditions, contents.condition)
            for alternative in contents.alternatives:
                yield from _merged(part._replace(conditions=conditions), alternative.force())
        case _:
            reason = UnknownValue(f"a list that is not known: {reason_of(contents)}", contents.place)
            yield part._replace(value=reason, certain=False)


def _below(part: _Part, entry: Entry) -> _Part:
    return part._replace(value=entry.value.force(), name_place=entry.name_place or part.name_place)


def _part(definition: Definition) -> _Part:
    return _Part(definition.value, definition.name_place, definition.conditions, definition.priority)


def _definition(part: _Part) -> Definition:
    return Definition(part.value, part.name_place, part.conditions, part.priority)
