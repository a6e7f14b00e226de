"""A container whose root is the host's root."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Presence, Repository, Rule, Severity, first_with

"""The first release that certainly has ``privateUsers`` (nixpkgs pull request 362210)."""
_FLAGS = ("-U", "--private-users", "--private-users-ownership")


class ContainerNoUserNamespace(Rule[NspawnContainer]):
    """Without a user namespace, root in the container is root on the host, with one layer of defence fewer.

    ## What it finds

    A container that does not set `privateUsers`, on a release that has the option (`nixos-release` in `nixlint.toml`).

    ## Why it matters

    User 0 in the container is user 0 on the host. It has full access to files of the host that it reaches through a bind
    mount or a vulnerability of the kernel.

    ## What to do

    Set `privateUsers = "pick"`: systemd-nspawn finds a range of user ids of its own for the container.

    ## What keeps it silent

    - `privateUsers`, whatever its value, `-U` and `--private-users` in `extraFlags`, and flags that are not known.
    - Bind mounts to write to, whose files would change hands.
    - A release that is older or not known.

    It runs only with `--pedantic`: it suggests one more layer of defence and reports no vulnerability.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `privateUsers`
    - systemd-nspawn(1), `--private-users=`
    """

    name = "container-no-user-namespace"
    code = "NL122"
    severity = Severity.INFO
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)
    pedantic = True

    def check(self, subject: NspawnContainer, repository: Repository) -> Iterator[Finding]:
        """Report a container without ``privateUsers``."""
        release = repository.target_release
        if release is None or release < first_with("user-namespaces-of-containers"):
            return
        if subject.option_anywhere("privateUsers").presence is not Presence.ABSENT:
            return
        if subject.option_anywhere("extraFlags").obstacles or any(flag.name in _FLAGS for flag in subject.flags):
            return
        if subject.option_anywhere("bindMounts").obstacles or any(
            mount.writable is not False for mount in subject.bind_mounts
        ):
            return
        yield Finding(
            place=subject.place,
            message=f"{subject.title} has no user namespace: its root is the root of the host",
            help='set privateUsers = "pick"',
            option=f"{subject.option_path}.privateUsers",
            container=subject.name,
        )

    examples = (
        Bad(
            "nothing is said of users",
            "{ containers.«web» = { autoStart = true; config = { }; }; }\n",
            config='nixos-release = "26.05"\n',
        ),
        Good(
            "users of its own",
            """\
{
  containers.a = { privateUsers = "pick"; config = { }; autoStart = true; };
  containers.b = { extraFlags = [ "-U" ]; config = { }; autoStart = true; };
}
""",
            config='nixos-release = "26.05"\n',
        ),
        Good(
            "a directory to write to",
            """\
{
  containers.web = {
    bindMounts."/srv" = { isReadOnly = false; };
    autoStart = true;
    config = { };
  };
}
""",
            config='nixos-release = "26.05"\n',
        ),
        Good(
            "a release that does not have it",
            "{ containers.web = { autoStart = true; config = { }; }; }\n",
            config='nixos-release = "24.05"\n',
        ),
    )
