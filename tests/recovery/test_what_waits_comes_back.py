"""What waits for another comes back, whatever happens to the other: each cell of the table, with a real systemd.

The table is in docs/convert.md. Units are those of the converted module; engines are fake, and time is short: time-outs and
pauses of the units are a fraction of what the module says.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from nixlint.compose.loading import Request
from nixlint.conversion.convert import ConversionRequest, convert
from nixlint.deployment.target import Backend, Target
from tests.compose.referee import evaluate

from .machine import PATIENCE, Machine, need_systemd
from .stories import Cell, Moment, Story, Until
from .unit_files import hurry, write_units

ENGINES = ("podman", "docker")
CHECKED = "healthcheck: { test: 'true', interval: 1s, timeout: 1s, retries: 1 }"


class Told(NamedTuple):
    """A cell of the table: a condition, an event, the Compose file, and what has to happen."""

    condition: str
    event: str
    story: Story
    dep: str = "restart: always"
    app: str = ""
    more: str = ""

    @property
    def name(self) -> str:
        return f"{self.condition}-{self.event}".replace(" ", "-")

    @property
    def text(self) -> str:
        condition, _, more = self.condition.partition(" ")
        more = f", {self.more}" if self.more else ""
        check = f"\n    {CHECKED}" if condition == "healthy" else ""
        wanted = {"completed": "completed_successfully"}.get(condition, condition)
        return (
            f"services:\n  app:\n    image: app\n    depends_on: {{ dep: {{ condition: service_{wanted}{more} }} }}\n"
            f"    {self.app}\n  dep:\n    image: dep\n    {self.dep}{check}\n"
        )


def crash(cell: Cell) -> Iterator[Until]:
    """The other container dies; it comes back, and nobody touches the one that waited for it."""
    seen: list[str] = []
    yield lambda moment: cell.is_up("app", "dep")(moment) and _keep(seen, cell.invocation("app", moment))
    cell.end("dep", 1)
    yield lambda moment: cell.runs("dep") == 2 and cell.is_up("app", "dep")(moment)
    yield lambda moment: _same(seen, cell.invocation("app", moment), cell)
    assert cell.runs("app") == 1


def job_fails(cell: Cell) -> Iterator[Until]:
    """A job fails twice, and then succeeds."""
    yield lambda moment: cell.runs("dep") == 3 and cell.folder("dep").joinpath("life").exists()
    assert cell.runs("app") == 0
    cell.end("dep", 0)
    yield cell.is_up("app", "dep")


def slow(cell: Cell) -> Iterator[Until]:
    """It takes longer to be ready than anybody waits; then it is."""
    yield _has_failed(cell)
    assert cell.runs("app") == 0
    runs = cell.runs("dep")
    cell.clear("dep", "ill")
    yield cell.is_up("app", "dep")
    assert cell.runs("dep") == runs, "it was killed for being slow"


def slow_pull(cell: Cell) -> Iterator[Until]:
    """The image takes long to arrive."""
    yield lambda moment: cell.runs("dep") == 1
    assert cell.runs("app") == 0
    cell.clear("dep", "pulling")
    yield cell.is_up("app", "dep")
    assert cell.runs("dep") == 1


def slow_job(cell: Cell) -> Iterator[Until]:
    """A job takes its time."""
    yield lambda moment: cell.folder("dep").joinpath("life").exists()
    assert cell.runs("app") == 0
    cell.end("dep", 0)
    yield cell.is_up("app", "dep")


def failed_pull(cell: Cell) -> Iterator[Until]:
    """The image cannot be had at first."""
    yield cell.is_up("app", "dep")
    assert cell.runs("dep") == 2


def failed_pull_of_a_job(cell: Cell) -> Iterator[Until]:
    """The image of a job cannot be had at first."""
    yield lambda moment: cell.runs("dep") == 2 and cell.folder("dep").joinpath("life").exists()
    assert cell.runs("app") == 0
    cell.end("dep", 0)
    yield cell.is_up("app", "dep")


def failed_network(cell: Cell) -> Iterator[Until]:
    """The network cannot be made at first."""
    yield cell.is_up("app", "dep")
    assert cell.runs("dep") == cell.runs("app") == 1


def stop_and_start(cell: Cell) -> Iterator[Until]:
    """A person stops the other and starts it: what waited for it is left alone."""
    seen: list[str] = []
    yield lambda moment: cell.is_up("app", "dep")(moment) and _keep(seen, cell.invocation("app", moment))
    cell.machine.systemctl("stop", cell.unit("dep"))
    cell.machine.systemctl("start", "--no-block", cell.unit("dep"))
    yield cell.is_up("app", "dep")
    yield lambda moment: _same(seen, cell.invocation("app", moment), cell)
    assert cell.runs("app") == 1


def stop_and_start_both(cell: Cell) -> Iterator[Until]:
    """The same with ``restart: true``: what waited for it is started anew."""
    seen: list[str] = []
    yield lambda moment: cell.is_up("app", "dep")(moment) and _keep(seen, cell.invocation("app", moment))
    cell.machine.systemctl("stop", cell.unit("dep"))
    cell.machine.systemctl("start", "--no-block", cell.unit("dep"))
    yield lambda moment: cell.is_up("app", "dep")(moment) and cell.invocation("app", moment) not in seen
    assert cell.runs("app") == 2


def end(cell: Cell) -> Iterator[Until]:
    """The other ends as it should, and stays down; nobody touches what waited for it."""
    seen: list[str] = []
    yield lambda moment: cell.is_up("app", "dep")(moment) and _keep(seen, cell.invocation("app", moment))
    cell.end("dep", 0)
    yield lambda moment: moment[cell.unit("dep")].state == "inactive"
    yield lambda moment: _same(seen, cell.invocation("app", moment), cell)


def end_at_once(cell: Cell) -> Iterator[Until]:
    """The other has ended before anybody looks."""
    yield lambda moment: cell.is_up("app")(moment) and moment[cell.unit("dep")].state == "inactive"
    assert cell.runs("dep") == 1


def rerun(cell: Cell) -> Iterator[Until]:
    """A person runs a job that is done once more: what waited for it is left alone."""
    seen: list[str] = []
    yield lambda moment: cell.folder("dep").joinpath("life").exists()
    cell.end("dep", 0)
    yield lambda moment: cell.is_up("app", "dep")(moment) and _keep(seen, cell.invocation("app", moment))
    cell.machine.systemctl("stop", cell.unit("dep"))
    cell.machine.systemctl("start", "--no-block", cell.unit("dep"))
    yield lambda moment: cell.runs("dep") == 2
    cell.end("dep", 0)
    yield cell.is_up("app", "dep")
    yield lambda moment: _same(seen, cell.invocation("app", moment), cell)


def reboot(cell: Cell) -> Iterator[Until]:
    """The machine starts with everything as it was left."""
    yield cell.is_up("app")


def without(cell: Cell) -> Iterator[Until]:
    """The other never gets ready, and who waited can do without it."""
    yield lambda moment: cell.is_up("app")(moment) and cell.runs("dep") == 1


def _keep(seen: list[str], invocation: str) -> bool:
    seen.append(invocation)
    return True


def _same(seen: list[str], invocation: str, cell: Cell) -> bool:
    assert invocation == seen[-1], f"{cell.unit('app')} was started anew"
    return True


def _has_failed(cell: Cell) -> Until:
    """Whether the start of what waits, which was asked for together with that of the other, has failed."""

    def until(moment: Moment) -> bool:
        seen = moment[cell.unit("app")]
        return cell.runs("dep") > 0 and not seen.has_job and seen.state == "inactive"

    return until


TOLD = (
    Told("started", "crash", crash),
    Told("started", "slow pull", slow_pull),
    Told("started", "failed pull", failed_pull),
    Told("started", "stop and start", stop_and_start),
    Told("started", "stop and start, restart true", stop_and_start_both, more="restart: true"),
    Told("started", "exit 0", end, dep="restart: on-failure"),
    Told("started", "exit 0 at once", end_at_once, dep="restart: 'no'"),
    Told("started", "failed network", failed_network),
    Told("healthy", "crash", crash),
    Told("healthy", "slow start", slow),
    Told("healthy", "slow pull", slow_pull),
    Told("healthy", "failed pull", failed_pull),
    Told("healthy", "stop and start", stop_and_start),
    Told("healthy", "stop and start, restart true", stop_and_start_both, more="restart: true"),
    Told("healthy", "exit 0", end, dep="restart: on-failure"),
    Told("healthy", "never, required false", without, more="required: false"),
    Told("completed", "crash", job_fails, dep="restart: on-failure"),
    Told("completed", "slow start", slow_job, dep="restart: on-failure"),
    Told("completed", "failed pull", failed_pull_of_a_job, dep="restart: on-failure"),
    Told("completed", "stop and start", rerun, dep="restart: on-failure"),
)
BEFORE: dict[Story, dict[str, tuple[str, ...]]] = {
    job_fails: {"plan": ("fail", "fail")},
    slow: {"ill": ()},
    without: {"ill": ()},
    slow_pull: {"pulling": ()},
    failed_pull: {"plan": ("no-image",)},
    failed_pull_of_a_job: {"plan": ("no-image",)},
    end_at_once: {"plan": ("end",)},
}
"""What is so before a story begins."""


@pytest.mark.parametrize("engine", ENGINES)
def test_what_waits_comes_back(engine: str, tmp_path: Path) -> None:
    need_systemd()
    machine = Machine(tmp_path)
    cells = _cells(engine, machine, tmp_path)
    with machine.booted():
        failures = _told(machine, cells)
    for told, cell in cells:
        if told.condition == "completed" or told.story is end_at_once:
            cell.plan("dep", "end")
    with machine.booted():
        failures |= _told(
            machine, [(told._replace(event=f"{told.event}, then a reboot", story=reboot), cell) for told, cell in cells]
        )
    assert failures == {}


def _cells(engine: str, machine: Machine, folder: Path) -> list[tuple[Told, Cell]]:
    """The projects of all cells, with their units."""
    cells, files = [], []
    for index, told in enumerate(TOLD):
        cell = Cell(machine, engine, f"p{index}")
        file = folder / f"{cell.name}.yaml"
        file.write_text(f"name: {cell.name}\n{told.text}")
        request = Request((file,), cell.name, {})
        conversion = convert(ConversionRequest(request, Target(Backend(engine)), shown="compose.yaml"))
        files.append(folder / f"{cell.name}.nix")
        files[-1].write_text(conversion.modules[0][1])
        for mark, runs in BEFORE.get(told.story, {}).items():
            cell.plan("dep", *runs) if mark == "plan" else cell.set("dep", mark)
        if told.story is failed_network:
            network = machine.state / f"{cell.name}_default"
            network.mkdir()
            (network / "missing").touch()
        cells.append((told, cell))
    for evaluated in evaluate([[file] for file in files], Target().release):
        assert evaluated.refusal is None
        write_units(evaluated, machine.units)
    hurry(machine.units)
    return cells


def _told(machine: Machine, cells: list[tuple[Told, Cell]]) -> dict[str, str]:
    """Tell all stories at the same time; what went wrong in which."""
    stories = {told.name: (cell, told.story(cell)) for told, cell in cells}
    waited: dict[str, Until] = {name: lambda _: True for name in stories}
    failures: dict[str, str] = {}
    units = [cell.unit(service) for cell, _ in stories.values() for service in ("app", "dep")]
    end = time.monotonic() + PATIENCE
    while waited and time.monotonic() < end:
        moment = machine.moment(units)
        for name, until in list(waited.items()):
            try:
                if until(moment):
                    waited[name] = next(stories[name][1])
            except StopIteration:
                del waited[name]
            except AssertionError as error:
                failures[name] = str(error)
                del waited[name]
    moment = machine.moment(units)
    for name in waited:
        cell = stories[name][0]
        failures[name] = ", ".join(f"{each}: {moment[cell.unit(each)].state}" for each in ("app", "dep"))
    return failures
