"""Rules about containers are asked about those of each host, and about what no host reaches."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from nixlint.containers.inventory import nix_inventory
from nixlint.linting.finding import Report
from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import REGISTRY, lint, write_files

_MISSING = "container-missing-state-version"
_PRIVILEGED = "oci-privileged"


def _flake(**hosts: str) -> str:
    systems = "".join(
        f"{name} = nixpkgs.lib.nixosSystem {{ modules = [ {modules} ]; }};" for name, modules in hosts.items()
    )
    return f"{{ outputs = {{ nixpkgs, ... }}@inputs: {{ nixosConfigurations = {{ {systems} }}; }}; }}\n"


def _found(report: Report, rule: str = _MISSING) -> list[tuple[str, str | None, str]]:
    assert not report.failures
    return [(item.path, item.finding.container, item.confidence.value) for item in report.findings if item.rule == rule]


def _check(folder: Path, files: Mapping[str, str], *paths: str) -> Report:
    write_files(folder, files)
    return lint(folder, *paths)


def _pedantic(folder: Path, files: Mapping[str, str]) -> Report:
    write_files(folder, files)
    return run(Request((folder,), folder, pedantic=True), REGISTRY)


FUNCTION = {
    "flake.nix": _flake(alpha="./web.nix"),
    "make.nix": "{ lib }: name: extra: { containers.${name} = lib.recursiveUpdate extra { autoStart = true; "
    "config = { ... }: { services.nginx.enable = true; }; }; }\n",
    "web.nix": '{ lib, ... }: import ./make.nix { inherit lib; } "web" { privateNetwork = true; }\n',
}


def test_a_container_that_a_function_of_another_file_makes_is_one(tmp_path: Path) -> None:
    assert _found(_check(tmp_path, FUNCTION)) == [("make.nix", "web", "certain")]


def test_its_file_alone_has_the_same_findings(tmp_path: Path) -> None:
    assert _found(_check(tmp_path, FUNCTION, "make.nix")) == [("make.nix", "web", "certain")]


def test_what_is_found_in_other_files_is_no_finding_of_the_file_that_is_checked(tmp_path: Path) -> None:
    files = {
        **FUNCTION,
        "flake.nix": _flake(alpha="./web.nix ./other.nix"),
        "other.nix": "{ containers.other = { autoStart = true; config = { }; }; }\n",
    }
    assert _found(_check(tmp_path, files, "other.nix")) == [("other.nix", "other", "certain")]


def test_it_is_found_once_on_however_many_hosts_it_is(tmp_path: Path) -> None:
    files = {**FUNCTION, "flake.nix": _flake(alpha="./web.nix", beta="./web.nix", gamma="./web.nix { }")}
    assert _found(_check(tmp_path, files)) == [("make.nix", "web", "certain")]


def test_where_hosts_disagree_it_is_possible(tmp_path: Path) -> None:
    version = '{ containers.web.config.system.stateVersion = "25.05"; }'
    files = {**FUNCTION, "flake.nix": _flake(alpha="./web.nix", beta="./web.nix ./version.nix"), "version.nix": version}
    assert _found(_check(tmp_path, files)) == []
    assert _found(_pedantic(tmp_path, files)) == [("make.nix", "web", "possible")]


def test_the_surer_finding_counts_where_a_file_alone_knows_less(tmp_path: Path) -> None:
    files = {
        "flake.nix": _flake(alpha="./web.nix { services.resolved.enable = true; }"),
        "web.nix": '{ containers.web = { privateNetwork = true; hostBridge = "br0"; '
        'config = { ... }: { system.stateVersion = "25.05"; }; }; }',
    }
    assert _found(_check(tmp_path, files), "container-host-resolv-conf") == [("web.nix", "web", "certain")]


@pytest.mark.parametrize("pedantic", [False, True])
def test_a_generated_name_is_known_on_its_host(tmp_path: Path, pedantic: bool) -> None:
    files = {
        "flake.nix": _flake(alpha='./web.nix { networking.hostName = "alpha"; }'),
        "web.nix": "{ config, ... }: { containers.${config.networking.hostName} = { autoStart = true; config = { }; }; }\n",
    }
    found = _found(_pedantic(tmp_path, files) if pedantic else _check(tmp_path, files))
    assert found in ([("web.nix", "alpha", "certain")], [("web.nix", None, "certain")])


def test_an_oci_container_of_a_function_is_seen(tmp_path: Path) -> None:
    files = {
        "flake.nix": _flake(alpha="./web.nix"),
        "make.nix": "name: more: { virtualisation.oci-containers.containers.${name} = more; }\n",
        "web.nix": '{ ... }: import ./make.nix "web" { privileged = true; }\n',
    }
    assert _found(_check(tmp_path, files), _PRIVILEGED) == [("web.nix", "web", "certain")]


def test_a_container_in_a_container_is_seen(tmp_path: Path) -> None:
    files = {
        "flake.nix": _flake(alpha="./outer.nix"),
        "make.nix": "name: { containers.${name} = { autoStart = true; config = { ... }: { }; }; }\n",
        "outer.nix": '{ containers.outer = { autoStart = true; config = { imports = [ (import ./make.nix "inner") ]; '
        'system.stateVersion = "25.05"; }; }; }\n',
    }
    assert _found(_check(tmp_path, files)) == [("make.nix", "inner", "certain")]


def test_another_host_may_have_a_container_of_the_same_name_and_more_in_it(tmp_path: Path) -> None:
    files = {
        "flake.nix": _flake(alpha="./a.nix", beta="./b.nix"),
        "a.nix": "{ containers.web = { autoStart = true; config = { services.nginx.enable = true; }; }; }\n",
        "b.nix": '{ containers.web = { autoStart = true; config = { system.stateVersion = "24.05"; }; }; }\n',
    }
    assert _found(_check(tmp_path, files)) == [("a.nix", "web", "certain")]


def test_a_file_that_no_host_imports_may_add_to_a_container(tmp_path: Path) -> None:
    files = {
        "flake.nix": _flake(alpha="./a.nix"),
        "a.nix": "{ containers.web = { autoStart = true; config = { services.nginx.enable = true; }; }; }\n",
        "b.nix": '{ containers.web.config.system.stateVersion = "24.05"; }\n',
    }
    assert _found(_check(tmp_path, files)) == []
    assert _found(_pedantic(tmp_path, files)) == [("a.nix", "web", "possible")]


# -- additions ------------------------------------------------------------------------------------------------------

_ADDED = '{ containers = { a.config.system.stateVersion = "24.05"; b.config.services.openssh.enable = true; }; }\n'


def test_what_a_host_defines_of_a_container_is_one_where_nothing_else_may_define_it(tmp_path: Path) -> None:
    files = {"flake.nix": _flake(alpha="./a.nix"), "a.nix": _ADDED}
    assert _found(_check(tmp_path, files)) == [("a.nix", "b", "certain")]


def test_it_is_possible_where_a_module_is_not_known(tmp_path: Path) -> None:
    files = {"flake.nix": _flake(alpha="./a.nix inputs.x.nixosModules.y"), "a.nix": _ADDED}
    assert _found(_check(tmp_path, files)) == []
    assert _found(_pedantic(tmp_path, files)) == [("a.nix", "b", "possible")]


def test_it_is_possible_where_a_name_is_not_known(tmp_path: Path) -> None:
    files = {
        "flake.nix": _flake(alpha="./a.nix { containers.${inputs.x.name} = { config = { }; autoStart = true; }; }"),
        "a.nix": _ADDED,
    }
    assert ("a.nix", "b", "certain") not in _found(_check(tmp_path, files))
    assert ("a.nix", "b", "possible") in _found(_pedantic(tmp_path, files))


def test_it_is_possible_where_a_set_of_containers_is_not_known(tmp_path: Path) -> None:
    files = {"flake.nix": _flake(alpha="./a.nix ({ config, ... }: { containers = config.my.own; })"), "a.nix": _ADDED}
    assert _found(_check(tmp_path, files)) == []


def test_it_is_likely_on_no_host(tmp_path: Path) -> None:
    assert _found(_check(tmp_path, {"a.nix": _ADDED})) == [("a.nix", "b", "likely")]


def test_it_is_an_addition_where_another_file_speaks_of_the_container(tmp_path: Path) -> None:
    files = {"a.nix": _ADDED, "b.nix": "{ containers.b.config.services.nginx.enable = true; }\n"}
    assert _found(_check(tmp_path, files)) == []


def test_it_is_an_addition_where_a_host_reaches_it_under_a_condition_that_is_off(tmp_path: Path) -> None:
    added = "{ lib, ... }: { containers = lib.mkIf false { b.config.services.openssh.enable = true; }; }\n"
    files = {"flake.nix": _flake(alpha="./a.nix"), "a.nix": added}
    assert _found(_check(tmp_path, files)) == []


def test_a_container_that_another_module_of_the_host_declares_is_one_and_not_two(tmp_path: Path) -> None:
    files = {
        "flake.nix": _flake(alpha="./a.nix ./b.nix"),
        "a.nix": '{ containers.b = { autoStart = true; config = { system.stateVersion = "24.05"; }; }; }\n',
        "b.nix": "{ containers.b.config.services.openssh.enable = true; }\n",
    }
    assert _found(_check(tmp_path, files)) == []


# -- mounts by expression -------------------------------------------------------------------------------------------

_MOUNTED = (
    '{ config, ... }: { containers.web = { privateNetwork = true; hostBridge = "br0"; '
    "bindMounts.%s.isReadOnly = true; "
    'config = { ... }: { system.stateVersion = "25.05"; }; }; }\n'
)


@pytest.mark.parametrize(
    ("mount", "found"),
    [
        ("${config.age.secrets.token.path}", True),
        ('"${config.sops.secrets."a/b".path}"', True),
        ('"/var/lib/${config.my.name}"', True),
        ('"${config.my.name}/data"', True),
        ("${config.my.path}", False),
        ('"/etc/${config.my.name}"', False),
        ('"/etc/resolv.conf"', False),
    ],
)
def test_a_mount_by_expression_hides_a_finding_where_it_may_be_the_resolv_conf(
    tmp_path: Path, mount: str, found: bool
) -> None:
    report = _check(tmp_path, {"a.nix": _MOUNTED % mount})
    assert bool(_found(report, "container-host-resolv-conf")) is found


@pytest.mark.parametrize(
    ("host", "confidence"),
    [
        ("networking.useNetworkd = true;", "certain"),
        ("systemd.network.enable = true;", "certain"),
        ("networking.useNetworkd = true; services.resolved.enable = false;", "likely"),
        ("networking.useNetworkd = false;", "likely"),
        ("imports = [ ./more.nix ]; networking.useNetworkd = true;", "likely"),
    ],
)
def test_networkd_on_the_host_brings_resolved(tmp_path: Path, host: str, confidence: str) -> None:
    files = {
        "flake.nix": _flake(alpha="./a.nix ./b.nix"),
        "a.nix": _MOUNTED % '"/data"',
        "b.nix": f"{{ {host} }}",
        "more.nix": "{ lib, ... }: { services.resolved.enable = lib.mkForce false; }",
    }
    assert _found(_check(tmp_path, files), "container-host-resolv-conf") == [("a.nix", "web", confidence)]


# -- state versions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "found"),
    [
        ("lib.trivial.release", ["certain"]),
        ("lib.mkDefault lib.trivial.release", ["certain"]),
        ('"${lib.trivial.release}"', ["certain"]),
        ("config.system.nixos.release", ["certain"]),
        ("lib.versions.majorMinor lib.version", ["certain"]),
        ('"unstable"', ["likely"]),
        ('"2505"', ["likely"]),
        ('"25.5"', ["likely"]),
        ('"25.05"', []),
        ("config.my.version", []),
        ("lib.mkIf config.my.x lib.trivial.release", []),
        ("lib.trivial.oldestSupportedRelease", []),
    ],
)
def test_a_release_that_moves_and_what_is_no_release_are_no_state_version(
    tmp_path: Path, version: str, found: list[str]
) -> None:
    module = "{ containers.web.config = { config, lib, ... }: { system.stateVersion = %s; }; }\n"
    assert [confidence for _, _, confidence in _found(_check(tmp_path, {"a.nix": module % version}))] == found


# -- names by expression --------------------------------------------------------------------------------------------

_NAMED = (
    "{ config, ... }: let cfg = config.my.%s; in { containers.${cfg.name} = { privateNetwork = true; "
    'localAddress = "%s"; config = { ... }: { %s }; }; }\n'
)
_OWN_VERSION = 'system.stateVersion = "25.05";'


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("10.0.0.2", "10.0.0.3", [("a.nix", None, "certain")]),
        ("10.0.0.2", "10.0.0.2", []),
        ("10.0.0.2", "10.0.${toString cfg.net}.3", [("a.nix", None, "certain")]),
        ("10.0.0.2", "${cfg.address}", []),
    ],
)
def test_two_declarations_with_different_addresses_are_two_containers(
    tmp_path: Path, first: str, second: str, found: list[tuple[str, str | None, str]]
) -> None:
    files = {"a.nix": _NAMED % ("a", first, ""), "b.nix": _NAMED % ("b", second, _OWN_VERSION)}
    assert _found(_check(tmp_path, files)) == found


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("${config.my.a.name}", "${config.my.b.name}", True),
        ('"${config.my.name}-web"', '"${config.my.name}-db"', True),
        ('"web-${config.my.a.name}"', '"web-${config.my.b.name}"', True),
        ("${config.my.a.name}", "${config.my.a.name}", False),
        ('"${config.my.name}-web"', '"${config.my.name}-${config.my.other}"', True),
        ("${config.my.a.name}", "${lib.head config.my.names}", False),
        ("${name}", "${config.my.name}", False),
    ],
)
def test_two_declarations_whose_names_are_made_of_different_options_are_two_containers(
    tmp_path: Path, first: str, second: str, found: bool
) -> None:
    module = "{ config, lib, name, ... }: { containers.%s = { autoStart = true; config = { ... }: { %s }; }; }\n"
    files = {"a.nix": module % (first, ""), "b.nix": module % (second, _OWN_VERSION)}
    assert bool(_found(_check(tmp_path, files))) is found


def test_an_addition_without_an_address_may_be_of_either(tmp_path: Path) -> None:
    added = '{ config, ... }: { containers.${config.my.b.name}.config.system.stateVersion = "25.05"; }\n'
    assert _found(_check(tmp_path, {"a.nix": _NAMED % ("a", "10.0.0.2", ""), "b.nix": added})) == []


# -- folders --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "imports",
    [
        'lib.fileset.toList (lib.fileset.fileFilter (f: f.hasExt "nix") ./parts)',
        'lib.fileset.toList (lib.fileset.fileFilter (f: f.type == "regular" && f.name != "default.nix") ./parts)',
        'lib.fileset.toList (lib.fileset.fileFilter ({ hasExt, ... }: hasExt "nix") ./parts)',
        "lib.fileset.toList (lib.fileset.difference ./parts ./parts/other.nix)",
        "lib.fileset.toList (lib.fileset.unions [ ./parts/web.nix ./parts/other.nix ])",
        "lib.fileset.toList (lib.fileset.union ./parts/web.nix (lib.fileset.maybeMissing ./missing))",
        'lib.fileset.toList (lib.fileset.intersection ./parts (lib.fileset.fileFilter (f: f.hasExt "nix") ./.))',
        "[ (inputs.import-tree ./parts) ]",
        "[ (inputs.import-tree [ ./parts ]) ]",
        '[ (inputs.import-tree.filter (lib.hasInfix "web") ./parts) ]',
        '[ ((inputs.import-tree.filterNot (lib.hasSuffix "other.nix")) ./parts) ]',
        '[ (inputs.import-tree.match ".*web.*" ./parts) ]',
        "lib.attrValues (inputs.haumea.lib.load { src = ./parts; loader = inputs.haumea.lib.loaders.path; })",
        'map (name: "${./parts}/${name}") (builtins.attrNames (builtins.readDir ./parts))',
        'map (name: import "${./parts}/${name}") (builtins.attrNames (builtins.readDir ./parts))',
        "lib.fileset.toList ./parts",
        "lib.fileset.toList ./parts/web.nix ++ [ ]",
        'map (name: ./parts + "/${name}") (builtins.attrNames (builtins.readDir ./parts))',
        'builtins.filter (lib.hasSuffix ".nix") (map toString (lib.filesystem.listFilesRecursive ./parts))',
        'lib.mapAttrsToList (name: _: ./parts/${name}) (lib.filterAttrs (n: t: t == "regular") (builtins.readDir ./parts))',
    ],
)
def test_a_folder_whose_files_are_all_imported_holds_what_they_say(tmp_path: Path, imports: str) -> None:
    files = {
        "a.nix": f"{{ inputs, lib, ... }}: {{ containers.web.config = {{ imports = {imports}; }}; }}\n",
        "parts/web.nix": f"{{ {_OWN_VERSION} }}",
        "parts/other.nix": "{ }",
    }
    assert _found(_pedantic(tmp_path, files)) == []
    files["parts/web.nix"] = "{ services.nginx.enable = true; }"
    assert _found(_check(tmp_path, files)) == [("a.nix", "web", "certain")]


@pytest.mark.parametrize(
    "imports",
    [
        "lib.fileset.toList (lib.fileset.fileFilter (f: config.my.takes f.name) ./parts)",
        "lib.fileset.toList (lib.fileset.difference ./parts config.my.files)",
        "lib.fileset.toList (lib.fileset.gitTracked ./parts)",
        "[ (inputs.import-tree.filter config.my.takes ./parts) ]",
        '[ (inputs.import-tree.filter (lib.hasPrefix "/web") ./parts) ]',
        "[ (inputs.import-tree.addPath ./parts) ]",
        "[ (inputs.import-tree config.my.folder) ]",
    ],
)
def test_of_a_folder_of_which_not_all_is_known_nothing_is_said(tmp_path: Path, imports: str) -> None:
    files = {
        "a.nix": f"{{ config, inputs, lib, ... }}: {{ containers.web.config = {{ imports = {imports}; }}; }}\n",
        "parts/web.nix": f"{{ {_OWN_VERSION} }}",
        "parts/other.nix": "{ }",
    }
    assert _found(_check(tmp_path, files)) == []


# -- modules of known projects --------------------------------------------------------------------------------------

_ARCHIVE = "https://github.com/nix-community/home-manager/archive/release-24.05.tar.gz"
_PINS = {
    "npins/default.nix": "builtins.fromJSON (builtins.readFile ./sources.json)",
    "npins/sources.json": """{ "pins": {
        "agenix": { "type": "Git", "repository": { "type": "GitHub", "owner": "ryantm", "repo": "agenix" } },
        "mine": { "type": "Git", "repository": { "type": "Git", "url": "https://example.org/me/mine.git" } },
        "nixpkgs": { "type": "Channel", "url": "https://releases.nixos.org/nixos/unstable/nixexprs.tar.xz" } } }""",
    "nix/sources.nix": "{ }",
    "nix/sources.json": f'{{ "home-manager": {{ "type": "tarball", "url": "{_ARCHIVE}" }} }}',
}


@pytest.mark.parametrize(
    ("module", "found"),
    [
        (f'"${{builtins.fetchTarball "{_ARCHIVE}"}}/nixos"', True),
        (f'"${{fetchTarball {{ url = "{_ARCHIVE}"; sha256 = "x"; }}}}/nixos"', True),
        ('"${builtins.fetchGit "https://github.com/Mic92/sops-nix.git"}/modules/sops"', True),
        ('"${builtins.fetchGit { url = "https://github.com/ryantm/agenix"; ref = "main"; }}/modules/age.nix"', True),
        ("<home-manager/nixos>", True),
        ("(import <home-manager/nixos>)", True),
        ('(<sops-nix> + "/modules/sops")', True),
        ('"${<agenix>}/modules/age.nix"', True),
        ("<nixpkgs/nixos/modules/profiles/minimal.nix>", True),
        ("<nixos-unstable/nixos/modules/profiles/minimal.nix>", True),
        (f'(import "${{fetchTarball "{_ARCHIVE}"}}/nixos")', True),
        (f'(fetchTarball "{_ARCHIVE}" + "/nixos")', True),
        (f'(import (fetchTarball "{_ARCHIVE}") {{ }}).nixos', True),
        ('"${builtins.fetchGit { url = "git@github.com:ryantm/agenix.git"; }}/modules/age.nix"', True),
        ('"${builtins.fetchTree { type = "github"; owner = "ryantm"; repo = "agenix"; }}/modules/age.nix"', True),
        ('"${pkgs.fetchFromGitHub { owner = "ryantm"; repo = "agenix"; rev = "1"; }}/modules/age.nix"', True),
        ('(builtins.getFlake "github:ryantm/agenix/0123").nixosModules.default', True),
        ('"${(import ./npins).agenix}/modules/age.nix"', True),
        ('((import ./npins).nixpkgs + "/nixos/modules/profiles/minimal.nix")', True),
        ('(import "${(import ./nix/sources.nix).home-manager}/nixos")', True),
        ('"${(import ./nix/sources.nix { }).home-manager}/nixos"', True),
        ("<mine/base.nix>", False),
        ("(import <mine>)", False),
        ('"${(import ./npins).mine}/base.nix"', False),
        ("(builtins.getFlake (toString ./.)).nixosModules.default", False),
        ('"${pkgs.fetchFromGitHub { owner = "me"; repo = "my-modules"; rev = "1"; }}/base.nix"', False),
        ('"${builtins.fetchGit "https://example.org/me/my-modules"}/base.nix"', False),
        ('"${builtins.fetchTarball config.my.url}/nixos"', False),
    ],
)
def test_a_known_project_that_is_fetched_defines_what_it_does_as_an_input(
    tmp_path: Path, module: str, found: bool
) -> None:
    container = "{ containers.web.config = { config, pkgs, ... }: { imports = [ %s ]; }; }\n"
    assert bool(_found(_check(tmp_path, {"a.nix": container % module, **_PINS}))) is found


# -- layouts of libraries of flakes ----------------------------------------------------------------------------------

_SNOWFALL = "{ outputs = inputs: inputs.snowfall-lib.mkFlake { inherit inputs; src = ./.; %s }; }\n"
_LIB_OF_SNOWFALL = (
    "{ outputs = inputs: let lib = inputs.snowfall-lib.mkLib { inherit inputs; src = ./.; "
    'snowfall = { root = ./nix; namespace = "mine"; }; }; in lib.mkFlake { %s } // { x = 1; }; }\n'
)
_PARTS = (
    "{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } "
    "{ imports = [ inputs.ez-configs.flakeModule ]; ezConfigs = { root = ./.; globalArgs = { inherit inputs; }; }; }; }\n"
)
_BLUEPRINT = '{ outputs = inputs: inputs.blueprint { inherit inputs; prefix = "nix/"; }; }\n'
_PLUS = (
    "{ outputs = { self, flake-utils-plus, ... }@inputs: flake-utils-plus.lib.mkFlake { inherit self inputs; "
    "hostDefaults.modules = [ ./all.nix ]; hosts.alpha.modules = [ ./alpha.nix ]; }; }\n"
)
_CONTAINER = "{ containers.web = { privateNetwork = true; config = { services.nginx.enable = true; }; }; }\n"


@pytest.mark.parametrize(
    "files",
    [
        {
            "flake.nix": _SNOWFALL % "",
            "systems/x86_64-linux/alpha/default.nix": "{ }",
            "modules/nixos/web/default.nix": _CONTAINER,
        },
        {
            "flake.nix": _SNOWFALL % "systems.modules.nixos = with inputs; [ sops-nix.nixosModules.sops ];",
            "systems/aarch64-linux/alpha/default.nix": "{ }",
            "modules/nixos/a/b/web/default.nix": _CONTAINER,
        },
        {
            "flake.nix": _LIB_OF_SNOWFALL % "systems.hosts.alpha.modules = [ ./web.nix ];",
            "nix/systems/x86_64-linux/alpha/default.nix": "{ }",
            "web.nix": _CONTAINER,
        },
        {
            "flake.nix": _LIB_OF_SNOWFALL % "",
            "nix/systems/x86_64-linux/alpha/default.nix": "{ mine.web = true; }",
            "nix/modules/nixos/web/default.nix": "{ config, lib, namespace, ... }: { options.${namespace}.web = "
            f"lib.mkEnableOption {{ }}; config = lib.mkIf config.${{namespace}}.web {_CONTAINER.strip()}; }}\n",
        },
        {
            "flake.nix": _BLUEPRINT,
            "nix/hosts/alpha/configuration.nix": "{ flake, ... }: { imports = [ flake.nixosModules.web ]; }",
            "nix/modules/nixos/web.nix": _CONTAINER,
        },
        {
            "flake.nix": _BLUEPRINT,
            "nix/hosts/alpha/default.nix": '{ flake, inputs, hostName, ... }: { class = "nixos"; '
            "value = inputs.nixpkgs.lib.nixosSystem { modules = [ flake.nixosModules.web ]; }; }",
            "nix/modules/nixos/web/default.nix": _CONTAINER,
        },
        {
            "flake.nix": _PARTS,
            "nixos-configurations/alpha.nix": "{ }",
            "nixos-modules/default.nix": _CONTAINER,
        },
        {
            "flake.nix": _PARTS,
            "nixos-configurations/alpha/default.nix": "{ inputs, ... }: { imports = [ inputs.self.nixosModules.web ]; }",
            "nixos-modules/web.nix": _CONTAINER,
        },
        {"flake.nix": _PLUS, "all.nix": _CONTAINER, "alpha.nix": "{ }"},
        {"flake.nix": _PLUS, "all.nix": "{ }", "alpha.nix": _CONTAINER},
    ],
)
def test_a_layout_gives_hosts_and_their_modules(tmp_path: Path, files: Mapping[str, str]) -> None:
    report = _check(tmp_path, {**files, "doubt.nix": f"{{ {_OWN_VERSION} }}"})
    assert [(name, confidence) for _, name, confidence in _found(report)] == [("web", "certain")]
    repository = Repository(tmp_path, sorted(tmp_path.rglob("*.nix")))
    assert [(item.host, item.name, item.state_version) for item in nix_inventory(repository)] == [("alpha", "web", "")]


def test_by_its_name_a_module_of_snowfall_is_its_folder(tmp_path: Path) -> None:
    files = {
        "flake.nix": _SNOWFALL % "",
        "systems/x86_64-linux/alpha/default.nix": "{ inputs, ... }: { containers.web.config.imports = "
        '[ inputs.self.nixosModules."server/common" ]; }',
        "modules/nixos/server/common/default.nix": f"{{ {_OWN_VERSION} }}",
    }
    assert _found(_check(tmp_path, files)) == []


def test_what_snowfall_adds_itself_leaves_containers_as_they_are(tmp_path: Path) -> None:
    files = {
        "flake.nix": _SNOWFALL % "systems.modules.nixos = [ inputs.mine.nixosModules.all ];",
        "systems/x86_64-linux/alpha/default.nix": "{ containers.web.config.services.nginx.enable = true; }",
    }
    assert _found(_check(tmp_path, files)) == []
    write_files(tmp_path, {"flake.nix": _SNOWFALL % ""})
    assert _found(lint(tmp_path)) == [("systems/x86_64-linux/alpha/default.nix", "web", "certain")]


@pytest.mark.parametrize(
    ("module", "found"),
    [
        ("inputs.microvm.nixosModules.microvm", True),
        ("inputs.nixos-wsl.nixosModules.default", True),
        ("inputs.kmonad.nixosModules.default", True),
        ("inputs.colmena.nixosModules.deploymentOptions", True),
        ("inputs.nixos-hardware.nixosModules.common-cpu-amd", True),
        ("inputs.raspberry-pi-nix.nixosModules.raspberry-pi", True),
        ('"${modulesPath}/virtualisation/lxc-container.nix"', True),
        ('"${modulesPath}/profiles/perlless.nix"', True),
        ('"${modulesPath}/installer/cd-dvd/installation-cd-minimal.nix"', False),
        ("inputs.srvos.nixosModules.server", True),
    ],
)
def test_of_a_known_module_no_more_is_taken_than_it_defines(tmp_path: Path, module: str, found: bool) -> None:
    container = "{ inputs, ... }: { containers.web.config = { modulesPath, ... }: { imports = [ %s ]; }; }\n"
    assert bool(_found(_check(tmp_path, {"a.nix": container % module}))) is found


@pytest.mark.parametrize(
    ("module", "confidence"),
    [
        ("inputs.nixos-hardware.nixosModules.common-cpu-amd", "certain"),
        ("inputs.catppuccin.nixosModules.catppuccin", "certain"),
        ("inputs.musnix.nixosModules.musnix", "certain"),
        ("inputs.nixos-wsl.nixosModules.default", "certain"),
        ('"${modulesPath}/profiles/minimal.nix"', "certain"),
        ("inputs.srvos.nixosModules.server", "likely"),
    ],
)
def test_of_services_a_known_module_has_but_its_own(tmp_path: Path, module: str, confidence: str) -> None:
    files = {
        "flake.nix": _flake(alpha="./a.nix ./b.nix"),
        "a.nix": _MOUNTED % '"/data"',
        "b.nix": f"{{ inputs, modulesPath, ... }}: {{ imports = [ {module} ]; networking.useNetworkd = true; }}",
    }
    assert _found(_check(tmp_path, files), "container-host-resolv-conf") == [("a.nix", "web", confidence)]


# -- options of one's own, beside modules that are not known ----------------------------------------------------------

_SWITCHED = {
    "flake.nix": _flake(alpha="inputs.mine.nixosModules.all ./make.nix ./alpha.nix"),
    "make.nix": "{ config, lib, ... }: { options.my.containers = lib.mkOption { default = { }; "
    "type = lib.types.attrsOf (lib.types.submodule { options.image = lib.mkOption { type = lib.types.str; }; }); }; "
    "config.virtualisation.oci-containers.containers = lib.mapAttrs (name: it: { inherit (it) image; }) "
    "config.my.containers; }\n",
    "alpha.nix": '{ my.containers.web.image = "nginx:latest"; }\n',
}


def test_rules_see_the_containers_that_the_inventory_lists(tmp_path: Path) -> None:
    report = _check(tmp_path, _SWITCHED)
    assert _found(report, "oci-floating-image") == [("alpha.nix", "web", "likely")]
    repository = Repository(tmp_path, sorted(tmp_path.rglob("*.nix")))
    assert [(item.host, item.name, item.image) for item in nix_inventory(repository)] == [
        ("alpha", "web", "nginx:latest")
    ]


def test_where_all_modules_are_known_they_are_certain(tmp_path: Path) -> None:
    files = {**_SWITCHED, "flake.nix": _flake(alpha="./make.nix ./alpha.nix")}
    assert _found(_check(tmp_path, files), "oci-floating-image") == [("alpha.nix", "web", "certain")]


_DEFAULT = (
    "{ config, lib, ... }: let cfg = config.my.web; in { options.my.web = { enable = lib.mkEnableOption { }; "
    'image = lib.mkOption { type = lib.types.str; default = "nginx:%s"; }; }; '
    "config = lib.mkIf cfg.enable { virtualisation.oci-containers.containers.web.image = cfg.image; }; }\n"
)
_SUBMODULE = (
    "{ config, lib, ... }: { options.my.all = lib.mkOption { default = { }; type = lib.types.attrsOf (lib.types.submodule "
    '{ options.tag = lib.mkOption { type = lib.types.str; default = "%s"; }; }); }; '
    "config.virtualisation.oci-containers.containers = lib.mapAttrs (name: it: "
    '{ image = "example/${name}:${it.tag}"; }) config.my.all; }\n'
)


@pytest.mark.parametrize(
    ("module", "settings", "found"),
    [
        (_DEFAULT % "latest", "my.web.enable = true;", True),
        (_DEFAULT % "latest", "", False),
        (_DEFAULT % "1.27", "my.web.enable = true;", False),
        (_DEFAULT % "latest", 'my.web = { enable = true; image = "nginx:1.27"; };', False),
        (_DEFAULT % "1.27", 'my.web = { enable = true; image = "nginx:latest"; };', True),
        (_SUBMODULE % "latest", "my.all.web = { };", True),
        (_SUBMODULE % "latest", 'my.all.web.tag = "1.27";', False),
    ],
)
def test_an_image_by_the_default_of_an_option_is_that_of_the_host(
    tmp_path: Path, module: str, settings: str, found: bool
) -> None:
    files = {
        "flake.nix": _flake(alpha="./make.nix ./alpha.nix"),
        "make.nix": module,
        "alpha.nix": f"{{ {settings} }}\n",
    }
    assert bool(_found(_check(tmp_path, files), "oci-floating-image")) is found
