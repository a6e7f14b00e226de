"""A secret in the environment or the command of an OCI container."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Severity, WrittenDefinition

from .exposures import findings_of
from .guided_move import guided_move
from .plain_values import PlainValueRule, plain_values
from .takers import Taker, taker_of
from .uses import as_used
from .verdicts import FORMERLY


class SecretInContainerEnvironment(PlainValueRule):
    """A secret in the environment or the command of an OCI container is in the store and in the engine's records.

    ## What it finds

    A secret in plain text in `environment`, `cmd`, `extraOptions` (`-e NAME=…`) or `login` of
    `virtualisation.oci-containers.containers.<name>`.

    ## Why it matters

    The start script of the container is in `/nix/store`, which every user can read; `docker inspect` and the list of
    processes show it as well.

    ## What to do

    Name a file of variables in `environmentFiles`, which sops-nix or agenix makes when the system starts, or mount a file
    and use the image's `…_FILE` variable. Then change the secret.

    Where the repository uses sops-nix or agenix, `nixlint fix --unsafe-fixes` writes the declaration and the option for the
    file, and moves the old value into a file outside the repository that only you can read. The variable has to be
    encrypted by the name that the fix says.

    ## What keeps it silent

    - References to secrets: `config.sops.…`, `$VAR`, `@placeholder@`, `{{ … }}`, `!secret …`, paths, `vault:…`.
    - Hashes, public keys and encrypted values.
    - Files for tests, examples, templates, virtual machines and installers.
    - `# pragma: allowlist secret` and `# gitleaks:allow` on the line.
    - A comment on the line, or right above it, that says that it is not a secret (`# not a secret`).

    ## References

    - [NixOS manual,
      `virtualisation.oci-containers.containers.<name>.environmentFiles`](https://nixos.org/manual/nixos/stable/options#opt-virtualisation.oci-containers.containers._name_.environmentFiles)
    """

    name = "secret-in-container-environment"
    code = "NL307"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    formerly = FORMERLY

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report a secret in the environment or the command of an OCI container."""
        used = as_used(subject, repository)
        if taker_of(used.path) is Taker.CONTAINER:
            move = guided_move if used is subject else None
            yield from findings_of(used, plain_values(used, repository), repository, move=move)

    examples = (
        Bad(
            "an environment variable of an OCI container, its value from a let",
            """\
let
  dbPassword = "s3cr3t-garden";
in
{
  virtualisation.oci-containers.containers.db = {
    image = "docker.io/library/postgres:17";
    environment.POSTGRES_PASSWORD = «dbPassword»;
  };
}
""",
        ),
        Bad(
            "variables and flags in lists",
            """\
{
  virtualisation.oci-containers.containers.cache = {
    image = "redis";
    cmd = [ "redis-server" "--requirepass" «"waterfall9"» ];
    extraOptions = [ "-e" «"API_TOKEN=d41d8cd98f00"» "--env=PORT=8080" ];
  };
}
""",
        ),
        Good(
            "a file of variables, and a file for the image",
            """\
{ config, ... }: {
  virtualisation.oci-containers.containers.db = {
    environmentFiles = [ config.age.secrets.db.path ];
    environment.POSTGRES_PASSWORD_FILE = "/run/secrets/db";
  };
}
""",
        ),
    )
