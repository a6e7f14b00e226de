"""The patterns of ``.gitignore``: one matcher for ignore files and for the patterns in ``nixlint.toml``.

It answers as git does (gitignore(5); git, ``dir.c`` and ``wildmatch.c``), byte by byte, and always in a time that grows
with the length of pattern and path alone: after a ``*`` the first place where the rest fits is as good as any other, so
that nothing is ever tried twice.

Names are texts in which each character stands for one byte (:func:`as_bytes`), for ``?`` is one byte to git.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

MAX_IGNORE_FILE = 256 * 1024
"""How many bytes an ignore file may have; the largest collections of patterns that people copy have some 30 kB."""


class BadPattern(ValueError):
    """A pattern that can match nothing, and why."""

    def __init__(self, pattern: str, reason: str) -> None:
        super().__init__(f"the pattern '{pattern}' matches nothing: {reason}")


def as_bytes(name: str) -> str:
    """A name with one character for each of its bytes."""
    return name if name.isascii() else os.fsencode(name).decode("latin-1")


class IgnorePatterns:
    """Patterns in the order in which they are written; the last one that matches decides."""

    def __init__(self, patterns: Iterable[_Pattern]) -> None:
        self._names: dict[str, list[_Pattern]] = {}
        self._paths: dict[str, list[_Pattern]] = {}
        self._globs: list[_Pattern] = []
        found = list(patterns)
        for pattern in reversed(found):
            if pattern.literal is None:
                self._globs.append(pattern)
            else:
                place = self._names if pattern.is_of_name else self._paths
                place.setdefault(pattern.literal, []).append(pattern)
        self.is_empty = not found
        self.cost = 1 + sum(pattern.cost for pattern in self._globs)
        """How many steps a question takes at most."""

    @classmethod
    def of_file(cls, data: bytes) -> IgnorePatterns:
        """The patterns of an ignore file. A bad pattern matches nothing there, as with git."""
        return cls(_patterns_of(_lines(data)))

    def verdict(self, path: str, name: str, is_folder: bool) -> bool | None:
        """Whether a path relative to the patterns' folder is ignored (or taken in again); ``None`` where none matches.

        ``name`` is the last component of ``path``. What is in an ignored folder is ignored; that is for the caller to know.
        """
        best: _Pattern | None = None
        for literals in (self._names.get(name), self._paths.get(path)):
            for pattern in literals or ():
                if (is_folder or not pattern.is_for_folders) and (best is None or pattern.number > best.number):
                    best = pattern
                    break
        for pattern in self._globs:
            if best is not None and pattern.number < best.number:
                break
            if (is_folder or not pattern.is_for_folders) and pattern.matches(name if pattern.is_of_name else path):
                best = pattern
                break
        return None if best is None else not best.is_negated


class PathPatterns:
    """Patterns of which none may be bad, asked about whole paths."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Raises :class:`BadPattern`."""
        self._patterns = IgnorePatterns(_checked(patterns))
        self._folders: dict[str, bool] = {"": False}

    def match(self, path: str) -> bool:
        """Whether a file's path, relative to the patterns' folder, is matched, or a folder that it is in."""
        if self._patterns.is_empty:
            return False
        text = as_bytes(path)
        above, _, name = text.rpartition("/")
        return self._is_folder_matched(above) or self._patterns.verdict(text, name, is_folder=False) is True

    def _is_folder_matched(self, folder: str) -> bool:
        waiting: list[str] = []
        while folder not in self._folders:
            waiting.append(folder)
            folder = folder.rpartition("/")[0]
        found = self._folders[folder]
        for each in reversed(waiting):
            found = found or self._patterns.verdict(each, each.rpartition("/")[2], is_folder=True) is True
            self._folders[each] = found
        return found


class _Pattern(NamedTuple):
    number: int
    is_negated: bool
    is_for_folders: bool
    is_of_name: bool
    """Whether it is about the last component of a path, wherever that is."""
    literal: str | None
    matches: Callable[[str], bool]
    cost: int


def _lines(data: bytes) -> Iterator[str]:
    """The lines of an ignore file, without what git takes for no part of them."""
    for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        yield line.removesuffix(b"\r").partition(b"\0")[0].decode("latin-1")


def _patterns_of(lines: Iterable[str]) -> Iterator[_Pattern]:
    for number, line in enumerate(lines):
        try:
            pattern = _pattern(line, number)
        except BadPattern:
            continue
        if pattern is not None:
            yield pattern


def _checked(patterns: Iterable[str]) -> Iterator[_Pattern]:
    for number, text in enumerate(patterns):
        pattern = _pattern(as_bytes(text), number, text)
        if pattern is not None:
            yield pattern


