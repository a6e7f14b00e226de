"""Root, or who may become root, logs in without being asked for a password."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, WrittenDefinition
from nixlint.secrets.positions import is_elsewhere, is_of_user
from nixlint.secrets.trials import asks_for_no_login
from nixlint.secrets.ways import Way, sources_of, strings_of, text_of

from .circumstances import is_for_trial_here, neighbours, words_beside


class LoginWithoutPassword(Rule[WrittenDefinition]):
    """An empty password hash lets everyone at the console log in as root, or as a user who can become root.

    ## What it finds

    `users.users.<name>.hashedPassword` or `initialHashedPassword` set to `""`, for root and for members of `wheel`.

    ## Why it matters

    An empty hash is not the absence of a password: `login` on the console, on a serial line and in the console of a
    virtual machine asks for none. NixOS documents it for bootable live systems. SSH, `su` and `sudo` don't take it.
    A user without any of the password options has no login with a password, which is what is mostly meant.

    ## What to do

    Leave the option out, or set it to `"!"`, if no login with a password is wanted; else set `hashedPasswordFile`.

    ## What keeps it silent

    - A comment beside it that mentions the password or the login: it is intended.
    - Another option that sets the password of the same user, in the same set.
    - A console with automatic login (`services.getty.autologinUser`), as on installers and rescue systems.
    - Users who are neither root nor in `wheel`, such as that of a television.
    - Files for tests, examples, templates, virtual machines, live systems and installers.

    ## References

    - [NixOS manual, `users.users.<name>.hashedPassword`](https://nixos.org/manual/nixos/stable/options#opt-users.users._name_.hashedPassword)
    """

    name = "login-without-password"
    code = "NL314"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)
    names = frozenset({b"hashedPassword", b"initialHashedPassword"})

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report an empty hash of somebody who is, or may become, root."""
        option = subject.path
        if (
            option.last not in ("hashedPassword", "initialHashedPassword")
            or not is_of_user(option)
            or is_elsewhere(option)
        ):
            return
        sources = tuple(sources_of(subject.value))
        if len(sources) != 1 or sources[0].way is not Way.LITERAL or sources[0].text:
            return
        user = option.names[-2]
        others = {other.path.last: other for other in neighbours(subject, repository)}
        groups = others.get("extraGroups")
        is_in_wheel = groups is not None and "wheel" in {text_of(text) for text, _ in strings_of(groups.value)}
        if (user != "root" and not is_in_wheel) or not _OTHER_PASSWORDS.isdisjoint(others):
            return
        source = repository.source(subject.name.path)
        if source is not None and (asks_for_no_login(source.data) or b"boot.isContainer" in source.data):
            return  # a container has no console
        if "vm" in option.names:
            return
        if is_for_trial_here(subject.name.path, repository) or _MEANT.search(
            words_beside(subject.value_place, repository)
        ):
            return
        who = "root" if user == "root" else f"{user or 'this user'}, a member of wheel,"
        yield Finding(
            subject.value_place,
            f"{who} logs in on the console without being asked for a password: an empty hash is a login, not a lock",
            'remove the option, or set it to "!" to disable logging in with a password',
            option=str(option),
        )

    examples = (
        Bad(
            "root, and somebody in wheel",
            """\
{
  users.users.root.initialHashedPassword = «""»;
  users.users.alice = {
    isNormalUser = true;
    hashedPassword = «""»;
    extraGroups = [ "wheel" "video" ];
  };
}
""",
        ),
        Good(
            "an account that is locked, and one that somebody means",
            """\
{
  users.users.root.hashedPassword = "!";
  # Set an empty password at first; set another one with passwd.
  users.users.alice = { initialHashedPassword = ""; extraGroups = [ "wheel" ]; };
  users.users.bob = { initialHashedPassword = ""; extraGroups = [ "wheel" ]; }; # no password on the console
  users.users.tv = { isNormalUser = true; hashedPassword = ""; };
}
""",
        ),
        Good(
            "a console that logs somebody in anyway",
            """\
{
  services.getty.autologinUser = "nixos";
  users.users.nixos = { isNormalUser = true; extraGroups = [ "wheel" ]; initialHashedPassword = ""; };
  users.users.root.initialHashedPassword = "";
}
""",
        ),
        Good(
            "another password of the same user",
            '{ users.users.root = { initialHashedPassword = ""; hashedPasswordFile = "/persist/root"; }; }\n',
        ),
        Good(
            "a live system",
            {"hosts/usb/default.nix": '{ isoImage.volumeID = "a"; users.users.root.initialHashedPassword = ""; }\n'},
        ),
    )


_OTHER_PASSWORDS = frozenset({"hashedPasswordFile", "passwordFile", "password", "initialPassword"})
_MEANT = re.compile(r"passw|login|log in|credential", re.IGNORECASE)
