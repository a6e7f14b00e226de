"""A folder of the host that may not be mounted yet when the container starts."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.late_mounts import LateMount, late_mounts
from nixlint.containers.host.system import HostSystem
from nixlint.containers.oci.container import Mount, OciContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Presence, Repository, Rule, Severity

_ORDER = ("after", "requires", "bindsTo", "wants", "unitConfig", "serviceConfig", "preStart")
"""Options of a unit that may make it wait."""


class OciSourceNotMounted(Rule[HostSystem]):
    """A container that starts before its file system is mounted writes its data below the mount point.

    ## What it finds

    A path of the host in the `volumes` of an OCI container that is on a file system over the network, or on one with
    `nofail`, for which the container's unit does not wait.

    ## Why it matters

    systemd waits for neither before it starts services. The engine then makes an empty folder beneath the mount point, and
    the container fills it; once the file system is mounted over it, what was written is hidden.

    ## What to do

    Let the unit wait, and mount by it:

    ```nix
    systemd.services.podman-media.unitConfig.RequiresMountsFor = [ "/mnt/nas" ];
    ```

    ## What keeps it silent

    - Local file systems, for which every service waits, and automounts.
    - A unit that says anything of what it comes after or requires.
    - A file system, options or a host that are not known.

    ## References

    - [nixpkgs issue 136432](https://github.com/NixOS/nixpkgs/issues/136432)
    - systemd.mount(5), `nofail`; systemd.unit(5), `RequiresMountsFor=`
    """

    name = "oci-source-not-mounted"
    code = "NL227"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (HostSystem,)
    pedantic = True

    def check(self, subject: HostSystem, _repository: Repository) -> Iterator[Finding]:
        """Report each container once, at the first volume that may be missing."""
        containers = [each for each in subject.oci_containers if each.name is not None and each.mounts]
        late = tuple(late_mounts(subject.system)) if subject.is_whole and containers else ()
        for container in containers if late else ():
            found = next((pair for mount in container.mounts for pair in _on(mount, late)), None)
            if found is not None and not _waits(subject, container):
                yield self._finding(container, *found)

    def _finding(self, container: OciContainer, mount: Mount, late: LateMount) -> Finding:
        return Finding(
            place=mount.text.place,
            message=f"{container.title} mounts {mount.volume.source}, and its unit does not wait for {late.mount_point}: "
            "what it writes before is hidden later",
            help=f'set unitConfig.RequiresMountsFor = [ "{late.mount_point}" ] for its unit',
            option=f"{container.option_path}.volumes",
            container=container.name,
            evidence=late.mount_point,
            notes=(Note(late.place, "mounted by this"),),
        )

    examples = (
        Bad(
            "over the network",
            """\
{
  fileSystems."/mnt/nas" = { device = "nas:/media"; fsType = "nfs"; };
  virtualisation.oci-containers.containers.media = {
    image = "media:1";
    volumes = [ "config:/config" «"/mnt/nas/music:/music"» ];
  };
}
""",
        ),
        Bad(
            "a disk that may be missing, in another module",
            {
                "configuration.nix": "{ imports = [ ./media.nix ./disks.nix ]; }\n",
                "disks.nix": """\
{ fileSystems."/mnt/usb" = { device = "/dev/disk/by-label/usb"; fsType = "ext4"; options = [ "nofail" ]; }; }
""",
                "media.nix": """\
{ virtualisation.oci-containers.containers.media = { image = "media:1"; volumes = [ «"/mnt/usb:/music"» ]; }; }
""",
            },
        ),
        Good(
            "the unit waits",
            """\
{
  fileSystems."/mnt/nas" = { device = "nas:/media"; fsType = "nfs"; };
  systemd.services.podman-media.unitConfig.RequiresMountsFor = [ "/mnt/nas" ];
  virtualisation.oci-containers.containers.media = { image = "media:1"; volumes = [ "/mnt/nas/music:/music" ]; };
}
""",
        ),
        Good(
            "local, automatic, and beside it",
            """\
{
  fileSystems."/mnt/disk" = { device = "/dev/sdb1"; fsType = "ext4"; };
  fileSystems."/mnt/nas" = { device = "nas:/media"; fsType = "nfs"; options = [ "x-systemd.automount" ]; };
  fileSystems."/mnt/other" = { device = "nas:/other"; fsType = "nfs"; };
  virtualisation.oci-containers.containers.media = {
    image = "media:1";
    volumes = [ "/mnt/disk:/a" "/mnt/nas:/b" "/mnt/others:/c" ];
  };
}
""",
        ),
    )


def _on(mount: Mount, late: tuple[LateMount, ...]) -> Iterator[tuple[Mount, LateMount]]:
    source = (mount.volume.source or "").rstrip("/")
    for each in late if mount.volume.is_bind and not mount.text.conditions else ():
        if source == each.mount_point or source.startswith(each.mount_point + "/"):
            yield mount, each


def _waits(host: HostSystem, container: OciContainer) -> bool:
    units = [f"{engine}-{container.name}" for engine in ("podman", "docker")]
    options: list[tuple[str, ...]] = [("systemd", "services", unit, name) for unit in units for name in _ORDER]
    options.append(("virtualisation", "oci-containers", "containers", container.name or "", "serviceName"))
    return any(host.ask(*option).presence is not Presence.ABSENT for option in options)
