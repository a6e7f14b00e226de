"""Definitions of options: from the values that modules give to what stands at one option path.

Modelled on ``pushDownProperties`` and ``dischargeProperties`` of nixpkgs' ``lib/modules.nix``: ``mkIf``, ``mkMerge``,
``mkOverride`` and ``mkOrder`` may stand around any part of a configuration, and mean the same as around each option below.
A condition is worked out only for what it decides: the configuration may well depend on itself elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import NamedTuple, TypeAlias

from nixlint.semantics.language.partial_text import may_be
from nixlint.semantics.language.property_sets import ATTRIBUTES, WITHIN, as_property
from nixlint.semantics.language.values import (
    PROPERTIES,
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
    NegationValue,
    OrderValue,
    OverrideValue,
    PathValue,
    PrimitiveValue,
    StringValue,
    SymbolValue,
    Thunk,
    UnknownValue,
    Value,
)
from nixlint.syntax.place import Place

from .option_path import OptionPath

PLAIN_PRIORITY = 100
"""The priority of a definition without ``mkOverride`` (``lib.modules.defaultOverridePriority``)."""
WEAKEST_PRIORITY = 9999
"""Weaker than any definition (``lib.modules.filterOverrides'``)."""
PLAIN_ORDER = 1000
"""The order of a definition without ``mkOrder`` (``lib.modules.defaultOrderPriority``)."""


class Presence(Enum):
    """Whether an option is defined."""

    DEFINED = "defined"
    MAYBE = "maybe"
    ABSENT = "absent"


class Definition(NamedTuple):
    """One definition of an option, as the module system sees it.

    ``conditions`` are those above it that are not known to be true; where there are none, it holds for certain.
    ``name_place`` is where the option's last name stands. Elements of a list come in the order of ``order``.
    ``is_overridden`` is whether the priority is that of a ``mkOverride``, which may be the plain one: a further property
    within it is the value. ``name`` is what is known of the option's last name where that is not known wholly.
    """

    value: Value
    name_place: Place | None
    conditions: tuple[Value, ...] = ()
    priority: int = PLAIN_PRIORITY
    order: int = PLAIN_ORDER
    is_overridden: bool = False
    name: Value | None = None


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
        if any(not definition.conditions for definition in self.definitions) or _is_exhaustive(self.definitions):
            return Presence.DEFINED
        return Presence.MAYBE if self.definitions or self.obstacles else Presence.ABSENT

    @property
    def deciding(self) -> tuple[Definition, ...] | None:
        """The definitions that make up the value: those of the best priority; ``None`` where that is not certain."""
        if self.obstacles or any(isinstance(definition.value, UnknownValue) for definition in self.definitions):
            return None  # What is not known at all may be mkForce.
        certain = [definition for definition in self.definitions if not definition.conditions]
        best = min((definition.priority for definition in certain), default=None)
        if best is None:
            return None if self.definitions else ()
        if any(definition.conditions and definition.priority <= best for definition in self.definitions):
            return None
        return tuple(definition for definition in certain if definition.priority == best)

    @property
    def value(self) -> Value | None:
        """The value where exactly one definition decides it: certain, alone at the best priority, and nothing unknown."""
        deciding = self.deciding
        return deciding[0].value if deciding is not None and len(deciding) == 1 else None


MOST_CONDITIONS = 12
"""Below so many conditions nobody looks at further ones: each doubles the number of values."""
_MOST_MERGES = 10
"""How many ``mkMerge`` may stand within one another."""
_MOST_CASES = 16
"""So many definitions are looked through for conditions that leave no case out."""
_Literal: TypeAlias = tuple[int, bool]


def _is_exhaustive(definitions: tuple[Definition, ...]) -> bool:
    """Whether one of the definitions holds whatever the conditions are, as those in both branches of an ``if``."""
    if len(definitions) > _MOST_CASES:
        return False
    cases = {frozenset(_literal(condition) for condition in definition.conditions) for definition in definitions}
    waiting = list(cases)
    while waiting:
        case = waiting.pop()
        for identity, truth in case:
            rest = case - {(identity, truth)}
            if rest not in cases and rest | {(identity, not truth)} in cases:
                cases.add(rest)
                waiting.append(rest)
    return frozenset() in cases


def _literal(condition: Value) -> _Literal:
    if isinstance(condition, NegationValue):
        return id(condition.condition), False
    return id(condition), True


_Around: TypeAlias = ConditionalValue | OverrideValue | OrderValue
"""A property that stays around each value below."""


class Override(Enum):
    """Whether a ``mkOverride`` was taken off a part, so that a further property within stays where it is.

    A set of options passes it on to each of them, while one option that holds a set has done with it.
    """

    NONE = "none"
    AROUND = "around"
    PERHAPS = "perhaps"
    """Nobody can tell whether there is one option or a set of options above the part."""


class Part(NamedTuple):
    """A value that modules define, or a part of one, on its way down an option path."""

    value: Value
    name_place: Place | None
    conditions: tuple[Value, ...] = ()
    """The conditions above it that are not known to be true."""
    pending: tuple[Thunk, ...] = ()
    """Those that nobody has looked at yet."""
    priority: int = PLAIN_PRIORITY
    order: int = PLAIN_ORDER
    certain: bool = True
    """Whether it certainly belongs to the path asked for; a part below a name that is not known may not."""
    override: Override = Override.NONE
    is_ordered: bool = False
    """Whether a ``mkOrder`` was taken off it."""
    inner: tuple[_Around, ...] = ()
    """Properties within these that stay around every value below, the outermost first."""
    merges: int = 0
    """How many ``mkMerge`` are around it."""

    @classmethod
    def of(cls, definition: Definition) -> Part:
        """The part that a definition is."""
        return cls(
            definition.value,
            definition.name_place,
            definition.conditions,
            priority=definition.priority,
            order=definition.order,
            override=Override.AROUND if definition.is_overridden else Override.NONE,
            is_ordered=definition.order != PLAIN_ORDER,
        )

    @property
    def decided(self) -> Part | None:
        """The part with its conditions worked out; ``None`` where one of them is false."""
        conditions = list(self.conditions)
        for thunk in self.pending:
            condition = thunk.force()
            if not isinstance(condition, BoolValue):
                conditions.append(condition)
            elif not condition.value:
                return None
        return self._replace(conditions=tuple(conditions), pending=())

    @property
    def definition(self) -> Definition:
        """The definition that a decided part is."""
        is_overridden = self.override is not Override.NONE
        return Definition(self.value, self.name_place, self.conditions, self.priority, self.order, is_overridden)


IsPrefix: TypeAlias = Callable[[tuple[str | None, ...]], bool]
"""Whether names certainly lead to options and not to one option that holds a set."""


def answer_of(
    parts: Iterable[Part], option: OptionPath, further: tuple[Obstacle, ...] = (), is_prefix: IsPrefix = lambda _: False
) -> Answer:
    """The definitions of an option path below parts, and what may define it besides, which includes ``further``."""
    definitions: list[Definition] = []
    obstacles = list(further)
    for found in descend(parts, option, is_prefix):
        if isinstance(found, Obstacle):
            obstacles.append(found)
            continue
        for leaf in discharged(found):
            decided = leaf.decided
            if decided is None:
                continue
            if decided.certain:
                definitions.append(_doubted_by_value(decided).definition)
            else:
                obstacles.append(Obstacle(_reason_for_doubt(decided.value), decided.name_place))
    return Answer(tuple(definitions), tuple(obstacles))


def ask_within(
    definitions: tuple[Definition, ...], option: OptionPath, is_prefix: IsPrefix = lambda _: False
) -> Answer:
    """The definitions of an option path below values that are defined together, such as those of one container."""
    return answer_of([Part.of(definition) for definition in definitions], option, (), is_prefix)


def standing(answer: Answer) -> Answer:
    """What stands of the definitions of one option that holds a set: those of the best priority, plain ones from here on.

    Where a stronger one is conditional, or something unknown may define it, the weaker ones are not certain.
    """
    certain = [definition.priority for definition in answer.definitions if not definition.conditions]
    least = min(certain, default=None)
    parts = [Part.of(found) for found in answer.definitions if least is None or found.priority <= least]
    weakest = PLAIN_PRIORITY if answer.obstacles else max((part.priority for part in parts), default=PLAIN_PRIORITY)
    return answer._replace(
        definitions=tuple(
            part.definition._replace(priority=PLAIN_PRIORITY, order=PLAIN_ORDER, is_overridden=False)
            for part in _contended(parts, weakest)
        )
    )


def attributes_of(definition: Definition) -> Iterator[tuple[str | None, Definition]]:
    """The attributes of a definition's value, with properties pushed down; ``None`` for a name that is not known."""
    for part in pushed_down(Part.of(definition)):
        decided = part.decided if isinstance(part.value, AttrsValue) else None
        if decided is None or not isinstance(decided.value, AttrsValue):
            continue
        for name, entry in decided.value.entries.items():
            yield name, _perhaps_property(_below(decided, entry)).definition
        for dynamic in decided.value.dynamic:
            below = _perhaps_property(_below(decided, dynamic.entry)).definition
            yield None, below._replace(name=dynamic.name)


def _perhaps_property(part: Part) -> Part:
    """A property within ``mkForce`` and the like may be one for what is below, or all of the value."""
    if part.override is Override.NONE or not isinstance(part.value, PROPERTIES):
        return part
    return part._replace(conditions=(*part.conditions, UnknownValue(WITHIN, part.name_place)))


def descend(
    parts: Iterable[Part], option: OptionPath, is_prefix: IsPrefix = lambda _: False
) -> Iterator[Part | Obstacle]:
    """The parts at an option path, undecided, and what is unknown on the way to it."""
    found = list(parts)
    for depth, name in enumerate(option.names):
        around = [each for part in found for each in discharged(part)]
        certainly_prefix = is_prefix(option.names[:depth])
        if any(part.priority != PLAIN_PRIORITY for part in around) and not certainly_prefix:
            around = _contended(around)
        override = Override.AROUND if certainly_prefix else Override.PERHAPS
        found = []
        for part in around:
            if name in ATTRIBUTES and isinstance(part.value, PROPERTIES):
                yield Obstacle(WITHIN, part.name_place)
            for each in _flattened(part, certainly_prefix):
                for below in _one_below(each, name):
                    if isinstance(below, Obstacle):
                        yield below
                    else:
                        found.append(below if below.override is Override.NONE else _within(below, override))
    yield from found


_STRONGEST_PRIORITY = -(2**63)


def _within(part: Part, override: Override) -> Part:
    return part._replace(override=Override.PERHAPS if part.override is Override.PERHAPS else override)


def discharged(part: Part) -> Iterator[Part]:
    """The definitions that a part is for one option, each with its conditions, its priority and its order.

    As in ``dischargeProperties``, ``filterOverrides`` and ``sortProperties``, one ``mkOverride`` is taken off, then one
    ``mkOrder``; a further property within them is the value.
    """
    value = as_property(part.value)
    match value:
        case ChoiceValue() if len(part.conditions) > MOST_CONDITIONS:
            yield part._replace(value=UnknownValue("one of very many values", value.place), certain=False)
        case ChoiceValue():
            for alternative, condition in branches_of(value):
                conditions = (*part.conditions, condition)
                yield from discharged(part._replace(value=alternative.force(), conditions=conditions))
        case OrderValue() if not part.is_ordered:
            yield from discharged(part._replace(value=value.content.force(), order=value.priority, is_ordered=True))
        case ConditionalValue() | MergeValue() | OverrideValue() | OrderValue() if part.is_ordered:
            yield part._replace(value=value)
        case ConditionalValue() | MergeValue() | OverrideValue() if part.override is Override.PERHAPS:
            yield part._replace(value=UnknownValue(WITHIN, value.place), priority=_STRONGEST_PRIORITY, certain=False)
        case ConditionalValue() | MergeValue() | OverrideValue() if part.override is Override.AROUND:
            yield part._replace(value=value)
        case ConditionalValue():
            pending = (*part.pending, value.condition)
            yield from discharged(part._replace(value=value.content.force(), pending=pending))
        case MergeValue():
            yield from _merged(part, value, discharged)
        case OverrideValue():
            content = value.content.force()
            yield from discharged(part._replace(value=content, priority=value.priority, override=Override.AROUND))
        case _:
            yield part


def pushed_down(part: Part) -> Iterator[Part]:
    """The sets that a part is, without the properties around them: each alternative by itself.

    As in ``pushDownProperties``, what stays around the values below is in ``inner``.
    """
    for each in discharged(part):
        yield from _flattened(each, True)


def _flattened(part: Part, certainly_prefix: bool) -> Iterator[Part]:
    value = as_property(part.value)
    # Only one option takes 'mkOrder' off, and only a set of options passes on what is within it: there nobody knows.
    override = Override.PERHAPS if part.is_ordered else part.override
    match value:
        case ChoiceValue() if len(part.conditions) > MOST_CONDITIONS:
            yield part._replace(value=UnknownValue("one of very many values", value.place), certain=False)
        case ChoiceValue():
            for alternative, condition in branches_of(value):
                conditions = (*part.conditions, condition)
                yield from _flattened(part._replace(value=alternative.force(), conditions=conditions), certainly_prefix)
        case MergeValue():
            certain = part.certain and certainly_prefix and not part.is_ordered
            within = part._replace(override=override, certain=certain)
            yield from _merged(within, value, lambda each: _flattened(each, certainly_prefix))
        case ConditionalValue() | OverrideValue() | OrderValue():
            inner = (*part.inner, value)
            within = part._replace(value=value.content.force(), inner=inner, override=override)
            yield from _flattened(within, certainly_prefix)
        case _:
            yield part


def branches_of(choice: ChoiceValue) -> Iterator[tuple[Thunk, Value]]:
    """The values that a choice is between, each with its condition."""
    for index, alternative in enumerate(choice.alternatives):
        yield alternative, choice.condition if index == 0 else choice.otherwise or choice.condition


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
        case NegationValue():
            return reason_of(value.condition)
        case StringValue():
            return "".join(part if isinstance(part, str) else _name_of(part) for part in value.parts)
        case _:
            return "a value that is not known"


def _name_of(part: Value) -> str:
    return f"<{part.dotted}>" if isinstance(part, SymbolValue) else "<…>"


def _contended(parts: list[Part], weakest: int = PLAIN_PRIORITY) -> list[Part]:
    """Parts of what may be one option: a stronger one takes the place of the weaker ones, whatever is in them.

    Where they stand above several options, they do not touch each other, so nobody can tell. Parts weaker than
    ``weakest`` yield to definitions that are not among these, such as those of NixOS itself.
    """
    best = min([weakest, *(part.priority for part in parts if part.decided is not None)])
    return [part if part.priority <= best else _doubted(part) for part in parts]


def _doubted_by_value(part: Part) -> Part:
    """A part of which nothing at all is known may be ``mkIf false …`` after all."""
    value = part.value
    return part._replace(conditions=(*part.conditions, value)) if isinstance(value, UnknownValue) else part


def _reason_for_doubt(value: Value) -> str:
    is_property = isinstance(value, UnknownValue) and value.reason == WITHIN
    return WITHIN if is_property else "a name that is not known"


def _doubted(part: Part) -> Part:
    doubt = UnknownValue("a stronger definition around it may take its place", part.name_place)
    return part._replace(conditions=(*part.conditions, doubt))


def _one_below(part: Part, name: str | None) -> Iterator[Part | Obstacle]:
    match part.value:
        case AttrsValue():
            yield from _attribute_below(part, part.value, name)
        case UnknownValue() | SymbolValue() | CallValue():
            if part.decided is not None:
                yield Obstacle(reason_of(part.value), part.value.place or part.name_place)
        case FunctionValue() | PrimitiveValue() | PathValue() | StringValue():
            if part.decided is not None:
                yield Obstacle("a module in place of a set", part.value.place or part.name_place)
        case _:
            return  # Nix refuses a definition of another kind above an option.


def _attribute_below(part: Part, value: AttrsValue, name: str | None) -> Iterator[Part | Obstacle]:
    entry = value.entries.get(name) if name is not None else None
    if entry is not None:
        yield _below(part, entry)
    for dynamic in value.dynamic:
        if name is None or may_be(dynamic.name, name):
            yield _below(part, dynamic.entry)._replace(certain=False)
    if value.unknowns and part.decided is not None:
        for unknown in value.unknowns:
            yield Obstacle(reason_of(unknown), unknown.place)


def _merged(part: Part, merge: MergeValue, go_on: Callable[[Part], Iterator[Part]]) -> Iterator[Part]:
    if part.merges > _MOST_MERGES:
        yield part._replace(value=UnknownValue("one of very many values", merge.place), certain=False)
    else:
        yield from _each_merged(part._replace(merges=part.merges + 1), merge.contents.force(), go_on)


def _each_merged(part: Part, contents: Value, go_on: Callable[[Part], Iterator[Part]]) -> Iterator[Part]:
    match contents:
        case ListValue():
            for element in contents.elements:
                yield from go_on(part._replace(value=element.force()))
            for unknown in contents.unknowns:
                doubt = UnknownValue("whether it is among the definitions", unknown.place)
                yield from go_on(part._replace(value=unknown.force(), conditions=(*part.conditions, doubt)))
        case ChoiceValue():
            for alternative, condition in branches_of(contents):
                conditions = (*part.conditions, condition)
                yield from _each_merged(part._replace(conditions=conditions), alternative.force(), go_on)
        case _:
            reason = UnknownValue(f"a list that is not known: {reason_of(contents)}", contents.place)
            yield part._replace(value=reason, certain=False)


def _below(part: Part, entry: Entry) -> Part:
    value = entry.value.force()
    for around in reversed(part.inner):
        value = around._replace(content=Known(value))
    return part._replace(
        value=value,
        name_place=entry.name_place or part.name_place,
        order=PLAIN_ORDER,
        is_ordered=False,
        inner=(),
    )
