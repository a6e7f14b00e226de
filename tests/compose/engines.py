"""The engines themselves read command lines: Podman makes the container of one, Docker's client reads its flags.

Podman looks at most flags only when it has an image, so the containers are made of an empty folder (``--rootfs``), in a
store of their own; nothing runs. Docker's client reads all flags before it looks for the engine, which is not there.
``NIXLINT_PODMAN`` names another Podman than the one in ``PATH``.
"""

from __future__ import annotations

import atexit
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.missing_tools import lacking

from .meaning import flags_and_words
from .referee import Evaluated

PODMAN = os.environ.get("NIXLINT_PODMAN") or shutil.which("podman")
DOCKER = shutil.which("docker")

_NOT_THERE = re.compile(
    "|".join(
        (
            r"(stat|open|inspect|parse|lstat).*: no such file or directory",  # of the machine that the module is for
            r"stat file, but it is not|no such device",
            r"no subuid ranges found",
            r"without cgroup v2",
            r"network not found",
            r"no such (container|secret|volume|pod)",
            r"no container with (name or )?ID",
            r"image not known",
            r"default OCI runtime",
            r"only supported for backingFS XFS",
            r"unresolvable CDI devices",
            r"already exists",
            r"cannot set up namespace using",
            r"volume plugin",
            r"Your kernel does not support",
            r"vfs driver does not support size options",
        )
    )
)
"""What is said of things that this machine lacks, and not of flags."""
_NEWER = {'invalid IP address in add-host: "host-gateway"': (4, 7), "subpath: invalid mount option": (5, 4)}
"""What Podman says of that which only newer ones know, and since when they do."""
_JOURNAL = Path("/run/systemd/journal/socket")


class Podman:
    """A Podman with a store of its own."""

    def __init__(self, folder: Path) -> None:
        if PODMAN is None:
            lacking("Podman is not there; install the package podman")
        self._rootfs = folder / "rootfs"
        self._rootfs.mkdir(parents=True)
        # The path of what is only for running must be short (containers/podman, pkg/domain/infra: 50 characters).
        run = tempfile.mkdtemp(prefix="podman")
        atexit.register(shutil.rmtree, run, ignore_errors=True)
        stores = [
            f"--root={folder}/root",
            f"--runroot={run}",
            f"--network-config-dir={folder}/networks",
        ]
        # Locks in memory are all stores', and stay taken when a store is removed; files go with it (containers.conf(5)).
        self._settings = folder / "containers.conf"
        self._settings.write_text('[engine]\nlock_type = "file"\n')
        self._podman = [PODMAN, *stores, "--storage-driver=vfs", "--log-level=error"]
        if self._run([*self._podman, "info"]).returncode:
            pytest.skip("Podman may not run")
        text = self._run([*self._podman, "--version"]).stdout.split()[-1]
        self.version = tuple(int(part) for part in text.split(".")[:2])
        self._unknown = [message for message, since in _NEWER.items() if self.version < since]
        self._numbers = itertools.count()

    def makes_networks(self, evaluated: Evaluated) -> Iterator[str]:
        """Make the networks and volumes of a project as its units do; the complaints on the way."""
        for service in evaluated.services.values():
            for kind in ("network", "volume"):
                _, found, rest = str(service.get("script", "")).partition(f"podman {kind} create ")
                if found:
                    words = shlex.split(rest.splitlines()[0])
                    yield from self._complaint([kind, "create", *words])

    def complaints(self, command: list[str]) -> Iterator[str]:
        """What Podman says against the command of a unit."""
        before, flags, _, words = flags_and_words(command)
        split = [word for flag in flags for word in _words_of(flag)]
        yield from self._complaint(
            [*before, "create", *self._kept(split), "--rootfs", str(self._rootfs), *(words or ["sh"])]
        )

    def builds(self, flags: list[str], folder: Path) -> Iterator[str]:
        """What Podman says against the flags of a build in a folder."""
        yield from self._complaint(["build", "--isolation=chroot", *flags, str(folder)])

    def made(self, flags: list[str], environment: dict[str, str]) -> dict[str, Any]:
        """A container that Podman makes with flags, run with an environment, as ``podman inspect`` shows it."""
        name = f"made.{next(self._numbers)}"
        command = [*self._podman, "create", f"--name={name}", *flags, "--rootfs", str(self._rootfs), "sh"]
        settings = {"CONTAINERS_CONF_OVERRIDE": str(self._settings), "PODMAN_IGNORE_CGROUPSV1_WARNING": "1"}
        subprocess.run(command, capture_output=True, check=True, env={**environment, **settings})
        documents: list[dict[str, Any]] = json.loads(self._run([*self._podman, "inspect", name]).stdout)
        return documents[0]

    def _kept(self, words: list[str]) -> Iterator[str]:
        kept = iter(words)
        for word in kept:
            if word == "--pull":
                next(kept)
            elif word.startswith("--name="):
                yield f"{word}.{next(self._numbers)}"  # a name that no container has yet
            elif word == "--log-driver=journald" and not _JOURNAL.exists():
                continue
            elif word == "--sdnotify=healthy":
                yield "--sdnotify=conmon"  # a check of the image may be meant
            elif word.startswith(("--cidfile=", "--detach=", "--pull=", "--platform=")) or word in ("-d", "--env-file"):
                if word == "--env-file":
                    next(kept)
            else:
                yield word

    def _complaint(self, arguments: list[str]) -> Iterator[str]:
        result = self._run([*self._podman, *arguments])
        message = result.stderr.strip()
        if result.returncode and not (_NOT_THERE.search(message) or any(each in message for each in self._unknown)):
            yield message.splitlines()[0]

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PODMAN_IGNORE_CGROUPSV1_WARNING": "1"}
        environment["CONTAINERS_CONF_OVERRIDE"] = str(self._settings)
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def docker_complaints(command: list[str]) -> Iterator[str]:
    """What Docker's client says against the flags of the command of a unit."""
    if DOCKER is None:
        lacking("Docker's client is not there; install the package docker.io")
    _, flags, image, words = flags_and_words(command)
    # To read the name of a device, the client asks the engine for its system.
    asked = [flag for flag in flags if not flag.startswith(("--env-file ", "--device="))]
    kept = [word for flag in asked for word in _words_of(flag)]
    environment = {**os.environ, "DOCKER_HOST": "unix:///nonexistent/docker.sock"}
    result = subprocess.run(
        [DOCKER, "create", *kept, image, *words], capture_output=True, text=True, check=False, env=environment
    )
    message = result.stderr.strip()
    if "docker daemon" not in message and not _NOT_THERE.search(message):
        yield message.splitlines()[0]


def _words_of(flag: str) -> list[str]:
    """A flag of :func:`flags_and_words` as the engine got it: a short one has its value apart."""
    name, blank, value = flag.partition(" ")
    return [name, value] if blank and re.fullmatch(r"-\w|--pull|--env-file", name) else [flag]
