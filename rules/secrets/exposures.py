"""How the secrets of a file get into the store: each way with its cause, which is one rule's, and what to say of it.

One secret at one definition has one cause. Tokens, private keys and passwords in URLs show by themselves what they are and
are left to the strings that hold them, wherever those are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from nixlint.rule import (
    Binder,
    Confidence,
    Finding,
    Note,
    OptionPath,
    Place,
    Repository,
    Severity,
    WrittenDefinition,
    string_literals,
)
from nixlint.secrets.assignments import Assignment, assignment, kind_of_key, secret_flags, secret_lines, worst_of
from nixlint.secrets.files import is_named_secret, is_plain_secret, may_be_path_of_secret
from nixlint.secrets.looks import UNKNOWN, Look, is_guessed, look_of, published_by
from nixlint.secrets.names import is_environment_file, kind_of_secret, kind_of_secret_file
from nixlint.secrets.options import SecretOption, is_secret_file_option, secret_option
from nixlint.secrets.positions import Position, is_initial_password, is_login, position_of
from nixlint.secrets.tokens import token_in
from nixlint.secrets.urls import url_password
from nixlint.secrets.ways import Source, Way, sources_of, strings_of, text_of

from .circumstances import is_for_socket, is_for_trial_here, is_name_in_file, is_said_to_be_none
from .verdicts import HELP, KEYWORDS, LISTS, called, contains, weight_of, with_article


class Cause(Enum):
    """Why a secret is in the store. Each is the matter of one rule."""

    NAMED = "a value at a name that promises a secret"
    OPTION = "an option of NixOS that holds a secret in plain text"
    USER_PASSWORD = "a user's password"
    INITIAL_PASSWORD = "a password that is there to be changed"
    UNIT_ENVIRONMENT = "the environment or the command of a unit, or of every shell"
    CONTAINER_ENVIRONMENT = "the environment or the command of a container"
    FILE_WRITTEN = "a file that Nix writes"
    FILE_COPIED = "a file that Nix copies"
    READ = "a file that is read while Nix evaluates"


def findings_of(definition: WrittenDefinition, repository: Repository, *causes: Cause) -> Iterator[Finding]:
    """What a definition puts into the store in one of the given ways."""
    for cause, finding in repository.remember_for_turn(_Last, _Last).of(definition, repository):
        if cause in causes:
            yield finding


@cache
def may_promise_secret(word: bytes) -> bool:
    """Whether a name with a word in it may be one that this module looks at."""
    text = word.decode("ascii")
    return text in LISTS or _promises(word) or is_environment_file(text)


def _promises(word: bytes) -> bool:
    return _KEYWORD.search(word) is not None


_KEYWORD = re.compile(b"|".join(KEYWORDS))


def promising(chosen: frozenset[bytes]) -> frozenset[bytes]:
    """Of the words chosen in a file, those that are more than names of lists; all of them where a word promises a secret."""
    return chosen if any(map(_promises, chosen)) else frozenset(word for word in chosen if word not in _LIST_WORDS)


COMPOSED_URL = re.compile(rb"://[\s\S]{0,500}?\$\{")
"""What is in every value that :func:`_is_composed_url` takes for one."""


class _Last:
    """What was found in the definition that the rules are asked about, one after the other."""

    def __init__(self) -> None:
        self._definition: WrittenDefinition | None = None
        self._found: tuple[tuple[Cause, Finding], ...] = ()

    def of(self, definition: WrittenDefinition, repository: Repository) -> tuple[tuple[Cause, Finding], ...]:
        if self._definition is not definition:
            self._found = tuple(
                (exposure.cause, _finding(definition, exposure, repository))
                for exposure in _in_definition(definition, repository)
                if not _is_meant(definition, exposure, repository)
            )
            if self._found and is_for_trial_here(definition.name.path, repository):
                self._found = ()
            self._definition = definition
        return self._found


def _in_definition(definition: WrittenDefinition, repository: Repository) -> Iterator[_Exposure]:
    name = definition.path.last
    if name is None or definition.binder is not Binder.ATTRIBUTE:
        return
    kind = kind_of_secret(name) or _kind_of_key(definition, name)
    kind_of_file = kind_of_secret_file(name)
    exposures: Iterator[_Exposure]
    if kind is not None:
        exposures = _secret(definition, kind)
    elif kind_of_file is not None:
        exposures = _secret_file(definition, kind_of_file)
    elif is_environment_file(name):
        exposures = _environment_file(definition, repository.root)
    elif name in LISTS and _is_promising(definition.name.path, repository):
        exposures = _list(definition)
    elif _is_composed_url(definition.value_place, repository):
        exposures = _url(definition)
    else:
        return
    if position_of(definition.path) is not Position.ELSEWHERE:
        yield from exposures


def _kind_of_key(definition: WrittenDefinition, name: str) -> str | None:
    """What a variable of an environment is that is set to a key in hexadecimal digits."""
    if not name.endswith("_KEY") or not _ENVIRONMENTS.intersection(definition.path.names[:-1]):
        return None
    return next(
        (kind for each in sources_of(definition.value) if (kind := kind_of_key(name, each.text)) is not None), None
    )


_ENVIRONMENTS = frozenset({"environment", "env", "variables", "sessionVariables", "globalEnvironment"})


def _is_promising(path: Path, repository: Repository) -> bool:
    """Whether anything in a file promises a secret: else nobody works out what the lists of words in it come to."""
    source = repository.source(path)
    return source is not None and _promises(source.data)


class _Exposure(NamedTuple):
    """A way of a definition's secret into the store, and what to say of it."""

    cause: Cause
    source: Source
    message: str
    severity: Severity = Severity.WARNING
    confidence: Confidence = Confidence.LIKELY
    help: str = ""
    evidence: str = ""


