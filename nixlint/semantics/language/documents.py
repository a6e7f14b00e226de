"""JSON and TOML that anybody may have written, read within bounds.

Python's own readers raise several kinds of errors for a document that is no good (a number of thousands of digits, brackets
without end), and :mod:`tomllib` needs memory by the square of a dotted key's length. Here every such document is one
:class:`DocumentError`. Nothing else in nixlint reads JSON or TOML that it has not written itself.
"""

from __future__ import annotations

import re

MAX_KEY_PARTS = 100
"""How many names a dotted key may have."""


class DocumentError(ValueError):
    """A document that cannot be read, and why; ``line`` and ``column`` where that is known."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def read_json(text: str) -> object:
    """The data of a JSON document. Raises :class:`DocumentError` where it is none, or says ``NaN`` or ``Infinity``."""
    import json

    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise DocumentError(error.msg, error.lineno, error.colno) from error
    except RecursionError as error:
        raise DocumentError("nested too deeply") from error
    except ValueError as error:
        raise DocumentError("a number that is too long") from error


def read_toml(text: str) -> dict[str, object]:
    """The data of a TOML document. Raises :class:`DocumentError` where it is none."""
    import tomllib

    found = _LONG_KEY.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start(1)) + 1
        raise DocumentError(f"a key of more than {MAX_KEY_PARTS} names", line, 1)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _toml_error(str(error)) from error
    except (ValueError, OverflowError, RecursionError) as error:
        raise DocumentError("a number is too long, or lists are too deeply nested") from error


_KEY = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(
    rf"""(?:^|[{{,\[])[ \t]*({_KEY}(?:[ \t]*\.[ \t]*{_KEY}){{{MAX_KEY_PARTS},{MAX_KEY_PARTS}}})""", re.MULTILINE
)
_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


def _toml_error(text: str) -> DocumentError:
    """What :mod:`tomllib` says, and the place, which it gives in words alone."""
    found = _PLACE.fullmatch(text)
    if found is None:
        return DocumentError(text)
    return DocumentError(found[1], int(found[2]), int(found[3])) if found[2] else DocumentError(found[1])


def _refuse(text: str) -> object:
    raise ValueError(text)
