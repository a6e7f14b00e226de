"""The key that decrypts all secrets, as a path of Nix."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import (
    Bad,
    Binder,
    Confidence,
    Finding,
    Good,
    ListValue,
    Place,
    Repository,
    Rule,
    Severity,
    StringValue,
    Value,
    WrittenDefinition,
)
from nixlint.secrets.ways import Way, sources_of

from .circumstances import is_for_trial_here

_OPTIONS = (
    ("age", "identityPaths"),
    ("sops", "age", "keyFile"),
    ("sops", "age", "sshKeyPaths"),
    ("sops", "gnupg", "home"),
    ("sops", "gnupg", "sshKeyPaths"),
)
_LAST = frozenset(option[-1] for option in _OPTIONS)


class SecretKeyInStore(Rule[WrittenDefinition]):
    """A decryption key that is written as a Nix path is copied into the store, where every user can decrypt with it.

    ## What it finds

    A path without quotes at `age.identityPaths`, `sops.age.keyFile`, `sops.age.sshKeyPaths`, `sops.gnupg.home` or
    `sops.gnupg.sshKeyPaths`, or one in a string (`"${./key}"`).

    ## Why it matters

    Nix copies the file into `/nix/store`, where every user of the machine reads it, and with it all secrets that are
    encrypted for it. The file is in the repository besides. sops-nix refuses a path of the store, agenix takes it.

    ## What to do

    Put the key on the machine, outside the store, and write its path in quotes: `sops.age.keyFile =
    "/var/lib/sops/key.txt";`. Then make a new key and encrypt the secrets anew: this one has been public.

    ## What keeps it silent

    - Paths in quotes.
    - A path that is not known.
    - Files for tests, examples, templates, virtual machines and installers.

    ## References

    - [agenix, `age.identityPaths`](https://github.com/ryantm/agenix#ageidentitypaths)
    - sops-nix, `modules/sops/default.nix`, `pathNotInStore`
    """

    name = "secret-key-in-store"
    code = "NL321"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)
    names = frozenset(name.encode() for name in _LAST)

    def in_company(self, chosen: frozenset[bytes], words: frozenset[bytes]) -> frozenset[bytes]:
        """Only where the file speaks of one of the two."""
        return chosen if not words.isdisjoint({b"sops", b"age"}) else frozenset()

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report each key that is copied into the store."""
        names = subject.path.names
        option = next((each for each in _OPTIONS if names[-len(each) :] == each), None)
        if option is None or subject.binder is not Binder.ATTRIBUTE or is_for_trial_here(subject.name.path, repository):
            return
        for value, place in _paths(subject.value, subject.value_place):
            if any(source.way is Way.COPIED for source in sources_of(value)):
                yield Finding(
                    place,
                    f"the key at {'.'.join(option)} is copied into /nix/store, where every user reads it, and with it all "
                    "secrets",
                    "put the key on the machine, and write its path in quotes",
                    option=str(subject.path),
                )

    examples = (
        Bad(
            "paths of Nix",
            """\
{
  age.identityPaths = [ "/etc/ssh/ssh_host_ed25519_key" «./id_deploy» ];
  sops.age.keyFile = «./key.txt»;
  sops.gnupg.home = «"${./gnupg}"»;
}
""",
        ),
        Good(
            "paths in quotes",
            """\
{ config, ... }:
{
  age.identityPaths = [ "/etc/ssh/ssh_host_ed25519_key" "${config.users.users.root.home}/id" ];
  sops.age.keyFile = "/var/lib/sops/key.txt";
  sops.age.sshKeyPaths = map (key: key.path) config.services.openssh.hostKeys;
}
""",
        ),
        Good(
            "an example",
            {"examples/sops.nix": "{ sops.age.keyFile = ./key.txt; }\n"},
        ),
    )


def _paths(value: Value, place: Place) -> Iterator[tuple[Value, Place]]:
    """The elements of a list, or the value itself, each with the place where it is written."""
    if isinstance(value, ListValue):
        for element in value.elements:
            yield from _paths(element.force(), element.place or place)
    elif isinstance(value, StringValue):
        yield value, value.place or place
    else:
        yield value, place
