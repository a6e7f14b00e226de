"""Rows of the inventory from the modules of a repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.containers.inventory import InventoryItem, nix_inventory
from nixlint.secrets.masking import shown
from nixlint.semantics.repository import Repository
from tests.linting.workbench import write_files

FLAKE = (
    "{ outputs = { nixpkgs, ... }: { nixosConfigurations.alpha = nixpkgs.lib.nixosSystem "
    "{ modules = [ ./alpha.nix ]; }; }; }"
)


def rows(folder: Path, alpha: str, **others: str) -> list[InventoryItem]:
    files = {"flake.nix": FLAKE, "alpha.nix": alpha, **{f"{name}.nix": text for name, text in others.items()}}
    write_files(folder, files)
    return list(nix_inventory(Repository(folder, [folder / name for name in sorted(files)])))


def test_containers_are_listed_by_name(tmp_path: Path) -> None:
    found = rows(tmp_path, "{ containers.b.config = { }; containers.a.config = { }; containers.a.autoStart = true; "
                 "containers.b.autoStart = true; }")  # fmt: skip
    assert [item.name for item in found] == ["a", "b"]


def test_a_container_in_a_container_is_on_its_host_and_inside(tmp_path: Path) -> None:
    inner = "containers.inner = { autoStart = true; config = { }; };"
    found = rows(tmp_path, f"{{ containers.outer = {{ autoStart = true; config = {{ {inner} }}; }}; }}")
    assert [(item.host, item.inside, item.name) for item in found] == [
        ("alpha", (), "outer"),
        ("alpha", ("outer",), "inner"),
    ]


def test_a_container_in_a_container_of_no_host_is_listed_once(tmp_path: Path) -> None:
    inner = "containers.inner = { autoStart = true; config = { }; };"
    stray = f"{{ containers.outer = {{ autoStart = true; config = {{ {inner} }}; }}; }}"
    found = rows(tmp_path, "{ }", stray=stray)
    assert [(item.host, item.inside, item.name) for item in found] == [(None, (), "outer"), (None, ("outer",), "inner")]


def test_a_module_that_makes_containers_of_options_is_no_container_itself(tmp_path: Path) -> None:
    alpha = '{ imports = [ ./pods ]; pods.web.image = "nginx:1"; }'
    pods = (
        "{ config, lib, ... }: { options.pods = lib.mkOption { type = lib.types.attrsOf lib.types.attrs; default = { }; }; "
        "config.virtualisation.oci-containers.containers = lib.mapAttrs (_: pod: { inherit (pod) image; }) config.pods; }"
    )
    assert [(item.host, item.name, item.image) for item in rows(tmp_path, alpha, **{"pods/default": pods})] == [
        ("alpha", "web", "nginx:1")
    ]


SECRETS = [
    'image = "https://user:hunter2@registry.example/web:1";',
    'volumes = [ "//user:hunter2@nas/share:/data" ];',
    'extraOptions = [ "--mount=type=volume,dst=/data,volume-opt=o=username=web,password=hunter2,hunter2" ];',
    'extraOptions = [ "-e" "TOKEN=hunter2" "--env=API_KEY=hunter2" ];',
    'environment.DATABASE_URL = "postgres://web:hunter2@db/web";',
    'ports = [ "80:80,password=hunter2" ];',
    'networks = [ "web:token=hunter2" ];',
    'login.password = "hunter2";',
]


@pytest.mark.parametrize("setting", SECRETS)
def test_no_value_of_a_secret_is_in_a_row(tmp_path: Path, setting: str) -> None:
    (item,) = rows(tmp_path, f"{{ virtualisation.oci-containers.containers.web = {{ autoStart = true; {setting} }}; }}")
    assert item.name == "web"
    assert "hunter2" not in repr(item._replace(place=item.place._replace(path=Path("alpha.nix"))))


def test_the_name_of_a_secret_is_shown() -> None:
    assert shown("--secret=database,type=env,target=DB") == "--secret=database,type=env,target=DB"
    assert shown("/run/secrets/token:/token:ro") == "/run/secrets/token:/token:ro"


def test_an_option_of_ones_own_is_what_the_repository_makes_of_it_although_a_module_is_not_known(
    tmp_path: Path,
) -> None:
    flake = """{ outputs = { nixpkgs, ... }@inputs: {
      nixosConfigurations = nixpkgs.lib.genAttrs [ "atlas" "borealis" ] (name: nixpkgs.lib.nixosSystem {
        modules = [ inputs.x.nixosModules.y ./web.nix { web.enable = name == "atlas"; } ];
      });
    }; }"""
    web = """{ config, lib, ... }: {
      options.web.enable = lib.mkEnableOption "the site";
      options.web.name = lib.mkOption { type = lib.types.str; default = "site"; };
      config = lib.mkIf config.web.enable {
        virtualisation.oci-containers.containers.${config.web.name}.image = "nginx:1.29";
      };
    }"""
    write_files(tmp_path, {"flake.nix": flake, "web.nix": web})
    found = list(nix_inventory(Repository(tmp_path, [tmp_path / "flake.nix", tmp_path / "web.nix"])))
    assert [(item.host, item.name, item.conditions) for item in found] == [("atlas", "site", ())]


def test_a_container_with_the_name_of_its_host_has_that_name_although_a_module_is_not_known(tmp_path: Path) -> None:
    flake = """{ outputs = { nixpkgs, ... }@inputs: {
      nixosConfigurations.atlas = nixpkgs.lib.nixosSystem {
        modules = [ inputs.x.nixosModules.y ./web.nix { networking.hostName = "atlas"; } ];
      };
    }; }"""
    web = """{ config, ... }: {
      virtualisation.oci-containers.containers."web-${config.networking.hostName}".image = "nginx:1.29";
    }"""
    write_files(tmp_path, {"flake.nix": flake, "web.nix": web})
    found = list(nix_inventory(Repository(tmp_path, [tmp_path / "flake.nix", tmp_path / "web.nix"])))
    assert [(item.host, item.name) for item in found] == [("atlas", "web-atlas")]


def test_containers_of_a_list_that_several_modules_add_to_have_the_names_in_it(tmp_path: Path) -> None:
    flake = """{ outputs = { nixpkgs, ... }: {
      nixosConfigurations.atlas = nixpkgs.lib.nixosSystem {
        modules = [ ./made.nix { made = [ { name = "a"; } { name = "b"; } ]; } { made = [ { name = "c"; } ]; } ];
      };
    }; }"""
    made = """{ config, lib, ... }: {
      options.made = lib.mkOption {
        default = [ ];
        type = lib.types.listOf (lib.types.submodule { options.name = lib.mkOption { type = lib.types.str; }; });
      };
      config.virtualisation.oci-containers.containers =
        lib.genAttrs (map (each: each.name) config.made) (name: { image = "nginx:1.29"; });
    }"""
    write_files(tmp_path, {"flake.nix": flake, "made.nix": made})
    found = list(nix_inventory(Repository(tmp_path, [tmp_path / "flake.nix", tmp_path / "made.nix"])))
    assert sorted((item.host, item.name) for item in found) == [("atlas", "a"), ("atlas", "b"), ("atlas", "c")]


def test_a_container_that_a_host_adds_to_is_listed_where_it_is_declared(tmp_path: Path) -> None:
    flake = """{ outputs = { nixpkgs, ... }: { nixosConfigurations.atlas = nixpkgs.lib.nixosSystem {
      modules = [ { containers.web.config = { imports = [ ]; }; } ./web.nix ]; }; }; }"""
    web = "{ containers.web = { autoStart = true; config = { ... }: { services.nginx.enable = true; }; }; }"
    write_files(tmp_path, {"flake.nix": flake, "web.nix": web})
    found = list(nix_inventory(Repository(tmp_path, [tmp_path / "flake.nix", tmp_path / "web.nix"])))
    assert [(item.host, item.name, item.place.path.name) for item in found] == [("atlas", "web", "web.nix")]
