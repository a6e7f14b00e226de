"""A writable bind mount whose files belong to nobody in the container."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.nspawn.options import BindMount
from nixlint.containers.nspawn.user_namespace import has_users_of_its_own
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity

_MAPPINGS = frozenset({"idmap", "rootidmap", "owneridmap", "noidmap"})
_NO_DATA = ("/dev", "/run", "/proc", "/sys", "/tmp", "/nix")
"""What is bound from there is a device, a socket or made anew: what its owner is, its maker decides."""


class ContainerBindWithoutMapping(Rule[NspawnContainer]):
    """A container with `privateUsers` cannot write to a bind mount without an ID mapping.

    ## What it finds

    A bind mount with `isReadOnly = false`, or by the flag `--bind`, of a container with `privateUsers = "pick"` or a
    number, without the mount option `idmap`, `rootidmap` or `owneridmap`.

    ## Why it matters

    The container's root is another user on the host, one with a number above 65535. Files that belong to root or to a
    service on the host belong to *nobody* in the container, which may not write to them: *Permission denied*.

    ## What to do

    Give systemd-nspawn the option, in the name of the mount, and keep `hostPath`:

    ```nix
    bindMounts."/var/lib/gitea:idmap" = { hostPath = "/srv/gitea"; isReadOnly = false; };
    ```

    `idmap` makes user 0 of the container user 0 of the files, and so on; `owneridmap` makes the owner of the folder root
    in the container.

    ## What keeps it silent

    - One of these options, also `noidmap`, which says that the mapping is off on purpose.
    - Read-only mounts, and those below `/dev`, `/run` and `/tmp`.
    - `privateUsers` that is not known, `"identity"`, `"no"`, or 0.
    - A mount that is not known or is under a condition, and the path of the host in a rule of `systemd.tmpfiles` or in
      `chown` anywhere in the repository: its owner may be a user of the container.

    ## References

    - systemd-nspawn(1), `--bind=`, `--private-users-ownership=`
    - [nixpkgs issue 329530](https://github.com/NixOS/nixpkgs/issues/329530)
    - [nixpkgs issue 419007](https://github.com/NixOS/nixpkgs/issues/419007)
    """

    name = "container-bind-without-mapping"
    code = "NL136"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, repository: Repository) -> Iterator[Finding]:
        """Report each bind mount of a container with users of its own that nobody in it may write to."""
        for mount in subject.bind_mounts if has_users_of_its_own(subject) else ():
            if _needs_mapping(mount) and not _has_owner_elsewhere(mount, repository):
                yield Finding(
                    place=mount.writable_place,
                    message=f"{subject.title} has its own user namespace, in which the files in {mount.mount_point} have "
                    "no owner: it cannot write there",
                    help=f'name the mount "{mount.mount_point}:idmap", and set its hostPath',
                    option=f"{subject.option_path}.bindMounts",
                    container=subject.name,
                    evidence=mount.mount_point or "",
                )

    examples = (
        Bad(
            "by option and by flag",
            """\
{
  containers.git = {
    privateUsers = "pick";
    bindMounts."/var/lib/gitea" = { hostPath = "/srv/gitea"; «isReadOnly» = false; };
    extraFlags = [ «"--bind=/srv/more:/more"» ];
    config = { system.stateVersion = "26.05"; };
  };
  containers.db = {
    privateUsers = 131072;
    bindMounts."/data" = { hostPath = "/srv/db"; «isReadOnly» = false; };
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "with a mapping, to read, and a socket",
            """\
{
  containers.git = {
    privateUsers = "pick";
    bindMounts."/var/lib/gitea:idmap" = { hostPath = "/srv/gitea"; isReadOnly = false; };
    bindMounts.data = { mountPoint = "/data:owneridmap"; hostPath = "/srv/data"; isReadOnly = false; };
    bindMounts."/theme".hostPath = "/srv/theme";
    bindMounts."/run/postgresql" = { hostPath = "/run/postgresql"; isReadOnly = false; };
    extraFlags = [ "--bind=/srv/more:/more:rootidmap" ];
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "the users of the host, or perhaps",
            """\
{ config, ... }:
{
  containers.a = {
    bindMounts."/data" = { hostPath = "/srv/a"; isReadOnly = false; };
    config = { system.stateVersion = "26.05"; };
  };
  containers.b = {
    privateUsers = "identity";
    bindMounts."/data" = { hostPath = "/srv/b"; isReadOnly = false; };
    config = { system.stateVersion = "26.05"; };
  };
  containers.c = {
    privateUsers = config.my.users;
    bindMounts."/data" = { hostPath = "/srv/c"; isReadOnly = false; };
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "an owner that is set on the host",
            """\
{
  systemd.tmpfiles.rules = [ "d /srv/git 0750 131072 131072 -" ];
  containers.git = {
    privateUsers = 131072;
    bindMounts."/data" = { hostPath = "/srv/git"; isReadOnly = false; };
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
    )


def _needs_mapping(mount: BindMount) -> bool:
    if not mount.writable or mount.conditions or mount.host_path is None or not _MAPPINGS.isdisjoint(mount.options):
        return False
    return mount.mount_point is not None and not any(
        mount.host_path == folder or mount.host_path.startswith(f"{folder}/") for folder in _NO_DATA
    )


def _has_owner_elsewhere(mount: BindMount, repository: Repository) -> bool:
    """Whether something in the repository may give the path of the host an owner."""
    path = (mount.host_path or "").encode()
    return any(
        any(word in source.data for word in (b"tmpfiles", b"chown", b"setfacl"))
        for found in repository.files_mentioning(path)
        if (source := repository.source(found)) is not None
    )
