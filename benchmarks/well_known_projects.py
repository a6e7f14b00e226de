"""Convert well-known projects that are on this disk, for both engines, and let others judge: Compose, Nix and the engines.

``python benchmarks/well_known_projects.py FOLDER COMPOSE``: in FOLDER is a folder for each repository, COMPOSE is Docker
Compose's program. Of each repository at most two Compose files are taken, the main ones, with a copy of the example of an
``.env``. What Compose itself refuses is not asked about.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from nixlint.compose.dotenv import engine_reads
from nixlint.compose.loading import Request
from nixlint.compose.problem import ComposeError
from nixlint.conversion.convert import Conversion, ConversionRequest, convert
from nixlint.deployment.parts import RemarkKind
from nixlint.deployment.target import Backend, Target
from nixlint.reporting.conversion import conversion_text
from nixlint.reporting.terminal import Style
from tests.compose.engines import PODMAN, Podman, docker_complaints
from tests.compose.meaning import Said, differences
from tests.compose.referee import Evaluated, evaluate

_MAIN = re.compile(r"(docker-)?compose\.ya?ml")
_OTHER = re.compile(r"dev|test|override|ci\b|example|sample|build|demo|debug|local", re.IGNORECASE)
_EXAMPLES = re.compile(r"(.*[._-])?(example|sample|dist|template|default|tpl)([._-].*)?|env", re.IGNORECASE)
_MOST = 2
RELEASE = "26.05"


class Project(NamedTuple):
    """A Compose file of a repository."""

    title: str
    file: Path
    model: dict[str, Any]


def projects(folder: Path, compose: str) -> Iterator[Project]:
    """The projects of a folder of repositories, as far as Compose takes them."""
    for repository in sorted(path for path in folder.iterdir() if path.is_dir()):
        files = [path for path in repository.rglob("*compose*.y*ml") if path.is_file()]
        files.sort(
            key=lambda path: (
                bool(_OTHER.search(str(path.relative_to(repository)))),
                not _MAIN.fullmatch(path.name),
                len(path.parts),
                str(path),
            )
        )
        found = 0
        for file in files:
            if found == _MOST:
                break
            _furnish(file)
            model = _model(file, compose)
            if model is not None and model.get("services"):
                found += 1
                yield Project(f"{repository.name.replace('+', '/', 1)}: {file.relative_to(repository)}", file, model)


def _furnish(file: Path) -> None:
    """Put the example of an environment where Compose looks for it, and an empty one for what is not in the repository."""
    folder = file.parent
    if not (folder / ".env").exists():
        examples = [
            each
            for each in sorted(folder.iterdir())
            if "env" in each.name.lower() and each.is_file() and _EXAMPLES.fullmatch(each.name.lstrip("."))
        ]
        if examples:
            shutil.copy(examples[0], folder / ".env")
    for name in re.findall(r"[\w./-]*\.env\b|[\w./-]*env/[\w.-]+", file.read_text("utf-8", "replace")):
        path = folder / name
        if not path.is_absolute() or not str(path.resolve()).startswith(str(folder)):
            continue
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            example = next(
                (
                    each
                    for end in (".example", ".sample", ".dist")
                    if (each := path.with_name(path.name + end)).exists()
                ),
                None,
            )
            path.write_bytes(example.read_bytes() if example else b"")


def _model(file: Path, compose: str) -> dict[str, Any] | None:
    command = [
        compose,
        "-f",
        str(file),
        "--project-directory",
        str(file.parent),
        "--profile",
        "*",
        "-p",
        "proj",
        "config",
        "--format",
        "json",
    ]
    environment = {"PATH": os.environ["PATH"], "PWD": str(file.parent), "HOME": "/nonexistent"}
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=file.parent, env=environment)
    if result.returncode:
        return None
    model: dict[str, Any] = _plain(json.loads(result.stdout))
    for key, volume in model.get("volumes", {}).items():
        volume.setdefault("name", key if volume.get("external") else f"proj_{key}")
    return model


def _plain(value: Any) -> Any:  # noqa: ANN401  # any JSON
    """A model with its dollars as they are: Compose writes them twice, so that its output can be read again."""
    match value:
        case str():
            return value.replace("$$", "$")
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case _:
            return value


def main() -> None:
    folder, compose = Path(sys.argv[1]).absolute(), sys.argv[2] if len(sys.argv) > 2 else "docker-compose"
    found = list(projects(folder, compose))
    print(f"{len(found)} projects of {len({each.title.partition(':')[0] for each in found})} repositories", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        podman = Podman(Path(scratch, "podman"))
        for backend in Backend:
            _judge(found, backend, Path(scratch), podman)


def _judge(found: list[Project], backend: Backend, scratch: Path, podman: Podman) -> None:
    converted: list[tuple[Project, Conversion, Path]] = []
    for index, project in enumerate(found):
        try:
            request = Request((project.file,), "proj", {"HOME": "/nonexistent"}, checks_all_profiles=False)
            conversion = convert(ConversionRequest(request, Target(backend, RELEASE), ("*",), shown="compose.yaml"))
        except ComposeError as error:
            print(f"{project.title} ({backend.value}): refused: {error.message}", flush=True)
            continue
        module = scratch / f"{backend.value}-{index}.nix"
        module.write_text(conversion.modules[0][1])
        converted.append((project, conversion, module))
    evaluated = evaluate([[module] for _, _, module in converted], RELEASE)
    lines = [
        len(list("".join(conversion_text(each, folder_of(project), Style(False, None))).splitlines()))
        for project, each, _ in converted
    ]
    wrong = 0
    containers = 0
    for (project, conversion, _), result in zip(converted, evaluated, strict=True):
        complaints = list(_complaints(project, conversion, result, podman))
        containers += len(result.containers)
        wrong += bool(complaints)
        for complaint in complaints:
            print(f"{project.title} ({backend.value}): {complaint}", flush=True)
    kinds = {
        kind: sum(each.kind is kind for _, conversion, _ in converted for each in conversion.remarks)
        for kind in RemarkKind
    }
    print(
        f"{backend.value}: {len(converted)} converted, {containers} containers, "
        f"{wrong} with complaints; longest report {max(lines)} lines"
        f"; {kinds}",
        flush=True,
    )


def folder_of(project: Project) -> Path:
    return project.file.parent


def own_files(conversion: Conversion) -> dict[str, dict[str, str]]:
    """The variables of the project's own environment files, which Compose's model has among the others, by path."""
    files = (Path(file.path) for each in conversion.deployment.containers for file in each.environment_files)
    return {str(file): engine_reads(file.read_text()) or {} for file in files if file.is_file()}


def variables_of(conversion: Conversion) -> dict[str, dict[str, str]]:
    """The variables in all files that containers get: by path in the project's own, by name in those of secrets."""
    return {**own_files(conversion), **{file.name: dict(file.variables) for file in conversion.secret_files}}


def _complaints(project: Project, conversion: Conversion, result: Evaluated, podman: Podman) -> Iterator[str]:
    if result.refusal is not None:
        yield result.refusal
        return
    said = [Said(each.kind.value, each.key, each.message) for each in conversion.remarks]
    secrets = variables_of(conversion)
    yield from differences(result, project.model, said, secrets)
    if conversion.target.backend is Backend.PODMAN:
        yield from podman.makes_networks(result)
    commands = [result.command(name) for name in result.containers]
    ask = podman.complaints if conversion.target.backend is Backend.PODMAN else docker_complaints
    for command in commands:
        for complaint in ask(command):
            yield f"{' '.join(command[2:5])}…: {complaint}"


if __name__ == "__main__":
    assert PODMAN is not None
    main()
