"""A container among the processes of its host."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import OciContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity

_NAMESPACES = {
    "--pid": "sees all processes of the host, their arguments and environments, and can signal those of its users",
    "--ipc": "reads and writes the shared memory of the host's programs",
}


class OciHostNamespace(Rule[OciContainer]):
    """A container in the host's process or IPC namespace is not isolated from the host's programs.

    ## What it finds

    `--pid=host` and `--ipc=host` in `extraOptions`, and `pid: host` and `ipc: host` in Compose files.

    ## Why it matters

    In the host's process namespace, root in the container reads the environment of every program of the host, with the
    secrets in it, and can stop each of them. In its IPC namespace it reads and writes their shared memory.

    ## What to do

    Leave the flag out. Containers that belong together can share a namespace of their own, `--pid=container:NAME`, and for
    more shared memory there is `--shm-size`. Where a program is there to watch the host, suppress the finding with the
    reason.

    ## What keeps it silent

    - The namespace of another container, `private` and `shareable`, and a value that is not known.
    - A privileged container, of which another rule tells, and one that another user than root runs.
    - `--network=host`, which `oci-host-network` reports, `--uts=host` and `--cgroupns=host`.

    ## References

    - [Docker: PID settings and IPC settings](https://docs.docker.com/engine/containers/run/#pid-settings---pid)
    - [CIS Docker Benchmark, 5.16 and 5.17](https://www.cisecurity.org/benchmark/docker)
    """

    name = "oci-host-namespace"
    code = "NL206"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each namespace of the host that a container is in."""
        if subject.privileged is not None or subject.may_be_confined:
            return
        for flag in subject.flags:
            if flag.name in _NAMESPACES and flag.value == "host":
                kind = flag.name.removeprefix("--")
                yield Finding(
                    place=flag.place,
                    message=f"{subject.title} is in the host's {kind} namespace: it {_NAMESPACES[flag.name]}",
                    help="leave it out, or share the namespace of a container",
                    option=f"{subject.option_path}.extraOptions",
                    container=subject.name,
                    evidence=kind,
                )

    examples = (
        Bad(
            "joined, and in two parts",
            """\
{
  virtualisation.oci-containers.containers.watch = {
    image = "example/watch:2";
    extraOptions = [ «"--pid=host"» «"--ipc"» "host" ];
  };
}
""",
        ),
        Bad(
            "in a Compose file",
            {"compose.yaml": "services:\n  watch:\n    image: example/watch:2\n    «pid»: host\n"},
        ),
        Good(
            "of another container, and privileged",
            """\
{
  virtualisation.oci-containers.containers = {
    app = { image = "app:1"; extraOptions = [ "--pid=container:db" "--ipc=private" "--network=host" ]; };
  };
}
""",
        ),
    )
