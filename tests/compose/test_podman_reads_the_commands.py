"""Podman itself reads the command line of every container, and gets as far as to look for the image.

``podman create --pull=never`` reads all flags before that. Debian's Podman is older than what the modules are for: what
only newer ones have is listed here. Needs no image, no network and no running container; where Podman is not there, or may
not run, there is nothing to ask; in continuous integration it has to.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nixlint.compose.loading import Request, load
from nixlint.conversion.convert import ConversionRequest, convert_loaded
from nixlint.deployment.target import Target
from tests.missing_tools import lacking

from .converting import corpus_file, corpus_models
from .referee import evaluate

PODMAN = shutil.which("podman")
NOT_OF_THE_SYNTAX = (
    'invalid IP address in add-host: "host-gateway"',  # from Podman 4.7 on
    "default OCI runtime",  # a runtime that this machine has not
    "only supported for backingFS XFS",
    "--cpu-period and --cpus cannot be set together",  # the Compose file says both
    "unset-var is not an ip address",  # the Compose file says so
)


@pytest.fixture(scope="module", autouse=True)
def _podman_runs() -> None:
    if PODMAN is None:
        lacking("Podman is not there; install the package podman")
    if subprocess.run([PODMAN, "info"], capture_output=True, check=False).returncode:
        pytest.skip("Podman is there, and this machine does not let it run")


def _create(command: list[str]) -> list[str]:
    """The command that makes a container and never pulls, of the one that a unit runs."""
    assert PODMAN is not None
    run = command.index("run")
    words = iter(command[run + 1 :])
    return [PODMAN, *command[2:run], "create", "--pull=never", *_without_newer(words)]


def _without_newer(words: Iterator[str]) -> Iterator[str]:
    for word in words:
        if word == "--pull":
            next(words)
        elif word.startswith("--sdnotify="):
            yield "--sdnotify=conmon"  # `healthy` is from Podman 4.6 on
        elif word != "-d" and not word.startswith(("--cidfile=", "--detach=", "--pull=")):
            yield word


def _complaint(command: list[str]) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    message = result.stderr.strip()
    known = result.returncode == 0 or "image not known" in message or any(each in message for each in NOT_OF_THE_SYNTAX)
    return "" if known else message


def test_podman_reads_the_command_of_every_container_of_the_corpus(tmp_path: Path) -> None:
    models = [model for model in corpus_models() if model["ok"]]
    files = []
    for index, model in enumerate(models):
        loaded = load(Request((corpus_file(model),), "proj", model["env"]))
        files.append(tmp_path / f"{index}.nix")
        files[-1].write_text(convert_loaded(loaded, ConversionRequest(Request(()), Target(), ("*",))).modules[0][1])
    evaluated = evaluate([[file] for file in files], Target().release)
    commands = [_create(result.command(name)) for result in evaluated for name in result.containers]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        assert [complaint for complaint in pool.map(_complaint, commands) if complaint] == []


def test_podman_refuses_a_flag_that_it_has_not() -> None:
    command = ["exec", "podman", "run", "-d", "--no-such-flag=1", "docker.io/example/web:1"]
    assert "unknown flag" in _complaint(_create(command))
