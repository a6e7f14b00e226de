"""The options of one container in ``virtualisation.oci-containers.containers``, with flags for what has no option."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from nixlint.deployment.parts import (
    CommentsAt,
    CommentSource,
    DeployedContainer,
    DeployedMount,
    Plain,
    Remark,
    RemarkKind,
)
from nixlint.semantics.modules.releases import first_with
from nixlint.syntax.place import Place

from .context import Context
from .engine import engine_flags, flag_text, hostname, image_name, log_driver, network_text
from .engine_mounts import mount_flag, mount_source, needs_flag, short_options, told_of_source
from .engine_ports import published
from .expression import WRITE_TEXT, AttrSet, Call, Entry, Expression, Item, ListOf, Literal, Template, Text
from .secret_places import passed_variables
from .told import Told
from .unquoted import unquoted

_BEFORE_SINCE = first_with("flags-before-run")
"""``preRunExtraOptions``: a module of the spring of 2024 does not have it (62262f2)."""


class ContainerOptions:
    """Writes the options of containers."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def of(self, container: DeployedContainer) -> list[Entry]:
        """The options of a container, in the order in which a person would write them."""
        flags = engine_flags(container, self._context.backend)
        log, log_flags, log_told = log_driver(container, self._context.backend)
        name, name_told = hostname(container, self._context.backend)
        networks, network_told = self._network_texts(container)
        ports, port_told = published(container, self._context.backend)
        short = [mount for mount in container.mounts if not needs_flag(mount, self._context.backend)]
        long = [mount for mount in container.mounts if needs_flag(mount, self._context.backend)]
        mounted = [mount_flag(mount, self._context.backend) for mount in long]
        mount_told = [note for _, notes in mounted for note in notes]
        mount_told += [note for mount in container.mounts for note in told_of_source(mount, self._context.backend)]
        self._tell(container, (*flags.told, *log_told, *name_told, *network_told, *port_told, *mount_told))
        entries = _Entries(container, self._context.comments)
        image = image_name(container.image, self._context.backend, is_built=container.built_by is not None)
        entries.add(
            "image", unquoted(image, self._context.symbols, "image", container.image_place), place=container.image_place
        )
        entries.add("autoStart", Literal(False) if not container.is_started_at_boot else None, "profiles")
        if self._context.is_native:
            entries.text("pull", self._pull(container), key="pull_policy")
        entries.strings("dependsOn", self._depends_on(container), "depends_on")
        self._command(container, entries)
        self._environment(container, entries)
        entries.items("ports", [(Text(str(port)), port.place) for port in ports], "ports")
        entries.items("volumes", [(self._volume(mount), mount.place) for mount in short], "volumes")
        entries.strings("networks", networks if self._context.is_native else (), "networks")
        entries.text("hostname", name, key="hostname")
        entries.text("user", container.user, key="user")
        entries.text("workdir", container.working_directory, key="working_dir")
        entries.pairs("labels", container.labels, "labels")
        place = container.key_places.get("logging")
        entries.add(
            "log-driver",
            None if log is None else unquoted(log, self._context.symbols, "logging.driver", place),
            "logging",
        )
        older = self._privileges(container, entries)
        entries.strings("preRunExtraOptions", self._before(container, flags.before))
        self._podman(container, entries)
        self._tell_unchecked(container)
        older += [] if self._context.is_native else [f"--network={network}" for network in networks]
        late = ["--detach=false"] if container.is_awaited_completed and self._context.is_podman else []
        if container.is_ready_when_healthy and self._context.is_podman and not self._context.is_native:
            late.append("--sdnotify=healthy")
        passed = [f"--env={variable.name}" for variable in container.environment if variable.value is None]
        passed += [f"--env={name}" for name, _ in passed_variables(container)]
        mount_flags = [text for text, _ in mounted]
        self._extra(container, entries, [*older, *passed, *flags.flags, *mount_flags, *log_flags, *late])
        return overridden(entries.found, container.container_overrides)

    def _before(self, container: DeployedContainer, flags: tuple[str, ...]) -> tuple[str, ...]:
        """The flags before ``run``, where the release has an option for them."""
        if self._context.target.has(_BEFORE_SINCE):
            return flags
        keys = {"--runtime": "runtime", "--storage-opt": "storage_opt"}
        for name, value in zip(flags[::2], flags[1::2], strict=True):
            message = f"{value}: flags before run need NixOS {_BEFORE_SINCE} or newer"
            place = next((flag.place for flag in container.flags if (flag.name, flag.value) == (name, value)), None)
            self._tell(container, [Told(RemarkKind.DROPPED, keys[name], message, place)])
        return ()

    def _extra(self, container: DeployedContainer, entries: _Entries, texts: list[str]) -> None:
        places = {flag_text(flag, self._context.backend): flag.place for flag in container.flags}
        items: list[tuple[Expression, Place | None]] = [(Text(text), places.get(text)) for text in texts]
        labels = self._context.secrets.label_file(container)
        if labels is not None:
            items.append(
                (
                    Text(f"--label-file={labels}") if isinstance(labels, str) else Template(("--label-file=", labels)),
                    None,
                )
            )
        entries.items("extraOptions", items)

    def _tell(self, container: DeployedContainer, told: Sequence[Told]) -> None:
        for kind, key, message, place in told:
            remark = Remark(kind, f"services.{container.service}.{key}", message, place, container.service)
            if remark not in self._context.remarks:
                self._context.remarks.append(remark)

    def _network_texts(self, container: DeployedContainer) -> tuple[tuple[str, ...], tuple[Told, ...]]:
        mode = container.network_mode
        if mode is not None:
            return ("bridge" if mode == "default" else mode,), ()
        pairs = [network_text(attachment, self._context.backend) for attachment in container.attachments]
        return tuple(text for text, _ in pairs), tuple(note for _, notes in pairs for note in notes)

    def _depends_on(self, container: DeployedContainer) -> tuple[str, ...]:
        """The containers without whom it cannot be. What Compose's depends_on names isn't among them (see waiting)."""
        return tuple(dict.fromkeys(owner for owner in container.namespace_owners if owner in self._context.names))

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
        secret = self._context.secrets.environment_file(container)
        if secret is not None:
            files.append((secret, None))
        moved = [each for each in container.environment if each.is_secret]
        entries.items("environmentFiles", files, "env_file", moved=[(each.name, each.place) for each in moved])

    def _volume(self, mount: DeployedMount) -> Expression:
        options = short_options(mount, self._context.backend)
        rest = ":".join((mount.target, *((",".join(options),) if options else ())))
        if mount.content is not None:
            name, text = mount.content
            return Template((Call(WRITE_TEXT, (Text(_store_name(name)), Text(text))), f":{rest}"))
        if mount.secret_file is not None:
            return self._context.secrets.file_mount(mount.secret_file, rest)
        return Text(f"{mount_source(mount, self._context.backend)}:{rest}")

    def _pull(self, container: DeployedContainer) -> str | None:
        """When the image is pulled, if not as ever; Docker can't look for a newer one without pulling."""
        pull = container.pull
        return None if pull == "missing" else "always" if pull == "newer" and not self._context.is_podman else pull

    def _privileges(self, container: DeployedContainer, entries: _Entries) -> list[str]:
        """Devices and capabilities; the flags for them where the release has no options."""
        if not self._context.is_native:
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
        if not self._context.is_podman or not self._context.is_native:
            return
        options: list[Entry] = []
        if self._context.target.user is not None:
            options.append(Entry(("user",), Text(self._context.target.user)))
        if container.is_ready_when_healthy:
            options.append(Entry(("sdnotify",), Text("healthy")))
        match options:
            case []:
                pass
            case [only]:
                entries.found.append(Entry(("podman", *only.path), only.value))
            case _:
                entries.found.append(Entry(("podman",), AttrSet(tuple(options))))

    def _tell_unchecked(self, container: DeployedContainer) -> None:
        """Say that nobody knows when a container is healthy. Podman 5.6 doesn't start what is to notify of its health
        without a check, nor with one that an image in OCI format brings: such images keep none. Docker can ask the image's.
        """
        is_off = container.health is not None and container.health.test[:1] == ("NONE",)
        if not container.is_awaited_healthy or container.is_ready_when_healthy:
            return
        if not self._context.is_podman and not is_off:
            return
        message = "others wait until it is healthy, and the project does not say how to check that (healthcheck.test): "
        message += "until you add it they wait until it has started" if self._context.is_podman else "they never start"
        place = container.key_places.get("healthcheck", container.place)
        self._tell(container, [Told(RemarkKind.NEEDS_YOU, "healthcheck", message, place)])


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

    def items(
        self,
        name: str,
        items: Sequence[tuple[Expression, Place | None]],
        *keys: str,
        moved: Sequence[tuple[str, Place]] = (),
    ) -> None:
        """A list whose elements have comments of their own. ``moved`` are names with their places whose values are in the
        last element: their comments go with them.
        """
        if not items:
            return
        above = [self._comments.take(place) for key in keys if (place := self._container.key_places.get(key))]
        made = []
        for value, place in items:
            taken = self._comments.take(place) if place is not None else None
            made.append(Item(value, taken.above if taken else (), taken.beside if taken else None))
        about = tuple(line for inner, place in moved for line in _about(inner, _lines_of(self._comments.take(place))))
        if about:
            made[-1] = replace(made[-1], comments=(*made[-1].comments, *about))
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


def _about(name: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Comments with the name that they are about before them."""
    return (f"{name}: {lines[0]}", *lines[1:]) if lines else ()


def _lines_of(taken: CommentsAt) -> tuple[str, ...]:
    return (*taken.above, *((taken.beside,) if taken.beside is not None else ()))


def overridden(entries: list[Entry], overrides: tuple[tuple[str, Plain], ...]) -> list[Entry]:
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


def _store_name(name: str) -> str:
    return re.sub(r"[^\w.+?=-]", "-", name).lstrip(".") or "file"
