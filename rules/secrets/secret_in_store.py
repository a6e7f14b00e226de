"""A secret that ends up in the Nix store, at an option that nixlint knows only by its name."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, OptionPath, Repository, Severity, WrittenDefinition

from .carried_values import carried_values, may_be_carried
from .exposures import findings_of
from .plain_values import PlainValueRule, plain_values
from .takers import Taker, taker_of
from .uses import as_used, may_be_used


class SecretInStore(PlainValueRule):
    """A secret ends up in the Nix store, where every user can read it.

    ## What it finds

    A secret in plain text at an option or in a list of words that is named after one (`password`, `apiKey`, `--token …`),
    where nothing more than the name is known of the option. A value from a `let` or another file of the repository counts
    as if it stood there, and so does one that a script, a text or a generated configuration file is made of, or that
    modules get as an argument (`specialArgs`). Options of NixOS, users, units, containers and files have rules of their own.

    A stand-in such as `changeme` is reported as a placeholder, a risk only if it is never replaced; where it is the
    password of a login that nixlint knows, anyone guesses it, and it is an error. A default that a program publishes
    (Grafana's `secret_key`) is reported as what it is: a key that everyone knows.

    ## Why it matters

    `/nix/store` is readable by every user and every service of the machine, by every container with the usual bind
    mount of the store, and by everybody with whom the store is shared through a cache. What was there once stays in old
    generations and backups.

    ## What to do

    Let a tool such as sops-nix or agenix make the file when the system starts, and give the option its path:

    ```nix
    sops.secrets."app/admin" = { };
    services.app.adminPasswordFile = config.sops.secrets."app/admin".path;
    ```

    Then change the secret: it has been public. The value is never shown in a report, neither in part
    nor as a hash.

    ## What keeps it silent

    - References to secrets: `config.sops.…`, `$VAR`, `@placeholder@`, `{{ … }}`, `!secret …`, paths, `vault:…`.
    - Hashes, public keys and encrypted values.
    - A value that is the name of a secret, a prompt or a file of secrets that the same file declares.
    - A database's password beside a socket of the machine for a host, where the kernel says who asks.
    - An API key that only stands where something has to stand: `none`, `local-only`, `1234567890`.
    - Declarations of options, and files for tests, examples, templates, virtual machines and installers.
    - `# pragma: allowlist secret` and `# gitleaks:allow` on the line.
    - A comment on the line, or right above it, that says that it is not a secret (`# not a secret`).

    ## References

    - [NixOS wiki, comparison of secret managing schemes](https://wiki.nixos.org/wiki/Comparison_of_secret_managing_schemes)
    - [nixpkgs issue 24288, modules that put secrets into the store](https://github.com/NixOS/nixpkgs/issues/24288)
    """

    name = "secret-in-store"
    code = "NL301"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY

    def may_be_at(self, path: OptionPath) -> bool:
        """Whether what stands there may get into the store, be it through another definition."""
        return may_be_used(path) or may_be_carried(path)

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report a value in plain text at a name that promises a secret."""
        used = as_used(subject, repository)
        if taker_of(used.path) is Taker.UNKNOWN:
            yield from findings_of(used, plain_values(used, repository), repository)
            yield from findings_of(subject, carried_values(subject, repository), repository)

    examples = (
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
            "a flag of a program, and a setting of a module that is not known",
            """\
{
  services.app.extraArgs = [ "--port" "80" "--password" «"waterfall9"» ];
  services.app.settings.smtp.password = «"birdsong7"»;
}
""",
        ),
        Bad(
            "a stand-in that somebody may forget to replace",
            '{ services.app.settings.password = «"changeme"»; }\n',
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
  services.h.settings.password = "{env}H_PASSWORD";
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
            "the name of a secret that the file declares",
            """\
{ config, ... }: {
  sops.secrets.hub-token = { };
  services.hub.tokenName = "hub-token";
  services.hub.settings.token = "hub-token";
}
""",
        ),
        Good(
            "a database that is asked through a socket, and looks at no password",
            """\
{
  services.a.settings.storage.postgres = {
    address = "unix:///run/postgresql";
    username = "a-main";
    password = "a-main";
  };
}
""",
        ),
        Good(
            "an owner who says that it is none",
            """\
{
  # The server wants something here: a placeholder rather than a secret.
  services.a.settings.password = "waypoint";
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
