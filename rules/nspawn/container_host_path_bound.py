"""A native container with a path of the host that is the host itself."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.paths import HostPath, holds_secrets, written_path
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.nspawn.options import BindMount
from nixlint.containers.nspawn.user_namespace import may_have_users_of_its_own
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity


class ContainerHostPathBound(Rule[NspawnContainer]):
    """A container that can write to `/`, `/etc`, `/root` or `/nix/var` of its host controls the host.

    ## What it finds

    A bind mount, by option or by a flag, of one of the host's own folders: to write to `/`, `/etc`, `/boot`, `/home`,
    `/root`, `/var/lib`, `/nix/var` and others, or to read `/`, `/etc`, `/etc/ssh` and `/root`, where its keys and passwords
    are.

    ## Why it matters

    Root in a container is root for the files that it sees. With write access to `/etc` it can add a user to the host,
    with write access to `/var/lib` it can change the data of every service, and with read access to `/root` it has the
    keys.

    ## What to do

    Bind only the folder that the container needs, read-only if it only reads.

    ## What keeps it silent

    - Folders within these, such as `/var/lib/gitea` or `/home/alice`, and single files such as `/etc/localtime`.
    - Read-only mounts of folders without secrets, and mounts of which it is not known whether they are.
    - A source that is not known, and a mount under a condition.
    - A container that has, or may have, its own users (`privateUsers`, `-U`): its root has no rights on the host.

    ## References

    - systemd-nspawn(1), `--bind=`
    - `nixlint/data/host_paths.json`, with the reason for each
    """

    name = "container-host-path-bound"
    code = "NL124"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each such mount."""
        for mount in () if may_have_users_of_its_own(subject) else subject.bind_mounts:
            path = None if mount.host_path is None or mount.conditions else written_path(mount.host_path)
            if (path is not None and mount.writable) or (
                path is not None and mount.writable is False and holds_secrets(path)
            ):
                yield self._finding(subject, mount, path)

    def _finding(self, container: NspawnContainer, mount: BindMount, path: HostPath) -> Finding:
        verb, end = ("write to", "controls the host") if mount.writable else ("read", "has the host's keys")
        return Finding(
            place=mount.writable_place if mount.writable else mount.place,
            message=f"{container.title} may {verb} {path.path}, {path.what}: an attacker in the container {end}",
            help="bind the one folder that the container is about",
            option=f"{container.option_path}.bindMounts",
            container=container.name,
            evidence=path.path,
        )

    examples = (
        Bad(
            "the whole host, and all its data",
            """\
{
  containers.backup = {
    bindMounts."/host" = {
      hostPath = "/";
      «isReadOnly» = false;
    };
    extraFlags = [ «"--bind=/var/lib:/data"» ];
    config = { ... }: { };
  };
}
""",
        ),
        Bad(
            "to read the keys",
            """\
{
  containers.web = {
    bindMounts.«"/etc/ssh"» = { };
    config = { ... }: { };
  };
}
""",
        ),
        Good(
            "users of its own",
            """\
{
  containers.git = {
    extraFlags = [ "--private-users=pick" ];
    bindMounts."/etc".isReadOnly = false;
    config = { ... }: { };
  };
}
""",
        ),
        Good(
            "what the container is about",
            """\
{
  containers.git = {
    bindMounts."/var/lib/gitea" = { hostPath = "/var/lib/gitea"; isReadOnly = false; };
    bindMounts."/home/alice/music" = { isReadOnly = false; };
    bindMounts."/etc/localtime" = { };
    bindMounts."/var/lib".hostPath = "/srv/git";
    config = { ... }: { };
  };
}
""",
        ),
        Good(
            "to read, where there are no keys",
            '{ containers.index = { bindMounts."/home" = { }; config = { ... }: { }; }; }\n',
        ),
        Good(
            "it may be read-only",
            """\
{ config, ... }:
{
  containers.web = {
    bindMounts."/home" = { isReadOnly = config.my.readOnly; };
    config = { ... }: { };
  };
}
""",
        ),
    )
