"""A deployment as NixOS modules: options of ``virtualisation.oci-containers`` where the release has them, flags elsewhere.

What the module of nixpkgs makes of its options, and since when it has them: ``nixos/modules/virtualisation/
oci-containers.nix`` and its history; systemd.unit(5) and systemd.service(5) for the units around the containers.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import NamedTuple

from nixlint.containers.deployment import (
    Build,
    CommentsAt,
    CommentSource,
    DeployedContainer,
    DeployedMount,
    Deployment,
    Plain,
    Remark,
    RemarkKind,
    Resource,
)
from nixlint.containers.target import Backend, Target
from nixlint.syntax.place import Place
from nixlint.syntax.string_literal import encode

from .engine import (
    Told,
    create_flags,
    engine_flags,
    hostname,
    image_name,
    log_driver,
    network_text,
)
from .expression import AttrSet, Call, Code, Entry, Expression, Item, Let, ListOf, Literal, Module, Template, Text
from .secret_places import SecretPlaces
from .symbols import Symbols

NATIVE_SINCE = "25.05"
"""``networks``, ``devices``, ``capabilities``, ``privileged``, ``pull`` and ``podman`` (nixpkgs 349537, 363574, 368565)."""
_SLACK = 60
_STOP_SECONDS = 120
_SYSTEM = ("/dev", "/proc", "/sys", "/etc", "/run", "/var/run", "/nix")


class Emitted(NamedTuple):
    """Modules by file name, and what was said about a deployment while it was written."""

    modules: tuple[tuple[str, Module], ...]
    remarks: tuple[Remark, ...]


NO_SYMBOLS = Symbols(())


class Options(NamedTuple):
    """How the modules are to look: under an option, one file a container, with which comments at the top."""

    enable_option: str | None = None
    split: bool = False
    header: tuple[str, ...] = ()
    symbols: Symbols = NO_SYMBOLS


def emit(deployment: Deployment, target: Target, comments: CommentSource, options: Options) -> Emitted:
    """The modules of a deployment."""
    writer = _Writer(deployment, target, comments)
    parts = [(container, writer.container(container)) for container in deployment.containers]
    shared = writer.shared()
    if options.split:
        modules = _split(parts, shared, options)
    else:
        containers = tuple(entry for _, (entry, _) in parts)
        units = tuple(unit for _, (_, found) in parts for unit in found)
        modules = (("default.nix", _module(_body(containers, units, shared), options, options.enable_option, True)),)
    return Emitted(modules, tuple(writer.remarks))


class _Shared(NamedTuple):
    backend: Entry
    units: tuple[Entry, ...]
    targets: tuple[Entry, ...]
    others: tuple[Entry, ...]


_Part = tuple[DeployedContainer, tuple[Entry, tuple[Entry, ...]]]


def _body(containers: tuple[Entry, ...], units: tuple[Entry, ...], shared: _Shared) -> AttrSet:
    oci = AttrSet((shared.backend, Entry(("containers",), AttrSet(_spaced(containers)))))
    entries = [Entry(("virtualisation", "oci-containers"), oci)]
    all_units = (*units, *shared.units)
    if all_units:
        entries.append(Entry(("systemd", "services"), AttrSet(_spaced(all_units)), blank_before=True))
    entries += [*shared.targets, *shared.others]
    return AttrSet(tuple(entries))


def _split(parts: Sequence[_Part], shared: _Shared, options: Options) -> tuple[tuple[str, Module], ...]:
    modules: list[tuple[str, Module]] = []
    for container, (entry, units) in parts:
        path = ("virtualisation", "oci-containers", "containers", *entry.path)
        body = [Entry(path, entry.value, entry.comments, entry.beside)]
        body += [
            Entry(("systemd", "services", *unit.path), unit.value, unit.comments, unit.beside, blank_before=True)
            for unit in units
        ]
        modules.append((f"{container.name}.nix", _module(AttrSet(tuple(body)), options, options.enable_option, False)))
    imports = ListOf.of([Code(f"./{name}") for name, _ in modules])
    entries = [Entry(("virtualisation", "oci-containers", *shared.backend.path), shared.backend.value)]
    entries += [
        Entry(("systemd", "services", *unit.path), unit.value, unit.comments, unit.beside, blank_before=True)
        for unit in shared.units
    ]
    entries += [*shared.targets, *shared.others]
    main = _module(AttrSet(tuple(entries)), options, options.enable_option, True, imports)
    return (("default.nix", main), *modules)


def _spaced(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return tuple(Entry(entry.path, entry.value, entry.comments, entry.beside, blank_before=True) for entry in entries)


def _module(
    body: AttrSet, options: Options, enable: str | None, is_main: bool, imports: ListOf | None = None
) -> Module:
    """A module, under its enabling option if there is one; only the main one declares it."""
    imported = (Entry(("imports",), imports),) if imports is not None else ()
    top: Expression = AttrSet((*imported, *_first_spaced(body.entries, bool(imported))))
    if enable is not None:
        declared = Call("lib.mkEnableOption", (Text(f"the containers of {enable.rpartition('.')[2]}"),))
        declaration = (Entry(("options", *enable.split("."), "enable"), declared, blank_before=bool(imported)),)
        config = Call("lib.mkIf", (Code(f"config.{enable}.enable"), body))
        is_first = not imported and not is_main
        top = AttrSet(
            (*imported, *(declaration if is_main else ()), Entry(("config",), config, blank_before=not is_first))
        )
    if options.symbols.names:
        bindings = options.symbols.bindings(top)
        top = Let(bindings, options.symbols.resolve(top)) if bindings else options.symbols.resolve(top)
    needed = [name for name in ("config", "lib", "pkgs") if _mentions(top, name)]
    return Module(tuple(needed), top, options.header)


def _first_spaced(entries: tuple[Entry, ...], is_spaced: bool) -> tuple[Entry, ...]:
    if not entries or not is_spaced:
        return entries
    first = entries[0]
    return (Entry(first.path, first.value, first.comments, first.beside, blank_before=True), *entries[1:])


def _mentions(expression: Expression, name: str) -> bool:
    pattern = re.compile(rf"(?<![\w.'-]){name}\.")
    return any(pattern.search(code) for code in codes_in(expression))


def codes_in(expression: Expression) -> list[str]:
    """All pieces of Nix code in an expression."""
    match expression:
        case Code(text=text):
            return [text]
        case Template(parts=parts):
            return [part.text for part in parts if isinstance(part, Code)]
        case Call(function=function, arguments=arguments):
            return [function, *(code for argument in arguments for code in codes_in(argument))]
        case ListOf(items=items):
            return [code for item in items for code in codes_in(item.value)]
        case AttrSet(entries=entries):
            names = [name.text for entry in entries for name in entry.path if isinstance(name, Code)]
            return [*names, *(code for entry in entries for code in codes_in(entry.value))]
        case Let(entries=entries, body=body):
            return [*(code for entry in entries for code in codes_in(entry.value)), *codes_in(body)]
        case Module(body=body):
            return codes_in(body)
        case _:
            return []


class _Writer:
    def __init__(self, deployment: Deployment, target: Target, comments: CommentSource) -> None:
        self._deployment = deployment
        self._target = target
        self._backend = target.backend
        self._comments = comments
        self._engine = target.backend.value
        self._is_native = target.has(NATIVE_SINCE)
        self._networks = {network.name: network for network in deployment.networks}
        self._volumes = {volume.name: volume for volume in deployment.volumes}
        self._builds = {build.service: build for build in deployment.builds}
        self._names = {container.name for container in deployment.containers}
        self._secrets = SecretPlaces(deployment, target)
        self.remarks: list[Remark] = []

    # Entries of one container.

    def container(self, container: DeployedContainer) -> tuple[Entry, tuple[Entry, ...]]:
        """The container's options, and the units that belong to it."""
        above = self._comments.take(container.place)
        options = self._options(container)
        units = self._units(container)
        rest = self._comments.take_inside(container.place)
        entry = Entry((container.name,), AttrSet(tuple(options)), (*above.above, *rest), above.beside)
        return entry, units

    def _options(self, container: DeployedContainer) -> list[Entry]:
        flags = engine_flags(container, self._backend)
        log, log_flags, log_told = log_driver(container, self._backend)
        name, name_told = hostname(container, self._backend)
        networks, network_told = self._network_texts(container)
        self._tell(container, (*flags.told, *log_told, *name_told, *network_told))
        entries = _Entries(container, self._comments)
        entries.text(
            "image", image_name(container.image, self._backend, is_built=container.is_built), container.image_place
        )
        entries.add("autoStart", Literal(False) if not container.is_started_at_boot else None, "profiles")
        if self._is_native:
            entries.text("pull", self._pull(container), key="pull_policy")
        entries.strings("dependsOn", self._depends_on(container), "depends_on")
        self._command(container, entries)
        self._environment(container, entries)
        entries.items("ports", [(Text(str(port)), port.place) for port in container.ports], "ports")
        entries.items("volumes", [(self._volume(mount), mount.place) for mount in container.mounts], "volumes")
        entries.strings("networks", networks if self._is_native else (), "networks")
        entries.text("hostname", name, key="hostname")
        entries.text("user", container.user, key="user")
        entries.text("workdir", container.working_directory, key="working_dir")
        entries.pairs("labels", container.labels, "labels")
        entries.text("log-driver", log, key="logging")
        older = self._privileges(container, entries)
        entries.strings("preRunExtraOptions", flags.before)
        self._podman(container, entries)
        older += [] if self._is_native else [f"--network={network}" for network in networks]
        late = ["--detach=false"] if container.is_awaited_completed and self._is_podman else []
        if container.is_awaited_healthy and self._is_podman and not self._is_native:
            late.append("--sdnotify=healthy")
        passed = [f"--env={variable.name}" for variable in container.environment if variable.value is None]
        self._extra(container, entries, [*older, *passed, *flags.flags, *log_flags, *late])
        return _overridden(entries.found, container.container_overrides)

    def _pull(self, container: DeployedContainer) -> str | None:
        """When the image is pulled, if not as ever; Docker can't look for a newer one without pulling."""
        pull = container.pull
        return None if pull == "missing" else "always" if pull == "newer" and not self._is_podman else pull

    @property
    def _is_podman(self) -> bool:
        return self._backend is Backend.PODMAN

    def _extra(self, container: DeployedContainer, entries: _Entries, texts: list[str]) -> None:
        places = {_flag_text(flag.name, flag.value): flag.place for flag in container.flags}
        entries.items("extraOptions", [(Text(text), places.get(text)) for text in texts])

    def _tell(self, container: DeployedContainer, told: Sequence[Told]) -> None:
        for kind, key, message, place in told:
            remark = Remark(kind, f"services.{container.service}.{key}", message, place, container.service)
            if remark not in self.remarks:
                self.remarks.append(remark)

    def _network_texts(self, container: DeployedContainer) -> tuple[tuple[str, ...], tuple[Told, ...]]:
        mode = container.network_mode
        if mode is not None:
            return ("bridge" if mode == "default" else mode,), ()
        pairs = [network_text(attachment, self._backend) for attachment in container.attachments]
        return tuple(text for text, _ in pairs), tuple(note for _, notes in pairs for note in notes)

    def _depends_on(self, container: DeployedContainer) -> tuple[str, ...]:
        hard = [each for each in container.dependencies if each.is_required and each.container in self._names]
        if not self._is_podman:
            hard = [each for each in hard if each.condition != "healthy"]
        owners = [owner for owner in container.namespace_owners if owner in self._names]
        return tuple(dict.fromkeys((*(each.container for each in hard), *owners)))

    def _command(self, container: DeployedContainer, entries: _Entries) -> None:
        entrypoint, command = container.entrypoint, container.command
        if entrypoint is not None:
            entries.text("entrypoint", entrypoint[0] if entrypoint else "", key="entrypoint")
            command = (*entrypoint[1:], *(command or ()))
        entries.strings("cmd", command or (), "command")

    def _environment(self, container: DeployedContainer, entries: _Entries) -> None:
        public = [each for each in container.environment if not each.is_secret and each.value is not None]
        variables = [(each.name, each.value or "", each.place) for each in public]
        entries.pairs("environment", variables, "environment")
        files: list[tuple[Expression, Place | None]] = [
            (Text(file.path), file.place) for file in container.environment_files
        ]
        secret = self._secrets.environment_file(container)
        if secret is not None:
            files.append((secret, None))
        entries.items("environmentFiles", files, "env_file")

    def _volume(self, mount: DeployedMount) -> Expression:
        rest = ":".join((mount.target, *((",".join(mount.options),) if mount.options else ())))
        if mount.content is not None:
            name, text = mount.content
            body = Call("pkgs.writeText", (Text(_store_name(name)), Text(text)))
            return Template((Code(_inline(body)), f":{rest}"))
        if mount.secret_file is not None:
            return self._secrets.file_mount(mount.secret_file, rest)
        return Text(f"{self._source(mount)}:{rest}")

    def _source(self, mount: DeployedMount) -> str:
        if self._is_podman and mount.source in ("/var/run/docker.sock", "/run/docker.sock"):
            return "/run/podman/podman.sock"
        return mount.source

    def _privileges(self, container: DeployedContainer, entries: _Entries) -> list[str]:
        """Devices and capabilities; the flags for them where the release has no options."""
        if not self._is_native:
            return [
                *(["--privileged"] if container.is_privileged else []),
                *(f"--cap-{'add' if on else 'drop'}={name}" for name, on in container.capabilities),
                *(f"--device={device}" for device in container.devices),
                *([f"--pull={pull}"] if (pull := self._pull(container)) is not None else []),
            ]
        entries.strings("devices", container.devices, "devices")
        capabilities = AttrSet(tuple(Entry((name,), Literal(on)) for name, on in container.capabilities))
        entries.add("capabilities", capabilities if container.capabilities else None, "cap_add", "cap_drop")
        entries.add("privileged", Literal(True) if container.is_privileged else None, "privileged")
        return []

    def _podman(self, container: DeployedContainer, entries: _Entries) -> None:
        if not self._is_podman or not self._is_native:
            return
        options: list[Entry] = []
        if self._target.user is not None:
            options.append(Entry(("user",), Text(self._target.user)))
        if container.is_awaited_healthy:
            options.append(Entry(("sdnotify",), Text("healthy")))
        match options:
            case []:
                pass
            case [only]:
                entries.found.append(Entry(("podman", *only.path), only.value))
            case _:
                entries.found.append(Entry(("podman",), AttrSet(tuple(options))))

    # Units.

    def _unit(self, name: str) -> str:
        return f"{self._engine}-{name}"

    def _units(self, container: DeployedContainer) -> tuple[Entry, ...]:
        entries = [
            *self._ordering(container),
            *self._unit_settings(container),
            *self._service_settings(container),
            *self._scripts(container),
        ]
        overridden = _overridden(entries, container.unit_overrides)
        units = [Entry((self._unit(container.name),), AttrSet(tuple(overridden)))]
        if container.is_awaited_healthy and not self._is_podman:
            units.append(self._health_gate(container))
        return tuple(units)

    def _ordering(self, container: DeployedContainer) -> list[Entry]:
        made = [
            *(
                self._unit(f"network-{each.network}")
                for each in container.attachments
                if each.network in self._networks
            ),
            *(self._unit(f"volume-{mount.source}") for mount in container.mounts if mount.source in self._volumes),
            *([f"{self._engine}-build-{container.service}"] if container.service in self._builds else []),
            *(f"{self._engine}-{owner}" for owner in container.foreign_owners),
        ]
        wants: list[str] = []
        part_of = [f"{self._project_target}.target"]
        for each in container.dependencies:
            if each.container not in self._names:
                continue
            if each.condition == "healthy" and not self._is_podman:
                (made if each.is_required else wants).append(f"{self._unit(each.container)}-healthy")
            elif not each.is_required:
                wants.append(self._unit(each.container))
            if each.restarts and not each.is_required:
                part_of.append(f"{self._unit(each.container)}.service")
        owners = [f"{self._unit(owner)}.service" for owner in container.namespace_owners if owner in self._names]
        services = [f"{name}.service" for name in dict.fromkeys(made)]
        soft = [f"{name}.service" for name in dict.fromkeys(wants)]
        return [
            *_list_entry("after", [*services, *soft]),
            *_list_entry("requires", services),
            *_list_entry("wants", soft),
            *_list_entry("bindsTo", owners),
            *_list_entry("partOf", part_of),
            *_list_entry("wantedBy", owners),
        ]

    @property
    def _project_target(self) -> str:
        return f"{self._engine}-compose-{self._deployment.name}"

    def _unit_settings(self, container: DeployedContainer) -> list[Entry]:
        sources = [mount.source for mount in container.mounts]
        paths = [source for source in sources if source.startswith("/") and not _is_system(source)]
        paths += [path for source in sources if source in self._volumes for path in self._volumes[source].mounts_for]
        entries: list[Entry] = []
        if paths:
            texts = [_quoted_path(path) for path in dict.fromkeys(paths)]
            entries.append(Entry(("unitConfig", "RequiresMountsFor"), ListOf.of([Text(text) for text in texts])))
        restart = container.restart
        if restart.policy == "no" or container.is_awaited_completed:
            return entries
        if restart.attempts is None:
            return [*entries, Entry(("startLimitIntervalSec",), Literal(0))]
        interval = "infinity" if restart.window is None else f"{restart.window:g}s"
        entries.append(Entry(("unitConfig", "StartLimitIntervalSec"), Text(interval)))
        # systemd counts starts, an engine counts the restarts after the first one.
        return [*entries, Entry(("startLimitBurst",), Literal(restart.attempts + 1))]

    def _service_settings(self, container: DeployedContainer) -> list[Entry]:
        restart = container.restart
        found: list[Entry] = []
        if container.is_awaited_completed:
            policy = "on-failure" if restart.policy == "on-failure" else "no"
            found += [
                Entry(("Type",), _forced("oneshot")),
                Entry(("RemainAfterExit",), Literal(True)),
                Entry(("Restart",), _forced(policy)),
            ]
        elif restart.policy != "always":
            found.append(Entry(("Restart",), _forced(restart.policy)))
        elif not container.is_started_at_boot and self._target.has("26.05"):
            found.append(Entry(("Restart",), _forced("always")))
        if restart.policy != "no":
            if restart.delay is not None:
                found.append(Entry(("RestartSec",), Text(f"{restart.delay:g}s")))
            else:
                found += [
                    Entry(("RestartSec",), Text("100ms")),
                    Entry(("RestartSteps",), Literal(9)),
                    Entry(("RestartMaxDelaySec",), Text("1min")),
                ]
        if container.is_awaited_healthy and self._is_podman:
            budget = container.health.budget if container.health is not None else 120
            found.append(Entry(("TimeoutStartSec",), Call("lib.mkForce", (Literal(budget + _SLACK),))))
        if container.stop_seconds is not None and container.stop_seconds + 10 > _STOP_SECONDS:
            found.append(Entry(("TimeoutStopSec",), Call("lib.mkForce", (Literal(container.stop_seconds + 10),))))
        if not found:
            return []
        if len(found) == 1:
            return [Entry(("serviceConfig", *found[0].path), found[0].value)]
        return [Entry(("serviceConfig",), AttrSet(tuple(found)))]

    def _scripts(self, container: DeployedContainer) -> list[Entry]:
        entries: list[Entry] = []
        folders = [mount.source for mount in container.mounts if mount.creates] if self._is_podman else []
        if folders:
            lines = "".join(f"mkdir -p {shlex.quote(folder)}\n" for folder in dict.fromkeys(folders))
            entries.append(Entry(("preStart",), _lines(lines)))
        for moment, option in (("post_start", "postStart"), ("pre_stop", "preStop")):
            commands = [
                f" exec {shlex.join([*hook.flags, container.name, *hook.command])}\n"
                for hook in container.hooks
                if hook.moment == moment
            ]
            if not commands:
                continue
            parts: list[str | Code] = []
            if moment == "post_start" and not self._is_podman:
                parts += self._until(container, "Running", "true")
            for command in commands:
                parts += [self._code, command]
            script = Template(tuple(parts))
            entries.append(Entry((option,), script if moment == "post_start" else Call("lib.mkBefore", (script,))))
        return entries

    @property
    def _code(self) -> Code:
        return Code(f"lib.getExe pkgs.{self._engine}")

    def _until(self, container: DeployedContainer, state: str, wanted: str) -> list[str | Code]:
        """A script that waits for a state of a container."""
        look = f" inspect -f '{{{{.State.{state}}}}}' {container.name})\" = {wanted} ]; do\n  sleep 1\ndone\n"
        return ['until [ "$(', self._code, look]

    def _health_gate(self, container: DeployedContainer) -> Entry:
        unit = f"{self._unit(container.name)}.service"
        budget = (container.health.budget if container.health is not None else 120) + _SLACK
        script = Template(tuple(self._until(container, "Health.Status", "healthy")))
        service = AttrSet(
            (
                Entry(("Type",), Text("oneshot")),
                Entry(("RemainAfterExit",), Literal(True)),
                Entry(("TimeoutStartSec",), Literal(budget)),
            )
        )
        entries = (
            Entry(("description",), Text(f"Wait until {container.name} is healthy")),
            *_list_entry("after", [unit]),
            *_list_entry("bindsTo", [unit]),
            Entry(("serviceConfig",), service),
            Entry(("script",), script),
        )
        return Entry((f"{self._unit(container.name)}-healthy",), AttrSet(entries))

    # What containers share.

    def shared(self) -> _Shared:
        """The engine, networks, volumes, images to be built, the target of the project, and what else the host needs."""
        units = [
            *(self._network_unit(network) for network in self._deployment.networks),
            *(self._volume_unit(volume) for volume in self._deployment.volumes),
            *(self._build_unit(build) for build in self._deployment.builds),
        ]
        others: list[Entry] = []
        if self._is_podman and self._deployment.networks:
            others.append(_name_service())
        if any(container.needs_gpu for container in self._deployment.containers):
            others.append(Entry(("hardware", "nvidia-container-toolkit", "enable"), Literal(True), blank_before=True))
        if self._target.user is not None:
            others.append(Entry(("users", "users", self._target.user, "linger"), Literal(True), blank_before=True))
        others += self._secrets.declarations()
        return _Shared(Entry(("backend",), Text(self._engine)), tuple(units), (self._target_entry(),), tuple(others))

    def _target_entry(self) -> Entry:
        wants = [f"{self._unit(each.name)}.service" for each in self._deployment.containers if each.is_started_at_boot]
        entries = (
            Entry(("description",), Text(f"Containers of {self._deployment.name}")),
            *_list_entry("wants", wants),
            *_list_entry("wantedBy", ["multi-user.target"]),
        )
        return Entry(("systemd", "targets", self._project_target), AttrSet(entries), blank_before=True)

    @property
    def _daemon(self) -> list[str]:
        return [] if self._is_podman else ["docker.service"]

    def _network_unit(self, network: Resource) -> Entry:
        flags, lost = create_flags(network.flags, self._backend, "network")
        for text in lost:
            message = f"{text}: {self._engine} has no such option"
            self.remarks.append(Remark(RemarkKind.DROPPED, f"networks.{network.key}", message, network.place))
        return self._resource_unit(network, "network", flags, removes=True)

    def _volume_unit(self, volume: Resource) -> Entry:
        return self._resource_unit(volume, "volume", volume.flags, removes=False)

    def _resource_unit(self, resource: Resource, kind: str, flags: tuple[str, ...], *, removes: bool) -> Entry:
        """A unit that makes a network or a volume unless it is there. Networks go with the unit, data never."""
        comments = self._comments.take(resource.place)
        name = shlex.quote(resource.name)
        create = f" {kind} create {shlex.join([*flags, resource.name])}\n"
        script = Template((self._code, f" {kind} inspect {name} > /dev/null 2>&1 ||\n  ", self._code, create))
        service = [Entry(("Type",), Text("oneshot")), Entry(("RemainAfterExit",), Literal(True))]
        if self._target.user is not None:
            service.append(Entry(("User",), Text(self._target.user)))
        entries = [Entry(("description",), Text(f"{self._engine.capitalize()} {kind} {resource.name}"))]
        entries += [*_list_entry("after", self._daemon), *_list_entry("requires", self._daemon)]
        entries += _list_entry("partOf", [f"{self._project_target}.target"])
        if resource.mounts_for:
            paths = ListOf.of([Text(_quoted_path(path)) for path in resource.mounts_for])
            entries.append(Entry(("unitConfig", "RequiresMountsFor"), paths))
        entries += [Entry(("serviceConfig",), AttrSet(tuple(service))), Entry(("script",), script)]
        if removes:
            entries.append(Entry(("postStop",), Template((self._code, f" {kind} rm {name} || true"))))
        unit = f"{self._engine}-{kind}-{resource.name}"
        rest = self._comments.take_inside(resource.place)
        return Entry((unit,), AttrSet(tuple(entries)), (*comments.above, *rest), comments.beside)

    def _build_unit(self, build: Build) -> Entry:
        image = image_name(build.image, self._backend, is_built=True)
        flags = tuple(image if flag == build.image else flag for flag in build.flags)
        parts: list[str | Code] = [self._code, f" build {shlex.join(flags)}"]
        if build.dockerfile_text is not None:
            text = Call("pkgs.writeText", (Text("Dockerfile"), Text(build.dockerfile_text)))
            parts += [" --file ", Code(_inline(text))]
        is_remote = "://" in build.context or build.context.startswith(("git@", "github.com/"))
        parts.append(f" {shlex.quote(build.context)}\n" if is_remote else " .\n")
        service = [
            Entry(("Type",), Text("oneshot")),
            Entry(("RemainAfterExit",), Literal(True)),
            Entry(("TimeoutStartSec",), Literal(0)),
        ]
        if not is_remote:
            service.append(Entry(("WorkingDirectory",), Text(build.context)))
        entries = [
            Entry(("description",), Text(f"Image {image}")),
            *_list_entry("after", ["network-online.target", *self._daemon]),
            *_list_entry("requires", self._daemon),
            *_list_entry("wants", ["network-online.target"]),
            Entry(("path",), ListOf.of([Code("pkgs.git")])),
            Entry(("serviceConfig",), AttrSet(tuple(service))),
            Entry(("script",), Template(tuple(parts))),
        ]
        return Entry((f"{self._engine}-build-{build.service}",), AttrSet(tuple(entries)))


