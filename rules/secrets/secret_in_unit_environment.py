"""A secret in the environment or the command of a unit of systemd, or of every shell."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Severity, WrittenDefinition

from .exposures import findings_of
from .plain_values import PlainValueRule, plain_values
from .takers import Taker, taker_of
from .uses import as_used
from .verdicts import FORMERLY


class SecretInUnitEnvironment(PlainValueRule):
    """A secret in the environment or the command of a unit is in the store, and systemd shows it to every user.

    ## What it finds

    A variable with a secret in `systemd.services.<name>.environment`, in `serviceConfig.Environment`, a credential in
    `SetCredential`, a password among the options of `systemd.mounts`, a secret in a flag of `ExecStart`, and in
    variables that every shell gets (`environment.variables`, `environment.sessionVariables`).

    ## Why it matters

    The unit's file is in `/nix/store`, which every user can read, and `systemctl show` prints its environment to every
    user as well. Flags of a command are in the list of processes.

    ## What to do

    Set `serviceConfig.EnvironmentFile` to a file that sops-nix or agenix makes, or pass the secret as a file with
    `LoadCredential`. Then change the secret.

    ## What keeps it silent

    - References to secrets: `config.sops.…`, `$VAR`, `@placeholder@`, `{{ … }}`, `!secret …`, paths, `vault:…`.
    - Hashes, public keys and encrypted values.
    - Files for tests, examples, templates, virtual machines and installers.
    - `# pragma: allowlist secret` and `# gitleaks:allow` on the line.
    - A comment on the line, or right above it, that says that it is not a secret (`# not a secret`).

    ## References

    - [systemd.exec(5), Environment=, EnvironmentFile= and
      LoadCredential=](https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html)
    """

    name = "secret-in-unit-environment"
    code = "NL306"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    formerly = FORMERLY

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report a secret in the environment or the command of a unit."""
        used = as_used(subject, repository)
        if taker_of(used.path) is Taker.UNIT:
            yield from findings_of(used, plain_values(used, repository), repository)

    examples = (
        Bad(
            "variables and flags of a unit",
            """\
{
  systemd.services.worker.environment.API_TOKEN = «"d41d8cd98f00"»;
  systemd.services.worker.serviceConfig.Environment = [ "PORT=80" «"DB_PASSWORD=waterfall9"» ];
  environment.sessionVariables.RESTIC_PASSWORD = «"waterfall9"»;
}
""",
        ),
        Good(
            "a file of variables, and a credential",
            """\
{ config, ... }: {
  systemd.services.worker.serviceConfig = {
    EnvironmentFile = config.sops.secrets.worker.path;
    LoadCredential = "token:/run/secrets/token";
    Environment = [ "TOKEN_FILE=%d/token" ];
  };
}
""",
        ),
    )
