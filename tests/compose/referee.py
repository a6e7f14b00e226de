"""What NixOS makes of converted modules: their definitions by the real Nix, and the command lines that the units would run.

The options and their types are in ``tests/nix/oci_options.nix``; how nixpkgs' module builds the command line from them is
here (``nixos/modules/virtualisation/oci-containers.nix`` at 035a24e). Nothing here knows how modules are made.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.nix.nix_referee import NIX_INSTANTIATE, need_nix

_NIX = Path(__file__).parents[1] / "nix"


@dataclass(frozen=True)
class Evaluated:
    """What modules define. ``refusal`` is what Nix says where NixOS would not take them."""

    system: dict[str, Any]
    refusal: str | None

    @property
    def backend(self) -> str:
        backend: str = self.system["virtualisation"]["oci-containers"]["backend"]
        return backend

    @property
    def containers(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.system["virtualisation"]["oci-containers"].get("containers", {})
        return found

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.system.get("systemd", {}).get("services", {})
        return found

    def unit(self, container: str) -> dict[str, Any]:
        """The unit of a container, as nixpkgs' module and the converted one define it together."""
        return self.services.get(f"{self.backend}-{container}", {})

    def command(self, container: str) -> list[str]:
        """The words of the command that a container's unit runs."""
        return shlex.split(command_line(self.backend, container, self.containers[container]))


def evaluate(projects: Sequence[Sequence[Path]], release: str) -> list[Evaluated]:
    """Evaluate the modules of each project for a release, all in one Nix; what is refused is asked for again, alone."""
    found = _evaluate(projects, release)
    return [
        Evaluated(system, None) if system is not None else Evaluated({}, _refusal(modules, release))
        for modules, system in zip(projects, found, strict=True)
    ]


def _evaluate(projects: Sequence[Sequence[Path]], release: str) -> list[dict[str, Any] | None]:
    result = _run(projects, release)
    if result.returncode:
        raise AssertionError(result.stderr)
    return [each["defined"] for each in json.loads(result.stdout)]


def _refusal(modules: Sequence[Path], release: str) -> str:
    lines = _run([modules], release, catches=False).stderr.strip().splitlines()
    return next((line for line in lines if line.strip().startswith("error:")), "NixOS would refuse it").strip()


def _run(projects: Sequence[Sequence[Path]], release: str, *, catches: bool = True) -> subprocess.CompletedProcess[str]:
    need_nix()
    assert NIX_INSTANTIATE is not None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "ask.nix")
        arguments = f"projects = {_list(projects)}; release = {json.dumps(release)}; catches = {json.dumps(catches)};"
        file.write_text(f"import {_NIX}/oci_module.nix {{ {arguments} }}")
        command = [NIX_INSTANTIATE, "--eval", "--strict", "--json", str(file)]
        return subprocess.run(command, capture_output=True, text=True, check=False)


def _list(projects: Sequence[Sequence[Path]]) -> str:
    return "[ " + " ".join("[ " + " ".join(str(path.absolute()) for path in each) + " ]" for each in projects) + " ]"


def command_line(backend: str, name: str, container: dict[str, Any]) -> str:
    """The command that nixpkgs' module builds for a container."""
    quote = shlex.quote
    words = ["exec", backend, *map(quote, container.get("preRunExtraOptions", [])), "run", f"--name={quote(name)}"]
    words.append(f"--log-driver={container.get('log-driver', 'journald')}")
    for option, flag in (("entrypoint", "--entrypoint"), ("hostname", "--hostname")):
        if container.get(option) is not None:
            words.append(f"{flag}={quote(container[option])}")
    if backend == "podman":
        notify = container.get("podman", {}).get("sdnotify", "conmon")
        words += [
            f"--cidfile=/run/{quote(name)}/ctr-id",
            "--cgroups=enabled",
            f"--sdnotify={notify}",
            "-d",
            "--replace",
        ]
    words += [f"-e {quote(key)}={quote(value)}" for key, value in sorted(container.get("environment", {}).items())]
    words += [f"--env-file {quote(file)}" for file in container.get("environmentFiles", [])]
    words += [f"-p {quote(port)}" for port in container.get("ports", [])]
    words += [f"-u {quote(container['user'])}"] if container.get("user") is not None else []
    words += [f"-v {quote(volume)}" for volume in container.get("volumes", [])]
    words += [f"-l {quote(key)}={quote(value)}" for key, value in sorted(container.get("labels", {}).items())]
    words += [f"-w {quote(container['workdir'])}"] if container.get("workdir") is not None else []
    words += ["--privileged"] if container.get("privileged") else []
    words += ["--rm"] if container.get("autoRemoveOnStop", True) else []
    capabilities = sorted(container.get("capabilities", {}).items())
    words += [f"--cap-add={quote(key)}" for key, value in capabilities if value is True]
    words += [f"--cap-drop={quote(key)}" for key, value in capabilities if value is False]
    words += [f"--device={quote(device)}" for device in container.get("devices", [])]
    words += [f"--network={quote(network)}" for network in dict.fromkeys(container.get("networks", []))]
    words += [f"--pull {quote(container.get('pull', 'missing'))}"]
    words += [quote(option) for option in container.get("extraOptions", [])]
    # The module does not quote the image.
    words += [container["image"], *map(quote, container.get("cmd", []))]
    return " ".join(words)
