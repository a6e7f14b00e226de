"""A file that is only there when the system runs, read while Nix evaluates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, WrittenDefinition
from nixlint.secrets.files import is_path_of_secret
from nixlint.secrets.ways import Way, sources_of

from .circumstances import is_for_trial_here
from .verdicts import contains


class SecretPathReadAtEvaluation(Rule[WrittenDefinition]):
    """A secret that is decrypted when the system starts is read during evaluation.

    ## What it finds

    `builtins.readFile` and `lib.fileContents` of a path that sops-nix, agenix or systemd makes:
    `config.sops.secrets.<name>.path`, `config.age.secrets.<name>.path`, `/run/secrets/…`, `/run/agenix/…`,
    `/run/credentials/…`.

    ## Why it matters

    The file is not there while Nix evaluates: evaluation fails in a flake, on another machine, and at the first
    installation. Where it does not fail, because the machine builds itself with `--impure`, the secret is copied into
    `/nix/store`, where every user can read it, and everything that the encryption was for is lost.

    ## What to do

    Give the path to an option that takes a file. Where a program takes no file, let a template of sops-nix
    (`sops.templates`) make its configuration, or use `EnvironmentFile` or `LoadCredential` of the unit.

    ## What keeps it silent

    - The path by itself, without anything that reads it.
    - A path of which nothing in the file that reads it says that it is one of a secret: neither `sops`, `age` nor `/run/`.
    - Scripts that read it when they run (`$(cat …)`).
    - Files for tests, examples, templates, virtual machines and installers.

    ## References

    - [sops-nix, templates](https://github.com/Mic92/sops-nix#templates)
    - [agenix, `builtins.readFile` anti-pattern](https://github.com/ryantm/agenix#builtinsreadfile-anti-pattern)
    """

    name = "secret-path-read-at-evaluation"
    code = "NL311"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)
    words = (b"sops", b"age.", b"vaultix", b"/run/")
    names = frozenset[bytes]()  # what is read stands in the value
    values = re.compile(rb"readFile|fileContents")

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report a file of secrets that is read where the definition is written."""
        text = repository.source(subject.name.path)
        if text is None or not any(word in text.data for word in self.words):
            return
        for source in sources_of(subject.value):
            if source.way is not Way.READ or source.place is None or not contains(subject.value_place, source.place):
                continue
            if not is_path_of_secret(source.file, source.symbols) or is_for_trial_here(source.place.path, repository):
                continue
            what = source.symbols[0] if source.symbols else str(source.file).partition("\0")[0]
            yield Finding(
                source.place,
                f"{source.through} reads {what} while Nix evaluates, when that file is not there yet; where it is, the "
                "secret gets into /nix/store",
                "give the path to an option that takes a file, or let a template of sops-nix hold the secret",
                option=str(subject.path),
            )

    examples = (
        Bad(
            "secrets of sops-nix and agenix",
            """\
{ config, lib, ... }:
let
  token = «builtins.readFile config.sops.secrets.token.path»;
in
{
  services.a.settings.token = token;
  services.b.settings.password = «lib.fileContents config.age.secrets.b.path»;
  services.c.extraConfig = lib.mkIf config.services.c.enable "key = ${«builtins.readFile "/run/secrets/c"»}";
}
""",
        ),
        Bad(
            "with something between, and in a list",
            """\
{ config, lib, ... }: {
  services.a.settings.keys = [ (lib.removeSuffix "\\n" («builtins.readFile "${config.sops.secrets.a.path}"»)) ];
  services.b.settings = builtins.fromJSON («builtins.readFile /run/agenix/b.json»);
}
""",
        ),
        Good(
            "the path, a script that reads it when it runs, and a file of the repository",
            """\
{ config, ... }: {
  services.a.passwordFile = config.sops.secrets.a.path;
  systemd.services.b.script = "b --token \"$(cat ${config.age.secrets.b.path})\"";
  services.c.extraConfig = builtins.readFile ./c.conf;
  services.d.key = builtins.readFile ./d.pub;
  services.e.data = builtins.readFile config.my.sops.encryptedFile;
}
""",
        ),
    )
