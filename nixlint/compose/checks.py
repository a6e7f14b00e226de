"""What the specification forbids beyond keys and types, before and after a project is whole.

compose-go, ``validation/`` and ``loader/validate.go``.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from .node import MappingNode, Node, Patterns, Scalar, Sequence, TreePath, string
from .problem import ComposeError, Shown


def check_resources(root: Node) -> None:
    """Check ports, devices, volumes, secrets and configs each by itself. Raises :class:`ComposeError`."""
    _check(root, _CHECKS, ())


def _check(node: Node, checks: Patterns[Callable[[Node, TreePath], None]], path: TreePath) -> None:
    if checks.value is not None:
        checks.value(node, path)
    entries = node.entries.items() if isinstance(node, MappingNode) else ()
    items = node.items if isinstance(node, Sequence) else ()
    for name, each in (*entries, *(("[]", item) for item in items)):
        below = checks.below(name)
        if below is not None:
            _check(each, below, (*path, name))


def _external(node: Node, path: TreePath) -> None:
    if not isinstance(node, MappingNode) or not _is_true(node.entries.get("external")):
        return
    for name in node.entries:
        if name not in ("name", "external") and not name.startswith("x-"):
            raise ComposeError(
                '{}: conflicting parameters "external" and "{}" specified',
                node.key_place(name),
                Shown.path(path),
                Shown.key(name),
            )


def _file_object(*names: str) -> Callable[[Node, TreePath], None]:
    listed = Shown.word("|".join(names))

    def check(node: Node, path: TreePath) -> None:
        if not isinstance(node, MappingNode):
            return
        given = [name for name in names if name in node.entries]
        if len(given) > 1:
            raise ComposeError("{}: {} attributes are mutually exclusive", node.place, Shown.path(path), listed)
        if not given and "driver" not in node.entries and "external" not in node.entries:
            raise ComposeError("{}: one of {} must be set", node.place, Shown.path(path), listed)

    return check


def _address(node: Node, path: TreePath) -> None:
    address = node.entries.get("host_ip") if isinstance(node, MappingNode) else None
    text = string(address)
    if address is None or text is None:
        return
    try:
        ip_address(text)
    except ValueError:
        raise ComposeError("{}: invalid ip address: …", address.place, Shown.path(path)) from None


def _watched_path(node: Node, path: TreePath) -> None:
    if string(node) == "":
        raise ComposeError("{}: value can't be blank", node.place, Shown.path(path))


def _device_request(node: Node, path: TreePath) -> None:
    if isinstance(node, MappingNode) and {"count", "device_ids"} <= set(node.entries):
        raise ComposeError('{}: "count" and "device_ids" attributes are exclusive', node.place, Shown.path(path))


_CHECKS: Patterns[Callable[[Node, TreePath], None]] = Patterns.of(
    (
        (("volumes", "*"), _external),
        (("configs", "*"), _file_object("file", "environment", "content")),
        (("secrets", "*"), _file_object("file", "environment")),
        (("services", "*", "ports", "[]"), _address),
        (("services", "*", "develop", "watch", "[]", "path"), _watched_path),
        (("services", "*", "deploy", "resources", "reservations", "devices", "[]"), _device_request),
        (("services", "*", "gpus", "[]"), _device_request),
    )
)


def _is_true(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.value is True
