"""Environment files in Compose's dialect: ``.env``, ``--env-file`` and ``env_file``.

Quotes are taken off, ``${NAME}`` is replaced unless in single quotes, `` #`` begins a comment, ``export`` may stand
before a name (docs.docker.com, 'Set environment variables', 'Env file syntax'; compose-go, ``dotenv/parser.go``). The
engines' own ``--env-file`` does none of that: see :func:`engine_reads`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from nixlint.containers.languages.environment_files import environment_line

from .budget import Budget
from .interpolation import InvalidTemplate, RequiredVariable, substitute
from .problem import ComposeError, Shown

_BLANKS = "\t\v\f\r \x85\xa0"
_ESCAPE = re.compile(r'\\(?:[abcfnrtv$"\\]|0\d{0,3})')
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", '"': '"', "\\": "\\"}


def parse_dotenv(
    text: str,
    lookup: Callable[[str], str | None] = lambda _: None,
    budget: Budget | None = None,
    earlier: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The variables of a file. ``lookup`` gives those that are set before it and win in replacements, ``earlier`` those of
    files before it, which replacements take where the file itself has not set them.

    Raises :class:`ComposeError` that names the line, also where replacements come to more than the budget has.
    """
    return _Parser(text.removeprefix("\ufeff"), lookup, budget or Budget(), earlier or {}).parse()


def engine_reads(text: str) -> dict[str, str] | None:
    """What ``docker run --env-file`` and ``podman run --env-file`` make of a file: lines as they are.

    ``None`` where an engine refuses it, or takes a value from its own environment.
    """
    found: dict[str, str] = {}
    for line in text.removeprefix("\ufeff").split("\n"):
        stripped = line.removesuffix("\r").lstrip()
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.partition("=")
        if not equals or environment_line(name, value) is None:
            return None
        found[name] = value
    return found


def raw_variables(text: str) -> dict[str, str]:
    """The variables of a file in the format ``raw``: lines as they are, those without a value left out."""
    lines = (line.removesuffix("\r").lstrip() for line in text.removeprefix("\ufeff").split("\n"))
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, equals, value in pairs if equals}


class _Parser:
    """Reads a file once from its beginning to its end."""

    def __init__(
        self, text: str, lookup: Callable[[str], str | None], budget: Budget, earlier: Mapping[str, str]
    ) -> None:
        self._text = text
        self._position = 0
        self._budget = budget
        self._found: dict[str, str] = {}
        self._known = _Layered(lookup, self._found, earlier)

    def parse(self) -> dict[str, str]:
        while self._to_statement():
            name, is_inherited = self._name()
            if " " in name:
                raise self._error("key cannot contain a space")
            if is_inherited:
                value = self._known.before(name)
                if value is not None:
                    self._found[name] = value
            else:
                self._found[name] = self._value()
        return self._found

    def _error(self, what: str) -> ComposeError:
        line = self._text.count("\n", 0, self._position) + 1
        return ComposeError("line {}: {}", None, Shown.number(line), Shown.word(what))

    def _to_statement(self) -> bool:
        while True:
            self._skip(_SPACES)
            if not self._text.startswith("#", self._position):
                return self._position < len(self._text)
            end = self._text.find("\n", self._position)
            self._position = len(self._text) if end < 0 else end + 1

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._position)
        assert match is not None
        self._position = match.end()

    def _name(self) -> tuple[str, bool]:
        if _EXPORT.match(self._text, self._position):
            self._position += len("export")
            self._skip(_LEADING)
        match = _NAME_END.search(self._text, self._position)
        end = len(self._text) if match is None else match.start()
        name = self._text[self._position : end]
        if any(not _is_allowed(character) for character in name):
            raise self._error("unexpected character in a variable's name")
        if match is None:
            self._position = len(self._text)
            return "", False
        self._position = match.end()
        self._skip(_LEADING)
        return name.rstrip(), match.group() == "\n"

    def _value(self) -> str:
        quote = self._text[self._position : self._position + 1]
        if quote not in ('"', "'") or not quote:
            end = self._text.find("\n", self._position)
            end = len(self._text) if end < 0 else end
            value = self._text[self._position : end]
            self._position = min(end + 1, len(self._text))
            return self._expand(value.partition(" #")[0].rstrip())
        return self._quoted(quote)

    def _quoted(self, quote: str) -> str:
        characters: list[str] = []
        is_escaped = False
        start = self._position + 1
        for match in _QUOTED_PART.finditer(self._text, start):
            part = match.group()
            if part == quote and not is_escaped:
                self._position = match.end()
                value = "".join(characters)
                return value if quote == "'" else self._expand(_ESCAPE.sub(_unescaped, value))
            if part == "\\" and not is_escaped:
                is_escaped = True
                continue
            if is_escaped and part[0] != quote:
                characters.append("\\")
            is_escaped = False
            characters.append(part)
        raise self._error("unterminated quoted value")

    def _expand(self, value: str) -> str:
        if "$" not in value:
            return value
        try:
            return substitute(value, self._known, self._budget).text
        except InvalidTemplate:
            raise self._error("a ${ begins no variable") from None
        except RequiredVariable as error:
            raise ComposeError("required variable {} is missing a value", None, Shown.key(error.name)) from None


_SPACES = re.compile(r"\s*")
_LEADING = re.compile(f"[{_BLANKS}]*")
_EXPORT = re.compile(r"export\s+")
_NAME_END = re.compile("[=:\n]")
_QUOTED_PART = re.compile(r"""["'\\]|[^"'\\]+""")


def _is_allowed(character: str) -> bool:
    return character in _BLANKS or character in "_.-[]" or character.isalpha() or character.isnumeric()


class _Layered(Mapping[str, str]):
    """The variables that were set before a file, those that the file has set so far, and those of files before it."""

    def __init__(self, before: Callable[[str], str | None], found: dict[str, str], earlier: Mapping[str, str]) -> None:
        self.before = before
        self._found = found
        self._earlier = earlier

    def __getitem__(self, name: str) -> str:
        before = self.before(name)
        if before is not None:
            return before
        return self._found[name] if name in self._found else self._earlier[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _unescaped(match: re.Match[str]) -> str:
    text = match.group()
    if text == r"\$":
        return "$$"
    if text.startswith(r"\0"):
        digits = text[2:]
        return chr(int(digits, 8)) if re.fullmatch(r"[0-7]{3}", digits) else text
    return _ESCAPES.get(text[1], text)
