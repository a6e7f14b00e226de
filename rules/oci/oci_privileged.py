"""A container without any confinement."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import OciContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity


class OciPrivileged(Rule[OciContainer]):
    """A privileged container is root on the host with a different file system.

    ## What it finds

    An OCI container with `privileged = true` or `--privileged` in `extraOptions`.

    ## Why it matters

    It has every capability and every device of the host, and neither seccomp nor AppArmor. From within it the host's disks
    can be mounted.

    ## What to do

    Give it what it needs by name: `devices` for a device, `capabilities` for a capability.

    ## What keeps it silent

    - `privileged = false`, and a value that is not known.

    ## References

    - [Docker: runtime privilege and Linux capabilities](https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities)
    """

    name = "oci-privileged"
    code = "NL202"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report a privileged container where it is made so."""
        if subject.privileged is not None:
            yield Finding(
                place=subject.privileged,
                message=f"{subject.title} is privileged: it has every device and every capability of the host",
                help="name the devices and the capabilities that it needs instead",
                option=f"{subject.option_path}.privileged",
                container=subject.name,
            )

    examples = (
        Bad(
            "by option",
            """\
{
  virtualisation.oci-containers.containers.home = {
    image = "example/home:3";
    «privileged» = true;
  };
}
""",
        ),
        Bad(
            "by flag",
            """\
{
  virtualisation.oci-containers.containers.home = {
    image = "example/home:3";
    extraOptions = [ "--pull=always" «"--privileged"» ];
  };
}
""",
        ),
        Good(
            "one device, one capability",
            """\
{
  virtualisation.oci-containers.containers.home = {
    image = "example/home:3";
    privileged = false;
    extraOptions = [ "--device=/dev/ttyUSB0" "--cap-add=NET_ADMIN" ];
  };
}
""",
        ),
        Good(
            "nobody knows",
            """\
{ config, ... }:
{
  virtualisation.oci-containers.containers.home = { image = "example/home:3"; privileged = config.my.privileged; };
}
""",
        ),
    )
