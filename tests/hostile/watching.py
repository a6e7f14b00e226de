"""Runs commands of nixlint in one process that reports what each of them opened, listed, changed and started.

An audit hook sees whatever Python does (`sys.audit`, 'Audit events table'), by whatever library.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.cli.running import clean_environment

from .trees import Ground, HostileTree

_EVENTS_OF_PROGRAMS = (
    "subprocess.Popen",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "os.forkpty",
    "os.system",
)
_EVENTS_OF_FILES = ("open", "os.listdir", "os.scandir", "os.remove", "os.rename", "os.mkdir", "os.chmod", "os.truncate")
_MEMORY = 1_500_000_000


class Command(NamedTuple):
    """A command, and the folder that it is given in."""

    folder: Path
    arguments: Sequence[str]


class Watched(NamedTuple):
    """What a command came to. ``touched`` are the paths that it named to the system, by event."""

    code: int
    output: str
    started: list[str]
    touched: list[tuple[str, str]]


def watch(
    commands: Iterable[Command], home: Path, environment: Mapping[str, str] | None = None, seconds: int = 60
) -> list[Watched]:
    """Run commands one after the other, watched; a command that ends with an exception has the code 99."""
    asked = [[str(command.folder), list(command.arguments)] for command in commands]
    ran = subprocess.run(
        [sys.executable, "-m", "tests.hostile.watching"],
        cwd=Path(__file__).parents[2],
        input=json.dumps(asked).encode(),
        capture_output=True,
        check=False,
        timeout=seconds,
        env=clean_environment(home, {"PYTHONPATH": str(Path(__file__).parents[2]), **(environment or {})}),
    )
    assert ran.returncode == 0, ran.stderr.decode(errors="replace")
    return [
        Watched(code, out, started, [(event, path) for event, path in touched])
        for code, out, started, touched in json.loads(ran.stdout)
    ]


class Visit(NamedTuple):
    """A hostile repository, and what came of the commands that were asked about it."""

    ground: Ground
    results: list[tuple[Command, Watched]]


def visit(
    trees: Sequence[HostileTree], words: Sequence[Sequence[str]], folder: Path, seconds: int = 60
) -> dict[str, Visit]:
    """Build repositories and run the same commands in each, by name. ``{}`` is the path that a repository is asked about.

    Those that need no variables of their own share a process, for most of the time goes into starting one.
    """
    grounds: dict[str, Ground] = {}
    together: list[HostileTree] = []
    alone: list[tuple[HostileTree, Mapping[str, str]]] = []
    for number, tree in enumerate(trees):
        (place := folder / str(number)).mkdir()
        grounds[tree.name] = Ground.below(place)
        variables = tree.build(grounds[tree.name])
        if variables is None:
            together.append(tree)
        else:
            alone.append((tree, variables))
    visits = {name: Visit(ground, []) for name, ground in grounds.items()}
    batches: list[tuple[list[HostileTree], Mapping[str, str]]] = [([tree], variables) for tree, variables in alone]
    for batch, variables in [(together, {}), *batches]:
        asked = [
            (tree, Command(grounds[tree.name].root, [word.format(tree.asked) for word in each]))
            for tree in batch
            for each in words
        ]
        ran = watch([command for _, command in asked], folder / "home", variables, seconds)
        for (tree, command), result in zip(asked, ran, strict=True):
            visits[tree.name].results.append((command, result))
    return visits


def _main() -> None:
    import contextlib
    import io
    import resource

    import click

    from nixlint.cli.main import nixlint

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    touched: list[tuple[str, str]] = []
    started: list[str] = []

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in _EVENTS_OF_PROGRAMS:
            started.append(f"{event} {arguments[0] if arguments else ''}")
        elif event in _EVENTS_OF_FILES and arguments and isinstance(arguments[0], str | bytes | os.PathLike):
            touched.append((event, os.fsdecode(arguments[0])))

    sys.addaudithook(hook)
    results = []
    for folder, arguments in json.load(sys.stdin):
        os.chdir(folder)
        touched.clear()
        started.clear()
        out = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                ended = nixlint.main(arguments, "nixlint", standalone_mode=False)
                code = ended if isinstance(ended, int) else 0
            except click.ClickException as error:
                error.show()
                code = error.exit_code
            except Exception as error:  # whatever it is, the caller is to see it
                print(f"internal error: {type(error).__name__}: {error}")
                code = 99
        out.flush()
        buffer = out.buffer
        assert isinstance(buffer, io.BytesIO)
        text = buffer.getvalue().decode("utf-8", "replace")
        results.append([code, text, list(started), list(touched)])
    os.write(1, json.dumps(results).encode())


if __name__ == "__main__":
    _main()
