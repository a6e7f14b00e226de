"""Convert well-known projects with nixlint and with compose2nix, and count what each loses, gives away or breaks.

``python benchmarks/beside_compose2nix.py FOLDER COMPOSE COMPOSE2NIX``: FOLDER and COMPOSE are as for
``well_known_projects.py``, of each repository the first file is taken, for Podman. What is counted is what the evaluated
modules define. Differences of form, such as aliases as flags, ``:rw`` or ``/tcp``, count for nobody.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.well_known_projects import RELEASE, Project, projects, variables_of
from nixlint.compose.loading import Request
from nixlint.compose.problem import ComposeError
from nixlint.conversion.convert import ConversionRequest, convert
from nixlint.deployment.target import Backend, Target
from nixlint.secrets.names import NameClass, classify_name
from tests.compose.meaning import Said, differences
from tests.compose.referee import Evaluated, evaluate

ROWS = (
    "not converted",
    "refused by Nix",
    "a variable whose name says that it is secret, with its value in the module",
    "service_healthy is not waited for",
    "a job is not waited for until it is done",
    "systemd gives up after five restarts, Docker would not",
    "an image without its registry, which Podman may not find",
    "a key of a service is lost without a word",
)
_KEYS = re.compile(
    r"(cap_add|cap_drop|cgroup_parent|cpus|device_cgroup_rules|devices|dns|domainname|extra_hosts|group_add|hostname|init|"
    r"ipc|mem_limit|mem_reservation|memswap_limit|oom_score_adj|pid|pids_limit|platform|privileged|read_only|"
    r"security_opt|shm_size|stop_grace_period|stop_signal|sysctls|tmpfs|tty|ulimits|user|working_dir|secrets|configs)\b"
)
"""The keys whose flags have one form alone."""


def main() -> None:
    folder, compose, other = Path(sys.argv[1]).absolute(), sys.argv[2], sys.argv[3]
    first: dict[str, Project] = {}
    for project in projects(folder, compose):
        first.setdefault(project.title.partition(":")[0], project)
    print(f"{len(first)} projects")
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("nixlint", "compose2nix"):
            _judge(name, list(first.values()), Path(scratch), other)


def _judge(name: str, found: list[Project], scratch: Path, other: str) -> None:
    counts: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    made: list[tuple[Project, Path, list[Said], dict[str, dict[str, str]]]] = []
    for index, project in enumerate(found):
        module = scratch / f"{name}-{index}.nix"
        told = _with_nixlint(project, module) if name == "nixlint" else _with_compose2nix(project, module, other)
        if told is None:
            counts["not converted"] += 1
        else:
            made.append((project, module, *told))
    engine = scratch / "engine.nix"
    engine.write_text('{ virtualisation.oci-containers.backend = "podman"; }\n')
    evaluated = evaluate([[each[1], *([engine] if name != "nixlint" else [])] for each in made], RELEASE)
    for (project, _, said, files), result in zip(made, evaluated, strict=True):
        if result.refusal is not None:
            counts["refused by Nix"] += 1
            print(f"  {name}: {project.title}: {result.refusal[:150]}")
            continue
        faults = set(_faults(project.model, result))
        counts.update(faults)
        if name == "nixlint" and faults:
            print(f"  {project.title}: {', '.join(sorted(faults))}")
        keys = {match[1] for each in differences(result, project.model, said, files) if (match := _key_of(each))}
        counts["a key of a service is lost without a word"] += bool(keys)
        lost.update(keys)
    lines = sum(len(path.read_text().splitlines()) for _, path, _, _ in made)
    print(f"{name}: {lines} lines; lost: {', '.join(f'{key} {count}' for key, count in lost.most_common())}")
    for row in ROWS:
        print(f"{counts[row]:>6} {row}")


def _key_of(difference: str) -> re.Match[str] | None:
    _, _, rest = difference.partition(": ")
    return _KEYS.match(rest) if rest.endswith(" is missing") else None


def _with_nixlint(project: Project, module: Path) -> tuple[list[Said], dict[str, dict[str, str]]] | None:
    try:
        request = Request((project.file,), "proj", {"HOME": "/nonexistent"}, checks_all_profiles=False)
        made = convert(ConversionRequest(request, Target(Backend.PODMAN, RELEASE), ("*",), shown="compose.yaml"))
    except ComposeError:
        return None
    module.write_text(made.modules[0][1])
    return [Said(each.kind.value, each.key, each.message) for each in made.remarks], variables_of(made)


def _with_compose2nix(
    project: Project, module: Path, program: str
) -> tuple[list[Said], dict[str, dict[str, str]]] | None:
    environment = project.file.parent / ".env"
    command = [program, f"-inputs={project.file}", f"-output={module}", "-project=proj", "-runtime=podman", "-build"]
    command += ["-write_nix_setup=false", "-ignore_missing_env_files", f"-root_path={project.file.parent}"]
    command += [f"-env_files={environment}"] if environment.is_file() else []
    result = subprocess.run(command, capture_output=True, check=False, cwd=project.file.parent)
    if result.returncode or not module.exists():
        return None
    # The packages are of no concern here.
    module.write_text(re.sub(r"\bpkgs\.\w+", '"package"', module.read_text()))
    return [], {}


def _faults(model: dict[str, Any], result: Evaluated) -> Iterator[str]:
    """The rows that a module is counted in, more than once perhaps."""
    scripts = "\n".join(str(unit.get("script", "")) for unit in result.services.values())
    for name, service in model["services"].items():
        container = service.get("container_name") or f"proj-{name}"
        if container not in result.containers:
            continue
        command, unit = result.command(container), result.unit(container)
        own = result.containers[container].get("environment", {})
        for key, value in (service.get("environment") or {}).items():
            if value and classify_name(key) is NameClass.SECRET and own.get(key) == value:
                yield ROWS[2]
        for other, condition in (service.get("depends_on") or {}).items():
            waited = model["services"].get(other, {}).get("container_name") or f"proj-{other}"
            if waited not in result.containers:
                continue
            if condition["condition"] == "service_healthy" and "healthcheck" in model["services"][other]:
                is_awaited = "--sdnotify=healthy" in result.command(waited) or f"healthy {waited}" in scripts
                yield from () if is_awaited else (ROWS[3],)
            if condition["condition"] == "service_completed_successfully":
                kind = result.unit(waited).get("serviceConfig", {}).get("Type")
                yield from () if kind == "oneshot" else (ROWS[4],)
        if service.get("restart") in ("always", "unless-stopped") and not _is_without_limit(unit):
            yield ROWS[5]
        image = next(word for word in command if word == result.containers[container]["image"])
        if not re.match(r"[^/]*[.:][^/]*/|localhost/", image):
            yield ROWS[6]


def _is_without_limit(unit: dict[str, Any]) -> bool:
    settings = unit.get("unitConfig", {})
    return 0 in (unit.get("startLimitIntervalSec"), settings.get("StartLimitIntervalSec"))


if __name__ == "__main__":
    main()
