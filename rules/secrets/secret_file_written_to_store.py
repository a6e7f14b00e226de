"""A file with a secret that Nix writes into the store."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, Span, WrittenDefinition
from nixlint.secrets.assignments import secret_lines, worst_of
from nixlint.secrets.looks import UNKNOWN, Look, is_guessed, look_of
from nixlint.secrets.options import is_secret_file_option
from nixlint.secrets.positions import Position
from nixlint.secrets.ways import Source, Way

from .exposures import Exposure, findings_of, shows_itself
from .files_of_secrets import HINTS_OF_FILES, given_files, kind_of_file, may_take_file, taking_files, variable_in
from .files_written import WrittenFile, files_written, may_write_file, reader_of_path, writing_files
from .reach import may_reach_store
from .spans import place_within
from .verdicts import FORMERLY, MARKS, is_or_are, weight_of, what_of


class SecretFileWrittenToStore(Rule[WrittenDefinition]):
    """An option takes a file so that the secret stays out of the store, but Nix writes that file into the store.

    ## What it finds

    An option for a *file* with a secret (`passwordFile`, `environmentFile`) whose file `pkgs.writeText`,
    `builtins.toFile`, `pkgs.writeShellScript` or the like makes from a literal. It is the same where the option names a path
    that another definition of the repository writes: `environment.etc`, or a line of `systemd.tmpfiles.rules`. Credentials
    of units (`LoadCredential`), `credentials=` of a mount and files of several secrets (`secretsFile`) count too.

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
    - A comment on the line, or right above it, that says that it is not a secret (`# not a secret`).

    ## References

    - [NixOS wiki, comparison of secret managing schemes](https://wiki.nixos.org/wiki/Comparison_of_secret_managing_schemes)
    - [nixpkgs issue 24288, modules that put secrets into the store](https://github.com/NixOS/nixpkgs/issues/24288)
    """

    name = "secret-file-written-to-store"
    code = "NL308"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)
    words = (*HINTS_OF_FILES, b"etc", b"tmpfiles")
    finds_secrets = True
    also_suppressed_by = MARKS
    formerly = FORMERLY

    may_be_at = staticmethod(may_reach_store)

    def may_concern(self, word: bytes) -> bool:
        """Whether a name with it may promise a secret."""
        return may_take_file(word) or may_write_file(word)

    def in_company(self, chosen: frozenset[bytes], words: frozenset[bytes]) -> frozenset[bytes]:
        """Options that several words tell by all of them."""
        return taking_files(chosen, words) & writing_files(chosen, words)

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report an option for the file of a secret that Nix writes."""
        yield from findings_of(subject, _writes(subject, repository), repository)

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


def _writes(definition: WrittenDefinition, repository: Repository) -> Iterator[Exposure]:
    """The files that Nix writes for an option which takes the file of a secret, or of variables."""
    for given in given_files(definition):
        if given.source.way is Way.WRITTEN:
            through = f"{given.option} is fed by {given.source.through}"
            is_known = is_secret_file_option(given.option)
            for exposure in _exposed_by(given.source, given.kind, through, repository, is_known=is_known):
                yield given.placed(exposure, definition)
    for written in filter(_may_hold_secret, files_written(definition)):
        reader = reader_of_path(written.path, repository)
        if reader is not None:
            through = f"{reader.path} reads {written.path}, which {definition.path} writes"
            source, kind, is_known = written.source, kind_of_file(reader.path), is_secret_file_option(reader.path)
            for exposure in _exposed_by(source, kind, through, repository, is_known=is_known):
                yield exposure._replace(place=exposure.source.place)


def _may_hold_secret(written: WrittenFile) -> bool:
    """Whether anything in a file may be a secret: else nobody looks for who reads it."""
    text = written.source.text.strip()
    if "\n" not in text and (UNKNOWN in text or look_of(text) is not Look.NO_SECRET):
        return True
    return any(variable_in(line) is not None for line in text.split("\n"))


def _exposed_by(
    source: Source, kind: str | None, through: str, repository: Repository, *, is_known: bool
) -> Iterator[Exposure]:
    """What a written file holds; ``kind`` is what is promised of it, and ``None`` for variables."""
    if shows_itself(source.text):
        return
    if kind is None:
        yield from _variables(source, through)
    elif kind in ("secrets", "credentials") and (found := list(_each_variable(source, kind, through, repository))):
        yield from found
    else:
        yield from _secret(source, kind, through, is_known=is_known)


def _secret(source: Source, kind: str, through: str, *, is_known: bool) -> Iterator[Exposure]:
    """A file whose whole content is the secret."""
    look = _look_of_content(source)
    if look is Look.NO_SECRET:
        return
    guessed = kind == "password" and is_known and is_guessed(source.text)
    message = f"{through}, so the {kind} {is_or_are(kind)} readable by every user in /nix/store"
    if guessed:
        message = f"{through} with {what_of(kind, look, source.text, is_login=True)}"
    position = Position.LIKELY if UNKNOWN in source.text else Position.CERTAIN
    yield Exposure(source, message, *weight_of(look, position, is_guessed=guessed))


def _variables(source: Source, through: str) -> Iterator[Exposure]:
    """A file of one variable. A text of several lines is found wherever it stands, each secret by itself."""
    found = worst_of(secret_lines(source.text)) if "\n" not in source.text.strip() else None
    if found is not None:
        message = f"{through}, so {found.name} is readable by every user in /nix/store"
        yield Exposure(source, message, *weight_of(found.look, Position.CERTAIN), evidence=found.name)


def _each_variable(source: Source, kind: str, through: str, repository: Repository) -> Iterator[Exposure]:
    """A file of variables that are all secrets, whatever their names, but for those that the text shows by itself."""
    shown = {found.at for found in secret_lines(source.text)} if "\n" in source.text else set()
    offset = 0
    for index, line in enumerate(source.text.split("\n")):
        name = variable_in(line)
        if name is not None and index not in shown:
            message = f"{through}, so {name} of the {kind} is readable by every user in /nix/store"
            value = Span(offset + line.index("=") + 1, offset + len(line.rstrip()))
            place = None if source.place is None else place_within(source.place, source.text, value, repository)
            yield Exposure(
                source._replace(place=place), message, *weight_of(Look.SECRET, Position.CERTAIN), evidence=name
            )
        offset += len(line) + 1


def _look_of_content(source: Source) -> Look:
    """What the content of a file that Nix writes looks like."""
    text = source.text.strip()
    if all(line.lstrip().startswith("#") for line in text.split("\n")):
        return Look.NO_SECRET
    if UNKNOWN in text:
        return Look.NO_SECRET if _is_reference(source.symbols) else Look.SECRET
    return look_of(text)


def _is_reference(symbols: tuple[str, ...]) -> bool:
    """Whether one of the names in a text is that of a secret's path or placeholder."""
    words = ("placeholder", "sops", "age.secrets", "path", "Path", "File", "pkgs.", "vaultix", "lib.")
    return not symbols or any(word in symbol for symbol in symbols for word in words)
