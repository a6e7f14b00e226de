"""Which subjects of a file go to which rules.

Most of what a repository defines concerns no rule, and the words of a file tell that before anybody takes it apart: a file
in which no rule is interested costs its parsing and no more. What is left out here would have been given to a rule that
had nothing to say of it, so a run without these short ways finds the same (``tests/linting/run/test_prefilters.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

from nixlint.linting.registry import AnyRule
from nixlint.linting.rule_index import IndexedRule
from nixlint.linting.subjects import WRITTEN_DEFINITION, kind_of
from nixlint.semantics.repository.definitions import definitions_with
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.words import words_of

_T = TypeVar("_T")

Rules: TypeAlias = tuple[AnyRule, ...]
Hints: TypeAlias = frozenset[bytes]
"""Those of the texts that rules and kinds of subjects go by which a file holds."""


class FileWords(NamedTuple):
    """What the bytes of a file tell at once: its words, and the hints that it holds."""

    words: frozenset[bytes]
    hints: Hints


class Guard(Protocol):
    """Gives the subjects of a kind up to the first exception in their reading."""

    def __call__(self, kind: str, subjects: Callable[[], Iterable[_T]]) -> Iterator[_T]: ...  # noqa: D102  # the class says it


class Asking:
    """The questions that rules are asked about files."""

    def __init__(self, rules: Iterable[AnyRule], repository: Repository) -> None:
        self._repository = repository
        self._rules = tuple(rules)
        self._interests = _Interests(self._rules)
        self._kinds = {kind: kind_of(kind) for rule in self._rules for kind in rule.kinds}
        texts = (*(kind.words for kind in self._kinds.values()), *(rule.words for rule in self._rules))
        self._hints = _HintWords(text for each in texts for text in each)
        self._able: dict[Hints, Rules] = {}
        self._plans: dict[tuple[Hints, Rules], _Plan] = {}

    def words(self, data: bytes) -> FileWords:
        """What the bytes of a file tell at once."""
        words = words_of(data)
        return FileWords(words, self._hints.among(words, data))

    def interested(self, words: FileWords) -> Rules:
        """Those of the rules for which a file with these words may have a subject."""
        hints = words.hints
        able = self._able.get(hints)
        if able is None:
            able = self._able[hints] = tuple(rule for rule in self._rules if self._may_ask(rule, hints))
        return able

    def of(self, source: SourceFile, words: FileWords, rules: Rules, guarded: Guard) -> Iterator[tuple[Rules, object]]:
        """Each subject of a file with the rules that are to be asked about it, as far as ``guarded`` gives it."""
        hints = words.hints
        plan = self._plans.get((hints, rules))
        if plan is None:
            plan = self._plans[hints, rules] = self._plan(hints, rules)
        for kind, asked in plan.subjects:
            for subject in guarded(kind, self._subjects(kind, source, hints, asked)):
                yield asked, subject
        if plan.definitions is not None:
            yield from self._of_definitions(source, words.words, plan.definitions, guarded)

    def _may_ask(self, rule: AnyRule, hints: Hints) -> bool:
        return (not rule.words or not hints.isdisjoint(rule.words)) and any(
            self._may_have(kind, hints) for kind in rule.kinds
        )

    def _may_have(self, kind: str, hints: Hints) -> bool:
        reading = self._kinds[kind]
        return reading.in_nix is not None and (not reading.words or not hints.isdisjoint(reading.words))

    def _plan(self, hints: Hints, rules: Rules) -> _Plan:
        kinds = [
            kind for kind in dict.fromkeys(kind for rule in rules for kind in rule.kinds) if self._may_have(kind, hints)
        ]
        asked = {kind: tuple(rule for rule in rules if kind in rule.kinds) for kind in kinds}
        about_definitions = asked.pop(WRITTEN_DEFINITION, None)
        definitions = None if about_definitions is None else _DefinitionPlan(about_definitions, self._interests)
        return _Plan(tuple(asked.items()), definitions)

    def _subjects(self, kind: str, source: SourceFile, hints: Hints, rules: Rules) -> Callable[[], Iterable[object]]:
        """Reads the subjects of a kind in a file, at least those that the rules ask about."""
        read, read_some = self._kinds[kind].in_nix, self._kinds[kind].with_texts
        if read_some is not None and all(rule.words for rule in rules):
            texts = dict.fromkeys(text for rule in rules for text in rule.words if text in hints)
            return lambda: read_some(texts, source)
        return lambda: () if read is None else read(source, self._repository)

    def _of_definitions(
        self, source: SourceFile, words: frozenset[bytes], plan: _DefinitionPlan, guarded: Guard
    ) -> Iterator[tuple[Rules, object]]:
        wanted = plan.wanted(words)
        values = [pattern for pattern in plan.values if pattern.search(source.data) is not None]
        if plan.is_choosing and not wanted and not values:
            return
        sought = frozenset(wanted) if plan.is_choosing else None
        found = guarded(WRITTEN_DEFINITION, lambda: definitions_with(sought, source, self._repository, values))
        for definition in found:
            choices = frozenset([choice for word in definition.words & wanted.keys() for choice in wanted[word]])
            rules = plan.rules_for(choices, is_by_value=definition.is_by_value)
            if rules:
                yield rules, definition


class _HintWords:
    """Which words have which hints in them: each word is looked at once in a run, and not in each file that has it."""

    def __init__(self, hints: Iterable[bytes]) -> None:
        self._hints = tuple(dict.fromkeys(hints))
        self._known: set[bytes] = set()
        self._by_word: dict[bytes, Hints] = {}
        self._within_words = tuple(hint for hint in self._hints if words_of(hint) == {hint})
        self._others = tuple(hint for hint in self._hints if hint not in self._within_words)

    def among(self, words: frozenset[bytes], data: bytes) -> Hints:
        """The hints in the bytes of a file with these words."""
        new = words - self._known
        if new:
            self._learn(new)
        found = [self._by_word[word] for word in words & self._by_word.keys()]
        return frozenset([hint for hint in self._others if hint in data]).union(*found)

    def _learn(self, new: frozenset[bytes]) -> None:
        self._known |= new
        together = b" ".join(new)
        for hint in self._within_words:
            if hint in together:
                for word in new:
                    if hint in word:
                        self._by_word[word] = self._by_word.get(word, frozenset()) | {hint}


class _Plan(NamedTuple):
    """Which rules are asked about which kinds, in files with the same hints."""

    subjects: tuple[tuple[str, Rules], ...]
    definitions: _DefinitionPlan | None


class _Choice(NamedTuple):
    """A way to choose definitions by the words in their names, which several rules may have in common."""

    names: frozenset[bytes] | None
    may_concern: Callable[[bytes], bool] | None
    in_company: Callable[[frozenset[bytes], frozenset[bytes]], frozenset[bytes]] | None

    def among(self, words: frozenset[bytes]) -> Iterable[bytes]:
        """Those of some words that it takes alone."""
        if self.may_concern is not None:
            return [word for word in words if self.may_concern(word)]
        return words & (self.names or frozenset())


class _DefinitionPlan:
    """Which definitions some rules are asked about."""

    def __init__(self, rules: Rules, interests: _Interests) -> None:
        self._rules = rules
        self._interests = interests
        self._choices = {rule: interests.choice_of(rule) for rule in rules if rule.chooses}
        self._chosen_by = frozenset(self._choices.values())
        self._companions = tuple(choice for choice in dict.fromkeys(self._choices.values()) if choice.in_company)
        self._unlisted = tuple(choice for choice in dict.fromkeys(self._choices.values()) if choice.names is None)
        self._known: dict[tuple[frozenset[_Choice], bool], Rules] = {}
        self.is_choosing = len(self._choices) == len(rules)
        self.values = tuple(dict.fromkeys(rule.values for rule in self._choices if rule.values is not None))

    def wanted(self, words: frozenset[bytes]) -> Mapping[bytes, list[_Choice]]:
        """Those of the words of a file that concern a rule, each with the choices that take it."""
        wanted: dict[bytes, list[_Choice]] = {}
        in_company: dict[_Choice, list[bytes]] = {}
        for word, choices in self._interests.among(words, self._unlisted):
            for choice in choices:
                if choice not in self._chosen_by:
                    continue
                if choice.in_company is None:
                    wanted.setdefault(word, []).append(choice)
                else:
                    in_company.setdefault(choice, []).append(word)
        for choice in self._companions:
            assert choice.in_company is not None
            chosen = in_company.get(choice)
            if chosen is not None or choice.names == frozenset():
                for word in choice.in_company(frozenset(chosen or ()), words):
                    wanted.setdefault(word, []).append(choice)
        return wanted

    def rules_for(self, choices: frozenset[_Choice], *, is_by_value: bool) -> Rules:
        """The rules that are asked about a definition which was chosen like that, in their order."""
        key = (choices, is_by_value)
        rules = self._known.get(key)
        if rules is None:
            rules = self._known[key] = tuple(rule for rule in self._rules if self._is_asked(rule, choices, is_by_value))
        return rules

    def _is_asked(self, rule: AnyRule, choices: frozenset[_Choice], is_by_value: bool) -> bool:
        choice = self._choices.get(rule)
        return choice is None or choice in choices or (is_by_value and rule.values is not None)


class _Chosen:
    """The words that some choices take, each word asked about once in a run."""

    def __init__(self, choices: Iterable[_Choice]) -> None:
        self._choices = tuple(choices)
        self._by_word: dict[bytes, tuple[_Choice, ...]] = {}
        self._known: set[bytes] = set()

    def among(self, words: frozenset[bytes]) -> list[tuple[bytes, tuple[_Choice, ...]]]:
        """Those of the words that are taken, each with the choices that take it."""
        new = words - self._known
        if new:
            self._known |= new
            for choice in self._choices:
                for word in choice.among(new):
                    self._by_word[word] = (*self._by_word.get(word, ()), choice)
        by_word = self._by_word
        return [(word, by_word[word]) for word in words & by_word.keys()]


class _Interests:
    """What rules that choose their definitions say of words. Only a rule that asks about a file is loaded to be asked."""

    def __init__(self, rules: Iterable[AnyRule]) -> None:
        self._choices: dict[tuple[object, ...], _Choice] = {}
        self._listed = _Chosen(dict.fromkeys(self.choice_of(rule) for rule in rules if rule.names is not None))
        self._by_choice: dict[_Choice, _Chosen] = {}

    def choice_of(self, rule: AnyRule) -> _Choice:
        """How a rule chooses. What rules have from a class in common is one choice, for it depends on nothing but words."""
        predicate, company = rule.predicate, rule.company
        functions = (getattr(predicate, "__func__", predicate), getattr(company, "__func__", company))
        key = (rule.names, *(rule if function is IndexedRule.in_company else function for function in functions))
        return self._choices.setdefault(key, _Choice(rule.names, predicate, company))

    def among(self, words: frozenset[bytes], choices: Iterable[_Choice]) -> Iterator[tuple[bytes, tuple[_Choice, ...]]]:
        """Those of the words that some choices take, or others whose words are listed."""
        yield from self._listed.among(words)
        for choice in choices:
            if choice not in self._by_choice:
                self._by_choice[choice] = _Chosen((choice,))
            yield from self._by_choice[choice].among(words)