class _Entries:
    """The options of a container as they come, each with the comments of the key that it stands for."""

    def __init__(self, container: DeployedContainer, comments: CommentSource) -> None:
        self._container = container
        self._comments = comments
        self.found: list[Entry] = []

    def add(self, name: str, value: Expression | None, *keys: str, place: Place | None = None) -> None:
        """An option, unless there is nothing to say."""
        if value is None:
            return
        places = [place, *(self._container.key_places.get(key) for key in keys)]
        above: tuple[str, ...] = ()
        beside: str | None = None
        for each in places:
            if each is not None:
                taken = self._comments.take(each)
                above, beside = (*above, *taken.above), beside or taken.beside
                above = (*above, *self._comments.take_inside(each))
        self.found.append(Entry((name,), value, above, beside))

    def text(self, name: str, text: str | None, place: Place | None = None, key: str | None = None) -> None:
        """A string."""
        self.add(name, None if text is None else Text(text), *((key,) if key else ()), place=place)

    def strings(self, name: str, texts: Sequence[str], *keys: str) -> None:
        """A list of strings."""
        self.add(name, ListOf.of([Text(text) for text in texts]) if texts else None, *keys)

    def items(self, name: str, items: Sequence[tuple[Expression, Place | None]], *keys: str) -> None:
        """A list whose elements have comments of their own."""
        if not items:
            return
        above = [self._comments.take(place) for key in keys if (place := self._container.key_places.get(key))]
        made = []
        for value, place in items:
            taken = self._comments.take(place) if place is not None else None
            made.append(Item(value, taken.above if taken else (), taken.beside if taken else None))
        entry = Entry((name,), ListOf(tuple(made)), tuple(line for each in above for line in _lines_of(each)))
        self.found.append(entry)

    def pairs(self, name: str, pairs: Sequence[tuple[str, str, Place]], key: str) -> None:
        """An attribute set of strings."""
        if not pairs:
            return
        place = self._container.key_places.get(key)
        above = _lines_of(self._comments.take(place)) if place is not None else ()
        entries = []
        for inner, value, where in pairs:
            taken = self._comments.take(where)
            entries.append(Entry((inner,), Text(value), taken.above, taken.beside))
        self.found.append(Entry((name,), AttrSet(tuple(entries)), above))


