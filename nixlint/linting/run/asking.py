"""Which subjects of a file go to which rules.

Most of what a repository defines concerns no rule, and the words of a file tell that before anybody takes it apart: a file
in which no rule is interested costs its parsing and no more. What is left out here would have been given to a rule that
had nothing to say of it, so a run without these short ways finds the same (``tests/linting/run/test_prefilters.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from nixlint.linting.registry import AnyRule
from nixlint.linting.rule import Rule
from nixlint.linting.subjects import kind_of
from nixlint.semantics.repository.definitions import WrittenDefinition, definitions_with
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.words import words_of

_T = TypeVar("_T")


class Asking:
    """The questions that rules are asked about files.

    ``failed`` is told what went wrong in the reading of a kind of subjects of a file.
    """

    def __init__(
        self, rules: Iterable[AnyRule], repository: Repository, failed: Callable[[type, Exception, SourceFile], None]
    ) -> None:
        self._repository = repository
        self._failed = failed
        self._rules = tuple(rules)
        self._interests = _Interests(self._rules)
        self._kinds = {kind: kind_of(kind) for rule in self._rules for kind in rule.asks}

    def interested(self, data: bytes) -> list[AnyRule]:
        """Those of the rules for which a file with these bytes may have a subject."""
        kinds = {kind for kind, reading in self._kinds.items() if reading.may_be_in(data)}
        words = {words: any(word in data for word in words) for words in {rule.words for rule in self._rules}}
        return [
            rule for rule in self._rules if (not rule.words or words[rule.words]) and not kinds.isdisjoint(rule.asks)
        ]

    def of(self, source: SourceFile, rules: Sequence[AnyRule]) -> Iterator[tuple[AnyRule, object]]:
        """Each subject of a file with each rule that is to be asked about it."""
        for kind in dict.fromkeys(kind for rule in rules for kind in rule.asks):
            asked = [rule for rule in rules if kind in rule.asks]
            if not self._kinds[kind].may_be_in(source.data):
                continue
            if kind is WrittenDefinition:
                yield from self._of_definitions(source, asked)
                continue
            for subject in self._subjects(kind, source, asked):
                for rule in asked:
                    yield rule, subject

    def _subjects(self, kind: type, source: SourceFile, rules: Sequence[AnyRule]) -> Iterator[object]:
        """The subjects of a kind in a file, at least those that the rules ask about."""
        read, read_some = self._kinds[kind].in_nix, self._kinds[kind].with_texts
        if read_some is not None and all(rule.words for rule in rules):
            texts = dict.fromkeys(text for rule in rules for text in rule.words)
            return self._guarded(kind, source, lambda: read_some(texts, source))
        return self._guarded(kind, source, lambda: () if read is None else read(source, self._repository))

    def _of_definitions(self, source: SourceFile, rules: Sequence[AnyRule]) -> Iterator[tuple[AnyRule, object]]:
        choosing = [rule for rule in rules if _chooses(rule)]
        wanted = self._interests.among(words_of(source.data))
        values = tuple(dict.fromkeys(rule.values for rule in choosing if rule.values is not None))
        words = frozenset(wanted) if len(choosing) == len(rules) else None
        found = self._guarded(
            WrittenDefinition, source, lambda: definitions_with(words, source, self._repository, values)
        )
        for definition in found:
            interested = {rule for word in definition.words & wanted.keys() for rule in wanted[word]}
            for rule in rules:
                is_by_value = rule.values is not None and definition.is_by_value
                if rule in interested or is_by_value or not _chooses(rule):
                    yield rule, definition

    def _guarded(self, kind: type, source: SourceFile, read: Callable[[], Iterable[_T]]) -> Iterator[_T]:
        """The subjects up to the first exception."""
        try:
            yield from read()
        except Exception as error:  # a defect in the reading of one kind must cost no more than its subjects
            self._failed(kind, error, source)


class _Interests:
    """What rules that choose their definitions (:meth:`Rule.may_concern`) say of words, each asked once in a run."""

    def __init__(self, rules: Iterable[AnyRule]) -> None:
        self._rules = tuple(rule for rule in rules if _chooses(rule))
        self._companions = [rule for rule in self._rules if type(rule).in_company is not Rule.in_company]
        self._by_word: dict[bytes, tuple[AnyRule, ...]] = {}
        self._known: set[bytes] = set()
        self._wanted: set[bytes] = set()

    def among(self, words: frozenset[bytes]) -> Mapping[bytes, Sequence[AnyRule]]:
        """Those of the words that concern a rule, each with its rules."""
        new = words - self._known
        self._known |= new
        for word in new:
            rules = tuple(rule for rule in self._rules if rule.may_concern(word))
            if rules:
                self._by_word[word] = rules
                self._wanted.add(word)
        by_rule: dict[AnyRule, set[bytes]] = {rule: set() for rule in self._companions}
        for word in words & self._wanted:
            for rule in self._by_word[word]:
                by_rule.setdefault(rule, set()).add(word)
        wanted: dict[bytes, list[AnyRule]] = {}
        for rule, chosen in by_rule.items():
            for word in rule.in_company(frozenset(chosen), words):
                wanted.setdefault(word, []).append(rule)
        return wanted


def _chooses(rule: AnyRule) -> bool:
    """Whether a rule is asked about some definitions only, and not about all."""
    return type(rule).may_concern is not Rule.may_concern
