"""How a later file changes an earlier one, and a service the one that it extends.

Mappings merge, sequences are appended to, single values are replaced, with the exceptions that the specification lists
('13-merge.md'; compose-go, ``override/merge.go`` and ``override/uncity.go``).
"""

from __future__ import annotations

from collections.abc import Callable

from .node import MappingNode, Node, Patterns, Scalar, Sequence, TreePath, is_null, matches, string, text_of
from .problem import ComposeError, Shown
from .short_forms import parse_volume


def merge(base: Node, other: Node, path: TreePath = ()) -> Node:
    """What is said at a path by ``base`` and then by ``other``. Raises :class:`ComposeError` where they can't be merged."""
    special = _MERGERS.at(path)
    if special is not None and special.value is not None:
        return special.value(base, other, path)
    if is_null(other):
        return base
    match base:
        case MappingNode():
            if not isinstance(other, MappingNode):
                raise ComposeError("cannot override {}", other.place, Shown.path(path))
            return _merge_mappings(base, other, path)
        case Sequence():
            if not isinstance(other, Sequence):
                raise ComposeError("cannot override {}", other.place, Shown.path(path))
            return Sequence((*base.items, *other.items), other.place)
        case _:
            return other


def _merge_mappings(base: MappingNode, other: MappingNode, path: TreePath) -> MappingNode:
    entries = dict(base.entries)
    for name, node in other.entries.items():
        entries[name] = merge(entries[name], node, (*path, name)) if name in entries else node
    return MappingNode(entries, other.place, {**base.key_places, **other.key_places})


def _replace(_base: Node, other: Node, _path: TreePath) -> Node:
    return other


def _to_sequence(base: Node, other: Node, _path: TreePath) -> Node:
    return Sequence((*_as_sequence(base), *_as_sequence(other)), other.place)


def _extra_hosts(base: Node, other: Node, _path: TreePath) -> Node:
    first = _as_sequence(base)
    known = {string(item) for item in first}
    return Sequence((*first, *(item for item in _as_sequence(other) if string(item) not in known)), other.place)


def _as_sequence(node: Node) -> tuple[Node, ...]:
    match node:
        case Sequence():
            return node.items
        case MappingNode():
            pairs = [pair for name, entry in node.entries.items() for pair in _pairs(node, name, entry)]
            return tuple(sorted(pairs, key=lambda item: str(item.value)))
        case Scalar(value=str()):
            return (node,)
        case _:
            return ()


def _pairs(mapping: MappingNode, name: str, entry: Node) -> list[Scalar]:
    place = mapping.key_place(name)
    if is_null(entry):
        return [Scalar(name, place)]
    values = entry.items if isinstance(entry, Sequence) else (entry,)
    return [
        Scalar(
            f"{name}={text_of(value.value)}",
            value.place,
            None if value.template is None else f"{name}={value.template}",
            value.variables,
        )
        for value in values
        if isinstance(value, Scalar)
    ]


def _to_mapping(default: Callable[[Scalar], Node]) -> Callable[[Node, Node, TreePath], Node]:
    def merger(base: Node, other: Node, path: TreePath) -> Node:
        return _merge_mappings(as_mapping(base, default), as_mapping(other, default), path)

    return merger


def as_mapping(node: Node, default: Callable[[Scalar], Node]) -> MappingNode:
    """A sequence of names as a mapping of them."""
    match node:
        case MappingNode():
            return node
        case Sequence():
            names = {str(item.value): item for item in node.items if isinstance(item, Scalar)}
            return MappingNode(
                {name: default(item) for name, item in names.items()},
                node.place,
                {name: item.place for name, item in names.items()},
            )
        case _:
            return MappingNode({}, node.place)


def no_options(name: Scalar) -> Node:
    """The default of a name in a sequence: nothing is said of it."""
    return Scalar(None, name.place)


def started(name: Scalar) -> Node:
    """The default of a dependency: it has been started."""
    return MappingNode({"condition": Scalar("service_started"), "required": Scalar(True)}, name.place)


def _build(base: Node, other: Node, path: TreePath) -> Node:
    return _merge_mappings(_build_mapping(base), _build_mapping(other), path)


def _build_mapping(node: Node) -> MappingNode:
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return MappingNode({"context": node}, node.place)
    return node if isinstance(node, MappingNode) else MappingNode({}, node.place)


def _logging(base: Node, other: Node, path: TreePath) -> Node:
    if not isinstance(base, MappingNode) or not isinstance(other, MappingNode):
        return other
    first, second = base.get("driver"), other.get("driver")
    same = first is None or second is None or string(first) == string(second)
    return _merge_mappings(base, other, path) if same else other


def _ipam(base: Node, other: Node, path: TreePath) -> Node:
    if not isinstance(base, Sequence) or not isinstance(other, Sequence):
        raise ComposeError("{}: a sequence is wanted", other.place, Shown.path(path))
    merged: dict[str | None, MappingNode] = {}
    for first in base.items:
        for second in other.items:
            if not isinstance(first, MappingNode) or not isinstance(second, MappingNode):
                continue
            subnet = string(second.get("subnet"))
            if subnet != string(first.get("subnet")) and subnet not in merged:
                merged[subnet] = second
                continue
            both = _merge_mappings(first, second, path)
            merged[string(both.get("subnet"))] = both
    return Sequence(tuple(merged.values()), other.place)


