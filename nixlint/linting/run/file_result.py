"""The result of one file: everything that a run makes of it, before suppressions and severities.

It holds no text of the file: findings with their places, and where secrets stand. It is the same whether rules were just
asked, or whether it was kept from an earlier run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from nixlint.linting.finding import Failure, Finding
from nixlint.linting.suppression import Directive
from nixlint.syntax.place import Place
from nixlint.syntax.span import Position


class LocatedFinding(NamedTuple):
    """A finding of a rule, with its positions; ``is_marked`` where the file says in its own way to look away."""

    rule: str
    finding: Finding
    start: Position
    end: Position
    is_marked: bool = False
    first_line: int = 0
    last_line: int = 0
    """The lines on which a comment suppresses it."""


@dataclass(slots=True)
class FileResult:
    """The result of a file.

    ``skipped`` is why it was left out, ``asked`` the rules that had something to ask, ``is_sound`` whether it has none of
    the problems for which Nix refuses a file, and ``directives`` what its comments suppress, and those of the other files
    that something was found in.
    """

    is_checked: bool = False
    is_sound: bool = False
    saw_everything: bool = True
    skipped: str | None = None
    asked: tuple[str, ...] = ()
    secrets: dict[Place, None] = field(default_factory=dict)
    located: list[LocatedFinding] = field(default_factory=list)
    directives: dict[Path, tuple[Directive, ...]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    @property
    def has_edits(self) -> bool:
        """Whether there is a fix, whose edits are not kept from run to run."""
        return any(located.finding.fix is not None for located in self.located)
