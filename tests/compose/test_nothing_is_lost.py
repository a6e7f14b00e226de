"""Every key of the specification is converted or named in the report, and every value of real files counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nixlint.compose.conversion.to_containers import convert as to_containers
from nixlint.compose.loading import LoadedProject, Request, load
from nixlint.compose.node import MappingNode, Node
from nixlint.compose.problem import ComposeError
from nixlint.compose.schema import alternatives, compose_types, plain

from .converting import converted, corpus_file, corpus_models

SAMPLES: dict[str, Any] = {
    "services.web.blkio_config.weight": 300,
    "services.web.cgroup": "private",
    "services.web.cpus": 1.5,
    "services.web.credential_spec.config": "spec",
    "services.web.deploy.replicas": 2,
    "services.web.deploy.resources.limits.memory": "64m",
    "services.web.deploy.resources.reservations.memory": "64m",
    "services.web.deploy.restart_policy.condition": "on-failure",
    "services.web.dns": ["192.0.2.1"],
    "services.web.environment": {"COLOUR": "green"},
    "services.web.expose": ["8080"],
    "services.web.extra_hosts": {"db": "192.0.2.7"},
    "services.web.healthcheck.disable": True,
    "services.web.healthcheck.test": "true",
    "services.web.labels": {"colour": "green"},
    "services.web.network_mode": "host",
    "services.web.platform": "linux/arm64",
    "services.web.ports[].host_ip": "127.0.0.1",
    "services.web.ports[].protocol": "udp",
    "services.web.ports[].target": 90,
    "services.web.ports[].published": "91",
    "services.web.pull_policy": "always",
    "services.web.restart": "always",
    "services.web.scale": 2,
    "services.web.tmpfs": ["/tmp"],
    "services.web.ulimits": {"nofile": {"soft": 5, "hard": 6}},
    "services.web.volumes_from": ["other"],
    "services.web.links": ["other:alias"],
    "services.web.external_links": ["elsewhere"],
    "services.web.volumes[].source": "/srv/data",
    "services.web.configs[].target": "/elsewhere",
    "services.web.secrets[].target": "/elsewhere",
    "services.web.deploy.resources.reservations.devices[].capabilities": ["gpu"],
    "services.web.deploy.resources.reservations.devices[].driver": "cdi",
    "networks.one.enable_ipv4": False,
    "services.web.volumes[].target": "/data",
}
DURATIONS = ("interval", "timeout", "start_period", "start_interval", "stop_grace_period", "delay", "window", "monitor")
SIZES = ("mem_limit", "mem_reservation", "memswap_limit", "mem_swappiness", "shm_size", "size", "rate")
WHOLE = (
    "version",
    "name",
    "include",
    "extends",
    "label_file",
    "env_file",
    "profiles",
    "services",
    "configs",
    "secrets",
)
"""Keys with tests of their own: they name files, or say what is read rather than what runs."""


def _sample(expression: str, path: str) -> Any:  # noqa: ANN401  # any value that a Compose file may have
    name = path.rpartition(".")[2].removesuffix("[]")
    if path in SAMPLES:
        return SAMPLES[path]
    if name in DURATIONS:
        return "42s"
    if name in SIZES:
        return "64m"
    side = next(
        (each for each in alternatives(expression) if each not in ("null", "string")), alternatives(expression)[-1]
    )
    if side.startswith("["):
        return [_sample(side[1 : side.rindex("]")], f"{path}[]")]
    if side.startswith("{"):
        inner = side[1 : side.rindex("}")]
        return {"one": _sample(inner.partition(":")[2] or inner, f"{path}.one")}
    if side.startswith("@"):
        return _struct_sample(side[1:], path)
    if side.startswith("="):
        return side[1:].split(",")[-1]
    if side.startswith("boolean"):
        return True
    if side.startswith(("integer", "number")):
        return 7
    return "sample"


def _struct_sample(name: str, path: str) -> Any:  # noqa: ANN401
    keys = compose_types()[name]
    if isinstance(keys, str):
        return _sample(keys, path)
    required = [key for key in keys if key.endswith("*")]
    return {key[:-1]: _sample(keys[key], f"{path}.{key[:-1]}") for key in required}


def _keys_below(expression: str, path: str, seen: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every key below a type, with a value that has it, as a list of steps: the path and what stands there."""
    for side in alternatives(expression):
        if side.startswith("@") and side not in seen:
            keys = compose_types()[side[1:]]
            if isinstance(keys, str):
                yield from _keys_below(keys, path, (*seen, side))
                continue
            for key, inner in keys.items():
                plain = key.removesuffix("*")
                if plain in ("x-", "…", "null"):
                    continue
                base = _struct_sample(side[1:], path)
                for below, value in (
                    (f"{path}.{plain}", _sample(inner, f"{path}.{plain}")),
                    *_keys_below(inner, f"{path}.{plain}", (*seen, side)),
                ):
                    yield below, {**base, plain: value}
        elif side.startswith("["):
            for below, value in _keys_below(side[1 : side.rindex("]")], f"{path}[]", seen):
                yield below, [value]
        elif side.startswith("{"):
            inner = side[1 : side.rindex("}")]
            for below, value in _keys_below(inner.partition(":")[2] or inner, f"{path}.one", seen):
                yield below, {"one": value}


