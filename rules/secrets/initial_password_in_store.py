"""The first password of a user, in plain text."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Severity, WrittenDefinition

from .exposures import findings_of
from .guided_move import guided_move
from .plain_values import PlainValueRule, plain_values
from .takers import Taker, taker_of
from .uses import as_used
from .verdicts import FORMERLY


class InitialPasswordInStore(PlainValueRule):
    """A user's initial password is in the store in plain text and works until it is changed.

    ## What it finds

    `users.users.<name>.initialPassword` with a literal value.

    ## Why it matters

    NixOS documents this password as one that is there to be changed. Until then, and after every installation, everybody
    who reads the store or the repository can log in as that user.

    ## What to do

    Set `initialHashedPassword`, or `hashedPasswordFile` with a file that sops-nix (with `neededForUsers = true`) or agenix
    makes and that holds a hash (`mkpasswd`), not the password; or change the
    password at the first login and leave a comment that says so.

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
      `users.users.<name>.initialPassword`](https://nixos.org/manual/nixos/stable/options#opt-users.users._name_.initialPassword)
    """

    name = "initial-password-in-store"
    code = "NL304"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    formerly = FORMERLY

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report a user's first password in plain text."""
        used = as_used(subject, repository)
        if taker_of(used.path) is Taker.USER_AT_FIRST:
            move = guided_move if used is subject else None
            yield from findings_of(used, plain_values(used, repository), repository, move=move)

    examples = (
        Bad(
            "a first password",
            '{ users.users.bob.initialPassword = «"nixos"»; }\n',
        ),
        Good(
            "a hash, and a file with one",
            """\
{
  users.users.bob.initialHashedPassword = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7";
  users.users.eve.hashedPasswordFile = "/persist/passwords/eve";
}
""",
        ),
        Good(
            "an image to install from",
            {"iso.nix": '{ isoImage.volumeID = "a"; users.users.nixos.initialPassword = "nixos"; }\n'},
        ),
    )
