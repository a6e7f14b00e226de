"""A secret that is read from a file while Nix evaluates."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, WrittenDefinition
from nixlint.secrets.files import is_plain_secret, may_be_path_of_secret
from nixlint.secrets.options import secret_option
from nixlint.secrets.ways import Way, sources_of

from .exposures import Exposure, findings_of, reaches_store
from .plain_values import kind_of_value, replacement
from .verdicts import FORMERLY, MARKS, promises_secret


class SecretReadAtEvaluation(Rule[WrittenDefinition]):
    """A secret is read from a file while Nix evaluates, and so ends up in the store.

    ## What it finds

    `builtins.readFile`, `lib.fileContents` and what is made of them, at an option or a variable that is named after a
    secret.

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
    - A comment on the line, or right above it, that says that it is no secret (`# not a secret`).

    ## References

    - [NixOS wiki, comparison of secret managing schemes](https://wiki.nixos.org/wiki/Comparison_of_secret_managing_schemes)
    - [nixpkgs issue 24288, modules that put secrets into the store](https://github.com/NixOS/nixpkgs/issues/24288)
    """

    name = "secret-read-at-evaluation"
    code = "NL310"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (WrittenDefinition,)
    finds_secrets = True
    also_suppressed_by = MARKS
    formerly = FORMERLY

    def may_concern(self, word: bytes) -> bool:
        """Whether a name with it may promise a secret."""
        return promises_secret(word)

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report a secret that is read while Nix evaluates."""
        if reaches_store(subject):
            yield from findings_of(subject, _reads(subject), repository)

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


def _reads(definition: WrittenDefinition) -> Iterator[Exposure]:
    """The files that a value at a name of a secret is read from."""
    kind = kind_of_value(definition)
    for source in () if kind is None else sources_of(definition.value):
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
