"""Podman itself reads the command line of every container, and makes the container of it.

Debian's Podman is older than what the modules are for; :mod:`tests.compose.engines` knows what only newer ones have. Where
Podman is not there, or may not run, there is nothing to ask; in continuous integration it has to.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nixlint.compose.loading import Request, load
from nixlint.conversion.convert import ConversionRequest, convert_loaded
from nixlint.deployment.target import Target

from .converting import corpus_file, corpus_models
from .engines import Podman
from .referee import evaluate

SAID_BY_THE_COMPOSE_FILE = (
    "--cpu-period and --cpus cannot be set together",  # it says both
    "unset-var is not an ip address",
    "always set a memory limit when using a memoryswap limit",
    "CPU cfs quota cannot be less than 1ms",
    'invalid container path "a:/a"',
    "sysctl 'testing.one.one' is not allowed",
)
"""What no engine takes, and what the files of tests say all the same."""


def _complaints(podman: Podman, commands: Iterable[list[str]]) -> list[str]:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda command: list(podman.complaints(command)), commands)
    return [text for texts in found for text in texts if not any(each in text for each in SAID_BY_THE_COMPOSE_FILE)]


def test_podman_makes_every_container_of_the_corpus(tmp_path: Path) -> None:
    podman = Podman(tmp_path / "podman")
    models = [model for model in corpus_models() if model["ok"]]
    files = []
    for index, model in enumerate(models):
        loaded = load(Request((corpus_file(model),), "proj", model["env"]))
        files.append(tmp_path / f"{index}.nix")
        files[-1].write_text(convert_loaded(loaded, ConversionRequest(Request(()), Target(), ("*",))).modules[0][1])
    evaluated = evaluate([[file] for file in files], Target().release)
    assert _complaints(podman, [result.command(name) for result in evaluated for name in result.containers]) == []


def test_podman_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    podman = Podman(tmp_path / "podman")
    for flag, complaint in (("--no-such-flag=1", "unknown flag"), ("--memory=much", "invalid value for memory")):
        command = ["exec", "podman", "run", "-d", "--name=web", flag, "docker.io/example/web:1"]
        (found,) = podman.complaints(command)
        assert complaint in found
