"""A rootless container whose user has not what it takes."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.system import HostSystem
from nixlint.containers.oci.container import OciContainer, Text
from nixlint.containers.stated import is_false
from nixlint.rule import Answer, Bad, Confidence, Finding, Good, Note, Presence, Repository, Rule, Severity


class OciRootlessLinger(Rule[HostSystem]):
    """A rootless container that waits until it is healthy needs a user with `linger` and a fixed `uid`.

    ## What it finds

    An OCI container with `podman.sdnotify = "healthy"` and another user than root in `podman.user`, where the host gives
    that user no `uid`, or no `linger = true`.

    ## Why it matters

    NixOS orders the unit after the manager of the user, whose name has the user's number: without a `uid` in the
    configuration it does not evaluate. Without `linger` that manager does not start before the user logs in, the health
    check has no timer, and the unit never gets healthy.

    ## What to do

    Set `users.users.<name>.uid` to a free number, and `linger = true`.

    ## What keeps it silent

    - Other values of `sdnotify`, and a container, a user or a number that is not known.
    - A host with modules that are not known, which may define the user.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/oci-containers.nix`, its assertions and warnings
    - [loginctl(1), `enable-linger`](https://man7.org/linux/man-pages/man1/loginctl.1.html)
    """

    name = "oci-rootless-linger"
    code = "NL223"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (HostSystem,)

    def check(self, subject: HostSystem, _repository: Repository) -> Iterator[Finding]:
        """Report each such container once, with all that its user lacks."""
        for container in subject.oci_containers if subject.is_whole else ():
            user, ready = container.podman_user, container.sdnotify
            if user is None or ready is None or not user.is_known or user.text == "root" or ready.text != "healthy":
                continue
            lacks = list(_missing(subject, user.text))
            if lacks:
                yield self._finding(container, user, ready, lacks)

    def _finding(self, container: OciContainer, user: Text, ready: Text, lacks: list[str]) -> Finding:
        return Finding(
            place=user.place,
            message=f"{container.title} waits to be healthy as user {user.text}, who has no {' and no '.join(lacks)}: "
            + ("it does not build" if "uid" in lacks else "it never gets healthy"),
            help=f"set {' and '.join(f'users.users.{user.text}.{name}' for name in lacks)}",
            option=f"{container.option_path}.podman.user",
            container=container.name,
            evidence=" ".join(lacks),
            notes=(Note(ready.place, "waits here"),),
        )

    examples = (
        Bad(
            "neither a number nor linger",
            """\
{
  users.users.web = { isNormalUser = true; };
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    podman = { user = «"web"»; sdnotify = "healthy"; };
  };
}
""",
        ),
        Bad(
            "no linger",
            """\
{
  users.users.web = { isNormalUser = true; uid = 1001; };
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    podman = { user = «"web"»; sdnotify = "healthy"; };
  };
}
""",
        ),
        Good(
            "both",
            """\
{
  users.users.web = { isNormalUser = true; uid = 1001; linger = true; };
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    podman = { user = "web"; sdnotify = "healthy"; };
  };
}
""",
        ),
        Good(
            "up when it is started, and root's",
            """\
{
  users.users.web.isNormalUser = true;
  virtualisation.oci-containers.containers = {
    a = { image = "a:1"; podman.user = "web"; };
    b = { image = "b:1"; podman.sdnotify = "healthy"; };
  };
}
""",
        ),
        Good(
            "a module that is not known may define the user",
            """\
{ config, inputs, ... }:
{
  imports = [ inputs.mine.nixosModules.users ];
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    podman = { user = "web"; sdnotify = "healthy"; };
  };
}
""",
        ),
    )


def _missing(host: HostSystem, user: str) -> Iterator[str]:
    if _is_unset(host.ask("users", "users", user, "uid")):
        yield "uid"
    linger = host.ask("users", "users", user, "linger")
    if _is_unset(linger) or is_false(linger):
        yield "linger"


def _is_unset(answer: Answer) -> bool:
    return answer.presence is Presence.ABSENT
