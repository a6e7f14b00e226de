"""All regular expressions of nixlint, and texts made of their own pieces on which a bad one takes the square of the length.

An expression is bad where two repetitions may share out one text in many ways, or where a search begins again at each
character of what it has looked through. So each repetition is fed with what it repeats, behind the shortest text that leads
there, and with an end that fits nothing.
"""

from __future__ import annotations

import ast
import re
import signal
import sys
import time
from collections.abc import Iterator
from functools import _lru_cache_wrapper, cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from re import _constants as codes  # type: ignore[attr-defined]  # what an expression is made of
from re import _parser as parser  # type: ignore[attr-defined]
from types import FrameType, ModuleType
from typing import Any, NamedTuple

import nixlint

_ROOT = Path(__file__).parents[2]
_END = "\x00"
_SEARCHES = frozenset({"search", "sub", "subn", "split", "findall", "finditer"})
_METHODS = _SEARCHES | {"match", "fullmatch"}
_NAMES = {codes.CATEGORY_SPACE: " ", codes.CATEGORY_DIGIT: "1", codes.CATEGORY_WORD: "a"}

Pieces = Any
"""What the parser of Python's own library makes of an expression."""


class Found(NamedTuple):
    """An expression, where it stands, and the methods by which it is asked."""

    pattern: re.Pattern[Any]
    place: str
    methods: frozenset[str]


class Slow(Exception):
    """An expression has used up its time."""


def all_patterns() -> list[Found]:
    """The expressions that modules hold or make once, and those that stand where they are used."""
    found: dict[re.Pattern[Any], Found] = {}
    for module in _modules():
        for name, value in vars(module).items():
            pattern = _pattern_of(value)
            if pattern is not None and pattern not in found:
                methods = _methods_asked().get(name, frozenset())
                found[pattern] = Found(pattern, f"{module.__name__}.{name}", methods)
        for line, method, pattern in _in_place(module):
            found.setdefault(pattern, Found(pattern, f"{module.__name__}:{line}", frozenset({method})))
    return list(found.values())


def _modules() -> Iterator[ModuleType]:
    for package in (nixlint, import_module("nixlint_rules")):
        for each in walk_packages(package.__path__, f"{package.__name__}."):
            if each.name not in ("nixlint.__main__",):
                yield import_module(each.name)


def _pattern_of(value: object) -> re.Pattern[Any] | None:
    if isinstance(value, re.Pattern):
        return value
    if isinstance(value, _lru_cache_wrapper) and not value.__wrapped__.__code__.co_argcount:
        made = value.__wrapped__.__annotations__.get("return", "")
        if str(made).startswith("re.Pattern"):
            pattern = value()
            assert isinstance(pattern, re.Pattern)
            return pattern
    return None


@cache
def _methods_asked() -> dict[str, frozenset[str]]:
    """By the name of an expression, or of the function that makes it, the methods that somebody asks of it."""
    found: dict[str, frozenset[str]] = {}
    for folder in ("nixlint", "rules"):
        for path in (_ROOT / folder).rglob("*.py"):
            for name, method in re.findall(r"\b(\w+)(?:\(\))?\.(\w+)", path.read_text("utf-8")):
                if method in _METHODS:
                    found[name] = found.get(name, frozenset()) | {method}
    return found


def _in_place(module: ModuleType) -> Iterator[tuple[int, str, re.Pattern[Any]]]:
    source = Path(str(module.__file__)).read_text("utf-8")
    if "re." not in source:
        return
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=method), args=[ast.Constant(value=str(text)), *_]
            ) if method in _METHODS:
                yield node.lineno, method, re.compile(text)


