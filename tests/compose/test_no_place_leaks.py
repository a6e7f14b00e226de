"""A secret at any place of the specification that holds text or a name: nothing of it is in what is shown.

The places are tried with the stores of secrets in turns; ``NIXLINT_EXAMPLES`` tries each place with every store.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

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
URL = "https://bob:hunter2Mark@example.org/x"
MARK = "hunter2"
"""What each of the values above has in it."""
CHOSEN = "API_TOKEN"
"""The name at every place where the project chooses one."""
EXTENSION = "x-note"
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
                    yield (*path, EXTENSION)
                elif key not in ("…", "null"):
                    yield from _places(inner, (*path, key.removesuffix("*")))
        elif side.startswith("["):
            yield from _places(side[1 : side.rindex("]")], (*path, "[]"))
        elif side.startswith("{"):
            inner = side[1 : side.rindex("}")]
            kind, colon, rest = inner.partition(":")
            yield from _places(rest if colon and kind in ("name", "lower") else inner, (*path, CHOSEN))
        elif side.startswith("string") or side == "any":
            yield path


def _document(path: tuple[str, ...], value: object) -> object:
    """What stands in a project that has a value at a path, with what its neighbours must be."""
    if not path:
        return value
    inner = _document(path[1:], value)
    return [inner] if path[0] == "[]" else {path[0]: inner}


PLACES = sorted({path for path in _places("@service") if "extends" not in path})
OF_PROJECT = sorted({path for path in _places("@project") if path[0] not in ("services", "include")})
"""The places outside of services; an included file is a project of its own."""
USES = {
    "volumes": "{}:/data",
    "networks": "{}",
    "configs": "{}",
    "secrets": "{}",
    "models": "{}",
}
"""How a service uses what stands at the top level, which is not converted otherwise."""
REQUIRED: dict[str, dict[str, object]] = {
    "configs": {"content": "text"},
    "secrets": {"environment": "HOME"},
    "models": {"model": "example/model"},
}
"""What must stand beside a value at the top level."""


def _whole(path: tuple[str, ...], value: object) -> str:
    """A project with a value at a path outside of services, and a service that uses what it is a part of."""
    project = _document(path, value)
    assert isinstance(project, dict)
    used = {path[0]: [USES[path[0]].format(path[1])]} if path[0] in USES else {}
    if path[0] in REQUIRED:
        (entry,) = project[path[0]].values()
        if "external" not in entry and not {"file", "environment", "content", "model"} & set(entry):
            entry.update(REQUIRED[path[0]])
    return json.dumps({**project, "services": {"web": {"image": "example/web:1", **used}}})


def _project(path: tuple[str, ...], value: object) -> str:
    """A project with a service that has a value at a path."""
    service = _document(path, value)
    assert isinstance(service, dict)
    service.setdefault("image", "example/web:1")
    return json.dumps({"services": {"web": service}})


def _written(conversion: Conversion, folder: Path) -> str:
    """All that a person or a program sees of a conversion but the files of secrets."""
    modules = "".join(text for _, text in conversion.modules)
    report = "".join(conversion_text(conversion, folder, Style(False, None))) + conversion_json(conversion, folder)
    return modules + report + vm_test(conversion, "web.nix")


STORES = list(SecretStore)


class Project(NamedTuple):
    """A project that is tried, and the place of its secret."""

    place: tuple[str, ...]
    text: str


class Tried(NamedTuple):
    """The places of which something is seen, and how many of the projects were converted."""

    leaks: list[str]
    converted: int


def _tried(projects: Iterable[Project], folder: Path, variables: Mapping[str, str] | None = None) -> Tried:
    """What is seen of the secrets of projects, in all that a conversion writes or in why there is none."""
    leaks: list[str] = []
    count = 0
    for project, turn in zip(projects, cycle(STORES), strict=False):
        for store in STORES if os.environ.get("NIXLINT_EXAMPLES") else [turn]:
            try:
                conversion = converted(project.text, folder, secrets=store.value, environment=dict(variables or {}))
            except (ComposeError, Unwritable) as error:
                seen = error.message
            else:
                count += 1
                seen = _written(conversion, folder)
            leaks += [f"{'.'.join(project.place)} ({store.value})"] if MARK in seen else []
    return Tried(leaks, count)


def _holds_any_text(place: tuple[str, ...]) -> bool:
    """Whether a text stands at a place that neither names nor chooses anything."""
    return EXTENSION in place or policy_at(place) is not TextPolicy.PLAIN


def _of_service(value: str, *, is_anywhere: bool) -> list[Project]:
    return [
        Project(path, _project(path, value))
        for path in PLACES
        if is_anywhere or policy_at(("services", "*", *path)) is not TextPolicy.PLAIN or path == ("build", "context")
    ]


def _outside(value: str, *, is_anywhere: bool) -> list[Project]:
    return [Project(path, _whole(path, value)) for path in OF_PROJECT if is_anywhere or _holds_any_text(path)]


@pytest.mark.parametrize(("value", "is_anywhere"), [(TOKEN, True), (URL, False)])
def test_what_has_the_shape_of_a_secret_is_shown_nowhere(value: str, is_anywhere: bool, tmp_path: Path) -> None:
    tried = _tried(_of_service(value, is_anywhere=is_anywhere), tmp_path)
    assert tried.leaks == []
    assert tried.converted >= 20


@pytest.mark.parametrize(("value", "is_anywhere"), [(TOKEN, True), (URL, False)])
def test_what_stands_outside_of_services_is_shown_nowhere(value: str, is_anywhere: bool, tmp_path: Path) -> None:
    tried = _tried(_outside(value, is_anywhere=is_anywhere), tmp_path)
    assert tried.leaks == []
    assert tried.converted >= 15


def test_a_secret_that_only_its_name_tells_is_shown_nowhere_but_in_names_and_paths(tmp_path: Path) -> None:
    projects = [each for each in _of_service("${API_TOKEN}", is_anywhere=False) if each.place != ("build", "context")]
    tried = _tried([*projects, *_outside("${API_TOKEN}", is_anywhere=False)], tmp_path, {"API_TOKEN": NAMED})
    assert tried.leaks == []
    assert tried.converted >= 35


def _named(paths: Iterable[tuple[str, ...]]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Each place where the project chooses a name, once, with a path through it in which a token is the name."""
    seen: set[tuple[str, ...]] = set()
    for path in paths:
        for index, part in enumerate(path):
            if part in (CHOSEN, EXTENSION) and path[: index + 1] not in seen:
                seen.add(path[: index + 1])
                yield (
                    path[: index + 1],
                    (*path[:index], part.replace(CHOSEN, TOKEN).replace("note", TOKEN), *path[index + 1 :]),
                )


