"""Names and codes of rules: those that nixlint's own rules have, and those that several rules of some packs have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from nixlint.files.reading import Anywhere
from nixlint.linting.registry import builtin_rules

from .completeness import Gap
from .declared_rule import DeclaredRule
from .policy import Objection

_OWN_CODE = re.compile(r"NL\d+")


class Identifiers:
    """Who has which name and which code, as far as rules were looked at."""

    def __init__(self) -> None:
        self._taken: dict[str, str] = {}
        self._own = builtin_rules()
        for rule in self._own.rules:
            self._taken[rule.name] = self._taken[rule.code] = f"nixlint's own rule {rule.name}"

    def clashes(self, rules: Iterable[DeclaredRule], root: Path) -> Iterator[tuple[DeclaredRule, Gap]]:
        """The rules of a pack whose name or code another rule has; each is then taken. ``root`` is where the pack is."""
        is_own = self.is_own(root)
        for rule in rules:
            for attribute in ("name", "code"):
                text = rule.text(attribute)
                if text is None:
                    continue
                reason = None if is_own else self._objection(text, attribute)
                if reason is not None:
                    yield rule, Gap(rule.attributes[attribute], Objection("rule-identifier-taken", reason))
                self._taken.setdefault(text, f"the rule {rule.text('name') or rule.node.name.value}")

    def holder_of(self, identifier: str) -> str | None:
        """Who has a name or a code."""
        return self._taken.get(identifier)

    def is_own(self, root: Path) -> bool:
        """Whether a pack is that of nixlint's own rules, or some of them."""
        own = Anywhere().identity(self._own.folder)
        return any(Anywhere().identity(folder) == own for folder in (root, *root.parents))

    def _objection(self, text: str, attribute: str) -> str | None:
        holder = self._taken.get(text)
        if holder is not None:
            return f"the {attribute} {text} is that of {holder}"
        if attribute == "code" and _OWN_CODE.fullmatch(text):
            return f"codes such as {text} are nixlint's own"
        return None
