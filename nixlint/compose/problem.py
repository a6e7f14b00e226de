"""Why a project can't be loaded, and what a person should know of one that can, in words that hold none of its values.

A Compose file may hold a password in any text, and an error is printed, logged and stored. So a message is a sentence of
this program with gaps, and what fills a gap is a :class:`Shown`, which is made of a key, of a word of the specification,
of a number or of the path of a file; there is no way to make one of a value. Where a value belongs, the sentence has an
ellipsis, and the place says where to look. ``tests/compose/test_no_value_in_a_message.py`` holds the rest of it: a
sentence is written out where an error is raised, and is never put together from other texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nixlint.secrets import masking
from nixlint.syntax.place import Place
from nixlint.syntax.span import Span

NOWHERE = Place(Path(), Span(0, 0))
"""The place of what no file says: a default of the specification."""
_LONGEST = 120
"""More characters of one part are of no use to a reader."""
_MOST = 12
"""More names in a row are of no use either."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A part of a message that is no value of a file."""

    text: str

    @staticmethod
    def key(name: str) -> Shown:
        """The key of a mapping: the name of a service, of a variable, of a setting."""
        return Shown(_clipped(name))

    @staticmethod
    def keys(names: Sequence[str], separator: str = ", ") -> Shown:
        """Several keys of a mapping."""
        shown = [_clipped(name) for name in names[:_MOST]]
        return Shown(separator.join([*shown, *(["…"] if len(names) > _MOST else [])]))

    @staticmethod
    def path(keys: Sequence[str]) -> Shown:
        """Keys from the top of a file."""
        return Shown(_clipped(".".join(keys)))

    @staticmethod
    def word(word: str) -> Shown:
        """A word of the specification, or of a program that this one rests on: a type, a choice, an error."""
        return Shown(word)

    @staticmethod
    def number(number: int) -> Shown:
        """A number that was counted here: a limit, a line, an index."""
        return Shown(str(number))

    @staticmethod
    def file(path: Path) -> Shown:
        """The path of a file that was read, or that a person has named to this program."""
        return Shown(_clipped(str(path)))


def _clipped(text: str) -> str:
    """A name as a message may have it: people have written a token where a name belongs."""
    text = masking.shown_name(text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


class ComposeError(Exception):
    """A Compose project that can't be loaded: ``message`` says why, ``place`` where, if somewhere in a file.

    The sentence has ``{}`` for each of ``parts``, and an ellipsis where it speaks of a value.
    """

    def __init__(self, sentence: str, place: Place | None = None, *parts: Shown) -> None:
        self.message = sentence.format(*(part.text for part in parts))
        super().__init__(self.message)
        self.place = None if place is None or place == NOWHERE else place

    def at(self, place: Place) -> ComposeError:
        """The same with a place, where it has none."""
        if self.place is None and place != NOWHERE:
            self.place = place
        return self

    def within(self, opening: str, place: Place, *parts: Shown) -> ComposeError:
        """The same with words before it that say where."""
        error = ComposeError(opening, place, *parts)
        error.message += self.message
        error.args = (error.message,)
        return error


class Warned:
    """Something about a project that a person should know, though it loads; made as :class:`ComposeError` is.

    ``loses_text`` says that what is written there is not what comes of it, and hardly meant.
    """

    __slots__ = ("loses_text", "message", "place")

    def __init__(self, sentence: str, place: Place | None = None, *parts: Shown, loses_text: bool = False) -> None:
        self.message = sentence.format(*(part.text for part in parts))
        self.place = place
        self.loses_text = loses_text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Warned) and (self.message, self.place) == (other.message, other.place)

    def __hash__(self) -> int:
        return hash((self.message, self.place))
