"""From the specification's short forms to its long ones, defaults, and paths below the project's directory.

compose-go, ``transform/``, ``paths/`` and ``loader/normalize.go``, in that order.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath
from posixpath import normpath

from .budget import Budget
from .merging import as_mapping, no_options, started
from .node import MappingNode, Node, Patterns, Scalar, Sequence, TreePath, is_null, string, text_of
from .problem import ComposeError, Shown
from .short_forms import device_node, port_nodes, volume_node

_Change = Callable[[Node, TreePath], Node]


def rewrite(node: Node, changes: Patterns[_Change] | None, path: TreePath = ()) -> Node:
    """A tree with the nodes at some paths changed, from the top; below a changed node all stays as it left it."""
    if changes is None:
        return node
    return _below(node, changes, path) if changes.value is None else changes.value(node, path)


def _below(node: Node, changes: Patterns[_Change], path: TreePath) -> Node:
    match node:
        case MappingNode():
            entries = {name: rewrite(entry, changes.below(name), (*path, name)) for name, entry in node.entries.items()}
            return MappingNode(entries, node.place, node.key_places)
        case Sequence():
            below = changes.below("[]")
            if below is None:
                return node
            return Sequence(tuple(rewrite(item, below, (*path, "[]")) for item in node.items), node.place)
        case _:
            return node


def to_long_forms(root: Node, budget: Budget) -> Node:
    """A project without short forms. Raises :class:`ComposeError` for one that can't be read, or is too much."""

    def ports(node: Node, _path: TreePath) -> Node:
        return _ports(node, budget)

    return _drop_empty_dns(rewrite(rewrite(root, _LONG_FORMS), Patterns.of([(("services", "*", "ports"), ports)])))


def _build(node: Node, path: TreePath) -> Node:
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return MappingNode({"context": node}, node.place)
    below = _LONG_FORMS.at(path)
    return node if below is None else _below(node, below, path)


def _as_list(node: Node, _path: TreePath) -> Node:
    return Sequence((node,), node.place) if string(node) is not None else node


def _as_printed(node: Node, _path: TreePath) -> Node:
    return Scalar(text_of(node.value), node.place, node.template, node.variables) if isinstance(node, Scalar) else node


def _key_values(node: Node, path: TreePath) -> Node:
    if not isinstance(node, Sequence):
        return node
    entries: dict[str, Node] = {}
    for item in node.items:
        name, equals, value = (string(item) or "").partition("=")
        if not equals:
            raise ComposeError("{}: invalid value …, expected key=value", item.place, Shown.path(path))
        entries[name] = Scalar(value, item.place)
    return MappingNode(entries, node.place)


def _dependencies(node: Node, _path: TreePath) -> Node:
    mapping = as_mapping(node, started)
    default = started(Scalar(None))
    assert isinstance(default, MappingNode)
    return MappingNode(
        {
            name: MappingNode({**default.entries, **entry.entries}, entry.place, entry.key_places)
            if isinstance(entry, MappingNode)
            else entry
            for name, entry in mapping.entries.items()
        },
        mapping.place,
        mapping.key_places,
    )


def _env_files(node: Node, _path: TreePath) -> Node:
    items = node.items if isinstance(node, Sequence) else (node,)
    return Sequence(tuple(_env_file(item) for item in items), node.place)


def _env_file(item: Node) -> Node:
    if isinstance(item, MappingNode):
        return item if "required" in item.entries else item.with_entry("required", Scalar(True))
    return MappingNode({"path": item, "required": Scalar(True)}, item.place, {"path": item.place})


def _extends(node: Node, _path: TreePath) -> Node:
    return MappingNode({"service": node}, node.place) if string(node) is not None else node


def _gpus(node: Node, _path: TreePath) -> Node:
    if string(node) is not None:
        return Sequence((MappingNode({"count": Scalar("all")}, node.place),), node.place)
    return node


