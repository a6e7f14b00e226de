"""Which subjects of a file go to which rules.

Most of what a repository defines concerns no rule, and the words of a file tell that before anybody takes it apart: a file
in which no rule is interested costs its parsing and no more. What is left out here would have been given to a rule that
had nothing to say of it, so a run without these short ways finds the same (``tests/linting/run/test_prefilters.py``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

from nixlint.linting.registry import AnyRule
from nixlint.linting.rule_index import IndexedRule
from nixlint.linting.subjects import WRITTEN_DEFINITION, kind_of
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.repository.definitions import definitions_at, paths_around
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.words import words_of
from nixlint.syntax.written_paths import WrittenPath, WrittenPaths

_T = TypeVar("_T")

Rules: TypeAlias = tuple[AnyRule, ...]
Bits: TypeAlias = int
"""A set of texts, or of lists of texts: a bit for each."""


class FileWords(NamedTuple):
    """What the bytes of a file tell at once.

    These are its words, which of the texts it has that rules and kinds of subjects go by, and which of their lists of texts
    have one of these.
    """

    words: frozenset[bytes]
    texts: Bits
    lists: Bits


class Guard(Protocol):
    """Gives the subjects of a kind up to the first exception in their reading."""

    def __call__(self, kind: str, subjects: Callable[[], Iterable[_T]]) -> Iterator[_T]: ...  # noqa: D102  # the class says it


class Asking:
    """The questions that rules are asked about files."""

    def __init__(self, rules: Iterable[AnyRule], repository: Repository) -> None:
        self._repository = repository
        self._rules = tuple(rules)
        self._choices = _Choices()
        self._kinds = {kind: kind_of(kind) for rule in self._rules for kind in rule.kinds}
        self._texts = _Texts((*(kind.words for kind in self._kinds.values()), *(rule.words for rule in self._rules)))
        self._able: dict[Bits, Rules] = {}
        self._plans: dict[tuple[Bits, Rules], _Plan] = {}

    def words(self, data: bytes) -> FileWords:
        """What the bytes of a file tell at once."""
        words = words_of(data)
        texts = self._texts.among(words, data)
        return FileWords(words, texts, self._texts.lists_with(texts))

    def interested(self, words: FileWords) -> Rules:
        """Those of the rules for which a file with these words may have a subject."""
        able = self._able.get(words.lists)
        if able is None:
            able = self._able[words.lists] = tuple(rule for rule in self._rules if self._may_ask(rule, words.lists))
        return able

    def of(self, source: SourceFile, words: FileWords, rules: Rules, guarded: Guard) -> Iterator[tuple[Rules, object]]:
        """Each subject of a file with the rules that are to be asked about it, as far as ``guarded`` gives it."""
        plan = self._plans.get((words.lists, rules))
        if plan is None:
            plan = self._plans[words.lists, rules] = self._plan(words.lists, rules)
        for kind, asked in plan.subjects:
            for subject in guarded(kind, self._subjects(kind, source, words, asked)):
                yield asked, subject
        if plan.definitions is not None:
            yield from self._of_definitions(source, words.words, plan.definitions, guarded)

    def _may_ask(self, rule: AnyRule, lists: Bits) -> bool:
        return self._texts.has(rule.words, lists) and any(self._may_have(kind, lists) for kind in rule.kinds)

    def _may_have(self, kind: str, lists: Bits) -> bool:
        reading = self._kinds[kind]
        return reading.in_nix is not None and self._texts.has(reading.words, lists)

    def _plan(self, lists: Bits, rules: Rules) -> _Plan:
        kinds = [
            kind for kind in dict.fromkeys(kind for rule in rules for kind in rule.kinds) if self._may_have(kind, lists)
        ]
        asked = {kind: tuple(rule for rule in rules if kind in rule.kinds) for kind in kinds}
        about_definitions = asked.pop(WRITTEN_DEFINITION, None)
        definitions = None if about_definitions is None else _DefinitionPlan(about_definitions, self._choices)
        return _Plan(tuple(asked.items()), definitions)

    def _subjects(
        self, kind: str, source: SourceFile, words: FileWords, rules: Rules
    ) -> Callable[[], Iterable[object]]:
        """Reads the subjects of a kind in a file, at least those that the rules ask about."""
        read, read_some = self._kinds[kind].in_nix, self._kinds[kind].with_texts
        if read_some is not None and all(rule.words for rule in rules):
            texts = self._texts.in_file(words.texts, dict.fromkeys(text for rule in rules for text in rule.words))
            patterns = [rule.values for rule in rules if rule.values is not None]
            return lambda: read_some(texts, patterns if len(patterns) == len(rules) else None, source)
        return lambda: () if read is None else read(source, self._repository)

    def _of_definitions(
        self, source: SourceFile, words: frozenset[bytes], plan: _DefinitionPlan, guarded: Guard
    ) -> Iterator[tuple[Rules, object]]:
        asked = plan.asked_in(source, words)
        if asked:
            found = guarded(
                WRITTEN_DEFINITION,
                lambda: definitions_at((each.path for each in asked.values()), source, self._repository),
            )
            for definition in found:
                path = asked.get(definition.name.span.end)
                if path is not None:
                    yield path.rules, definition


class _Texts:
    """The texts that rules and kinds go by, in lists of which one is enough.

    A text within a word is looked for once in each word of a run, and not in each file that has the word.
    """

    def __init__(self, lists: Iterable[tuple[bytes, ...]]) -> None:
        self._lists = tuple(dict.fromkeys(texts for texts in lists if texts))
        texts = dict.fromkeys(text for texts in self._lists for text in texts)
        # Where no word of a file has the longest part of a word that is in a text, the text is not there.
        longest = {text: max(words_of(text), key=len, default=b"") for text in texts}
        parts = dict.fromkeys(part for part in longest.values() if part)
        self._bits = {text: 1 << number for number, text in enumerate(dict.fromkeys((*texts, *parts)))}
        self._parts = {part: self._bits[part] for part in parts}
        self._bits_of_lists = tuple(sum(self._bits[text] for text in texts) for texts in self._lists)
        self._not_of_words = tuple((text, part) for text, part in longest.items() if text != part)
        self._known: set[bytes] = set()
        self._by_word: dict[bytes, Bits] = {}
        self._telling: set[bytes] = set()

    def among(self, words: frozenset[bytes], data: bytes) -> Bits:
        """The texts in the bytes of a file with these words."""
        if not words <= self._known:
            self._learn(words - self._known)
        found = 0
        for word in words & self._telling:
            found |= self._by_word[word]
        for text, part in self._not_of_words:
            if (not part or found & self._bits[part]) and text in data:
                found |= self._bits[text]
        return found

    def lists_with(self, found: Bits) -> Bits:
        """The lists that have one of these texts."""
        lists = 0
        for number, bits in enumerate(self._bits_of_lists):
            if bits & found:
                lists |= 1 << number
        return lists

    def has(self, texts: tuple[bytes, ...], lists: Bits) -> bool:
        """Whether a list of texts is among some lists; it is where it is empty."""
        return not texts or bool(lists >> self._lists.index(texts) & 1)

    def in_file(self, found: Bits, texts: Iterable[bytes]) -> list[bytes]:
        """Those of some texts that are found."""
        return [text for text in texts if self._bits[text] & found]

    def _learn(self, new: frozenset[bytes]) -> None:
        self._known |= new
        together = b" ".join(new)
        present = [(part, bit) for part, bit in self._parts.items() if part in together]
        for word in new if present else ():
            bits = sum([bit for part, bit in present if part in word])
            if bits:
                self._by_word[word] = bits
                self._telling.add(word)


class _Plan(NamedTuple):
    """Which rules are asked about which kinds, in files with texts of the same lists."""

    subjects: tuple[tuple[str, Rules], ...]
    definitions: _DefinitionPlan | None


class _AskedPath(NamedTuple):
    """A path that is written in a file, and the rules that are asked about its definition."""

    path: WrittenPath
    rules: Rules


class _Choice:
    """A way to choose definitions by the words in their names, which several rules may have in common."""

    def __init__(
        self,
        names: frozenset[bytes] | None,
        may_concern: Callable[[bytes], bool] | None,
        in_company: Callable[[frozenset[bytes], frozenset[bytes]], frozenset[bytes]] | None,
    ) -> None:
        self.names = names
        self._may_concern = may_concern
        self._in_company = in_company
        self._known: set[bytes] = set()
        self._taken: set[bytes] = set()

    def may_take(self, words: frozenset[bytes]) -> bool:
        """Whether it may take any of the words of a file; fewer of them take no more."""
        if self.names is None:
            return True
        chosen = words & self.names
        return bool(chosen or not self.names) and bool(self._in_company is None or self._in_company(chosen, words))

    def among(self, bound: frozenset[bytes], words: frozenset[bytes]) -> Set[bytes]:
        """Those of the words that are bound in a file that it takes, in the company of all words of the file."""
        chosen = bound & self.names if self.names is not None else self._chosen(bound)
        if self._in_company is None or not (chosen or self.names == frozenset()):
            return chosen
        return self._in_company(frozenset(chosen), words) & bound

    def _chosen(self, bound: frozenset[bytes]) -> Set[bytes]:
        new = bound - self._known
        if new:
            self._known |= new
            self._taken.update(filter(self._may_concern, new))
        return bound & self._taken


class _Choices:
    """The choices of rules. Only a rule that asks about a file is loaded to be asked."""

    def __init__(self) -> None:
        self._choices: dict[tuple[object, ...], _Choice] = {}

    def of(self, rule: AnyRule) -> _Choice:
        """How a rule chooses. What rules have from a class in common is one choice, for it depends on nothing but words."""
        predicate, company = rule.predicate, rule.company
        functions = (_function_of(predicate), _function_of(company))
        key = (rule.names, *(rule if function is IndexedRule.in_company else function for function in functions))
        choice = self._choices.get(key)
        if choice is None:
            choice = self._choices[key] = _Choice(rule.names, predicate, company)
        return choice


def _function_of(method: Callable[..., object] | None) -> object:
    """The function of a method, which the rules that inherit it have in common."""
    return getattr(method, "__func__", method)


class _Candidates(NamedTuple):
    """Rules that are asked about a path if they say that it may be one for them, in the order of all rules.

    ``sites`` are what they say that by, each once; with each rule comes the number of its own, or ``None``.
    """

    rules: tuple[tuple[AnyRule, int | None], ...]
    sites: tuple[Callable[[OptionPath], bool], ...]

    @classmethod
    def of(cls, rules: Iterable[AnyRule]) -> _Candidates:
        """These rules."""
        numbers: dict[object, int] = {}
        sites: list[Callable[[OptionPath], bool]] = []
        found: list[tuple[AnyRule, int | None]] = []
        for rule in rules:
            site = rule.site
            number = None if site is None else numbers.setdefault(_function_of(site), len(sites))
            if site is not None and number == len(sites):
                sites.append(site)
            found.append((rule, number))
        return cls(tuple(found), tuple(sites))

    def about(self, path: WrittenPath) -> Rules:
        """Those that a path may be one for; all where a name of it must be computed."""
        if not self.sites or None in path.names:
            return tuple([rule for rule, _ in self.rules])
        option = OptionPath(path.names)
        verdicts = [site(option) for site in self.sites]
        return tuple([rule for rule, number in self.rules if number is None or verdicts[number]])


class _DefinitionPlan:
    """Which definitions some rules are asked about."""

    def __init__(self, rules: Rules, choices: _Choices) -> None:
        self._rules = rules
        self._choices = {rule: choices.of(rule) for rule in rules if rule.chooses}
        self._unlisted: list[_Choice] = []
        self._by_word: dict[bytes, tuple[_Choice, ...]] = {}
        for choice in dict.fromkeys(self._choices.values()):
            if not choice.names:
                self._unlisted.append(choice)
            for word in choice.names or ():
                self._by_word[word] = (*self._by_word.get(word, ()), choice)
        self._listed = frozenset(self._by_word)
        self._values = tuple(dict.fromkeys(rule.values for rule in self._choices if rule.values is not None))
        self._is_choosing = len(self._choices) == len(rules)
        self._candidates: dict[tuple[frozenset[_Choice], frozenset[re.Pattern[bytes]]], _Candidates] = {}

    def asked_in(self, source: SourceFile, words: frozenset[bytes]) -> Mapping[int, _AskedPath]:
        """The paths of a file that rules ask about, by where they end."""
        around = {pattern: paths_around(pattern, source) for pattern in self._values if pattern.search(source.data)}
        choices = self._choices_for(words)
        if not choices and not around and self._is_choosing:
            return {}
        paths = WrittenPaths(source)
        wanted = {choice: taken for choice in choices if (taken := choice.among(paths.words, words))}
        starts = frozenset(start for each in around.values() for start in each)
        if not wanted and not starts and self._is_choosing:
            return {}
        sought = frozenset(word for taken in wanted.values() for word in taken) if self._is_choosing else None
        asked: dict[int, _AskedPath] = {}
        for path in paths.chosen(sought, starts):
            by_name = frozenset([choice for choice, taken in wanted.items() if not taken.isdisjoint(path.words)])
            by_value = frozenset([pattern for pattern, places in around.items() if path.start in places])
            rules = self._candidates_for(by_name, by_value).about(path)
            if rules:
                asked[path.end] = _AskedPath(path, rules)
        return asked

    def _choices_for(self, words: frozenset[bytes]) -> list[_Choice]:
        """The choices that may take any of the words of a file."""
        listed = dict.fromkeys(choice for word in words & self._listed for choice in self._by_word[word])
        return [choice for choice in (*listed, *self._unlisted) if choice.may_take(words)]

    def _candidates_for(self, by_name: frozenset[_Choice], by_value: frozenset[re.Pattern[bytes]]) -> _Candidates:
        """The rules that are asked about what was chosen so."""
        found = self._candidates.get((by_name, by_value))
        if found is None:
            found = self._candidates[by_name, by_value] = _Candidates.of(
                rule
                for rule in self._rules
                if (choice := self._choices.get(rule)) is None or choice in by_name or rule.values in by_value
            )
        return found
