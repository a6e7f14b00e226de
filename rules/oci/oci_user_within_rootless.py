"""A user of a rootless container that owns nothing on the host."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import Mount, OciContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Repository, Rule, Severity

_ROOT = ("", "0", "root")
_MAPPINGS = ("--userns", "--uidmap", "--gidmap", "--subuidname", "--subgidname")
"""Flags that decide which user of the host a user of the container is (podman-run(1), *User Namespace Options*)."""
_CHANGES_OWNER = frozenset({"U", "idmap", "O"})
"""Options of a volume by which its files get another owner, or are not written to (podman-run(1), ``--volume``)."""


class OciUserWithinRootless(Rule[OciContainer]):
    """In a rootless container, `user` is a subordinate user of the host that does not own the files in bind mounts.

    ## What it finds

    An OCI container that has both `podman.user` and `user`, neither of them root, and that can write to a bind mount.

    ## Why it matters

    `podman.user` is the user of the host that runs Podman. Root in the container is that user; every other user in the
    container is one of its subordinate users (`/etc/subuid`). User 1000 in the container is then user 100999 on the host,
    for example, and cannot write to files of user 1000: *Permission denied*.

    ## What to do

    Let the program run as root in the container, which has only the rights of `podman.user`, or map the two users to each
    other: `extraOptions = [ "--userns=keep-id:uid=1000,gid=1000" ];`. The volume option `:U` changes the owner of the files.

    ## What keeps it silent

    - Only one of the two options, root in one of them, or a user that is not known.
    - Flags that map users (`--userns`, `--uidmap`), flags that are not known, and the volume options `U`, `idmap` and `O`.
    - Read-only mounts, named volumes, sockets and devices, and mounts under a condition.

    It runs only with `--pedantic`: the files may belong to the subordinate user already.

    ## References

    - [podman-run(1), --userns](https://docs.podman.io/en/latest/markdown/podman-run.1.html#userns-mode)
    - [Podman: rootless containers](https://github.com/containers/podman/blob/main/rootless.md)
    """

    name = "oci-user-within-rootless"
    code = "NL238"
    severity = Severity.INFO
    confidence = Confidence.LIKELY
    asks = (OciContainer,)
    pedantic = True

    def check(self, subject: OciContainer, repository: Repository) -> Iterator[Finding]:  # noqa: ARG002  # a container tells it
        """Report a container whose own user writes to files of the host."""
        runner, user = subject.podman_user, subject.user
        if runner is None or not runner.is_known or runner.text in _ROOT or user is None or user.conditions:
            return
        if not subject.has_other_user_than_root or not subject.knows_flags or subject.values(*_MAPPINGS):
            return
        mounts = [mount for mount in subject.mounts if _is_written_to(mount)]
        if mounts:
            yield Finding(
                place=user.place,
                message=f"{subject.title} writes to {mounts[0].volume.source} as a subordinate user of {runner.text}, not "
                f"as user {user.text} of the host",
                help="run it as root of the container, or map the users with --userns=keep-id:uid=…,gid=…",
                option=f"{subject.option_path}.user",
                container=subject.name,
                notes=(
                    Note(runner.place, "rootless because of this"),
                    *(Note(mount.text.place, "it writes here") for mount in mounts),
                ),
            )

    examples = (
        Bad(
            "a folder that belongs to a user of the same number",
            """\
{
  virtualisation.oci-containers.containers.notes = {
    image = "notes:1";
    podman.user = "alice";
    user = «"1000:100"»;
    volumes = [ "/srv/notes:/data" ];
  };
}
""",
        ),
        Good(
            "one of them alone, root, and a user who is not known",
            """\
{ config, ... }:
{
  virtualisation.oci-containers.containers = {
    a = { image = "a:1"; user = "1000"; volumes = [ "/srv/a:/data" ]; };
    b = { image = "b:1"; podman.user = "alice"; volumes = [ "/srv/b:/data" ]; };
    c = { image = "c:1"; podman.user = "alice"; user = "0:0"; volumes = [ "/srv/c:/data" ]; };
    d = { image = "d:1"; podman.user = "root"; user = "1000"; volumes = [ "/srv/d:/data" ]; };
    e = { image = "e:1"; podman.user = "alice"; user = config.my.id; volumes = [ "/srv/e:/data" ]; };
  };
}
""",
        ),
        Good(
            "users that are mapped, and files that get another owner",
            """\
{ config, ... }:
{
  virtualisation.oci-containers.containers = {
    a = {
      image = "a:1";
      podman.user = "alice";
      user = "1000";
      volumes = [ "/srv/a:/data" ];
      extraOptions = [ "--userns=keep-id:uid=1000" ];
    };
    b = { image = "b:1"; podman.user = "alice"; user = "1000"; volumes = [ "/srv/b:/data:U" ]; };
    c = {
      image = "c:1";
      podman.user = "alice";
      user = "1000";
      volumes = [ "/srv/c:/data" ];
      extraOptions = config.my.flags;
    };
  };
}
""",
        ),
        Good(
            "nothing of the host to write to",
            """\
{ lib, config, ... }:
{
  virtualisation.oci-containers.containers.a = {
    image = "a:1";
    podman.user = "alice";
    user = "1000";
    volumes = [ "/srv/a:/data:ro" "data:/var/lib/a" "/run/a.sock:/run/a.sock" "/dev/dri:/dev/dri" ]
      ++ lib.optional config.my.photos "/srv/photos:/photos";
  };
}
""",
        ),
    )


def _is_written_to(mount: Mount) -> bool:
    volume = mount.volume
    if not volume.is_bind or volume.is_read_only or not mount.text.is_known or mount.text.conditions:
        return False
    source = str(volume.source)
    is_special = source.endswith((".sock", ".socket")) or source.startswith(("/dev/", "/run/"))
    return not is_special and _CHANGES_OWNER.isdisjoint(volume.options)
