"""What the system within a container names: values of its options, and whose configuration a name is of."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.containers.host.system import host_systems
from nixlint.containers.nspawn.arguments import missing_arguments
from nixlint.containers.nspawn.container import NspawnContainer, nspawn_containers
from nixlint.semantics.language.values import StringValue
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import write_files


def container(config: str, folder: Path, more: str = "") -> NspawnContainer:
    """The container of a module, as its file shows it."""
    text = f"{{ config, inputs, lib, ... }}: {{ containers.web = {{ {more} config = {config}; }}; }}"
    write_files(folder, {"configuration.nix": text})
    repository = Repository(folder, [folder / "configuration.nix"])
    source = repository.source(folder / "configuration.nix")
    assert source is not None
    (found,) = nspawn_containers(source, repository)
    return found


def test_strings_and_names_are_there_with_their_options(tmp_path: Path) -> None:
    found = container(
        '{ services.x = { host = "db"; ports = [ "1" config.my.port ]; }; networking.nameservers = [ "9.9.9.9" ]; }',
        tmp_path,
    )
    shown = {
        (str(each.option), each.value.text if isinstance(each.value, StringValue) else each.value.dotted)
        for each in found.inner_values
    }
    assert shown == {
        ("services.x.host", "db"),
        ("services.x.ports", "1"),
        ("services.x.ports", "config.my.port"),
        ("networking.nameservers", "9.9.9.9"),
    }


def test_what_is_under_a_condition_or_overridden_is_not_there(tmp_path: Path) -> None:
    found = container(
        '{ services.x.a = lib.mkIf config.my.a "1"; services.x.b = lib.mkMerge [ (lib.mkDefault "2") "3" ]; }', tmp_path
    )
    assert [each.value.text for each in found.inner_values if isinstance(each.value, StringValue)] == ["3"]


@pytest.mark.parametrize(
    ("config", "is_of_host"),
    [
        ("{ services.x.file = config.sops.secrets.y.path; }", True),
        ("{ lib, ... }: { services.x.file = config.sops.secrets.y.path; }", True),
        ("{ config, ... }: { services.x.file = config.sops.secrets.y.path; }", False),
        ("args: { services.x.file = args.config.sops.secrets.y.path; }", False),
    ],
)
def test_a_name_is_of_the_host_or_of_the_container(config: str, is_of_host: bool, tmp_path: Path) -> None:
    found = container(config, tmp_path)
    (host,) = host_systems(found.repository)
    for each in (found, *host.containers):
        (inner,) = each.inner_values
        assert [each.is_of_host(symbol) for symbol in inner.symbols] == [is_of_host]


@pytest.mark.parametrize(
    ("config", "more", "missing"),
    [
        ("{ inputs, ... }: { x = inputs.a; }", "", ["inputs"]),
        ("{ inputs, ... }: { x.inputs = 1; y = let inputs = 1; in inputs; }", "", []),
        ("{ inputs, ... }: { x = with { }; inputs.a; }", "", ["inputs"]),
        ("{ inputs, ... }: { x = inputs.a; }", "specialArgs.inputs = inputs;", []),
        ("{ inputs, ... }: { x = inputs.a; }", "specialArgs = config.my.arguments;", []),
        ("{ site, ... }: { x = site; _module.args.site = 1; }", "", []),
        ("{ site, ... }: { imports = [ site ]; _module.args.site = 1; }", "", ["site"]),
        ("{ site, ... }: { imports = [ config.my.module ]; x = site; }", "", []),
        ("{ lib, pkgs, config, utils, modulesPath, ... }: { x = [ lib pkgs config utils modulesPath ]; }", "", []),
    ],
)
def test_an_argument_is_missing_that_nothing_gives(config: str, more: str, missing: list[str], tmp_path: Path) -> None:
    assert [name for name, _ in missing_arguments(container(config, tmp_path, more))] == missing
