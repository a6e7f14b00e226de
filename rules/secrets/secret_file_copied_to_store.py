"""A file with a secret that Nix copies into the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, WrittenDefinition
from nixlint.secrets.files import is_named_secret, is_plain_secret
from nixlint.secrets.names import is_environment_file, kind_of_secret, kind_of_secret_file
from nixlint.secrets.options import is_secret_file_option
from nixlint.secrets.ways import Way, sources_of

from .exposures import Exposure, findings_of, reaches_store
from .verdicts import FORMERLY, MARKS, promises_secret


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
    finds_secrets = True
    also_suppressed_by = MARKS
    formerly = FORMERLY

    def may_concern(self, word: bytes) -> bool:
        """Whether a name with it may promise a secret."""
        return promises_secret(word) or is_environment_file(word.decode("ascii"))

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report an option for the file of a secret that Nix copies."""
        if reaches_store(subject):
            yield from findings_of(subject, _copies(subject, repository.root), repository)

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


def _copies(definition: WrittenDefinition, root: Path) -> Iterator[Exposure]:
    """The files that Nix copies for an option which takes the path of a file with a secret, or with variables."""
    option = definition.path
    name = option.last or ""
    if kind_of_secret(name) is not None:
        return
    kind = kind_of_secret_file(name)
    for source in sources_of(definition.value) if kind is not None or is_environment_file(name) else ():
        if source.way is not Way.COPIED or source.file is None or not is_plain_secret(source.file):
            continue
        if kind is not None:
            yield Exposure(
                source,
                f"{option} is a path of Nix, so the file with the {kind} is copied into /nix/store, where every user "
                "can read it",
                confidence=Confidence.CERTAIN if is_secret_file_option(option) else Confidence.LIKELY,
                help="write the path as a string that is no path of Nix, such as "
                'config.sops.secrets.<name>.path or "/run/secrets/<name>"',
            )
        elif is_named_secret(source.file) and (option.last != "environmentFiles" or source.file.is_relative_to(root)):
            # environmentFiles takes the string of a path, which is in the store only where the file is the repository's
            message = f"{option} is a path of Nix, so the secrets in its file are copied into /nix/store"
            yield Exposure(source, message)
