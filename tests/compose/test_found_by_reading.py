"""What was wrong in modules that people read beside their Compose file: one test for each kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from .converting import converted, module_text, remarks
from .referee import Evaluated, evaluate


def _evaluated(text: str, folder: Path, backend: str) -> Evaluated:
    module = folder / "module.nix"
    module.write_text(module_text(converted(text, folder, backend=backend)))
    (evaluated,) = evaluate([[module]], "26.05")
    assert evaluated.refusal is None
    return evaluated


SHARED_IMAGE = """\
services:
  web: { image: app, build: . }
  worker: { image: app, command: work }
  fresh: { image: app, pull_policy: always }
  other: { image: other }
"""


@pytest.mark.parametrize(("backend", "image"), [("podman", "localhost/app"), ("docker", "app")])
def test_an_image_that_another_service_builds_is_not_pulled(backend: str, image: str, tmp_path: Path) -> None:
    evaluated = _evaluated(SHARED_IMAGE, tmp_path, backend)
    build = f"{backend}-build-proj-web.service"
    for name in ("proj-web", "proj-worker"):
        container = evaluated.containers[name]
        assert (container["image"], container["pull"]) == (image, "never")
        assert build in evaluated.unit(name)["requires"]
        assert build in evaluated.unit(name)["after"]
    assert evaluated.containers["proj-fresh"]["pull"] == "always"
    assert build not in evaluated.unit("proj-fresh")["requires"]
    assert build not in evaluated.unit("proj-other")["requires"]


@pytest.mark.parametrize("backend", ["podman", "docker"])
def test_a_label_of_selinux_on_a_named_volume_is_carried(backend: str, tmp_path: Path) -> None:
    text = "services: { web: { image: i, volumes: ['data:/d:ro,Z', 'more:/m:z'] } }\nvolumes: { data: {}, more: {} }\n"
    evaluated = _evaluated(text, tmp_path, backend)
    assert evaluated.containers["proj-web"]["volumes"] == ["proj_data:/d:ro,Z", "proj_more:/m:z"]
    assert {kind for kind, _ in remarks(converted(text, tmp_path, backend=backend))} <= {"converted"}


def test_two_slashes_at_the_beginning_of_a_target_are_one(tmp_path: Path) -> None:
    volumes = "['//run/a.sock://run/a.sock', { type: bind, source: /b, target: //b/ }]"
    evaluated = _evaluated(f"services: {{ web: {{ image: i, volumes: {volumes} }} }}\n", tmp_path, "docker")
    assert evaluated.containers["proj-web"]["volumes"] == ["//run/a.sock:/run/a.sock", "/b:/b"]


ASKED = """\
services:
  jobs:
    image: example/ofelia:1
    command: daemon --docker -f label=com.docker.compose.project=${COMPOSE_PROJECT_NAME}
  web: { image: example/web:1, labels: { com.docker.compose.service: other } }
"""


def test_labels_of_compose_are_there_where_the_project_asks_for_them(tmp_path: Path) -> None:
    evaluated = _evaluated(ASKED, tmp_path, "docker")
    assert evaluated.containers["proj-jobs"]["labels"] == {"com.docker.compose.project": "proj"}
    web = {"com.docker.compose.project": "proj", "com.docker.compose.service": "other"}
    assert evaluated.containers["proj-web"]["labels"] == web


def test_labels_of_compose_that_only_it_can_give_are_told(tmp_path: Path) -> None:
    text = "services: { web: { image: i, command: list com.docker.compose.config-hash com.docker.compose.service } }\n"
    conversion = converted(text, tmp_path)
    assert '"com.docker.compose.service" = "web";' in module_text(conversion)
    (said,) = [each.message for each in conversion.remarks if each.key == "project"]
    assert "com.docker.compose.config-hash" in said


def test_labels_of_compose_that_nothing_asks_for_are_left_out(tmp_path: Path) -> None:
    assert "com.docker.compose" not in module_text(converted("services: { web: { image: i } }\n", tmp_path))


def test_the_mounts_that_a_unit_waits_for_are_those_of_the_paths_that_nixos_has(tmp_path: Path) -> None:
    text = "services: { web: { image: i, volumes: ['/lib/modules:/lib/modules:ro', '/srv/a:/a'] } }\n"
    unit = _evaluated(text, tmp_path, "podman").unit("proj-web")
    assert unit["unitConfig"]["RequiresMountsFor"] == ["/srv/a"]


def test_comments_that_are_left_over_say_what_they_are_about(tmp_path: Path) -> None:
    text = """\
services:
  web: { image: i, volumes: ["data:/d"] }
