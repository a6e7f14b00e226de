"""A secret at any place of the specification that holds text, whatever the store: nothing of it is in what is shown."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from nixlint.cli.convert import command
from nixlint.compose.problem import ComposeError
from nixlint.compose.schema import alternatives, compose_types
from nixlint.compose.text_places import TextPolicy, policy_at
from nixlint.conversion.convert import Conversion
from nixlint.conversion.vm_test import vm_test
from nixlint.deployment.target import SecretStore
from nixlint.emit.expression import Unwritable
from nixlint.reporting.conversion import conversion_text
from nixlint.reporting.conversion_document import conversion_json
from nixlint.reporting.terminal import Style

from .converting import converted

TOKEN = "ghp_" + "hunter2Mark" * 4
"""A token by its shape: a secret wherever it stands."""
NAMED = "hunter2mark-9f3"
"""A value that only its name tells to be a secret."""
DEEPEST = 7


def _places(expression: str, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of the schema at which a text may stand, in the forms that it has there."""
    if len(path) > DEEPEST:
        return
    for side in alternatives(expression):
        if side.startswith("@"):
            keys = compose_types()[side[1:]]
            if isinstance(keys, str):
                yield from _places(keys, path)
                continue
            for key, inner in keys.items():
                if key == "x-":
                    yield (*path, "x-note")
                elif key not in ("…", "null"):
                    yield from _places(inner, (*path, key.removesuffix("*")))
        elif side.startswith("["):
            yield from _places(side[1 : side.rindex("]")], (*path, "[]"))
        elif side.startswith("{"):
            inner = side[1 : side.rindex("}")]
            kind, colon, rest = inner.partition(":")
            yield from _places(rest if colon and kind in ("name", "lower") else inner, (*path, "API_TOKEN"))
        elif side.startswith("string") or side == "any":
            yield path


def _document(path: tuple[str, ...], value: str) -> object:
    """What stands in a project that has a value at a path, with what its neighbours must be."""
    if not path:
        return value
    inner = _document(path[1:], value)
    return [inner] if path[0] == "[]" else {path[0]: inner}


PLACES = sorted({path for path in _places("@service") if "extends" not in path})
OF_PROJECT = sorted({path for path in _places("@project") if path[0] not in ("services", "include")})
"""The places outside of services; an included file is a project of its own."""
USES: dict[str, dict[str, object]] = {
    "volumes": {"volumes": ["API_TOKEN:/data"]},
    "networks": {"networks": ["API_TOKEN"]},
    "configs": {"configs": ["API_TOKEN"]},
    "secrets": {"secrets": ["API_TOKEN"]},
    "models": {"models": ["API_TOKEN"]},
}
"""How a service uses what stands at the top level, which is not converted otherwise."""


def _whole(path: tuple[str, ...], value: str) -> str:
    """A project with a value at a path outside of services, and a service that uses what it is a part of."""
    project = _document(path, value)
    assert isinstance(project, dict)
    if path[0] == "models" and path[-1] != "model":
        project["models"]["API_TOKEN"].setdefault("model", "example/model")
    return json.dumps({**project, "services": {"web": {"image": "example/web:1", **USES.get(path[0], {})}}})


def _project(path: tuple[str, ...], value: str) -> str:
    service = _document(path, value)
    assert isinstance(service, dict)
    service.setdefault("image", "example/web:1")
    return json.dumps({"services": {"web": service}})


def _written(conversion: Conversion, folder: Path) -> str:
    """All that a person or a program sees of a conversion but the files of secrets."""
    modules = "".join(text for _, text in conversion.modules)
    report = "".join(conversion_text(conversion, folder, Style(False, None))) + conversion_json(conversion, folder)
    return modules + report + vm_test(conversion, "web.nix")


