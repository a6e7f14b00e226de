"""The path or the placeholder of a secret, where the secret itself is wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixlint.rule import (
    Bad,
    Binder,
    Confidence,
    Finding,
    Good,
    Repository,
    Rule,
    Severity,
    StringValue,
    SymbolValue,
    Value,
    WrittenDefinition,
)
from nixlint.secrets.options import secret_option

_PATH = "path"
_PLACEHOLDER = "placeholder"


class SecretPathAsValue(Rule[WrittenDefinition]):
    """An option that takes the secret itself gets the path of the secret's file, or a placeholder.

    ## What it finds

    `config.sops.secrets.<name>.path`, `config.age.secrets.<name>.path` or `config.sops.placeholder.<name>` as the whole
    value of an option of NixOS that takes a secret in plain text, and a placeholder in the environment of a unit or of
    an OCI container.

    ## Why it matters

    The path is a text like any other: the token is then `/run/secrets/token`, which everybody can guess. A placeholder
    is replaced in the templates of sops-nix alone, and stays `<SOPS:…:PLACEHOLDER>` elsewhere.

    ## What to do

    Use the option that takes a file, which the finding names where there is one. Where there is none, let a template of
    sops-nix hold the line, and give its path to `EnvironmentFile` or `environmentFiles`.

    ## What keeps it silent

    - An option that is not in the table of those that take a secret in plain text.
    - Settings of which the program decides what they are, and a value with more than the path, such as `$__file{…}`.
    - A template of sops-nix.

    ## References

    - [sops-nix, templates](https://github.com/Mic92/sops-nix#templates)
    - `nixlint/data/secret_options.json`, the options with their sources
    """

    name = "secret-path-as-value"
    code = "NL319"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)
    words = (b"secrets", b"placeholder")
    names = frozenset[bytes]()  # the secret stands in the value
    values = re.compile(rb"(?:sops(?<!\wsops)|age(?<!\wage))\s*\.\s*(?:secrets|placeholder)\b")

    def check(self, subject: WrittenDefinition, _repository: Repository) -> Iterator[Finding]:
        """Report a secret whose path or placeholder is taken for it."""
        if subject.binder is not Binder.ATTRIBUTE:
            return
        found = _secret(subject.value)
        if found is None:
            return
        kind, name = found
        option = secret_option(subject.path)
        if option is None or option.is_free_form:
            if kind == _PLACEHOLDER and _is_environment(subject.path.names):
                yield _finding(subject, kind, name, "let a template of sops-nix hold it, and use an environment file")
            return
        instead = f"set {option.replacement}" if option.replacement else "let a template of sops-nix hold it"
        yield _finding(subject, kind, name, instead)

    examples = (
        Bad(
            "options that take the secret itself",
            """\
{ config, ... }:
{
  services.k3s.token = «config.sops.secrets.k3s.path»;
  services.gitea.database.password = «"${config.age.secrets.db.path}"»;
  networking.wireless.networks.home.psk = «config.sops.placeholder.wifi»;
}
""",
        ),
        Bad(
            "placeholders in an environment",
            """\
{ config, ... }:
{
  systemd.services.app.environment.TOKEN = «config.sops.placeholder.token»;
  virtualisation.oci-containers.containers.app.environment.TOKEN = «"${config.sops.placeholder.token}"»;
}
""",
        ),
        Good(
            "options that take a file, and a template",
            """\
{ config, ... }:
{
  services.k3s.tokenFile = config.sops.secrets.k3s.path;
  sops.templates."app.env".content = config.sops.placeholder.token;
  systemd.services.app.environment.TOKEN_FILE = config.sops.secrets.token.path;
}
""",
        ),
        Good(
            "more than the path, and settings of a program",
            """\
{ config, ... }:
{
  services.grafana.settings.security.secret_key = "$__file{${config.sops.secrets.key.path}}";
  services.vaultwarden.config.ADMIN_TOKEN = config.my.token;
}
""",
        ),
    )


def _secret(value: Value) -> tuple[str, str] | None:
    """The kind and the name of what a value is, where it is nothing else."""
    symbol = value.parts[0] if isinstance(value, StringValue) and len(value.parts) == 1 else value
    if not isinstance(symbol, SymbolValue):
        return None
    match symbol.path:
        case ("config", "sops" | "age", "secrets", str(name), "path"):
            return _PATH, name
        case ("config", "sops", "placeholder", str(name)):
            return _PLACEHOLDER, name
    return None


def _is_environment(names: tuple[str | None, ...]) -> bool:
    match names:
        case (*_, "systemd", "services", _, "environment", _):
            return True
        case (*_, "oci-containers", "containers", _, "environment", _):
            return True
    return False


def _finding(subject: WrittenDefinition, kind: str, name: str, instead: str) -> Finding:
    return Finding(
        subject.value_place,
        f"{subject.path} gets the {kind} of the secret {name}, and not the secret",
        instead,
        option=str(subject.path),
        evidence=name,
    )
