"""How much work and memory the evaluation of one thing may take, counted where values are made and looked at.

A :class:`Budget` is one amount. At any moment one budget is *in force* (:func:`spending`), and everything draws on it
without being told to: a thunk that is forced, a list, a set or a text that is made, a function that goes through values
(:func:`nested`). So nothing has to remember to count. Once a budget is spent, every thunk is unknown for the reason that
the budget gives, and whatever goes through values comes to its end by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")
_O = TypeVar("_O")

MAX_STEPS = 60_000
"""How many expressions one interpreter may work out. The hosts of real repositories take up to six thousand."""
MAX_VISITS = 250_000
"""How often it may look at values. The hosts of real repositories take up to thirty thousand."""
MAX_ELEMENTS = 120_000
"""How many elements all lists and sets together may have that are made, the short-lived ones included.

The hosts of real repositories make up to eleven thousand.
"""
MAX_TEXT = 20_000_000
"""How many characters all texts together may have that are made."""
MAX_NESTING = 150
"""How deep values may nest that are gone through as a whole."""
_NO_LIMIT = 2**62

TOO_MUCH = "too much to work out"
TOO_DEEP = "nested too deeply to work out"
"""Why a value is not known where a budget was spent, or at the bound of depth."""


class Budget:
    """Steps of evaluation, looks at values, and elements and characters that are made: what is left of each."""

    __slots__ = ("_visits_left", "elements", "steps", "text", "visits")

    def __init__(
        self,
        steps: int = MAX_STEPS,
        visits: int = MAX_VISITS,
        elements: int = MAX_ELEMENTS,
        text: int = MAX_TEXT,
    ) -> None:
        self.steps = steps
        self.visits = visits
        """Below zero as soon as anything is used up, so that the one look at it that every thunk takes is enough."""
        self.elements = elements
        self.text = text
        self._visits_left: int | None = None

    @classmethod
    def without_limit(cls) -> Budget:
        """A budget that nothing exhausts."""
        return cls(_NO_LIMIT, _NO_LIMIT, _NO_LIMIT, _NO_LIMIT)

    @classmethod
    def of_file(cls, size: int) -> Budget:
        """The budget of all that is worked out for one file of so many bytes: a file of many hosts may well take more."""
        return cls(200_000 + 2 * size, 800_000 + 40 * size, 300_000 + 20 * size, 60_000_000 + 100 * size)

    @property
    def is_spent(self) -> bool:
        """Whether anything of it is used up."""
        return self.visits < 0

    @property
    def left(self) -> tuple[int, int, int, int]:
        """What is left of the steps, the visits, the elements and the text."""
        visits = self.visits if self._visits_left is None else self._visits_left
        return self.steps, visits, self.elements, self.text

    def took(self, steps: int = 0, visits: int = 0, elements: int = 0, text: int = 0) -> None:
        """Count what was done, or was made."""
        self.steps -= steps
        self.visits -= visits
        self.elements -= elements
        self.text -= text
        if (self.steps < 0 or self.elements < 0 or self.text < 0) and self.visits >= 0:
            self._visits_left, self.visits = self.visits, -1


class Meter:
    """Which budget is in force, and how deep the work is nested."""

    __slots__ = ("budget", "nesting")

    def __init__(self) -> None:
        self.budget = Budget.without_limit()
        self.nesting = 0


METER = Meter()
"""The one meter of the process, which works on one thing at a time."""


@contextmanager
def spending(budget: Budget) -> Iterator[Budget]:
    """Put a budget in force, unless the one before is spent. What is spent of it until the end is spent of that one, too."""
    before = METER.budget
    if before.is_spent or before is budget:
        yield before
        return
    at_first = budget.left
    METER.budget = budget
    try:
        yield budget
    finally:
        METER.budget = before
        before.took(*(then - now for then, now in zip(at_first, budget.left, strict=True)))


@contextmanager
def spending_apart(budget: Budget) -> Iterator[Budget]:
    """Put a budget in force whose spending is nobody else's: for what many will use, whoever happens to ask first."""
    before = METER.budget
    METER.budget = budget
    try:
        yield budget
    finally:
        METER.budget = before


def nested(otherwise: _O) -> Callable[[Callable[_P, _R]], Callable[_P, _R | _O]]:
    """Bound a function that calls itself for the parts of a value: in depth, and by the budget.

    ``otherwise`` is what it gives where the value is nested too deeply or the budget is spent: that nothing is known.
    """

    def bound(function: Callable[_P, _R]) -> Callable[_P, _R | _O]:
        @wraps(function)
        def call(*args: _P.args, **kwargs: _P.kwargs) -> _R | _O:
            budget = METER.budget
            budget.visits -= 1
            if budget.visits < 0 or METER.nesting >= MAX_NESTING:
                return otherwise
            METER.nesting += 1
            try:
                return function(*args, **kwargs)
            finally:
                METER.nesting -= 1

        return call

    return bound