def _names() -> Iterator[Project]:
    for place, path in _named(PLACES):
        yield Project(place, _project(path, "1"))
    for place, path in _named(OF_PROJECT):
        yield Project(place, _whole(path, "1"))
    uses: dict[str, object] = {"depends_on": [TOKEN], "links": [TOKEN], "volumes_from": [TOKEN], "extends": TOKEN}
    for key, value in {**uses, "network_mode": f"service:{TOKEN}"}.items():
        services = {TOKEN: {"image": "example/db:1"}, "web": {"image": "example/web:1", key: value}}
        yield Project(("services", key), json.dumps({"services": services}))
    yield Project(("services",), json.dumps({"services": {TOKEN: {"image": "example/web:1"}}}))
    for kind, use in USES.items():
        used = {kind: {TOKEN: REQUIRED.get(kind, {})}, "services": {"web": {"image": "i:1", kind: [use.format(TOKEN)]}}}
        yield Project((kind,), json.dumps(used))
    for name, value in (
        ("a variable", f"${{{TOKEN}}}"),
        ("a default", f"${{{TOKEN}:-web}}"),
        ("required", f"${{{TOKEN}:?}}"),
    ):
        for key in ("image", "command", "container_name", "hostname"):
            yield Project((key, name), _project((key,), value))
        yield Project(("environment", name), _project(("environment", "A"), value))
    yield Project(("x-nixlint", "flags"), _project(("x-nixlint", "flags", "[]"), f"--label=a={TOKEN}"))
    yield Project(("name",), json.dumps({"name": TOKEN, "services": {"web": {"image": "example/web:1"}}}))
    yield Project(("include",), json.dumps({"include": [f"{TOKEN}/compose.yaml"]}))
    for file in ("env_file", "label_file", "extends"):
        value = {"file": f"{TOKEN}.yaml", "service": TOKEN} if file == "extends" else [f"{TOKEN}.env"]
        yield Project((file,), json.dumps({"services": {"web": {"image": "example/web:1", file: value}}}))


@pytest.mark.parametrize("variables", [{}, {TOKEN: "web"}], ids=["unset", "set"])
def test_a_name_with_the_shape_of_a_secret_is_shown_nowhere(variables: dict[str, str], tmp_path: Path) -> None:
    tried = _tried(_names(), tmp_path, variables)
    assert tried.leaks == []
    assert tried.converted >= 20


@pytest.mark.parametrize("key", ["env_file", "label_file"])
def test_a_name_in_a_file_of_variables_or_labels_is_shown_nowhere(key: str, tmp_path: Path) -> None:
    (tmp_path / "web.env").write_text(f"{TOKEN}=web\nB=${{{TOKEN}}}\n")
    (tmp_path / ".env").write_text(f"{TOKEN}=web\n")
    project = Project((key,), _project((key,), "web.env"))
    assert _tried([project] * len(STORES), tmp_path).leaks == []


def test_a_project_is_told_where_its_name_is_a_secret(tmp_path: Path) -> None:
    text = json.dumps({"services": {TOKEN: {"image": "example/web:1"}}})
    with pytest.raises(ComposeError, match="this name has the shape of a secret") as raised:
        converted(text, tmp_path)
    place = raised.value.place
    assert place is not None
    assert text[place.span.start : place.span.end].strip('"') == TOKEN


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
    for path, text in (*_of_service(TOKEN, is_anywhere=True), *_outside(TOKEN, is_anywhere=True), *_names()):
        (folder / "compose.yaml").write_text(text)
        result = CliRunner().invoke(command, words, standalone_mode=False)
        codes.append(result.return_value)
        shown = {file.name: file.read_text() for file in folder.iterdir() if file.name != "compose.yaml"}
        shown["streams"] = result.output
        leaks += [f"{'.'.join(path)}: {name}" for name, each in shown.items() if MARK in each]
        for name in shown.keys() - {"streams"}:
            (folder / name).unlink()
    assert leaks == []
    assert codes.count(0) >= 40