def _pattern(line: str, number: int, shown: str = "") -> _Pattern | None:
    """A line of an ignore file; ``None`` where it is blank or a comment. Raises :class:`BadPattern`."""
    text = _without_trailing_blanks(line)
    if not text or text.startswith("#"):
        return None
    is_negated = text.startswith("!")
    text = text[1:] if is_negated else text
    is_for_folders = text.endswith("/")
    text = text[:-1] if is_for_folders else text
    if not text:
        raise BadPattern(shown or line, "it names nothing")
    is_of_name = "/" not in text
    try:
        literal, matches, cost = _of_name(text) if is_of_name else _of_path(text.removeprefix("/"))
    except _Bad as bad:
        raise BadPattern(shown or line, str(bad)) from None
    return _Pattern(number, is_negated, is_for_folders, is_of_name, literal, matches, cost)


def _without_trailing_blanks(line: str) -> str:
    """A line without the blanks at its end, but for one after a backslash."""
    end = 0
    at = 0
    while at < len(line):
        if line[at] == "\\":
            at += 2
            end = min(at, len(line))
        else:
            at += 1
            if line[at - 1] != " ":
                end = at
    return line[:end]


# -- what stands in a pattern -----------------------------------------------------------------------------------


class _Bad(Exception):
    pass


class _Star(NamedTuple):
    """Any characters but a slash; ``**`` where it is a whole component: any components."""

    length: int


class _Slash(NamedTuple):
    """A slash. One with a backslash before it does not let the ``**`` before it stand for nothing."""

    is_escaped: bool


_Piece = str | frozenset[int] | _Star | _Slash
"""A character, a set of them, or what stands for more."""
_ANY_BYTE = frozenset(range(256))
_SPECIAL = frozenset("*?[\\")


def _pieces(text: str) -> Iterator[_Piece]:
    at = 0
    while at < len(text):
        character = text[at]
        at += 1
        match character:
            case "*":
                start = at - 1
                while text[at : at + 1] == "*":
                    at += 1
                yield _Star(at - start)
            case "?":
                yield _ANY_BYTE
            case "/":
                yield _Slash(is_escaped=False)
            case "[":
                members, at = _bracket(text, at)
                yield members
            case "\\":
                if at == len(text):
                    raise _Bad("a backslash at its end stands for nothing")
                yield _Slash(is_escaped=True) if text[at] == "/" else text[at]
                at += 1
            case _:
                yield character


_CLASSES: dict[str, frozenset[int]] = {
    name: frozenset(code for code in range(128) if test(chr(code)))
    for name, test in {
        "alnum": str.isalnum,
        "alpha": str.isalpha,
        "blank": " \t".__contains__,
        "cntrl": lambda each: each < " " or each == "\x7f",
        "digit": str.isdigit,
        "graph": lambda each: "!" <= each <= "~",
        "lower": str.islower,
        "print": lambda each: " " <= each <= "~",
        "punct": lambda each: "!" <= each <= "~" and not each.isalnum(),
        "space": " \t\n\v\f\r".__contains__,
        "upper": str.isupper,
        "xdigit": "0123456789abcdefABCDEF".__contains__,
    }.items()
}


def _bracket(text: str, at: int) -> tuple[frozenset[int], int]:
    """The bytes of a bracket expression that begins before ``at``, and where it ends (git, ``wildmatch.c``)."""
    is_negated = text[at : at + 1] in ("!", "^")
    at += is_negated
    members: set[int] = set()
    before: int | None = None
    is_first = True
    while is_first or text[at : at + 1] != "]":
        is_first = False
        character = text[at : at + 1]
        if not character:
            raise _Bad("a '[' has no ']'")
        if character == "\\":
            at += 1
            before = _code(text, at)
            members.add(before)
        elif character == "-" and before is not None and text[at + 1 : at + 2] not in ("", "]"):
            at += 1
            if text[at] == "\\":
                at += 1
            last = _code(text, at)
            # A range that goes down adds nothing to its first byte, which is a member already.
            members.update(range(before, last + 1))
            before = None
        elif character == "[" and text[at + 1 : at + 2] == ":":
            end = text.find("]", at + 2)
            if end < 0:
                raise _Bad("a '[' has no ']'")
            if end > at + 2 and text[end - 1] == ":":
                name = text[at + 2 : end - 1]
                if name not in _CLASSES:
                    raise _Bad(f"there is no class of characters '{name}'")
                members |= _CLASSES[name]
                before, at = None, end
            else:
                before = ord("[")
                members.add(before)
        else:
            before = ord(character)
            members.add(before)
        at += 1
    return (_ANY_BYTE - members if is_negated else frozenset(members)) - {ord("/")}, at + 1


def _code(text: str, at: int) -> int:
    if at >= len(text):
        raise _Bad("a '[' has no ']'")
    return ord(text[at])