def _project(key: str, value: Any) -> dict[str, Any]:  # noqa: ANN401
    """A project that has a key of the specification, and what that key needs around it."""
    service: dict[str, Any] = {"image": "example/web:1"}
    project: dict[str, Any] = {"services": {"web": service, "other": {"image": "example/other:1", "build": {}}}}
    top, _, rest = key.partition(".")
    if top != "services":
        project[top] = value
        match top:
            case "networks":
                service["networks"] = ["one"]
            case "volumes":
                service["volumes"] = ["one:/data"]
            case "secrets" | "configs":
                service[top] = ["one"]
        return project
    name = rest.partition(".")[2].partition(".")[0].removesuffix("[]")
    service.update(value)
    value = service.get(name)
    if name == "networks":
        project["networks"] = {"one": {}}
    if name == "depends_on":
        project["services"]["one"] = {"image": "example/one:1", "healthcheck": {"test": "true"}}
    if name == "models":
        project["models"] = {"one": {"model": "m"}, "sample": {"model": "m"}}
    if name in ("configs", "secrets"):
        project[name] = {"sample": {"file": "./sample"}}
        for use in value or []:
            if isinstance(use, dict):
                use.setdefault("source", "sample")
    if name == "build" and isinstance(value, dict) and value.get("secrets"):
        # Of another name than the sample of its target, which would say nothing new.
        project["secrets"] = {"sample": {"file": "./sample"}, "other": {"file": "./sample"}}
        for use in value["secrets"]:
            use.setdefault("source", "other")
    if name == "volumes" and value and isinstance(value[0], dict):
        _complete_volume(key, value[0], project)
    if name == "ports" and value and isinstance(value[0], dict):
        value[0].setdefault("target", 90)
    if name == "develop" and value:
        for watch in value.get("watch", []):
            watch.setdefault("target", "/code")
    return project


def _complete_volume(key: str, volume: dict[str, Any], project: dict[str, Any]) -> None:
    kind = key.partition("volumes[].")[2].partition(".")[0]
    volume["type"] = kind if kind in ("bind", "volume", "tmpfs", "image") else "bind"
    volume.setdefault("target", "/data")
    if volume["type"] in ("bind", "image"):
        volume.setdefault("source", "/srv/data")
    if volume["type"] == "volume":
        volume["source"] = "data"
        project["volumes"] = {"data": {}}


def _every_key() -> list[tuple[str, Any]]:
    found = [*_keys_below("@service", "services.web")]
    for kind in ("network", "volume", "secret", "config", "model"):
        found += [(key, {"one": value}) for key, value in _keys_below(f"@{kind}", f"{kind}s.one")]
    skipped = ("services.web.env_file", "services.web.label_file", "services.web.extends", "services.web.profiles")
    return [(key, value) for key, value in found if not key.startswith(skipped)]


_NEEDED_TO_CONVERT = {
    "services.web.image": "every project has it",
    "services.web.build.context": "the folder of the project, as without it",
    "services.web.volumes[].type": "every mount has it",
    "services.web.volumes[].target": "every mount has it",
    "services.web.volumes[].source": "every bind mount has it",
    "services.web.volumes[].bind.create_host_path": "true is what is meant without it",
    "services.web.volumes[].image": "an empty one says nothing",
    "services.web.volumes[].bind": "an empty one says nothing",
    "services.web.volumes[].volume": "an empty one says nothing",
    "services.web.volumes[].tmpfs": "an empty one says nothing",
    "services.web.ports[].target": "every port has it",
    "services.web.depends_on.one.required": "true is what is meant without it",
    "services.web.depends_on.one.condition": "every dependency has it",
}
_NEEDED_TO_CONVERT["services.web.develop.watch[].target"] = "every action of the sample has it"
for _kind in ("configs", "secrets", "build.secrets"):
    _NEEDED_TO_CONVERT[f"services.web.{_kind}[].source"] = "every use has it"
_NEEDED_TO_CONVERT["services.web.networks.one.priority"] = "with one network there is no order"
_EMPTY = "an empty one says nothing"


def _is_empty(value: Any) -> bool:  # noqa: ANN401
    if isinstance(value, dict):
        return all(_is_empty(entry) for entry in value.values())
    return isinstance(value, list) and all(_is_empty(item) for item in value)


def _at(key: str, value: Any) -> Any:  # noqa: ANN401
    """What stands at a key in the value of its first name."""
    parts = key.replace("[]", ".[]").split(".")
    start = 2 if parts[0] == "services" else 1
    for part in parts[start:]:
        value = value[0] if part == "[]" else value[part]
    return value