STORES = list(SecretStore) if os.environ.get("NIXLINT_EXAMPLES") else [SecretStore.ENV_FILE]


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("value", [TOKEN, "https://bob:hunter2Mark@example.org/x"])
def test_what_has_the_shape_of_a_secret_is_shown_nowhere(value: str, store: SecretStore, tmp_path: Path) -> None:
    leaks: list[str] = []
    tried = 0
    for path in PLACES:
        if "://" in value and policy_at(("services", "*", *path)) is TextPolicy.PLAIN and path != ("build", "context"):
            continue  # a path or a name: no URL
        try:
            conversion = converted(_project(path, value), tmp_path, secrets=store.value)
        except (ComposeError, Unwritable) as error:
            leaks += [f"{'.'.join(path)}: {error.message}"] if "hunter2" in error.message else []
            continue
        tried += 1
        leaks += [".".join(path)] if "hunter2" in _written(conversion, tmp_path) else []
    assert leaks == []
    assert tried >= 20


@pytest.mark.parametrize("store", STORES)
def test_a_secret_that_only_its_name_tells_is_shown_nowhere_but_in_names_and_paths(
    store: SecretStore, tmp_path: Path
) -> None:
    leaks: list[str] = []
    tried = 0
    for path in PLACES:
        if policy_at(("services", "*", *path)) is TextPolicy.PLAIN:
            continue
        try:
            conversion = converted(
                _project(path, "${API_TOKEN}"), tmp_path, secrets=store.value, environment={"API_TOKEN": NAMED}
            )
        except (ComposeError, Unwritable) as error:
            leaks += [f"{'.'.join(path)}: {error.message}"] if "hunter2" in error.message else []
            continue
        tried += 1
        leaks += [".".join(path)] if "hunter2" in _written(conversion, tmp_path) else []
    assert leaks == []
    assert tried >= 20


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("value", [TOKEN, "https://bob:hunter2Mark@example.org/x"])
def test_what_stands_outside_of_services_is_shown_nowhere(value: str, store: SecretStore, tmp_path: Path) -> None:
    leaks: list[str] = []
    tried = 0
    for path in OF_PROJECT:
        if "://" in value and policy_at(path) is TextPolicy.PLAIN and "x-note" not in path:
            continue  # a path or a name: no URL
        try:
            conversion = converted(_whole(path, value), tmp_path, secrets=store.value)
        except (ComposeError, Unwritable) as error:
            leaks += [f"{'.'.join(path)}: {error.message}"] if "hunter2" in error.message else []
            continue
        tried += 1
        leaks += [".".join(path)] if "hunter2" in _written(conversion, tmp_path) else []
    assert leaks == []
    assert tried >= 15


def test_a_secret_that_only_its_name_tells_is_shown_nowhere_outside_of_services(tmp_path: Path) -> None:
    leaks: list[str] = []
    tried = 0
    for path in OF_PROJECT:
        if policy_at(path) is TextPolicy.PLAIN and "x-note" not in path:
            continue
        try:
            conversion = converted(_whole(path, "${API_TOKEN}"), tmp_path, environment={"API_TOKEN": NAMED})
        except (ComposeError, Unwritable) as error:
            leaks += [f"{'.'.join(path)}: {error.message}"] if "hunter2" in error.message else []
            continue
        tried += 1
        leaks += [".".join(path)] if "hunter2" in _written(conversion, tmp_path) else []
    assert leaks == []
    assert tried >= 15


def test_the_command_shows_no_secret_on_its_streams_nor_in_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "proj"
    folder.mkdir()
    monkeypatch.chdir(folder)
    words = ["compose.yaml", "-o", "web.nix", "--report", "report.json", "--with-test", "--verbose", "--force"]
    leaks: list[str] = []
    codes: list[int] = []
    projects = [(path, _project(path, TOKEN)) for path in PLACES] + [(path, _whole(path, TOKEN)) for path in OF_PROJECT]
    for path, text in projects:
        (folder / "compose.yaml").write_text(text)
        result = CliRunner().invoke(command, words, standalone_mode=False)
        codes.append(result.return_value)
        shown = {file.name: file.read_text() for file in folder.iterdir() if file.name != "compose.yaml"}
        shown["streams"] = result.output
        leaks += [f"{'.'.join(path)}: {name}" for name, each in shown.items() if "hunter2" in each]
        for name in shown.keys() - {"streams"}:
            (folder / name).unlink()
    assert leaks == []
    assert codes.count(0) >= 40
