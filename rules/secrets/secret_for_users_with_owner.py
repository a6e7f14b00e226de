"""A secret that is decrypted before there are users, and is to belong to one."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import (
    Bad,
    Confidence,
    Finding,
    Good,
    IntValue,
    Repository,
    Rule,
    Severity,
    StringValue,
    WrittenDefinition,
)
from nixlint.secrets.declared import DeclaredSecrets

_OWNERS = frozenset({"owner", "group", "uid", "gid"})
_SWITCH = "neededForUsers"


class SecretForUsersWithOwner(Rule[WrittenDefinition]):
    """A secret with `neededForUsers` belongs to root, even if an owner is set.

    ## What it finds

    `owner`, `group`, `uid` or `gid`, of another than root, of a secret of sops-nix that has `neededForUsers = true`.

    ## Why it matters

    sops-nix decrypts such a secret before NixOS makes the users, so the secret belongs to root, and no owner is looked
    up. With a `uid` it refuses the configuration: *neededForUsers cannot be used for secrets that are not root-owned*. A
    service that is to read the secret as its owner can't.

    ## What to do

    Take the owner out where the secret is the password of a user. Where a service reads it as well, declare it a second
    time under another name (`key = "<name in the file>";`), with the owner and without `neededForUsers`.

    ## What keeps it silent

    - root, 0, `null`, and an owner that is not known.
    - A secret of which it is not known that `neededForUsers` is true.

    ## References

    - [sops-nix, setting a user's password](https://github.com/Mic92/sops-nix#setting-a-users-password)
    - sops-nix, `modules/sops/secrets-for-users/default.nix`; `pkgs/sops-install-secrets/main.go`, `-ignore-passwd`
    """

    name = "secret-for-users-with-owner"
    code = "NL318"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)
    names = frozenset(name.encode() for name in _OWNERS)

    def in_company(self, chosen: frozenset[bytes], words: frozenset[bytes]) -> frozenset[bytes]:
        """Only where the file speaks of secrets."""
        return chosen if {b"sops", b"secrets"} <= words else frozenset()

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report the owner of a secret that root gets."""
        match subject.path.names:
            case (*_, "sops", "secrets", str(name), setting) if (
                setting in _OWNERS and name != "value"
            ):  # of listToAttrs
                owner = _owner(subject)
                if owner is not None and DeclaredSecrets.of(repository).is_true("sops", name, _SWITCH):
                    yield Finding(
                        subject.name,
                        f"the secret {name} is decrypted before there are users ({_SWITCH}), so it belongs to root, and not "
                        f"to {owner}",
                        f"remove {setting}, or declare the secret a second time for the service that reads it",
                        option=str(subject.path),
                        evidence=name,
                    )

    examples = (
        Bad(
            "an owner, and a group in another file",
            {
                "a.nix": """\
{
  sops.secrets.alice = { neededForUsers = true; «owner» = "alice"; };
  sops.secrets.bob.neededForUsers = true;
}
""",
                "b.nix": '{ sops.secrets.bob.«group» = "wheel"; }\n',
            },
        ),
        Good(
            "root, and no owner",
            """\
{
  sops.secrets.alice = { neededForUsers = true; owner = "root"; uid = 0; };
  sops.secrets.bob = { neededForUsers = true; mode = "0400"; };
}
""",
        ),
        Good(
            "decrypted with the others, or perhaps",
            """\
{ config, ... }:
{
  sops.secrets.alice = { owner = "alice"; neededForUsers = false; };
  sops.secrets.bob = { owner = "bob"; neededForUsers = config.my.users; };
  sops.secrets.carol = { owner = config.my.owner; neededForUsers = true; };
}
""",
        ),
    )


def _owner(subject: WrittenDefinition) -> str | None:
    """The owner that is written, if it certainly is another one than root."""
    match subject.value:
        case StringValue(text=str() as text) if text not in ("root", ""):
            return text
        case IntValue(value=number) if number != 0:
            return str(number)
    return None
