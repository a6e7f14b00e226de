"""Secrets among the words of a command line or of a shell script, and how such words take them from a variable.

What counts is where a text stands: a whole argument, or what stands behind an option or a key that names a secret. A part
of a word is never one, but for the password of a URL and what stands right behind an option of one letter (``-phunter2``).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import NamedTuple, TypeAlias

from nixlint.compose.interpolation import InvalidTemplate, Piece, RequiredVariable, pieces
from nixlint.compose.node import Node, Scalar, Sequence, text_of, walk
from nixlint.compose.short_forms import split_words
from nixlint.deployment.parts import Variable
from nixlint.secrets.names import NameClass, classify_name
from nixlint.secrets.parts import secret_parts_of_command, secret_parts_of_text
from nixlint.syntax.place import Place

from .known_secrets import KnownSecrets, is_plain, is_setting, names_secret


class Hidden(NamedTuple):
    """A secret in a word: its value, and the variable that holds it, if one does."""

    value: str
    variable: str


Word: TypeAlias = "tuple[str | Hidden, ...]"
"""A word in parts."""


class SecretWords:
    """Finds the secrets in the words of one service."""

    def __init__(self, known: KnownSecrets, service: str, environment: Mapping[str, str]) -> None:
        self._known = known
        self._values = known.of(service)
        self._variables = known.variables_of(service)
        self._environment = environment
        self._names: dict[str, str] = {}
        self._needed: dict[str, str] = {}

    def need(self, hidden: Iterable[Hidden]) -> str:
        """Note that the container has to have the variables of secrets, and give their names."""
        found = {each.variable: each.value for each in hidden}
        self._needed |= found
        return ", ".join(found)

    def needed(self, place: Place) -> tuple[Variable, ...]:
        """The variables that words of the container take secrets from."""
        return tuple(Variable(name, value, place, True) for name, value in self._needed.items())

    def of_command(self, *nodes: Node | None) -> tuple[tuple[Word, ...], ...]:
        """The words of the parts of one command, an entry point and what follows it: each a list, or a line that Compose
        splits. The one behind a shell's ``-c`` is a script. A line in which a secret would be split is one secret word.
        """
        marks = _Marks(node for node in nodes if node is not None)
        parts = [self._split(node, marks) for node in nodes]
        words = self._taken_apart([word for part in parts for word in part], marks)
        found, position = [], 0
        for part in parts:
            found.append(words[position : position + len(part)])
            position += len(part)
        return tuple(found)

    def of_script(self, scalar: Scalar) -> Word:
        """A text that a shell reads."""
        marks = _Marks([scalar])
        return marks.parts(self._in_script(self._of_variables(scalar, marks), marks))

    def _split(self, node: Node | None, marks: _Marks) -> list[str]:
        match node:
            case Sequence():
                return [self._of_variables(item, marks) for item in node.items if isinstance(item, Scalar)]
            case Scalar() if node.value is not None:
                marked = split_words(self._of_variables(node, marks)).words
                if tuple(marks.plain(word) for word in marked) == split_words(text_of(node.value)).words:
                    return list(marked)
                return [self._marked(text_of(node.value), "", marks)]
            case _:
                return []

    def _taken_apart(self, words: list[str], marks: _Marks) -> tuple[Word, ...]:
        script = script_index(words)
        spans: dict[int, list[tuple[int, int, str]]] = {}
        for index, start, end, _ in secret_parts_of_command(words):
            if index != script:
                spans.setdefault(index, []).append((start, end, _name_before(words, index, start)))
        found: list[str] = []
        for index, word in enumerate(words):
            if index == script:
                found.append(self._in_script(word, marks))
            elif word in self._values and self._known.is_evidence(word):
                found.append(self._marked(word, "", marks))
            else:
                found.append(self._behind_letter(self._spans_marked(word, spans.get(index, []), marks), marks))
        return tuple(marks.parts(word) for word in found)

    def _of_variables(self, scalar: Scalar, marks: _Marks) -> str:
        """A text with marks for what variables of secrets made."""
        value = text_of(scalar.value)
        if scalar.template is None:
            return value
        try:
            found = pieces(scalar.template, self._environment)
        except (InvalidTemplate, RequiredVariable):
            return value
        if "".join(piece.text for piece in found) != value:
            return value
        return "".join(self._of_piece(piece, marks) for piece in found)

    def _of_piece(self, piece: Piece, marks: _Marks) -> str:
        name = names_secret(piece.variables, piece.text)
        return piece.text if name is None else self._marked(piece.text, name, marks)

    def _in_script(self, text: str, marks: _Marks) -> str:
        """A script with marks for the secrets in it."""
        parts = [(part.start, part.end, _named_before(text, part.start)) for part in secret_parts_of_text(text)]
        text = self._spans_marked(text, parts, marks)
        for value in self._values:
            if value in text and self._known.is_evidence(value):
                text = _alone(value).sub(lambda match: self._marked(match.group(), "", marks), text)
            elif value and f"-p{value}" in text:
                text = _behind_p(value).sub(lambda match: self._marked(match.group(), "", marks), text)
        return text

    def _behind_letter(self, word: str, marks: _Marks) -> str:
        """A word with a mark for the known secret right behind an option of one letter, as in ``-phunter2``."""
        match = _BEHIND_LETTER.fullmatch(word)
        return match[1] + self._marked(match[2], "", marks) if match is not None and match[2] in self._values else word

    def _spans_marked(self, text: str, spans: list[tuple[int, int, str]], marks: _Marks) -> str:
        """A text with marks for parts of it, each with the name at which it stands; plain ones stay."""
        found: list[str] = []
        position = 0
        for start, end, name in spans:
            value = text[start:end]
            is_named = classify_name(name) in (NameClass.HIDE, NameClass.PUBLIC)
            if start < position or is_plain(value) or marks.are_in(value) or (is_named and is_setting(value)):
                continue
            found += [text[position:start], self._marked(value, name, marks)]
            position = end
        return "".join([*found, text[position:]])

    def _marked(self, value: str, name: str, marks: _Marks) -> str:
        """A mark for a value that stands at a name: under the variable that holds it already, or else under a new one."""
        variable = self._values.get(value, "")
        if not _IDENTIFIER.fullmatch(variable):
            fit = _UNFIT.sub("_", name).strip("_").upper() or "SECRET"
            wanted = name if name in self._environment else f"COMMAND_{fit}"
            variable = next(each for each in _numbered(wanted) if self._is_free(each, value))
        self._names.setdefault(variable, value)
        return marks.mark(Hidden(value, variable))

    def _is_free(self, variable: str, value: str) -> bool:
        """Whether nothing else has the name of a variable."""
        return self._names.get(variable, value) == value and self._variables.get(variable, value) == value


class _Marks:
    """Characters that stand for secrets in texts: some of Unicode's private use that none of the texts has."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        texts = [text_of(each.value) for node in nodes for _, each in walk(node) if isinstance(each, Scalar)]
        used = {character for text in texts for character in text}
        self._free = (character for character in map(chr, range(0xE200, 0xF8FF)) if character not in used)
        self._hidden: dict[str, Hidden] = {}

    def mark(self, hidden: Hidden) -> str:
        mark = next(self._free)
        self._hidden[mark] = hidden
        return mark

    def are_in(self, text: str) -> bool:
        return any(mark in text for mark in self._hidden)

    def plain(self, text: str) -> str:
        return "".join(self._hidden[each].value if each in self._hidden else each for each in text)

    def parts(self, text: str) -> Word:
        found: list[str | Hidden] = []
        for character in text:
            hidden = self._hidden.get(character)
            if hidden is not None:
                found.append(hidden)
            elif found and isinstance(found[-1], str):
                found[-1] += character
            else:
                found.append(character)
        return tuple(found)


