"""A secret that is read from a file while Nix evaluates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from nixlint.rule import (
    Bad,
    Confidence,
    Finding,
    Good,
    Place,
    Repository,
    Rule,
    Severity,
    UnknownValue,
    WrittenDefinition,
    unread_arguments,
)
from nixlint.secrets.files import is_named_secret, is_plain_secret, may_be_path_of_secret
from nixlint.secrets.looks import Look, look_of
from nixlint.secrets.options import secret_option
from nixlint.secrets.ways import Source, Way, sources_of, symbols_of

from .exposures import Exposure, findings_of
from .files_of_secrets import is_plain_in
from .plain_values import kind_of_value, replacement
from .reach import may_reach_store, reaches_store
from .verdicts import FORMERLY, KEYWORDS, MARKS, contains, promises_secret


class SecretReadAtEvaluation(Rule[WrittenDefinition]):
    """A secret is read from a file during evaluation, so it ends up in the store.

    ## What it finds

    `builtins.readFile`, `lib.fileContents` and what is made of them, at an option or a variable that is named after a
    secret; of a file that is named after one, whatever the option; and what is imported from a Nix file that git-crypt
    encrypts, at such an option.

    ## Why it matters

    Reading a file while Nix evaluates is the same as writing its content into the configuration: it ends up in `/nix/store`,
    where every user can read it.

    ## What to do

    Give the *path* of the file to an option that takes one, and let sops-nix or agenix make the file.

    ## What keeps it silent

    - Files that are encrypted, public, or lists of hashes.
    - The files of sops-nix and agenix: they are not there while Nix evaluates, so that reading one fails.
    - Files for tests, examples, templates, virtual machines and installers.
    - `# pragma: allowlist secret` and `# gitleaks:allow` on the line.
    - A comment on the line, or right above it, that says that it is not a secret (`# not a secret`).

    ## References

    - [NixOS wiki, comparison of secret managing schemes](https://wiki.nixos.org/wiki/Comparison_of_secret_managing_schemes)
    - [nixpkgs issue 24288, modules that put secrets into the store](https://github.com/NixOS/nixpkgs/issues/24288)
    """

    name = "secret-read-at-evaluation"
    code = "NL310"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (WrittenDefinition,)
    words = (*KEYWORDS, b"readFile", b"fileContents")
    values = re.compile(rb"readFile|fileContents")
    finds_secrets = True
    also_suppressed_by = MARKS
    formerly = FORMERLY
    may_concern = staticmethod(promises_secret)
    may_be_at = staticmethod(may_reach_store)

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report a secret that is read while Nix evaluates."""
        if reaches_store(subject):
            yield from findings_of(subject, _reads(subject, repository), repository)

    examples = (
        Bad(
            "read as it is, and without its end of line",
            """\
{ lib, ... }: {
  services.d.password = «builtins.readFile ./password»;
  services.e.password = «lib.removeSuffix "\\n" (builtins.readFile ./password)»;
}
""",
        ),
        Good(
            "the path of the file, and a file that is public",
            """\
{
  services.d.passwordFile = "/run/secrets/d";
  services.e.token = builtins.readFile ./token.pub;
}
""",
        ),
    )


def _reads(definition: WrittenDefinition, repository: Repository) -> Iterator[Exposure]:
    """The files that a value at a name of a secret is read from, and those named after one that any value is read from."""
    kind = kind_of_value(definition)
    if kind is None:
        yield from _reads_of_secrets(definition, repository)
        return
    yield from _imports(definition, kind, repository)
    for source in sources_of(definition.value):
        if (
            source.way is Way.READ
            and not may_be_path_of_secret(source.file, source.symbols)
            and (source.file is None or is_plain_secret(source.file))
        ):
            yield Exposure(
                source,
                f"{definition.path} is read by {source.through} while Nix evaluates, so the {kind} gets into /nix/store, "
                "where every user can read it",
                help=replacement(secret_option(definition.path)),
            )


def _reads_of_secrets(definition: WrittenDefinition, repository: Repository) -> Iterator[Exposure]:
    """The files named after a secret that are read in a definition, whatever it is of."""
    if not _names_secret_file(definition.value_place, repository):
        return
    for source in sources_of(definition.value):
        file = source.file
        if source.way is not Way.READ or file is None or source.place is None or not is_named_secret(file):
            continue
        if (
            contains(definition.value_place, source.place)
            and not may_be_path_of_secret(file, source.symbols)
            and is_plain_in(file, repository)
            and not _is_known_as_none(file, repository)
        ):
            what = f"{file.name} is read by {source.through} while Nix evaluates, for {definition.path}"
            message = f"{what}: the secret in it gets into /nix/store, where every user can read it"
            yield Exposure(source, message, evidence=file.name)


def _names_secret_file(place: Place, repository: Repository) -> bool:
    """Whether a path with the name of a secret stands in a text: else nobody works out what the text comes to."""
    source = repository.source(place.path)
    written = b"" if source is None else source.data[place.span.start : place.span.end]
    return any(is_named_secret(Path(name.decode("ascii"))) for name in dict.fromkeys(_LAST_NAME.findall(written)))


_LAST_NAME = re.compile(rb"[/}]([A-Za-z0-9_.+-]+)")
"""A name of a path, behind another name or an interpolation."""


def _is_known_as_none(file: Path, repository: Repository) -> bool:
    """Whether the repository shows that a file holds no secret: it is empty, or holds one line that is none."""
    text = repository.text(file)
    if text is None:
        return False
    line = text.strip()
    return not line or ("\n" not in line and look_of(line) is Look.NO_SECRET)


def _imports(definition: WrittenDefinition, kind: str, repository: Repository) -> Iterator[Exposure]:
    """A value from a Nix file that git-crypt keeps: in the clear wherever the system is built."""
    file = _imported_file(definition, repository)
    if file is not None and _is_kept_by_git_crypt(file, repository):
        source = Source(Way.READ, through="import", file=file, place=definition.value_place)
        message = (
            f"{definition.path} is imported from {file.name}, which git-crypt encrypts in the repository only: the {kind} "
            "gets into /nix/store, where every user can read it"
        )
        yield Exposure(source, message)


def _imported_file(definition: WrittenDefinition, repository: Repository) -> Path | None:
    """The file that a value is imported from which nobody can read here: by itself, or as an argument of all modules."""
    value = definition.value
    if isinstance(value, UnknownValue):
        return value.file
    for symbol in symbols_of(value):
        if len(symbol.path) > 1 and symbol.path[0] not in _OF_ALL_MODULES:
            return unread_arguments(repository).get(symbol.path[0])
    return None


_OF_ALL_MODULES = frozenset({"config", "lib", "pkgs", "options", "builtins", "inputs", "modulesPath"})


def _is_kept_by_git_crypt(file: Path, repository: Repository) -> bool:
    return (repository.file_tree().data(file) or b"").startswith(b"\0GITCRYPT\0")
