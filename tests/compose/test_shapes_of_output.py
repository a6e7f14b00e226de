"""Whatever shape a conversion has, NixOS makes the same of it: one file or several, an option, variables that stay."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from nixlint.compose.loading import Request, load
from nixlint.conversion.convert import Conversion, ConversionRequest, convert_loaded
from nixlint.deployment.target import Backend, SecretStore, Target

from .converting import converted, corpus_file, corpus_models, module_text, remarks
from .referee import Evaluated, evaluate

SHAPES: dict[str, dict[str, Any]] = {
    "split": {"split": True},
    "option": {"enable_option": "my.stack"},
    "symbolic": {"keeps_variables": True},
    "all": {"split": True, "enable_option": "my.stack", "keeps_variables": True},
}
SCRIPTS = ("preStart", "postStart", "preStop", "script")
STORES = [SecretStore.SOPS, SecretStore.AGENIX]


def _written(conversion: Conversion, folder: Path) -> Path:
    """The module to import, with all files in a folder."""
    folder.mkdir(parents=True)
    for name, text in conversion.modules:
        (folder / name).write_text(text)
    return folder / conversion.modules[0][0]


def _all(folder: Path, target: Target, **shape: Any) -> list[Evaluated]:  # noqa: ANN401  # as ConversionRequest has them
    files = []
    for index, model in enumerate(each for each in corpus_models() if each["ok"]):
        loaded = load(Request((corpus_file(model),), "proj", model["env"]))
        request = ConversionRequest(Request(()), target, ("*",), shown="compose.yaml", **shape)
        files.append(_written(convert_loaded(loaded, request), folder / str(index)))
    return evaluate([[file] for file in files], target.release)


def test_every_shape_of_the_corpus_says_the_same(tmp_path: Path) -> None:
    models = [each for each in corpus_models() if each["ok"]]
    plain = _all(tmp_path / "plain", Target())
    found: list[str] = []
    for name, shape in SHAPES.items():
        shaped = _all(tmp_path / name, Target(), **shape)
        for model, one, other in zip(models, plain, shaped, strict=True):
            if (other.refusal, other.containers, _others(other)) != (one.refusal, one.containers, _others(one)):
                found.append(f"{model['file']} ({name}): {other.refusal or 'other definitions'}")
    assert found == []


def _others(result: Evaluated) -> dict[str, Any]:
    """All but the containers; scripts as the shell reads them, for which quotes around a word make no difference."""
    found = {name: value for name, value in result.system.items() if name not in ("virtualisation", "options")}
    services = {
        unit: {name: shlex.split(value) if name in SCRIPTS else value for name, value in settings.items()}
        for unit, settings in result.services.items()
    }
    return {**found, "systemd": {**found.get("systemd", {}), "services": services}}


@pytest.mark.parametrize("store", STORES)
def test_every_store_of_secrets_gives_a_module_that_nixos_takes(store: SecretStore, tmp_path: Path) -> None:
    for result in _all(tmp_path, Target(secrets=store)):
        assert result.refusal is None
        for container in result.containers.values():
            assert all(file.startswith(("/run/", "/")) for file in container.get("environmentFiles", []))


def test_containers_of_a_user_give_modules_that_nixos_takes(tmp_path: Path) -> None:
    for result in _all(tmp_path, Target(Backend.PODMAN, "26.05", user="ada")):
        assert result.refusal is None
        assert all(container["podman"]["user"] == "ada" for container in result.containers.values())


def test_a_variable_of_a_short_form_stays_one_where_it_stands(tmp_path: Path) -> None:
    text = (
        "services:\n  web:\n    image: web:${TAG:-1}\n    volumes: ['${MEDIA}/films:/films:ro']\n"
        "    ports: ['127.0.0.1:${PORT}:80']\n    labels: ['host=www.${DOMAIN}']\n"
    )
    environment = {"MEDIA": "/srv/media", "PORT": "8080", "DOMAIN": "example.org"}
    module = module_text(converted(text, tmp_path, environment=environment, keeps_variables=True))
    assert 'image = "docker.io/library/web:${tag}";' in module
    assert '"${media}/films:/films:ro"' in module
    assert '"127.0.0.1:${port}:80"' in module
    assert '"www.${domain}"' in module
    for binding in ('tag = "1";', 'media = "/srv/media";', 'port = "8080";', 'domain = "example.org";'):
        assert binding in module


def test_a_remark_names_only_the_variables_of_the_part(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: web:1\n    volumes: ['${MEDIA}:/films:ro']\n"
    conversion = converted(text, tmp_path, environment={"MEDIA": "/srv/media"})
    keys = [each.key for each in conversion.remarks if "MEDIA" in each.message]
    assert keys == ["services.web.volumes[0].source"]


HEALTHY = (
    "services:\n  web:\n    image: web:1\n    depends_on: { db: { condition: service_healthy } }\n"
    "  db:\n    image: db:1\n    healthcheck: { test: 'true' }\n"
)


def test_a_unit_of_a_user_waits_for_its_folders_beside_what_nixpkgs_has_it_wait_for(tmp_path: Path) -> None:
    module = module_text(
        converted("services:\n  web:\n    image: web:1\n    volumes: [/srv/www:/www]\n", tmp_path, user="ada")
    )
    assert "unitConfig.RequiresMountsFor = lib.mkForce [" in module
    assert '"/run/user/${toString config.users.users.ada.uid}/containers"' in module


def test_a_user_lingers_where_health_is_awaited_or_the_release_lets_it(tmp_path: Path) -> None:
    plain = "services:\n  web:\n    image: web:1\n"
    lingering = "users.users.ada.linger = true;"
    assert lingering not in module_text(converted(plain, tmp_path, user="ada", release="25.11"))
    assert lingering in module_text(converted(HEALTHY, tmp_path, user="ada", release="25.11"))
    assert lingering in module_text(converted(plain, tmp_path, user="ada", release="26.05"))


def test_a_person_is_told_what_the_user_needs(tmp_path: Path) -> None:
    (told,) = [each for each in converted(HEALTHY, tmp_path, user="ada").remarks if each.key == "user"]
    assert told.kind.value == "needs-you"
    assert "a uid of its own" in told.message


@pytest.mark.parametrize("store", ["sops", "agenix"])
def test_the_user_of_the_containers_can_read_their_secrets(store: str, tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: web:1\n    environment: { TOKEN: abcdef }\n"
    assert 'owner = "ada";' in module_text(converted(text, tmp_path, user="ada", secrets=store))
    assert "owner" not in module_text(converted(text, tmp_path, secrets=store))


def test_a_flag_before_run_is_dropped_and_said_where_the_release_has_no_option_for_it(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: web:1\n    runtime: runsc\n"
    assert "preRunExtraOptions" in module_text(converted(text, tmp_path, release="24.11"))
    conversion = converted(text, tmp_path, release="24.05")
    assert "runsc" not in module_text(conversion)
    assert ("dropped", "services.web.runtime") in remarks(conversion)
