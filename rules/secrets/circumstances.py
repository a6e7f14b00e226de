"""What stands around a value and says that it is no secret, or that nothing is lost with it.

Each question is asked only where something was found, so that it may look at the whole file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import NamedTuple

from nixlint.rule import (
    MachineFiles,
    Place,
    Repository,
    Span,
    WrittenDefinition,
    comments_within,
    is_put_away,
    machine_files,
    written_definitions,
)
from nixlint.secrets.trials import (
    is_module_of_trial,
    is_of_installer,
    is_option_of_trial,
    is_to_be_read,
    marks_of_trial,
    names_of_installers,
    says_it_is_changed,
    says_no_secret,
)
from nixlint.secrets.ways import strings_of, text_of

from .file_definitions import FileDefinitions


def is_for_trial_here(file: Path, repository: Repository) -> bool:
    """Whether a Nix file is a test, an example, or of a machine that is thrown away.

    What hosts import decides: a file of a machine that is deployed is none, whatever its folder is called. A file that was
    put away is on no machine either.
    """
    if repository.remember_for_turn(_Tests, _Tests).is_one(file, repository) or is_put_away(file, repository):
        return True
    is_named = is_for_trial_by_path(file, repository) or is_of_installer(_relative(file, repository))
    if not is_named and not repository.remember(_Trials, lambda: _trials(repository)).are_mentioned:
        return False
    machines = repository.remember(_Machines, lambda: _machines(repository))
    return file not in machines.deployed and (is_named or file in machines.tried)


class _Trials(NamedTuple):
    """Whether any file speaks of machines that are tried: asked once, for all strings of all files."""

    are_mentioned: bool


def _trials(repository: Repository) -> _Trials:
    marks = (*marks_of_trial(), *names_of_installers())
    return _Trials(repository.root.name in _FOLDERS_OF_INSTALLERS or any(map(repository.mentions, marks)))


def machines_with(file: Path, repository: Repository) -> tuple[frozenset[Path], ...]:
    """For each machine that certainly has a file, all the files that it certainly has."""
    machines = repository.remember(_Each, lambda: _Each(tuple(each.files for each in machine_files(repository))))
    return tuple(files for files in machines.files if file in files)


class _Each(NamedTuple):
    """The files that each machine of a repository certainly has."""

    files: tuple[frozenset[Path], ...]


class _Machines(NamedTuple):
    """The files that the machines of a repository certainly have: those that are deployed, and those that are tried."""

    deployed: frozenset[Path]
    tried: frozenset[Path]


def _machines(repository: Repository) -> _Machines:
    deployed: set[Path] = set()
    tried: set[Path] = set()
    for machine in machine_files(repository):
        is_trial = (
            _is_installer(machine, repository)
            or any(map(is_module_of_trial, machine.others))
            or any(says_trial(file, repository) for file in machine.files)
        )
        (tried if is_trial else deployed).update(machine.files)
    return _Machines(frozenset(deployed), frozenset(tried))


def _is_installer(machine: MachineFiles, repository: Repository) -> bool:
    """Whether a machine is called after what one installs from, or is declared in a folder that is."""
    if is_of_installer(PurePath(machine.name)):
        return True
    if machine.declared_in is None:
        return False
    folder = _relative(machine.declared_in, repository).parent
    return is_of_installer(folder) or (not folder.name and repository.root.name in _FOLDERS_OF_INSTALLERS)


_FOLDERS_OF_INSTALLERS = frozenset({"iso", "installer"})
"""A folder with a flake of its own is looked at as a repository by itself."""


def says_trial(file: Path, repository: Repository) -> bool:
    """Whether a module imports what only a machine imports that is to be tried, or to install from, or has its options."""
    source = repository.source(file)
    if source is None or not any(mark in source.data for mark in marks_of_trial()):
        return False
    for definition in FileDefinitions.of(file, repository).all:
        names = definition.path.names
        if is_option_of_trial(names[0] if names[0] != "config" else names[-1]):
            return True
        if names == ("imports",) and any(
            is_module_of_trial(text_of(string)) for string, _ in strings_of(definition.value)
        ):
            return True
    return False


def is_for_trial_by_path(file: Path, repository: Repository) -> bool:
    """Whether a file is a test, an example or the like, by its path below the repository."""
    return is_to_be_read(_relative(file, repository))


def _relative(file: Path, repository: Repository) -> Path:
    return file.relative_to(repository.root) if file.is_relative_to(repository.root) else Path(file.name)


class _Tests:
    """Which files hold a NixOS test, or say that their machine is tried; each is searched once while a file has its turn."""

    def __init__(self) -> None:
        self._known: dict[Path, bool] = {}

    def is_one(self, file: Path, repository: Repository) -> bool:
        """Whether a file has the script of a test, or says what its machine is for."""
        if file not in self._known:
            source = repository.source(file)
            self._known[file] = source is not None and (b"testScript" in source.data or says_trial(file, repository))
        return self._known[file]


def is_said_to_be_none(place: Place, repository: Repository) -> bool:
    """Whether a comment on the line of a value, or on the lines right above it, says that it is no secret."""
    return says_no_secret(words_beside(place, repository))


def is_said_to_be_changed(place: Place, repository: Repository) -> bool:
    """Whether a comment beside a first password says that it is changed at once, which is what it is there for."""
    return says_it_is_changed(words_beside(place, repository))


def words_beside(place: Place, repository: Repository) -> str:
    """What the comment on the line of a value and those on the lines right above it say, without their marks."""
    source = repository.source(place.path)
    if source is None:
        return ""
    line = source.position(place.span.start).line
    around = Span(source.lines.line_span(max(line - _LINES_ABOVE, 1)).start, source.lines.line_span(line).end)
    beside = {source.position(comment.span.start).line: comment for comment in comments_within(source, around)}
    said = [beside[line].text] if line in beside else []
    above = line - 1
    while above in beside and beside[above].own_line:
        said.insert(0, beside[above].text)
        above -= 1
    return " ".join(text.strip("#*/ \t") for text in said)


_LINES_ABOVE = 5


def is_for_socket(definition: WrittenDefinition, repository: Repository) -> bool:
    """Whether a password stands beside a socket of this machine for a host, where the kernel says who asks."""
    return any(other.path.last in _HOSTS and _is_socket(other) for other in neighbours(definition, repository))


def neighbours(definition: WrittenDefinition, repository: Repository) -> Iterator[WrittenDefinition]:
    """The definitions of the same set in the same file, however they are written; the definition itself among them."""
    yield from FileDefinitions.of(definition.name.path, repository).beside(definition)


def is_in_table_of_styles(definition: WrittenDefinition, repository: Repository) -> bool:
    """Whether a name stands beside a face, a colour or a pattern: the token of a lexer, the key of a table of styles."""
    return any(other.path.last in _STYLES for other in neighbours(definition, repository))


_STYLES = frozenset({"face", "faces", "regex", "style", "fontStyle", "foreground", "fg"})


def is_word_of_own_option(text: str, definition: WrittenDefinition, repository: Repository) -> bool:
    """Whether a value is a plain word at an option that the repository declares itself, for a use of its own."""
    root = definition.path.names[0]
    if root == "config":
        root = definition.path.names[1]
    is_word = all(part.isalpha() and part.islower() for part in text.replace("_", "-").split("-"))
    return is_word and root is not None and root not in _NIXOS and _is_declared(root, repository)


_NIXOS = frozenset({"services", "virtualisation", "containers", "users", "networking", "systemd", "programs", "home"})


def _is_declared(root: str, repository: Repository) -> bool:
    return any(repository.mentions(text + root.encode() + end) for text in _DECLARES for end in (b".", b" "))


_DECLARES = (b"options.", b"options = { ")


_HOSTS = frozenset({"address", "host", "hostname", "server", "socket", "socketDir", "socket_dir", "unix_socket"})


def _is_socket(definition: WrittenDefinition) -> bool:
    return any(text_of(string).startswith(("/", "unix:")) for string, _ in strings_of(definition.value))


def is_name_in_file(text: str, place: Place, repository: Repository) -> bool:
    """Whether a value is the name of a secret, a prompt or a generated file that its own file declares."""
    source = repository.source(place.path)
    if source is None or source.data.count(text.encode()) < 2:  # once is the value itself
        return False
    return FileDefinitions.of(place.path, repository).is_named_below(text, _TABLES_OF_SECRETS)


_TABLES_OF_SECRETS = frozenset(
    # sops-nix and agenix; clan's vars; systemd's credentials
    {"secrets", "prompts", "generators", "files", "templates", "credentials"}
)


def is_default_of_option(file: Path, repository: Repository) -> bool:
    """Whether a file is imported, and only where options are declared: as a default or an example."""
    importers = [path for path in repository.files_mentioning(file.name.encode()) if path != file]
    uses = [use for importer in importers for use in _uses(file, importer, repository)]
    return bool(uses) and all("options" in use.path.names[:-1] for use in uses)


def _uses(file: Path, importer: Path, repository: Repository) -> Iterator[WrittenDefinition]:
    """The innermost definitions of a file that mention the end of another one's path."""
    source = repository.source(importer)
    if source is None:
        return
    path = f"./{file.name}" if importer.parent == file.parent else f"{file.parent.name}/{file.name}"
    definitions = tuple(written_definitions(source, repository))
    for at in _places_of(path.encode(), source.data):
        around = [found for found in definitions if found.value_place.span.contains(at)]
        yield from sorted(around, key=lambda found: len(found.value_place.span))[:1]


def _places_of(words: bytes, data: bytes) -> Iterator[Span]:
    at = data.find(words)
    while at >= 0:
        yield Span(at, at + len(words))
        at = data.find(words, at + 1)
