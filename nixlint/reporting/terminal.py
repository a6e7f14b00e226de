"""What may reach a terminal: text without secrets and control characters, colours where they are wanted, widths.

Everything that a report quotes goes through :func:`visible` once, whether it comes from a source file, from a file's name
or from a message.
"""

from __future__ import annotations

import os
import shlex
from typing import NamedTuple, TextIO

from nixlint.secrets.masking import Shown, shown_prose

_HIDDEN = frozenset(
    [
        *range(0x20),  # C0: escape sequences start here
        *range(0x7F, 0xA0),  # delete, and C1, which some terminals obey
        0xAD,  # soft hyphen
        0x61C,  # Arabic letter mark
        *range(0x200B, 0x2010),  # zero width, and marks of direction
        *range(0x2028, 0x202F),  # line and paragraph separator, embeddings and overrides of direction
        *range(0x2060, 0x2070),  # word joiner, invisible operators, isolates of direction
        0xFEFF,  # byte order mark
        *range(0xFFF9, 0xFFFC),  # interlinear annotation
        *range(0xE0000, 0xE0080),  # tags
        *range(0xD800, 0xE000),  # surrogates: bytes that are not UTF-8
    ]
)


def visible(text: str) -> str:
    """A text as it may be written to a terminal: secrets masked, and escapes for what a terminal may obey, or not show.

    What is :class:`Shown` has been masked by those who know more of it than that it is a sentence.
    """
    return escaped(text if isinstance(text, Shown) else shown_prose(text))


def escaped(text: str) -> str:
    """The text with every character that a terminal may obey, or not show, as an escape such as ``\\x1b``.

    It masks nothing: it is for texts of nixlint itself, and for the frame of a source, which is masked as a whole.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(character) if ord(character) in _HIDDEN else character for character in text)


def shell_word(text: str) -> str:
    """A text as one word of a shell, to be copied from a terminal: what a terminal may obey is an escape of the shell's.

    POSIX.1-2024, 'Shell Command Language', 2.2.4 Dollar-Single-Quotes.
    """
    if visible(text) == text:
        return shlex.quote(text)
    pieces = []
    for character in text:
        if ord(character) in _HIDDEN:
            pieces += [f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape")]
        else:
            pieces.append(f"\\{character}" if character in "\\'" else character)
    return f"$'{''.join(pieces)}'"


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"


def cell_width(text: str) -> int:
    """How many columns a text that is :func:`visible` takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1 for character in text)


class Style(NamedTuple):
    """How to write to one stream: with colours or without, and how wide it is; ``None`` for any width."""

    colours: bool
    width: int | None

    def bold(self, text: str) -> str:
        """The text in bold."""
        return self._in("1", text)

    def faint(self, text: str) -> str:
        """The text, less conspicuous."""
        return self._in("2", text)

    def coloured(self, text: str, colour: str) -> str:
        """The text in bold and in one of the colours ``red``, ``green``, ``yellow``, ``blue`` and ``cyan``."""
        return self._in(f"1;{_COLOURS[colour]}", text)

    def _in(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colours and text else text


_COLOURS = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "cyan": 36}


def style_for(stream: TextIO, colour: str = "auto") -> Style:
    """The style for a stream; ``colour`` is ``auto``, ``always`` or ``never``.

    ``auto`` follows ``NO_COLOR`` (no-color.org), ``FORCE_COLOR`` and ``CLICOLOR_FORCE`` (bixense.com/clicolors),
    ``TERM=dumb``, and whether the stream is a terminal. A stream that is none has no width.
    """
    terminal = stream.isatty()
    return Style(_wants_colours(terminal) if colour == "auto" else colour == "always", _width(stream, terminal))


def _wants_colours(terminal: bool) -> bool:
    environment = os.environ
    if environment.get("NO_COLOR"):
        return False
    if any(environment.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return terminal and environment.get("TERM") != "dumb"


_MOST_DIGITS = 6
"""Of a width that is one; Python makes no number of very many digits."""


def _width(stream: TextIO, terminal: bool) -> int | None:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and len(columns) <= _MOST_DIGITS and int(columns) > 0:
        return max(int(columns), 40)
    if not terminal:
        return None
    try:
        return max(os.get_terminal_size(stream.fileno()).columns, 40)
    except OSError:
        return 80


def wrapped(text: str, width: int | None, indent: str, taken: int = 0) -> str:
    """The text in lines of at most ``width`` columns, broken at blanks, with all lines after the first indented.

    ``taken`` is how many columns of the first line are taken already.
    """
    if width is None:
        return text
    words = text.split(" ")
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if cell_width(longer) + (taken if len(lines) == 1 else 0) > width:
            lines.append(indent + word)
        else:
            lines[-1] = longer
    return "\n".join(lines)
