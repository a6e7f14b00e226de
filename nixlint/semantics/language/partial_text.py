"""What is certain of strings of which only parts are known."""

from __future__ import annotations

from collections.abc import Iterable

from .budget import nested
from .symbols import is_path_of_secret
from .values import ChoiceValue, NullValue, StringValue, SymbolValue, Value

MAX_TEXT = 1_000_000
"""How many characters a text may have that is put together; one that doubles with each step would fill the memory."""
_SIZE_OF_UNKNOWN = 16
"""A part that is no text counts as so many characters."""
_NEVER_SECRET = ("/etc/resolv.conf", "/etc/hosts", "/nix/")
"""Where nobody has a secret put: sops-nix and agenix put it below ``/run`` by default."""
TOO_LONG = "a text that is too long to work out"
"""Why a text is not known that would be longer."""


def joined(parts: Iterable[str | Value]) -> tuple[str | Value, ...] | None:
    """The parts of a string with neighbouring texts made one, and empty ones left out; ``None`` where that is too long."""
    result: list[str | Value] = []
    run: list[str] = []
    length = 0
    for part in parts:
        if isinstance(part, str):
            run.append(part)
            length += len(part)
            if length > MAX_TEXT:
                return None
        else:
            result.extend(_run_of(run))
            run = []
            result.append(part)
            length += _SIZE_OF_UNKNOWN
            if length > MAX_TEXT:
                return None
    return (*result, *_run_of(run))


def _run_of(texts: list[str]) -> tuple[str, ...]:
    whole = texts[0] if len(texts) == 1 else "".join(texts)
    return (whole,) if whole else ()


def beginning(value: StringValue) -> str:
    """The text that a string certainly starts with."""
    return value.parts[0] if value.parts and isinstance(value.parts[0], str) else ""


def ending(value: StringValue) -> str:
    """The text that a string certainly ends with."""
    return value.parts[-1] if value.parts and isinstance(value.parts[-1], str) else ""


def equal_texts(left: StringValue, right: StringValue) -> bool | None:
    """Whether two strings are equal; ``None`` where that is not known."""
    one, other = left.text, right.text
    if one is not None and other is not None:
        return one == other
    if not _may_meet(beginning(left), beginning(right)) or not _may_meet(ending(left)[::-1], ending(right)[::-1]):
        return False
    for known, partial in ((one, right), (other, left)):
        if known is not None and sum(len(part) for part in partial.parts if isinstance(part, str)) > len(known):
            return False
    return None


def starts_with(value: StringValue, prefix: str) -> bool | None:
    """Whether a string starts with a text; ``None`` where that is not known."""
    return _begins(beginning(value), prefix, value.text is not None)


def ends_with(value: StringValue, suffix: str) -> bool | None:
    """Whether a string ends with a text; ``None`` where that is not known."""
    return _begins(ending(value)[::-1], suffix[::-1], value.text is not None)


@nested(True)
def may_be(name: Value, text: str) -> bool:
    """Whether an attribute name that is not wholly known may be this text."""
    match name:
        case SymbolValue(path=start) | StringValue(parts=(SymbolValue(path=start), *_)) if is_path_of_secret(start):
            return not text.startswith(_NEVER_SECRET)
        case StringValue():
            return equal_texts(name, StringValue((text,))) is not False
        case NullValue():
            return False
        case ChoiceValue():
            return any(may_be(alternative.force(), text) for alternative in name.alternatives)
        case _:
            return True


def _may_meet(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _begins(known: str, wanted: str, whole: bool) -> bool | None:
    if known.startswith(wanted):
        return True
    return None if not whole and wanted.startswith(known) else False
