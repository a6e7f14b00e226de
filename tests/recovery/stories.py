"""What happens to a container that others wait for, told to a real systemd: one story for each cell of the recovery table.

A story is a generator. It acts (ends a container, stops a unit) and yields what has to become true before it goes on, so
that all stories are told on one machine at the same time, and nobody sleeps. ``app`` waits for ``dep``.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from .machine import Machine, Seen

Moment: TypeAlias = Mapping[str, Seen]
Until: TypeAlias = Callable[[Moment], bool]
Story: TypeAlias = Callable[["Cell"], Iterator[Until]]


@dataclass(frozen=True)
class Cell:
    """A project on a machine. ``name`` is the project's, ``units`` are all that its module has."""

    machine: Machine
    engine: str
    name: str
    units: tuple[str, ...] = ()

    def unit(self, service: str) -> str:
        """The unit of a service."""
        return f"{self.engine}-{self.name}-{service}.service"

    def folder(self, service: str) -> Path:
        """Where the engine keeps what it knows of a service's container."""
        return self.machine.state / f"{self.name}-{service}"

    def runs(self, service: str) -> int:
        """How often a container was run."""
        return self._log(service).count("run")

    def lives(self, service: str) -> bool:
        """Whether a container was run and has not ended."""
        return self._log(service)[-1:] == ["live"]

    def _log(self, service: str) -> list[str]:
        log = self.folder(service) / "log"
        return log.read_text().split() if log.exists() else []

    def ends(self, service: str, code: int) -> Until:
        """End a container with a code, as soon as it lives."""

        def until(_: Moment) -> bool:
            try:
                pipe = os.open(self.folder(service) / "life", os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                # The pipe comes with the container, and has no reader until it lives.
                if error.errno in (errno.ENOENT, errno.ENXIO):
                    return False
                raise
            os.write(pipe, f"{code}\n".encode())
            os.close(pipe)
            return True

        return until

    def plan(self, service: str, *runs: str) -> None:
        """Say before the start what becomes of the first runs of a container."""
        self.folder(service).mkdir(parents=True, exist_ok=True)
        (self.folder(service) / "plan").write_text("".join(f"{run}\n" for run in runs))

    def set(self, service: str, mark: str) -> None:
        """Make a container ``ill``, or its image slow to pull."""
        self.folder(service).mkdir(parents=True, exist_ok=True)
        (self.folder(service) / mark).touch()

    def clear(self, service: str, mark: str) -> None:
        """The container gets well, or its image arrives."""
        (self.folder(service) / mark).unlink()

    def is_up(self, *services: str) -> Until:
        """Whether units are active, with nothing left to do, and what became of their containers is known."""
        return lambda moment: all(
            moment[self.unit(each)].is_active and self._log(each)[-1:] != ["run"] for each in services
        )

    def is_at_rest(self, moment: Moment) -> bool:
        """Whether nothing of the project is being started or stopped, or will be without a cause from outside."""
        return all(moment[unit].is_at_rest for unit in self.units)

    def invocation(self, service: str, moment: Moment) -> str:
        """Which start of a unit this is."""
        return moment[self.unit(service)].invocation
