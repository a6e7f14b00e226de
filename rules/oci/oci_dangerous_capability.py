"""A container with a capability that reaches its host."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.capabilities import oci_power_of
from nixlint.containers.oci import OciContainer
from nixlint.linting.finding import Confidence, Finding, Severity
from nixlint.linting.rule import Bad, Good, Rule
from nixlint.semantics.repository import Repository


class OciDangerousCapability(Rule[OciContainer]):
    """Some capabilities make root in a container as good as root on the host.

    ## What it finds

    An OCI container that gets, by `capabilities` or `--cap-add`,

    - `ALL`, `SYS_ADMIN`, `SYS_MODULE`, `SYS_RAWIO`, `DAC_READ_SEARCH`, `BPF` and others that reach the kernel,
    - `NET_ADMIN` in the host's own network,
    - `SYS_PTRACE` among the host's processes.

    ## Why it matters

    The engine withholds them for a reason: with each there is a known way out of the container. A hole in the program in it
    is then one in the host.

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
    keywords = (b"cap",)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each such capability."""
        if subject.privileged is not None or subject.may_be_confined:
            return
        shares_processes = any(value.text == "host" for value in subject.values("--pid"))
        for capability in subject.capabilities:
            power = oci_power_of(
                capability.text, shares_network=subject.shares_network, shares_processes=shares_processes
            )
            if power is not None:
                gets = "all capabilities: " if capability.text == "ALL" else f"{capability.text}, with which it "
                yield Finding(
                    place=capability.place,
                    message=f"{subject.title} gets {gets}{power}",
                    help="give it no more than it needs",
                    option=f"{subject.option_path}.capabilities",
                    container=subject.name,
                    evidence=capability.text,
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
    extraOptions = [ «"--cap-add=CAP_SYS_MODULE"» «"--cap-add"» "all" ];
  };
}
""",
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
