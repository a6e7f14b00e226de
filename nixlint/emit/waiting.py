"""How a container waits for others as with Compose's ``depends_on``: a unit of its own looks until they are ready.

Compose looks at conditions when a container is to start, and never again: what happens to the others later doesn't touch
it. systemd's ``Requires=`` and ``BindsTo=`` would: they stop and restart what depends on a unit together with it, and nobody
starts what failed because a requirement of it failed once (systemd.unit(5)). So the container only *wants* the others, and
requires a oneshot that is over as soon as all are ready. It gives up after a while, so that nothing that waits for the
container's start waits for ever; then it tries again, and starts the container itself when it succeeds at last.
"""

from __future__ import annotations

from typing import NamedTuple

from nixlint.deployment.parts import Dependency, DeployedContainer

from .context import Context, list_entry
from .expression import AttrSet, Entry, Expression, ListOf, Literal, Script, Text, Variable, inside
from .shell import joined, shell, word
from .unit_text import description

WAITING = "waiting"
"""The name of the shell functions in the ``let`` of a module."""
_SLACK = 60


class Waits(NamedTuple):
    """What a container waits for: lines of a script, the units that are looked at when their start is over, and how long."""

    calls: tuple[Script, ...]
    after: tuple[str, ...]
    asks_engine: bool
    seconds: int


class Waiting:
    """Writes the units that wait."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def gate(self, container: DeployedContainer) -> str | None:
        """The unit that a container requires, if it waits for any that it needs."""
        return self._context.units.gate(container.name) if self._waits(container, is_required=True).calls else None

    def attempt(self, container: DeployedContainer) -> str | None:
        """The unit that waits for what a container can do without. A unit whose start is awaited needs none for that."""
        is_asked = self._waits(container, is_required=False).asks_engine
        return self._context.units.attempt(container.name) if is_asked else None

    def units(self, container: DeployedContainer) -> tuple[Entry, ...]:
        """The units that wait for others on behalf of a container."""
        found: list[Entry] = []
        gate, attempt = self.gate(container), self.attempt(container)
        if gate is not None:
            found.append(self._unit(gate, container, self._waits(container, is_required=True), comes_back=True))
        if attempt is not None:
            found.append(self._unit(attempt, container, self._waits(container, is_required=False), comes_back=False))
        return tuple(found)

    def comes_after(self, dependency: Dependency) -> bool:
        """Whether the start of the other's unit is over when the condition holds, and not only later."""
        other = self._context.containers[dependency.container]
        return dependency.condition != "started" or not self._is_late(other)

    def _is_late(self, container: DeployedContainer) -> bool:
        """Whether a unit has started only when its container is healthy, or done, and the engine can be asked instead."""
        if self._context.target.user is not None:
            return False
        return container.is_awaited_completed or (self._context.is_podman and container.is_ready_when_healthy)

    def _waits(self, container: DeployedContainer, *, is_required: bool) -> Waits:
        calls: list[Script] = []
        after: list[str] = []
        asks_engine = False
        seconds = 0
        for each in container.dependencies:
            if each.is_required is not is_required or each.container not in self._context.names:
                continue
            other = self._context.containers[each.container]
            calls.append(self._call(each, other))
            is_health = each.condition == "healthy"
            asks_engine |= not self.comes_after(each) or (is_health and not self._context.is_podman)
            if self.comes_after(each):
                after.append(f"{self._context.units.container(other.name)}.service")
            if is_health:
                seconds = max(seconds, health_budget(other))
        return Waits(tuple(dict.fromkeys(calls)), tuple(dict.fromkeys(after)), asks_engine, seconds + _SLACK)

    def _call(self, dependency: Dependency, other: DeployedContainer) -> Script:
        unit = f"{self._context.units.container(other.name)}.service"
        match dependency.condition:
            case "healthy" if not self._context.is_podman:
                return shell("healthy {name}\n", name=other.name)
            case "healthy" if other.is_ready_when_healthy:
                return shell("ready {unit}\n", unit=unit)
            case "completed":
                return shell("ready {unit}\n", unit=unit)
            case _ if self._is_late(other):
                return shell("running {unit} {name}\n", unit=unit, name=other.name)
            case _:
                return shell("started {unit}\n", unit=unit)

    def _unit(self, name: str, container: DeployedContainer, waits: Waits, *, comes_back: bool) -> Entry:
        own = f"{self._context.units.container(container.name)}.service"
        service = [Entry(("Type",), Text("oneshot")), Entry(("TimeoutStartSec",), Literal(waits.seconds))]
        if comes_back:
            service += [Entry(("Restart",), Text("on-failure")), Entry(("RestartSec",), Literal(5))]
        script = [
            shell("eval {functions}\n", functions=word(Variable(WAITING))),
            # What already runs isn't asked to wait once more.
            shell("if systemctl is-active --quiet {own}; then exit; fi\n", own=own),
            *waits.calls,
        ]
        if comes_back:
            script.append(shell("systemctl start --no-block --job-mode=ignore-requirements {own}\n", own=own))
        entries = [
            Entry(("description",), description(f"What {container.name} waits for")),
            *list_entry("after", list(waits.after)),
            *list_entry("partOf", [own]),
            *([Entry(("startLimitIntervalSec",), Literal(0))] if comes_back else []),
            *([Entry(("path",), ListOf.of([self._context.engine_package]))] if waits.asks_engine else []),
            Entry(("serviceConfig",), AttrSet(tuple(service))),
            Entry(("script",), joined(script)),
        ]
        return Entry((name,), AttrSet(tuple(entries)))