def _is_meant(definition: WrittenDefinition, exposure: _Exposure, repository: Repository) -> bool:
    """Whether what stands around a value says that it is no secret."""
    places = dict.fromkeys((definition.value_place, exposure.source.place or definition.value_place))
    if any(is_said_to_be_none(place, repository) for place in places):
        return True
    if exposure.source.way is not Way.LITERAL or position_of(definition.path) is Position.CERTAIN:
        return False
    text = exposure.source.text
    if is_name_in_file(text, definition.value_place, repository):
        return True
    return kind_of_secret(definition.path.last or "") == "password" and is_for_socket(definition, repository)


_LIST_WORDS = frozenset(name.encode() for name in LISTS)


def _secret(definition: WrittenDefinition, kind: str) -> Iterator[_Exposure]:
    """A definition of an option that is itself the secret."""
    option, position = definition.path, position_of(definition.path)
    known = secret_option(option)
    cause = _cause_at(option, known)
    is_option = cause is Cause.OPTION and not _is_below(known)
    for source in sources_of(definition.value):
        if source.way is Way.LITERAL:
            look = look_of(source.text, "" if position is Position.CERTAIN else option.last or "", kind)
            if look is not Look.NO_SECRET and not _shows_itself(source.text):
                guessed = is_login(option) and is_guessed(source.text)
                message = f"{option} is {_what_of(kind, look, source.text, is_login=guessed)}"
                weight = weight_of(look, Position.CERTAIN if is_option else position, option, is_guessed=guessed)
                yield _Exposure(cause, source, message, *weight, help=_replacement(known))
        elif (
            source.way is Way.READ
            and not may_be_path_of_secret(source.file, source.symbols)
            and (source.file is None or is_plain_secret(source.file))
        ):
            yield _Exposure(
                Cause.READ,
                source,
                f"{option} is read by {source.through} while Nix evaluates, so the {kind} gets into /nix/store, where "
                "every user can read it",
                help=_replacement(known),
            )


def _what_of(kind: str, look: Look, text: str, *, is_login: bool) -> str:
    """What is wrong with a value: anybody guesses it, everybody knows it, or every user of the machine can read it."""
    if is_login:
        return f"{with_article(kind)} that anyone guesses: whoever reaches the login is in"
    if look is Look.KNOWN:
        return (
            f"{with_article(kind)} that everyone knows: it is published by {published_by(text)}, so it protects nothing"
        )
    if look is Look.PLACEHOLDER:
        return f"{called(kind, look)}: replaced here by a real one, it would be readable by every user in /nix/store"
    return f"{with_article(kind)} in plain text, which every user can read in /nix/store"


