"""Each secret reaches its container byte for byte, with every store: the real systemd and the real engines read the files.

The module is evaluated, the files of secrets are put where their store puts them, systemd gives the unit its environment,
and the engine makes the container of the unit's own command line; what the container then has is compared with the project.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from nixlint.containers.languages.environment_files import environment_line
from nixlint.conversion.convert import Conversion
from nixlint.conversion.output import secret_texts
from nixlint.deployment.target import Backend, SecretStore
from nixlint.emit.secret_places import FOLDER
from tests.missing_tools import lacking
from tests.recovery.machine import Machine

from .converting import converted, module_text
from .engines import DOCKER, Podman
from .fake_docker import fake_docker
from .meaning import flags_and_words
from .referee import Evaluated, evaluate
from .test_secrets_arrive import VALUES, drawn_value

LABELS = {name: value for name, value in VALUES.items() if "\n" not in value and "\r" not in value and name != "LONG"}
"""A label comes from a file of lines, too."""
BUILD_ARGUMENTS = {f"{name}_TOKEN": value for name, value in VALUES.items()}


def _project() -> str:
    return json.dumps(
        {
            "services": {
                "web": {
                    "image": "example/web:1",
                    "build": {"context": ".", "args": {f"{name}_TOKEN": f"${{{name}}}" for name in VALUES}},
                    "environment": {f"{name}_TOKEN": f"${{{name}}}" for name in VALUES},
                    "labels": {f"a.{name.lower()}.token": f"${{{name}}}" for name in LABELS},
                    "secrets": [name.lower() for name in VALUES],
                    "configs": [{"source": "settings", "target": "/settings"}],
                }
            },
            "secrets": {name.lower(): {"environment": name} for name in VALUES},
            "configs": {"settings": {"content": "".join(f"{name} password = ${{{name}}}\n" for name in VALUES)}},
        }
    )


SETTINGS = "".join(f"{name} password = {value}\n" for name, value in VALUES.items())


class Deployed(NamedTuple):
    """A conversion on a machine: its unit, the flags of its container, and its files, below a folder of the test."""

    evaluated: Evaluated
    flags: list[str]
    files: dict[str, str]
    folder: Path

    def here(self, path: str) -> Path:
        """Where a file of the machine is here."""
        return self.folder / "machine" / path.lstrip("/")


def _deployed(store: SecretStore, backend: Backend, folder: Path) -> Deployed:
    conversion = converted(_project(), folder, secrets=store.value, backend=backend.value, environment=dict(VALUES))
    module = folder / "module.nix"
    module.write_text(module_text(conversion))
    (folder / "secrets").mkdir()
    (evaluated,) = evaluate([[module]], "26.05")
    assert evaluated.refusal is None
    _, flags, _, _ = flags_and_words(evaluated.command("proj-web"))
    deployed = Deployed(evaluated, flags, _files(conversion, store, evaluated), folder)
    for path, text in deployed.files.items():
        deployed.here(path).parent.mkdir(parents=True, exist_ok=True)
        deployed.here(path).write_bytes(text.encode())
    return deployed


def _files(conversion: Conversion, store: SecretStore, evaluated: Evaluated) -> dict[str, str]:
    """The files of secrets on the machine, by their paths there, as the store makes them."""
    texts = dict(secret_texts(conversion))
    match store:
        case SecretStore.ENV_FILE:
            return {f"{FOLDER}/proj/{name}": text for name, text in texts.items()}
        case SecretStore.AGENIX:
            return {f"/run/agenix/{name}": text for name, text in texts.items()}
        case SecretStore.SOPS:
            stored = yaml.safe_load(texts["secrets.yaml"])
            return _of_sops(stored, evaluated.system["sops"])


def _of_sops(stored: dict[str, object], declared: dict[str, dict[str, dict[str, str]]]) -> dict[str, str]:
    """What sops-nix writes: each declared secret from the file of all, and templates with their placeholders filled in."""
    found: dict[str, str] = {}
    values: dict[str, str] = {}
    for name in declared["secrets"]:
        value: object = stored
        for part in name.split("/"):
            assert isinstance(value, dict)
            value = value[part]
        assert isinstance(value, str)
        values[name] = found[f"/run/secrets/{name}"] = value
    for name, template in declared["templates"].items():
        text = template["content"]
        for secret, value in values.items():
            text = text.replace(f"<SOPS:{secret}>", value)
        found[f"/run/secrets/rendered/{name}"] = text
    return found


def _given_by_systemd(machine: Machine, units: dict[str, str]) -> dict[str, dict[str, str]]:
    """The environments that units have whose only setting is their file of variables."""
    out = machine.units.parent / "given"
    out.mkdir()
    for unit, file in units.items():
        script = f"/bin/cat /proc/self/environ > {out}/{unit}.tmp && /bin/mv {out}/{unit}.tmp {out}/{unit}"
        (machine.units / f"{unit}.service").write_text(
            f"[Service]\nType=oneshot\nRemainAfterExit=yes\nEnvironmentFile={file}\nExecStart=/bin/sh -c '{script}'\n"
        )
    wanted = " ".join(f"{unit}.service" for unit in units)
    (machine.units / "multi-user.target").write_text(f"[Unit]\nDefaultDependencies=no\nWants={wanted}\n")
    with machine.booted():
        for _ in machine.moments([f"{unit}.service" for unit in units]):
            if all((out / unit).is_file() for unit in units):
                break
    texts = {unit: (out / unit).read_bytes().decode() for unit in units}
    return {unit: dict(each.partition("=")[::2] for each in text.split("\0") if each) for unit, text in texts.items()}


def _flags(deployed: Deployed) -> list[str]:
    """The flags that bring variables and labels, with the files that are here."""
    found: list[str] = []
    for flag in deployed.flags:
        name, _, value = flag.partition(" " if flag.startswith(("-e ", "--env-file ")) else "=")
        if name in ("--env-file", "--label-file"):
            found += [name, str(deployed.here(value))]
        elif name == "-e" or flag.startswith("--env="):
            found += [name, value]
    return found


class Made(NamedTuple):
    """What a container has."""

    variables: dict[str, str]
    labels: dict[str, str]


def _made(backend: Backend, flags: list[str], given: dict[str, str], folder: Path) -> Made:
    """The container that an engine makes with flags; of this process it has only what it needs to run."""
    environment = {**{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}, **given}
    if backend is Backend.PODMAN:
        settings = Podman(folder / "podman").made(flags, environment)["Config"]
        return Made(_pairs(settings["Env"]), settings["Labels"])
    if DOCKER is None:
        lacking("Docker's client is not there; install the package docker.io")
    # The path of a socket is short (unix(7)).
    with tempfile.TemporaryDirectory(prefix="docker") as short, fake_docker(Path(short, "s")) as asked:
        command = [DOCKER, "create", *flags, "example/web:1"]
        environment["DOCKER_HOST"] = f"unix://{short}/s"
        subprocess.run(command, check=True, capture_output=True, env=environment)
        (document,) = asked
    return Made(_pairs(document["Env"]), document["Labels"])


def _pairs(variables: list[str]) -> dict[str, str]:
    return dict(each.partition("=")[::2] for each in variables)


@pytest.mark.parametrize("store", list(SecretStore))
@pytest.mark.parametrize("backend", list(Backend))
def test_every_secret_arrives_byte_for_byte(store: SecretStore, backend: Backend, tmp_path: Path) -> None:
    deployed = _deployed(store, backend, tmp_path)
    units = {
        "web": deployed.evaluated.unit("proj-web")["serviceConfig"]["EnvironmentFile"],
        "build": deployed.evaluated.services[f"{backend.value}-build-proj-web"]["serviceConfig"]["EnvironmentFile"],
    }
    (tmp_path / "systemd").mkdir()
    machine = Machine(tmp_path / "systemd")
    given = _given_by_systemd(machine, {unit: str(deployed.here(file)) for unit, file in units.items()})

    assert given["build"].items() >= BUILD_ARGUMENTS.items()
    variables, labels = _made(backend, _flags(deployed), given["web"], tmp_path)
    assert variables.items() >= {f"{name}_TOKEN": value for name, value in VALUES.items()}.items()
    assert labels.items() >= {f"a.{name.lower()}.token": value for name, value in LABELS.items()}.items()
    volumes = [flag.removeprefix("-v ").split(":") for flag in deployed.flags if flag.startswith("-v ")]
    mounts = {target: source for source, target, *_ in volumes}
    for name, value in VALUES.items():
        assert deployed.here(mounts[f"/run/secrets/{name.lower()}"]).read_bytes() == value.encode()
    assert deployed.here(mounts["/settings"]).read_bytes() == SETTINGS.encode()


@pytest.mark.parametrize("backend", list(Backend))
def test_the_engines_read_every_line_that_is_written_for_them(backend: Backend, tmp_path: Path) -> None:
    values = {f"V{seed}": drawn_value(seed) for seed in range(int(os.environ.get("NIXLINT_EXAMPLES", "1000")))}
    lines = {name: line for name, value in values.items() if (line := environment_line(name, value)) is not None}
    assert len(lines) > len(values) // 4
    file = tmp_path / "web.env"
    file.write_bytes("".join(f"{line}\n" for line in lines.values()).encode())
    made = _made(backend, ["--env-file", str(file)], {}, tmp_path)
    assert made.variables.items() >= {name: values[name] for name in lines}.items()
