"""An option of NixOS that holds a secret in plain text."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Severity, WrittenDefinition

from .exposures import findings_of
from .guided_move import guided_move
from .plain_values import PlainValueRule, plain_values
from .takers import Taker, taker_of
from .uses import as_used
from .verdicts import FORMERLY


class SecretOptionInStore(PlainValueRule):
    """A NixOS option that takes a secret in plain text puts it into the store.

    ## What it finds

    A secret in plain text at one of the options of NixOS that are known to take one (`services.<name>…password`,
    pre-shared keys, private keys of WireGuard, passwords in nginx's `basicAuth` …), and at settings of a module that
    has an option for a file of variables.

    ## Why it matters

    `/nix/store` is readable by every user and every service of the machine, by every container with the usual bind
    mount of the store, and by everybody with whom the store is shared through a cache. What was there once stays in old
    generations and backups.

    ## What to do

    Use the option that the finding names: it takes the path of a file, which sops-nix or agenix makes when the system
    starts. A few modules have no such option; then use a template of sops-nix, or `LoadCredential` of the unit. Then
    change the secret: it has been public.

    Where the repository uses sops-nix or agenix, `nixlint fix --unsafe-fixes` writes the declaration and the option for the
    file, and moves the old value into a file outside the repository that only you can read. The secret has to be
    encrypted by the name that the fix says.

    ## What keeps it silent

    - References to secrets: `config.sops.…`, `$VAR`, `@placeholder@`, `{{ … }}`, `!secret …`, paths, `vault:…`.
    - Hashes, public keys and encrypted values.
    - Files for tests, examples, templates, virtual machines and installers.
    - `# pragma: allowlist secret` and `# gitleaks:allow` on the line.
    - A comment on the line, or right above it, that says that it is not a secret (`# not a secret`).

    ## References

    - [NixOS wiki, comparison of secret managing schemes](https://wiki.nixos.org/wiki/Comparison_of_secret_managing_schemes)
    - [nixpkgs issue 24288, modules that put secrets into the store](https://github.com/NixOS/nixpkgs/issues/24288)
    """

    name = "secret-option-in-store"
    code = "NL302"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    formerly = FORMERLY

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report a secret in plain text at a known option."""
        used = as_used(subject, repository)
        if taker_of(used.path) is Taker.OPTION:
            move = guided_move if used is subject else None
            yield from findings_of(used, plain_values(used, repository), repository, move=move)

    examples = (
        Bad(
            "options with another one for a file beside them",
            """\
{
  networking.wireless.networks.home.psk = «"waterfall9"»;
  services.gitea.database.password = «"birdsong7"»;
  networking.wg-quick.interfaces.wg0.peers = [ { presharedKey = «"d2F0ZXJmYWxsOQ"»; } ];
}
""",
        ),
        Bad(
            "a setting that belongs into the file of variables",
            '{ services.vaultwarden.config.ADMIN_TOKEN = «"birdsong7"»; }\n',
        ),
        Bad(
            "within a container, its value from a let",
            """\
let
  secret = "birdsong7";
in
{
  containers.files.config.services.redis.servers.cache.requirePass = «secret»;
}
""",
        ),
        Bad(
            "a stand-in that somebody may forget to replace",
            '{ services.icecast.admin.password = «"changeme"»; }\n',
        ),
        Good(
            "the option for a file",
            """\
{ config, ... }: {
  services.redis.servers.cache.requirePassFile = config.sops.secrets.cache.path;
  services.gitea.database.passwordFile = "/run/secrets/gitea";
}
""",
        ),
        Good(
            "a reference that the module replaces when it starts",
            """\
{
  services.grafana.settings.security.admin_password = "$__file{/run/secrets/grafana}";
  services.vaultwarden.config.ADMIN_TOKEN = "$argon2id$v=19$m=65540,t=3,p=4$bXBG$T9m73OdD2mz9";
}
""",
        ),
    )
