"""Strings that show by themselves that they are, or hold, a secret, wherever they are used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nixlint.linting.finding import Confidence, Finding, Severity
from nixlint.secrets.assignments import secret_lines, worst_of
from nixlint.secrets.looks import UNKNOWN, Look
from nixlint.secrets.positions import Position, is_elsewhere
from nixlint.secrets.tokens import token_in
from nixlint.secrets.urls import url_password
from nixlint.semantics.definitions import StringLiteral, written_definitions
from nixlint.semantics.option_path import OptionPath
from nixlint.semantics.repository import Repository

from .circumstances import is_default_of_option, is_for_trial_here, is_said_to_be_none
from .verdicts import HELP, contains, weight_of, with_article


def findings_in(literal: StringLiteral, repository: Repository) -> Iterator[Finding]:
    """What a string by itself shows that it puts into the store."""
    if not is_for_trial_here(literal.place.path, repository):
        yield from _in_literal(literal, repository)


def _in_literal(literal: StringLiteral, repository: Repository) -> Iterator[Finding]:
    """A string that shows by itself that it is, or holds, a secret."""
    text = "".join(UNKNOWN if part is None else part for part in literal.parts)[:_LONGEST_TEXT]
    if len(text) < _SHORTEST_TEXT:
        return
    found = _shown_by(text)
    if found is None:
        return
    option = _option_around(literal, repository)
    if option is not None and is_elsewhere(option / None):
        return
    if is_said_to_be_none(literal.place, repository) or is_default_of_option(literal.place.path, repository):
        return
    where = "this string" if option is None or len(option) < 2 else str(option)
    yield Finding(
        place=literal.place,
        message=f"{where} {found.what}, which every user can read once it is in /nix/store",
        help=HELP,
        severity=found.severity,
        confidence=found.confidence,
        option=None if option is None else str(option),
        evidence=found.evidence,
        redact=(literal.place,),
    )


class _Shown(NamedTuple):
    """What a text shows by itself."""

    what: str
    severity: Severity
    confidence: Confidence
    evidence: str


def _shown_by(text: str) -> _Shown | None:
    token = token_in(text)
    if token is not None:
        return _Shown(f"holds {with_article(token)}", Severity.ERROR, Confidence.CERTAIN, token)
    look = url_password(text)
    if look is not Look.NO_SECRET:
        return _Shown("holds a URL with a password in plain text", *weight_of(look, Position.LIKELY), "url")
    found = worst_of(secret_lines(text)) if "\n" in text else None
    if found is not None:
        what = f"sets {found.name} to {with_article(found.kind)} in plain text"
        return _Shown(what, *weight_of(found.look, Position.LIKELY), found.name)
    return None


def _option_around(literal: StringLiteral, repository: Repository) -> OptionPath | None:
    """The path of the innermost definition that a string is part of."""
    source = repository.source(literal.place.path)
    if source is None:
        return None
    around = (found for found in written_definitions(source, repository) if contains(found.value_place, literal.place))
    innermost = min(around, key=lambda found: len(found.value_place.span), default=None)
    return None if innermost is None else innermost.path


_LONGEST_TEXT = 8192  # characters of a text that are looked at
_SHORTEST_TEXT = 12  # no token and no URL with a password is shorter
