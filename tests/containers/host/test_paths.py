"""Which mounted paths put the host into a container's hands."""

from __future__ import annotations

import pytest

from nixlint.containers.host.paths import control_socket, holds_secrets, secret_path, written_path


@pytest.mark.parametrize("path", ["/run/docker.sock", "/run/podman", "/run/podman/", "/var/run//docker.sock"])
def test_a_socket_and_the_folder_that_it_stands_in_control_the_host(path: str) -> None:
    assert control_socket(path) is not None


@pytest.mark.parametrize("path", ["/run/docker.sock.d", "/run/podman2", "/run/postgresql", "/", "/run", "/var/lib"])
def test_names_that_only_begin_alike_and_the_whole_host_are_no_control_socket(path: str) -> None:
    assert control_socket(path) is None


@pytest.mark.parametrize(("path", "secrets"), [("/", True), ("/etc/", True), ("/var/lib", False), ("/home", False)])
def test_folders_of_the_host_are_known_and_whether_reading_them_is_enough(path: str, secrets: bool) -> None:
    found = written_path(path)

    assert found is not None
    assert holds_secrets(found) is secrets


@pytest.mark.parametrize(
    "path", ["/etcetera", "/etc/localtime", "/var/lib/gitea", "/home/alice", "/dev/dri", "/etc/../srv"]
)
def test_a_folder_within_one_of_the_host_is_not_the_host(path: str) -> None:
    assert written_path(path) is None


def test_secrets_are_everything_below_their_folders() -> None:
    assert secret_path("/run/secrets/db/password") is not None
    assert secret_path("/run/agenix") is not None
    assert secret_path("/run/secretsauce") is None
