"""What an answer about a repository rests on: what was looked at in its files until the answer was there.

Whoever keeps an answer for the next time keeps this with it: the answer holds as long as everything that was looked at is
as it was. Nothing is recorded here by guessing: each door to the disk says what went through it.

Some facts about the whole repository are worked out once and used by many (``Repository.remember``). What used one rests on
the fact, and the fact on what was looked at for it. Where a fact's value is plain, it is enough for the others that the
value stays. Where it is not, parts of it may be worked out later, for whoever needs them first; then all that used it rest
on what any of them looked at. A fact that is *bound* records on its own account whatever is worked out in it, whenever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import NamedTuple


class Reading(Enum):
    """A way to look at the disk."""

    CONTENT = "content"
    """The bytes of a file, or that it cannot be read."""
    KIND = "kind"
    """What stands at a path, if anything."""
    NAMES = "names"
    """What stands in a folder."""
    FLAKE = "flake"
    """Where the nearest flake above a path is."""
    FILES = "files"
    """Which files the repository has."""


class Question(NamedTuple):
    """Something that was looked at: how, and the path."""

    reading: Reading
    path: Path


@dataclass(eq=False, slots=True)
class Mention:
    """Which files hold some words, as far as somebody wanted to know: the first few, or all of them."""

    words: tuple[bytes, ...]
    found: list[Path] = field(default_factory=list)
    is_complete: bool = False

    def includes(self, other: Mention) -> bool:
        """Whether it says all that another one of the same words says."""
        return self.is_complete or (not other.is_complete and len(self.found) >= len(other.found))


@dataclass(eq=False, slots=True)
class Dependencies:
    """What one answer rests on: questions, mentions by their words, and the names of facts."""

    questions: dict[Question, None] = field(default_factory=dict)
    mentions: dict[tuple[bytes, ...], list[Mention]] = field(default_factory=dict)
    facts: dict[str, None] = field(default_factory=dict)

    def include(self, other: Dependencies) -> None:
        """Rest on everything that another answer rests on."""
        self.questions.update(other.questions)
        for words, found in other.mentions.items():
            self.mentions.setdefault(words, []).extend(found)
        self.facts.update(other.facts)

    def furthest_mentions(self) -> Iterator[Mention]:
        """For each words the mention that says most."""
        for found in self.mentions.values():
            furthest = found[0]
            for mention in found[1:]:
                furthest = mention if mention.includes(furthest) else furthest
            yield furthest


@dataclass(eq=False, slots=True)
class Fact:
    """A fact about the repository. ``value`` is a text that stands for all of it, ``None`` where it has none."""

    dependencies: Dependencies = field(default_factory=Dependencies)
    value: str | None = None
    is_bound: bool = False


class Recorder:
    """Records what the answers of a run rest on, each while it is being worked out."""

    def __init__(self) -> None:
        self.facts: dict[str, Fact] = {}
        self.answers: dict[Question, str] = {}
        """What was seen, but for contents, of which those know who read them."""
        self.is_stable = True
        """Whether the same look always showed the same: otherwise somebody changed the files meanwhile."""
        self._open: list[Dependencies] = []
        self._all: list[Dependencies] = []

    @contextmanager
    def recording(self) -> Iterator[Dependencies]:
        """Record what is looked at from here on, until the end of the block."""
        dependencies = Dependencies()
        self._all.append(dependencies)
        self._open.append(dependencies)
        try:
            yield dependencies
        finally:
            self._open.pop()

    def fact(self, name: str, *, is_bound: bool = False) -> Fact:
        """The fact of a name; what is being worked out rests on it."""
        fact = self.facts.get(name)
        if fact is None:
            fact = self.facts[name] = Fact(is_bound=is_bound)
            self._all.append(fact.dependencies)
        return fact

    @contextmanager
    def recording_for(self, dependencies: Dependencies) -> Iterator[None]:
        """Record what is looked at on the account of something that is known already."""
        self._open.append(dependencies)
        try:
            yield
        finally:
            self._open.pop()

    def current(self) -> Dependencies | None:
        """The account of what is being worked out; ``None`` where nobody wants to know."""
        return self._open[-1] if self._open else None

    def note(self, account: Dependencies | None, question: Question, answer: str | None = None) -> None:
        """Somebody looked at something, and saw this."""
        if account is not None:
            account.questions[question] = None
        if answer is not None and self.answers.setdefault(question, answer) != answer:
            self.is_stable = False

    def include(
        self, facts: Mapping[str, Fact], answers: Mapping[Question, str], results: Iterable[Dependencies]
    ) -> None:
        """Know what another recorder of the same repository does, and what some results rest on that it has recorded."""
        self._all.extend(results)
        for question, answer in answers.items():
            self.note(None, question, answer)
        for name, theirs in facts.items():
            ours = self.facts.get(name)
            if ours is None:
                self.facts[name] = theirs
                self._all.append(theirs.dependencies)
            else:
                self.is_stable = self.is_stable and ours.value in (theirs.value, None)
                ours.dependencies.include(theirs.dependencies)
                ours.value = ours.value if theirs.value is None else theirs.value

    def settle(self) -> None:
        """Share among all that used a fact without a value what any of them rests on. To be called when all is done."""
        groups: dict[str, list[Dependencies]] = {
            name: [fact.dependencies] for name, fact in self.facts.items() if fact.value is None and not fact.is_bound
        }
        for dependencies in self._all:
            for name in dependencies.facts:
                if name in groups:
                    groups[name].append(dependencies)
        for members in _joined(groups.values()):
            shared = Dependencies()
            for member in members:
                shared.include(member)
            for name in groups:
                shared.facts.pop(name, None)
            for member in members:
                member.questions, member.mentions, member.facts = shared.questions, shared.mentions, shared.facts


def _joined(groups: Iterable[list[Dependencies]]) -> Iterator[list[Dependencies]]:
    """Groups that have a member in common, as one."""
    joined: list[dict[int, Dependencies]] = []
    for group in groups:
        members = {id(member): member for member in group}
        for other in [each for each in joined if not members.keys().isdisjoint(each)]:
            joined.remove(other)
            members.update(other)
        joined.append(members)
    yield from (list(members.values()) for members in joined)


def text_of(value: object) -> str | None:
    """A text that stands for a value made of plain parts, the same for equal values; ``None`` for any other value."""
    match value:
        case None | bool() | int() | float() | str() | bytes() | range():
            return repr(value)
        case Path():
            return f"Path({str(value)!r})"
        case Enum():
            return f"{type(value).__qualname__}.{value.name}"
        case tuple():
            parts = [text_of(part) for part in value]
            return None if None in parts else f"{type(value).__qualname__}({','.join(filter(None, parts))})"
        case frozenset():
            parts = [text_of(part) for part in value]
            return None if None in parts else f"{{{','.join(sorted(filter(None, parts)))}}}"
        case _:
            return None
