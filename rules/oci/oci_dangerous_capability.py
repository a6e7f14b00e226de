"""A container with a capability that reaches its host."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.capabilities import oci_power_of
from nixlint.containers.oci.container import OciContainer, Text
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Repository, Rule, Severity


class OciDangerousCapability(Rule[OciContainer]):
    """Some capabilities make root in a container as powerful as root on the host.

    ## What it finds

    An OCI container that gets, by `capabilities` or `--cap-add`,

    - `ALL`, `SYS_ADMIN`, `SYS_MODULE`, `SYS_RAWIO`, `DAC_READ_SEARCH`, `BPF` and others that reach the kernel,
    - `NET_ADMIN` in the host's own network,
    - `SYS_PTRACE` among the host's processes.

    It is one finding for a container, with all its capabilities.

    ## Why it matters

    The engine withholds them for a reason: each gives a known way to escape from the container. A vulnerability in the
    program in it is then one in the host.

    ## What to do

    Give it the capability that it really needs. What needs a kernel module can have it loaded by the host, with
    `boot.kernelModules`.

    ## What keeps it silent

    - `NET_ADMIN` in a network of the container's own, and capabilities that only reach its own processes.
    - A privileged container, of which another rule tells.
    - A container that another user than root runs, or with users of its own (`--userns=…`).

    ## References

    - [Docker: runtime privilege and Linux capabilities](https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities)
    - [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html)
    - `nixlint/data/oci_capabilities.json`, with the reason for each
    """

    name = "oci-dangerous-capability"
    code = "NL207"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report all such capabilities of a container."""
        if subject.privileged is not None or subject.may_be_confined:
            return
        shares_processes = any(value.text == "host" for value in subject.values("--pid"))
        found: dict[str, tuple[Text, str]] = {}
        for capability in subject.capabilities:
            power = oci_power_of(
                capability.text, shares_network=subject.shares_network, shares_processes=shares_processes
            )
            if power is not None:
                found.setdefault(capability.text, (capability, power))
        if found:
            first, *others = (capability for capability, _ in found.values())
            gets = "; and ".join(_with_its_power(name, power) for name, (_, power) in found.items())
            yield Finding(
                place=first.place,
                message=f"{subject.title} gets {gets}",
                help="give it no more than it needs",
                option=f"{subject.option_path}.capabilities",
                container=subject.name,
                evidence=first.text,
                notes=tuple(Note(other.place, "and here") for other in others if other.place != first.place),
            )

    examples = (
        Bad(
            "by option and by flag",
            """\
{
  virtualisation.oci-containers.containers.a = {
    image = "a:1";
    capabilities = { «SYS_ADMIN» = true; NET_ADMIN = true; SYS_MODULE = false; };
  };
  virtualisation.oci-containers.containers.b = {
    image = "b:1";
    extraOptions = [ «"--cap-add=CAP_SYS_MODULE"» "--cap-add" "all" ];
  };
}
""",
        ),
        Bad(
            "several in a Compose file",
            {"compose.yaml": "services:\n  vpn:\n    image: vpn:1\n    «cap_add: [SYS_ADMIN, SYS_MODULE]»\n"},
        ),
        Bad(
            "in the host's own network",
            """\
{
  virtualisation.oci-containers.containers.vpn = {
    image = "vpn:1";
    networks = [ "host" ];
    extraOptions = [ «"--cap-add=NET_ADMIN"» ];
  };
}
""",
        ),
        Good(
            "in a network of its own, and dropped",
            """\
{
  virtualisation.oci-containers.containers.vpn = {
    image = "vpn:1";
    extraOptions = [ "--cap-add=NET_ADMIN,NET_RAW" "--cap-drop=ALL" "--cap-add=SYS_PTRACE" ];
  };
}
""",
        ),
        Good(
            "run by another user",
            """\
{
  virtualisation.oci-containers.containers.a = {
    image = "a:1";
    podman.user = "alice";
    capabilities.SYS_ADMIN = true;
  };
}
""",
        ),
    )


def _with_its_power(name: str, power: str) -> str:
    return f"all capabilities: {power}" if name == "ALL" else f"{name}, with which it {power}"
