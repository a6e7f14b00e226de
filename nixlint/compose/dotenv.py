"""Environment files in Compose's dialect: ``.env``, ``--env-file`` and ``env_file``.

Quotes are taken off, ``${NAME}`` is replaced unless in single quotes, `` #`` begins a comment, ``export`` may stand
before a name (docs.docker.com, 'Set environment variables', 'Env file syntax'; compose-go, ``dotenv/parser.go``). The
engines' own ``--env-file`` does none of that: see :func:`engine_reads`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .interpolation import InvalidTemplate, RequiredVariable, substitute
from .node import ComposeError

_BLANKS = "\t\v\f\r \x85\xa0"
_ESCAPE = re.compile(r'\\(?:[abcfnrtv$"\\]|0\d{0,3})')
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", '"': '"', "\\": "\\"}


def parse_dotenv(text: str, lookup: Callable[[str], str | None] = lambda _: None) -> dict[str, str]:
    """The variables of a file. ``lookup`` gives those that are set before it and win in replacements.

    Raises :class:`ComposeError` that names the line.
    """
    return _Parser(text.removeprefix("\ufeff"), lookup).parse()


def engine_reads(text: str) -> dict[str, str] | None:
    """What ``docker run --env-file`` and ``podman run --env-file`` make of a file: lines as they are.

    ``None`` where an engine refuses it, or takes a value from its own environment.
    """
    found: dict[str, str] = {}
    for line in text.removeprefix("\ufeff").splitlines():
        stripped = line.lstrip()
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.partition("=")
        if not equals or not name or any(character in name for character in " \t"):
            return None
        found[name] = value
    return found


class _Parser:
    def __init__(self, text: str, lookup: Callable[[str], str | None]) -> None:
        self._rest = text
        self._text = text
        self._lookup = lookup
        self._found: dict[str, str] = {}

    def parse(self) -> dict[str, str]:
        while self._to_statement():
            name, is_inherited = self._name()
            if " " in name:
                raise self._error("key cannot contain a space")
            if is_inherited:
                value = self._lookup(name)
                if value is not None:
                    self._found[name] = value
            else:
                self._found[name] = self._value()
        return self._found

    @property
    def _line(self) -> int:
        return self._text[: len(self._text) - len(self._rest)].count("\n") + 1

    def _error(self, message: str) -> ComposeError:
        return ComposeError(f"line {self._line}: {message}")

    def _to_statement(self) -> bool:
        while True:
            self._rest = self._rest.lstrip()
            if not self._rest.startswith("#"):
                return bool(self._rest)
            self._rest = self._rest.partition("\n")[2]

    def _name(self) -> tuple[str, bool]:
        if re.match(r"export\s+", self._rest):
            self._rest = self._rest.removeprefix("export").lstrip(_BLANKS)
        name, is_inherited, offset = "", False, 0
        for index, character in enumerate(self._rest):
            if character in "=:\n":
                name, offset, is_inherited = self._rest[:index], index + 1, character == "\n"
                break
            if not (character in _BLANKS or character in "_.-[]" or character.isalpha() or character.isnumeric()):
                raise self._error(f'unexpected character "{character}" in a variable\'s name')
        self._rest = self._rest[offset:].lstrip(_BLANKS) if offset else ""
        return name.rstrip(), is_inherited

    def _value(self) -> str:
        quote = self._rest[:1]
        if quote not in ('"', "'") or not quote:
            value, _, self._rest = self._rest.partition("\n")
            return self._expand(value.partition(" #")[0].rstrip())
        characters: list[str] = []
        is_escaped = False
        for index, character in enumerate(self._rest[1:], 1):
            if character == quote and not is_escaped:
                self._rest = self._rest[index + 1 :]
                value = "".join(characters)
                return value if quote == "'" else self._expand(_ESCAPE.sub(_unescaped, value))
            if character == "\\" and not is_escaped:
                is_escaped = True
                continue
            if is_escaped and character != quote:
                characters.append("\\")
            is_escaped = False
            characters.append(character)
        raise self._error("unterminated quoted value")

    def _expand(self, value: str) -> str:
        if "$" not in value:
            return value
        try:
            return substitute(value, _Layered(self._lookup, self._found)).text
        except (InvalidTemplate, RequiredVariable) as error:
            raise self._error(str(error)) from None


class _Layered(dict[str, str]):
    def __init__(self, lookup: Callable[[str], str | None], found: dict[str, str]) -> None:
        super().__init__(found)
        self._first = lookup

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]  # narrower on purpose
        first = self._first(name)
        return super().get(name, default) if first is None else first


def _unescaped(match: re.Match[str]) -> str:
    text = match.group()
    if text == r"\$":
        return "$$"
    if text.startswith(r"\0"):
        digits = text[2:]
        return chr(int(digits, 8)) if re.fullmatch(r"[0-7]{3}", digits) else text
    return _ESCAPES.get(text[1], text)
