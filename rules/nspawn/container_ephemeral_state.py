"""An ephemeral container with a service whose data is gone with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from nixlint.containers.host.stateful_services import StatefulService, stateful_services
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.stated import is_true
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Presence, Repository, Rule, Severity


class ContainerEphemeralState(Rule[NspawnContainer]):
    """An ephemeral container loses its data at each stop, including a database in it.

    ## What it finds

    A container with `ephemeral = true` whose system runs a service that keeps data, with no bind mount at, above or below
    the directory where it does.

    If all its bind mounts are read-only, the container probably only serves data of the host, and the finding has
    severity info.

    ## Why it matters

    `ephemeral` gives the container an empty root file system at each start and removes it at each stop. The service
    starts empty every time: users, uploads and tables are gone after a reboot or a `nixos-rebuild switch`.

    ## What to do

    Bind a directory of the host over the service's own, `isReadOnly = false`, or remove `ephemeral`.

    ## What keeps it silent

    - A bind mount at the directory, above it or below it, by option or by a flag; its options, such as `:idmap`, do not
      matter here.
    - A file system of the container there (`fileSystems`), and a link that `systemd.tmpfiles.rules` makes there.
    - Bind mounts, flags or a directory that are not known.
    - Services that are not in the table of those that keep data, and one that is switched on by a condition.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `ephemeral`
    - `nixlint/data/stateful_services.json`, the services and their directories with their sources
    """

    name = "container-ephemeral-state"
    code = "NL117"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each service whose data is nowhere but in the container."""
        ephemeral = subject.option("ephemeral")
        if not is_true(ephemeral) or not subject.knows_mounts:
            return
        mounted = [PurePosixPath(mount.mount_point) for mount in subject.bind_mounts if mount.mount_point is not None]
        mounted += subject.brought_inside
        writable = [mount.writable is not False for mount in subject.bind_mounts]
        severity = Severity.INFO if writable and not any(writable) else None
        for service in stateful_services(subject.system):
            if not any(_touches(mount, directory) for mount in mounted for directory in service.directories):
                yield self._finding(subject, service)._replace(severity=severity)

    def _finding(self, container: NspawnContainer, service: StatefulService) -> Finding:
        ephemeral = container.option("ephemeral").definitions[0]
        directory = service.directories[0]
        place = ephemeral.name_place
        return Finding(
            place=service.place,
            message=f"{container.title} is ephemeral, so what {service.service} keeps in {directory} is gone at each stop",
            help=f'bind a directory of the host to "{_bound(container, directory)}", with isReadOnly = false',
            option=f"{container.option_path}.config.{service.service}",
            container=container.name,
            evidence=service.service,
            notes=() if place is None else (Note(place, "it is made ephemeral here"),),
        )

    examples = (
        Bad(
            "a database without a place to stay",
            """\
{
  containers.db = {
    ephemeral = true;
    bindMounts."/etc/ssl" = { };
    config = { ... }: { services.postgresql.«enable» = true; };
  };
}
""",
        ),
        Bad(
            "the directory is another one than the one that is bound",
            """\
{
  containers.git = {
    ephemeral = true;
    bindMounts."/var/lib/forgejo" = { hostPath = "/srv/git"; isReadOnly = false; };
    config = { ... }: { services.forgejo = { «enable» = true; stateDir = "/srv/forgejo"; }; };
  };
}
""",
        ),
        Good(
            "bound at it, above it, below it",
            """\
{
  containers.a = {
    ephemeral = true;
    bindMounts."/var/lib/postgresql" = { hostPath = "/srv/db"; isReadOnly = false; };
    config = { ... }: { services.postgresql.enable = true; };
  };
  containers.b = {
    ephemeral = true;
    extraFlags = [ "--bind=/srv/state:/var/lib" ];
    config = { ... }: { services.postgresql.enable = true; };
  };
  containers.c = {
    ephemeral = true;
    bindMounts.library = { mountPoint = "/var/lib/jellyfin/data"; hostPath = "/srv/jellyfin"; isReadOnly = false; };
    config = { ... }: { services.jellyfin.enable = true; };
  };
}
""",
        ),
        Good(
            "a bind mount with options of systemd-nspawn",
            """\
{
  containers.git = {
    ephemeral = true;
    privateUsers = "pick";
    bindMounts."/var/lib/gitea:idmap" = { hostPath = "/srv/gitea"; isReadOnly = false; };
    config = { ... }: { services.gitea.enable = true; };
  };
  containers.db = {
    ephemeral = true;
    bindMounts.data = { mountPoint = "/var/lib/postgresql:owneridmap"; hostPath = "/srv/db"; isReadOnly = false; };
    config = { ... }: { services.postgresql.enable = true; };
  };
}
""",
        ),
        Good(
            "a file system or a link within the container",
            """\
{
  containers.db = {
    ephemeral = true;
    bindMounts."/persist" = { hostPath = "/srv/persist"; isReadOnly = false; };
    config = { ... }: {
      services.postgresql.enable = true;
      fileSystems."/var/lib/postgresql" = { device = "/persist/postgresql"; options = [ "bind" ]; };
      services.mysql.enable = true;
      systemd.tmpfiles.rules = [ "L+ /var/lib/mysql - - - - /persist/mysql" ];
    };
  };
}
""",
        ),
        Good(
            "a lasting container, and one without state",
            """\
{
  containers.db = { config = { ... }: { services.postgresql.enable = true; }; };
  containers.proxy = { ephemeral = true; config = { ... }: { services.nginx.enable = true; }; };
}
""",
        ),
        Good(
            "bind mounts that are not known",
            """\
{ config, ... }:
{
  containers.db = {
    ephemeral = true;
    bindMounts = config.my.mounts;
    config = { ... }: { services.postgresql.enable = true; };
  };
}
""",
        ),
        Good(
            "another file adds the bind mount",
            {
                "a.nix": "{ containers.db = { ephemeral = true; config = { ... }: { services.mysql.enable = true; }; }; }\n",
                "b.nix": '{ containers.db.bindMounts."/var/lib/mysql".hostPath = "/srv/mysql"; }\n',
            },
        ),
    )


def _bound(container: NspawnContainer, directory: PurePosixPath) -> str:
    """The directory as it is named in a bind mount: with users of its own, the container needs a mapping to write there."""
    has_own_users = container.option("privateUsers").presence is not Presence.ABSENT
    return f"{directory}:idmap" if has_own_users else str(directory)


def _touches(mount: PurePosixPath, directory: PurePosixPath) -> bool:
    return mount == directory or mount in directory.parents or directory in mount.parents
