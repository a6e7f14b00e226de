"""Published ports as the engines take them: where Docker chooses a free one of a range, Podman has to be told which.

docs.docker.com, 'docker container run', '--publish'; podman-run(1): 'the host and container ranges must be of the same
length'.
"""

from __future__ import annotations

from nixlint.deployment.parts import DeployedContainer, Port, RemarkKind
from nixlint.deployment.target import Backend

from .told import Told


def published(container: DeployedContainer, backend: Backend) -> tuple[tuple[Port, ...], tuple[Told, ...]]:
    """The ports of a container. Of several ports of the host for one of the container, Podman gets one."""
    if backend is Backend.DOCKER:
        return container.ports, ()
    ports: list[Port] = []
    told: list[Told] = []
    for port in container.ports:
        choice = _choice(port)
        if len(choice) < 2:
            ports.append(port)
            continue
        chosen = choice[container.replica % len(choice)]
        ports.append(port._replace(host=str(chosen)))
        message = f"{port}: Podman chooses none of several ports of the host: {container.name} gets {chosen}"
        told.append(Told(RemarkKind.APPROXIMATED, "ports", message, port.place))
    return tuple(ports), tuple(told)


def _choice(port: Port) -> range:
    """The ports of the host that a single port of the container may have."""
    first, dash, last = port.host.partition("-")
    if not dash or "-" in port.container or not (first.isdecimal() and last.isdecimal()):
        return range(0)
    return range(int(first), int(last) + 1)