KEYS = _every_key()


@pytest.mark.parametrize(("key", "value"), KEYS, ids=[key for key, _ in KEYS])
def test_key_of_the_specification_changes_the_module_or_the_report(key: str, value: Any, tmp_path: Path) -> None:  # noqa: ANN401
    if key in _NEEDED_TO_CONVERT:
        pytest.skip(_NEEDED_TO_CONVERT[key])
    at = _at(key, value)
    if _is_empty(at):
        pytest.skip(_EMPTY)
    (tmp_path / "sample").write_text("x")
    with_key = _outcome(_project(key, value), tmp_path)
    if with_key is None:
        pytest.skip("the specification's own rules refuse the sample")
    without = _outcome(_project(key, _without(key, value)), tmp_path)
    assert with_key != without, json.dumps(_project(key, value))


def _without(key: str, value: Any) -> Any:  # noqa: ANN401
    parts = key.replace("[]", ".[]").split(".")
    start = 2 if parts[0] == "services" else 1
    return _removed(value, parts[start:])


def _removed(value: Any, parts: list[str]) -> Any:  # noqa: ANN401
    if not parts:
        return None
    if parts[0] == "[]":
        return [_removed(value[0], parts[1:])] if len(parts) > 1 else []
    if len(parts) == 1:
        return {name: entry for name, entry in value.items() if name != parts[0]}
    return {**value, parts[0]: _removed(value[parts[0]], parts[1:])}


def _outcome(project: dict[str, Any], folder: Path) -> tuple[object, ...] | None:
    try:
        conversion = converted(json.dumps(_clean(project)), folder)
    except ComposeError:
        return None
    said = tuple((each.kind, each.key, each.message) for each in conversion.remarks)
    modules = tuple((name, text.partition("inputs:")[2].partition("\n")[2]) for name, text in conversion.modules)
    return modules, said, conversion.secret_files


def _clean(project: dict[str, Any]) -> dict[str, Any]:
    service = project["services"]["web"]
    project["services"]["web"] = {name: value for name, value in service.items() if value is not None}
    return project


def test_table_of_keys_is_the_schema_of_the_specification() -> None:
    schema_file = _schema_file()
    schema = json.loads(schema_file.read_text())
    definitions = schema.get("$defs") or schema["definitions"]
    service = compose_types()["service"]
    assert isinstance(service, dict)
    missing = set(definitions["service"]["properties"]) - {key.removesuffix("*") for key in service}
    assert not missing
    for name in ("network", "volume", "secret", "config", "deployment", "healthcheck"):
        table = compose_types()[name]
        assert isinstance(table, dict)
        assert not set(definitions[name]["properties"]) - {key.removesuffix("*") for key in table}, name


def _schema_file() -> Path:
    check_jsonschema = pytest.importorskip("check_jsonschema")
    found = sorted(Path(check_jsonschema.__file__).parent.rglob("*compose*.json"))
    assert found
    return found[0]


def test_leaving_out_any_key_of_any_service_of_the_corpus_is_seen() -> None:
    """Every key of every service of every file, left out, changes the module or the report."""
    unseen: list[str] = []
    count = 0
    for model in corpus_models():
        if not model["ok"]:
            continue
        file = corpus_file(model)
        loaded = Request((file,), "proj", model["env"])
        project = load(loaded)
        whole = _seen(project, None)
        for name, key in _written_keys(project):
            count += 1
            if _seen(project, (name, key)) == whole and key not in ("extends",):
                unseen.append(f"{model['file']}: services.{name}.{key}")
    assert count > 2_000
    assert unseen == []


def _written_keys(project: LoadedProject) -> Iterator[tuple[str, str]]:
    services = project.root.get("services")
    assert isinstance(services, MappingNode)
    for name, service in services.entries.items():
        assert isinstance(service, MappingNode)
        for key, node in service.entries.items():
            is_written = service.key_places.get(key) is not None and node.place.span.end > 0
            if is_written and not key.startswith("x-") and not _says_nothing(node):
                yield name, key


def _says_nothing(node: Node) -> bool:
    return plain(node) in (None, {}, [], "", False, "no", 1)


def _seen(loaded: LoadedProject, left_out: tuple[str, str] | None) -> object:
    root = loaded.root
    if left_out is not None:
        name, key = left_out
        services = root.entries["services"]
        assert isinstance(services, MappingNode)
        service = services.entries[name]
        assert isinstance(service, MappingNode)
        root = root.with_entry("services", services.with_entry(name, service.without(key)))
    found = to_containers(replace(loaded, root=root))
    said = tuple((each.kind, each.key, each.message) for each in found.remarks)
    containers = tuple(
        {name: value for name, value in vars(each).items() if name not in ("key_places", "place")}
        for each in found.deployment.containers
    )
    return containers, found.deployment.networks, found.deployment.volumes, found.deployment.builds, said
