"""The socket of a database that is not in the container."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.nspawn.inner_values import InnerValue
from nixlint.containers.stated import is_false
from nixlint.rule import Bad, Confidence, Finding, Good, OptionPath, Presence, Repository, Rule, Severity, StringValue

_SOCKETS = {
    # The folder of a database's socket, by default, and the services of NixOS that make it.
    "/run/postgresql": ("services.postgresql.enable",),
    "/run/mysqld": ("services.mysql.enable",),
}
_LOCAL = (
    "createLocally",
    "createDatabase",
    "createLocalDatabase",
    "configurePostgres",
    "configureMysql",
    "databaseSetup",
)
"""Switches by which a service of NixOS runs the database itself; most are on by default."""
_PLAIN = ("systemd", "environment", "virtualisation")
"""What is defined below these is a unit, a variable or a file of one's own: nothing there runs a database."""


class ContainerSocketNotMounted(Rule[NspawnContainer]):
    """A container cannot use the socket of the host's database without a bind mount.

    ## What it finds

    A path below `/run/postgresql` or `/run/mysqld` that a container uses, where no database runs in the container and no
    bind mount is at that path or above it: in a unit, or in the options of a service that says that it makes no database
    of its own (`createLocally = false`).

    ## Why it matters

    A container has its own `/run`. The host's socket does not exist in the container: *No such file or directory*.

    ## What to do

    Bind the folder of the socket, or connect by the host's address:

    ```nix
    containers.web.bindMounts."/run/postgresql" = { };
    ```

    PostgreSQL tells users on its socket apart by their numbers, which have to be the same on both sides.

    ## What keeps it silent

    - A bind mount at the path or above it, or at a place that is not known; flags that are not known.
    - A database in the container, or one that may be there: `services.postgresql.enable` that is not known.
    - A service that may run a database itself, as most do where nothing is said.

    ## References

    - nixpkgs, `nixos/modules/services/databases/postgresql.nix` and `mysql.nix`
    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `bindMounts`
    """

    name = "container-socket-not-mounted"
    code = "NL138"
    severity = Severity.ERROR
    confidence = Confidence.LIKELY
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report the first use of each socket that is not there."""
        seen: set[str] = set()
        for inner in subject.inner_values if subject.knows_mounts else ():
            text = inner.value.text if isinstance(inner.value, StringValue) else None
            folder = next((each for each in _SOCKETS if text is not None and _names(text, each)), None)
            if folder is None or folder in seen or subject.is_mounted(folder) or _may_run(subject, folder):
                continue
            if not _may_bring_database(subject, inner):
                seen.add(folder)
                yield Finding(
                    place=inner.place,
                    message=f"{subject.title} uses a socket in {folder}, neither runs the database nor mounts the folder",
                    help=f'set bindMounts."{folder}" = {{ }} in the container, or connect by the host\'s address',
                    option=f"{subject.option_path}.config.{inner.option}",
                    container=subject.name,
                    evidence=folder,
                )

    examples = (
        Bad(
            "a service without a database of its own, and a unit",
            """\
{
  services.postgresql.enable = true;
  containers.forum.config = {
    services.discourse = {
      enable = true;
      database = { createLocally = false; host = «"/run/postgresql"»; };
    };
    system.stateVersion = "26.05";
  };
  containers.app.config = {
    systemd.services.app.environment.DATABASE_URL = «"mysql://app@localhost/app?socket=/run/mysqld/mysqld.sock"»;
    system.stateVersion = "26.05";
  };
}
""",
        ),
        Good(
            "mounted",
            """\
{
  containers.forum = {
    bindMounts."/run/postgresql" = { };
    config = {
      systemd.services.app.environment.PGHOST = "/run/postgresql";
      system.stateVersion = "26.05";
    };
  };
  containers.app = {
    extraFlags = [ "--bind=/run/mysqld" ];
    config = {
      systemd.services.app.environment.DB = "/run/mysqld/mysqld.sock";
      system.stateVersion = "26.05";
    };
  };
}
""",
        ),
        Good(
            "a database in the container, or perhaps",
            """\
{ config, ... }:
{
  containers.a.config = {
    services.postgresql.enable = true;
    systemd.services.app.environment.PGHOST = "/run/postgresql";
    system.stateVersion = "26.05";
  };
  containers.b.config = {
    services.postgresql.enable = config.my.database;
    systemd.services.app.environment.PGHOST = "/run/postgresql";
    system.stateVersion = "26.05";
  };
  containers.c.config = {
    services.gitea = { enable = true; database = { type = "postgres"; socket = "/run/postgresql"; }; };
    system.stateVersion = "26.05";
  };
  containers.d.config = {
    services.miniflux.enable = true;
    systemd.services.app.environment.PGHOST = "/run/postgresql";
    system.stateVersion = "26.05";
  };
}
""",
        ),
    )


def _names(text: str, folder: str) -> bool:
    before, found, after = text.partition(folder)
    return bool(found) and (not after or after[0] in "/:?&; ,\"'") and (not before or not before[-1].isalnum())


def _may_run(container: NspawnContainer, folder: str) -> bool:
    """Whether the database runs in the container, or may, because a service there may bring it."""
    if any(
        container.inside(*option.split(".")).presence is not Presence.ABSENT
        and not is_false(container.inside(*option.split(".")))
        for option in _SOCKETS[folder]
    ):
        return True
    return bool(container.system.ask(OptionPath.of("services")).obstacles)


def _may_bring_database(container: NspawnContainer, inner: InnerValue) -> bool:
    """Whether the services of a container may run the database themselves: any that does not say that it won't."""
    for name, definition in container.system.children(OptionPath.of("services")):
        if name is None:
            return True
        del definition
        if name not in _WITHOUT_DATABASE and not _says_no(container, name):
            return True
    return inner.option.names[0] not in (*_PLAIN, "services")


_WITHOUT_DATABASE = frozenset(
    # Services that bring no database of their own.
    "openssh nginx caddy resolved httpd redis postgresql mysql journald logrotate cron prometheus getty phpfpm memcached "
    "postgresqlBackup mysqlBackup fail2ban avahi timesyncd".split()
)


def _says_no(container: NspawnContainer, service: str) -> bool:
    """Whether a service says that it makes no database of its own."""
    paths = [
        ("services", service, *between, switch) for switch in _LOCAL for between in ((), ("database",), ("config",))
    ]
    return any(is_false(container.inside(*path)) for path in paths)
