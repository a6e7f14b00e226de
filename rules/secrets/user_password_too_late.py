"""A user's password that is decrypted after the users are made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nixlint.rule import (
    AttrsValue,
    Bad,
    Confidence,
    Finding,
    Good,
    Repository,
    Rule,
    Severity,
    SymbolValue,
    Value,
    WrittenDefinition,
    written_definitions,
)

_PASSWORD_FILES = frozenset({"hashedPasswordFile", "passwordFile"})
_SWITCH = "neededForUsers"


class UserPasswordTooLate(Rule[WrittenDefinition]):
    """A user's password from sops-nix needs `neededForUsers`; without it the user has no password.

    ## What it finds

    `users.users.<name>.hashedPasswordFile = config.sops.secrets.<secret>.path`, where the repository declares the secret
    and nothing in it sets `neededForUsers`.

    ## Why it matters

    sops-nix decrypts secrets after NixOS makes the users. The file of the password is not there yet, the user gets no
    password, and with `users.mutableUsers = false` no login works after the next boot.

    ## What to do

    Set `sops.secrets.<secret>.neededForUsers = true`. The secret is a hash, as `mkpasswd` makes it, not the password.

    ## What keeps it silent

    - `neededForUsers` for the secret, or for one with a name that is not known, in any file of the repository.
    - A secret that no file of the repository declares by its name, and one whose declaration is not known.
    - agenix, which decrypts before it, and a path that is written out.

    ## References

    - [sops-nix, setting a user's password](https://github.com/Mic92/sops-nix#setting-a-users-password)
    """

    name = "user-password-too-late"
    code = "NL317"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)
    names = frozenset(name.encode() for name in _PASSWORD_FILES)

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report the password of a user that comes too late."""
        names = subject.path.names
        if names[-1] not in _PASSWORD_FILES or names[-4:-2] != ("users", "users"):
            return
        if not isinstance(subject.value, SymbolValue):
            return
        path = subject.value.path
        if len(path) != _LENGTH or path[:3] != ("config", "sops", "secrets") or path[-1] != "path":
            return
        secrets = repository.remember(_Declared, lambda: _declared(repository))
        if path[3] in secrets.late and None not in secrets.early and path[3] not in secrets.early:
            yield Finding(
                subject.value_place,
                f"the password of the user {names[-2] or '…'} is the secret {path[3]}, which sops-nix decrypts after the "
                "users are made: the user has no password",
                f'set sops.secrets."{path[3]}".neededForUsers = true; the secret has to be a hash',
                option=str(subject.path),
                evidence=path[3],
            )

    examples = (
        Bad(
            "decrypted too late",
            """\
{ config, ... }:
{
  sops.secrets.alice = { };
  users.users.alice = { isNormalUser = true; hashedPasswordFile = «config.sops.secrets.alice.path»; };
}
""",
        ),
        Bad(
            "the secret in another file, and in the long form",
            {
                "users.nix": """\
{ config, ... }:
{
  config.users.users.root.hashedPasswordFile = «config.sops.secrets."root/password".path»;
}
""",
                "secrets.nix": """\
{ sops.secrets = { "root/password".sopsFile = ./root.yaml; other.neededForUsers = true; }; }
""",
            },
        ),
        Good(
            "decrypted in time",
            """\
{ config, ... }:
{
  sops.secrets.alice.neededForUsers = true;
  users.users.alice = { isNormalUser = true; hashedPasswordFile = config.sops.secrets.alice.path; };
}
""",
        ),
        Good(
            "all secrets with one setting, and one of another file",
            {
                "a.nix": """\
{ config, lib, ... }:
{
  sops.secrets = lib.genAttrs [ "alice" config.my.user ] (_: { neededForUsers = true; });
  users.users.alice.hashedPasswordFile = config.sops.secrets.alice.path;
}
""",
                "b.nix": "{ config, ... }: { users.users.bob.hashedPasswordFile = config.sops.secrets.bob.path; }\n",
            },
        ),
        Good(
            "agenix, and a path",
            """\
{ config, ... }:
{
  age.secrets.alice.file = ./alice.age;
  users.users.alice.hashedPasswordFile = config.age.secrets.alice.path;
  users.users.bob.hashedPasswordFile = "/persist/passwords/bob";
}
""",
        ),
    )


_LENGTH = 5
"""``config.sops.secrets.<name>.path``."""


class _Declared(NamedTuple):
    """The secrets that are declared without the switch, and those that have it, or may; ``None`` for a name not known."""

    late: frozenset[str]
    early: frozenset[str | None]


def _declared(repository: Repository) -> _Declared:
    late: set[str] = set()
    early: set[str | None] = set()
    for path in repository.files_mentioning(b"sops"):
        source = repository.source(path)
        for definition in written_definitions(source, repository) if source is not None else ():
            names = definition.path.names[1:] if definition.path.names[:1] == ("config",) else definition.path.names
            if names[:2] == ("sops", "secrets"):
                _take(names[2:], definition.value, late, early)
    return _Declared(frozenset(late), frozenset(early))


def _take(names: tuple[str | None, ...], value: Value, late: set[str], early: set[str | None]) -> None:
    """Take what one definition says of secrets: of one by its name, or of the whole set."""
    if names[1:2] == (_SWITCH,):
        early.add(names[0])
    elif (len(names) == 1 and names[0] is not None and _is_plain(value)) or (len(names) > 1 and names[0] is not None):
        late.add(names[0])
    elif not names and isinstance(value, AttrsValue) and not value.is_open:
        for name, entry in value.entries.items():
            _take((name,), entry.value.force(), late, early)
    else:
        early.add(names[0] if names else None)


def _is_plain(value: Value) -> bool:
    """Whether a declaration is a set that is known, and has no such switch."""
    return isinstance(value, AttrsValue) and not value.is_open and _SWITCH not in value.entries
