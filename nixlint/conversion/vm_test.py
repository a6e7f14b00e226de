"""A NixOS VM test of a converted project: its units come up, its ports answer, its containers get well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nixlint.compose.problem import ComposeError, Shown
from nixlint.deployment.parts import DeployedContainer, Port
from nixlint.deployment.target import SecretStore
from nixlint.emit.expression import AttrSet, Entry, FileBeside, ListOf, Literal, Module, Script, Text
from nixlint.emit.layout import render
from nixlint.emit.secret_places import FOLDER
from nixlint.emit.shell import joined, quoted, shell
from nixlint.emit.unit_text import unit_name
from nixlint.python_in_nix.script_writing import read_back, statement
from nixlint.syntax.source_file import SourceFile

from .convert import MADE_BY, Conversion
from .proof import prove

_TIMEOUT = 900


def vm_test(conversion: Conversion, module: str) -> str:
    """The text of a test for ``pkgs.testers.runNixOSTest``; ``module`` is the file name of the module beside it."""
    name = conversion.deployment.name
    script = _script(conversion)
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
            Entry(("testScript",), Text(script), blank_before=True),
        )
    )
    test = Module((), body, comments)
    text = render(test)
    prove([(module, test, text)])
    read = read_back(SourceFile.parse(_FOLDER / "test.nix", text.encode()))
    if read is None or read.text.text != script:
        raise ComposeError(
            "the test beside {} would not be what was meant, so nothing is written; please report this as a bug",
            None,
            Shown.word(module),
        )
    return text


_FOLDER = Path("/module")


def _script(conversion: Conversion) -> str:
    engine, name = conversion.target.backend.value, conversion.deployment.name
    lines = [
        statement(_MACHINE, "start"),
        statement(_MACHINE, "wait_for_unit", f"{unit_name(engine, 'compose', name)}.target"),
    ]
    for container in conversion.deployment.containers:
        if container.is_started_at_boot:
            lines += _of_container(container, engine)
    return "\n".join(lines) + "\n"


_MACHINE = "machine"


def _of_container(container: DeployedContainer, engine: str) -> Iterator[str]:
    if not container.is_awaited_completed:
        yield statement(_MACHINE, "wait_for_unit", f"{unit_name(engine, container.name)}.service", timeout=_TIMEOUT)
    yield from (line for port in container.ports for line in _of_port(port))
    if container.health is not None and container.health.test[:1] not in ((), ("NONE",)):
        state = f"{engine} inspect -f '{{{{.State.Health.Status}}}}' {quoted(container.name)} | grep -qx healthy"
        yield statement(_MACHINE, "wait_until_succeeds", state)


def _of_port(port: Port) -> Iterator[str]:
    first = port.host.partition("-")[0]
    if first.isascii() and first.isdecimal() and port.protocol == "tcp":
        address = () if port.address in ("", "0.0.0.0", "::") else (port.address,)
        yield statement(_MACHINE, "wait_for_open_port", int(first), *address)


def _about_secrets(conversion: Conversion) -> tuple[str, ...]:
    if not conversion.secret_files:
        return ()
    if conversion.target.secrets is SecretStore.ENV_FILE:
        return ("Stand-ins are in the place of secrets.",)
    return (f"It needs the module of {conversion.target.secrets.value}, and the secrets that are declared.",)


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
