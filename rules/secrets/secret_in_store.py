"""A secret that ends up in the Nix store, where everybody can read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nixlint.linting.finding import Confidence, Finding, Note, Severity
from nixlint.linting.rule import Bad, Good, Rule
from nixlint.semantics.definitions import Binder, StringLiteral, WrittenDefinition, string_literals, written_definitions
from nixlint.semantics.option_path import OptionPath
from nixlint.semantics.repository import Repository
from nixlint.syntax.place import Place

from .recognition.assignments import Assignment, assignment, secret_flags, secret_lines
from .recognition.files import is_named_secret, is_plain_secret
from .recognition.names import is_environment_file, kind_of_secret, kind_of_secret_file
from .recognition.positions import Position, is_elsewhere, is_for_trial, is_initial_password, position_of
from .recognition.sources import Source, Way, sources_of, strings_of, text_of
from .recognition.tokens import TOKEN_HINTS, token_in
from .recognition.urls import url_password
from .recognition.values import UNKNOWN, Look, look_of


class SecretInStore(Rule[WrittenDefinition | StringLiteral]):
    """A secret ends up in the Nix store, where every user can read it.

    ## What it finds

    - A secret in plain text at an option or an environment variable that is named after one (`password`, `apiKey`,
      `DB_PASSWORD`), in lists of environment variables and in flags (`"-e" "PASSWORD=…"`, `--requirepass …`). A value
      from a `let` or another file of the repository counts as if it stood there.
    - An option for a *file* with a secret (`passwordFile`, `environmentFile`) whose file Nix makes
      (`pkgs.writeText`, `builtins.toFile`, `pkgs.writeShellScript` …) or copies (`./password`, `"${./password}"`).
    - A secret that is read while Nix evaluates: `password = builtins.readFile ./password;`.
    - Private keys, tokens of well-known services, passwords in URLs, and lines such as `password = …` in the text of
      configuration files, wherever they stand.

    Certain is what stands at an option that is known to be written to the store; names alone make a finding likely; a
    stand-in such as `changeme` is reported as a placeholder, which hurts when somebody forgets to replace it.

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

    For `virtualisation.oci-containers`, name a file of variables in `environmentFiles`; for a unit of systemd, use
    `EnvironmentFile` or `LoadCredential`. Then change the secret: it has been public. The value is never shown in a
    report, neither in part nor as a hash.

    ## What keeps it silent

    - References to secrets: `config.sops.…`, `$VAR`, `@placeholder@`, `{{ … }}`, `!secret …`, paths, `vault:…`.
    - Hashes (`hashedPassword`, `$6$…`, `{SSHA}…`), public keys, encrypted files (`.age`, `.gpg`, sops).
    - Declarations of options, and files for tests, examples, templates, virtual machines and installers.
    - `# pragma: allowlist secret` and `# gitleaks:allow` on the line.

    ## References

    - [NixOS wiki, comparison of secret managing schemes](https://wiki.nixos.org/wiki/Comparison_of_secret_managing_schemes)
    - [nixpkgs issue 24288, modules that put secrets into the store](https://github.com/NixOS/nixpkgs/issues/24288)
    """

    name = "secret-in-store"
    code = "NL301"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (WrittenDefinition, StringLiteral)
    keywords = (
        # the words of names, as they stand in camelCase, snake_case and CAPITALS
        *(b"assw", b"ASSW", b"passp", b"Passp", b"PASSP", b"pass", b"Pass", b"PASS", b"ecret", b"ECRET"),
        *(b"oken", b"OKEN", b"psk", b"Psk", b"PSK", b"pwd", b"Pwd", b"PWD", b"Key", b"KEY", b"key"),
        # tokens and URLs without such a name
        *(b"PRIVATE", b"nvironmentFile", b"@", *TOKEN_HINTS),
    )
    finds_secrets = True
    also_suppressed_by = ("pragma: allowlist secret", "gitleaks:allow")

    def check(self, subject: WrittenDefinition | StringLiteral, repository: Repository) -> Iterator[Finding]:
        """Report a definition, or a string by itself, that puts a secret into the store."""
        found = (
            _in_definition(subject, repository)
            if isinstance(subject, WrittenDefinition)
            else _in_literal(subject, repository)
        )
        for finding in found:
            if not _is_for_trial(finding.place.path, repository):
                yield finding

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
            "a password that is inherited from another file",
            {
                "configuration.nix": """\
{
  services.zigbee2mqtt.settings.mqtt = { inherit (import ./credentials.nix) «password»; };
}
""",
                "credentials.nix": '{ password = "birdsong7"; }\n',
            },
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
  systemd.services.worker.serviceConfig.Environment = [ "PORT=80" «"DB_PASSWORD=waterfall9"» ];
}
""",
        ),
        Bad(
            "users' passwords, one of them there to be changed",
            """\
{ lib, ... }: {
  users.users.alice.password = «lib.mkForce "wonderland"»;
  users.users.bob.initialPassword = «"nixos"»;
}
""",
        ),
        Bad(
            "a stand-in that somebody may forget to replace",
            '{ services.icecast.admin.password = «"changeme"»; }\n',
        ),
        Bad(
            "files that Nix copies or reads",
            """\
{ lib, ... }: {
  services.a.passwordFile = «./password»;
  services.b.tokenFile = «"${./token}"»;
  services.c.secretKeyFile = «/etc/c/secret-key»;
  services.d.password = «builtins.readFile ./password»;
  virtualisation.oci-containers.containers.f.environmentFiles = «[ ./f.env ./f-token.env ]»;
  services.e.password = «lib.removeSuffix "\\n" (builtins.readFile ./password)»;
}
""",
        ),
        Bad(
            "files that Nix writes",
            """\
{ pkgs, ... }: {
  services.a.passwordFile = «builtins.toFile "password" "birdsong7"»;
  services.b.environmentFile = pkgs.writeText "b.env" «"B_TOKEN=d41d8cd98f00"»;
  services.c.environmentFile = pkgs.writeText "c.env" «''
    PORT=80
    C_PASSWORD=birdsong7
  ''»;
}
""",
        ),
        Bad(
            "a password in a URL",
            '{ services.app.settings.database = «"postgres://app:waterfall9@localhost/app"»; }\n',
        ),
        Bad(
            "a password in a URL that is put together",
            """\
let
  password = "waterfall9";
in
{
  services.app.settings.database = «"postgres://app:${password}@localhost/app"»;
}
""",
        ),
        Bad(
            "a line of a configuration file",
            """\
{
  environment.etc."app.conf".text = «''
    user = app
    password = waterfall9
  ''»;
}
""",
        ),
        Bad(
            "a private key",
            """\
{
  environment.etc."ssh/id".text = «''
    -----BEGIN OPENSSH PRIVATE KEY-----
    b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ
    -----END OPENSSH PRIVATE KEY-----
  ''»;
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
            "references to a secret",
            """\
{ config, ... }: {
  services.a.settings.password = "$A_PASSWORD";
  services.b.settings.password = "@password@";
  services.c.settings.password = "{{ env.PASSWORD }}";
  services.d.settings.password = "!secret mqtt_password";
  services.e.settings.password = "$__file{/run/secrets/e}";
  services.f.settings.secret = "f-oidc-client";
  services.g.settings.api_key = "LLM_API_KEY";
  networking.wireless.networks.home.pskRaw = "ext:psk_home";
  sops.templates."h.env".content = "PASSWORD=${config.sops.placeholder.h}";
  sops.templates."i.env".content = ''
    PASSWORD=${config.sops.placeholder.i}
  '';
}
""",
        ),
        Good(
            "hashes",
            """\
{
  users.users.alice.hashedPassword = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7";
  services.a.settings.password = "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW";
  services.b.settings.password = "{SSHA}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3";
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
            "names that only sound like a secret",
            """\
{
  programs.git.signingKey = "419DBDD3228990BE";
  services.a.environment.MAX_TOKENS = "4096";
  services.a.environment.TOKEN_URL = "https://login.example.org/token";
  services.a.environment.PASSWORD_STORE = "keyring";
  services.nginx.virtualHosts.b.locations."/".extraConfig = "proxy_pass http://b;";
  services.a.settings.token_endpoint_auth_method = "client_secret_basic";
  systemd.network.networks.lan.ipv6AcceptRAConfig.Token = "::5";
}
""",
        ),
        Good(
            "a switch, nothing at all, and a local model that looks at no key",
            """\
{
  services.a.settings.password = "";
  services.b.settings.password = "disabled";
  services.c.settings.apiKey = "ollama";
}
""",
        ),
        Good(
            "the declaration of an option",
            """\
{ lib, ... }: {
  options.services.a.url = lib.mkOption {
    example = { password = "birdsong7"; url = "postgres://a:birdsong7@db/a"; };
  };
}
""",
        ),
        Good(
            "a NixOS test, an example, a virtual machine to try things",
            {
                "test.nix": '{ nodes.a.users.users.a.password = "wonderland"; testScript = ""; }\n',
                "examples/a.nix": '{ users.users.a.password = "wonderland"; }\n',
                "configuration.nix": '{ virtualisation.vmVariant.users.users.a.password = "wonderland"; }\n',
            },
        ),
        Good(
            "a line that another scanner has been told to allow",
            '{ users.users.a.password = "wonderland"; # gitleaks:allow\n}\n',
        ),
    )


def _in_definition(definition: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
    name = definition.path.last
    if name is None or definition.binder is not Binder.ATTRIBUTE:
        return
    kind = kind_of_secret(name)
    kind_of_file = kind_of_secret_file(name)
    exposures: Iterator[_Exposure]
    if kind is not None:
        exposures = _secret(definition, kind)
    elif kind_of_file is not None:
        exposures = _secret_file(definition, kind_of_file)
    elif is_environment_file(name):
        exposures = _environment_file(definition, repository.root)
    elif name in _LISTS:
        exposures = _list(definition)
    elif _is_composed_url(definition.value_place, repository):
        exposures = _url(definition)
    else:
        return
    if position_of(definition.path) is not Position.ELSEWHERE:
        for exposure in exposures:
            yield _finding(definition, exposure, repository)


class _Exposure(NamedTuple):
    """A way of a definition's secret into the store, and what to say of it."""

    source: Source
    message: str
    severity: Severity = Severity.WARNING
    confidence: Confidence = Confidence.LIKELY
    help: str = ""
    evidence: str = ""


_LISTS = frozenset(
    # Options whose value is a list of variables or the words of a command.
    "environment Environment env extraOptions cmd command args extraArgs extraFlags ExecStart ExecStartPre".split()
)


def _secret(definition: WrittenDefinition, kind: str) -> Iterator[_Exposure]:
    """A definition of an option that is itself the secret."""
    option, position = definition.path, position_of(definition.path)
    for source in sources_of(definition.value):
        if source.way is Way.LITERAL:
            look = look_of(source.text, "" if position is Position.CERTAIN else option.last or "")
            is_found_there = source.place != definition.value_place and token_in(source.text) is not None
            if look is not Look.NO_SECRET and not is_found_there:
                message = f"{option} is {_a(kind)} in plain text, which every user can read in /nix/store"
                yield _Exposure(source, message, *_weight(look, position, option))
        elif source.way is Way.READ and (source.file is None or is_plain_secret(source.file)):
            yield _Exposure(
                source,
                f"{option} is read by {source.through} while Nix evaluates, so the {kind} gets into /nix/store, where "
                "every user can read it",
            )


def _secret_file(definition: WrittenDefinition, kind: str) -> Iterator[_Exposure]:
    """A definition of an option that takes the path of a file with a secret."""
    option = definition.path
    for source in sources_of(definition.value):
        if source.way is Way.WRITTEN and (look := _look_of_content(source)) is not Look.NO_SECRET:
            message = f"{option} is fed by {source.through}, so the {kind} is readable by every user in /nix/store"
            position = Position.LIKELY if UNKNOWN in source.text else Position.CERTAIN
            yield _Exposure(source, message, *_weight(look, position))
        elif source.way is Way.COPIED and source.file is not None and is_plain_secret(source.file):
            yield _Exposure(
                source,
                f"{option} is a path of Nix, so the file with the {kind} is copied into /nix/store, where every user "
                "can read it",
                help="write the path as a string that is no path of Nix, such as "
                'config.sops.secrets.<name>.path or "/run/secrets/<name>"',
            )


def _environment_file(definition: WrittenDefinition, root: Path) -> Iterator[_Exposure]:
    """A definition of an option that takes a file of environment variables.

    ``environmentFiles`` takes the string of a path, which is in the store only where the path is one of the repository.
    A text of several lines is left to :func:`_in_literal`, which looks at such texts wherever they stand.
    """
    option = definition.path
    for source in sources_of(definition.value):
        if source.way is Way.WRITTEN and "\n" not in source.text.strip():
            found = _worst(secret_lines(source.text))
            if found is not None:
                message = (
                    f"{option} is fed by {source.through}, so {found.name} is readable by every user in /nix/store"
                )
                yield _Exposure(source, message, *_weight(found.look, Position.CERTAIN), evidence=found.name)
        elif source.way is Way.COPIED and source.file is not None and is_named_secret(source.file):
            is_string = option.last == "environmentFiles" and not source.file.is_relative_to(root)
            if is_plain_secret(source.file) and not is_string:
                message = f"{option} is a path of Nix, so the secrets in its file are copied into /nix/store"
                yield _Exposure(source, message)


def _list(definition: WrittenDefinition) -> Iterator[_Exposure]:
    """A definition of variables (``[ "PASSWORD=x" ]``) or of a command's words."""
    option = definition.path
    strings = list(strings_of(definition.value))
    texts = [text_of(string) for string, _ in strings]
    for index, found in _secrets_in_words(texts):
        string, place = strings[index]
        source = Source(Way.LITERAL, texts[index], place=place or string.place)
        message = (
            f"{option} sets {found.name} to {_a(found.kind)} in plain text, which every user can read in /nix/store"
        )
        yield _Exposure(source, message, *_weight(found.look, Position.LIKELY), evidence=found.name)


def _url(definition: WrittenDefinition) -> Iterator[_Exposure]:
    """A definition of a URL that is put together from parts; one that is written whole is left to :func:`_in_literal`."""
    for source in sources_of(definition.value):
        look = url_password(source.text)
        if look is not Look.NO_SECRET:
            message = (
                f"{definition.path} is a URL with a password in plain text, which every user can read in /nix/store"
            )
            yield _Exposure(source, message, *_weight(look, Position.LIKELY))


def _is_composed_url(place: Place, repository: Repository) -> bool:
    """Whether a string with something interpolated into a URL's credentials is written somewhere."""
    source = repository.source(place.path)
    text = (
        b"" if source is None else source.data[place.span.start : min(place.span.end, place.span.start + _LONGEST_URL)]
    )
    return text.startswith(b'"') and b"://" in text and b"${" in text and b"@" in text


_LONGEST_URL = 500  # bytes


def _secrets_in_words(texts: list[str]) -> Iterator[tuple[int, Assignment]]:
    if len(texts) == 1 and " " in texts[0]:
        for found in secret_flags(texts[0].split()):
            yield 0, found
        return
    for found in secret_flags(texts):
        yield found.at, found
    for index, text in enumerate(texts):
        variable = assignment(text) if index == 0 or texts[index - 1] not in ("-e", "--env") else None
        if variable is not None:
            yield index, variable


def _in_literal(literal: StringLiteral, repository: Repository) -> Iterator[Finding]:
    """A string that shows by itself that it is, or holds, a secret."""
    text = "".join(UNKNOWN if part is None else part for part in literal.parts)[:_LONGEST_TEXT]
    if len(text) < _SHORTEST_TEXT:
        return
    found = _shown_by(text)
    if found is None:
        return
    option = _option_around(literal, repository)
    if option is not None and is_elsewhere(option / None):
        return
    where = "this string" if option is None or len(option) < 2 else str(option)
    yield Finding(
        place=literal.place,
        message=f"{where} {found.what}, which every user can read once it is in /nix/store",
        help=_HELP,
        severity=found.severity,
        confidence=found.confidence,
        option=None if option is None else str(option),
        evidence=found.evidence,
        redact=(literal.place,),
    )


class _Shown(NamedTuple):
    """What a text shows by itself."""

    what: str
    severity: Severity
    confidence: Confidence
    evidence: str


def _shown_by(text: str) -> _Shown | None:
    token = token_in(text)
    if token is not None:
        return _Shown(f"holds {_a(token)}", Severity.ERROR, Confidence.CERTAIN, token)
    look = url_password(text)
    if look is not Look.NO_SECRET:
        return _Shown("holds a URL with a password in plain text", *_weight(look, Position.LIKELY), "url")
    found = _worst(secret_lines(text)) if "\n" in text else None
    if found is not None:
        what = f"sets {found.name} to {_a(found.kind)} in plain text"
        return _Shown(what, *_weight(found.look, Position.LIKELY), found.name)
    return None


def _worst(found: Iterator[Assignment]) -> Assignment | None:
    """The first that is a secret, or else the first that is a placeholder."""
    return min(found, key=lambda assignment: assignment.look is Look.PLACEHOLDER, default=None)


def _option_around(literal: StringLiteral, repository: Repository) -> OptionPath | None:
    """The path of the innermost definition that a string is part of."""
    source = repository.source(literal.place.path)
    if source is None:
        return None
    around = (found for found in written_definitions(source, repository) if _contains(found.value_place, literal.place))
    innermost = min(around, key=lambda found: len(found.value_place.span), default=None)
    return None if innermost is None else innermost.path


_LONGEST_TEXT = 8192  # characters of a text that are looked at
_SHORTEST_TEXT = 12  # no token and no URL with a password is shorter


def _weight(look: Look, position: Position, option: OptionPath | None = None) -> tuple[Severity, Confidence]:
    if look is Look.PLACEHOLDER:
        return Severity.INFO, Confidence.PLACEHOLDER
    if position is not Position.CERTAIN:
        return Severity.WARNING, Confidence.LIKELY
    is_initial = option is not None and is_initial_password(option)
    return Severity.WARNING if is_initial else Severity.ERROR, Confidence.CERTAIN


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


def _finding(definition: WrittenDefinition, exposure: _Exposure, repository: Repository) -> Finding:
    place = definition.value_place
    written = exposure.source.place or place
    if exposure.evidence and _contains(place, written):
        place = written  # one element of a list
    return Finding(
        place=place,
        message=exposure.message,
        help=exposure.help or _help(definition.path),
        severity=exposure.severity,
        confidence=exposure.confidence,
        option=str(definition.path),
        evidence=exposure.evidence,
        notes=() if _contains(place, written) else (Note(written, "the secret is written here"),),
        redact=(written, *_pieces(exposure.source, written, repository)),
    )


def _pieces(exposed: Source, written: Place, repository: Repository) -> Iterator[Place]:
    """The other literals of a file that a text with interpolations is put together from."""
    source = repository.source(written.path)
    if source is None or b"${" not in source.data[written.span.start : written.span.end]:
        return
    for literal in string_literals(source, repository):
        text = "".join(part for part in literal.parts if part is not None)
        if len(text) > 1 and text in exposed.text and not _contains(written, literal.place):
            yield literal.place


def _a(noun: str) -> str:
    """A noun with its article."""
    return f"an {noun}" if noun[0] in "aeioAEIO" or noun.startswith("NVIDIA") else f"a {noun}"


_HELP = (
    "let sops-nix or agenix make a file with the secret when the system starts, and name that file here; then change the "
    "secret"
)


def _help(option: OptionPath) -> str:
    names = option.names
    if "oci-containers" in names:
        return "put it into a file that sops-nix or agenix makes, and name that file in environmentFiles"
    if option.last in ("password", "initialPassword") and len(names) > 2 and names[-3] in ("users", "extraUsers"):
        return "use hashedPasswordFile with a file that sops-nix or agenix makes, or hashedPassword"
    return _HELP


def _contains(outer: Place, inner: Place) -> bool:
    return outer.path == inner.path and outer.span.contains(inner.span)


def _is_for_trial(file: Path, repository: Repository) -> bool:
    """Whether a file is a test, an example or the like, by its path below the repository or by what is in it."""
    relative = file.relative_to(repository.root) if file.is_relative_to(repository.root) else Path(file.name)
    if is_for_trial(relative):
        return True
    source = repository.source(file)
    return source is not None and b"testScript" in source.data
