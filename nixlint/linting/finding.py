"""Findings: what a rule says, and what the run makes of it for reports.

A rule yields a :class:`Finding`: a place, a message, perhaps a fix. The runner adds what the rule need not know (its
identity, positions, the fingerprint, whether a comment suppresses it) and hands a :class:`Report` of
:class:`ReportedFinding` to the reporters. A secret value is in none of these.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import NamedTuple

from nixlint.semantics.modules.option_path import OptionPath
from nixlint.syntax.edits import Edit
from nixlint.syntax.place import Place
from nixlint.syntax.span import Position


class Severity(Enum):
    """How much it hurts when the finding is right; ordered by ``rank``."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for the mildest."""
        return _SEVERITY_RANKS[self]


_SEVERITY_RANKS = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


class Confidence(Enum):
    """How sure it is that the finding is right."""

    CERTAIN = "certain"
    """Proven from the repository."""
    LIKELY = "likely"
    """Right unless something outside the repository says otherwise."""
    PLACEHOLDER = "placeholder"
    """A stand-in such as ``changeme`` that hurts only if somebody forgets to replace it."""
    POSSIBLE = "possible"
    """Rests on something unknown; shown only with ``--pedantic``."""

    @property
    def doubt(self) -> int:
        """0 for what is proven, and more the less sure it is."""
        return _DOUBTS[self]


_DOUBTS = {confidence: doubt for doubt, confidence in enumerate(Confidence)}


class Safety(Enum):
    """Whether a fix may be applied without a person looking."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class FileEdit(NamedTuple):
    """An edit and the file that it belongs to.

    Where it ``creates`` the file, there must be none yet, and the edit is the whole text, inserted at the start.
    """

    path: Path
    edit: Edit
    creates: bool = False


class Reach(NamedTuple):
    """What a fix is for: it must change nothing else, in no system of the repository.

    ``options`` are those that it may define otherwise. With ``container``, the place of a container's name, it adds
    definitions to this one container and takes none away. ``renames`` are options that it writes by other names, which
    changes nothing.
    """

    options: tuple[OptionPath, ...] = ()
    container: Place | None = None
    renames: tuple[OptionPath, ...] = ()


class MovedSecret(NamedTuple):
    """A secret that a fix takes out of a file: the string literal at ``place``.

    It goes into a file of the user's own outside the repository, and nowhere else; ``name`` is what the repository calls it
    from then on, and ``before`` what stands before it there, such as ``PASSWORD=``.
    """

    place: Place
    name: str
    before: str = ""


class Fix(NamedTuple):
    """A change that removes a finding: all of its edits or none."""

    safety: Safety
    summary: str
    """What the fix does, as an imperative sentence without a full stop."""
    edits: tuple[FileEdit, ...]
    removes_comments: bool = False
    """Whether it is a comment that the fix is about; any other fix that would lose one is refused."""
    reach: Reach | None = None
    """What it may change; where nothing is said, the option that the finding is about."""
    moved: tuple[MovedSecret, ...] = ()
    """The secrets that it takes out of the files."""


class Note(NamedTuple):
    """Another place that explains a finding."""

    place: Place
    message: str


class Finding(NamedTuple):
    """What a rule found.

    ``message`` says what is wrong and why it matters here, in the names of this configuration; ``help`` what to do.
    ``severity`` and ``confidence`` are given where they differ from the rule's own. ``evidence`` tells two findings of
    one rule at one option apart (a port, a word); it is part of the finding's identity, so it holds neither prose nor
    anything secret, nor anything derived from a secret.
    """

    place: Place
    message: str
    help: str = ""
    severity: Severity | None = None
    confidence: Confidence | None = None
    option: str | None = None
    container: str | None = None
    evidence: str = ""
    notes: tuple[Note, ...] = ()
    fix: Fix | None = None
    redact: tuple[Place, ...] = ()
    """Where secrets stand in source files: reports mask these places wherever they show the source."""
    within: Place | None = None
    """What the place is a part of, where comments cannot stand at the place itself: one at that suppresses the finding."""


def less_sure(usual: Confidence, first: Finding, second: Finding) -> Finding:
    """The less sure of two findings of a rule, the first where they are alike; ``usual`` is the rule's own confidence."""
    return second if (second.confidence or usual).doubt > (first.confidence or usual).doubt else first


class ReportedFinding(NamedTuple):
    """A finding with everything that reports show. ``path`` is as the user would write it, relative to where they are."""

    rule: str
    code: str
    severity: Severity
    confidence: Confidence
    finding: Finding
    path: str
    start: Position
    end: Position
    fingerprint: str
    suppressed: bool = False


class Failure(NamedTuple):
    """Something nixlint could not do: a file it could not read, a rule that raised. The exit code becomes 2."""

    message: str
    path: str | None = None
    position: Position | None = None


class Skipped(NamedTuple):
    """A file that was left out on purpose, with the reason (encrypted, binary, empty, too large)."""

    path: str
    reason: str


class Report(NamedTuple):
    """The outcome of a run, in a fixed order: by path, position and rule."""

    findings: tuple[ReportedFinding, ...]
    failures: tuple[Failure, ...]
    skipped: tuple[Skipped, ...]
    files_checked: int
    secrets: tuple[Place, ...] = ()
    """Where secrets stand in the files, whether a finding says so or not: reports mask these places."""
    roots: tuple[Path, ...] = ()
    """The repositories that were looked at: all that stands in a report is in one of them."""
    warnings: tuple[str, ...] = ()
    """What nixlint did without although it was asked for, and why; the outcome is the same."""
