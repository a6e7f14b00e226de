"""A native container that gets a socket by which it gives the host orders."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.paths import HostPath, control_socket
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.nspawn.options import BindMount
from nixlint.containers.nspawn.user_namespace import may_have_users_of_its_own
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity


class ContainerControlSocket(Rule[NspawnContainer]):
    """A container with the socket of a container engine, of systemd or of the system bus controls the host.

    ## What it finds

    A bind mount, by option or by a flag, of the socket of Docker, Podman, containerd, CRI-O, libvirt, Incus, LXD, the host's
    systemd or its system bus, or of the folder that it stands in.

    ## Why it matters

    Through the socket, root in the container can start a container with the host's root mounted, or a unit on the host.
    A read-only mount changes nothing: the container can still send requests to the socket.

    ## What to do

    Remove the mount, or put a proxy in between that passes only the requests that the container needs.

    ## What keeps it silent

    - Sockets of other programs, and files whose names only begin like these.
    - The whole of `/run` or `/var`, which `container-host-path-bound` reports.
    - A source that is not known, and a mount under a condition.
    - A container that has, or may have, its own users (`privateUsers`, `-U`): its root has no rights on the host.

    ## References

    - [Docker: attack surface of the daemon](https://docs.docker.com/engine/security/#docker-daemon-attack-surface)
    - `nixlint/data/host_paths.json`, with the reason for each
    """

    name = "container-control-socket"
    code = "NL123"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each such mount."""
        for mount in () if may_have_users_of_its_own(subject) else subject.bind_mounts:
            socket = None if mount.host_path is None or mount.conditions else control_socket(mount.host_path)
            if socket is not None:
                yield self._finding(subject, mount, socket)

    def _finding(self, container: NspawnContainer, mount: BindMount, socket: HostPath) -> Finding:
        gets = socket.what if mount.host_path == socket.path else f"{mount.host_path} with {socket.what}"
        return Finding(
            place=mount.place,
            message=f"{container.title} gets {gets}: an attacker in the container becomes root on the host",
            help="leave it out, or put a proxy in between that lets through only what it needs",
            option=f"{container.option_path}.bindMounts",
            container=container.name,
            evidence=socket.path,
        )

    examples = (
        Bad(
            "by option",
            """\
{
  containers.ci = {
    bindMounts.«"/run/podman/podman.sock"» = { };
    config = { ... }: { };
  };
}
""",
        ),
        Bad(
            "the folder of the socket, by a flag",
            """\
{
  containers.ci = {
    extraFlags = [ "--private-users=identity" «"--bind-ro=/run/podman:/podman"» ];
    config = { ... }: { };
  };
}
""",
        ),
        Good(
            "users of its own",
            """\
{
  containers.ci = {
    privateUsers = 65536;
    bindMounts."/run/podman/podman.sock" = { };
    config = { ... }: { };
  };
}
""",
        ),
        Good(
            "another socket, and a name that begins alike",
            """\
{
  containers.web = {
    bindMounts."/run/postgresql" = { };
    bindMounts."/run/docker.sock.d" = { };
    config = { ... }: { };
  };
}
""",
        ),
        Good(
            "the container has its own",
            """\
{
  containers.ci = {
    bindMounts."/run/podman/podman.sock".hostPath = "/srv/proxy/podman.sock";
    config = { ... }: { };
  };
}
""",
        ),
    )
