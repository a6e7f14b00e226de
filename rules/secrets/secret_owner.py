"""A secret that the service which needs it may not read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from nixlint.rule import (
    AttrsValue,
    Bad,
    Confidence,
    Finding,
    Good,
    Repository,
    Rule,
    Severity,
    SymbolValue,
    Value,
    WrittenDefinition,
    written_definitions,
)
from nixlint.secrets.readers import Reader, may_be_read, reader_of
from nixlint.secrets.ways import strings_of, symbols_of

from .circumstances import is_for_trial_here


class SecretOwner(Rule[WrittenDefinition]):
    """A secret of sops-nix or agenix belongs to root, but the service that reads it runs as another user.

    ## What it finds

    The path of a secret (`config.sops.secrets.<name>.path`, `config.age.secrets.<name>.path`) at an option whose file the
    service reads itself, as a user of its own, where nothing in the repository gives the secret an owner, a group or a
    mode: Grafana's `$__file{…}`, Gitea's password files, Synapse's `extraConfigFiles`.

    ## Why it matters

    sops-nix and agenix make secrets that only root may read (`0400`). The service fails to start, or goes on without the
    secret. Most services get their files from systemd, which reads them as root; these do not.

    ## What to do

    Set the owner where the secret is declared:

    ```nix
    sops.secrets.grafana.owner = "grafana";
    ```

    ## What keeps it silent

    - `owner`, `group`, `mode`, `uid` or `gid` set for the secret, or for secrets with names that are not known, in any file.
    - A secret whose declaration is not in the repository, or is made by something that is not understood.
    - A repository that changes how the unit of the service runs (`systemd.services.<name>.serviceConfig`).
    - Files for tests, examples, templates, virtual machines and installers.

    ## References

    - [sops-nix, permissions, owner and group](https://github.com/Mic92/sops-nix#set-secret-permissionowner-and-allow-services-to-access-it)
    - [agenix, `age.secrets.<name>.owner`](https://github.com/ryantm/agenix#agesecretsnameowner)
    """

    name = "secret-owner"
    code = "NL313"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (WrittenDefinition,)
    words = (b"path",)
    names = frozenset[bytes]()  # some services read whatever is below their option

    def in_company(self, chosen: frozenset[bytes], words: frozenset[bytes]) -> frozenset[bytes]:  # noqa: ARG002
        """All of them, where the names of an option that a service reads are in the file, and something has a path."""
        return words if b"path" in words and may_be_read(words) else frozenset()

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report the path of a secret that its reader may not read."""
        reader = reader_of(subject.path)
        if reader is None:
            return
        for tool, name in _secrets(subject.value, reader):
            access = repository.remember(_Access, lambda: _Access(repository))
            if is_for_trial_here(subject.name.path, repository) or not access.units.isdisjoint({reader.unit, None}):
                return
            if not access.is_left_to_root(tool, name):
                continue
            yield Finding(
                subject.value_place,
                f"{subject.path} is read by the user {reader.user}, and the secret {name} is for root alone",
                f'set {tool}.secrets."{name}".owner = "{reader.user}"',
                option=str(subject.path),
                evidence=name,
            )

    examples = (
        Bad(
            "Grafana and Gitea, with secrets that belong to root",
            """\
{ config, ... }: {
  sops.secrets."grafana/key" = { };
  services.grafana.settings.security.secret_key = «"$__file{${config.sops.secrets."grafana/key".path}}"»;

  age.secrets.gitea = { file = ./gitea.age; };
  services.gitea.database.passwordFile = «config.age.secrets.gitea.path»;
}
""",
        ),
        Bad(
            "the secret in another file",
            {
                "synapse.nix": """\
{ config, ... }: {
  services.matrix-synapse.extraConfigFiles = «[ config.sops.secrets.synapse.path ]»;
}
""",
                "secrets.nix": "{ sops.secrets.synapse.sopsFile = ./synapse.yaml; }\n",
            },
        ),
        Good(
            "an owner, a group, a mode",
            """\
{ config, ... }: {
  sops.secrets.key.owner = "grafana";
  services.grafana.settings.security.secret_key = "$__file{${config.sops.secrets.key.path}}";

  age.secrets.gitea = { file = ./gitea.age; group = "gitea"; mode = "0440"; };
  services.gitea.database.passwordFile = config.age.secrets.gitea.path;
}
""",
        ),
        Good(
            "an owner for all secrets, in another file",
            {
                "grafana.nix": """\
{ config, ... }: {
  sops.secrets.key = { };
  services.grafana.settings.security.secret_key = "$__file{${config.sops.secrets.key.path}}";
}
""",
                "owners.nix": """\
{ lib, ... }: { sops.secrets = lib.genAttrs (import ./names.nix) (name: { owner = "grafana"; }); }
""",
            },
        ),
        Good(
            "a service that gets the file from systemd, and a unit that is changed",
            """\
{ config, ... }: {
  sops.secrets.key = { };
  services.vaultwarden.environmentFile = config.sops.secrets.key.path;
  services.gitea.database.passwordFile = config.sops.secrets.key.path;
  systemd.services.gitea.serviceConfig.User = "root";
}
""",
        ),
        Good(
            "a secret that something else declares",
            """\
{ config, ... }: {
  services.gitea.database.passwordFile = config.sops.secrets.gitea.path;
}
""",
        ),
    )


def _secrets(value: Value, reader: Reader) -> Iterator[tuple[str, str]]:
    """The secrets whose paths a value is, or refers to, as tool and name."""
    paths: Iterator[SymbolValue]
    if reader.reference:
        paths = (
            part
            for string, _ in strings_of(value)
            if string.parts and string.parts[0] == reader.reference
            for part in string.parts
            if isinstance(part, SymbolValue)
        )
    else:
        paths = symbols_of(value)
    for symbol in paths:
        match symbol.path:
            case ("config", "sops" | "age" as tool, "secrets", str(name), "path"):
                yield tool, name


class _Access:
    """What the files of a repository say of who may read a secret, and of how units run; gone through once."""

    def __init__(self, repository: Repository) -> None:
        self.units: set[str | None] = set()
        self._declared: set[tuple[str, str]] = set()
        self._given: set[tuple[str, str]] = set()
        self._unknown: set[str] = set()
        for path in repository.files_mentioning(b"serviceConfig"):
            self._learn(path, repository, self._learn_unit)
        for path in repository.files_mentioning(b"secrets"):
            self._learn(path, repository, self._learn_secret)

    def is_left_to_root(self, tool: str, name: str) -> bool:
        """Whether a secret is declared, and nothing may give it another owner, group or mode."""
        secret = (tool, name)
        return secret in self._declared and secret not in self._given and tool not in self._unknown

    def _learn(self, path: Path, repository: Repository, learn: Callable[[WrittenDefinition], None]) -> None:
        source = repository.source(path)
        for found in () if source is None else written_definitions(source, repository):
            learn(found)

    def _learn_unit(self, found: WrittenDefinition) -> None:
        match found.path.names:
            case (*_, "systemd", "services", unit, "serviceConfig"):
                self.units.add(unit)
            case (*_, "systemd", "services", unit, "serviceConfig", _):
                self.units.add(unit)

    def _learn_secret(self, found: WrittenDefinition) -> None:
        match found.path.names:
            case (*_, "sops" | "age" as tool, "secrets"):
                if not _is_plain(found.value):
                    self._unknown.add(tool)
            case (*_, "sops" | "age" as tool, "secrets", None) | (*_, "sops" | "age" as tool, "secrets", None, _):
                self._unknown.add(tool)
            case (*_, "sops" | "age" as tool, "secrets", str(name)):
                (self._declared if _is_plain(found.value) else self._given).add((tool, name))
            case (*_, "sops" | "age" as tool, "secrets", str(name), last):
                (self._given if last in _ACCESS else self._declared).add((tool, name))


_ACCESS = frozenset({"owner", "group", "mode", "uid", "gid", None})


def _is_plain(value: Value) -> bool:
    """Whether all names of a set are known, and none of them is about access."""
    return isinstance(value, AttrsValue) and not value.is_open and _ACCESS.isdisjoint(value.entries)
