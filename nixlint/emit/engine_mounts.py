"""Mounts as the engines take them: the short form where it can say all, ``--mount`` and ``--tmpfs`` elsewhere.

docs.docker.com, 'docker container run', '--mount' and '--tmpfs'; podman-run(1). What Podman accepts is in its source too:
``pkg/specgenutil/volumes.go`` and ``pkg/util/mount_opts.go`` of 5.6.
"""

from __future__ import annotations

from nixlint.containers.languages.engine_flags import Flag
from nixlint.deployment.linux_paths import other_path
from nixlint.deployment.parts import DeployedContainer, DeployedMount, MountKind, RemarkKind
from nixlint.deployment.target import Backend

from .told import Told

_TMPFS = frozenset(
    """size mode exec noexec suid nosuid dev nodev rw ro tmpcopyup notmpcopyup noswap noatime U idmap consistency
    private rprivate slave rslave shared rshared unbindable runbindable""".split()
)
"""What may stand in Podman's ``--tmpfs``."""
_ALIASES = {"/var/run/docker.sock": "/run/podman/podman.sock", "/run/docker.sock": "/run/podman/podman.sock"}


def mount_source(mount: DeployedMount, backend: Backend) -> str:
    """What is mounted. Podman's own socket stands in the place of Docker's, and what NixOS has in that of other systems."""
    if backend is Backend.PODMAN and (alias := _ALIASES.get(f"/{mount.source.lstrip('/')}")) is not None:
        return alias
    other = other_path(mount.source, backend) if mount.kind is MountKind.BIND else None
    return mount.source if other is None or other.instead is None else other.instead


def told_of_source(mount: DeployedMount, backend: Backend) -> tuple[Told, ...]:
    """What a person should know of the path of the host that is mounted, where NixOS may not have it."""
    other = other_path(mount.source, backend) if mount.kind is MountKind.BIND else None
    if other is None or mount.source == "/":
        return ()
    if other.instead is None:
        return (Told(RemarkKind.NEEDS_YOU, "volumes", f"{mount.source}: {other.why}", mount.place),)
    message = f"{mount.source}: {other.instead} is mounted: {other.why}"
    return (Told(RemarkKind.APPROXIMATED, "volumes", message, mount.place),)


def needs_flag(mount: DeployedMount, backend: Backend) -> bool:
    """Whether only ``--mount`` can say what a mount says."""
    if mount.content is not None or mount.secret_file is not None:
        return False
    has_colon = ":" in mount.source or ":" in mount.target
    return mount.kind is MountKind.IMAGE or has_colon or bool(_settings(mount, backend))


def mount_flag(mount: DeployedMount, backend: Backend) -> tuple[str, tuple[Told, ...]]:
    """A mount as ``--mount``, and what the engine has no word for."""
    parts = [f"type={mount.kind.value}", f"source={mount_source(mount, backend)}", f"destination={mount.target}"]
    told: list[Told] = []
    for name, value in (*_settings(mount, backend), *_of_options(mount)):
        text = _setting(name, value, mount, backend)
        if text is None:
            message = f"{name} {value} at {mount.target}: {backend.value.capitalize()} has no such option there"
            told.append(Told(RemarkKind.APPROXIMATED, "volumes", message, mount.place))
        else:
            parts.append(text)
    return f"--mount={','.join(_quoted(part) for part in parts)}", tuple(told)


def tmpfs_flag(flag: Flag, container: DeployedContainer, backend: Backend) -> tuple[Flag, tuple[Told, ...]]:
    """``--tmpfs`` as an engine has it. Podman knows no owner of it, but gives it to the container's user with ``U``."""
    target, colon, options = flag.value.partition(":")
    if backend is Backend.DOCKER or not colon:
        return flag, ()
    words = [word for word in options.split(",") if word]
    lost = [word for word in words if word.partition("=")[0] not in _TMPFS]
    if not lost:
        return flag, ()
    kept = [word for word in words if word not in lost]
    owner = next((word.removeprefix("uid=") for word in lost if word.startswith("uid=")), None)
    belongs = owner is not None and owner == (container.user or "").partition(":")[0]
    kept += ["U"] if belongs and "U" not in kept else []
    text = f"{target}:{','.join(kept)}" if kept else target
    return flag._replace(value=text), (_tmpfs_told(flag, lost, kept, belongs),)


def _tmpfs_told(flag: Flag, lost: list[str], kept: list[str], belongs: bool) -> Told:
    said = f"{', '.join(lost)} at {flag.value.partition(':')[0]}: Podman has no such option of a tmpfs"
    if belongs:
        return Told(RemarkKind.APPROXIMATED, "tmpfs", f"{said}; U gives it to the container's user", flag.place)
    has_owner = any(word.startswith(("uid=", "gid=")) for word in lost)
    mode = next((word for word in kept if word.startswith("mode=")), "mode=1777")
    if has_owner and mode[-1:] not in "2367":
        return Told(RemarkKind.NEEDS_YOU, "tmpfs", f"{said}, and with {mode} only root can write there", flag.place)
    return Told(RemarkKind.APPROXIMATED, "tmpfs", said, flag.place)


def _settings(mount: DeployedMount, backend: Backend) -> tuple[tuple[str, str], ...]:
    """The settings that the short form of the engine has no word for."""
    return tuple(
        (name, value)
        for name, value in mount.settings
        if (name, value) != ("bind-recursive", "disabled") or backend is Backend.DOCKER or ":" in mount.source
    )


def short_options(mount: DeployedMount, backend: Backend) -> tuple[str, ...]:
    """The options of a mount in its short form."""
    is_flat = ("bind-recursive", "disabled") in mount.settings and backend is Backend.PODMAN
    return (*mount.options, *(("bind",) if is_flat else ()))


def _of_options(mount: DeployedMount) -> list[tuple[str, str]]:
    """The options of the short form by the names that ``--mount`` has for them."""
    names = {"ro": ("readonly", "true"), "z": ("relabel", "shared"), "Z": ("relabel", "private")}
    names["nocopy"] = ("volume-nocopy", "true")
    return sorted((names.get(option, ("bind-propagation", option)) for option in mount.options), reverse=True)


def _setting(name: str, value: str, mount: DeployedMount, backend: Backend) -> str | None:
    """A setting as the engine has it; ``None`` where it has none."""
    if name == "readonly":
        return None if mount.kind is MountKind.IMAGE else "readonly"
    if backend is Backend.DOCKER:
        return None if name in ("relabel", "image-rw") else f"{name}={value}"
    match name:
        case "bind-recursive":
            return "bind-nonrecursive" if value == "disabled" else None
        case "image-subpath":
            return f"subpath=/{value.lstrip('/')}"
        case "image-rw":
            return "rw=true"
        case "volume-nocopy":
            return None
        case _:
            return f"{name}={value}"


def _quoted(part: str) -> str:
    """A part of ``--mount``, which is a row of CSV."""
    return '"' + part.replace('"', '""') + '"' if "," in part or '"' in part else part
