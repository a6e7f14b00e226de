"""A container without the filter of system calls."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import OciContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity

_OPTIONS = {
    "seccomp=unconfined": "may make every system call of the kernel",
    "systempaths=unconfined": "sees what the engine hides of /proc and /sys",
    "unmask=all": "sees what the engine hides of /proc and /sys",
}


class OciConfinementDisabled(Rule[OciContainer]):
    """A container that may make every system call exposes the whole kernel to attack.

    ## What it finds

    `seccomp=unconfined`, `systempaths=unconfined` and `unmask=ALL` as a security option of an OCI container.

    ## Why it matters

    The filter of system calls that engines put around containers has stopped most of the ways out of one that holes in the
    kernel opened. The paths that they hide give orders to the kernel.

    ## What to do

    Leave the option out: many programs needed it with engines of years ago only. Otherwise name a profile that allows the
    one call that is missing, `seccomp=/etc/my-profile.json`.

    ## What keeps it silent

    - A custom profile, and an option that is not known.
    - A privileged container, of which another rule tells.
    - `apparmor=unconfined` and `label=disable`: NixOS has neither AppArmor nor SELinux unless it is asked to.

    ## References

    - [Docker: seccomp security profiles](https://docs.docker.com/engine/security/seccomp/)
    - podman-run(1), `--security-opt`
    """

    name = "oci-confinement-disabled"
    code = "NL208"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each such option."""
        if subject.privileged is not None:
            return
        for option in subject.values("--security-opt"):
            name, _, value = option.text.replace(":", "=", 1).partition("=")
            why = _OPTIONS.get(f"{name}={value.lower()}")
            if why is not None:
                yield Finding(
                    place=option.place,
                    message=f"{subject.title} runs with {option.text}: it {why}",
                    help="leave it out, or name a profile that allows what it needs",
                    option=f"{subject.option_path}.extraOptions",
                    container=subject.name,
                    evidence=name,
                )

    examples = (
        Bad(
            "no filter",
            """\
{
  virtualisation.oci-containers.containers.desktop = {
    image = "example/desktop:2";
    extraOptions = [ «"--security-opt=seccomp=unconfined"» «"--security-opt"» "systempaths=unconfined" ];
  };
}
""",
        ),
        Good(
            "a profile, and what has no effect",
            """\
{
  virtualisation.oci-containers.containers.desktop = {
    image = "example/desktop:2";
    extraOptions = [
      "--security-opt=seccomp=/etc/profile.json"
      "--security-opt=no-new-privileges"
      "--security-opt=label=disable"
    ];
  };
}
""",
        ),
    )