_Merger = Callable[[Node, Node, TreePath], Node]
_Index = Callable[[Node, str], str]
_TO_SEQUENCE = """
    networks.*.labels volumes.*.labels services.*.annotations services.*.build.args services.*.build.additional_contexts
    services.*.build.labels services.*.deploy.labels services.*.dns services.*.dns_opt services.*.dns_search
    services.*.env_file services.*.label_file services.*.environment services.*.labels services.*.volumes.*.volume.labels
    services.*.sysctls services.*.tmpfs
""".split()
_MERGERS: Patterns[_Merger] = Patterns.of(
    (tuple(name.split(".")), merger)
    for name, merger in (
        *((name, _to_sequence) for name in _TO_SEQUENCE),
        ("services.*.command", _replace),
        ("services.*.entrypoint", _replace),
        ("services.*.healthcheck.test", _replace),
        ("services.*.ulimits.*", _replace),
        ("services.*.extra_hosts", _extra_hosts),
        ("services.*.build.extra_hosts", _extra_hosts),
        ("services.*.build", _build),
        ("services.*.depends_on", _to_mapping(started)),
        ("services.*.models", _to_mapping(no_options)),
        ("services.*.networks", _to_mapping(no_options)),
        ("services.*.logging", _logging),
        ("networks.*.ipam.config", _ipam),
    )
)


def enforce_unicity(node: Node) -> Node:
    """A tree whose sequences keep the last of all elements that mean the same thing: one volume for a target, and so on."""
    return _unique(node, _INDICES, ())


def _unique(node: Node, indices: Patterns[_Index] | None, path: TreePath) -> Node:
    if indices is None:
        return node
    match node:
        case MappingNode():
            entries = {name: _unique(entry, indices.below(name), (*path, name)) for name, entry in node.entries.items()}
            return MappingNode(entries, node.place, node.key_places)
        case Sequence():
            index = indices.value
            if index is None:
                return node
            kept: dict[str, Node] = {}
            for position, item in enumerate(node.items):
                kept[index(item, f"{'.'.join(path)}.[{position}]")] = item
            return Sequence(tuple(kept.values()), node.place)
        case _:
            return node


def _by_name(item: Node, path: str) -> str:
    text = string(item)
    if text is None:
        raise ComposeError("{}: a text is wanted", item.place, Shown.path((path,)))
    return text.partition("=")[0]


def _by_target(item: Node, path: str) -> str:
    if isinstance(item, MappingNode):
        target = string(item.get("target"))
        if target is None:
            raise ComposeError("service volume {} is missing a mount target", item.place, Shown.path((path,)))
        return target
    text = string(item)
    return "" if text is None else parse_volume(text, item.place).target


def _by_device(item: Node, path: str) -> str:
    if isinstance(item, MappingNode):
        target = string(item.get("target"))
        if target is None:
            raise ComposeError("service device {} is missing a mount target", item.place, Shown.path((path,)))
        return target
    parts = (string(item) or "").split(":")
    return parts[1] if len(parts) > 1 else parts[0]


def _by_text(item: Node, _path: str) -> str:
    return text_of(item.value) if isinstance(item, Scalar) else ""


def _by_port(item: Node, path: str) -> str:
    if not isinstance(item, MappingNode):
        return _by_text(item, path)
    target = item.get("target")
    if target is None:
        raise ComposeError("service ports {} is missing a target port", item.place, Shown.path((path,)))
    parts = (item.get("host_ip"), item.get("published"), target, item.get("protocol"))
    defaults = ("0.0.0.0", "", "", "tcp")
    shown = [
        _by_text(part, path) if part is not None else default for part, default in zip(parts, defaults, strict=True)
    ]
    return f"{shown[0]}:{shown[1]}:{shown[2]}/{shown[3]}"


def _by_mount(folder: str) -> Callable[[Node, str], str]:
    def index(item: Node, _path: str) -> str:
        if isinstance(item, MappingNode):
            return string(item.get("target")) or f"{folder}/{string(item.get('source'))}"
        return f"{folder}/{_by_text(item, _path)}"

    return index


def _by_path(item: Node, path: str) -> str:
    if not isinstance(item, MappingNode):
        return _by_text(item, path)
    text = string(item.get("path"))
    if text is None:
        raise ComposeError("environment path attribute {} is missing", item.place, Shown.path((path,)))
    return text


_UNIQUE_BY_NAME = """
    networks.*.labels networks.*.ipam.options services.*.annotations services.*.build.args
    services.*.build.additional_contexts services.*.build.platform services.*.build.tags services.*.build.labels
    services.*.cap_add services.*.cap_drop services.*.deploy.labels services.*.dns services.*.dns_opt
    services.*.dns_search services.*.environment services.*.labels services.*.links services.*.networks.*.aliases
    services.*.networks.*.link_local_ips services.*.profiles services.*.sysctls services.*.tmpfs
""".split()
_INDICES: Patterns[_Index] = Patterns.of(
    (tuple(name.split(".")), index)
    for name, index in (
        *((name, _by_name) for name in _UNIQUE_BY_NAME),
        ("services.*.devices", _by_device),
        ("services.*.configs", _by_mount("")),
        ("services.*.secrets", _by_mount("/run/secrets")),
        ("services.*.env_file", _by_path),
        ("services.*.expose", _by_text),
        ("services.*.ports", _by_port),
        ("services.*.volumes", _by_target),
    )
)


def drop_replaced(node: Node, replaced: tuple[TreePath, ...], path: TreePath = ()) -> Node:
    """A tree without what a later document takes over (``!reset``, ``!override``)."""
    if not replaced or not isinstance(node, MappingNode):
        return node
    kept = {
        name: drop_replaced(entry, replaced, (*path, name))
        for name, entry in node.entries.items()
        if not any(matches((*path, name), pattern) for pattern in replaced)
    }
    return MappingNode(kept, node.place, node.key_places)