def _names(node: Node, _path: TreePath) -> Node:
    return as_mapping(node, no_options) if isinstance(node, Sequence) else node


def _volume(node: Node, _path: TreePath) -> Node:
    return volume_node(node) if isinstance(node, Scalar) and isinstance(node.value, str) else node


def _device(node: Node, _path: TreePath) -> Node:
    return device_node(node) if isinstance(node, Scalar) and isinstance(node.value, str) else node


def _file_mount(node: Node, _path: TreePath) -> Node:
    if isinstance(node, Scalar):
        return MappingNode({"source": node}, node.place, {"source": node.place})
    return node


def _ports(node: Node, budget: Budget) -> Node:
    items: list[Node] = []
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(item, MappingNode):
            items.append(item)
        elif isinstance(item, Scalar):
            text = Scalar(text_of(item.value), item.place, item.template, item.variables)
            items.extend(port_nodes(text, partial(budget.take_ports, place=item.place)))
    return Sequence(tuple(items), node.place)


def _ssh(node: Node, _path: TreePath) -> Node:
    if not isinstance(node, Sequence):
        return node
    entries: dict[str, Node] = {}
    for item in node.items:
        name, equals, path = (string(item) or "").partition("=")
        if not equals and name != "default":
            raise ComposeError('invalid ssh key "…"', item.place)
        entries[name] = Scalar(path if equals else None, item.place)
    return MappingNode(entries, node.place)


def _ulimit(node: Node, path: TreePath) -> Node:
    if isinstance(node, MappingNode) or (isinstance(node, Scalar) and type(node.value) is int):
        return node
    raise ComposeError("{}: invalid type for ulimits", node.place, Shown.path(path))


def _external(node: Node, path: TreePath) -> Node:
    if not isinstance(node, MappingNode):
        return node
    external, name = node.get("external"), node.get("name")
    if not isinstance(external, MappingNode):
        return node
    resource = node.with_entry("external", Scalar(True, external.place))
    external_name = external.get("name")
    if external_name is None:
        return resource
    if name is not None and string(name) != string(external_name):
        raise ComposeError("{}: name and external.name conflict; only use name", external.place, Shown.path(path))
    return resource if name is not None else resource.with_entry("name", external_name)


def _patterns(table: dict[str, _Change]) -> Patterns[_Change]:
    return Patterns.of((tuple(name.split(".")), change) for name, change in table.items())


_LONG_FORMS = _patterns(
    {
        "services.*.build.secrets.[]": _file_mount,
        "services.*.build.provenance": _as_printed,
        "services.*.build.sbom": _as_printed,
        "services.*.build.additional_contexts": _key_values,
        "services.*.depends_on": _dependencies,
        "services.*.env_file": _env_files,
        "services.*.label_file": _as_list,
        "services.*.extends": _extends,
        "services.*.gpus": _gpus,
        "services.*.networks": _names,
        "services.*.models": _names,
        "services.*.volumes.[]": _volume,
        "services.*.dns": _as_list,
        "services.*.devices.[]": _device,
        "services.*.secrets.[]": _file_mount,
        "services.*.configs.[]": _file_mount,
        "services.*.build": _build,
        "services.*.build.ssh": _ssh,
        "services.*.ulimits.*": _ulimit,
        "services.*.build.ulimits.*": _ulimit,
        "services.*.develop.watch.[].ignore": _as_list,
        "services.*.develop.watch.[].include": _as_list,
        "volumes.*": _external,
        "networks.*": _external,
        "secrets.*": _external,
        "configs.*": _external,
    }
)


def _drop_empty_dns(root: Node) -> Node:
    def change(node: Node, _path: TreePath) -> Node:
        if not isinstance(node, Sequence):
            return node
        return Sequence(tuple(item for item in node.items if not is_null(item) and string(item) != ""), node.place)

    return rewrite(root, Patterns.of([(("services", "*", "dns"), change)]))


