"""The unit files that NixOS writes for a converted module.

What nixpkgs' module gives each container is here (``nixos/modules/virtualisation/oci-containers.nix`` at 035a24e), as is how
NixOS makes files of units (``nixos/lib/systemd-lib.nix``). What the converted module says comes on top of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.compose.referee import Evaluated, command_line

_LISTS = {
    "after": "After",
    "before": "Before",
    "requires": "Requires",
    "wants": "Wants",
    "bindsTo": "BindsTo",
    "partOf": "PartOf",
}
_SCRIPTS = {
    "preStart": "ExecStartPre",
    "script": "ExecStart",
    "postStart": "ExecStartPost",
    "preStop": "ExecStop",
    "postStop": "ExecStopPost",
}


def write_units(evaluated: Evaluated, folder: Path) -> tuple[str, ...]:
    """Write the units of a module into a folder of units, with their scripts beside them; the names of its services."""
    services = _services(evaluated)
    for name, unit in services.items():
        _write(f"{name}.service", unit, folder, _service_lines(name, unit, folder))
    for name, unit in evaluated.system.get("systemd", {}).get("targets", {}).items():
        _write(f"{name}.target", unit, folder, [])
    return tuple(f"{name}.service" for name in services)


_TIMEOUT = re.compile(r"^(TimeoutStartSec|JobRunningTimeoutSec)=\d+$", re.MULTILINE)
_PAUSE = re.compile(r"^RestartSec=\d+$", re.MULTILINE)


def hurry(file: Path, *, ends: bool) -> None:
    """Shorten the pauses of a unit to a second; where waiting ``ends``, its time-outs too, to a few seconds."""
    text = _PAUSE.sub("RestartSec=1", file.read_text())
    file.write_text(_TIMEOUT.sub(r"\1=4", text) if ends else text)


def _services(evaluated: Evaluated) -> dict[str, dict[str, Any]]:
    found = dict(evaluated.services)
    for name, container in evaluated.containers.items():
        unit = f"{evaluated.backend}-{name}"
        found[unit] = _joined(_of_nixpkgs(evaluated.backend, name, container), found.get(unit, {}))
    return found


def _of_nixpkgs(engine: str, name: str, container: Mapping[str, Any]) -> dict[str, Any]:
    depends = [f"{engine}-{each}.service" for each in container.get("dependsOn", [])]
    service: dict[str, Any] = {"TimeoutStartSec": 0, "TimeoutStopSec": 120, "Restart": "always"}
    unit: dict[str, Any] = {
        "wantedBy": ["multi-user.target"] if container.get("autoStart", True) else [],
        "after": [*depends, "network-online.target", *(["docker.service"] if engine == "docker" else [])],
        "requires": depends,
        "wants": ["network-online.target"],
        "serviceConfig": service,
        "script": command_line(engine, name, dict(container)),
    }
    if engine == "docker":
        unit |= {"preStart": f"docker rm -f {name} || true", "preStop": f"docker stop {name} || true"}
        return unit | {"postStop": f"docker rm -f {name} || true"}
    service |= {"Type": "notify", "NotifyAccess": "all", "Environment": "PODMAN_SYSTEMD_UNIT=%n"}
    service |= {"RuntimeDirectory": name}
    unit |= {"preStart": f"podman rm -f {name} || true\nrm -f /run/{name}/ctr-id"}
    unit |= {"preStop": f"podman stop --ignore --cidfile=/run/{name}/ctr-id"}
    return unit | {"postStop": f"podman rm -f --ignore --cidfile=/run/{name}/ctr-id"}


def _joined(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Definitions of one unit: lists and scripts are put together, of settings the converted module's win."""
    both = {**base, **over}
    for key in base.keys() & over.keys():
        if isinstance(base[key], list):
            both[key] = [*base[key], *over[key]]
        elif isinstance(base[key], dict):
            both[key] = {**base[key], **over[key]}
        elif isinstance(base[key], str):
            both[key] = f"{base[key]}\n{over[key]}"
    return both


def _write(file: str, unit: Mapping[str, Any], folder: Path, service: list[str]) -> None:
    settings = dict(unit.get("unitConfig", {}))
    settings |= {"StartLimitIntervalSec": unit["startLimitIntervalSec"]} if "startLimitIntervalSec" in unit else {}
    settings |= {"StartLimitBurst": unit["startLimitBurst"]} if "startLimitBurst" in unit else {}
    lines = ["[Unit]", f"Description={unit.get('description', file)}"]
    lines += [f"{key}={' '.join(unit[name])}" for name, key in _LISTS.items() if unit.get(name)]
    lines += _settings(settings)
    (folder / file).write_text("\n".join([*lines, *service]) + "\n")
    for target in unit.get("wantedBy", []):
        wants = folder / f"{target}.wants"
        wants.mkdir(exist_ok=True)
        (wants / file).symlink_to(folder / file)


def _service_lines(name: str, unit: Mapping[str, Any], folder: Path) -> list[str]:
    lines = ["", "[Service]"]
    for option, key in _SCRIPTS.items():
        if unit.get(option):
            script = folder / f"{name}-{option}"
            script.write_text(f"#!/bin/bash -e\n{unit[option]}\n")
            script.chmod(0o755)
            lines.append(f"{key}={script}")
    return [*lines, *_settings(unit.get("serviceConfig", {}))]


def _settings(settings: Mapping[str, Any]) -> Iterator[str]:
    for key, value in settings.items():
        for each in value if isinstance(value, list) else [value]:
            text = "infinity" if key.startswith("Timeout") and each == 0 else each
            yield f"{key}={str(text).lower() if isinstance(text, bool) else text}"
