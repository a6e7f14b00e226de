"""What waits for another comes back, whatever happens to the other: each cell of the table, with a real systemd.

The table is in docs/convert.md. Units are those of the converted module; engines are fake, and time is short: time-outs and
pauses of the units are a fraction of what the module says. How long anything takes decides nothing: each story waits until
something is so, and what must not happen is looked for when systemd has nothing left to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from nixlint.compose.loading import Request
from nixlint.conversion.convert import ConversionRequest, convert
from nixlint.deployment.target import Backend, Target
from tests.compose.referee import Evaluated, evaluate

from .machine import Machine, need_systemd
from .stories import Cell, Moment, Story, Until
from .unit_files import hurry, write_units

ENGINES = ("podman", "docker")
VOLUME = "volumes: ['data:/data']"
CHECKED = "healthcheck: { test: 'true', interval: 1s, timeout: 1s, retries: 1 }"


class Told(NamedTuple):
    """A cell of the table: a condition, an event, what has to happen, and the Compose file. ``fails`` ends the name of
    what cannot be made at first.
    """

    condition: str
    event: str
    story: Story
    dep: str = "restart: always"
    more: str = ""
    fails: str = ""

    @property
    def name(self) -> str:
        return f"{self.condition}-{self.event}".replace(" ", "-")

    @property
    def text(self) -> str:
        condition, _, more = self.condition.partition(" ")
        more = f", {self.more}" if self.more else ""
        check = f"\n    {CHECKED}" if condition == "healthy" else ""
        wanted = {"completed": "completed_successfully"}.get(condition, condition)
        data = "volumes: { data: { labels: { a: b } } }\n" if VOLUME in self.dep else ""
        return (
            f"services:\n  app:\n    image: app\n    depends_on: {{ dep: {{ condition: service_{wanted}{more} }} }}\n"
            f"  dep:\n    image: dep\n    {self.dep}{check}\n{data}"
        )


def crash(cell: Cell) -> Iterator[Until]:
    """The other container dies; it comes back, and nobody touches the one that waited for it."""
    seen: list[str] = []
    yield _all_up(cell, seen)
    yield cell.ends("dep", 1)
    yield lambda _: cell.runs("dep") == 2 and cell.lives("dep")
    yield _untouched(cell, seen)
    assert cell.runs("app") == 1


def job_fails(cell: Cell) -> Iterator[Until]:
    """A job fails twice, and then succeeds."""
    yield lambda _: cell.runs("dep") == 3 and cell.lives("dep")
    assert cell.runs("app") == 0
    yield cell.ends("dep", 0)
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
    yield lambda _: cell.runs("dep") == 1
    assert cell.runs("app") == 0
    cell.clear("dep", "pulling")
    yield cell.is_up("app", "dep")
    assert cell.runs("dep") == 1


def slow_job(cell: Cell) -> Iterator[Until]:
    """A job takes its time."""
    yield lambda _: cell.lives("dep")
    assert cell.runs("app") == 0
    yield cell.ends("dep", 0)
    yield cell.is_up("app", "dep")


def failed_pull(cell: Cell) -> Iterator[Until]:
    """The image cannot be had at first."""
    yield cell.is_up("app", "dep")
    assert cell.runs("dep") == 2


def failed_pull_of_a_job(cell: Cell) -> Iterator[Until]:
    """The image of a job cannot be had at first."""
    yield lambda _: cell.runs("dep") == 2 and cell.lives("dep")
    assert cell.runs("app") == 0
    yield cell.ends("dep", 0)
    yield cell.is_up("app", "dep")


def failed_preparation(cell: Cell) -> Iterator[Until]:
    """The network, the volume or the image cannot be made at first."""
    yield cell.is_up("app", "dep")
    assert cell.runs("dep") == cell.runs("app") == 1


def failed_preparation_of_a_job(cell: Cell) -> Iterator[Until]:
    """The network, the volume or the image of a job cannot be made at first."""
    yield lambda _: cell.lives("dep")
    assert cell.runs("app") == 0
    yield cell.ends("dep", 0)
    yield cell.is_up("app", "dep")
    assert cell.runs("dep") == cell.runs("app") == 1


def stop_and_start(cell: Cell) -> Iterator[Until]:
    """A person stops the other and starts it: what waited for it is left alone."""
    seen: list[str] = []
    yield _all_up(cell, seen)
    cell.machine.systemctl("stop", cell.unit("dep"))
    cell.machine.systemctl("start", "--no-block", cell.unit("dep"))
    yield lambda _: cell.runs("dep") == 2 and cell.lives("dep")
    yield _untouched(cell, seen)
    assert cell.runs("app") == 1


def stop_and_start_both(cell: Cell) -> Iterator[Until]:
    """The same with ``restart: true``: what waited for it is started anew."""
    seen: list[str] = []
    yield _all_up(cell, seen)
    cell.machine.systemctl("stop", cell.unit("dep"))
    cell.machine.systemctl("start", "--no-block", cell.unit("dep"))
    yield lambda moment: _all_up(cell)(moment) and cell.invocation("app", moment) not in seen
    assert cell.runs("app") == 2


def end(cell: Cell) -> Iterator[Until]:
    """The other ends as it should, and stays down; nobody touches what waited for it."""
    seen: list[str] = []
    yield _all_up(cell, seen)
    yield cell.ends("dep", 0)
    yield lambda moment: moment[cell.unit("dep")].state == "inactive"
    yield _untouched(cell, seen, "app")


def end_at_once(cell: Cell) -> Iterator[Until]:
    """The other has ended before anybody looks."""
    yield lambda moment: cell.is_up("app")(moment) and moment[cell.unit("dep")].state == "inactive"
    assert cell.runs("dep") == 1


def rerun(cell: Cell) -> Iterator[Until]:
    """A person runs a job that is done once more: what waited for it is left alone."""
    seen: list[str] = []
    yield cell.ends("dep", 0)
    yield _all_up(cell, seen)
    cell.machine.systemctl("stop", cell.unit("dep"))
    cell.machine.systemctl("start", "--no-block", cell.unit("dep"))
    yield lambda _: cell.runs("dep") == 2
    yield cell.ends("dep", 0)
    yield _untouched(cell, seen)


def reboot(cell: Cell) -> Iterator[Until]:
    """The machine starts with everything as it was left."""
    yield lambda moment: cell.is_up("app")(moment) and cell.lives("app")


def without(cell: Cell) -> Iterator[Until]:
    """The other never gets ready, and who waited can do without it."""
    yield lambda moment: cell.is_up("app")(moment) and cell.runs("dep") == 1


def _all_up(cell: Cell, seen: list[str] | None = None) -> Until:
    """Whether both are up and the project is at rest; which start of ``app`` that is, is kept."""

    def until(moment: Moment) -> bool:
        if not (cell.is_at_rest(moment) and cell.is_up("app", "dep")(moment)):
            return False
        if seen is not None:
            seen.append(cell.invocation("app", moment))
        return True

    return until


def _untouched(cell: Cell, seen: list[str], *up: str) -> Until:
    """Whether the project is at rest again, with ``app`` as it was."""

    def until(moment: Moment) -> bool:
        assert cell.invocation("app", moment) == seen[-1], f"{cell.unit('app')} was started anew"
        return cell.is_at_rest(moment) and cell.is_up(*(up or ("app", "dep")))(moment)

    return until


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
    Told("started", "failed network", failed_preparation, fails="_default"),
    Told("started", "failed volume", failed_preparation, fails="_data", dep=f"restart: always\n    {VOLUME}"),
    Told("started", "failed build", failed_preparation, fails="-dep", dep="restart: always\n    build: ."),
    Told("healthy", "failed network", failed_preparation, fails="_default"),
    Told("healthy", "failed volume", failed_preparation, fails="_data", dep=f"restart: always\n    {VOLUME}"),
    Told("healthy", "failed build", failed_preparation, fails="-dep", dep="restart: always\n    build: ."),
    Told("completed", "failed network", failed_preparation_of_a_job, fails="_default", dep="restart: on-failure"),
    Told("completed", "failed volume", failed_preparation_of_a_job, fails="_data", dep=f"restart: 'no'\n    {VOLUME}"),
    Told("completed", "failed build", failed_preparation_of_a_job, fails="-dep", dep="restart: 'no'\n    build: ."),
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
UNREADY = (slow, without)
"""The stories in which somebody waits in vain."""


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
        if told.fails:
            failing = machine.state / f"{cell.name}{told.fails}"
            failing.mkdir()
            (failing / "missing").touch()
        cells.append((told, cell))
    return [
        (told, replace(cell, units=_units(evaluated, machine.units, ends=told.story in UNREADY)))
        for (told, cell), evaluated in zip(cells, evaluate([[file] for file in files], Target().release), strict=True)
    ]


def _units(evaluated: Evaluated, folder: Path, *, ends: bool) -> tuple[str, ...]:
    """Write the units of a project, in a hurry; where a story needs that waiting ``ends``, it ends soon."""
    assert evaluated.refusal is None
    units = write_units(evaluated, folder)
    for unit in units:
        hurry(folder / unit, ends=ends)
    return units


def _told(machine: Machine, cells: list[tuple[Told, Cell]]) -> dict[str, str]:
    """Tell all stories at the same time; what went wrong in which."""
    stories = {told.name: (cell, told.story(cell)) for told, cell in cells}
    waited: dict[str, Until] = {name: lambda _: True for name in stories}
    failures: dict[str, str] = {}
    units = [unit for cell, _ in stories.values() for unit in cell.units]
    for moment in machine.moments(units):
        for name, until in list(waited.items()):
            try:
                if until(moment):
                    waited[name] = next(stories[name][1])
            except StopIteration:
                del waited[name]
            except AssertionError as error:
                failures[name] = str(error)
                del waited[name]
        if not waited:
            return failures
    moment = machine.moment(units)
    for name in waited:
        cell = stories[name][0]
        failures[name] = ", ".join(f"{each.partition('.')[0]}: {moment[each]}" for each in cell.units)
    return failures
