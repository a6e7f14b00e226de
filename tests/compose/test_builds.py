"""Images that are built on the machine: their secrets, caches, and the images of other services that they begin with."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from nixlint.conversion.convert import Conversion

from .converting import converted, module_text, remarks
from .engines import Podman
from .referee import Evaluated, evaluate

PROJECT = """\
services:
  app:
    build:
      context: .
      secrets:
        - token
        - {source: key, target: id_key, uid: "1", mode: 0400}
        - far
      cache_from: ["type=gha", "type=registry,ref=reg.example/app:cache", "example/app:1"]
      additional_contexts: {base: "service:base", data: ./data}
      isolation: default
      ssh: [default]
      labels: {a: ""}
  base:
    image: example/base:1
    build: {dockerfile_inline: FROM scratch}
secrets:
  token: {file: ./token.txt}
  key: {environment: KEY}
  far: {external: true}
"""


def _convert(folder: Path, backend: str, secrets: str = "env-file") -> Conversion:
    return converted(PROJECT, folder, backend=backend, secrets=secrets, environment={"KEY": "hunter2hunter2"})


def _evaluated(conversion: Conversion, folder: Path) -> Evaluated:
    file = folder / "module.nix"
    file.write_text(module_text(conversion))
    (evaluated,) = evaluate([[file]], "26.05")
    assert evaluated.refusal is None
    return evaluated


def _words(evaluated: Evaluated) -> list[str]:
    script = evaluated.services[f"{evaluated.backend}-build-proj-app"]["script"]
    return shlex.split(script)


def _values(words: list[str], flag: str) -> list[str]:
    return [words[index + 1] for index, word in enumerate(words) if word == flag]


@pytest.mark.parametrize("backend", ["podman", "docker"])
def test_a_build_reads_its_secrets(backend: str, tmp_path: Path) -> None:
    conversion = _convert(tmp_path, backend)
    words = _words(_evaluated(conversion, tmp_path))
    wanted = [f"id=token,src={tmp_path}/token.txt", "id=id_key,src=/var/lib/secrets/proj/proj-key"]
    assert _values(words, "--secret") == wanted
    assert [file.name for file in conversion.secret_files] == ["proj-key"]
    assert "hunter2" not in module_text(conversion)
    assert ("needs-you", "services.app.build.secrets[2]") in remarks(conversion)


def test_a_build_reads_secrets_where_their_store_has_them(tmp_path: Path) -> None:
    words = _words(_evaluated(_convert(tmp_path, "podman", "sops"), tmp_path))
    assert "id=id_key,src=/run/secrets/proj-key" in words


def test_podman_takes_layers_from_repositories(tmp_path: Path) -> None:
    conversion = _convert(tmp_path, "podman")
    words = _words(_evaluated(conversion, tmp_path))
    assert _values(words, "--cache-from") == ["reg.example/app", "docker.io/example/app"]
    assert ("approximated", "services.app.build.cache_from") in remarks(conversion)


PINNED = """\
services:
  app:
    image: {image}
    build:
      context: .
      cache_from: ["redis:7@sha256:{digest}", "reg.example/a@sha256:{digest}", "type=registry,ref=redis@sha256:{digest}"]
      tags: ["app:1", "app@sha256:{digest}"]
      additional_contexts: {{base: "docker-image://redis:7@sha256:{digest}"}}
"""
DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize("backend", ["podman", "docker"])
def test_a_reference_with_tag_and_digest_is_whole_or_told(backend: str, tmp_path: Path) -> None:
    conversion = converted(PINNED.format(image="app:2", digest=DIGEST), tmp_path, backend=backend)
    words = _words(_evaluated(conversion, tmp_path))
    registry = "docker.io/library/" if backend == "podman" else ""
    pin = f"@sha256:{DIGEST}"
    assert _values(words, "--build-context") == [f"base=docker-image://{registry}redis:7{pin}"]
    assert _values(words, "--tag") == [f"{'localhost/' if backend == 'podman' else ''}app:2", "app:1"]
    assert ("needs-you", "services.app.build.tags") in remarks(conversion)
    said = ("approximated", "services.app.build.cache_from") in remarks(conversion)
    if backend == "podman":
        assert _values(words, "--cache-from") == ["docker.io/library/redis", "reg.example/a"]
    else:
        assert _values(words, "--cache-from") == [f"redis:7{pin}", f"reg.example/a{pin}", f"redis{pin}"]
    assert said is (backend == "podman")


def test_an_image_that_is_built_has_no_digest(tmp_path: Path) -> None:
    conversion = converted(PINNED.format(image=f"app@sha256:{DIGEST}", digest=DIGEST), tmp_path)
    assert ("needs-you", "services.app.image") in remarks(conversion)


def test_docker_takes_layers_from_images(tmp_path: Path) -> None:
    words = _words(_evaluated(_convert(tmp_path, "docker"), tmp_path))
    assert _values(words, "--cache-from") == ["reg.example/app:cache", "example/app:1"]


@pytest.mark.parametrize(("backend", "image"), [("podman", "localhost/example/base:1"), ("docker", "example/base:1")])
def test_a_build_begins_with_the_image_of_another(backend: str, image: str, tmp_path: Path) -> None:
    evaluated = _evaluated(_convert(tmp_path, backend), tmp_path)
    assert f"base=docker-image://{image}" in _values(_words(evaluated), "--build-context")
    unit = evaluated.services[f"{backend}-build-proj-app"]
    assert f"{backend}-build-proj-base.service" in unit["after"]
    assert f"{backend}-build-proj-base.service" in unit["requires"]


def test_an_agent_of_ssh_needs_a_person(tmp_path: Path) -> None:
    assert ("needs-you", "services.app.build.ssh.default") in remarks(_convert(tmp_path, "podman"))


def test_podman_builds_it(tmp_path: Path) -> None:
    podman = Podman(tmp_path / "podman")
    (tmp_path / "Dockerfile").write_text("FROM scratch\nLABEL a=b\n")
    (tmp_path / "token.txt").write_text("hunter2hunter2")
    words = _words(_evaluated(_convert(tmp_path, "podman"), tmp_path))
    kept = [word for word in words[2:] if word not in ("default", "--ssh")]
    kept = [word.replace("/var/lib/secrets/proj/proj-key", str(tmp_path / "token.txt")) for word in kept]
    assert list(podman.builds(kept[:-1], tmp_path)) == []
