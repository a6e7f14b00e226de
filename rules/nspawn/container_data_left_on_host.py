"""A backup of a folder that a service left behind on the host when it moved into a container."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from nixlint.containers.host.stateful_services import StatefulService, stateful_services
from nixlint.containers.host.system import HostSystem
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.stated import Stated, is_on, is_true, texts
from nixlint.rule import (
    Answer,
    Bad,
    Confidence,
    Finding,
    Good,
    Note,
    OptionPath,
    Presence,
    Repository,
    Rule,
    Severity,
    ask_within,
)

_BACKUPS = (("services", "restic", "backups"), ("services", "borgbackup", "jobs"))
"""Options whose members have ``paths``."""
_ROOT = "/var/lib/nixos-containers"


class ContainerDataLeftOnHost(Rule[HostSystem]):
    """A backup of the host that names the folder of a service saves nothing once the service runs in a container.

    ## What it finds

    A path in a backup of the host (`services.restic.backups.<name>.paths`, `services.borgbackup.jobs.<name>.paths`) that
    is the data directory of a service, or below it, where the service runs in a container of the host, without a bind
    mount at that directory, and not on the host itself.

    ## Why it matters

    The container's data is in its root, `/var/lib/nixos-containers/<name>/var/lib/…`. The folder of the same name on the
    host is what was left behind, if it is there at all: the backup succeeds and holds old data or none.

    ## What to do

    Back up the folder in the container's root, or bind the folder of the host into the container:

    ```nix
    containers.web.bindMounts."/var/lib/vaultwarden".isReadOnly = false;
    ```

    ## What keeps it silent

    - A bind mount at the directory, above it or below it; mounts and flags that are not known.
    - The service on the host too, or perhaps.
    - An ephemeral container, which another rule is about.
    - Services that are not in the table of those that keep data, and a path that is not known or is above the directory.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `stateDirectory`
    - `nixlint/data/stateful_services.json`, the services and their directories with their sources
    """

    name = "container-data-left-on-host"
    code = "NL139"
    severity = Severity.ERROR
    confidence = Confidence.LIKELY
    asks = (HostSystem,)

    def check(self, subject: HostSystem, _repository: Repository) -> Iterator[Finding]:
        """Report each path of a backup whose data is in a container."""
        saved = tuple(_saved(subject)) if subject.is_whole else ()
        for container in subject.containers if saved else ():
            if not container.knows_mounts or is_true(container.option("ephemeral")):
                continue
            for service in stateful_services(container.system):
                if _is_mounted(container, service) or is_on(_switch(subject, service)) is not Presence.ABSENT:
                    continue
                for path in saved:
                    if any(_is_within(path.what, directory) for directory in service.directories):
                        yield _finding(container, service, path)

    examples = (
        Bad(
            "with restic and with borg",
            """\
{
  services.restic.backups.nightly.paths = [ "/home" «"/var/lib/vaultwarden"» ];
  services.borgbackup.jobs.weekly.paths = «"/var/lib/hass/backups"»;
  containers.pass.config = { services.vaultwarden.enable = true; system.stateVersion = "26.05"; };
  containers.home.config = { services.home-assistant.enable = true; system.stateVersion = "26.05"; };
}
""",
        ),
        Good(
            "the container's root, and a folder that is bound",
            """\
{
  services.restic.backups.nightly.paths = [
    "/var/lib/nixos-containers/pass/var/lib/vaultwarden"
    "/var/lib/hass"
    "/var/lib"
  ];
  containers.pass.config = { services.vaultwarden.enable = true; system.stateVersion = "26.05"; };
  containers.home = {
    bindMounts."/var/lib/hass".isReadOnly = false;
    config = { services.home-assistant.enable = true; system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "the service runs on the host too, or perhaps",
            """\
{ config, ... }:
{
  services.restic.backups.nightly.paths = [ "/var/lib/gitea" "/var/lib/grafana" ];
  services.gitea.enable = true;
  services.grafana.enable = config.my.grafana;
  containers.a.config = { services.gitea.enable = true; system.stateVersion = "26.05"; };
  containers.b.config = { services.grafana.enable = true; system.stateVersion = "26.05"; };
}
""",
        ),
        Good(
            "mounts that are not known, and an ephemeral container",
            """\
{ config, ... }:
{
  services.restic.backups.nightly.paths = [ "/var/lib/gitea" "/var/lib/grafana" config.my.path ];
  containers.a = {
    bindMounts = config.my.mounts;
    config = { services.gitea.enable = true; system.stateVersion = "26.05"; };
  };
  containers.b = {
    ephemeral = true;
    config = { services.grafana.enable = true; system.stateVersion = "26.05"; };
  };
}
""",
        ),
    )


def _finding(container: NspawnContainer, service: StatefulService, path: Stated[str]) -> Finding:
    return Finding(
        place=path.place,
        message=f"the backup saves {path.what} of the host, and {service.service} runs in {container.title}, whose data is "
        f"in {_ROOT}/{container.name}{path.what}",
        help="back up the folder in the container's root, or bind the folder of the host into the container",
        option="services",
        container=container.name,
        evidence=path.what,
        notes=(Note(service.place, "the service"),),
    )


def _saved(host: HostSystem) -> Iterator[Stated[str]]:
    """The paths that backups of a host certainly save."""
    for option in _BACKUPS:
        for name, definition in host.system.children(OptionPath(option)):
            if name is not None and not definition.conditions:
                found = texts(ask_within((definition,), OptionPath.of("paths")))
                yield from (path for path in found if not path.conditions)


def _switch(host: HostSystem, service: StatefulService) -> Answer:
    return host.ask(*service.service.split("."), "enable")


def _is_within(path: str, directory: PurePosixPath) -> bool:
    return PurePosixPath(path) == directory or directory in PurePosixPath(path).parents


def _is_mounted(container: NspawnContainer, service: StatefulService) -> bool:
    mounted = [PurePosixPath(mount.mount_point) for mount in container.bind_mounts if mount.mount_point is not None]
    mounted += container.brought_inside
    return any(
        mount == directory or mount in directory.parents or directory in mount.parents
        for mount in mounted
        for directory in service.directories
    )