def health_budget(container: DeployedContainer) -> int:
    """Seconds in which a container gets healthy, or is known not to be; Docker's usual times where nothing is said."""
    return container.health.budget if container.health is not None else 120


def until_it_runs(engine: str, name: str) -> Script:
    """A script that waits until a container runs, or the process that is to run it has ended."""
    return shell(
        'until [ "$({engine} inspect -f {state} {name} 2> /dev/null)" = true ] || ! kill -0 "$MAINPID" 2> /dev/null; do\n'
        "  sleep 1\ndone\n",
        engine=engine,
        state="{{.State.Running}}",
        name=name,
    )


def bindings(module: Expression, engine: str) -> tuple[Entry, ...]:
    """The shell functions of a module's scripts, bound to their name, if there are scripts that use them."""
    if Variable(WAITING) not in inside(module):
        return ()
    functions = _PODMAN if engine == "podman" else _DOCKER
    return (Entry((WAITING,), functions, ("How units wait until others are as their containers need them.",)),)


# A unit has been active since it was last started. Podman's is as soon as its container runs, or is healthy.
_READY = shell("""\
show() {
  systemctl show --value --property="$2" "$1"
}
since_start() {
  [ "$(show "$1" "$2")" -gt 0 ] && [ "$(show "$1" "$2")" -ge "$(show "$1" InactiveExitTimestampMonotonic)" ]
}
is_ready() {
  since_start "$1" ActiveEnterTimestampMonotonic
}
ready() {
  until is_ready "$1"; do
    sleep 1
  done
}
""")
_PODMAN = joined(
    [
        _READY,
        shell(
            """\
started() {
  ready "$1"
}
running() {
  until is_ready "$1" || [ "$(podman inspect -f {state} "$2" 2> /dev/null)" = true ]; do
    sleep 1
  done
}
""",
            state="{{.State.Running}}",
        ),
    ]
)
# A container of Docker's may have ended before anybody looks; 125 to 127 say that it did not start (docker run).
_DOCKER = joined(
    [
        _READY,
        shell(
            """\
has_run() {
  since_start "$1" ExecMainExitTimestampMonotonic &&
    case $(show "$1" ExecMainStatus) in 125 | 126 | 127) false ;; esac
}
started() {
  until is_ready "$1" || has_run "$1"; do
    sleep 1
  done
}
running() {
  until is_ready "$1" || has_run "$1" || [ "$(docker inspect -f {running} "$2" 2> /dev/null)" = true ]; do
    sleep 1
  done
}
healthy() {
  until [ "$(docker inspect -f {health} "$1" 2> /dev/null)" = healthy ]; do
    sleep 1
  done
}
""",
            running="{{.State.Running}}",
            health="{{.State.Health.Status}}",
        ),
    ]
)
