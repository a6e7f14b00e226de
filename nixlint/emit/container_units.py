"""The systemd units of one container: order, restarts, scripts, and what waits until it is healthy.

systemd.unit(5), systemd.service(5); what nixpkgs' module sets itself is only overridden where it must be.
"""

from __future__ import annotations

from nixlint.deployment.parts import DeployedContainer, MountKind
from nixlint.semantics.modules.releases import first_with

from .container_options import overridden
from .context import Context, forced, list_entry
from .engine_mounts import mount_source
from .expression import (
    MK_BEFORE,
    MK_FORCE,
    AttrSet,
    Call,
    Entry,
    Expression,
    ListOf,
    Literal,
    Script,
    Select,
    Template,
    Text,
)
from .restarting import PAUSES
from .shell import joined, one_line, shell
from .unit_text import paths as unit_paths
from .unit_text import unit_name
from .waiting import Waiting, health_budget, until_it_runs

OF_UNITS = ("restart", "depends_on", "stop_grace_period", "post_start", "pre_stop")
"""The keys of a service that become settings of its unit, and not of its container."""
_SLACK = 60
_STOP_SECONDS = 120
"""What nixpkgs' module gives a container to stop."""
_SYSTEM = ("/dev", "/proc", "/sys", "/etc", "/run", "/var/run", "/nix")


