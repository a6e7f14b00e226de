"""A file with a secret that Nix copies into the store."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, WrittenDefinition

from .exposures import COMPOSED_URL, Cause, findings_of, may_promise_secret, promising
from .verdicts import FORMERLY, MARKS


class SecretFileCopiedToStore(Rule[WrittenDefinition]):
    """A path without quotes is a path of Nix: the file with the secret is copied into the store.

    ## What it finds

    An option for a *file* with a secret (`passwordFile`, `tokenFile`, `environmentFile`) that is given a path of Nix:
    `./password`, `/etc/secret` without quotes, or `"${./password}"`.

    ## Why it matters

    Where the option's type or an interpolation makes a string of a path of Nix, the file is copied into `/nix/store`,
    which every user can read. The option looks as if it kept the secret out of it.

    ## What to do

    Write the path as a string: `"/etc/secret"`, or the path of a secret that sops-nix or agenix makes. A file of the
    repository has to be encrypted, or moved out of it. Then change the secret.

    ## What keeps it silent

    - `environmentFiles` of `virtualisation.oci-containers` with an absolute path, of which the string is taken.
    - Encrypted files (`.age`, `.gpg`, sops), public ones and hashes.
    - `age.secrets.<name>.file`, `sops.defaultSopsFile` and `sops.secrets.<name>.sopsFile`.
    - Files for tests, examples, templates, virtual machines and installers.
    - `# pragma: allowlist secret` and `# gitleaks:allow` on the line.
    - A comment on the line, or right above it, that says that it is no secret (`# not a secret`).

    ## References

    - [Nix manual, path literals and their coercion to strings](https://nix.dev/manual/nix/stable/language/string-interpolation)
    - [nixpkgs issue 24288](https://github.com/NixOS/nixpkgs/issues/24288)
    """

    name = "secret-file-copied-to-store"
    code = "NL309"
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
        """Report an option for the file of a secret that Nix copies."""
        yield from findings_of(subject, repository, Cause.FILE_COPIED)

    examples = (
        Bad(
            "paths without quotes, and one in a string",
            """\
{
  services.a.passwordFile = «./password»;
  services.b.tokenFile = «"${./token}"»;
  services.c.secretKeyFile = «/etc/c/secret-key»;
  virtualisation.oci-containers.containers.f.environmentFiles = «[ ./f.env ./f-token.env ]»;
}
""",
        ),
        Good(
            "a path that only exists when the system runs",
            """\
{ config, ... }: {
  services.nextcloud.config.adminpassFile = "/run/secrets/adminpass";
  services.a.passwordFile = config.sops.secrets.a.path;
  services.b.settings.password._secret = config.age.secrets.b.path;
}
""",
        ),
        Good(
            "environment files of OCI containers, which take the path's string",
            """\
{ virtualisation.oci-containers.containers.db.environmentFiles = [ /run/secrets/db.env ]; }
""",
        ),
        Good(
            "encrypted and public files",
            """\
{
  age.secrets.password.file = ./password.age;
  sops.secrets.password.sopsFile = ./secrets.yaml;
  services.a.passwordFile = ./password.age;
  services.b.publicKeyFile = ./b.pub;
  services.c.configFile = ./c.conf;
}
""",
        ),
        Good(
            "what sops-nix and agenix encrypt",
            """\
{
  age.secrets.app.file = ./app;
  sops.defaultSopsFile = ./secrets;
  sops.secrets.app.sopsFile = ./app;
}
""",
        ),
    )