volumes:
  data: {} # on the fast disk
  # not used yet
  more: {}
"""
    module = module_text(converted(text, tmp_path))
    assert module.endswith("}\n# volumes.data: on the fast disk\n# volumes.more: not used yet\n")


def test_comments_of_services_that_nothing_extends_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "versions.yml").write_text(
        "services:\n  db: { image: 'example/db:1' } # ours\n  old: { image: i } # of others\n"
    )
    module = module_text(converted("services: { db: { extends: { file: versions.yml, service: db } } }\n", tmp_path))
    assert "# ours" in module
    assert "# of others" not in module


HOOK = """\
services:
  web:
    image: example/web:1
    environment: {{ {variables} }}
    post_start: [{{ command: [run, it], environment: {{ API_TOKEN: hunter2x9, A: b }} }}]
    pre_stop: [{{ command: [stop, it], environment: {{ OLD_TOKEN: "hunter2\\nlines9" }} }}]
"""


@pytest.mark.parametrize("store", ["env-file", "sops", "agenix"])
def test_a_hook_gets_its_secrets_from_the_unit(store: str, tmp_path: Path) -> None:
    conversion = converted(HOOK.format(variables="A: b"), tmp_path, secrets=store)
    module = module_text(conversion)
    assert "exec --env API_TOKEN --env A=b proj-web run it" in module
    assert "exec --env OLD_TOKEN proj-web stop it" in module
    assert "EnvironmentFile = " in module
    (file,) = [each for each in conversion.secret_files if each.name == "proj-web.unit.env"]
    assert file.content == 'API_TOKEN="hunter2x9"\nOLD_TOKEN="hunter2\nlines9"\n'
    assert "hunter2" not in module
    assert not any(each.is_incomplete for each in conversion.remarks)


@pytest.mark.parametrize("variables", ['API_TOKEN: "other\\nlines"', "API_TOKEN: "])
def test_a_hook_whose_secret_has_another_value_in_the_container_lacks_it(variables: str, tmp_path: Path) -> None:
    conversion = converted(HOOK.format(variables=variables), tmp_path)
    assert "--env API_TOKEN" not in module_text(conversion)
    assert ("needs-you", "services.web.post_start[0].environment.API_TOKEN") in remarks(conversion)


@pytest.mark.parametrize("port", ["53:53/udp", "0.0.0.0:53:53", "'[::]:53:53'", "50-60:50-60"])
def test_a_port_of_podmans_name_service_needs_a_person(port: str, tmp_path: Path) -> None:
    text = f"services: {{ dns: {{ image: i, ports: [{port}] }} }}\n"
    assert ("needs-you", "services.dns.ports") in remarks(converted(text, tmp_path))
    assert ("needs-you", "services.dns.ports") not in remarks(converted(text, tmp_path, backend="docker"))


@pytest.mark.parametrize("settings", ["ports: ['192.0.2.1:53:53']", "ports: ['5353:53']", "network_mode: host"])
def test_a_name_service_beside_that_of_podman_is_left_alone(settings: str, tmp_path: Path) -> None:
    text = f"services: {{ dns: {{ image: i, {settings} }} }}\n"
    assert ("needs-you", "services.dns.ports") not in remarks(converted(text, tmp_path))


SHARE = """\
services: { web: { image: i, volumes: ["media:/media"] } }
volumes:
  media:
    driver_opts: { type: cifs, device: //nas/media, o: "username=bob,password=hunter2x9,vers=3.0" }
"""


@pytest.mark.parametrize("store", ["env-file", "sops", "agenix"])
def test_an_option_of_a_volume_with_a_secret_comes_from_a_file(store: str, tmp_path: Path) -> None:
    conversion = converted(SHARE, tmp_path, secrets=store)
    (file,) = conversion.secret_files
    assert (file.name, file.content) == ("proj_media.volume.o", "username=bob,password=hunter2x9,vers=3.0")
    module = module_text(conversion)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "module.nix").write_text(module)
    (evaluated,) = evaluate([[tmp_path / "module.nix"]], "26.05")
    path = {"env-file": "/var/lib/secrets/proj", "sops": "/run/secrets", "agenix": "/run/agenix"}[store]
    script = evaluated.services["podman-volume-proj_media"]["script"]
    option = f'--opt o="$(cat {path}/proj_media.volume.o)"'
    assert f"podman volume create {option} --opt type=cifs --opt device=//nas/media proj_media\n" in script.replace(
        "'", ""
    )
    assert "hunter2" not in module
    assert not any(each.is_incomplete for each in conversion.remarks)
