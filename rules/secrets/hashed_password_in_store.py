"""The hash of a user's password, in the store."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, WrittenDefinition
from nixlint.secrets.hashes import cheap_scheme, is_password_hash
from nixlint.secrets.positions import is_elsewhere, is_of_user
from nixlint.secrets.ways import Way, sources_of

from .circumstances import is_for_trial_here, is_said_to_be_none
from .verdicts import MARKS


class HashedPasswordInStore(Rule[WrittenDefinition]):
    """A user's password hash is in the store, where every user can try passwords against it.

    ## What it finds

    `users.users.<name>.hashedPassword` and `initialHashedPassword` with a hash, also from a `let` or another file.

    ## Why it matters

    NixOS keeps hashes in `/etc/shadow`, which only root can read, so that other users cannot try passwords against them.
    In `/nix/store` every user reads them, and in a public repository everybody does. A long random password stays safe
    behind yescrypt, bcrypt or SHA-512; a short one, or one from a dictionary, does not. MD5, NT and SHA-256 are cheap to
    try, and NixOS has not accepted them since 23.05: with such a hash, login fails.

    ## What to do

    Set `hashedPasswordFile` to a file with the hash that sops-nix (with `neededForUsers`) or agenix makes. Make new hashes
    with `mkpasswd`, which uses yescrypt.

    ## What keeps it silent

    - What locks the account (`!`, `*`), and an empty hash, which is another matter.
    - Files for tests, examples, templates, virtual machines and installers.
    - `# pragma: allowlist secret` and `# gitleaks:allow` on the line.
    - A comment on the line, or right above it, that says that it is not a secret (`# not a secret`).

    ## References

    - [NixOS manual, `users.users.<name>.hashedPassword`](https://nixos.org/manual/nixos/stable/options#opt-users.users._name_.hashedPassword)
    - [nixpkgs issue 165858, password hashes are secrets](https://github.com/NixOS/nixpkgs/issues/165858)
    """

    name = "hashed-password-in-store"
    code = "NL305"
    severity = Severity.INFO
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)
    names = frozenset({b"hashedPassword", b"initialHashedPassword"})
    pedantic = True
    finds_secrets = True
    also_suppressed_by = MARKS

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report the hash of a user's password."""
        option = subject.path
        if (
            option.last not in ("hashedPassword", "initialHashedPassword")
            or not is_of_user(option)
            or is_elsewhere(option)
        ):
            return
        for source in sources_of(subject.value):
            if source.way is not Way.LITERAL or not is_password_hash(source.text):
                continue
            place = source.place or subject.value_place
            if is_for_trial_here(subject.name.path, repository) or is_said_to_be_none(place, repository):
                return
            scheme = cheap_scheme(source.text)
            weakness = "" if scheme is None else f": {scheme} is cheap to try, and NixOS does not accept it"
            yield Finding(
                subject.value_place,
                f"{option} puts the hash into /nix/store, where every user can try passwords against it{weakness}",
                "use hashedPasswordFile with a file of the hash that agenix, or sops-nix with neededForUsers = true, makes"
                + ("" if scheme is None else ", and make a new hash with mkpasswd"),
                severity=None if scheme is None else Severity.WARNING,
                option=str(option),
                redact=(place,),
            )

    examples = (
        Bad(
            "a hash, and the first one of a user",
            """\
{
  users.users.alice.hashedPassword = «"$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7"»;
  users.users.bob.initialHashedPassword = «"$6$rounds=1000$salt$x1y2z3x1y2z3"»;
}
""",
        ),
        Bad(
            "a hash of a kind that is cheap to try",
            '{ users.users.alice.hashedPassword = «"$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/"»; }\n',
        ),
        Good(
            "a file with the hash, an account that is locked, one of something else",
            """\
{ config, ... }: {
  users.users.alice.hashedPasswordFile = config.sops.secrets.alice.path;
  users.users.bob.hashedPassword = "!";
  users.users.eve.hashedPassword = "*";
  services.mosquitto.listeners = [ { users.a.hashedPassword = "$7$101$x1y2z3x1y2z3$x1y2z3x1y2z3"; } ];
}
""",
        ),
        Good(
            "an image to install from",
            {
                "iso.nix": """\
{
  isoImage.volumeID = "a";
  users.users.nixos.hashedPassword = "$6$rounds=1000$salt$x1y2z3x1y2z3";
}
"""
            },
        ),
    )
