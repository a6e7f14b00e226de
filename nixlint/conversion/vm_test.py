"""A NixOS VM test of a converted project: its units come up, its ports answer, its containers get well."""

from __future__ import annotations

import json

from nixlint.deployment.target import SecretStore
from nixlint.emit.expression import AttrSet, Entry, FileBeside, ListOf, Literal, Module, Script, Text
from nixlint.emit.layout import render
from nixlint.emit.secret_places import FOLDER
from nixlint.emit.shell import joined, quoted, shell
from nixlint.emit.unit_text import unit_name

from .convert import MADE_BY, Conversion
from .proof import prove

_TIMEOUT = 900


def vm_test(conversion: Conversion, module: str) -> str:
    """The text of a test for ``pkgs.testers.runNixOSTest``; ``module`` is the file name of the module beside it."""
    engine, name = conversion.target.backend.value, conversion.deployment.name
    started = [each for each in conversion.deployment.containers if each.is_started_at_boot]
    lines = ["machine.start()", f"machine.wait_for_unit({_python(unit_name(engine, 'compose', name) + '.target')})"]
    for container in started:
        if not container.is_awaited_completed:
            unit = f"{unit_name(engine, container.name)}.service"
            lines.append(f"machine.wait_for_unit({_python(unit)}, timeout={_TIMEOUT})")
        for port in container.ports:
            first = port.host.partition("-")[0]
            if first.isdecimal() and port.protocol == "tcp":
                address = f", {_python(port.address)}" if port.address not in ("", "0.0.0.0", "::") else ""
                lines.append(f"machine.wait_for_open_port({first}{address})")
        if container.health is not None and container.health.test[:1] not in ((), ("NONE",)):
            state = f"{engine} inspect -f '{{{{.State.Health.Status}}}}' {quoted(container.name)} | grep -qx healthy"
            lines.append(f"machine.wait_until_succeeds({state!r})")
    secrets = _stand_ins(conversion)
    machine = AttrSet(
        (
            Entry(("imports",), ListOf.of([FileBeside((module,))])),
            Entry(("virtualisation", "memorySize"), Literal(2048)),
            Entry(("virtualisation", "diskSize"), Literal(8192)),
            *((Entry(("system", "activationScripts", "secrets"), secrets),) if secrets is not None else ()),
        )
    )
    comments = (
        f"Made {MADE_BY}",
        "Run it with pkgs.testers.runNixOSTest.",
        "The images come from their registries: the machine needs the network, or `imageFile` for each container.",
        *_about_secrets(conversion),
    )
    body = AttrSet(
        (
            Entry(("name",), Text(name)),
            Entry(("nodes", "machine"), machine, blank_before=True),
            Entry(("testScript",), Text("\n".join(lines) + "\n"), blank_before=True),
        )
    )
    test = Module((), body, comments)
    text = render(test)
    prove([(module, test, text)])
    return text


def _about_secrets(conversion: Conversion) -> tuple[str, ...]:
    if not conversion.secret_files:
        return ()
    if conversion.target.secrets is SecretStore.ENV_FILE:
        return ("Stand-ins are in the place of secrets.",)
    return (f"It needs the module of {conversion.target.secrets.value}, and the secrets that are declared.",)


def _python(text: str) -> str:
    """A text as a string of Python: one of JSON, in ASCII."""
    return json.dumps(text)


def _stand_ins(conversion: Conversion) -> Script | None:
    """A script that puts words in the place of secrets, which a test has no business with."""
    if not conversion.secret_files or conversion.target.secrets is not SecretStore.ENV_FILE:
        return None
    folder = f"{FOLDER}/{conversion.deployment.name}"
    scripts = [shell("mkdir -p {folder}\n", folder=folder)]
    for file in conversion.secret_files:
        words = [f"{name}={_STAND_IN}" for name, _ in file.variables] or [_STAND_IN]
        scripts.append(shell("printf '%s\\n' {words} > {file}\n", words=words, file=f"{folder}/{file.name}"))
    return joined(scripts)


_STAND_IN = "for-the-test"
