"""What an expression of Nix may be, as far as one can tell without running Nix.

A value is known, or partly known, or unknown with a reason. Attribute values and list elements are thunks: they are
worked out when somebody asks. A set may be *open*: it holds the attributes that are listed, and perhaps others.
Making a text, a list or a set, and forcing a thunk, draws on the budget in force (:mod:`.budget`), whoever does it.
What the module system wraps around a value (``mkIf``, ``mkMerge``, priorities) is a value too. Every value knows where
it was written, as far as it was written anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self, TypeAlias, Union

from nixlint.syntax.place import Place

from .budget import METER, TOO_DEEP, TOO_MUCH

if TYPE_CHECKING:
    from nixlint.syntax import views

    from .scope import Scope


class Thunk(Protocol):
    """A value that is worked out on demand, once."""

    @property
    def place(self) -> Place | None:
        """Where its expression stands."""
        ...

    def force(self) -> Value:
        """The value; never raises, and ends on every input."""
        ...

    def once(self) -> Value:
        """The value, not kept: a large one need not stay in memory, but is worked out anew for whoever asks next."""
        ...


class NullValue(NamedTuple):
    """``null``."""

    place: Place | None = None


class BoolValue(NamedTuple):
    """``true`` or ``false``."""

    value: bool
    place: Place | None = None


class IntValue(NamedTuple):
    """An integer."""

    value: int
    place: Place | None = None


class FloatValue(NamedTuple):
    """A floating point number."""

    value: float
    place: Place | None = None


class _StringFields(NamedTuple):
    parts: tuple[str | Value, ...]
    place: Place | None


class StringValue(_StringFields):
    """A string: text, and between it what was interpolated and has no known text (a symbol, a path, an unknown)."""

    __slots__ = ()

    def __new__(cls, parts: tuple[str | Value, ...], place: Place | None = None) -> Self:
        """Make a string, and count its characters."""
        if parts:
            size = len(parts[0]) if len(parts) == 1 else sum(map(len, parts))
            METER.budget.took(text=size)
        return tuple.__new__(cls, (parts, place))

    @classmethod
    def _make(cls, iterable: Iterable[object]) -> Self:  # type: ignore[override]  # of the class itself
        return cls(*iterable)  # type: ignore[arg-type]  # what _replace gives is of the kinds of the fields

    @property
    def text(self) -> str | None:
        """The text where all of it is known."""
        texts = [part for part in self.parts if isinstance(part, str)]
        return "".join(texts) if len(texts) == len(self.parts) else None


class PathValue(NamedTuple):
    """A path, absolute and normalised as Nix does it; the file need not exist."""

    path: Path
    place: Place | None = None


class _ListFields(NamedTuple):
    elements: tuple[Thunk, ...]
    unknowns: tuple[Thunk, ...]
    place: Place | None


class ListValue(_ListFields):
    """A list. With ``unknowns`` it is open: among the elements may stand any number of others, each like one of these."""

    __slots__ = ()

    def __new__(cls, elements: tuple[Thunk, ...], unknowns: tuple[Thunk, ...] = (), place: Place | None = None) -> Self:
        """Make a list, and count its elements."""
        METER.budget.took(elements=len(elements) + len(unknowns))
        return tuple.__new__(cls, (elements, unknowns, place))

    @classmethod
    def _make(cls, iterable: Iterable[object]) -> Self:  # type: ignore[override]  # of the class itself
        return cls(*iterable)  # type: ignore[arg-type]  # what _replace gives is of the kinds of the fields


class Entry(NamedTuple):
    """An attribute of a set: its value, and where its name stands."""

    value: Thunk
    name_place: Place | None = None


class DynamicEntry(NamedTuple):
    """An attribute whose name could not be worked out; ``name`` is what is known of it."""

    name: Value
    entry: Entry


class _AttrsFields(NamedTuple):
    entries: Mapping[str, Entry]
    dynamic: tuple[DynamicEntry, ...]
    unknowns: tuple[Value, ...]
    place: Place | None


class AttrsValue(_AttrsFields):
    """An attribute set. With ``dynamic`` or ``unknowns`` it is open: it may have further attributes, for these reasons.

    ``place`` is that of the set as written, where one literal holds it all; it is what an insertion needs.
    """

    __slots__ = ()

    def __new__(
        cls,
        entries: Mapping[str, Entry],
        dynamic: tuple[DynamicEntry, ...] = (),
        unknowns: tuple[Value, ...] = (),
        place: Place | None = None,
    ) -> Self:
        """Make a set, and count its attributes."""
        METER.budget.took(elements=len(entries) + len(dynamic) + len(unknowns))
        return tuple.__new__(cls, (entries, dynamic, unknowns, place))

    @classmethod
    def _make(cls, iterable: Iterable[object]) -> Self:  # type: ignore[override]  # of the class itself
        return cls(*iterable)  # type: ignore[arg-type]  # what _replace gives is of the kinds of the fields

    @property
    def is_open(self) -> bool:
        """Whether it may have attributes that are not listed."""
        return bool(self.dynamic or self.unknowns)


class FunctionValue(NamedTuple):
    """A function written in Nix, with the scope it was written in."""

    function: views.Lambda
    scope: Scope
    place: Place | None = None


class PrimitiveValue(NamedTuple):
    """A function of ``builtins`` or ``lib`` that is modelled, perhaps with its first arguments."""

    name: str
    arguments: tuple[Thunk, ...] = ()
    place: Place | None = None


class Resolver(Protocol):
    """One evaluation of modules, which knows what a name stands for in it."""

    def resolve(self, path: tuple[str, ...]) -> Value | None:
        """What is at a path such as ``config.services.x``; ``None`` where that is not certain."""
        ...

    def argument(self, name: str) -> Value | None:
        """A further argument that its modules are given; ``None`` where nothing is known of it."""
        ...


class SymbolValue(NamedTuple):
    """Something that is known by name alone: ``config.services.x``, ``pkgs.hello``, a flake input, a module argument.

    ``resolver`` is there where the name belongs to one evaluation of modules that may know more of it.
    """

    path: tuple[str, ...]
    place: Place | None = None
    resolver: Resolver | None = None

    @property
    def dotted(self) -> str:
        """The name with dots: ``pkgs.writeText``."""
        return ".".join(self.path)


class CallValue(NamedTuple):
    """A call of something that is known by name alone: ``pkgs.writeText "name" text``, with all arguments so far."""

    callee: SymbolValue
    arguments: tuple[Thunk, ...]
    place: Place | None = None


class ChoiceValue(NamedTuple):
    """One of several values, depending on a condition that is not known.

    Where it is known which of two alternatives the condition chooses, ``otherwise`` is the condition of the second.
    """

    condition: Value
    alternatives: tuple[Thunk, ...]
    place: Place | None = None
    otherwise: NegationValue | None = None


class NegationValue(NamedTuple):
    """The opposite of a condition that is not known: that of the other branch of an ``if``."""

    condition: Value
    place: Place | None = None


class ConditionalValue(NamedTuple):
    """``mkIf condition content``."""

    condition: Thunk
    content: Thunk
    place: Place | None = None


class MergeValue(NamedTuple):
    """``mkMerge [ … ]``; ``contents`` is a list."""

    contents: Thunk
    place: Place | None = None


class OverrideValue(NamedTuple):
    """``mkOverride priority content``; ``mkForce`` is 50, ``mkDefault`` 1000, a plain definition 100."""

    priority: int
    content: Thunk
    place: Place | None = None


class OrderValue(NamedTuple):
    """``mkOrder priority content``; ``mkBefore`` is 500, ``mkAfter`` 1500."""

    priority: int
    content: Thunk
    place: Place | None = None


class UnknownValue(NamedTuple):
    """A value of which nothing is known, and why; ``is_error`` where Nix certainly ends its evaluation with an error."""

    reason: str
    place: Place | None = None
    is_error: bool = False
    file: Path | None = None
    """The file that could not be read, where that is why."""


Value: TypeAlias = Union[
    NullValue,
    BoolValue,
    IntValue,
    FloatValue,
    StringValue,
    PathValue,
    ListValue,
    AttrsValue,
    FunctionValue,
    PrimitiveValue,
    SymbolValue,
    CallValue,
    ChoiceValue,
    NegationValue,
    ConditionalValue,
    MergeValue,
    OverrideValue,
    OrderValue,
    UnknownValue,
]


Property: TypeAlias = Union[ConditionalValue, MergeValue, OverrideValue, OrderValue]
PROPERTIES = (ConditionalValue, MergeValue, OverrideValue, OrderValue)
"""What ``mkIf`` and the like make: for the language a set with a ``_type``, for us a value of its own."""
UNSETTLED = (UnknownValue, SymbolValue, CallValue, ChoiceValue, NegationValue)
"""Values that may turn out to be of any kind."""


def unknown_because(value: Value, otherwise: str, place: Place | None = None) -> UnknownValue:
    """What comes of a value that is not known: unknown for its reason, or else for the reason given."""
    match value:
        case UnknownValue():
            return value
        case SymbolValue():
            name = value.dotted or "an argument"
            return UnknownValue(f"{name} is not known", value.place or place)
        case CallValue():
            return UnknownValue(f"the result of {value.callee.dotted} is not known", value.place or place)
        case ChoiceValue() | NegationValue():
            return unknown_because(value.condition, "a condition that is not known", value.place or place)
        case _:
            return UnknownValue(otherwise, place)


def error(reason: str, place: Place | None = None) -> UnknownValue:
    """What comes of an expression that Nix refuses to evaluate: it is unknown, and nothing that needs it is known."""
    return UnknownValue(reason, place, is_error=True)


def is_error(value: Value) -> bool:
    """Whether Nix certainly ends the evaluation of a value with an error."""
    return isinstance(value, UnknownValue) and value.is_error


def member_of(value: Value, otherwise: str, place: Place | None = None) -> Value:
    """What may be a member of a list or a set that is not known; of one with a name, a symbol below that name."""
    if isinstance(value, SymbolValue):
        return SymbolValue((*value.path, "<name>"), value.place or place)
    return unknown_because(value, otherwise, place)


class Known:
    """A thunk whose value is already there."""

    __slots__ = ("_value",)

    def __init__(self, value: Value) -> None:
        self._value = value

    @property
    def place(self) -> Place | None:
        """Where the value was written."""
        return self._value.place

    def force(self) -> Value:
        """The value."""
        budget = METER.budget
        budget.visits -= 1
        return self._value if budget.visits >= 0 else UnknownValue(TOO_MUCH, self._value.place)

    def once(self) -> Value:
        """The value."""
        return self.force()


class Deferred:
    """A thunk whose value is computed at most once; a value that needs itself is unknown."""

    __slots__ = ("_compute", "_place", "_value")

    def __init__(self, compute: Callable[[], Value], place: Place | None) -> None:
        METER.budget.took(elements=1)
        self._compute: Callable[[], Value] | None = compute
        self._place = place
        self._value: Value | None = None

    @property
    def place(self) -> Place | None:
        """Where its expression stands."""
        return self._place

    def force(self) -> Value:
        """The value."""
        budget = METER.budget
        budget.visits -= 1
        if budget.visits < 0:
            return UnknownValue(TOO_MUCH, self._place)
        if self._value is not None:
            return self._value
        if self._compute is None:
            return UnknownValue("a value that depends on itself", self._place)
        compute, self._compute = self._compute, None
        try:
            self._value = compute()
        except RecursionError:
            self._value = UnknownValue(TOO_DEEP, self._place)
        return self._value

    def once(self) -> Value:
        """The value, not kept, unless somebody else has asked for it before."""
        compute = self._compute
        value = self.force()
        if compute is not None:
            self._compute, self._value = compute, None
        return value