def with_defaults(root: Node) -> Node:
    """A project in its long forms with the specification's defaults filled in."""
    return rewrite(root, _DEFAULTS)


def _default(**defaults: str | bool) -> _Change:
    def change(node: Node, _path: TreePath) -> Node:
        if not isinstance(node, MappingNode):
            return node
        for name, value in defaults.items():
            if name not in node.entries:
                node = node.with_entry(name, Scalar(value))
        return node

    return change


def _secret_target(node: Node, _path: TreePath) -> Node:
    if not isinstance(node, MappingNode) or "target" in node.entries:
        return node
    return node.with_entry("target", Scalar(f"/run/secrets/{string(node.get('source'))}"))


def _gpu_count(node: Node, _path: TreePath) -> Node:
    if isinstance(node, MappingNode) and not {"count", "device_ids"} & set(node.entries):
        return node.with_entry("count", Scalar("all"))
    return node


_DEFAULTS = _patterns(
    {
        "services.*.build": _default(context="."),
        "services.*.secrets.[]": _secret_target,
        "services.*.ports.[]": _default(protocol="tcp", mode="ingress"),
        "services.*.deploy.resources.reservations.devices.[]": _gpu_count,
        "services.*.gpus.[]": _gpu_count,
        "services.*.volumes.[].bind": _default(create_host_path=True),
    }
)
_REMOTE_CONTEXTS = ("https://", "http://", "git://", "ssh://", "github.com/", "git@")


def with_absolute_paths(root: Node, directory: str) -> Node:
    """A project in its long forms whose paths of the host are absolute: relative ones are below ``directory``, and ``~`` is
    the home of the person who runs this. Raises :class:`ComposeError` for a bind mount without a source.
    """

    def absolute(node: Node, _path: TreePath) -> Node:
        text = string(node)
        if not text or not isinstance(node, Scalar):
            return node
        template = node.template or (text if text.startswith("~") else None)
        return Scalar(absolute_path(text, directory), node.place, template, node.variables)

    def context(node: Node, path: TreePath) -> Node:
        text = string(node) or ""
        if "://" in text or text.startswith("service:") or text.startswith(_REMOTE_CONTEXTS):
            return node
        return absolute(node, path)

    def volume(node: Node, path: TreePath) -> Node:
        if not isinstance(node, MappingNode) or string(node.get("type")) != "bind":
            return node
        source = node.entries.get("source")
        if source is None:
            raise ComposeError('invalid mount config for type "bind": field Source must not be empty', node.place)
        return node.with_entry("source", absolute(source, path))

    def driver_options(node: Node, path: TreePath) -> Node:
        if not isinstance(node, MappingNode) or string(node.get("driver")) != "local":
            return node
        options, device = node.get("driver_opts"), node.get("driver_opts", "device")
        if not isinstance(options, MappingNode) or device is None or string(options.get("o")) != "bind":
            return node
        return node.with_entry("driver_opts", options.with_entry("device", absolute(device, path)))

    return rewrite(
        root,
        _patterns(
            {
                "services.*.build.context": context,
                "services.*.build.additional_contexts.*": context,
                "services.*.build.ssh.*": absolute,
                "services.*.env_file.[].path": absolute,
                "services.*.label_file.[]": absolute,
                "services.*.extends.file": absolute,
                "services.*.develop.watch.[].path": absolute,
                "services.*.volumes.[]": volume,
                "configs.*.file": absolute,
                "secrets.*.file": absolute,
                "volumes.*": driver_options,
            }
        ),
    )


def absolute_path(text: str, directory: str) -> str:
    """A path of the host below a directory; as it is where it is absolute or one of Windows. ``~`` is this person's home."""
    if text == "~" or text.startswith("~/"):
        return str(Path.home()) + text[1:]
    if text.startswith("/") or (len(text) > 1 and text[1] == ":" and text[0].isalpha()) or text.startswith("\\\\"):
        return text
    return normpath(str(PurePosixPath(directory) / text))
