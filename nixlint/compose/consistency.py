"""Whether the parts of a whole project fit together: what is used is declared, and nothing waits for itself.

compose-go, ``loader/validate.go`` and ``graph/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Sequence as SequenceOf

from .model import equal_value
from .node import MappingNode, Node, Scalar, Sequence, string, text_of
from .problem import ComposeError, Shown
from .short_forms import strings

_TESTS = ("CMD", "CMD-SHELL", "NONE")


def check_consistency(root: MappingNode, profiles: SequenceOf[str] = ("*",)) -> None:
    """Check a normalised project, of its services those that are in no profile or in one of ``profiles``.

    Raises :class:`ComposeError` with the place of what doesn't fit.
    """
    services = root.get("services")
    if not isinstance(services, MappingNode):
        return
    for name, service in services.entries.items():
        if isinstance(service, MappingNode) and is_selected(service, profiles):
            _check_service(name, service, root, services)
    _check_secrets(root)
    _check_cycles(services)


def is_selected(service: MappingNode, profiles: SequenceOf[str]) -> bool:
    """Whether a service is in no profile, or in one of those that were chosen; ``*`` is all of them."""
    own = _listed(service.get("profiles"))
    return not own or "*" in profiles or any(name in profiles for name in own)


def _check_service(name: str, service: MappingNode, root: MappingNode, services: MappingNode) -> None:
    if not string(service.get("image")) and service.get("build") is None and service.get("provider") is None:
        raise ComposeError(
            'service "{}" has neither an image nor a build context specified: invalid compose project',
            services.key_place(name),
            Shown.key(name),
        )
    _check_build(name, service, root, services)
    mode, networks = service.get("network_mode"), service.get("networks")
    if mode is not None and string(mode) and isinstance(networks, MappingNode) and networks.entries:
        raise ComposeError(
            "service {} declares mutually exclusive `network_mode` and `networks`: invalid compose project",
            mode.place,
            Shown.key(name),
        )
    _check_declared(name, service, root)
    test = service.get("healthcheck", "test")
    if isinstance(test, Sequence) and test.items and string(test.items[0]) not in _TESTS:
        raise ComposeError('healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"', test.place)
    for dependency, options in _entries(service.get("depends_on")):
        if dependency not in services.entries:
            raise ComposeError(
                'service "{}" depends on undefined service "…": invalid compose project', options.place, Shown.key(name)
            )
    text = string(mode) or ""
    if mode is not None and text.startswith("service:") and text.removeprefix("service:") not in services.entries:
        raise ComposeError("service \"…\" not found for network_mode 'service:…'", mode.place)
    _check_numbers(name, service)
    _check_watch(name, service)
    _check_targets(name, service)


def _check_build(name: str, service: MappingNode, root: MappingNode, services: MappingNode) -> None:
    build = service.get("build")
    if not isinstance(build, MappingNode):
        return
    inline, file = build.get("dockerfile_inline"), build.get("dockerfile")
    if inline is not None and file is not None:
        raise ComposeError(
            'service "{}" declares mutualy exclusive dockerfile and dockerfile_inline: invalid compose project',
            inline.place,
            Shown.key(name),
        )
    for context, target in _entries(build.get("additional_contexts")):
        other = (string(target) or "").partition("service:")[2]
        if not (string(target) or "").startswith("service:"):
            continue
        if other not in services.entries:
            raise ComposeError(
                'service "{}" declares unknown service "…" as additional contexts {}',
                target.place,
                Shown.key(name),
                Shown.key(context),
            )
        if services.get(other, "build") is None:
            raise ComposeError(
                'service "{}" declares non-buildable service "…" as additional contexts {}',
                target.place,
                Shown.key(name),
                Shown.key(context),
            )
    platform, platforms = string(service.get("platform")), strings(build.get("platforms"))
    if platform and platforms and platform not in platforms:
        raise ComposeError(
            'service.build.platforms MUST include service.platform "…": invalid compose project', build.place
        )
    _check_sources(name, build.get("secrets"), root, "secrets", "build secret")


def _check_declared(name: str, service: MappingNode, root: MappingNode) -> None:
    for network, options in _entries(service.get("networks")):
        if not _declares(root, "networks", network):
            raise _undefined(name, "network", options)
    volumes = service.get("volumes")
    for volume in volumes.items if isinstance(volumes, Sequence) else ():
        source = string(volume.get("source")) if isinstance(volume, MappingNode) else None
        is_named = isinstance(volume, MappingNode) and bool(source) and string(volume.get("type")) == "volume"
        if is_named and source and not _declares(root, "volumes", source):
            raise _undefined(name, "volume", volume)
    _check_sources(name, service.get("configs"), root, "configs", "config")
    for model, options in _entries(service.get("models")):
        if not _declares(root, "models", model):
            raise _undefined(name, "model", options)
    _check_sources(name, service.get("secrets"), root, "secrets", "secret")


def _check_sources(name: str, mounts: Node | None, root: MappingNode, kind: str, title: str) -> None:
    for mount in mounts.items if isinstance(mounts, Sequence) else ():
        source = string(mount.get("source")) if isinstance(mount, MappingNode) else None
        if source is not None and not _declares(root, kind, source):
            raise _undefined(name, title, mount)


def _undefined(service: str, kind: str, node: Node) -> ComposeError:
    return ComposeError(
        'service "{}" refers to undefined {} …: invalid compose project',
        node.place,
        Shown.key(service),
        Shown.word(kind),
    )


def _declares(root: MappingNode, kind: str, name: str) -> bool:
    resources = root.get(kind)
    return isinstance(resources, MappingNode) and name in resources.entries


def _entries(node: Node | None) -> Iterator[tuple[str, Node]]:
    yield from node.entries.items() if isinstance(node, MappingNode) else ()


_SAME = (
    ("cpus", ("limits", "cpus")),
    ("mem_limit", ("limits", "memory")),
    ("mem_reservation", ("reservations", "memory")),
    ("pids_limit", ("limits", "pids")),
)


def _check_numbers(name: str, service: MappingNode) -> None:
    scale, replicas = _integer(service.get("scale")), _integer(service.get("deploy", "replicas"))
    if scale is not None and replicas is not None and scale != replicas:
        raise ComposeError(
            "services.{}: can't set distinct values on 'scale' and 'deploy.replicas': invalid compose project",
            service.place,
            Shown.key(name),
        )
    for count, key in ((scale, "scale"), (replicas, "deploy.replicas")):
        if count is not None and count < 0:
            raise ComposeError(
                "services.{}.{}: must be greater than or equal to 0", service.place, Shown.key(name), Shown.word(key)
            )
    for key, (half, inner) in _SAME:
        value, resources = service.get(key), service.get("deploy", "resources", half)
        if value is None or resources is None or string(value) == "" or equal_value(key, value, None):
            continue
        if not equal_value(key, value, service.get("deploy", "resources", half, inner)):
            raise ComposeError(
                "services.{}: can't set distinct values on '{}' and 'deploy.resources.{}.{}': invalid compose project",
                value.place,
                Shown.key(name),
                *map(Shown.word, (key, half, inner)),
            )
    count = scale if scale is not None else replicas
    container = service.get("container_name")
    if count is not None and count > 1 and container is not None and string(container):
        key = "deploy.replicas" if scale is None else "scale"
        raise ComposeError(
            "services.{}: can't set container_name and {} as container name must be unique: invalid compose project",
            container.place,
            Shown.key(name),
            Shown.word(key),
        )


def _integer(node: Node | None) -> int | None:
    if not isinstance(node, Scalar):
        return None
    if isinstance(node.value, int):
        return node.value
    return int(node.value) if isinstance(node.value, str) and node.value.lstrip("-").isdecimal() else None


def _check_watch(name: str, service: MappingNode) -> None:
    watch = service.get("develop", "watch")
    for item in watch.items if isinstance(watch, Sequence) else ():
        if not isinstance(item, MappingNode):
            continue
        if not string(item.get("target")) and string(item.get("action")) not in ("rebuild", "restart"):
            raise ComposeError(
                "services.{}.develop.watch: target is required for non-rebuild actions: invalid compose project",
                item.place,
                Shown.key(name),
            )


def _check_targets(name: str, service: MappingNode) -> None:
    mounts: dict[str, str] = {}
    tmpfs, volumes = service.get("tmpfs"), service.get("volumes")
    targets = [
        *((f"tmpfs[{index}]", text.partition(":")[0], tmpfs) for index, text in enumerate(_listed(tmpfs))),
        *(
            (f"volumes[{index}]", string(item.get("target")) or "", item)
            for index, item in enumerate(volumes.items if isinstance(volumes, Sequence) else ())
            if isinstance(item, MappingNode)
        ),
    ]
    for what, target, node in targets:
        where = f"services.{name}.{what}"
        if target in mounts:
            raise ComposeError(
                "{}: target … already mounted as {}",
                None if node is None else node.place,
                Shown.path((where,)),
                Shown.path((mounts[target],)),
            )
        mounts[target] = where


def _listed(node: Node | None) -> tuple[str, ...]:
    text = string(node)
    return strings(node) if text is None else (text,)


def _check_secrets(root: MappingNode) -> None:
    for name, secret in _entries(root.get("secrets")):
        external = secret.get("external") if isinstance(secret, MappingNode) else None
        if isinstance(external, Scalar) and text_of(external.value).lower() == "true":
            continue
        if not isinstance(secret, MappingNode) or not (string(secret.get("file")) or string(secret.get("environment"))):
            raise ComposeError(
                'secret "{}" must declare either `file` or `environment`: invalid compose project',
                secret.place,
                Shown.key(name),
            )


def _check_cycles(services: MappingNode) -> None:
    children = {
        name: tuple(other for other, _ in _entries(service.get("depends_on")) if other in services.entries)
        for name, service in services.entries.items()
        if isinstance(service, MappingNode)
    }
    done: set[str] = set()
    for first in sorted(children):
        cycle = _cycle_from(first, children, done)
        if cycle:
            raise ComposeError(
                "dependency cycle detected: {}", services.key_place(first), Shown.keys([*cycle, cycle[0]], " -> ")
            )


def _cycle_from(first: str, children: Mapping[str, SequenceOf[str]], done: set[str]) -> list[str]:
    """The services of a cycle that can be reached from one of them, in order; empty where there is none.

    What was seen to lead to none is added to ``done``. There is no recursion: a chain may be long.
    """
    path = {first: iter(sorted(children[first]))}
    while path:
        service = next(reversed(path))
        child = next(path[service], None)
        if child is None:
            del path[service]
            done.add(service)
        elif child in path:
            names = [*path]
            return names[names.index(child) :]
        elif child not in done:
            path[child] = iter(sorted(children.get(child, ())))
    return []
