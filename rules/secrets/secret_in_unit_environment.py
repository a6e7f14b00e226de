"""A secret in the environment or the command of a unit of systemd, or of every shell."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, WrittenDefinition

from .exposures import findings_of
from .plain_values import COMPOSED_URL, may_promise_secret, plain_values, promising
from .takers import Taker, taker_of
from .verdicts import FORMERLY, MARKS


class SecretInUnitEnvironment(Rule[WrittenDefinition]):
    """A secret in the environment or the command of a unit is in the store, and in what systemd tells every user.

    ## What it finds

    A variable with a secret in `systemd.services.<name>.environment`, in `serviceConfig.Environment`, in a flag of
    `ExecStart`, and in variables that every shell gets (`environment.variables`, `environment.sessionVariables`).

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
    - A comment on the line, or right above it, that says that it is no secret (`# not a secret`).

    ## References

    - [systemd.exec(5), Environment=, EnvironmentFile= and LoadCredential=](https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html)
    """

    name = "secret-in-unit-environment"
    code = "NL306"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
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
        """Report a secret in the environment or the command of a unit."""
        if taker_of(subject.path) is Taker.UNIT:
            yield from findings_of(subject, plain_values(subject, repository), repository)

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
