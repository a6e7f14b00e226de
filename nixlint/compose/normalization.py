"""What a project says without writing it: the default network, names, implicit dependencies, variables passed through.

compose-go, ``loader/normalize.go``; Compose specification, '06-networks.md' and '03-compose-file.md'.
"""

from __future__ import annotations

from collections.abc import Mapping

from .container_paths import clean_path
from .node import MappingNode, Node, Scalar, Sequence, is_null, string
from .short_forms import strings

_NAMESPACES = ("network_mode", "ipc", "pid", "uts", "cgroup")


def normalize(root: MappingNode, name: str, environment: Mapping[str, str]) -> MappingNode:
    """A project in its long forms with what is implied written out. ``environment`` gives variables that are passed on."""
    root = _with_networks(root.with_entry("name", Scalar(name)))
    services = root.entries.get("services")
    if isinstance(services, MappingNode):
        normal = {key: _service(service, environment) for key, service in services.entries.items()}
        root = root.with_entry("services", MappingNode(normal, services.place, services.key_places))
    for kind in ("networks", "volumes", "configs", "secrets"):
        resources = root.entries.get(kind)
        if isinstance(resources, MappingNode):
            named = {key: _named(resource, key, name) for key, resource in resources.entries.items()}
            root = root.with_entry(kind, MappingNode(named, resources.place, resources.key_places))
    return root


def _with_networks(root: MappingNode) -> MappingNode:
    services = root.entries.get("services")
    uses_default = False
    if isinstance(services, MappingNode):
        placed: dict[str, Node] = {}
        for key, service in services.entries.items():
            connected = _with_default_network(service) if isinstance(service, MappingNode) else service
            uses_default |= isinstance(connected, MappingNode) and _uses_default(connected)
            placed[key] = connected
        root = root.with_entry("services", MappingNode(placed, services.place, services.key_places))
    networks = root.entries.get("networks")
    declared = networks if isinstance(networks, MappingNode) else MappingNode({})
    if uses_default and "default" not in declared.entries:
        declared = declared.with_entry("default", Scalar(None))
    return root.with_entry("networks", declared) if declared.entries else root


def _uses_default(service: MappingNode) -> bool:
    networks = service.get("networks")
    return isinstance(networks, MappingNode) and "default" in networks.entries and _is_connected(service)


def _is_connected(service: Node) -> bool:
    return isinstance(service, MappingNode) and not {"provider", "network_mode"} & set(service.entries)


def _with_default_network(service: MappingNode) -> MappingNode:
    networks = service.entries.get("networks")
    if not _is_connected(service) or (isinstance(networks, MappingNode) and networks.entries):
        return service
    return service.with_entry("networks", MappingNode({"default": Scalar(None)}, service.place))


def _service(service: Node, environment: Mapping[str, str]) -> Node:
    if not isinstance(service, MappingNode):
        return service
    if string(service.get("pull_policy")) == "if_not_present":
        service = service.with_entry("pull_policy", Scalar("missing", service.entries["pull_policy"].place))
    build = service.entries.get("build")
    if isinstance(build, MappingNode):
        service = service.with_entry("build", _build(build, environment))
    if "environment" in service.entries:
        service = service.with_entry("environment", _resolved(service.entries["environment"], environment, keep=True))
    volumes = service.entries.get("volumes")
    if isinstance(volumes, Sequence):
        service = service.with_entry("volumes", Sequence(tuple(map(_clean_target, volumes.items)), volumes.place))
    dependencies = _dependencies(service)
    if dependencies.entries:
        service = service.with_entry("depends_on", dependencies)
    return _with_hook_images(service)


def _build(build: MappingNode, environment: Mapping[str, str]) -> MappingNode:
    if build.get("context") is None:
        build = build.with_entry("context", Scalar("."))
    if build.get("dockerfile") is None and build.get("dockerfile_inline") is None:
        build = build.with_entry("dockerfile", Scalar("Dockerfile"))
    if "args" in build.entries:
        build = build.with_entry("args", _resolved(build.entries["args"], environment, keep=False))
    return build


def _resolved(node: Node, environment: Mapping[str, str], *, keep: bool) -> Node:
    """Variables with the values that they take from the environment; those without one stay if ``keep``."""
    match node:
        case MappingNode():
            entries = {
                name: Scalar(environment[name], entry.place, None, frozenset({name}))
                if is_null(entry) and name in environment
                else entry
                for name, entry in node.entries.items()
            }
            kept = {name: entry for name, entry in entries.items() if keep or not is_null(entry)}
            return MappingNode(kept, node.place, node.key_places)
        case Sequence():
            items = []
            for item in node.items:
                text = string(item)
                if text is None or "=" in text:
                    items.append(item)
                elif text in environment:
                    items.append(Scalar(f"{text}={environment[text]}", item.place, None, frozenset({text})))
                elif keep:
                    items.append(item)
            return Sequence(tuple(items), node.place)
        case _:
            return node


def _clean_target(volume: Node) -> Node:
    target = volume.get("target") if isinstance(volume, MappingNode) else None
    if not isinstance(volume, MappingNode) or not isinstance(target, Scalar) or not target.value:
        return volume
    return volume.with_entry(
        "target", Scalar(clean_path(str(target.value)), target.place, target.template, target.variables)
    )


def _dependencies(service: MappingNode) -> MappingNode:
    written = service.entries.get("depends_on")
    found = written if isinstance(written, MappingNode) else MappingNode({})

    def add(name: str, *, restart: bool, source: Node) -> None:
        nonlocal found
        if name not in found.entries:
            entries = {"condition": Scalar("service_started"), "restart": Scalar(restart), "required": Scalar(True)}
            found = found.with_entry(name, MappingNode(entries, source.place))

    for key in ("links", *_NAMESPACES, "volumes_from"):
        node = service.entries.get(key)
        if node is None:
            continue
        for text in strings(node) or ((string(node) or "",) if key in _NAMESPACES else ()):
            if key == "links":
                parts = text.split(":")
                add(parts[0] if len(parts) == 2 else text, restart=True, source=node)
            elif key == "volumes_from" and not text.startswith("container:"):
                add(text.split(":")[0], restart=False, source=node)
            elif key in _NAMESPACES and text.startswith("service:"):
                add(text.removeprefix("service:"), restart=True, source=node)
    return found


def _with_hook_images(service: MappingNode) -> MappingNode:
    hooks, image = service.entries.get("pre_start"), service.entries.get("image")
    if not isinstance(hooks, Sequence) or image is None or not string(image):
        return service
    items = tuple(
        hook.with_entry("image", image) if isinstance(hook, MappingNode) and "image" not in hook.entries else hook
        for hook in hooks.items
    )
    return service.with_entry("pre_start", Sequence(items, hooks.place))


def _named(resource: Node, key: str, project: str) -> Node:
    mapping = resource if isinstance(resource, MappingNode) else MappingNode({}, resource.place)
    if mapping.get("name") is not None:
        return mapping
    external = mapping.get("external")
    is_external = isinstance(external, Scalar) and str(external.value).lower() in ("true", "t", "1")
    return mapping.with_entry("name", Scalar(key if is_external else f"{project}_{key}"))
