"""The Compose data model as the reference prints it: ``docker compose config --format json``.

A table of decoders: what type a key has in the reference (compose-go, ``types/``), and so how its value is printed and
when it is left out.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from nixlint.containers.languages.byte_size import parse_byte_size
from nixlint.containers.languages.duration import format_duration, parse_duration
from nixlint.syntax.place import Place

from .access import Access, anywhere
from .dotenv import parse_dotenv, raw_variables
from .interpolation import NotOfType, to_boolean, to_float, to_integer
from .node import MappingNode, Node, Scalar, Sequence, is_null, string, text_of
from .problem import ComposeError, Shown
from .short_forms import split_words

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
_Decoder = Callable[[Node, str], Json]
_OMIT: Json = {"": "left out"}
"""Stands for a value that the reference leaves out: it is the zero of its type."""


def print_model(root: MappingNode, environment: Mapping[str, str], access: Access | None = None) -> dict[str, Json]:
    """The model of a normalised project, environment and label files read. ``access`` is the way to these.

    Raises :class:`ComposeError` for a value that its type doesn't take, and for a required file that isn't there.
    """
    model = decode(root)
    services, decoded = root.get("services"), model["services"]
    assert isinstance(decoded, dict)
    for name, service in services.entries.items() if isinstance(services, MappingNode) else ():
        printed = decoded.get(name)
        if isinstance(service, MappingNode) and isinstance(printed, dict):
            printed.update(_from_files(service, f"services.{name}", environment, access or anywhere()))
    return model


def decode(root: MappingNode) -> dict[str, Json]:
    """The model of a normalised project as it is written, no other file read.

    Raises :class:`ComposeError` for a value that its type doesn't take.
    """
    model: dict[str, Json] = {"name": string(root.get("name")) or "", "services": {}}
    services = root.get("services")
    if isinstance(services, MappingNode):
        model["services"] = {
            name: _service(service, f"services.{name}")
            for name, service in services.entries.items()
            if not is_null(service)
        }
    for kind, keys in (("networks", _NETWORK), ("volumes", _VOLUME), ("secrets", _FILE), ("configs", _FILE)):
        resources = root.get(kind)
        if isinstance(resources, MappingNode) and resources.entries:
            model[kind] = {
                name: keys(_printable(kind, resource), f"{kind}.{name}") for name, resource in resources.entries.items()
            }
    for name, node in root.entries.items():
        if name.startswith("x-"):
            model[name] = _plain(node)
    return model


def _printable(kind: str, resource: Node) -> Node:
    if kind == "configs" and isinstance(resource, MappingNode) and "environment" in resource.entries:
        return resource.without("content")
    return resource


def _plain(node: Node) -> Json:
    match node:
        case MappingNode():
            return {name: _plain(entry) for name, entry in node.entries.items()}
        case Sequence():
            return [_plain(item) for item in node.items]
        case Scalar():
            return node.value


def _service(node: Node, path: str) -> Json:
    if not isinstance(node, MappingNode):
        raise ComposeError("{} must be a mapping", node.place, Shown.path((path,)))
    return _struct(_SERVICE, {"command": None, "entrypoint": None})(node, path)


def _from_files(service: MappingNode, path: str, environment: Mapping[str, str], access: Access) -> dict[str, Json]:
    """The variables and labels of a service with those that its files give it."""
    variables: dict[str, Json] = dict(resolved_environment(service, path, environment, access).items())
    labels: dict[str, Json] = dict(resolved_labels(service, path, access).items())
    return {**({"environment": variables} if variables else {}), **({"labels": labels} if labels else {})}


def resolved_environment(
    service: MappingNode, path: str, environment: Mapping[str, str], access: Access
) -> dict[str, str | None]:
    """The variables of a service with those of its environment files. Raises :class:`ComposeError` for a missing one."""
    own = variables_of(service.get("environment"), f"{path}.environment")
    own = {name: environment.get(name) if value is None else value for name, value in own.items()}
    found: dict[str, str] = {}
    files = service.get("env_file")
    known = {**{name: value for name, value in own.items() if value is not None}, **environment}
    for index, item in enumerate(files.items if isinstance(files, Sequence) else ()):
        if isinstance(item, MappingNode):
            key = Shown.path((f"{path}.env_file[{index}]",))
            found.update(_env_file(item, known, found, access, key))
    return {**found, **own}


def _env_file(
    item: MappingNode, known: Mapping[str, str], earlier: Mapping[str, str], access: Access, key: Shown
) -> dict[str, str]:
    path = Path(string(item.get("path")) or "")
    required = item.entries.get("required")
    is_required = _boolean(required, "required") if required is not None else True
    if not is_required and access.kind(path) is None:
        return {}
    text = access.text(path, item.place, key)
    kind = string(item.get("format"))
    if kind == "raw":
        return raw_variables(text)
    if kind:
        raise ComposeError('unsupported env_file format "…"', item.place)
    return _parsed(text, known.get, access, item.place, key, earlier)


def _parsed(
    text: str,
    lookup: Callable[[str], str | None],
    access: Access,
    place: Place,
    key: Shown,
    earlier: Mapping[str, str] | None = None,
) -> dict[str, str]:
    try:
        return parse_dotenv(text, lookup, access.budget, earlier)
    except ComposeError as error:
        raise error.within("failed to read {}: ", place, key) from None


def resolved_labels(service: MappingNode, path: str, access: Access) -> dict[str, str]:
    """The labels of a service with those of its label files. Raises :class:`ComposeError` for a missing one."""
    found: dict[str, str] = {}
    files = service.get("label_file")
    for index, item in enumerate(files.items if isinstance(files, Sequence) else ()):
        key = Shown.path((f"{path}.label_file[{index}]",))
        text = access.text(Path(string(item) or ""), item.place, key)
        found.update(_parsed(text, found.get, access, item.place, key))
    own = variables_of(service.get("labels"), f"{path}.labels")
    return {**found, **{name: value or "" for name, value in own.items()}}


def variables_of(node: Node | None, path: str) -> dict[str, str | None]:
    """Names and values in either form, values as the reference prints them; ``None`` where a name stands alone.

    Raises :class:`ComposeError` for a name that ends in a blank.
    """
    match node:
        case MappingNode():
            return {
                name: None if is_null(entry) else text_of(entry.value) if isinstance(entry, Scalar) else ""
                for name, entry in node.entries.items()
            }
        case Sequence():
            found: dict[str, str | None] = {}
            for item in node.items:
                text = text_of(item.value) if isinstance(item, Scalar) else ""
                name, equals, value = text.partition("=")
                if name[-1:].isspace():
                    owner, _, kind = path.rpartition(".")
                    raise ComposeError(
                        "'{}].{}' environment variable … is declared with a trailing space",
                        item.place,
                        Shown.path((owner.replace("services.", "services[", 1),)),
                        Shown.word(kind),
                    )
                found[name] = value if equals else None
            return found
        case _:
            return {}


# Decoders of single values. Each raises ComposeError for what its type doesn't take.


def _fail(node: Node, path: str, what: str) -> ComposeError:
    """The error of a value, where ``what`` are words of this module."""
    return ComposeError("{}: {}", node.place, Shown.path((path,)), Shown.word(what))


def _string(node: Node, path: str) -> Json:
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return node.value or _OMIT
    if isinstance(node, Scalar) and type(node.value) is int:
        return str(node.value)
    raise _fail(node, path, "expected type 'string'")


def _boolean(node: Node, path: str) -> bool:
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    text = string(node)
    try:
        if text is not None:
            return to_boolean(text)
    except NotOfType as error:
        raise _fail(node, path, error.words) from None
    raise _fail(node, path, "expected type 'bool'")


def _flag(node: Node, path: str) -> Json:
    return _boolean(node, path) or _OMIT


def _opt_out(node: Node, path: str) -> Json:
    return _OMIT if _boolean(node, path) else False


def _int(node: Node, path: str) -> int:
    text = string(node)
    try:
        if text is not None:
            return to_integer(text)
    except NotOfType as error:
        raise _fail(node, path, error.words) from None
    if isinstance(node, Scalar) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return int(node.value)
    raise _fail(node, path, "expected type 'int'")


def _integer(node: Node, path: str) -> Json:
    return _int(node, path) or _OMIT


def _single_precision(node: Node, path: str) -> Json:
    text = string(node)
    try:
        value = to_float(text) if text is not None else node.value if isinstance(node, Scalar) else None
    except NotOfType as error:
        raise _fail(node, path, error.words) from None
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _fail(node, path, "expected a number")
    return shortest_single(float(value)) or _OMIT


def shortest_single(value: float) -> float:
    """The number with the fewest digits that has the same single-precision value, as Go prints a ``float32``."""
    packed = struct.pack("f", value)
    for digits in range(1, 10):
        short = float(f"{value:.{digits}g}")
        if struct.pack("f", short) == packed:
            return short
    return value


def _bytes(node: Node, path: str) -> Json:
    size = size_of(node, path)
    return str(size) if size else _OMIT


def size_of(node: Node, path: str) -> int:
    """A size in bytes. Raises :class:`ComposeError` for what is none."""
    text = string(node)
    if text is None:
        return _int(node, path) if isinstance(node, Scalar) and type(node.value) is int else 0
    try:
        return parse_byte_size(text)
    except ValueError:
        raise _fail(node, path, "invalid size: '…'") from None


def _duration(node: Node, path: str) -> Json:
    return format_duration(duration_of(node, path))


def _plain_duration(node: Node, path: str) -> Json:
    """A duration that the reference leaves out where it is nothing."""
    nanoseconds = duration_of(node, path)
    return (nanoseconds and format_duration(nanoseconds)) or _OMIT


def duration_of(node: Node, path: str) -> int:
    """A duration in nanoseconds. Raises :class:`ComposeError` for what is none."""
    try:
        return parse_duration(text_of(node.value) if isinstance(node, Scalar) else "")
    except ValueError:
        raise _fail(node, path, 'time: invalid duration "…"') from None


def _list(item: _Decoder) -> _Decoder:
    def decode(node: Node, path: str) -> Json:
        items = node.items if isinstance(node, Sequence) else (node,) if string(node) is not None else None
        if items is None:
            raise _fail(node, path, "expected a sequence")
        decoded: list[Json] = []
        for index, each in enumerate(items):
            value = item(each, f"{path}[{index}]")
            decoded.append("" if value is _OMIT else value)
        return decoded or _OMIT

    return decode


def _text(node: Node, _path: str) -> Json:
    return text_of(node.value) if isinstance(node, Scalar) else ""


def _command(node: Node, path: str) -> Json:
    if isinstance(node, Sequence):
        return [_text(item, path) for item in node.items]
    text = string(node)
    if text is None:
        return None
    try:
        return list(split_words(text).words)
    except ValueError:
        raise _fail(node, path, "invalid command line string") from None


def _test(node: Node, path: str) -> Json:
    text = string(node)
    return ["CMD-SHELL", text] if text is not None else _list(_text)(node, path)


def _mapping(node: Node, path: str) -> Json:
    """Names and texts: a name alone has an empty one."""
    found: dict[str, Json] = {name: value or "" for name, value in variables_of(node, path).items()}
    return found or _OMIT


def _optional_mapping(node: Node, path: str) -> Json:
    found: dict[str, Json] = dict(variables_of(node, path).items())
    return found or _OMIT


def _entries(item: _Decoder) -> _Decoder:
    def decode(node: Node, path: str) -> Json:
        if not isinstance(node, MappingNode):
            raise _fail(node, path, "expected a map")
        found: dict[str, Json] = {}
        for name, entry in node.entries.items():
            value = None if is_null(entry) else item(entry, f"{path}.{name}")
            found[name] = {} if value is _OMIT else value
        return found or _OMIT

    return decode


def _multi_options(node: Node, path: str) -> Json:
    if not isinstance(node, MappingNode):
        raise _fail(node, path, "invalid type for options")
    return {
        name: [_text(item, path) for item in (entry.items if isinstance(entry, Sequence) else (entry,))]
        for name, entry in node.entries.items()
    } or _OMIT


def _hosts(node: Node, path: str) -> Json:
    hosts: list[tuple[str, str]] = []
    if isinstance(node, MappingNode):
        for name, entry in node.entries.items():
            addresses = entry.items if isinstance(entry, Sequence) else (entry,)
            hosts += [(name, _address_text(address)) for address in addresses]
    for item in node.items if isinstance(node, Sequence) else ():
        text = str(_text(item, path))
        separator = next((each for each in "=:" if each in text), None)
        if separator is None:
            raise _fail(item, path, "invalid additional host, missing IP: …")
        name, _, addresses_text = text.partition(separator)
        hosts += [(name, address) for address in addresses_text.split(",")]
    for name, _ in hosts:
        if not name or ":" in name or "=" in name:
            raise _fail(node, path, "bad host name '…'")
    listed: list[Json] = [*sorted(f"{name}={_without_brackets(address)}" for name, address in hosts)]
    return listed or _OMIT


def _address_text(node: Node) -> str:
    return text_of(node.value) if isinstance(node, Scalar) and node.value is not None else ""


def _without_brackets(address: str) -> str:
    return address[1:-1] if len(address) > 2 and address[0] == "[" and address[-1] == "]" else address


def _ulimit(node: Node, path: str) -> Json:
    if isinstance(node, Scalar):
        return _int(node, path) or {}
    return _struct({"soft": _integer, "hard": _integer})(node, path)


def _mode(node: Node, path: str) -> Json:
    text = string(node)
    try:
        mode = int(text, 8) if text is not None else _int(node, path)
    except ValueError:
        raise _fail(node, path, 'parsing "…": invalid syntax') from None
    return f"0{mode:o}"


def _count(node: Node, path: str) -> Json:
    text = string(node)
    if text is not None and text.lower() == "all":
        return -1
    if text is not None and not text.isdecimal():
        raise _fail(node, path, "invalid value \"…\", the only value allowed is 'all' or a number")
    return _int(node, path) or _OMIT


def _ssh(node: Node, _path: str) -> Json:
    if not isinstance(node, MappingNode):
        return _OMIT
    return [name if is_null(path) else f"{name}={_text(path, '')}" for name, path in node.entries.items()] or _OMIT


def _kept(decoder: _Decoder, zero: Json) -> _Decoder:
    """A decoder whose zero is printed too."""

    def decode(node: Node, path: str) -> Json:
        value = decoder(node, path)
        return zero if value is _OMIT else value

    return decode


def _struct(keys: Mapping[str, _Decoder], always: Mapping[str, Json] | None = None) -> _Decoder:
    def decode(node: Node, path: str) -> Json:
        if not isinstance(node, MappingNode):
            if is_null(node):
                return dict(always or {})
            raise _fail(node, path, "expected a map")
        found: dict[str, Json] = dict(always or {})
        for name, entry in node.entries.items():
            decoder = keys.get(name)
            if decoder is None or (is_null(entry) and decoder is not _command):
                continue
            value = decoder(entry, f"{path}.{name}")
            if value is not _OMIT:
                found[name] = value
        return found

    return decode


_STRINGS = _list(_string)
_HOOK = _struct(
    {
        "command": _command,
        "image": _string,
        "user": _string,
        "privileged": _flag,
        "working_dir": _string,
        "environment": _optional_mapping,
        "per_replica": _flag,
    },
    {"command": None},
)
_DEVICE_REQUEST = _struct(
    {"capabilities": _STRINGS, "driver": _string, "count": _count, "device_ids": _STRINGS, "options": _mapping}
)
_FILE_REFERENCE = _struct({"source": _string, "target": _string, "uid": _string, "gid": _string, "mode": _mode})
_UPDATE = _struct(
    {
        "parallelism": _int,
        "delay": _plain_duration,
        "failure_action": _string,
        "monitor": _plain_duration,
        "max_failure_ratio": _single_precision,
        "order": _string,
    }
)
_RESOURCE = _struct(
    {
        "cpus": _single_precision,
        "memory": _bytes,
        "pids": _integer,
        "devices": _list(_DEVICE_REQUEST),
        "generic_resources": _list(
            _struct(
                {
                    "discrete_resource_spec": _struct(
                        {"kind": _kept(_string, ""), "value": _int}, {"kind": "", "value": 0}
                    )
                }
            )
        ),
    }
)
_BUILD: dict[str, _Decoder] = {
    **dict.fromkeys("context dockerfile dockerfile_inline provenance sbom isolation network target".split(), _string),
    **dict.fromkeys("entitlements cache_from cache_to no_cache_filter tags platforms".split(), _STRINGS),
    **dict.fromkeys("no_cache pull privileged".split(), _flag),
    "args": _optional_mapping,
    "ssh": _ssh,
    "labels": _mapping,
    "additional_contexts": _mapping,
    "extra_hosts": _hosts,
    "secrets": _list(_FILE_REFERENCE),
    "shm_size": _bytes,
    "ulimits": _entries(_ulimit),
}
_BLKIO_DEVICE = _struct({"path": _string, "rate": _bytes, "weight": _integer})


def _blkio_devices(node: Node, path: str) -> Json:
    """These two types have no names for JSON in the reference, and so print those of Go."""
    items: list[Json] = []
    for item in node.items if isinstance(node, Sequence) else ():
        decoded = _BLKIO_DEVICE(item, path)
        assert isinstance(decoded, dict)
        items.append({name.capitalize(): value for name, value in decoded.items()})
    return items or _OMIT


_SERVICE: dict[str, _Decoder] = {
    **dict.fromkeys(
        """cgroup_parent cgroup cpuset container_name domainname hostname image ipc isolation mac_address network_mode pid
        platform pull_policy restart runtime stop_signal user userns_mode uts working_dir""".split(),
        _string,
    ),
    **dict.fromkeys(
        """cap_add cap_drop device_cgroup_rules dns dns_opt dns_search external_links group_add links profiles security_opt
        tmpfs volumes_from label_file""".split(),
        _STRINGS,
    ),
    **dict.fromkeys("oom_kill_disable privileged read_only stdin_open tty use_api_socket".split(), _flag),
    **dict.fromkeys(
        "cpu_count cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares oom_score_adj pids_limit".split(),
        _integer,
    ),
    **dict.fromkeys("mem_limit mem_reservation mem_swappiness memswap_limit shm_size".split(), _bytes),
    **dict.fromkeys("cpus cpu_percent".split(), _single_precision),
    **dict.fromkeys("init attach".split(), _boolean),
    **dict.fromkeys("annotations sysctls storage_opt".split(), _mapping),
    **dict.fromkeys("secrets configs".split(), _list(_FILE_REFERENCE)),
    **dict.fromkeys("pre_start post_start pre_stop".split(), _list(_HOOK)),
    "scale": _int,
    "environment": _optional_mapping,
    "command": _command,
    "entrypoint": _command,
    "expose": _list(_text),
    "extra_hosts": _hosts,
    "stop_grace_period": _duration,
    "build": _struct(_BUILD),
    "blkio_config": _struct(
        {
            "weight": _integer,
            **dict.fromkeys(
                "weight_device device_read_bps device_read_iops device_write_bps device_write_iops".split(),
                _blkio_devices,
            ),
        }
    ),
    "credential_spec": _struct({"config": _string, "file": _string, "registry": _string}),
    "depends_on": _entries(
        _struct({"condition": _string, "restart": _flag, "required": _boolean}, {"required": False})
    ),
    "deploy": _struct(
        {
            "mode": _string,
            "replicas": _int,
            "labels": _mapping,
            "update_config": _UPDATE,
            "rollback_config": _UPDATE,
            "resources": _struct({"limits": _RESOURCE, "reservations": _RESOURCE}),
            "restart_policy": _struct(
                {"condition": _string, "delay": _duration, "max_attempts": _int, "window": _duration}
            ),
            "placement": _struct(
                {
                    "constraints": _STRINGS,
                    "preferences": _list(_struct({"spread": _string})),
                    "max_replicas_per_node": _integer,
                }
            ),
            "endpoint_mode": _string,
        },
        {"resources": {}, "placement": {}},
    ),
    "develop": _struct(
        {
            "watch": _list(
                _struct(
                    {
                        "path": _kept(_string, ""),
                        "action": _kept(_string, ""),
                        "target": _string,
                        "exec": _HOOK,
                        "include": _STRINGS,
                        "ignore": _STRINGS,
                        "initial_sync": _flag,
                    },
                    {"exec": {"command": None}},
                )
            )
        }
    ),
    "devices": _list(_struct({"source": _string, "target": _string, "permissions": _string})),
    "env_file": _list(_struct({"path": _string, "required": _opt_out, "format": _string})),
    "extends": _struct({"file": _string, "service": _string}),
    "gpus": _list(_DEVICE_REQUEST),
    "healthcheck": _struct(
        {
            "test": _test,
            **dict.fromkeys("timeout interval start_period start_interval".split(), _duration),
            "retries": _int,
            "disable": _flag,
        }
    ),
    "logging": _struct({"driver": _string, "options": _mapping}),
    "models": _entries(_struct({"endpoint_var": _string, "model_var": _string})),
    "networks": _entries(
        _struct(
            {
                "aliases": _STRINGS,
                "driver_opts": _mapping,
                "gw_priority": _integer,
                "interface_name": _string,
                "ipv4_address": _string,
                "ipv6_address": _string,
                "link_local_ips": _STRINGS,
                "mac_address": _string,
                "priority": _integer,
            }
        )
    ),
    "ports": _list(
        _struct(
            {
                "name": _string,
                "mode": _string,
                "host_ip": _string,
                "target": _integer,
                "published": _string,
                "protocol": _string,
                "app_protocol": _string,
            }
        )
    ),
    "provider": _struct({"type": _string, "options": _multi_options}),
    "ulimits": _entries(_ulimit),
    "volumes": _list(
        _struct(
            {
                "type": _string,
                "source": _string,
                "target": _string,
                "read_only": _flag,
                "consistency": _string,
                "bind": _struct(
                    {"selinux": _string, "propagation": _string, "create_host_path": _opt_out, "recursive": _string}
                ),
                "volume": _struct({"labels": _mapping, "nocopy": _flag, "subpath": _string}),
                "tmpfs": _struct({"size": _bytes, "mode": _integer}),
                "image": _struct({"subpath": _string}),
            }
        )
    ),
}
_RESOURCE_KEYS: dict[str, _Decoder] = {
    "name": _string,
    "driver": _string,
    "driver_opts": _mapping,
    "external": _flag,
    "labels": _mapping,
}
_VOLUME = _struct(_RESOURCE_KEYS)
_FILE = _struct(
    {
        **_RESOURCE_KEYS,
        "file": _string,
        "environment": _string,
        "content": _string,
        "template_driver": _string,
    }
)
_NETWORK_KEYS: dict[str, _Decoder] = {
    **_RESOURCE_KEYS,
    "ipam": _struct(
        {
            "driver": _string,
            "config": _list(
                _struct({"subnet": _string, "gateway": _string, "ip_range": _string, "aux_addresses": _mapping})
            ),
            "options": _mapping,
        }
    ),
    "internal": _flag,
    "attachable": _flag,
    "enable_ipv4": _boolean,
    "enable_ipv6": _boolean,
}
_NETWORK = _struct(_NETWORK_KEYS, {"ipam": {}})


def equal_value(key: str, one: Node, other: Node | None) -> bool:
    """Whether two nodes are the same number or size; nothing is zero."""
    decoder = _SERVICE[key]
    zero = None if other is None else decoder(other, key)
    first = decoder(one, key)
    return first == zero or (first is _OMIT and zero in (None, _OMIT))
