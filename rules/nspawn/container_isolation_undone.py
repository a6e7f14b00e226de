"""A container with capabilities or devices that reach the host."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.nspawn.isolation import device_of_host, power_of
from nixlint.containers.nspawn.options import ALL_CAPABILITIES, AllowedDevice
from nixlint.containers.nspawn.user_namespace import may_have_confined_capabilities, may_have_users_of_its_own
from nixlint.containers.stated import Stated
from nixlint.rule import Bad, Confidence, Finding, Good, Presence, Repository, Rule, Severity


class ContainerIsolationUndone(Rule[NspawnContainer]):
    """Some capabilities and devices make root in a container as powerful as root on the host.

    ## What it finds

    A container that gets, by `additionalCapabilities`, `allowedDevices` or a flag in `extraFlags`,

    - a capability that systemd-nspawn withholds for a reason: `all`, `CAP_SYS_MODULE`, `CAP_SYS_RAWIO` and others,
    - `CAP_NET_ADMIN` on the host's own network,
    - a disk of the host, or the machine's memory, to write to.

    ## Why it matters

    A vulnerability in a service of the container is then one of the host: an attacker can load a kernel module, write to
    the host's disk, or open its firewall.

    ## What to do

    Give the container no more than it needs: `CAP_NET_ADMIN` with `privateNetwork = true`, a bind mount and not the disk
    below it. What needs a kernel module can have it loaded by the host, with `boot.kernelModules`.

    ## What keeps it silent

    - What systemd-nspawn gives to every container, such as `CAP_SYS_ADMIN`: it is for the container's own namespaces.
    - `CAP_NET_ADMIN` with a network of its own, or with anything unknown that could be one.
    - Devices to read from, and devices for graphics, sound, serial lines, tunnels and virtual machines.
    - A container that has a user namespace, or may have one (`privateUsers`, `-U`): its capabilities are for that alone.
    - Values under conditions, and values that are not known.

    ## References

    - systemd-nspawn(1), `--capability=`
    - [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html)
    - `nixlint/data/nspawn_capabilities.json`, with the reason for each
    """

    name = "container-isolation-undone"
    code = "NL120"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each such capability and each such device."""
        for capability in () if may_have_confined_capabilities(subject) else subject.capabilities:
            shares_network = subject.network is Presence.ABSENT
            power = power_of(capability.what, shares_network=shares_network)
            if power is not None and not capability.conditions:
                yield self._of_capability(subject, capability, power)
        for device in () if may_have_users_of_its_own(subject) else subject.devices:
            what = device_of_host(device.node)
            if what is not None and "w" in device.modifier and not device.conditions:
                yield self._of_device(subject, device, what)

    def _of_capability(self, container: NspawnContainer, capability: Stated[str], power: str) -> Finding:
        is_all = capability.what == ALL_CAPABILITIES
        gets = f"all capabilities: {power}" if is_all else f"{capability.what}, with which it {power}"
        return Finding(
            place=capability.place,
            message=f"{container.title} gets {gets}",
            help="give it no more than it needs",
            option=f"{container.option_path}.additionalCapabilities",
            container=container.name,
            evidence=capability.what,
        )

    def _of_device(self, container: NspawnContainer, device: AllowedDevice, what: str) -> Finding:
        return Finding(
            place=device.place,
            message=f"{container.title} may write to {device.node}, {what}: an attacker in the container controls the host",
            help="bind what it needs of the disk into the container instead",
            option=f"{container.option_path}.allowedDevices",
            container=container.name,
            evidence=device.node,
        )

    examples = (
        Bad(
            "by option and by flag",
            """\
{
  containers.build = {
    privateNetwork = true;
    additionalCapabilities = [ "CAP_NET_ADMIN" «"CAP_SYS_MODULE"» ];
    config = { };
  };
  containers.all = {
    extraFlags = [ "--no-new-privileges=no" «"--capability=all"» ];
    autoStart = true;
    config = { };
  };
}
""",
        ),
        Bad(
            "the host's network, and a disk",
            """\
{
  containers.vpn = {
    autoStart = true;
    additionalCapabilities = [ «"CAP_NET_ADMIN"» ];
    allowedDevices = [
      { node = "/dev/net/tun"; modifier = "rwm"; }
      { node = «"/dev/sda"»; modifier = "rwm"; }
    ];
    config = { };
  };
}
""",
        ),
        Good(
            "a user namespace, by option and by flag",
            """\
{
  containers.build = {
    privateUsers = "pick";
    additionalCapabilities = [ "CAP_SYS_MODULE" ];
    allowedDevices = [ { node = "/dev/sda"; modifier = "rwm"; } ];
    config = { };
  };
  containers.all = {
    extraFlags = [ "-U" "--capability=all" ];
    autoStart = true;
    config = { };
  };
}
""",
        ),
        Good(
            "what every container has, and a network of its own",
            """\
{
  containers.vpn = {
    privateNetwork = true;
    additionalCapabilities = [ "CAP_NET_ADMIN" "CAP_SYS_ADMIN" "CAP_MKNOD" ];
    extraFlags = [ "--drop-capability=CAP_SYS_MODULE" ];
    config = { };
  };
}
""",
        ),
        Good(
            "a disk to read, and a device for graphics",
            """\
{
  containers.media = {
    autoStart = true;
    allowedDevices = [
      { node = "/dev/sr0"; modifier = "rw"; }
      { node = "/dev/sda"; modifier = "r"; }
      { node = "/dev/dri/renderD128"; modifier = "rw"; }
    ];
    config = { };
  };
}
""",
        ),
        Good(
            "it may have a network of its own",
            """\
{ config, ... }:
{
  containers.vpn = {
    privateNetwork = config.my.private;
    additionalCapabilities = [ "CAP_NET_ADMIN" ];
    config = { };
  };
}
""",
        ),
    )