def _cause_at(option: OptionPath, known: SecretOption | None) -> Cause:
    """Why a secret in plain text at an option is in the store."""
    names = option.names
    if option.last in ("password", "initialPassword") and len(names) > 2 and names[-3] in ("users", "extraUsers"):
        if len(names) < 4 or names[-4] != "users":
            return Cause.NAMED if known is None else Cause.OPTION
        return Cause.INITIAL_PASSWORD if is_initial_password(option) else Cause.USER_PASSWORD
    if "oci-containers" in names:
        return Cause.CONTAINER_ENVIRONMENT
    if _is_of_unit(names):
        return Cause.UNIT_ENVIRONMENT
    return Cause.NAMED if known is None else Cause.OPTION


def _is_of_unit(names: tuple[str | None, ...]) -> bool:
    """Whether an option is of a unit of systemd, or a variable of every shell."""
    pairs = set(pairwise(names))
    return not pairs.isdisjoint(_UNITS) or "globalEnvironment" in names


_UNITS = frozenset(
    [
        *(("systemd", kind) for kind in ("services", "user", "sockets", "timers", "mounts")),
        ("environment", "variables"),
        ("environment", "sessionVariables"),
        ("home", "sessionVariables"),
    ]
)


def _is_below(known: SecretOption | None) -> bool:
    """Whether a definition is in free-form settings, of which only the option for a file is known."""
    return known is None or known.is_free_form


def _replacement(known: SecretOption | None) -> str:
    if known is not None and known.value is not None:
        return f'write "{known.value}" there, with a file that sops-nix or agenix makes for it; then change the secret'
    if known is None or known.replacement is None:
        return ""
    return f"use {known.replacement}, with a file that sops-nix or agenix makes; then change the secret"


def _shows_itself(text: str) -> bool:
    """Whether the string that a text stands in is found for what it is, wherever it is used."""
    return token_in(text) is not None or (UNKNOWN not in text and url_password(text) is not Look.NO_SECRET)


def _secret_file(definition: WrittenDefinition, kind: str) -> Iterator[_Exposure]:
    """A definition of an option that takes the path of a file with a secret."""
    option = definition.path
    for source in sources_of(definition.value):
        if source.way is Way.WRITTEN and (look := _look_of_content(source)) is not Look.NO_SECRET:
            if not _shows_itself(source.text):
                guessed = kind == "password" and is_secret_file_option(option) and is_guessed(source.text)
                through = f"{option} is fed by {source.through}"
                message = f"{through}, so the {kind} is readable by every user in /nix/store"
                if guessed:
                    message = f"{through} with {_what_of(kind, look, source.text, is_login=True)}"
                position = Position.LIKELY if UNKNOWN in source.text else Position.CERTAIN
                yield _Exposure(Cause.FILE_WRITTEN, source, message, *weight_of(look, position, is_guessed=guessed))
        elif source.way is Way.COPIED and source.file is not None and is_plain_secret(source.file):
            yield _Exposure(
                Cause.FILE_COPIED,
                source,
                f"{option} is a path of Nix, so the file with the {kind} is copied into /nix/store, where every user "
                "can read it",
                confidence=Confidence.CERTAIN if is_secret_file_option(option) else Confidence.LIKELY,
                help="write the path as a string that is no path of Nix, such as "
                'config.sops.secrets.<name>.path or "/run/secrets/<name>"',
            )


def _environment_file(definition: WrittenDefinition, root: Path) -> Iterator[_Exposure]:
    """A definition of an option that takes a file of environment variables.

    ``environmentFiles`` takes the string of a path, which is in the store only where the path is one of the repository.
    A text of several lines is left to :func:`findings_in`, which looks at such texts wherever they stand.
    """
    option = definition.path
    for source in sources_of(definition.value):
        if source.way is Way.WRITTEN and "\n" not in source.text.strip():
            found = worst_of(secret_lines(source.text))
            if found is not None and not _shows_itself(source.text):
                message = (
                    f"{option} is fed by {source.through}, so {found.name} is readable by every user in /nix/store"
                )
                weight = weight_of(found.look, Position.CERTAIN)
                yield _Exposure(Cause.FILE_WRITTEN, source, message, *weight, evidence=found.name)
        elif source.way is Way.COPIED and source.file is not None and is_named_secret(source.file):
            is_string = option.last == "environmentFiles" and not source.file.is_relative_to(root)
            if is_plain_secret(source.file) and not is_string:
                message = f"{option} is a path of Nix, so the secrets in its file are copied into /nix/store"
                yield _Exposure(Cause.FILE_COPIED, source, message)


