"""A string that shows by itself that it holds a secret."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, StringLiteral

from .texts import findings_in
from .verdicts import FORMERLY, MARKS, TEXT_KEYWORDS, TEXT_SIGN


class SecretInText(Rule[StringLiteral]):
    """A string contains a private key, a token or a password.

    ## What it finds

    Private keys, tokens of well-known services by their format, passwords in URLs, lines such as `password = …` in the
    text of configuration files, and statements that can mean nothing else: SQL's `PASSWORD '…'` and `IDENTIFIED BY '…'`,
    `--password=…` of a command, `Authorization: Bearer …`, `?token=…` in a URL, and the password of a connection
    (`host=… user=… password=…`), wherever they stand. Each is a finding of its own, at the secret; a comment at the string
    that it stands in suppresses it.

    ## Why it matters

    `/nix/store` is readable by every user and every service of the machine, by every container with the usual bind
    mount of the store, and by everybody with whom the store is shared through a cache. What was there once stays in old
    generations and backups.

    ## What to do

    Put the text into a template of sops-nix with a placeholder for the secret, or let the program read the secret from a
    file. Then change the secret: it has been public.

    ## What keeps it silent

    - Placeholders, references and hashes in the place of the secret.
    - Variables of programs, stand-ins that a script replaces, and passwords that it changes.
    - Hosts that are there for documentation (`example.com`), and keys that a project has published for everybody.
    - Files that are imported as the default of an option only.
    - Declarations of options, and texts below `options`, `description`, `example` and the like.
    - Files for tests, examples, templates, virtual machines and installers.
    - `# pragma: allowlist secret` and `# gitleaks:allow` on the line.
    - A comment on the line, or right above it, that says that it is not a secret (`# not a secret`).

    ## References

    - [NixOS wiki, comparison of secret managing schemes](https://wiki.nixos.org/wiki/Comparison_of_secret_managing_schemes)
    - [nixpkgs issue 24288, modules that put secrets into the store](https://github.com/NixOS/nixpkgs/issues/24288)
    """

    name = "secret-in-text"
    code = "NL312"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (StringLiteral,)
    words = TEXT_KEYWORDS
    values = TEXT_SIGN
    finds_secrets = True
    also_suppressed_by = MARKS
    formerly = FORMERLY

    def check(self, subject: StringLiteral, repository: Repository) -> Iterator[Finding]:
        """Report a string that shows by itself that it is, or holds, a secret."""
        yield from findings_in(subject, repository)

    examples = (
        Bad(
            "a password in a URL",
            '{ services.app.settings.database = "postgres://app:«waterfall9»@localhost/app"; }\n',
        ),
        Bad(
            "a line of a configuration file",
            """\
{
  environment.etc."app.conf".text = ''
    user = app
    password = «waterfall9»
  '';
}
""",
        ),
        Bad(
            "a private key",
            """\
{
  environment.etc."ssh/id".text = ''
    «-----BEGIN OPENSSH PRIVATE KEY-----
    b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ
    -----END OPENSSH PRIVATE KEY-----»
  '';
}
""",
        ),
        Bad(
            "behind an interpolation that has the same word",
            """\
{ pkgs, lib, config, ... }: {
  environment.etc."app.conf".text = ''
    ${lib.concatMapStrings (name: "-- ${name} waterfall9\\n") config.names}
    url = "postgres://app:«waterfall9»@localhost/app"
  '';
}
""",
        ),
        Bad(
            "a file of variables that Nix writes",
            """\
{ pkgs, ... }: {
  services.c.environmentFile = pkgs.writeText "c.env" ''
    PORT=80
    C_PASSWORD=«birdsong7»
  '';
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
  networking.wireless.networks.home.pskRaw = "ext:psk_home";
  sops.templates."h.env".content = "PASSWORD=${config.sops.placeholder.h}";
  sops.templates."i.env".content = ''
    PASSWORD=${config.sops.placeholder.i}
  '';
}
""",
        ),
        Good(
            "what Nix tells the person who builds the system",
            """\
{ config, ... }: {
  config.assertions = [
    {
      assertion = config.services.a.environmentFile != null;
      message = ''
        Write a file with the line
        A_SERVER_TOKEN_SECRET="output from command"
      '';
    }
  ];
  config.warnings = [ "the password=waterfall9 of the manual is in use" ];
}
""",
        ),
        Good(
            "the sources of a database, a variable of a program, a stand-in that a script replaces, an example",
            """\
{ pkgs, ... }: {
  environment.etc."nsswitch.conf".text = ''
    passwd: files systemd
    group:  files systemd
  '';
  services.a.script = pkgs.writers.writePython3 "a" { } ''
    import sys
    for line in sys.stdin:
        password = line
  '';
  services.b.preStart = ''
    cat > b.yml <<EOF
    token: TOKEN_PLACEHOLDER
    EOF
    sed -i "s/TOKEN_PLACEHOLDER/$(cat /run/secrets/b)/" b.yml
  '';
  services.c.proxy = "socks5://alice:wonderland7@example.com:1080";
}
""",
        ),
        Good(
            "a comment of the text that shows how something is written, a document",
            """\
{ pkgs, ... }: {
  services.a.script = ''
    # The format is postgresql://user:pass@host/db
    url="$(cat /run/secrets/a)"
  '';
  services.postgresql.initialScript = pkgs.writeText "b" ''
    -- ALTER USER b PASSWORD 'your_secure_password';
    CREATE USER b;
  '';
  environment.etc."agent/skillMd".text = ''
    Connect with `psql postgres://user:pass@localhost/db`.
  '';
}
""",
        ),
        Good(
            "a file that shows what an option may hold",
            {
                "module.nix": """\
{ lib, ... }: { options.services.a.settings = lib.mkOption { default = import ./defaults/server.nix; }; }
""",
                "defaults/server.nix": '{ database = "postgres://a:birdsong7@db/a"; }\n',
            },
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
    )
