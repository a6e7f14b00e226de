"""What values of JSON are like: checked once when they come from a file, so that nothing else need be careful.

A file of the cache may hold anything. One whose values are not all of the kinds that were written is as if it were not
there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

# What JSON gives is whatever stands in the file; that is what is checked here.
Plain: TypeAlias = Any
Shape: TypeAlias = Callable[[Plain], bool]


def is_text(value: Plain) -> bool:
    """A text that can be encoded, as names and messages can."""
    return type(value) is str and (value.isascii() or _is_encodable(value))


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def is_latin(value: Plain) -> bool:
    """A text each of whose characters stands for one byte."""
    return type(value) is str and all(each < "\u0100" for each in value)


def is_flag(value: Plain) -> bool:
    """True or false."""
    return type(value) is bool


def is_count(value: Plain) -> bool:
    """A number from zero up that fits into a machine's word."""
    return type(value) is int and 0 <= value < 1 << 63


def is_position(value: Plain) -> bool:
    """A number from one up, as lines and columns have."""
    return is_count(value) and value > 0


def below(limit: int) -> Shape:
    """A number from zero up to one less than a limit: an index into a list of that length."""
    return lambda value: type(value) is int and 0 <= value < limit


def maybe(shape: Shape) -> Shape:
    """Nothing, or something of a shape."""
    return lambda value: value is None or shape(value)


def list_of(shape: Shape) -> Shape:
    """A list whose elements all have a shape."""
    return lambda value: type(value) is list and all(map(shape, value))


def row(*shapes: Shape) -> Shape:
    """A list of as many elements as there are shapes, each of its own."""
    length = len(shapes)

    return lambda value: (
        type(value) is list
        and len(value) == length
        and all(shape(each) for shape, each in zip(shapes, value, strict=True))
    )


def table_of(shape: Shape) -> Shape:
    """A table from texts to values of a shape."""
    return lambda value: type(value) is dict and all(map(is_text, value)) and all(map(shape, value.values()))


def one_of(*values: str) -> Shape:
    """One of some texts."""
    known = frozenset(values)
    return lambda value: type(value) is str and value in known
