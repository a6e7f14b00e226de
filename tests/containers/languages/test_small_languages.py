"""Image references, published ports, volumes and flags, as the engines read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.containers.languages.engine_flags import flags_in
from nixlint.containers.languages.image_reference import ImageReference, parse_image_reference
from nixlint.containers.languages.port_mapping import PortMapping, parse_port_mapping
from nixlint.containers.languages.volume_mount import VolumeMount, parse_volume_mount
from nixlint.syntax.place import Place
from nixlint.syntax.span import Span

DIGEST = "sha256:" + "0" * 64
HERE = Place(Path("a.nix"), Span(0, 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nginx", ImageReference(None, "nginx", None, None)),
        ("nginx:1.27", ImageReference(None, "nginx", "1.27", None)),
        ("library/nginx:latest", ImageReference(None, "library/nginx", "latest", None)),
        ("ghcr.io/a/b:v1", ImageReference("ghcr.io", "a/b", "v1", None)),
        ("localhost/a", ImageReference("localhost", "a", None, None)),
        ("localhost:5000/a/b", ImageReference("localhost:5000", "a/b", None, None)),
        (f"ghcr.io/a/b:v1@{DIGEST}", ImageReference("ghcr.io", "a/b", "v1", DIGEST)),
        (f"a/b@{DIGEST}", ImageReference(None, "a/b", None, DIGEST)),
    ],
)
def test_an_image_reference_is_taken_apart(text: str, expected: ImageReference) -> None:
    assert parse_image_reference(text) == expected


@pytest.mark.parametrize("text", ["", "a b", "a:", "/nix/store/x", "a/"])
def test_what_is_no_image_reference_is_none(text: str) -> None:
    assert parse_image_reference(text) is None


@pytest.mark.parametrize(
    ("text", "floating"),
    [("a", True), ("a:latest", True), ("a:1", False), (f"a@{DIGEST}", False), (f"a:latest@{DIGEST}", False)],
)
def test_an_image_floats_without_a_version_and_without_a_digest(text: str, floating: bool) -> None:
    reference = parse_image_reference(text)
    assert reference is not None
    assert reference.is_floating is floating


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("80", PortMapping("", None, range(80, 81), "tcp")),
        ("8080:80", PortMapping("", range(8080, 8081), range(80, 81), "tcp")),
        ("8080:80/udp", PortMapping("", range(8080, 8081), range(80, 81), "udp")),
        ("127.0.0.1:8080:80", PortMapping("127.0.0.1", range(8080, 8081), range(80, 81), "tcp")),
        ("127.0.0.1::80", PortMapping("127.0.0.1", None, range(80, 81), "tcp")),
        ("[::1]:8080:80", PortMapping("[::1]", range(8080, 8081), range(80, 81), "tcp")),
        ("8000-8002:80-82", PortMapping("", range(8000, 8003), range(80, 83), "tcp")),
        ("127.0.0.1:\0:80", PortMapping("127.0.0.1", None, range(80, 81), "tcp")),
        ("\0:8080:80", PortMapping(None, range(8080, 8081), range(80, 81), "tcp")),
        ("\0:80", PortMapping(None, None, range(80, 81), "tcp")),
        ("8080:\0", PortMapping("", range(8080, 8081), None, "tcp")),
    ],
)
def test_a_published_port_is_taken_apart_and_what_is_not_known_stays_so(text: str, expected: PortMapping) -> None:
    assert parse_port_mapping(text) == expected


@pytest.mark.parametrize("text", ["", "a:b", "1:2:3:4", "8080:http"])
def test_what_is_no_published_port_is_none(text: str) -> None:
    assert parse_port_mapping(text) is None


@pytest.mark.parametrize(
    ("text", "everywhere"),
    [
        ("80:80", True),
        ("0.0.0.0:80:80", True),
        ("[::]:80:80", True),
        ("127.0.0.1:80:80", False),
        ("10.0.0.1:80:80", False),
        ("\0:80", False),
    ],
)
def test_a_port_listens_everywhere_only_where_that_is_certain(text: str, everywhere: bool) -> None:
    mapping = parse_port_mapping(text)
    assert mapping is not None
    assert mapping.listens_everywhere is everywhere


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/data", VolumeMount(None, "/data", ())),
        ("/srv:/data", VolumeMount("/srv", "/data", ())),
        ("db:/data:ro,z", VolumeMount("db", "/data", ("ro", "z"))),
        ("./x:/data", VolumeMount("./x", "/data", ())),
    ],
)
def test_a_volume_is_taken_apart(text: str, expected: VolumeMount) -> None:
    assert parse_volume_mount(text) == expected


@pytest.mark.parametrize("text", ["", "data", ":/x", "a:", "a:b:c:d"])
def test_what_is_no_volume_is_none(text: str) -> None:
    assert parse_volume_mount(text) is None


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--network=host"], [("--network", "host")]),
        (["--network", "host"], [("--network", "host")]),
        (["--network host"], [("--network", "host")]),
        (["-v", "/a:/b", "-p8080:80"], [("--volume", "/a:/b"), ("--publish", "8080:80")]),
        (["--privileged", "--cap-add", "ALL"], [("--privileged", ""), ("--cap-add", "ALL")]),
        (["--cap-add=NET_ADMIN", "--device=/dev/x"], [("--cap-add", "NET_ADMIN"), ("--device", "/dev/x")]),
        (["--gpus", "--rm"], [("--gpus", ""), ("--rm", "")]),
    ],
)
def test_flags_are_read_split_and_joined(arguments: list[str], expected: list[tuple[str, str]]) -> None:
    assert [(flag.name, flag.value) for flag in flags_in([(text, HERE) for text in arguments])] == expected
