"""Strings that show by themselves that they are, or hold, a secret, wherever they are used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nixlint.rule import Confidence, Finding, Repository, Severity, Span, StringLiteral, is_never_evaluated
from nixlint.secrets.assignments import secret_lines, secret_statements, written_by_script
from nixlint.secrets.looks import UNKNOWN, Look, look_of
from nixlint.secrets.names import kind_of_secret
from nixlint.secrets.positions import Position, is_elsewhere
from nixlint.secrets.tokens import tokens_in
from nixlint.secrets.urls import passwords_of_urls

from .circumstances import is_default_of_option, is_for_trial_here, is_said_to_be_none
from .containers_of_files import container_at
from .file_definitions import FileDefinitions
from .files_of_secrets import kind_of_file
from .files_written import reader_of_path
from .spans import place_within
from .verdicts import HELP, LISTS, called, weight_of, with_article


def findings_in(literal: StringLiteral, repository: Repository) -> Iterator[Finding]:
    """What a string by itself shows that it puts into the store."""
    text = "".join(UNKNOWN if part is None else part for part in literal.parts)[:_LONGEST_TEXT]
    if len(text) < _SHORTEST_TEXT:
        return
    shown = (*_shown_by(text), *_written_by(text, repository))
    if not shown or is_for_trial_here(literal.place.path, repository):
        return
    definitions = FileDefinitions.of(literal.place.path, repository)
    around = definitions.innermost_around(literal.place.span)
    option = None if around is None else around.path
    if around is not None and (is_elsewhere(around.path / None) or definitions.is_switched_off(around)):
        return
    if is_never_evaluated(literal.place, repository):
        return
    if is_said_to_be_none(literal.place, repository) or is_default_of_option(literal.place.path, repository):
        return
    if option is not None and (option.last in LISTS or kind_of_secret(option.last or "") is not None):
        shown = tuple(found for found in shown if not found.is_statement)  # found at the option, once
    where = "this string" if option is None or len(option) < 2 else str(option)
    for found in shown:
        place = place_within(literal.place, text, Span(found.start, found.end), repository)
        yield Finding(
            place=place,
            message=f"{where} {found.what}, which every user can read once it is in /nix/store",
            help=HELP,
            severity=found.severity,
            confidence=found.confidence,
            option=None if option is None else str(option),
            container=None if option is None else container_at(option, literal.place.path, repository),
            evidence=found.evidence,
            redact=(place,),
            within=literal.place,
        )


class _Shown(NamedTuple):
    """What a text shows by itself, and where in the text."""

    start: int
    end: int
    what: str
    severity: Severity
    confidence: Confidence
    evidence: str
    is_statement: bool = False


def _shown_by(text: str) -> tuple[_Shown, ...]:
    """All secrets of a text, each once; where it has none, the first placeholder."""
    found = sorted((*_tokens(text), *_urls(text), *_lines(text), *_statements(text)), key=lambda each: each.start)
    secrets = [each for each in found if each.confidence is not Confidence.PLACEHOLDER]
    if not secrets:
        return tuple(each for each in found if not _is_in_comment(text, each.start))[:1]
    return tuple(
        each for index, each in enumerate(secrets) if not any(each.start < other.end for other in secrets[:index])
    )


def _written_by(text: str, repository: Repository) -> Iterator[_Shown]:
    """The secrets that a script writes into files which an option reads as such."""
    for written in written_by_script(text):
        value = text[written.start : written.end]
        reader = None if look_of(value) is Look.NO_SECRET else reader_of_path(written.path, repository)
        kind = None if reader is None else kind_of_file(reader.path)
        if reader is not None and kind is not None:
            what = f"writes {called(kind, look_of(value))} in plain text into {written.path}, which {reader.path} reads"
            weight = weight_of(look_of(value), Position.LIKELY)
            yield _Shown(written.start, written.end, what, *weight, written.path)


def _is_in_comment(text: str, at: int) -> bool:
    """Whether an offset is in a comment of the text's own language, which shows how something is written."""
    line = text[text.rfind("\n", 0, at) + 1 : at].lstrip()
    return line.startswith(_COMMENTS) and not line.startswith("#!")


_COMMENTS = ("#", "--", "//", ";", "%", "/*", "<!--")
"""How a line with nothing but a comment begins."""


def _tokens(text: str) -> Iterator[_Shown]:
    for token in tokens_in(text):
        what = f"holds {with_article(token.kind)}"
        yield _Shown(token.start, token.end, what, Severity.ERROR, Confidence.CERTAIN, token.kind)


def _urls(text: str) -> Iterator[_Shown]:
    for found in passwords_of_urls(text):
        if _is_in_comment(text, found.start):
            continue
        what = f"holds a URL with {called('password', found.look)} in plain text"
        yield _Shown(found.start, found.end, what, *weight_of(found.look, Position.LIKELY), "url")


def _lines(text: str) -> Iterator[_Shown]:
    for found in secret_lines(text) if "\n" in text else ():
        what = f"sets {found.name} to {called(found.kind, found.look)} in plain text"
        yield _Shown(found.start, found.end, what, *weight_of(found.look, Position.LIKELY), found.name)


def _statements(text: str) -> Iterator[_Shown]:
    if " " not in text and "?" not in text:
        return  # a word of a command; what it means depends on those around it
    for found in secret_statements(text):
        if _is_in_comment(text, found.start):
            continue
        what = f"holds {called(found.kind, found.look)} in plain text ({found.name})"
        yield _Shown(
            found.start, found.end, what, *weight_of(found.look, Position.LIKELY), found.name, is_statement=True
        )


_LONGEST_TEXT = 8192  # characters of a text that are looked at
_SHORTEST_TEXT = 12  # no token and no URL with a password is shorter
