"""A way of a definition's secret into the store, as a rule found it, and the finding that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from nixlint.rule import (
    AttrsValue,
    Confidence,
    Finding,
    Fix,
    Note,
    OptionPath,
    Place,
    Repository,
    Severity,
    Value,
    WrittenDefinition,
    string_literals,
    words_of,
)
from nixlint.secrets.looks import UNKNOWN, Look
from nixlint.secrets.names import kind_of_secret
from nixlint.secrets.options import is_table_of_secrets
from nixlint.secrets.positions import Position, is_initial_password, position_of
from nixlint.secrets.tokens import token_in
from nixlint.secrets.urls import url_password
from nixlint.secrets.ways import Source, Way, sources_of

from .circumstances import (
    is_for_socket,
    is_for_trial_here,
    is_in_table_of_styles,
    is_name_in_file,
    is_said_to_be_changed,
    is_said_to_be_none,
    is_word_of_own_option,
)
from .containers_of_files import container_at
from .file_definitions import FileDefinitions
from .takers import Taker, taker_of
from .verdicts import HELP, HELP_FOR_USERS, contains, promises_secret


class Exposure(NamedTuple):
    """A way of a definition's secret into the store, and what to say of it."""

    source: Source
    message: str
    severity: Severity = Severity.WARNING
    confidence: Confidence = Confidence.LIKELY
    help: str = ""
    evidence: str = ""
    notes: tuple[Note, ...] = ()
    place: Place | None = None
    """Where the finding is, if not at the value of the definition."""

    def of_entry(self, entry: WrittenDefinition) -> Exposure:
        """The same where the definition that was asked about is a set, and this is one within it."""
        return self._replace(place=entry.value_place, evidence=self.evidence or entry.path.last or "")


def with_entries(definition: WrittenDefinition) -> Iterator[WrittenDefinition]:
    """A definition, and where it is a set of names that each have a secret, those within it.

    A name that promises a secret by itself is left out, for it is asked about by itself.
    """
    yield definition
    value = definition.value if is_table_of_secrets(definition.path) else None
    if not isinstance(value, AttrsValue):
        return
    for name, entry in value.entries.items():
        if not any(promises_secret(word) for word in words_of(name.encode())):
            place = _place_of(entry.value.force()) or definition.value_place
            yield definition._replace(path=definition.path / name, thunk=entry.value, value_place=place)


def _place_of(value: Value) -> Place | None:
    return next((source.place for source in sources_of(value)), None)


def shows_itself(text: str) -> bool:
    """Whether the string that a text stands in is found for what it is, wherever it is used."""
    return token_in(text) is not None or (UNKNOWN not in text and url_password(text) is not Look.NO_SECRET)


def findings_of(
    definition: WrittenDefinition,
    exposures: Iterable[Exposure],
    repository: Repository,
    move: Callable[[WrittenDefinition, Source, Repository], Fix | None] | None = None,
) -> Iterator[Finding]:
    """What to say of the exposures at a definition, but for those of which the file says that they are none.

    ``move`` makes the fix that moves a secret.
    """
    for exposure in exposures:
        if _is_meant(definition, exposure, repository):
            continue
        if is_for_trial_here(definition.name.path, repository):
            return
        found = _finding(definition, exposure, repository)
        yield found if move is None else found._replace(fix=move(definition, exposure.source, repository))


def _is_meant(definition: WrittenDefinition, exposure: Exposure, repository: Repository) -> bool:
    """Whether what stands around a value says that it is no secret."""
    places = dict.fromkeys((definition.value_place, exposure.source.place or definition.value_place))
    if any(is_said_to_be_none(place, repository) for place in places):
        return True
    if is_initial_password(definition.path) and is_said_to_be_changed(definition.value_place, repository):
        return True
    if FileDefinitions.of(definition.name.path, repository).is_switched_off(definition):
        return True
    if exposure.source.way is not Way.LITERAL or position_of(definition.path) is Position.CERTAIN:
        return False
    text = exposure.source.text
    if is_name_in_file(text, definition.value_place, repository) or is_in_table_of_styles(definition, repository):
        return True
    if is_word_of_own_option(text, definition, repository):
        return True
    return kind_of_secret(definition.path.last or "") == "password" and is_for_socket(definition, repository)


def _finding(definition: WrittenDefinition, exposure: Exposure, repository: Repository) -> Finding:
    place = exposure.place or definition.value_place
    written = exposure.source.place or place
    if exposure.evidence and contains(place, written):
        place = written  # one element of a list
    return Finding(
        place=place,
        message=exposure.message,
        help=_help(definition.path, exposure.help),
        severity=exposure.severity,
        confidence=exposure.confidence,
        option=str(definition.path),
        container=container_at(definition.path, definition.name.path, repository),
        evidence=exposure.evidence,
        notes=(*exposure.notes, *(() if contains(place, written) else (Note(written, "the secret is written here"),))),
        # Of a file that is read or copied the source shows a path: what there is to hide is not written there.
        redact=(written, *_pieces(exposure.source, written, repository)) if exposure.source.text else (),
    )


def _pieces(exposed: Source, written: Place, repository: Repository) -> Iterator[Place]:
    """The other literals of a file that a text with interpolations is put together from."""
    source = repository.source(written.path)
    if source is None or b"${" not in source.data[written.span.start : written.span.end]:
        return
    for literal in string_literals(source, repository):
        text = "".join(part for part in literal.parts if part is not None)
        if len(text) > 1 and text in exposed.text and not contains(written, literal.place):
            yield literal.place


def _help(option: OptionPath, known: str) -> str:
    """What to do: for the password of a user what is easy to get wrong, else what is known of the option, or of most."""
    if taker_of(option) in (Taker.USER, Taker.USER_AT_FIRST):
        return HELP_FOR_USERS
    if known:
        return known
    if "oci-containers" in option.names:
        return "put it into a file that sops-nix or agenix makes, and name that file in environmentFiles"
    return HELP
