"""The index of a rule pack: what is known of its rules without loading them.

A run knows from it which rules there are and which files they have something to ask about, and loads the module of a rule
when it has a subject for it: to load all of them takes longer than to check a small file. ``rules/index.json`` is that of
the rules that come with nixlint, and ``make docs`` writes it. It holds as long as the files of the pack have the sizes that
it says; a pack without one, or with one that does not hold, is loaded whole.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from types import ModuleType

from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.repository.repository import Repository

from .finding import Confidence, Finding, Severity
from .rule import Rule

FILE_NAME = "index.json"


class IndexedRule(Rule[object]):
    """A rule as its index knows it, which is loaded when it is first asked about a subject."""

    def __init__(self, row: Mapping[str, object]) -> None:
        """Take a row of an index. Raises :class:`KeyError` or :class:`TypeError` where it is none."""
        self._class = _text(row["class"])
        self._module = _text(row["module"])
        self._chooses = row["chooses"] is True
        self._in_company = row["in_company"] is True
        self._has_site = row["may_be_at"] is True
        values = row["values"]
        facts = {
            "name": _text(row["name"]),
            "code": _text(row["code"]),
            "kinds": tuple(_texts(row["kinds"])),
            "severity": Severity(row["severity"]),
            "confidence": Confidence(row["confidence"]),
            "words": tuple(text.encode("latin-1") for text in _texts(row["words"])),
            "names": None
            if row["names"] is None
            else frozenset(text.encode("latin-1") for text in _texts(row["names"])),
            "values": None if values is None else re.compile(_text(values).encode("latin-1")),
            "also_suppressed_by": tuple(_texts(row["also_suppressed_by"])),
            "formerly": tuple(_texts(row["formerly"])),
            "pedantic": row["pedantic"] is True,
            "finds_secrets": row["finds_secrets"] is True,
        }
        vars(self).update(facts)

    @cached_property
    def loaded(self) -> Rule[object]:
        """The rule itself."""
        rule = getattr(import_module(self._module), self._class)()
        assert isinstance(rule, Rule)
        return rule

    @property
    def chooses(self) -> bool:
        """See :attr:`Rule.chooses`."""
        return self._chooses

    @property
    def predicate(self) -> Callable[[bytes], bool] | None:
        """See :attr:`Rule.predicate`."""
        return self.loaded.predicate if self.names is None and self._chooses else None

    @property
    def company(self) -> Callable[[frozenset[bytes], frozenset[bytes]], frozenset[bytes]] | None:
        """See :attr:`Rule.company`."""
        if not self._in_company:
            return None
        return self.in_company if self.names is not None else self.loaded.company

    @property
    def site(self) -> Callable[[OptionPath], bool] | None:
        """See :attr:`Rule.site`."""
        return self.loaded.site if self._has_site else None

    @property
    def page(self) -> str:
        """See :attr:`Rule.page`."""
        return self.loaded.page

    @property
    def module(self) -> str:
        """See :attr:`Rule.module`."""
        return self._module

    def in_company(self, chosen: frozenset[bytes], words: frozenset[bytes]) -> frozenset[bytes]:
        """See :meth:`Rule.in_company`."""
        return self.loaded.in_company(chosen, words)

    def check(self, subject: object, repository: Repository) -> Iterator[Finding]:
        """See :meth:`Rule.check`."""
        return self.loaded.check(subject, repository)


def indexed_rules(package: ModuleType) -> tuple[IndexedRule, ...] | None:
    """The rules of a pack as its index knows them; ``None`` where it has none that holds."""
    folder = _folder_of(package)
    if folder is None:
        return None
    try:
        with open(os.path.join(folder, FILE_NAME), "rb") as file:  # noqa: PTH118, PTH123
            document = json.load(file)
        if document["files"] != sizes_below(folder):
            return None
        return tuple(IndexedRule(row) for row in document["rules"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def index_text(package: ModuleType, rules: Iterable[Rule[object]]) -> str:
    """The index of a pack with these rules."""
    folder = _folder_of(package)
    assert folder is not None
    rows = ",\n".join(json.dumps(_row_of(rule), separators=(",", ":")) for rule in rules)
    files = ",\n".join(f"{json.dumps(name)}:{size}" for name, size in sizes_below(folder).items())
    return f'{{"rules":[\n{rows}\n],"files":{{\n{files}\n}}}}\n'


def sizes_below(folder: str) -> dict[str, int]:
    """The size of each module of a pack, by its path in the pack: a change of one almost always shows in it."""
    found: dict[str, int] = {}
    waiting = [""]
    while waiting:
        above = waiting.pop()
        with os.scandir(os.path.join(folder, above)) as entries:  # noqa: PTH118
            for entry in entries:
                if entry.name.endswith(".py"):
                    found[above + entry.name] = entry.stat().st_size
                elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                    waiting.append(f"{above}{entry.name}/")
    return dict(sorted(found.items()))


def _folder_of(package: ModuleType) -> str | None:
    return next(iter(getattr(package, "__path__", ())), None)


def _row_of(rule: Rule[object]) -> dict[str, object]:
    return {
        "name": rule.name,
        "code": rule.code,
        "module": rule.module,
        "class": type(rule).__qualname__,
        "severity": rule.severity.value,
        "confidence": rule.confidence.value,
        "kinds": rule.kinds,
        "words": [word.decode("latin-1") for word in rule.words],
        "names": None if rule.names is None else sorted(name.decode("latin-1") for name in rule.names),
        "values": None if rule.values is None else rule.values.pattern.decode("latin-1"),
        "chooses": rule.chooses,
        "in_company": rule.company is not None,
        "may_be_at": rule.site is not None,
        "also_suppressed_by": rule.also_suppressed_by,
        "formerly": rule.formerly,
        "pedantic": rule.pedantic,
        "finds_secrets": rule.finds_secrets,
    }


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _texts(value: object) -> Iterator[str]:
    if not isinstance(value, list):
        raise TypeError(value)
    return map(_text, value)