def texts_for(found: Found, size: int) -> Iterator[str | bytes]:
    """Texts of about a size on which the expression takes long if it is bad."""
    pattern = found.pattern
    is_text = isinstance(pattern.pattern, str)
    shown = pattern.pattern if is_text else pattern.pattern.decode("latin-1")
    pieces = parser.parse(shown, pattern.flags & ~(re.UNICODE | re.ASCII | re.LOCALE))
    is_search = not found.methods or bool(found.methods & _SEARCHES)
    pumps = set(_pumps(pieces, ""))
    if is_search:
        pumps |= {("", unit) for _, unit in pumps}
    for before, unit in sorted(pumps):
        text = before + unit * (size // len(unit)) + _END
        yield text if is_text else text.encode("latin-1", "replace")


def _pumps(pieces: Pieces, before: str) -> Iterator[tuple[str, str]]:
    for code, value in pieces:
        match code:
            case codes.MAX_REPEAT | codes.MIN_REPEAT | codes.POSSESSIVE_REPEAT:
                unit = _shortest(value[2])
                yield from ((before, each) for each in {unit, *_letters(value[2])} if each)
                yield from _pumps(value[2], before)
            case codes.SUBPATTERN:
                yield from _pumps(value[3], before)
            case codes.ATOMIC_GROUP:
                yield from _pumps(value, before)
            case codes.BRANCH:
                for branch in value[1]:
                    yield from _pumps(branch, before)
            case codes.LITERAL if before:
                yield before[:-1], before[-1] + chr(value)
        before += _shortest([(code, value)])


def _letters(pieces: Pieces) -> Iterator[str]:
    """Characters of each kind that the pieces of a repetition take."""
    for code, value in pieces:
        match code:
            case codes.IN:
                yield from (each for item in value for each in _letters([item]))
            case codes.LITERAL:
                yield chr(value)
            case codes.RANGE:
                yield chr(value[0])
            case codes.CATEGORY:
                yield _NAMES.get(value, "~")
            case codes.NOT_LITERAL | codes.ANY | codes.NEGATE:
                yield from ("~", " ", "a", '"', "\\")
            case codes.SUBPATTERN:
                yield from _letters(value[3])
            case codes.BRANCH:
                yield from (each for branch in value[1] for each in _letters(branch))


def _shortest(pieces: Pieces) -> str:
    """A short text that fits, or nearly: each thing that may be repeated is there once."""
    text = ""
    for code, value in pieces:
        match code:
            case codes.LITERAL:
                text += chr(value)
            case codes.IN:
                text += "~" if value[0][0] is codes.NEGATE else next(_letters(value), "")
            case codes.NOT_LITERAL | codes.ANY:
                text += "~"
            case codes.MAX_REPEAT | codes.MIN_REPEAT | codes.POSSESSIVE_REPEAT:
                text += _shortest(value[2]) * max(1, value[0])
            case codes.SUBPATTERN:
                text += _shortest(value[3])
            case codes.ATOMIC_GROUP:
                text += _shortest(value)
            case codes.BRANCH:
                text += _shortest(value[1][0])
    return text


def seconds_of(found: Found, text: str | bytes, limit: float) -> float:
    """How long the expression takes for a text, asked as it is asked; ``limit`` where that is too long."""

    def give_up(_number: int, _frame: FrameType | None) -> None:
        raise Slow

    signal.signal(signal.SIGPROF, give_up)
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        if not found.methods or found.methods & _SEARCHES:
            for _ in found.pattern.finditer(text):
                pass
        if "match" in found.methods:
            found.pattern.match(text)
        if "fullmatch" in found.methods:
            found.pattern.fullmatch(text)
    except Slow:
        return limit
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return time.process_time() - began


def slow_patterns(size: int, limit: float) -> Iterator[str]:
    """The expressions that take longer than a limit for a text of a size, each with the beginning of the text."""
    for found in all_patterns():
        for text in texts_for(found, size):
            if seconds_of(found, text, limit) >= limit:
                yield f"{found.place}: {text[:30]!r}… takes more than {limit} s"
                break


if __name__ == "__main__":
    for line in slow_patterns(int(sys.argv[1]), float(sys.argv[2])):
        print(line, flush=True)
    print(f"{len(all_patterns())} expressions")
