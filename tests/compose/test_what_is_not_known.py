"""What check makes of a Compose file whose variables, or whose other half, are not here."""

from __future__ import annotations

from pathlib import Path

from nixlint.compose.containers import containers_of
from nixlint.containers.oci.container import OciContainer
from tests.cli.running import nixlint

_UNSET = b"""\
services:
  web:
    image: ${IMAGE}:${TAG:?say which}
    privileged: true
    cpus: ${CPUS}
    ports: ["${PORT}:80", "8080:80"]
    volumes: ["${DATA}:/data", "${ALL}", "/var/run/docker.sock:/s"]
"""


def _containers(tmp_path: Path, data: bytes) -> tuple[OciContainer, ...]:
    found, _ = containers_of(tmp_path / "compose.yaml", data)
    return found


def test_a_variable_without_a_value_is_unknown_and_the_rest_is_checked(tmp_path: Path) -> None:
    (container,) = _containers(tmp_path, _UNSET)
    assert container.privileged is not None
    assert container.image is None
    assert len(container.ports) == 1
    assert [mount.volume.target for mount in container.mounts] == ["/data", "/s"]


def test_a_file_that_is_merged_into_another_needs_no_image(tmp_path: Path) -> None:
    (container,) = _containers(tmp_path, b"services:\n  web:\n    privileged: true\n    networks: [elsewhere]\n")
    assert container.privileged is not None
    assert container.image is None


def test_the_exit_code_says_that_a_file_was_not_checked(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: { a: [\n")
    ran = nixlint(tmp_path, "check", "--no-cache")
    assert ran.code == 2
    assert "compose.yaml:2:1: not checked" in ran.err


def test_a_file_is_what_its_content_says(tmp_path: Path) -> None:
    (tmp_path / "stack.yml").write_text("services:\n  web:\n    image: example/web:1\n    privileged: true\n")
    (tmp_path / "values.yaml").write_text("replicas: 2\nnested:\n  services: {}\n")
    ran = nixlint(tmp_path, "check", "--no-cache", "stack.yml", "values.yaml")
    assert "oci-privileged" in ran.out
    assert "values.yaml: it is YAML, but no Compose file" in ran.err


def test_profiles_come_from_the_variable_that_compose_has_for_them(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "name: p\nservices:\n  web: { image: example/web:1 }\n"
        "  debug: { image: example/debug:1, profiles: [debug] }\n  bare: { profiles: [other] }\n"
    )
    (tmp_path / ".env").write_text("COMPOSE_PROFILES=debug\n")
    chosen = nixlint(tmp_path, "convert")
    assert chosen.code == 0
    assert "services.bare.image: it has no image, and is left out" in chosen.err
    assert "not started at boot" not in chosen.err
    assert "autoStart = false" not in chosen.out
    assert "autoStart = false" in nixlint(tmp_path, "convert", "--env", "COMPOSE_PROFILES=").out
