"""Volumes, secrets and configs: what a container sees of the host and of the engine's volumes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from nixlint.compose.access import Access
from nixlint.compose.model import size_of
from nixlint.compose.node import Scalar, text_of
from nixlint.compose.short_forms import SHORT_OPTIONS, split_at_colons
from nixlint.containers.languages.engine_flags import Flag
from nixlint.deployment.parts import BuildSecret, DeployedMount, MountKind, Resource, SecretFile
from nixlint.files.reading import Kind
from nixlint.secrets.parts import secret_parts_of_text

from .key_reader import KeyReader, variables_in

_SYSTEM = ("/dev", "/proc", "/sys", "/etc", "/run", "/var/run", "/nix", "/boot")
_MEANINGLESS = ("cached", "delegated", "consistent", "default")


class Mounted(NamedTuple):
    """What a service mounts, as the engines' short form has it, and as flags where that form can't say it."""

    mounts: tuple[DeployedMount, ...]
    flags: tuple[Flag, ...]


class Volumes:
    """The named volumes of a project: their names in the engine, and which of them have to be made."""

    def __init__(self, project: KeyReader) -> None:
        self._project = project
        self.made: list[Resource] = []
        self.names: dict[str, str] = {}
        for key, volume in project.children("volumes"):
            self._declare(key, volume)

    def _declare(self, key: str, volume: KeyReader) -> None:
        name = volume.identifier("name") or key
        self.names[key] = name
        external = volume.flag("external")
        secret = (
            () if external else volume.secret_pairs("driver_opts", lambda option, value: _fits(name, option, value))
        )
        driver, options, labels = volume.text("driver"), volume.shown_pairs("driver_opts"), volume.shown_pairs("labels")
        flags = (
            *(("--driver", driver) if driver and driver != "local" else ()),
            *(part for option, value, _ in options for part in ("--opt", f"{option}={value}")),
            *(part for label, value, _ in labels for part in ("--label", f"{label}={value}")),
        )
        devices = [
            pair.value
            for pair in volume.pairs("driver_opts")
            if pair.name == "device" and pair.value is not None and _is_local(pair.value)
        ]
        if external:
            volume.needs_you(
                volume.key, f"{name}: it is external: make the volume before the containers start", volume.node.place
            )
        elif flags or secret:
            self.made.append(Resource(key, name, flags, volume.node.place, tuple(devices), secret))


def _fits(name: str, option: str, value: str) -> bool:
    """Whether a file, named after a volume and its option, can hold the value as a shell reads it back."""
    return bool(_FILE_NAME.fullmatch(f"{name}.{option}")) and "\0" not in value and not value.endswith("\n")


_FILE_NAME = re.compile(r"\w[\w.-]*", re.ASCII)


def _is_local(device: str) -> bool:
    """Whether a device is a path of the machine, and not a share of another one (``//nas/share``, ``nas:/share``)."""
    return device.startswith("/") and not device.startswith("//")


def mounts_of(keys: KeyReader, volumes: Volumes, container: str) -> Mounted:
    """The volumes of a service."""
    mounts: list[DeployedMount] = []
    flags: list[Flag] = []
    for volume in keys.elements("volumes"):
        kind = volume.text("type")
        _note_consistency(volume)
        _note_ignored(volume)
        match kind:
            case "bind":
                _bind(volume, mounts)
            case "volume":
                _named(volume, volumes, container, mounts)
            case "tmpfs":
                flags.append(_tmpfs(volume))
            case "image":
                mounts.append(_image(volume))
            case _:
                volume.needs_you(volume.key, f"the engines here have no mounts of type {kind}", volume.node.place)
                _read_all(volume)
    return Mounted(tuple(mounts), tuple(flags))


def _note_consistency(volume: KeyReader) -> None:
    consistency = volume.text("consistency")
    if consistency is not None:
        volume.approximated(
            volume.path("consistency"), f"'{consistency}' has a meaning only on macOS", volume.place("consistency")
        )


def _note_ignored(volume: KeyReader) -> None:
    """Say which options of a short form Compose takes no notice of; the module has none of them either."""
    place = volume.node.place
    text = volume.notes.access.texts.get(place.path)
    if text is None or volume.node.key_places.get("target") != place:
        return
    written = text.data[place.span.start : place.span.end].decode("utf-8", "replace").strip("\"'")
    ignored = [each for each in _options(written) if each and each not in SHORT_OPTIONS and "$" not in each]
    if ignored:
        message = f"{', '.join(ignored)}: Docker Compose takes no notice of it, and neither does the module"
        if any(each.partition("=")[0] in _OF_PODMAN for each in ignored):
            message += "; what Podman has for it goes into x-nixlint.flags (--volume=…)"
        volume.approximated(volume.key, message, place)


def _options(short: str) -> list[str]:
    parts = split_at_colons(short)
    return parts[2].split(",") if len(parts) == 3 else []


_OF_PODMAN = ("U", "O", "idmap", "copy", "dev", "nodev", "exec", "noexec", "suid", "nosuid", "upperdir", "workdir")


def _read_all(volume: KeyReader) -> None:
    for name in volume.node.entries:
        volume.node_of(name)


def _bind(volume: KeyReader, mounts: list[DeployedMount]) -> None:
    source, target = volume.text("source") or "", volume.text("target") or ""
    plain = _plain(volume, "source")
    written = volume.node.get("source")
    if isinstance(written, Scalar) and _OF_A_HOME.search(written.template or ""):
        message = "it is below the home folder of the user who runs Compose: write its path on the target machine"
        volume.needs_you(volume.path("source"), message, volume.place("source"), incomplete=True)
    bind = volume.child("bind")
    options = ["ro"] if volume.flag("read_only") else []
    creates = True
    settings: list[tuple[str, str]] = []
    if bind is not None:
        creates = bind.flag("create_host_path") is not False
        options += _bind_options(bind)
        recursive = bind.text("recursive")
        if recursive and recursive != "enabled":
            settings.append(("bind-recursive", recursive))
    _note_others(volume, ("volume", "tmpfs", "image"))
    if _is_windows(plain):
        volume.needs_you(volume.key, f"{source} is a path of Windows: name one of the machine", volume.node.place)
        return
    mounts.append(
        DeployedMount(
            MountKind.BIND,
            source,
            target,
            tuple(options),
            creates and _is_folder(plain, volume.notes.access),
            volume.node.place,
            settings=tuple(settings),
        )
    )


def _bind_options(bind: KeyReader) -> list[str]:
    """The words for how a mount is shared with the host, and how it is labelled."""
    return [text for name in ("propagation", "selinux") if (text := bind.text(name))]


_OF_A_HOME = re.compile(r"^~|\$\{?HOME\b")


def _plain(volume: KeyReader, name: str) -> str:
    """A text with the values of its variables, whatever becomes of them, to be looked at and not to be written."""
    node = volume.node.get(name)
    return text_of(node.value) if isinstance(node, Scalar) else ""


def _is_windows(source: str) -> bool:
    return source.startswith("\\\\") or (source[1:2] == ":" and source[:1].isalpha())


def _is_folder(source: str, access: Access) -> bool:
    """Whether a path that isn't there yet is to be made as a folder: not one of the system, of a socket, or of a file."""
    path = Path(source)
    if any(source == folder or source.startswith(f"{folder}/") for folder in _SYSTEM) or source == "/":
        return False
    kind = access.kind(path)
    if kind is not None:
        return kind is Kind.FOLDER
    return not path.suffix or source.endswith(".d")


def _note_others(volume: KeyReader, names: tuple[str, ...]) -> None:
    """Options of another type of mount, which the engine would not look at."""
    for name in names:
        inner = volume.child(name)
        for key in inner.node.entries if inner is not None else ():
            assert inner is not None
            inner.dropped(key, "it belongs to another type of mount")


def _named(volume: KeyReader, volumes: Volumes, container: str, mounts: list[DeployedMount]) -> None:
    source, target = volume.text("source"), volume.text("target") or ""
    options = ["ro"] if volume.flag("read_only") else []
    inner, subpath = volume.child("volume"), None
    if inner is not None:
        subpath = inner.text("subpath")
        if inner.flag("nocopy"):
            options.append("nocopy")
        for label in inner.shown_pairs("labels"):
            inner.approximated(inner.path("labels"), f"the label {label[0]} is not put on the volume", label[2])
    bind = volume.child("bind")
    if bind is not None:
        # Compose hands them on for a volume as well (compose, pkg/compose/create.go, toBindString).
        options += _bind_options(bind)
        bind.flag("create_host_path")
    _note_others(volume, ("tmpfs", "image"))
    if source is None:
        slug = re.sub(r"[^a-zA-Z0-9_.-]+", "-", target).strip("-") or "data"
        name = f"{container}-{slug}"
        message = f"the anonymous volume at {target} is named {name}: without a name it would be emptied at every stop"
        volume.approximated(volume.key, message, volume.node.place)
    else:
        name = volumes.names.get(_plain(volume, "source"), source)
    settings = (("volume-subpath", subpath),) if subpath else ()
    place = volume.node.place
    mounts.append(DeployedMount(MountKind.VOLUME, name, target, tuple(options), False, place, settings=settings))


def _tmpfs(volume: KeyReader) -> Flag:
    target, options = volume.text("target") or "", ["ro"] if volume.flag("read_only") else []
    inner = volume.child("tmpfs")
    if inner is not None:
        size, mode = inner.node_of("size"), inner.node_of("mode")
        if size is not None and size_of(size, "size"):
            options.append(f"size={size_of(size, 'size')}")
        if isinstance(mode, Scalar):
            options.append(f"mode={mode.value:o}" if isinstance(mode.value, int) else f"mode={text_of(mode.value)}")
    _note_others(volume, ("bind", "volume", "image"))
    source = volume.text("source")
    if source:
        volume.approximated(volume.path("source"), f"'{source}': a tmpfs has no source", volume.place("source"))
    return Flag("--tmpfs", f"{target}:{','.join(options)}" if options else target, volume.node.place)


def _image(volume: KeyReader) -> DeployedMount:
    inner = volume.child("image")
    subpath = inner.text("subpath") if inner is not None else None
    settings = [("image-rw", "true")] if volume.flag("read_only") is False else []
    settings += [("image-subpath", subpath)] if subpath else []
    _note_others(volume, ("bind", "volume", "tmpfs"))
    source, target = volume.text("source") or "", volume.text("target") or ""
    place = volume.node.place
    return DeployedMount(MountKind.IMAGE, source, target, (), False, place, settings=tuple(settings))


class FileObjects:
    """The secrets and configs of a project, and the files of secrets that a person has to bring."""

    def __init__(self, project: KeyReader, name: str) -> None:
        self._project = name
        self.secret_files: list[SecretFile] = []
        self._secrets = dict(project.children("secrets"))
        self._configs = dict(project.children("configs"))
        for kind in (self._secrets, self._configs):
            for resource in kind.values():
                resource.identifier("name")
                _note_unmanaged(resource)

    def mounts(self, keys: KeyReader) -> Mounted:
        """The secrets and configs of a service."""
        mounts: list[DeployedMount] = []
        flags: list[Flag] = []
        for kind, resources, folder in (("secrets", self._secrets, "/run/secrets/"), ("configs", self._configs, "/")):
            for use in keys.elements(kind):
                source = use.text("source") or ""
                target = use.text("target") or f"{folder}{source}"
                target = target if target.startswith("/") else f"{folder}{target}"
                resource = resources.get(source)
                if resource is not None:
                    self._mount(kind, use, source, target, resource, mounts, flags)
        return Mounted(tuple(mounts), tuple(flags))

    def _mount(
        self,
        kind: str,
        use: KeyReader,
        source: str,
        target: str,
        resource: KeyReader,
        mounts: list[DeployedMount],
        flags: list[Flag],
    ) -> None:
        place = use.node.place
        ownership = [(name, text) for name in ("uid", "gid") if (text := use.text(name))]
        mode = use.node_of("mode")
        if isinstance(mode, Scalar):
            ownership.append(("mode", f"{mode.value:04o}" if isinstance(mode.value, int) else text_of(mode.value)))
        if resource.flag("external") and kind == "configs":
            name = resource.identifier("name") or source
            use.needs_you(use.key, f"{name} is external, and only Swarm has such configs: mount a file", place)
            return
        if resource.flag("external"):
            parts = [
                f"{resource.text('name') or source}",
                f"target={target}",
                *(f"{name}={value}" for name, value in ownership),
            ]
            flags.append(Flag("--secret", ",".join(parts), place))
            use.needs_you(use.key, f"{source} is external: make the engine's secret of that name first", place)
            return
        file, content = resource.text("file"), resource.node.get("content")
        listed = ", ".join(f"{name} {value}" for name, value in ownership)
        if file is not None:
            if ownership:
                use.approximated(use.key, f"{listed}: the file keeps its own owner and mode, as with Compose", place)
            mounts.append(DeployedMount(MountKind.BIND, file, target, ("ro",), False, place))
        elif content is not None and kind == "configs" and isinstance(content, Scalar) and not _is_secret_text(content):
            if ownership:
                use.approximated(use.key, f"{listed}: a file of the store is root's, with mode 0444", place)
            resource.node_of("content")
            body = (source, text_of(content.value))
            mounts.append(DeployedMount(MountKind.BIND, "", target, ("ro",), False, place, content=body))
        else:
            mounts.append(self._secret_mount(use, source, target, resource, dict(ownership)))

    def for_build(self, use: KeyReader, source: str) -> BuildSecret | None:
        """A secret of a build; one that the engine alone has is out of a build's reach."""
        identifier = use.text("target") or source
        resource = self._secrets.get(source)
        if resource is None:
            return None
        if resource.flag("external"):
            use.needs_you(
                use.key, f"{source} is external, and a build reads files alone: give it as one", use.node.place
            )
            return None
        path = resource.text("file")
        if path is not None:
            use.needs_you(use.key, f"bring {path} to the machine: the build reads the secret there", use.node.place)
            return BuildSecret(identifier, path, None)
        return BuildSecret(identifier, None, self._brought(source, resource, {}))

    def _secret_mount(
        self, use: KeyReader, source: str, target: str, resource: KeyReader, ownership: dict[str, str]
    ) -> DeployedMount:
        """A file whose content is a secret."""
        name = self._brought(source, resource, ownership)
        return DeployedMount(MountKind.BIND, "", target, ("ro",), False, use.node.place, secret_file=name)

    def _brought(self, source: str, resource: KeyReader, ownership: dict[str, str]) -> str:
        """The name of a file whose content is a secret: a person has to bring it, with the mode and the owner that Compose
        would give it (compose, ``pkg/compose/secrets.go``: 0444, and root).
        """
        node = resource.node_of("content")
        variable = resource.text("environment")
        text = text_of(node.value) if isinstance(node, Scalar) else resource.notes.environment.get(variable or "", "")
        file = SecretFile(
            f"{self._project}-{source}",
            (),
            text,
            ownership.get("mode", "0444"),
            *(number if (number := ownership.get(name, "")).isdecimal() else "" for name in ("uid", "gid")),
        )
        file = file._replace(name=self._free_name(file))
        if file not in self.secret_files:
            self.secret_files.append(file)
        what = f"the content of {source} comes from {variable}" if variable else f"a secret is in {source}"
        resource.needs_you(resource.key, f"{what}: bring it to the machine as a file", resource.node.place)
        return file.name

    def _free_name(self, file: SecretFile) -> str:
        """The name of a file, with a number where another one has it that differs in its mode or its owner."""
        names = (file.name, *(f"{file.name}-{number}" for number in range(2, len(self.secret_files) + 2)))
        taken = {each.name: each for each in self.secret_files}
        return next(name for name in names if taken.get(name, file._replace(name=name)) == file._replace(name=name))


def _is_secret_text(content: Scalar) -> bool:
    """Whether the text of a config must not be in the store: variables made it, or a secret is in it."""
    return bool(variables_in(content)) or bool(secret_parts_of_text(text_of(content.value)))


def _note_unmanaged(resource: KeyReader) -> None:
    for name in ("driver", "template_driver"):
        resource.dropped(name, "only Swarm has it")
    for key in ("driver_opts", "labels"):
        for pair in resource.pairs(key):
            resource.approximated(resource.path(key), f"{pair.name} has a meaning only in Swarm", pair.place)
