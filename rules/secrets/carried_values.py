"""Secrets in plain text that are written at one place and carried into the store at another.

A name of a ``let`` is put into a script or another text; a set, or a file with one, is made into a configuration file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from nixlint.rule import Binder, Note, OptionPath, Place, Repository, Span, WrittenDefinition
from nixlint.secrets.looks import Look, look_of
from nixlint.secrets.names import is_environment_file, kind_of_secret
from nixlint.secrets.positions import Position, is_elsewhere
from nixlint.secrets.ways import Source, Way, sources_of

from .exposures import Exposure, shows_itself
from .file_definitions import FileDefinitions
from .files_of_secrets import kind_of_file
from .plain_values import is_composed_url, is_mount_options
from .reach import reaches_store
from .uses import uses_by_name
from .verdicts import LISTS, weight_of, with_article


def may_be_carried(path: OptionPath) -> bool:
    """Whether the value at a path may be a secret that another definition gets into the store."""
    return kind_of_secret(path.last or "") is not None


def carried_values(definition: WrittenDefinition, repository: Repository) -> Iterator[Exposure]:
    """The secrets at a definition that get into the store through another one."""
    kind = kind_of_secret(definition.path.last or "")
    for source in () if kind is None else sources_of(definition.value):
        if kind is not None and _is_secret(source, definition, kind):
            use = _use_of(definition, repository)
            if use is not None:
                message = (
                    f"{definition.path} is {with_article(kind)} in plain text, which every user can read in /nix/store"
                )
                notes = (Note(use, "it is carried into the store here"),)
                yield Exposure(source, message, *weight_of(Look.SECRET, Position.LIKELY), notes=notes)


def _is_secret(source: Source, definition: WrittenDefinition, kind: str) -> bool:
    is_plain = source.way is Way.LITERAL and not shows_itself(source.text)
    name = definition.path.last or ""
    if len(definition.path) == 1 and (name.lower() in _WORDS_OF_OTHERS or _is_name(source.text, name)):
        return False
    return is_plain and look_of(source.text, name, kind) is Look.SECRET


_WORDS_OF_OTHERS = frozenset({"pwd", "pass", "pw", "auth"})
"""By itself, such a name is as often a folder, a command or a part of a prompt."""


def _is_name(text: str, name: str) -> bool:
    """Whether ``appKeySecret = "app-key"`` says what a secret is called."""
    return name.endswith(("Secret", "Token", "Password")) and _slug().fullmatch(text) is not None


@cache
def _slug() -> re.Pattern[str]:
    return re.compile(r"[a-z0-9]+(?:[-_./][a-z0-9]+)+")


def _use_of(definition: WrittenDefinition, repository: Repository) -> Place | None:
    """Where the value of a definition is carried on into the store."""
    if reaches_store(definition):
        return None
    uses = (use for use in uses_by_name(definition, repository) if not _is_asked_for(use, repository))
    named = next(uses, None)
    if named is not None or definition.binder is not Binder.ATTRIBUTE or is_elsewhere(definition.path):
        return named
    return next(_files_made(definition, repository), None)


def _is_asked_for(use: Place, repository: Repository) -> bool:
    """Whether a value is used where some rule looks at what comes of it."""
    around = FileDefinitions.of(use.path, repository).innermost_around(use.span)
    return around is not None and _is_asked_about(around, repository)


def _is_asked_about(definition: WrittenDefinition, repository: Repository) -> bool:
    """Whether what a definition comes to is looked at for itself."""
    name = definition.path.last or ""
    return (
        name in LISTS
        or kind_of_secret(name) is not None
        or kind_of_file(definition.path) is not None
        or is_environment_file(name)
        or is_mount_options(definition.path)
        or is_composed_url(definition.value_place, repository)
    )


def _files_made(definition: WrittenDefinition, repository: Repository) -> Iterator[Place]:
    """Where a configuration file is made of the set that a definition stands in, or of the file with that set."""
    path = definition.name.path
    around = [
        found.path.last
        for found in FileDefinitions.of(path, repository).all
        if found.binder is Binder.LET and found.value_place.span.contains(definition.value_place.span)
    ]
    names = [re.compile(rb"(?<![\w'.-])" + re.escape(name.encode()) + rb"(?![\w'-])") for name in around if name]
    for place, rest in _makers(path, repository):
        is_inline = rest.contains(definition.value_place.span)
        if is_inline or any(_is_in(name, place, rest, repository) for name in names):
            yield place
    imported = re.compile(rb"/" + re.escape(path.name.encode()) + rb"(?![\w-])")
    for file in () if names else repository.files_mentioning(path.name.encode()):
        yield from (place for place, rest in _makers(file, repository) if _is_in(imported, place, rest, repository))


def _makers(path: Path, repository: Repository) -> Iterator[tuple[Place, Span]]:
    """The functions in a file that make a configuration file, each with the rest of the definition that it stands in."""
    source = repository.source(path)
    for match in () if source is None else _maker().finditer(source.data):
        span = Span(*match.span())
        around = FileDefinitions.of(path, repository).innermost_around(span)
        if around is not None:
            yield Place(path, span), Span(span.end, around.value_place.span.end)


def _is_in(pattern: re.Pattern[bytes], place: Place, rest: Span, repository: Repository) -> bool:
    source = repository.source(place.path)
    return source is not None and pattern.search(source.data, *rest) is not None


@cache
def _maker() -> re.Pattern[bytes]:
    """What makes the text of a configuration file of a set."""
    return re.compile(rb"\b(?:toJSON|toYAML|toTOML|toINI\w*|toKeyValue|toPlist|toGitINI)\b|\.generate\b")