def _list(definition: WrittenDefinition) -> Iterator[_Exposure]:
    """A definition of variables (``[ "PASSWORD=x" ]``) or of a command's words."""
    option = definition.path
    strings = list(strings_of(definition.value))
    texts = [text_of(string) for string, _ in strings]
    for index, found in _secrets_in_words(texts):
        string, place = strings[index]
        if _shows_itself(texts[index]):
            continue
        source = Source(Way.LITERAL, texts[index], place=place or string.place)
        what = f"{option} sets {found.name} to {called(found.kind, found.look)} in plain text"
        message = f"{what}, which every user can read in /nix/store"
        cause = _cause_at(option, None)
        yield _Exposure(cause, source, message, *weight_of(found.look, Position.LIKELY), evidence=found.name)


def _url(definition: WrittenDefinition) -> Iterator[_Exposure]:
    """A definition of a URL that is put together from parts; one that is written whole is left to :func:`findings_in`."""
    for source in sources_of(definition.value):
        look = url_password(source.text)
        if look is not Look.NO_SECRET:
            message = (
                f"{definition.path} is a URL with a password in plain text, which every user can read in /nix/store"
            )
            cause = _cause_at(definition.path, None)
            yield _Exposure(cause, source, message, *weight_of(look, Position.LIKELY))


def _is_composed_url(place: Place, repository: Repository) -> bool:
    """Whether a string with something interpolated into a URL's credentials is written somewhere."""
    source = repository.source(place.path)
    text = (
        b"" if source is None else source.data[place.span.start : min(place.span.end, place.span.start + _LONGEST_URL)]
    )
    return text.startswith(b'"') and b"${" in text and _composed_password().search(text) is not None


_LONGEST_URL = 500  # bytes


@cache
def _composed_password() -> re.Pattern[bytes]:
    return re.compile(rb"://[^/@]*:[^/@]*\$\{[^@]*@|://[^/@]*\$\{[^}]*\}[^/@]*@")


def _secrets_in_words(texts: list[str]) -> Iterator[tuple[int, Assignment]]:
    if len(texts) == 1 and " " in texts[0]:
        for found in secret_flags(texts[0].split()):
            yield 0, found
        return
    for found in secret_flags(texts):
        yield found.at, found
    for index, text in enumerate(texts):
        variable = assignment(text) if index == 0 or texts[index - 1] not in ("-e", "--env") else None
        if variable is not None:
            yield index, variable


def _look_of_content(source: Source) -> Look:
    """What the content of a file that Nix writes looks like."""
    text = source.text.strip()
    if UNKNOWN in text:
        return Look.NO_SECRET if _is_reference(source.symbols) else Look.SECRET
    return look_of(text)


def _is_reference(symbols: tuple[str, ...]) -> bool:
    """Whether one of the names in a text is that of a secret's path or placeholder."""
    words = ("placeholder", "sops", "age.secrets", "path", "Path", "File", "pkgs.", "vaultix", "lib.")
    return not symbols or any(word in symbol for symbol in symbols for word in words)


def _finding(definition: WrittenDefinition, exposure: _Exposure, repository: Repository) -> Finding:
    place = definition.value_place
    written = exposure.source.place or place
    if exposure.evidence and contains(place, written):
        place = written  # one element of a list
    return Finding(
        place=place,
        message=exposure.message,
        help=exposure.help or _help(definition.path),
        severity=exposure.severity,
        confidence=exposure.confidence,
        option=str(definition.path),
        evidence=exposure.evidence,
        notes=() if contains(place, written) else (Note(written, "the secret is written here"),),
        redact=(written, *_pieces(exposure.source, written, repository)),
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


def _help(option: OptionPath) -> str:
    names = option.names
    if "oci-containers" in names:
        return "put it into a file that sops-nix or agenix makes, and name that file in environmentFiles"
    if option.last in ("password", "initialPassword") and len(names) > 2 and names[-3] in ("users", "extraUsers"):
        return "use hashedPasswordFile with a file that sops-nix or agenix makes, or hashedPassword"
    return HELP
