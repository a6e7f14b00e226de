"""A file with a secret that Nix copies into the store."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, WrittenDefinition
from nixlint.secrets.options import is_secret_file_option
from nixlint.secrets.ways import Way

from .circumstances import neighbours
from .exposures import Exposure, findings_of
from .files_of_secrets import (
    HINTS_OF_FILES,
    GivenFile,
    given_files,
    holds_variables,
    is_plain_in,
    may_take_file,
    taking_files,
)
from .reach import may_reach_store
from .verdicts import FORMERLY, MARKS


class SecretFileCopiedToStore(Rule[WrittenDefinition]):
    """A path without quotes is a Nix path, so the file with the secret is copied into the store.

    ## What it finds

    An option for a *file* with a secret (`passwordFile`, `tokenFile`, `environmentFile`) that is given a path of Nix:
    `./password`, `/etc/secret` without quotes, or `"${./password}"`. Credentials of units (`LoadCredential`),
    `credentials=` of a mount and the host keys of an SSH server count too. A file of variables counts where one of them is a
    secret, as far as the repository shows the file, or by its name.

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
    - A comment on the line, or right above it, that says that it is not a secret (`# not a secret`).

    ## References

    - [Nix manual, path literals and their coercion to strings](https://nix.dev/manual/nix/stable/language/string-interpolation)
    - [nixpkgs issue 24288](https://github.com/NixOS/nixpkgs/issues/24288)
    """

    name = "secret-file-copied-to-store"
    code = "NL309"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (WrittenDefinition,)
    words = HINTS_OF_FILES
    finds_secrets = True
    also_suppressed_by = MARKS
    formerly = FORMERLY

    may_be_at = staticmethod(may_reach_store)

    def may_concern(self, word: bytes) -> bool:
        """Whether a name with it may promise a secret."""
        return may_take_file(word)

    def in_company(self, chosen: frozenset[bytes], words: frozenset[bytes]) -> frozenset[bytes]:
        """Options that several words tell by all of them."""
        return taking_files(chosen, words)

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report an option for the file of a secret that Nix copies."""
        if not _is_of_deployment(subject, repository):
            yield from findings_of(subject, _copies(subject, repository), repository)

    examples = (
        Bad(
            "paths without quotes, and one in a string",
            """\
{
  services.a.passwordFile = «./password»;
  services.b.tokenFile = «"${./token}"»;
  services.c.secretKeyFile = «/etc/c/secret-key»;
  virtualisation.oci-containers.containers.f.environmentFiles = [ «./f.env» «./f-token.env» ];
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
            "the keys of colmena, which reads the files where it deploys",
            """\
{
  "app.env" = { keyFile = ./app.env; destDir = "/etc/app"; permissions = "0400"; };
  deployment.keys.token.keyFile = ./token;
}
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


def _is_of_deployment(definition: WrittenDefinition, repository: Repository) -> bool:
    """Whether it is a key of colmena, which takes the path's string and reads the file where it deploys."""
    if definition.path.last != "keyFile":
        return False
    if ("deployment", "keys") in pairwise(definition.path.names):
        return True
    return any(other.path.last in ("destDir", "uploadAt") for other in neighbours(definition, repository))


def _copies(definition: WrittenDefinition, repository: Repository) -> Iterator[Exposure]:
    """The files that Nix copies for an option which takes the file of a secret, or of variables."""
    for given in given_files(definition):
        file = given.source.file
        if given.source.way is not Way.COPIED or file is None or not is_plain_in(file, repository):
            continue
        if given.kind is not None:
            whose = f"{given.name} of {given.option}" if given.name else given.option
            what = f"{whose} is a path of Nix, so the file with the {given.kind} is copied into /nix/store"
            exposure = Exposure(
                given.source,
                f"{what}, where every user can read it",
                confidence=Confidence.CERTAIN if is_secret_file_option(given.option) else Confidence.LIKELY,
                help="write the path as a string, not as a Nix path, such as "
                'config.sops.secrets.<name>.path or "/run/secrets/<name>"',
            )
            yield given.placed(exposure, definition)
        elif _is_copied(given, file, repository) and holds_variables(file, repository):
            message = f"{given.option} is a path of Nix, so the secrets in its file are copied into /nix/store"
            yield given.placed(Exposure(given.source, message), definition)


def _is_copied(given: GivenFile, file: Path, repository: Repository) -> bool:
    """Whether a file of variables is: of ``environmentFiles`` only one of the repository, for it takes a path's string."""
    return given.option.last != "environmentFiles" or file.is_relative_to(repository.root)
