"""Which rules care for a definition, by the words in its names.

Most definitions of a repository concern no rule, and the words of a file tell that before anybody takes it apart. What a
rule says of a word is asked once in a run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .registry import AnyRule
from .rule import Rule


class Interests:
    """The rules that choose the definitions they are asked about (:meth:`Rule.may_concern`), by words."""

    def __init__(self, rules: Iterable[AnyRule]) -> None:
        self._rules = tuple(rule for rule in rules if chooses(rule))
        self._by_word: dict[bytes, tuple[AnyRule, ...]] = {}
        self._known: set[bytes] = set()
        self._wanted: set[bytes] = set()

    def among(self, words: frozenset[bytes]) -> Mapping[bytes, tuple[AnyRule, ...]]:
        """Those of the words that concern a rule, each with its rules."""
        new = words - self._known
        self._known |= new
        for word in new:
            rules = tuple(rule for rule in self._rules if rule.may_concern(word))
            if rules:
                self._by_word[word] = rules
                self._wanted.add(word)
        return {word: self._by_word[word] for word in words & self._wanted}


def chooses(rule: AnyRule) -> bool:
    """Whether a rule is asked about some definitions only, and not about all."""
    return type(rule).may_concern is not Rule.may_concern
