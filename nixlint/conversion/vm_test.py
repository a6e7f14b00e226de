"""A NixOS VM test of a converted project: its units come up, its ports answer, its containers get well."""

from __future__ import annotations

from nixlint.emit.expression import AttrSet, Code, Entry, Literal, Module, Text
from nixlint.emit.layout import render

from .convert import Conversion

_TIMEOUT = 900


def vm_test(conversion: Conversion, module: str) -> str:
    """The text of a test for ``pkgs.testers.runNixOSTest``; ``module`` is the file name of the module beside it."""
    engine, name = conversion.target.backend.value, conversion.deployment.name
    started = [each for each in conversion.deployment.containers if each.is_started_at_boot]
    lines = ["machine.start()", f'machine.wait_for_unit("{engine}-compose-{name}.target")']
    for container in started:
        if not container.is_awaited_completed:
            lines.append(f'machine.wait_for_unit("{engine}-{container.name}.service", timeout={_TIMEOUT})')
        for port in container.ports:
            first = port.host.partition("-")[0]
            if first and port.protocol == "tcp":
                address = f', "{port.address}"' if port.address not in ("", "0.0.0.0", "::") else ""
                lines.append(f"machine.wait_for_open_port({first}{address})")
        if container.health is not None and container.health.test[:1] not in ((), ("NONE",)):
            state = f"{engine} inspect -f '{{{{.State.Health.Status}}}}' {container.name} | grep -qx healthy"
            lines.append(f"machine.wait_until_succeeds({state!r})")
    machine = AttrSet(
        (
            Entry(("imports",), Code(f"[ ./{module} ]")),
            Entry(("virtualisation", "memorySize"), Literal(2048)),
            Entry(("virtualisation", "diskSize"), Literal(8192)),
        )
    )
    comments = (
        "Made by nixlint convert. Run it with pkgs.testers.runNixOSTest.",
        "The images come from their registries: the machine needs the network, or `imageFile` for each container.",
        *(f"It needs the secrets in {file.name} too." for file in conversion.secret_files),
    )
    body = AttrSet(
        (
            Entry(("name",), Text(name)),
            Entry(("nodes", "machine"), machine, blank_before=True),
            Entry(("testScript",), Text("\n".join(lines) + "\n"), blank_before=True),
        )
    )
    return render(Module((), body, comments))