def _lines_of(taken: CommentsAt) -> tuple[str, ...]:
    return (*taken.above, *((taken.beside,) if taken.beside is not None else ()))


def _overridden(entries: list[Entry], overrides: tuple[tuple[str, Plain], ...]) -> list[Entry]:
    """Entries with those replaced that a person has set by hand."""
    names = {name for name, _ in overrides}
    kept = [entry for entry in entries if entry.path[0] not in names]
    return [*kept, *(Entry((name,), plain_expression(value)) for name, value in overrides)]


def plain_expression(value: Plain) -> Expression:
    """A plain value as Nix."""
    match value:
        case dict():
            return AttrSet(tuple(Entry((name,), plain_expression(entry)) for name, entry in value.items()))
        case list():
            return ListOf.of([plain_expression(item) for item in value])
        case str():
            return Text(value)
        case _:
            return Literal(value)


def _flag_text(name: str, value: str) -> str:
    return f"{name}={value}" if value else name


def _list_entry(name: str, texts: Sequence[str]) -> list[Entry]:
    return [Entry((name,), ListOf.of([Text(text) for text in texts]))] if texts else []


def _forced(text: str) -> Call:
    return Call("lib.mkForce", (Text(text),))


def _lines(text: str) -> Text:
    return Text(text if text.count("\n") > 1 else text.rstrip("\n"))


def _is_system(path: str) -> bool:
    return path == "/" or any(path == folder or path.startswith(f"{folder}/") for folder in _SYSTEM)


def _quoted_path(path: str) -> str:
    """A path as systemd splits lists of them."""
    escaped = path.replace("%", "%%")
    return f'"{escaped}"' if any(character.isspace() for character in path) else escaped


def _store_name(name: str) -> str:
    return re.sub(r"[^\w.+?=-]", "-", name).lstrip(".") or "file"


def _inline(call: Call) -> str:
    """A call on one line, to stand inside of a string."""
    arguments = " ".join(encode(argument.text) for argument in call.arguments if isinstance(argument, Text))
    return f"{call.function} {arguments}"


def _name_service() -> Entry:
    """Podman's name service listens on the bridge, which the firewall closes; the names of bridges match by a pattern."""
    interface = Code('if config.networking.nftables.enable then "podman*" else "podman+"')
    ports = ListOf.of([Literal(53)])
    return Entry(
        ("networking", "firewall", "interfaces", interface),
        AttrSet((Entry(("allowedTCPPorts",), ports), Entry(("allowedUDPPorts",), ports))),
        ("Containers find each other by name.",),
        blank_before=True,
    )
