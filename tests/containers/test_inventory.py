"""Rows of the inventory from the modules of a repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.containers.inventory import InventoryItem, UnknownPart, nix_inventory
from nixlint.secrets.masking import shown
from nixlint.semantics.repository.repository import Repository
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


# -- what is not known ----------------------------------------------------------------------------------------------


def test_what_a_host_adds_to_no_other_container_is_one(tmp_path: Path) -> None:
    alpha = '{ containers = { a.config.system.stateVersion = "24.05"; b.config.services.openssh.enable = true; }; }'
    assert [(item.host, item.name, item.state_version) for item in rows(tmp_path, alpha)] == [
        ("alpha", "a", "24.05"),
        ("alpha", "b", ""),
    ]


@pytest.mark.parametrize(
    ("container", "version"),
    [
        ("autoStart = true; config = { };", ""),
        ('autoStart = true; config = { imports = [ <x> ]; system.stateVersion = "25.05"; };', "25.05"),
        ('config = { lib, ... }: { system.stateVersion = lib.mkDefault "25.05"; };', "25.05"),
        ("autoStart = true; config = { imports = [ <x> ]; };", None),
        ('autoStart = true; flake = "github:a/b";', None),
        ('path = "/nix/var/nix/profiles/web";', None),
        ('config = { config, lib, ... }: { system.stateVersion = lib.mkIf config.x.y "25.05"; };', None),
    ],
)
def test_a_state_version_is_what_is_written_or_not_known_or_certainly_none(
    tmp_path: Path, container: str, version: str | None
) -> None:
    (item,) = rows(tmp_path, f"{{ containers.web = {{ {container} }}; }}")
    assert item.state_version == version


def test_of_an_addition_that_may_be_part_of_more_nothing_is_said_to_be_absent(tmp_path: Path) -> None:
    (item,) = rows(tmp_path, "{ imports = [ <x> ]; containers.web.config.services.nginx.enable = true; }")
    assert (item.name, item.state_version, item.networks) == ("web", None, None)


def test_addresses_of_further_links_are_addresses(tmp_path: Path) -> None:
    links = 'extraVeths = { a.localAddress = "10.0.0.2/24"; b = { localAddress6 = "fd00::2"; hostAddress = "10.0.1.1"; }; };'
    (item,) = rows(tmp_path, f'{{ containers.web = {{ localAddress = "10.0.9.2"; {links} config = {{ }}; }}; }}')
    assert item.addresses == ("10.0.9.2", "10.0.0.2/24", "fd00::2")


_FOLD = (
    '{ config, lib, ... }: let mk = n: { ${n}.image = "nginx:1"; }; in '
    "{ virtualisation.oci-containers.containers = lib.%s { } config.my.names; }"
)


@pytest.mark.parametrize(
    "fold", ["foldl' (acc: n: acc // mk n)", "foldr (n: acc: acc // mk n)", "foldl (a: n: mk n // a)"]
)
def test_a_fold_over_names_that_are_not_known_makes_containers_without_names(tmp_path: Path, fold: str) -> None:
    unknown: list[UnknownPart] = []
    write_files(tmp_path, {"a.nix": _FOLD % fold})
    (item,) = nix_inventory(Repository(tmp_path, [tmp_path / "a.nix"]), unknown=unknown)
    assert (item.name, item.image) == (None, "nginx:1")
    assert {part.host for part in unknown} == {None}


@pytest.mark.parametrize(
    "module",
    [
        "{ config, ... }: { virtualisation.oci-containers.containers = config.my.containers; }",
        "{ config, lib, ... }: { containers = lib.foldl' (acc: n: config.my.f acc n) { } config.my.names; }",
    ],
)
@pytest.mark.parametrize("is_on_host", [False, True])
def test_containers_that_are_not_known_are_told_of(tmp_path: Path, module: str, is_on_host: bool) -> None:
    write_files(tmp_path, {"flake.nix": FLAKE, "alpha.nix": module if is_on_host else "{ }", "b.nix": module})
    unknown: list[UnknownPart] = []
    paths = [tmp_path / name for name in ("flake.nix", "alpha.nix", "b.nix")]
    assert list(nix_inventory(Repository(tmp_path, paths), unknown=unknown)) == []
    assert {part.host for part in unknown} == ({"alpha", None} if is_on_host else {None})


@pytest.mark.parametrize(
    ("other", "version"),
    [
        ('{ containers.web.config.system.stateVersion = "25.05"; }', None),
        ('{ config, ... }: { containers.${config.my.name}.config.system.stateVersion = "25.05"; }', None),
        ('{ containers.db.config.system.stateVersion = "25.05"; }', ""),
    ],
)
def test_a_state_version_that_another_file_may_set_is_not_said_to_be_none(
    tmp_path: Path, other: str, version: str | None
) -> None:
    write_files(tmp_path, {"a.nix": "{ containers.web = { autoStart = true; config = { }; }; }", "b.nix": other})
    repository = Repository(tmp_path, [tmp_path / "a.nix", tmp_path / "b.nix"])
    assert [item.state_version for item in nix_inventory(repository) if item.name == "web"] == [version]


def test_a_container_of_a_path_that_is_not_known_has_one(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"a.nix": "{ lib, ... }: { containers.web = { autoStart = true; path = lib.head [ lib.x ]; }; }"}
    )
    assert [item.image for item in nix_inventory(Repository(tmp_path, [tmp_path / "a.nix"]))] != [None]