def _name_before(words: list[str], index: int, start: int) -> str:
    """The name at which a part of a word stands: before it in the word, or the word before."""
    return _named_before(words[index], start) if start else words[index - 1] if index else ""


def _named_before(text: str, start: int) -> str:
    """The last name in a text before a position."""
    names = _NAME.findall(text[max(0, start - _LONGEST_NAME) : start])
    return names[-1] if names and "://" not in text[max(0, start - _LONGEST_NAME) : start] else ""


_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_LONGEST_NAME = 60
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_UNFIT = re.compile(r"[^A-Za-z0-9]+")
_BEHIND_LETTER = re.compile(r"(-[A-Za-z])(.+)", re.DOTALL)


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}_{number}" for number in count(2))


def _alone(value: str) -> re.Pattern[str]:
    """Where a value is a whole argument of a script, or right behind an option of one letter."""
    return re.compile(rf"(?:(?<![^\s\"'=])|(?<=\s-[A-Za-z])){re.escape(value)}(?![^\s\"';|&)])")


def _behind_p(value: str) -> re.Pattern[str]:
    return re.compile(rf"(?<=\s-p){re.escape(value)}(?![^\s\"';|&)])")


_SHELLS = frozenset("sh bash ash dash zsh ksh".split())
_SCRIPT_FLAG = re.compile(r"-[a-z]*c")


def script_index(words: Iterable[str]) -> int | None:
    """Which of the words of a command is a script: the one behind the ``-c`` of a shell; ``None`` where none is."""
    listed = list(words)
    if not listed or listed[0].rpartition("/")[2] not in _SHELLS:
        return None
    for index, word in enumerate(listed[1:-1], 1):
        if _SCRIPT_FLAG.fullmatch(word):
            return index + 1
        if not word.startswith("-"):
            return None
    return None


def hidden_in(word: Word) -> tuple[Hidden, ...]:
    """The secrets in a word."""
    return tuple(part for part in word if isinstance(part, Hidden))


def shown(word: Word) -> str:
    """A word in which ``${NAME}`` stands for a secret: a text for a person, which no program expands."""
    return "".join(part if isinstance(part, str) else f"${{{part.variable}}}" for part in word)


def in_shell(word: Word) -> str:
    """A word of a command, quoted for a shell that takes the secrets in it from variables."""
    return (
        "".join(f'"${{{part.variable}}}"' if isinstance(part, Hidden) else shlex.quote(part) for part in word if part)
        or "''"
    )


def in_script(script: Word) -> str | None:
    """A script that takes its secrets from variables; ``None`` where it is not certain that a shell would put them in."""
    text = "".join(part for part in script if isinstance(part, str))
    nests = "$(" in text or "`" in text
    if "<<" in text or (nests and "'" in text):
        return None
    found: list[str] = []
    quote = ""
    for part in script:
        if isinstance(part, Hidden):
            if part.value.strip(_SAFE) != "":
                return None
            found.append(
                {"": f'"${{{part.variable}}}"', '"': f"${{{part.variable}}}"}.get(quote, f"'\"${{{part.variable}}}\"'")
            )
            continue
        found.append(part)
        quote = _quote_after(part, quote)
    return "".join(found)


_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+./:@%,=^~"
"""Characters that a shell takes as they are, so that it is all the same whether a text has them or a variable."""


def _quote_after(text: str, quote: str) -> str:
    """Which quote is open behind a text, with one open before it or ``''``."""
    index = 0
    while index < len(text):
        character = text[index]
        if character == "\\" and quote != "'":
            index += 1
        elif character in "\"'" and quote in ("", character):
            quote = "" if quote else character
        index += 1
    return quote
