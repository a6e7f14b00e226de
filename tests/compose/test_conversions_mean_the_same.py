"""The corpus, for both engines and four releases: NixOS takes every module, and its units do what Compose would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nixlint.compose.loading import Request, load
from nixlint.conversion.convert import ConversionRequest, convert_loaded
from nixlint.deployment.target import Backend, Target

from .converting import converted, corpus_file, corpus_models, module_text
from .meaning import Said, differences
from .referee import evaluate

RELEASES = ("24.05", "24.11", "25.05", "26.05")


def _rooted(value: Any, root: str) -> Any:  # noqa: ANN401  # any JSON
    match value:
        case str():
            return value.replace("/ROOT", root)
        case dict():
            return {name: _rooted(entry, root) for name, entry in value.items()}
        case list():
            return [_rooted(item, root) for item in value]
        case _:
            return value


def test_every_file_of_the_corpus_evaluates_and_means_the_same(tmp_path: Path) -> None:
    models = [model for model in corpus_models() if model["ok"]]
    loaded = [load(Request((corpus_file(model),), "proj", model["env"])) for model in models]
    found: list[str] = []
    for backend in Backend:
        for release in RELEASES:
            conversions, files = [], []
            for index, project in enumerate(loaded):
                request = ConversionRequest(Request(()), Target(backend, release), ("*",), shown="compose.yaml")
                conversions.append(convert_loaded(project, request))
                files.append(tmp_path / f"{index}.nix")
                files[-1].write_text(conversions[-1].modules[0][1])
            evaluated = evaluate([[file] for file in files], release)
            for model, conversion, result in zip(models, conversions, evaluated, strict=True):
                title = f"{model['file']} ({backend.value}, {release})"
                if result.refusal is not None:
                    found.append(f"{title}: {result.refusal}")
                    continue
                said = [Said(each.kind.value, each.key, each.message) for each in conversion.remarks]
                secrets = {file.name: dict(file.variables) for file in conversion.secret_files}
                project = _rooted(model["project"], str(corpus_file(model).parent))
                found += [f"{title}: {each}" for each in differences(result, project, said, secrets)]
    assert found == []


@pytest.mark.parametrize(
    ("text", "release", "refusal"),
    [
        ("image = 1;", "26.05", "not a string"),
        ('image = "a"; colour = "red";', "26.05", "there is no option colour"),
        ('image = "a"; networks = [ "n" ];', "24.11", "does not have it yet"),
        ('image = "a"; dependsOn = [ "nobody" ];', "26.05", "attribute 'nobody' missing"),
        ('image = "a"; environmentFiles = [ "relative.env" ];', "26.05", "not an absolute path"),
        ('cmd = [ "a" ];', "26.05", "image"),
    ],
)
def test_referee_refuses_what_nixos_would(text: str, release: str, refusal: str, tmp_path: Path) -> None:
    module = tmp_path / "module.nix"
    module.write_text(
        f'{{ virtualisation.oci-containers = {{ backend = "podman"; containers.web = {{ {text} }}; }}; }}'
    )
    (result,) = evaluate([[module]], release)
    assert result.refusal is not None
    assert refusal in result.refusal


CHANGES = [
    ("read_only: true", '"--read-only"', '"--init"', "--read-only is missing"),
    ("volumes: ['/srv/a:/a', '/srv/b:/b']", "/srv/b:/b", "/srv/a:/b", "-v /srv/b:/b is missing"),
    ("environment: { COLOUR: green }", '"green"', '"red"', "environment COLOUR is other"),
    ("restart: always", "startLimitIntervalSec = 0;", "", "systemd gives up"),
    ("command: echo hi", '"hi"', '"ho"', "command"),
    ("ports: ['127.0.0.1:80:80']", "127.0.0.1:80:80", "80:80", "-p 127.0.0.1:80:80 is missing"),
    ("networks: { default: { aliases: [api] } }", "alias=web,alias=api", "alias=web", "alias=api"),
    ("stop_grace_period: 5m", "TimeoutStopSec = lib.mkForce 310;", "", "systemd kills it after 120 s"),
]


@pytest.mark.parametrize(("settings", "before", "after", "complaint"), CHANGES, ids=[each[3] for each in CHANGES])
def test_checker_sees_what_a_module_does_otherwise(
    settings: str, before: str, after: str, complaint: str, tmp_path: Path
) -> None:
    conversion = converted(f"services:\n  web:\n    image: example/web:1\n    {settings}\n", tmp_path)
    project = _model(tmp_path)
    text = module_text(conversion)
    assert before in text
    module = tmp_path / "module.nix"
    module.write_text(text)
    changed = tmp_path / "changed.nix"
    changed.write_text(text.replace(before, after).replace("serviceConfig = lib.mkForce", "serviceConfig ="))
    same, other = evaluate([[module], [changed]], "26.05")
    assert differences(same, project, [], {}) == []
    assert any(complaint in each for each in differences(other, project, [], {}))


def _model(folder: Path) -> dict[str, Any]:
    from nixlint.compose.model import print_model

    loaded = load(Request((folder / "compose.yaml",), "proj"))
    return dict(print_model(loaded.root, loaded.environment))
