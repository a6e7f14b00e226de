"""A rootless container of a user that there is not."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.system import HostSystem
from nixlint.rule import Bad, Confidence, Finding, Good, OptionPath, Presence, Repository, Rule, Severity

_USERS = OptionPath.of("users", "users")
_OF_NIXOS = frozenset({"root", "nobody", "messagebus", "polkituser", "sshd", "nm-openvpn", "systemd-network"})
"""Users that a NixOS system has without any of its modules saying so (nixos/modules/config/users-groups.nix and others)."""


class OciUnknownUser(Rule[HostSystem]):
    """A rootless container does not evaluate if the host does not have its user.

    ## What it finds

    `podman.user` of an OCI container with a name that no `users.users` of the host has.

    ## Why it matters

    NixOS looks up the user's `uid`, `home` and `linger`: *attribute missing*, and nothing of the configuration is built.

    ## What to do

    Declare the user, with `linger = true` and ranges of subordinate ids, or correct the name.

    ## What keeps it silent

    - A service of the host with the user's name (`services.<user>`): its module may make the user.
    - Users whose names are not known, and a host with modules that may declare some.
    - Docker, which has no such option, and a container under a condition.
    - A module that no host of the repository uses.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/oci-containers.nix`, `effectiveUser`
    """

    name = "oci-unknown-user"
    code = "NL233"
    severity = Severity.ERROR
    confidence = Confidence.LIKELY
    asks = (HostSystem,)

    def check(self, subject: HostSystem, _repository: Repository) -> Iterator[Finding]:
        """Report each user whom nothing declares."""
        for container in subject.oci_containers if subject.is_whole else ():
            user = container.podman_user
            if user is None or not user.is_known or container.conditions or user.conditions or user.text in _OF_NIXOS:
                continue
            if subject.ask("users", "users", user.text).presence is not Presence.ABSENT or _is_open(subject):
                continue
            if subject.ask("services", user.text).presence is Presence.ABSENT:
                yield Finding(
                    place=user.place,
                    message=f"{container.title} is to be run by {user.text}, and the host has no such user: "
                    "it does not evaluate",
                    help=f"declare users.users.{user.text}, or correct the name",
                    option=f"{container.option_path}.podman.user",
                    container=container.name,
                    evidence=user.text,
                )

    examples = (
        Bad(
            "a slip",
            """\
{
  virtualisation.oci-containers.containers.web = { image = "web:1"; podman.user = «"wbe"»; };
  users.users.web = { isNormalUser = true; linger = true; };
}
""",
        ),
        Good(
            "declared, in another module",
            {
                "configuration.nix": """\
{
  imports = [ ./users.nix ];
  virtualisation.oci-containers.containers.web = { image = "web:1"; podman.user = "web"; };
}
""",
                "users.nix": "{ users.users.web = { isNormalUser = true; linger = true; }; }\n",
            },
        ),
        Good(
            "users whose names are not known, and one of a service",
            {
                "one/configuration.nix": """\
{ config, lib, ... }:
{
  virtualisation.oci-containers.containers.web = { image = "web:1"; podman.user = "web"; };
  users.users = lib.genAttrs config.my.names (name: { isNormalUser = true; });
}
""",
                "two/configuration.nix": """\
{
  services.gitea.enable = true;
  virtualisation.oci-containers.containers.runner = { image = "runner:1"; podman.user = "gitea"; };
  virtualisation.oci-containers.containers.other = { image = "other:1"; podman.user = "root"; };
}
""",
            },
        ),
        Good(
            "a module that is not known",
            """\
{ inputs, ... }:
{
  imports = [ inputs.users.nixosModules.all ];
  virtualisation.oci-containers.containers.web = { image = "web:1"; podman.user = "web"; };
}
""",
        ),
        Good(
            "a module alone",
            {
                "web.nix": """\
{ virtualisation.oci-containers.containers.web = { image = "web:1"; podman.user = "web"; }; }
""",
            },
        ),
    )


def _is_open(host: HostSystem) -> bool:
    """Whether the host may have users that are not known."""
    return any(name is None for name, _ in host.system.children(_USERS)) or bool(host.ask("users", "users").obstacles)
