"""A fix changes the one system that its finding is about; whoever else reads the same text keeps what they had."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.linting.fixes.applying import Fixing, fix, offered
from nixlint.linting.run.runner import run
from tests.linting.workbench import REGISTRY, request, write_files

_RELEASE = {"nixlint.toml": 'nixos-release = "26.05"\n'}
_WEB = "{ pkgs, ... }:\n{\n  services.nginx.enable = true;\n  services.nginx.virtualHosts.a = { };\n}\n"
_PRIVATE = 'privateNetwork = true; hostAddress = "10.0.0.1"; localAddress = "10.0.0.2";'


def fixed(folder: Path, files: dict[str, str], *rules: str) -> Fixing:
    write_files(folder, {**_RELEASE, **files})
    return fix(request(folder, select=frozenset(rules) or None), REGISTRY, unsafe=True)


def text_of(fixing: Fixing, folder: Path, name: str) -> str:
    changed = {file.path: file.after.decode() for file in fixing.files}
    return changed.get(folder / name) or (folder / name).read_text("utf-8")


def test_a_file_that_the_host_imports_too_stays_and_the_container_gets_a_module_of_its_own(tmp_path: Path) -> None:
    files = {
        "configuration.nix": "{\n  imports = [ ./web.nix ];\n  containers.web = {\n"
        f"    {_PRIVATE}\n    config = import ./web.nix;\n  }};\n}}\n",
        "web.nix": _WEB,
    }
    fixing = fixed(tmp_path, files, "container-port-closed-inside", "container-missing-state-version")

    assert text_of(fixing, tmp_path, "web.nix") == _WEB
    assert "imports = [ (import ./web.nix) ];" in text_of(fixing, tmp_path, "configuration.nix")
    assert {found.rule for found in fixing.applied} == {
        "container-port-closed-inside",
        "container-missing-state-version",
    }


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "the host imports the variable",
            "let common = { services.nginx.enable = true; }; in\n"
            "{ imports = [ common ]; containers.a = { config = common; }; }\n",
        ),
        (
            "the host merges the variable",
            "{ lib, ... }: let common = { services.nginx.enable = true; }; in\n"
            "lib.mkMerge [ common { containers.a = { config = common; }; } ]\n",
        ),
        (
            "another container has the variable and a version of its own",
            "let common = { services.nginx.enable = true; }; in\n{ containers.a = { config = common; };\n"
            '  containers.b = { config = { imports = [ common ]; system.stateVersion = "23.11"; }; }; }\n',
        ),
        (
            "a specialisation imports the variable",
            "let common = { services.nginx.enable = true; }; in\n"
            "{ containers.a = { config = common; }; specialisation.x.configuration = common; }\n",
        ),
        (
            "a variant for virtual machines is the variable",
            "let common = { services.nginx.enable = true; }; in\n"
            "{ containers.a = { config = common; }; virtualisation.vmVariant = common; }\n",
        ),
        (
            "the variable is an operand of another one",
            "let common = { services.nginx.enable = true; }; in\n{ containers.a = { config = common; };\n"
            '  containers.b = { config = common // { system.stateVersion = "23.11"; }; }; }\n',
        ),
    ],
)
def test_a_variable_that_others_read_too_stays_as_it_is(tmp_path: Path, title: str, text: str) -> None:
    fixing = fixed(tmp_path, {"configuration.nix": text}, "container-missing-state-version")
    after = text_of(fixing, tmp_path, "configuration.nix")

    assert "common = { services.nginx.enable = true; };" in after, title
    assert 'imports = [ common ];\n  system.stateVersion = "26.05";' in after, title


def test_what_stands_right_of_an_operator_does_not_replace_what_stands_left_of_it(tmp_path: Path) -> None:
    text = (
        "let common = { services.openssh.enable = true; }; in\n{\n  containers.a = {\n"
        f"    {_PRIVATE}\n    config = common // {{ networking.firewall.allowedTCPPorts = [ 5432 ]; }};\n  }};\n"
        f"  containers.b = {{\n    {_PRIVATE}\n    config = common;\n  }};\n}}\n"
    )
    fixing = fixed(tmp_path, {"configuration.nix": text}, "container-host-resolv-conf")
    after = text_of(fixing, tmp_path, "configuration.nix")

    assert "imports = [ (common // { networking.firewall.allowedTCPPorts = [ 5432 ]; }) ];" in after
    assert "common = { services.openssh.enable = true; };" in after


def test_a_file_that_two_hosts_have_for_containers_stays_where_one_of_them_has_a_version(tmp_path: Path) -> None:
    files = {
        "flake.nix": "{ outputs = { nixpkgs, ... }: { nixosConfigurations = {\n"
        "  a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ]; };\n"
        "  b = nixpkgs.lib.nixosSystem { modules = [ ./b.nix ]; };\n}; }; }\n",
        "a.nix": "{ containers.web = { config = import ./web.nix; }; }\n",
        "b.nix": '{ containers.old = { config = { imports = [ ./web.nix ]; system.stateVersion = "22.05"; }; }; }\n',
        "web.nix": "{ services.nginx.enable = true; }\n",
    }
    fixing = fixed(tmp_path, files, "container-missing-state-version")

    assert text_of(fixing, tmp_path, "web.nix") == files["web.nix"]
    assert 'system.stateVersion = "26.05";' in text_of(fixing, tmp_path, "a.nix")


def test_a_file_that_is_a_node_of_a_test_too_stays(tmp_path: Path) -> None:
    files = {
        "configuration.nix": "{ containers.web = { config = ./web.nix; }; }\n",
        "test.nix": '{ name = "web"; nodes.machine = { imports = [ ./web.nix ]; }; testScript = ""; }\n',
        "web.nix": "{ services.nginx.enable = true; }\n",
    }
    fixing = fixed(tmp_path, files, "container-missing-state-version")

    assert text_of(fixing, tmp_path, "web.nix") == files["web.nix"]
    assert "imports = [ ./web.nix ];" in text_of(fixing, tmp_path, "configuration.nix")


def test_a_file_that_the_container_alone_reads_gets_the_definition(tmp_path: Path) -> None:
    files = {
        "configuration.nix": "{ containers.web = { config = import ./web.nix; }; }\n",
        "web.nix": "{\n  services.nginx.enable = true;\n}\n",
    }
    fixing = fixed(tmp_path, files, "container-missing-state-version")

    assert 'system.stateVersion = "26.05";' in text_of(fixing, tmp_path, "web.nix")


def test_a_container_that_a_function_makes_for_all_is_fixed_for_all_that_lack_it(tmp_path: Path) -> None:
    text = (
        "let make = name: {\n  config = {\n    services.nginx.enable = true;\n  };\n}; in\n"
        '{ containers.a = make "a"; containers.b = make "b"; }\n'
    )
    fixing = fixed(tmp_path, {"configuration.nix": text}, "container-missing-state-version")

    assert text_of(fixing, tmp_path, "configuration.nix").count('system.stateVersion = "26.05";') == 1
    assert not fixing.withheld


def test_a_container_that_a_function_makes_is_not_fixed_where_another_one_of_its_has_the_option(tmp_path: Path) -> None:
    text = (
        "{ lib, ... }: let make = name: { config = { services.nginx.enable = true; }; }; in\n"
        '{ containers.a = make "a";\n'
        '  containers.b = lib.recursiveUpdate (make "b") { config.system.stateVersion = "22.05"; };\n'
        '  containers.c = lib.mkMerge [ (make "c") { config.system.stateVersion = "22.05"; } ]; }\n'
    )
    fixing = fixed(tmp_path, {"configuration.nix": text}, "container-missing-state-version")

    assert not fixing.files
    assert "containers.c.config.system.stateVersion" in fixing.withheld[0].reason


def test_a_new_name_right_of_an_operator_is_not_offered_where_it_would_replace_another_option(tmp_path: Path) -> None:
    text = (
        '{ lib, config, ... }:\n{\n  services.resolved = { settings.Resolve.FallbackDNS = [ "1.1.1.1" ]; }\n'
        '    // lib.optionalAttrs config.my.flag { dnsovertls = "true"; };\n}\n'
    )
    fixing = fixed(tmp_path, {"configuration.nix": text}, "renamed-option")

    assert not fixing.files


@pytest.mark.parametrize(
    "text",
    [
        '{ services.grafana = { settings.server.protocol = "http"; } // { domain = "x"; }; }\n',
        '{ lib, ... }: { services.grafana = lib.mergeAttrs { settings.server.protocol = "http"; } { domain = "x"; }; }\n',
        '{ services.grafana = { settings.server.protocol = "http"; } // (if true then { domain = "x"; } else { }); }\n',
    ],
)
def test_a_new_name_never_takes_another_option_away(tmp_path: Path, text: str) -> None:
    fixing = fixed(tmp_path, {"configuration.nix": text}, "renamed-option")
    after = text_of(fixing, tmp_path, "configuration.nix")

    assert after == text


def test_a_set_that_is_called_nixos_is_no_module(tmp_path: Path) -> None:
    text = '{ acme.nixos = { programs.river.enable = true; services.grafana.domain = "x"; }; }\n'
    fixing = fixed(tmp_path, {"configuration.nix": text}, "renamed-option")

    assert not fixing.before.findings


def test_a_network_without_any_link_is_not_offered(tmp_path: Path) -> None:
    text = (
        "{ containers.web = { config = { services.nginx.enable = true; }; "
        "forwardPorts = [ { hostPort = 80; } { hostPort = 443; } ]; }; }\n"
    )
    fixing = fixed(tmp_path, {"configuration.nix": text}, "container-network-without-effect")

    assert fixing.before.findings
    assert not fixing.files


def test_a_report_with_edits_has_those_of_fixes_that_are_offered_and_no_others(tmp_path: Path) -> None:
    text = (
        "{ lib, ... }: let make = name: { config = { services.nginx.enable = true; }; }; in\n"
        '{ containers.a = make "a";\n'
        '  containers.b = lib.recursiveUpdate (make "b") { config.system.stateVersion = "22.05"; };\n'
        '  containers.c = lib.mkMerge [ (make "c") { config.system.stateVersion = "22.05"; } ];\n'
        "  containers.d.config = { services.nginx.enable = true; }; }\n"
    )
    write_files(tmp_path, {**_RELEASE, "configuration.nix": text})
    asked = request(tmp_path, select=frozenset({"container-missing-state-version"}))
    found = run(asked, REGISTRY)
    fixes = {each.finding.container: each.finding.fix is not None for each in offered(found, asked, REGISTRY).findings}

    assert {each.finding.container for each in found.findings if each.finding.fix is not None} == {"a", "d"}
    assert fixes == {"a": False, "d": True}
