"""A secret that is read from a file while Nix evaluates."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, WrittenDefinition

from .exposures import COMPOSED_URL, Cause, findings_of, may_promise_secret, promising
from .verdicts import FORMERLY, MARKS


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
    values = COMPOSED_URL
    finds_secrets = True
    also_suppressed_by = MARKS
    formerly = FORMERLY

    def may_concern(self, word: bytes) -> bool:
        """Whether a name with it may promise a secret."""
        return may_promise_secret(word)

    def in_company(self, chosen: frozenset[bytes], words: frozenset[bytes]) -> frozenset[bytes]:  # noqa: ARG002
        """Lists of words only where something in the file promises a secret."""
        return promising(chosen)

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report a secret that is read while Nix evaluates."""
        yield from findings_of(subject, repository, Cause.READ)

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