class ContainerUnits:
    """Writes the units of containers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._waiting = Waiting(context)

    def of(self, container: DeployedContainer) -> tuple[Entry, ...]:
        """The unit of a container, and others that stand for a state of it."""
        entries = [
            *self._ordering(container),
            *self._unit_settings(container),
            *self._service_settings(container),
            *self._scripts(container),
        ]
        settings = overridden(entries, container.unit_overrides)
        places = [container.key_places[key] for key in OF_UNITS if key in container.key_places]
        above = [line for place in places for line in self._context.comments.take_inside(place)]
        own = Entry((self._context.units.container(container.name),), AttrSet(tuple(settings)), tuple(above))
        return (own, *self._waiting.units(container))

    def _ordering(self, container: DeployedContainer) -> list[Entry]:
        made = [
            *(
                self._context.units.resource("network", each.network)
                for each in container.attachments
                if each.network in self._context.networks
            ),
            *(
                self._context.units.resource("volume", mount.source)
                for mount in container.mounts
                if mount.source in self._context.volumes
            ),
            *([self._context.units.build(container.built_by)] if container.built_by in self._context.builds else []),
            *(unit_name(self._context.engine, owner) for owner in container.foreign_owners),
        ]
        # What a network, a volume or a build has held up starts as soon as there is one.
        brought = _services(made) if container.is_started_at_boot else []
        gate, attempt = self._waiting.gate(container), self._waiting.attempt(container)
        after = [*made, *([gate] if gate else []), *([attempt] if attempt else [])]
        wants = [attempt] if attempt else []
        together: list[str] = []
        for each in container.dependencies:
            if each.container not in self._context.names:
                continue
            unit = self._context.units.container(each.container)
            if each.is_required or self._context.containers[each.container].is_started_at_boot:
                wants.append(unit)
            if self._waiting.comes_after(each):
                after.append(unit)
            if each.restarts:
                together.append(f"{unit}.service")
        owners = [
            f"{self._context.units.container(owner)}.service"
            for owner in container.namespace_owners
            if owner in self._context.names
        ]
        return [
            *list_entry("after", _services(after)),
            *list_entry("requires", _services([*made, *([gate] if gate else [])])),
            *list_entry("wants", _services(wants)),
            *list_entry("bindsTo", owners),
            *list_entry("partOf", [f"{self._context.project_target}.target", *together]),
            *list_entry("wantedBy", list(dict.fromkeys([*owners, *together, *brought]))),
        ]

    def _unit_settings(self, container: DeployedContainer) -> list[Entry]:
        sources = [mount.source for mount in container.mounts]
        backend = self._context.backend
        hosts = [
            mount_source(mount, backend) for mount in container.mounts if mount.kind is MountKind.BIND and mount.source
        ]
        paths = [path for path in hosts if not _is_system(path)]
        paths += [
            path
            for source in sources
            if source in self._context.volumes
            for path in self._context.volumes[source].mounts_for
        ]
        entries: list[Entry] = []
        if paths:
            texts = unit_paths(paths, self._context.symbols)
            entries.append(Entry(("unitConfig", "RequiresMountsFor"), self._mounts_for(texts)))
        restart = container.restart
        if container.is_ready_when_healthy and self._context.is_podman:
            # Whoever waits for the start gives up; the container is left alone, and may get healthy later.
            entries.append(Entry(("unitConfig", "JobRunningTimeoutSec"), Literal(health_budget(container) + _SLACK)))
        if restart.policy == "no" or (container.is_awaited_completed and restart.policy != "on-failure"):
            return entries
        if restart.attempts is None:
            return [*entries, Entry(("startLimitIntervalSec",), Literal(0))]
        interval = "infinity" if restart.window is None else f"{restart.window:g}s"
        entries.append(Entry(("unitConfig", "StartLimitIntervalSec"), Text(interval)))
        # systemd counts starts, an engine counts the restarts after the first one.
        return [*entries, Entry(("startLimitBurst",), Literal(restart.attempts + 1))]

    def _mounts_for(self, paths: list[Text]) -> Expression:
        """The paths that a unit waits for. For a user's container nixpkgs' module says one itself, as text and not as a
        list, and systemd's settings are never both.
        """
        user = self._context.target.user
        if user is None:
            return ListOf.of(paths)
        uid = Call(Select("toString"), (Select("config", ("users", "users", user, "uid")),))
        own = Template(("/run/user/", uid, "/containers"))
        return Call(MK_FORCE, (ListOf.of([*paths, own]),))

    def _service_settings(self, container: DeployedContainer) -> list[Entry]:
        restart = container.restart
        found: list[Entry] = []
        if container.is_awaited_completed:
            policy = "on-failure" if restart.policy == "on-failure" else "no"
            found += [
                Entry(("Type",), forced("oneshot")),
                Entry(("RemainAfterExit",), Literal(True)),
                Entry(("Restart",), forced(policy)),
            ]
        elif restart.policy != "always":
            found.append(Entry(("Restart",), forced(restart.policy)))
        elif not container.is_started_at_boot and self._context.target.has(first_with("restart-by-autostart")):
            found.append(Entry(("Restart",), forced("always")))
        if restart.policy != "no":
            if restart.delay is not None:
                found.append(Entry(("RestartSec",), Text(f"{restart.delay:g}s")))
            else:
                found += PAUSES
        if container.stop_seconds is not None and container.stop_seconds + 10 > _STOP_SECONDS:
            found.append(Entry(("TimeoutStopSec",), Call(MK_FORCE, (Literal(container.stop_seconds + 10),))))
        passed = self._context.secrets.unit_environment_file(container)
        if passed is not None:
            found.append(Entry(("EnvironmentFile",), passed))
        if not found:
            return []
        if len(found) == 1:
            return [Entry(("serviceConfig", *found[0].path), found[0].value)]
        return [Entry(("serviceConfig",), AttrSet(tuple(found)))]

    def _scripts(self, container: DeployedContainer) -> list[Entry]:
        if container.withheld:
            return [Entry(("preStart",), _refusal(container))]
        entries: list[Entry] = []
        folders = [mount.source for mount in container.mounts if mount.creates] if self._context.is_podman else []
        if folders:
            lines = [shell("mkdir -p {folder}\n", folder=folder) for folder in dict.fromkeys(folders)]
            entries.append(Entry(("preStart",), joined(lines) if len(lines) > 1 else one_line(lines[0])))
        for moment, option in (("post_start", "postStart"), ("pre_stop", "preStop")):
            is_start = moment == "post_start"
            commands = [
                shell(
                    "{engine} exec {words}\n",
                    engine=self._context.engine,
                    words=[*hook.flags, container.name, *hook.command],
                )
                for hook in container.hooks
                if hook.moment == moment
            ]
            runs = is_start and not self._context.is_podman and (commands or container.name in self._context.awaited)
            commands = [*([until_it_runs(self._context.engine, container.name)] if runs else []), *commands]
            if not commands:
                continue
            script = joined(commands)
            entries.append(Entry((option,), script if is_start else Call(MK_BEFORE, (script,))))
        return entries


def _services(names: list[str]) -> list[str]:
    return [f"{name}.service" for name in dict.fromkeys(names)]


def _refusal(container: DeployedContainer) -> Script:
    """A script that does not let a container start whose command lacks a secret."""
    names = ", ".join(container.withheld)
    message = f"{container.name}: its command needs {names}, which must not be in the store: set cmd in x-nixlint"
    return shell("echo {message} >&2\nexit 1\n", message=message)


def _is_system(path: str) -> bool:
    return path == "/" or any(path == folder or path.startswith(f"{folder}/") for folder in _SYSTEM)
