"""Ports and volumes that Docker's and Podman's command lines both refuse, as they were seen to do it (29.1 and 5.6)."""

from __future__ import annotations

import pytest

from nixlint.containers.languages.port_mapping import port_fault
from nixlint.containers.languages.volume_mount import volume_fault


@pytest.mark.parametrize(
    "text",
    [
        "99999:80",
        "80:http",
        "8000-8010:80-85",
        "80:80:80:80",
        "300.1.1.1:80:80",
        "host:80:80",
        "80:80/xyz",
        "80/tcp:80",
        "80:",
        "80-70:80-70",
        "container:x",
        "",
    ],
)
def test_a_port_that_both_refuse_has_a_fault(text: str) -> None:
    assert port_fault(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "80",
        "8080:80",
        ":80",
        "127.0.0.1:80:80",
        "127.0.0.1::80",
        "[::1]:80:80",
        "80-82:80-82/tcp",
        "53:53/UDP",
        "::1:80:80",  # Docker takes it.
        "8000-8010:80",  # Docker takes it.
        "0:80",  # Docker's command line takes it.
        "80:0",
    ],
)
def test_a_port_that_one_of_them_takes_has_none(text: str) -> None:
    assert port_fault(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "$HOME/x:/y",
        "${HOME}/x:/y",
        "data=/var/lib",
        "/a:b",
        "data",
        ":/x",
        "a:",
        "/a:/b:",
        "a/b:/x",
        "/a:/b:rx",
        "/a:/b:readonly",
        "/a:/b:ro:z",
    ],
)
def test_a_volume_that_both_refuse_has_a_fault(text: str) -> None:
    assert volume_fault(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "/a:/b",
        "/a:/b:ro",
        "/a:/b:rw,Z",
        "data:/b",
        "d.a-t_a:/b:U,copy",
        "/b",
        "/a:/b:rslave,ro",
        "/a:/b:idmap=uids=0-1-10",
        "/srv/$:/b",
        "./a:/b",  # The rule about relative sources finds it.
        "~/a:/b",
    ],
)
def test_a_volume_that_one_of_them_takes_has_none(text: str) -> None:
    assert volume_fault(text) is None
