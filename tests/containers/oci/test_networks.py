"""Which networks of OCI containers nothing in a repository makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.containers.oci.container import UNKNOWN, Text
from nixlint.containers.oci.networks import OciNetworks, network_name
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.place import Place
from nixlint.syntax.span import Span
from tests.linting.workbench import write_files

_USES = '{ virtualisation.oci-containers.containers.a = { image = "a:1"; networks = [ "backend" ]; }; }\n'


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("backend", "backend"),
        ("backend:ip=10.0.0.2,alias=db", "backend"),
        ("name=backend,alias=db", "backend"),
        ("host", None),
        ("container:web", None),
        ("ns:/run/netns/vpn", None),
        ("pasta:--map-gw", None),
        ("slirp4netns:port_handler=slirp4netns", None),
        (f"{UNKNOWN}-net", None),
    ],
)
def test_name_of_a_network_that_somebody_has_to_make(text: str, name: str | None) -> None:
    assert network_name(Text(text, Place(Path("a.nix"), Span(0, 1)))) == name


@pytest.mark.parametrize(
    ("more", "unmade"),
    [
        ({}, {"backend": 1}),
        ({"setup.sh": "docker network create backend"}, {}),
        ({"notes.md": "The backend network is made by hand."}, {}),
        ({"backend.network": "[Network]"}, {}),
        ({"setup.sh": "docker network create frontend"}, {"backend": 1}),
        ({"b.nix": _USES}, {"backend": 2}),
        ({"b.nix": '{ a = "my-backend"; b = "backend2"; }'}, {"backend": 1}),
    ],
)
def test_a_network_is_unmade_where_only_containers_name_it(
    tmp_path: Path, more: dict[str, str], unmade: dict[str, int]
) -> None:
    write_files(tmp_path, {"a.nix": _USES, **more})
    found = OciNetworks.of(Repository(tmp_path, sorted(tmp_path.glob("*.nix"))))

    assert found == OciNetworks(unmade, is_complete=True)


@pytest.mark.parametrize(
    "text",
    [
        'podman network create \\\n  --internal "$name"\n',
        'subprocess.run(["docker", "network", "create", name])',
        'script = "docker network create " + name;',
    ],
)
def test_nobody_can_say_where_a_name_is_made_of_variables(tmp_path: Path, text: str) -> None:
    write_files(tmp_path, {"a.nix": _USES, "make.sh": text})

    assert not OciNetworks.of(Repository(tmp_path, [tmp_path / "a.nix"])).is_complete
