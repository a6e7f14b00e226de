"""What a rule is: the class that a rule pack subclasses, and the examples that document and test it.

A rule names the kinds of subject it asks about (:attr:`Rule.asks`); the runner hands it every subject of those kinds, one
at a time, together with the repository. It never walks a tree, reads a file or resolves an import.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from inspect import getdoc
from typing import ClassVar, Generic, NamedTuple, TypeVar

from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.repository.repository import Repository

from .finding import Confidence, Finding, Severity

SubjectT = TypeVar("SubjectT")


class Bad(NamedTuple):
    """An example in which the rule finds something.

    ``files`` maps relative paths to texts; a lone text is ``configuration.nix``. Each expected finding is marked in the
    text with ``«`` and ``»`` around its span; the marks are removed before the example is linted. ``fixed`` is what
    ``nixlint fix --unsafe-fixes`` makes of it (a text, or the files that change), and ``None`` where there is no fix.
    ``config`` is the text of a ``nixlint.toml`` that the example needs.
    """

    title: str
    files: str | Mapping[str, str]
    fixed: str | Mapping[str, str] | None = None
    config: str = ""


class Good(NamedTuple):
    """An example in which the rule stays silent, and the title that says why."""

    title: str
    files: str | Mapping[str, str]
    config: str = ""


class Rule(ABC, Generic[SubjectT]):
    """One rule. The class docstring is its page: a first sentence, then the headings ``What it finds``,
    ``Why it matters``, ``What to do``, ``What keeps it silent`` and ``References``, in Markdown.
    """

    name: ClassVar[str]
    """Its kebab-case name, the one that people write in ``select`` and ``ignore``."""
    code: ClassVar[str]
    """A short code that never changes, such as ``NL101``."""
    severity: ClassVar[Severity]
    confidence: ClassVar[Confidence]
    asks: ClassVar[tuple[type, ...]]
    """The kinds of subject that :meth:`check` is called with."""
    words: ClassVar[tuple[bytes, ...]] = ()
    """For rules about what is written in a file itself: a file without any of these bytes has no definition, and a string
    without them is none, for this rule. What is defined may be imported, so rules about other subjects have none."""
    names: ClassVar[frozenset[bytes] | None] = None
    """For rules about definitions: the words that concern the rule, where they can be listed; see :meth:`may_concern`."""
    values: ClassVar[re.Pattern[bytes] | None] = None
    """For rules that choose definitions (:meth:`may_concern`): they are also asked about the innermost definition in whose
    value this is found, as it is written. For rules about strings, which have :attr:`words` too: they are asked about those
    in which it is found, as they are written, and no others. It matches no more than some hundred bytes, so that looking
    for it is cheap."""
    also_suppressed_by: ClassVar[tuple[str, ...]] = ()
    """Marks of other tools in a comment on the line that suppress this rule too, such as ``gitleaks:allow``."""
    formerly: ClassVar[tuple[str, ...]] = ()
    """Names and codes of rules under which an earlier version reported what it finds, so that old suppressions hold."""
    pedantic: ClassVar[bool] = False
    """Whether it runs only for those who ask: with ``--pedantic``, or by its name in ``select``."""
    finds_secrets: ClassVar[bool] = False
    """Whether its findings name the places of secrets. It is then asked where it is switched off too, to mask them."""
    examples: ClassVar[tuple[Bad | Good, ...]]

    def may_concern(self, word: bytes) -> bool:
        """For rules about definitions: whether one whose own names have this word, as written, may be one for the rule.

        A rule that says no to most words is asked about few definitions. It must depend on nothing but the word. Where the
        words can be listed, :attr:`names` does it.
        """
        return self.names is None or word in self.names

    def in_company(self, chosen: frozenset[bytes], words: frozenset[bytes]) -> frozenset[bytes]:  # noqa: ARG002  # as above
        """The words of a file that may concern the rule in the company of all its words; ``chosen`` are those chosen alone,
        of names that are bound in the file. Of fewer chosen words no more may concern it.

        For names such as ``enable``, which concern a rule only where the names before them are in the file too. It is asked
        where some are chosen, or where :attr:`names` has none.
        """
        return chosen

    def may_be_at(self, path: OptionPath) -> bool:  # noqa: ARG002  # what a rule may look at
        """For rules about definitions: whether one whose path is written so may be one for the rule.

        A definition is worked out for none but the rules that say yes. It must depend on nothing but the path. It is not
        asked where a name of the path must be computed.
        """
        return True

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The names of the kinds of subject that it asks about: what is known of it before their modules are loaded."""
        return tuple(f"{kind.__module__}.{kind.__qualname__}" for kind in self.asks)

    @property
    def chooses(self) -> bool:
        """Whether it is asked about some definitions only, and not about all."""
        return self.names is not None or type(self).may_concern is not Rule.may_concern

    @property
    def predicate(self) -> Callable[[bytes], bool] | None:
        """:meth:`may_concern`, where :attr:`names` does not say it all. Rules that share a function are asked together."""
        return self.may_concern if self.names is None and self.chooses else None

    @property
    def company(self) -> Callable[[frozenset[bytes], frozenset[bytes]], frozenset[bytes]] | None:
        """:meth:`in_company`, where the other words of a file matter."""
        return None if type(self).in_company is Rule.in_company else self.in_company

    @property
    def site(self) -> Callable[[OptionPath], bool] | None:
        """:meth:`may_be_at`, where the path matters. Rules that share a function are asked together."""
        return None if type(self).may_be_at is Rule.may_be_at else self.may_be_at

    @property
    def page(self) -> str:
        """The text of its page, without its title."""
        return getdoc(type(self)) or ""

    @property
    def module(self) -> str:
        """The module that it is in."""
        return type(self).__module__

    @abstractmethod
    def check(self, subject: SubjectT, repository: Repository) -> Iterator[Finding]:
        """Yield what is wrong with one subject."""
