"""A file with a secret that Nix writes into the store."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, WrittenDefinition

from .exposures import COMPOSED_URL, Cause, findings_of, may_promise_secret, promising
from .verdicts import FORMERLY, MARKS


class SecretFileWrittenToStore(Rule[WrittenDefinition]):
    """An option takes the file of a secret so that it stays out of the store, and Nix writes that file there.

    ## What it finds

    An option for a *file* with a secret (`passwordFile`, `environmentFile`) whose file `pkgs.writeText`,
    `builtins.toFile`, `pkgs.writeShellScript` or the like makes from a literal.

    ## Why it matters

    `/nix/store` is readable by every user and every service of the machine, by every container with the usual bind
    mount of the store, and by everybody with whom the store is shared through a cache. What was there once stays in old
    generations and backups.

    ## What to do

    Let a tool such as sops-nix or agenix make the file when the system starts, and give the option its path:

    ```nix
    sops.secrets."nextcloud/admin" = { };
    services.nextcloud.config.adminpassFile = config.sops.secrets."nextcloud/admin".path;
    ```

    Then change the secret: it has been public.

    ## What keeps it silent

    - Texts without a secret, and texts of which the secret part is a placeholder of sops-nix or a path.
    - Hashes.
    - Files for tests, examples, templates, virtual machines and installers.
    - `# pragma: allowlist secret` and `# gitleaks:allow` on the line.
    - A comment on the line, or right above it, that says that it is no secret (`# not a secret`).

    ## References

    - [NixOS wiki, comparison of secret managing schemes](https://wiki.nixos.org/wiki/Comparison_of_secret_managing_schemes)
    - [nixpkgs issue 24288, modules that put secrets into the store](https://github.com/NixOS/nixpkgs/issues/24288)
    """

    name = "secret-file-written-to-store"
    code = "NL308"
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
        """Report an option for the file of a secret that Nix writes."""
        yield from findings_of(subject, repository, Cause.FILE_WRITTEN)

    examples = (
        Bad(
            "the password file of the NixOS wiki's Nextcloud container",
            """\
{
  containers.nextcloud = {
    autoStart = true;
    config = { config, pkgs, lib, ... }: {
      services.nextcloud = {
        enable = true;
        hostName = "localhost";
        config.adminpassFile = «"${pkgs.writeText "adminpass" "test123"}"»; # DON'T DO THIS IN PRODUCTION
        config.dbtype = "sqlite";
      };
      system.stateVersion = "26.05";
    };
  };
}
""",
        ),
        Bad(
            "other ways to write a file",
            """\
{ pkgs, ... }: {
  services.a.passwordFile = «builtins.toFile "password" "birdsong7"»;
  services.b.environmentFile = pkgs.writeText "b.env" «"B_TOKEN=d41d8cd98f00"»;
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
            "a hash, and a file without a secret",
            """\
{ pkgs, ... }: {
  services.a.passwordFile = pkgs.writeText "hash" "$6$rounds=1000$salt$hash";
  services.b.environmentFile = pkgs.writeText "b.env" "PORT=80";
}
""",
        ),
    )
