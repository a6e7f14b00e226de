"""A decrypted secret that every user may read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, StringValue, WrittenDefinition

from .circumstances import is_for_trial_here, is_said_to_be_none, words_beside

_MEANT = re.compile(r"world[- ]?readable|readable (?:by|for) (?:all|every|any|others)", re.IGNORECASE)
"""What an owner writes who knows."""
_OCTAL = re.compile(r"0?[0-7]{3}")
_READ = 4
_PUBLIC = re.compile(
    # What the names of things say that are encrypted for tidiness' sake, and are public or no secrets.
    r"(?:^|[^a-z])(?:pub|public|cert|certs|certificate|certificates|crt|ca|cacert|chain|fullchain|known.?hosts|user|users|"
    r"username|email|mail.?address|u2f|domain|domains|host|hosts|hostname|ip|ips|address|addresses|location|timezone|name|id)(?:$|[^a-z])"
)


class SecretWorldReadable(Rule[WrittenDefinition]):
    """A secret with a mode such as `0444` is readable by every user of the machine.

    ## What it finds

    `mode` of a secret of sops-nix or agenix, or of a template of sops-nix, that lets others than owner and group read it.

    ## Why it matters

    sops-nix and agenix keep a secret from everybody but its owner. With this mode each user and each service of the
    machine reads it, one that an attacker has taken over included.

    ## What to do

    Give the secret the owner or the group of the service that reads it, with mode `0400` or `0440`. A unit can get it
    from systemd, which reads it as root: `LoadCredential=`, `EnvironmentFile=`.

    ## What keeps it silent

    - Modes without a right for others, and a mode that is not known.
    - A name that says that it is not a secret: a certificate, a public key, a user name, a domain.
    - Files for tests, examples, templates, virtual machines and installers.

    ## References

    - [sops-nix, permissions, owner and group](https://github.com/Mic92/sops-nix#set-secret-permissionowner-and-allow-services-to-access-it)
    - [agenix, `age.secrets.<name>.mode`](https://github.com/ryantm/agenix#agesecretsnamemode)
    """

    name = "secret-world-readable"
    code = "NL320"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)
    names = frozenset({b"mode"})

    def in_company(self, chosen: frozenset[bytes], words: frozenset[bytes]) -> frozenset[bytes]:
        """Only where the file speaks of one of the two."""
        return chosen if not words.isdisjoint({b"sops", b"age"}) else frozenset()

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report the mode of a secret that everybody may read."""
        match subject.path.names:
            case (*_, "sops" | "age" as tool, "secrets" | "templates" as kind, str(name), "mode"):
                mode = subject.value.text if isinstance(subject.value, StringValue) else None
                if (
                    mode is None
                    or not _OCTAL.fullmatch(mode)
                    or not int(mode[-1]) & _READ
                    or _PUBLIC.search(name.lower())
                ):
                    return
                if is_said_to_be_none(subject.value_place, repository) or _MEANT.search(
                    words_beside(subject.value_place, repository)
                ):
                    return
                if not is_for_trial_here(subject.name.path, repository):
                    yield Finding(
                        subject.value_place,
                        f"every user of the machine may read {tool}.{kind}.{name} (mode {mode})",
                        'give it the owner of the service that reads it, and mode = "0400"',
                        option=str(subject.path),
                        evidence=name,
                    )

    examples = (
        Bad(
            "secrets and a template",
            """\
{
  sops.secrets.smtp.mode = «"0444"»;
  age.secrets.tls = { file = ./tls.age; mode = «"644"»; };
  sops.templates."app.env" = { content = ""; mode = «"0644"»; };
}
""",
        ),
        Good(
            "for the owner, for the group",
            """\
{
  sops.secrets.smtp.mode = "0400";
  age.secrets.tls = { file = ./tls.age; mode = "0440"; };
  environment.etc.x.mode = "0444";
}
""",
        ),
        Good(
            "no secrets by their names",
            """\
{
  sops.secrets.ca-certificate.mode = "0444";
  sops.secrets."ssh/id_ed25519.pub".mode = "0444";
  age.secrets.username = { file = ./name.age; mode = "0444"; };
}
""",
        ),
        Good(
            "a mode that is not known",
            "{ config, ... }: { sops.secrets.smtp.mode = config.my.mode; }\n",
        ),
        Good(
            "an example",
            {"examples/sops.nix": '{ sops.secrets.smtp.mode = "0444"; }\n'},
        ),
    )
