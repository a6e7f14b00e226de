"""A container with a disk or the memory of its host."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.isolation import device_of_host
from nixlint.containers.oci.container import OciContainer, Text
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Repository, Rule, Severity


class OciRawDevice(Rule[OciContainer]):
    """A container with write access to a disk of the host bypasses file systems and their permissions.

    ## What it finds

    A disk of the host, or the machine's memory, among the `devices` of an OCI container or behind `--device`, to write to.
    It is one finding for a container, with all its devices.

    ## Why it matters

    Writing to the disk means writing to every file on it: a vulnerability in the program in the container gives root on
    the host.

    ## What to do

    Mount the folder that it needs, or let it only read: `/dev/sda:/dev/sda:r`.

    ## What keeps it silent

    - Devices to read from, and devices for graphics, sound, serial lines, tunnels and virtual machines.
    - A privileged container, of which another rule tells, and one that another user than root runs.
    - A device that is not known.

    ## References

    - [Docker: add host device to container](https://docs.docker.com/reference/cli/docker/container/run/#device)
    - `nixlint/data/nspawn_capabilities.json`, the devices
    """

    name = "oci-raw-device"
    code = "NL210"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report all such devices of a container."""
        if subject.privileged is not None or subject.may_be_confined:
            return
        written = [(device, *found) for device in subject.devices if (found := _written_node(device)) is not None]
        if written:
            device, node, what = written[0]
            others = _listed([found for found in dict.fromkeys(found for _, found, _ in written) if found != node])
            yield Finding(
                place=device.place,
                message=f"{subject.title} may write to {node}, {what}{others}: an attacker in it controls the host",
                help="mount the folder that it needs instead, or let it only read the device",
                option=f"{subject.option_path}.devices",
                container=subject.name,
                evidence=node,
                notes=tuple(Note(other.place, "and here") for other, _, _ in written[1:]),
            )

    examples = (
        Bad(
            "disks",
            """\
{
  virtualisation.oci-containers.containers.smart = {
    image = "smart:1";
    devices = [ «"/dev/sda"» "/dev/nvme0n1:/dev/disk:rw" ];
    extraOptions = [ "--device=/dev/mem" ];
  };
}
""",
        ),
        Good(
            "to read, and others",
            """\
{
  virtualisation.oci-containers.containers.home = {
    image = "home:1";
    devices = [ "/dev/sda:/dev/sda:r" "/dev/sdb:r" "/dev/ttyUSB0" "/dev/dri" "/dev/net/tun" "nvidia.com/gpu=all" ];
  };
}
""",
        ),
    )


_SHOWN = 3


def _listed(nodes: list[str]) -> str:
    """The other devices of a container, in a few words where there are many."""
    if not nodes:
        return ""
    rest = len(nodes) - _SHOWN
    return f", and to {', '.join(nodes[:_SHOWN])}" + (f" and {rest} more" if rest > 0 else "")


def _written_node(device: Text) -> tuple[str, str] | None:
    """The node of a device that is a part of the host, and what it is, where the container may write to it."""
    node, *rest = device.text.split(":")
    what = device_of_host(node) if node.startswith("/") and device.is_known else None
    return (node, what) if what is not None and _may_write(rest) else None


def _may_write(rest: list[str]) -> bool:
    """Whether what follows a device's node, a path in the container and permissions, allows to write; it does by default."""
    permissions = rest[-1] if rest and not rest[-1].startswith("/") else "rwm"
    return "w" in permissions
