"""What a module declares that stands in a file alone, by what is known of its arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.containers.oci.reader import oci_containers
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import write_files

_MAKES = '{ make = name: { ${name}.image = "a:1"; }; }\n'
_USES = '{ self, ... }: { virtualisation.oci-containers.containers = self.lib.make "web"; }\n'


def _names(folder: Path, *given: str) -> list[str | None]:
    """The names of the containers that a module of no host declares; ``given`` are the arguments of each host."""
    hosts = " ".join(
        f"nixosConfigurations.h{number} = nixpkgs.lib.nixosSystem {{ modules = [ {{ }} ]; specialArgs = {{ {each} }}; }};"
        for number, each in enumerate(given)
    )
    flake = f"{{ outputs = {{ self, nixpkgs, ... }}@inputs: {{ lib = import ./lib.nix; {hosts} }}; }}\n"
    write_files(folder, {"flake.nix": flake, "lib.nix": _MAKES, "web.nix": _USES})
    repository = Repository(folder, sorted(folder.glob("*.nix")))
    source = repository.source(folder / "web.nix")
    assert source is not None
    return [container.name for container in oci_containers(source, repository)]


def test_a_module_of_no_host_knows_the_flake_that_all_hosts_are_given(tmp_path: Path) -> None:
    assert _names(tmp_path, "inherit self;", "inherit self inputs;") == ["web"]


@pytest.mark.parametrize(
    "given",
    [
        (),
        ("inherit inputs;",),
        ("inherit self;", "inherit inputs;"),
        ("inherit self;", "self = inputs.other;"),
        ("self = { lib = { }; };",),
    ],
    ids=["no hosts", "not given", "not given to all", "another flake", "something else"],
)
def test_a_module_knows_nothing_of_a_flake_that_a_host_may_not_be_given(tmp_path: Path, given: tuple[str, ...]) -> None:
    assert "web" not in _names(tmp_path, *given)
