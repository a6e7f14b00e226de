"""Options that take the file of a secret, or a file of variables, and the files that a definition gives them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from nixlint.rule import ListValue, OptionPath, Repository, WrittenDefinition
from nixlint.secrets.assignments import assignment, secret_lines
from nixlint.secrets.files import is_age_file, is_named_secret, is_plain_secret, is_sops_file
from nixlint.secrets.looks import Look
from nixlint.secrets.names import is_environment_file, kind_of_secret, kind_of_secret_file
from nixlint.secrets.options import kind_in_file_of, tell_tale_words
from nixlint.secrets.ways import Source, Way, sources_of, strings_of, text_of

from .exposures import Exposure, with_entries
from .plain_values import is_mount_options
from .reach import reaches_store
from .verdicts import KEYWORDS, promises_secret


class GivenFile(NamedTuple):
    """A file that a definition gives to something which takes a secret from it.

    ``kind`` is what is in the file, ``None`` for variables of which some may be secrets; ``name`` tells it from others
    that the same definition gives.
    """

    definition: WrittenDefinition
    source: Source
    kind: str | None
    name: str = ""

    def placed(self, exposure: Exposure, asked: WrittenDefinition) -> Exposure:
        """The exposure where the file is given, by the definition that was asked about or by one within it."""
        named = exposure._replace(evidence=exposure.evidence or self.name)
        return named if self.definition is asked else named.of_entry(self.definition)

    @property
    def option(self) -> OptionPath:
        """The option that the file is given to."""
        return self.definition.path


def given_files(definition: WrittenDefinition) -> Iterator[GivenFile]:
    """The files that Nix writes or copies for an option of files with secrets, and the texts that may be paths of some."""
    for each in with_entries(definition):
        if reaches_store(each):
            yield from _given(each)


def kind_of_file(option: OptionPath) -> str | None:
    """What is in the file that an option takes: by its name, unless it promises the secret itself, or as it is known."""
    name = option.last or ""
    by_name = None if kind_of_secret(name) is not None else kind_of_secret_file(name)
    return kind_in_file_of(option) or by_name


def is_plain_in(file: Path, repository: Repository) -> bool:
    """Whether a file holds its secret in the clear, as far as its name and, where it is there, its text tell."""
    text = repository.text(file)
    if text is None:  # it is not there, or no text
        beginning = (repository.file_tree().data(file) or b"")[:64].decode("ascii", "replace")
        return is_plain_secret(file) and not is_age_file(beginning)
    return is_plain_secret(file) and not (is_sops_file(text) or is_age_file(text))


def holds_variables(file: Path, repository: Repository) -> bool:
    """Whether a file of variables has a secret among them: by what is in it, or by its name where nobody can look."""
    text = repository.text(file)
    if is_named_secret(file):
        return True
    if text is None:
        return file.suffix == ".env" or file.name.startswith(".env")
    return any(found.look is Look.SECRET for found in secret_lines(f"{text}\n"))


_MOUNTS = frozenset({b"fileSystems", b"mounts"})


@cache
def may_take_file(word: bytes) -> bool:
    """Whether a name with a word in it may be one of an option that takes such a file."""
    if word in _WORDS or word in tell_tale_words() or promises_secret(word):
        return True
    # To take a word apart costs more than all the rest, and most are told by their first letters.
    return word.lower().translate(None, b"-_'").startswith(b"env") and is_environment_file(word.decode("ascii"))


def taking_files(chosen: frozenset[bytes], words: frozenset[bytes]) -> frozenset[bytes]:
    """Of the words chosen in a file, those that may concern a rule in the company of all its words."""
    telling = tell_tale_words()
    return frozenset(
        word
        for word in chosen
        if (word != b"options" or not words.isdisjoint(_MOUNTS))
        and (word not in telling or promises_secret(word) or not telling[word].isdisjoint(words))
    )


HINTS_OF_FILES = (
    *(*KEYWORDS, b"nv", b"NV", b"Nv", b"LoadCredential", b"mountOptions"),
    *(*sorted(_MOUNTS), *sorted(tell_tale_words())),
)
"""A file without any of these bytes has no option that takes such a file."""

_WORDS = frozenset({b"LoadCredential", b"options", b"mountOptions"})


def _given(definition: WrittenDefinition) -> Iterator[GivenFile]:
    option = definition.path
    kind = kind_of_file(option)
    if kind is not None or is_environment_file(option.last or ""):
        is_list = isinstance(definition.value, ListValue)
        for source in sources_of(definition.value):
            name = source.file.name if is_list and source.file is not None else ""
            yield GivenFile(definition, source, kind, name)
    elif option.last == "LoadCredential":
        yield from _parts(definition, ":")
    elif is_mount_options(option):
        yield from _parts(definition, "=")


def _parts(definition: WrittenDefinition, mark: str) -> Iterator[GivenFile]:
    """The files in strings such as ``"token:/path"``, ``"uid=1000,credentials=/path"``, which have no name of their own."""
    for string, place in strings_of(definition.value):
        for source in sources_of(string):
            if source.way in (Way.COPIED, Way.WRITTEN):
                whole = text_of(string)
                name = whole.partition("\0")[0].rpartition(mark)[0].rpartition(",")[2]
                kind = "credentials" if mark == "=" and name in _CREDENTIALS else kind_of_secret(name)
                if kind is None and source.file is not None and is_named_secret(source.file):
                    kind = "secret"
                if kind is not None:
                    yield GivenFile(definition, source._replace(place=place or string.place), kind, name)


_CREDENTIALS = frozenset({"credentials", "cred"})  # mount.cifs(8)


def variable_in(line: str) -> str | None:
    """The name of the variable that a line of a file of secrets sets to one, whatever the name says."""
    name, equals, value = line.strip().partition("=")
    if not equals or name.startswith(("#", ";")):
        return None
    found = assignment(f"password={value}")
    return name if found is not None and found.look is Look.SECRET else None
