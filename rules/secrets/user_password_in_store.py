"""The password of a user, in plain text."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Severity, WrittenDefinition

from .exposures import findings_of
from .guided_move import guided_move
from .plain_values import PlainValueRule, plain_values
from .takers import Taker, taker_of
from .uses import as_used
from .verdicts import FORMERLY


class UserPasswordInStore(PlainValueRule):
    """A user's password is in the store in plain text, where every user can read it.

    ## What it finds

    `users.users.<name>.password` with a literal value, also from a `let` or another file. A password that anyone guesses,
    such as `changeme`, is as bad: it is reported as an error that says so.

    ## Why it matters

    Any user and any service of the machine can read it, and become that user: root, where the user may use `sudo`.
    What was in the store once stays in old generations, backups and caches.

    ## What to do

    Set `hashedPasswordFile` to a file that sops-nix or agenix makes. It has to hold a hash, as `mkpasswd` makes it:
    NixOS takes the content of the file as the hash, so login fails if the file holds the password itself. With sops-nix
    the secret needs `neededForUsers = true`, for it is decrypted too late otherwise. Then change the password.

    Where the repository uses sops-nix or agenix, `nixlint fix --unsafe-fixes` writes the declaration and the option for the
    file, and moves the old value into a file outside the repository that only you can read. A hash of the password has to be
    encrypted by the name that the fix says.

    ## What keeps it silent

    - References to secrets: `config.sops.…`, `$VAR`, `@placeholder@`, `{{ … }}`, `!secret …`, paths, `vault:…`.
    - Hashes, public keys and encrypted values.
    - Files for tests, examples, templates, virtual machines and installers.
    - `# pragma: allowlist secret` and `# gitleaks:allow` on the line.
    - A comment on the line, or right above it, that says that it is not a secret (`# not a secret`).

    ## References

    - [NixOS manual,
      `users.users.<name>.password`](https://nixos.org/manual/nixos/stable/options#opt-users.users._name_.password)
    """

    name = "user-password-in-store"
    code = "NL303"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    formerly = FORMERLY

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report a user's password in plain text."""
        used = as_used(subject, repository)
        if taker_of(used.path) is Taker.USER:
            move = guided_move if used is subject else None
            yield from findings_of(used, plain_values(used, repository), repository, move=move)

    examples = (
        Bad(
            "a password, however it is set",
            """\
{ lib, ... }: {
  users.users.alice.password = «lib.mkForce "wonderland"»;
  users.users.root.password = «"changeme"»;
}
""",
        ),
        Good(
            "a file with a hash",
            "{ config, ... }: { users.users.alice.hashedPasswordFile = config.sops.secrets.alice.path; }\n",
        ),
        Good(
            "a NixOS test, an example, a virtual machine to try things",
            {
                "test.nix": '{ nodes.a.users.users.a.password = "wonderland"; testScript = ""; }\n',
                "examples/a.nix": '{ users.users.a.password = "wonderland"; }\n',
                "configuration.nix": '{ virtualisation.vmVariant.users.users.a.password = "wonderland"; }\n',
            },
        ),
    )