# -- matching ---------------------------------------------------------------------------------------------------


def _of_name(text: str) -> tuple[str | None, Callable[[str], bool], int]:
    """A pattern about one component."""
    if _SPECIAL.isdisjoint(text):
        return text, text.__eq__, 1
    return _component([piece for piece in _pieces(text) if not isinstance(piece, _Slash)])


def _of_path(text: str) -> tuple[str | None, Callable[[str], bool], int]:
    """A pattern about a whole path: what precedes its first special character as it is, and the rest by components."""
    start = next((at for at, character in enumerate(text) if character in _SPECIAL), len(text))
    prefix, rest = text[:start], text[start:]
    if not rest:
        return prefix, prefix.__eq__, 1
    parts, cost = _components(list(_pieces(rest)))

    def matches(path: str) -> bool:
        return path.startswith(prefix) and _match_components(parts, path[start:].split("/"))

    return None, matches, cost


_Part = Callable[[str], bool] | None
"""What one component has to be, or ``None`` for any number of them."""


def _components(pieces: list[_Piece]) -> tuple[list[_Part], int]:
    parts: list[_Part] = []
    cost = 0
    current: list[_Piece] = []
    for piece in (*pieces, None):
        if piece is not None and not isinstance(piece, _Slash):
            current.append(piece)
            continue
        match current:
            case [_Star(length=length)] if length > 1:
                # Two of them in a row match no more than one does.
                if not parts or parts[-1] is not None:
                    parts.append(None)
                if piece is None or piece.is_escaped:
                    parts.append(_anything)
                cost += 8
            case _:
                _, matches, steps = _component(current)
                parts.append(matches)
                cost += 8 * steps
        current = []
    return parts, cost


def _anything(_component: str) -> bool:
    return True


def _match_components(parts: list[_Part], names: list[str]) -> bool:
    at = here = 0
    resume = begun = -1
    while here < len(names):
        part = parts[at] if at < len(parts) else _nothing
        if part is None:
            at += 1
            resume, begun = at, here
        elif part(names[here]):
            at += 1
            here += 1
        elif resume >= 0:
            begun += 1
            at, here = resume, begun
        else:
            return False
    return all(part is None for part in parts[at:])


def _nothing(_component: str) -> bool:
    return False


def _component(pieces: Sequence[_Piece]) -> tuple[str | None, Callable[[str], bool], int]:
    """What one component has to be: its text where only one will do, and how to tell, with the cost of it."""
    segments: list[list[str | frozenset[int]]] = [[]]
    for piece in pieces:
        if isinstance(piece, _Star):
            segments.append([])
        elif not isinstance(piece, _Slash):
            segments[-1].append(piece)
    cost = 2 * len(segments)
    texts = [_text(segment) for segment in segments]
    if len(texts) == 1 and texts[0] is not None:
        return texts[0], texts[0].__eq__, 1
    if None in texts:
        return None, _by_expression(segments), 4 * cost
    known = [text for text in texts if text is not None]
    if len(known) == 2 and not known[0]:
        return None, lambda name: name.endswith(known[1]), cost
    return None, lambda name: _match_segments(known, name), cost


def _text(segment: list[str | frozenset[int]]) -> str | None:
    """The text that a segment is, ``None`` where it is more than one."""
    letters = [piece for piece in segment if isinstance(piece, str)]
    return "".join(letters) if len(letters) == len(segment) else None


def _match_segments(segments: Sequence[str], name: str) -> bool:
    """Whether a name is made of some texts in their order, with anything between them."""
    first, *middle, last = segments
    end = len(name) - len(last)
    if end < len(first) or not name.startswith(first) or not name.endswith(last):
        return False
    at = len(first)
    for segment in middle:
        if segment:
            found = name.find(segment, at, end)
            if found < 0:
                return False
            at = found + len(segment)
    return True


def _by_expression(segments: list[list[str | frozenset[int]]]) -> Callable[[str], bool]:
    first, *others = ["".join(_expression(piece) for piece in segment) for segment in segments]
    text = first
    if others:
        *middle, last = others
        text += "".join(f"(?>.*?{segment})" for segment in middle if segment) + f".*{last}"
    shortest = sum(map(len, segments))
    compiled: list[re.Pattern[str]] = []

    def matches(name: str) -> bool:
        if len(name) < shortest:
            return False
        if not compiled:
            compiled.append(re.compile(text, re.DOTALL))
        return compiled[0].fullmatch(name) is not None

    return matches


def _expression(piece: str | frozenset[int]) -> str:
    if isinstance(piece, str):
        return re.escape(piece)
    if piece == _ANY_BYTE:
        return "."
    return "[" + "".join(f"\\x{code:02x}" for code in sorted(piece)) + "]" if piece else "(?!)"
