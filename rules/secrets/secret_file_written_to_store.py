"""A file with a secret that Nix writes into the store."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, OptionPath, Repository, Rule, Severity, WrittenDefinition
from nixlint.secrets.assignments import secret_lines, worst_of
from nixlint.secrets.looks import UNKNOWN, Look, is_guessed, look_of
from nixlint.secrets.names import is_environment_file, kind_of_secret, kind_of_secret_file
from nixlint.secrets.options import is_secret_file_option
from nixlint.secrets.positions import Position
from nixlint.secrets.ways import Source, Way, sources_of

from .exposures import Exposure, findings_of, reaches_store, shows_itself
from .verdicts import FORMERLY, MARKS, promises_secret, weight_of, what_of


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
    finds_secrets = True
    also_suppressed_by = MARKS
    formerly = FORMERLY

    def may_concern(self, word: bytes) -> bool:
        """Whether a name with it may promise a secret."""
        return promises_secret(word) or is_environment_file(word.decode("ascii"))

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report an option for the file of a secret that Nix writes."""
        if reaches_store(subject):
            yield from findings_of(subject, _writes(subject), repository)

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


def _writes(definition: WrittenDefinition) -> Iterator[Exposure]:
    """The files that Nix writes for an option which takes the path of a file with a secret, or with variables."""
    name = definition.path.last or ""
    if kind_of_secret(name) is not None:
        return
    kind = kind_of_secret_file(name)
    for source in sources_of(definition.value) if kind is not None or is_environment_file(name) else ():
        if source.way is Way.WRITTEN and not shows_itself(source.text):
            yield from _variables(definition.path, source) if kind is None else _secret(definition.path, kind, source)


def _secret(option: OptionPath, kind: str, source: Source) -> Iterator[Exposure]:
    """A file whose whole content is the secret."""
    look = _look_of_content(source)
    if look is Look.NO_SECRET:
        return
    guessed = kind == "password" and is_secret_file_option(option) and is_guessed(source.text)
    through = f"{option} is fed by {source.through}"
    message = f"{through}, so the {kind} is readable by every user in /nix/store"
    if guessed:
        message = f"{through} with {what_of(kind, look, source.text, is_login=True)}"
    position = Position.LIKELY if UNKNOWN in source.text else Position.CERTAIN
    yield Exposure(source, message, *weight_of(look, position, is_guessed=guessed))


def _variables(option: OptionPath, source: Source) -> Iterator[Exposure]:
    """A file of one variable. A text of several lines is found wherever it stands, each secret by itself."""
    found = worst_of(secret_lines(source.text)) if "\n" not in source.text.strip() else None
    if found is not None:
        message = f"{option} is fed by {source.through}, so {found.name} is readable by every user in /nix/store"
        yield Exposure(source, message, *weight_of(found.look, Position.CERTAIN), evidence=found.name)


def _look_of_content(source: Source) -> Look:
    """What the content of a file that Nix writes looks like."""
    text = source.text.strip()
    if UNKNOWN in text:
        return Look.NO_SECRET if _is_reference(source.symbols) else Look.SECRET
    return look_of(text)


def _is_reference(symbols: tuple[str, ...]) -> bool:
    """Whether one of the names in a text is that of a secret's path or placeholder."""
    words = ("placeholder", "sops", "age.secrets", "path", "Path", "File", "pkgs.", "vaultix", "lib.")
    return not symbols or any(word in symbol for symbol in symbols for word in words)
