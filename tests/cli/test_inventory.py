"""``nixlint inventory``: every container of a repository."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from nixlint import data
from tests.linting.workbench import write_files

from .running import nixlint

SCHEMA = json.loads((Path(data.__file__).parent / "inventory.schema.json").read_text("utf-8"))
FILES = {
    "flake.nix": "{ outputs = { nixpkgs, ... }: {\n"
    "  nixosConfigurations.alpha = nixpkgs.lib.nixosSystem { modules = [ ./alpha.nix ./shared.nix ]; };\n"
    "  nixosConfigurations.beta = nixpkgs.lib.nixosSystem { modules = [ ./shared.nix ]; };\n}; }\n",
    "alpha.nix": "{ config, lib, ... }: {\n"
    '  system.stateVersion = "24.05";\n'
    '  containers = lib.genAttrs [ "one" "two" ] (name: { config = { }; autoStart = true; });\n'
    "  virtualisation.oci-containers.containers.web = lib.mkIf config.services.x.enable {\n"
    '    image = "nginx:1.27";\n'
    '    ports = [ "8080:80" ];\n'
    '    environment.DB_PASSWORD = "hunter2hunter2";\n'
    '    extraOptions = [ "--env=TOKEN=hunter2hunter2" ];\n'
    "    environmentFiles = [ config.sops.secrets.web.path ];\n  };\n}\n",
    "shared.nix": '{ containers.db = { privateNetwork = true; localAddress = "10.0.0.2"; config = { }; }; }\n',
    "stray.nix": "{ unknown, ... }: { virtualisation.oci-containers.backend = unknown.backend; "
    "virtualisation.oci-containers.containers.lost = "
    "{ image = unknown.image; volumes = unknown.volumes; }; }\n",
    "compose.yaml": "services:\n  cache:\n    image: redis:7\n    environment:\n      PASSWORD: hunter2hunter2\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(tmp_path, FILES)
    return tmp_path


def containers(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    ran = nixlint(folder, "inventory", "--format", "json", *arguments)
    document = json.loads(ran.out)
    jsonschema.validate(document, SCHEMA)
    assert ran.code == 0
    found = document["containers"]
    assert isinstance(found, list)
    return found


def test_each_container_is_listed_for_each_host_that_imports_it(folder: Path) -> None:
    assert [(each["host"], each["kind"], each["name"]) for each in containers(folder)] == [
        ("alpha", "nspawn", "db"),
        ("alpha", "nspawn", "one"),
        ("alpha", "nspawn", "two"),
        ("alpha", "oci", "web"),
        ("beta", "nspawn", "db"),
        (None, "oci", "lost"),
        (None, "compose", "cache"),
    ]


def test_a_host_may_be_asked_for(folder: Path) -> None:
    assert [each["name"] for each in containers(folder, "--host", "beta")] == ["db"]


def test_an_unknown_host_is_refused_with_the_known_ones(folder: Path) -> None:
    ran = nixlint(folder, "inventory", "--host", "alhpa")
    assert ran.code == 2
    assert "there is no host 'alhpa'" in ran.err
    assert "(hosts: alpha, beta)" in ran.err


def test_fields_are_those_of_the_definitions(folder: Path) -> None:
    web = containers(folder)[3]
    assert web == {
        "host": "alpha",
        "kind": "oci",
        "engine": "podman",
        "name": "web",
        "image": "nginx:1.27",
        "stateVersion": None,
        "stateVersionIsKnown": False,
        "addresses": [],
        "networks": [],
        "ports": ["8080:80"],
        "volumes": [],
        "environment": ["DB_PASSWORD", "TOKEN"],
        "secrets": ["sops.secrets.web"],
        "conditions": ["config.services.x.enable"],
        "inside": [],
        "file": "alpha.nix",
        "line": 4,
        "column": 44,
    }


def test_what_is_not_known_is_null(folder: Path) -> None:
    lost = containers(folder)[5]
    assert lost["volumes"] is None
    assert lost["engine"] is None


@pytest.mark.parametrize("layout", ["text", "json", "mermaid", "dot"])
def test_no_value_of_a_secret_is_shown(folder: Path, layout: str) -> None:
    ran = nixlint(folder, "inventory", "--format", layout)
    assert "web" in ran.out
    assert "hunter2" not in ran.out + ran.err


def test_text_says_the_condition_and_the_place(folder: Path) -> None:
    ran = nixlint(folder, "inventory", "--host", "alpha")
    assert (
        "web on alpha: OCI (podman)  alpha.nix:4\n"
        "  if config.services.x.enable\n"
        "  image or system: nginx:1.27\n"
        "  published ports: 8080:80\n"
        "  secrets from: sops.secrets.web\n"
    ) in ran.out


def test_a_table_is_written_where_there_is_room(folder: Path) -> None:
    ran = nixlint(folder, "inventory", "--host", "beta", environment={"COLUMNS": "200"})
    assert [line.split() for line in ran.out.splitlines()][1] == [
        "beta", "native", "db", "not", "set", "10.0.0.2", "shared.nix:1",
    ]  # fmt: skip


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": '{ virtualisation.oci-containers.containers.x.image = "a\x1b[31m"; }'})
    for layout in ("text", "mermaid", "dot"):
        ran = nixlint(tmp_path, "inventory", "--format", layout)
        assert "x1b[31m" in ran.out
        assert "\x1b" not in ran.out


def test_a_compose_file_that_cannot_be_read_is_told_and_the_rest_is_listed(folder: Path) -> None:
    (folder / "compose.yaml").write_text("services: [\n")
    ran = nixlint(folder, "inventory")
    assert ran.code == 2
    assert ran.err.startswith("error: compose.yaml:2: ")
    assert "web on alpha" in ran.out


def test_pictures_hold_hosts_containers_and_ports(folder: Path) -> None:
    mermaid = nixlint(folder, "inventory", "--host", "alpha", "--format", "mermaid").out
    assert 'subgraph h0["alpha"]' in mermaid
    assert 'c3["web<br>OCI (podman)<br>nginx:1.27"]' in mermaid
    assert 'p3>"8080:80"] --> c3' in mermaid
    dot = nixlint(folder, "inventory", "--host", "alpha", "--format", "dot").out
    assert 'c3 [label="web\\nOCI (podman)\\nnginx:1.27"];' in dot
    assert "p3 -> c3;" in dot


def test_svg_without_graphviz_says_what_is_needed(folder: Path) -> None:
    ran = nixlint(folder, "inventory", "--format", "svg", environment={"PATH": str(folder)})
    assert ran.code == 2
    assert "--format svg needs Graphviz" in ran.err


def test_svg_is_what_graphviz_draws(folder: Path) -> None:
    (folder / "bin").mkdir()
    program = folder / "bin" / "dot"
    cat = shutil.which("cat")
    program.write_text(f'#!/bin/sh\necho "$1"\nexec {cat}\n')
    program.chmod(0o755)
    ran = nixlint(folder, "inventory", "--format", "svg", environment={"PATH": str(folder / "bin")})
    assert ran.code == 0
    assert ran.out.startswith("-Tsvg\ndigraph inventory {\n")


def test_a_path_limits_the_list_to_what_is_written_there(folder: Path) -> None:
    assert [each["name"] for each in containers(folder, "shared.nix")] == ["db", "db"]


def test_a_nix_file_with_a_syntax_error_is_told_and_the_rest_is_listed(folder: Path) -> None:
    (folder / "broken.nix").write_text("{ containers.x = { config = ; }; }\n")
    ran = nixlint(folder, "inventory")
    assert ran.code == 2
    assert "error: broken.nix: it has a syntax error" in ran.err
    assert "web on alpha" in ran.out


def test_the_line_of_an_error_in_a_compose_file_is_told(folder: Path) -> None:
    (folder / "compose.yaml").write_text("services:\n  web:\n    image: [ a ]\n")
    assert nixlint(folder, "inventory").err.startswith("error: compose.yaml:3: ")


def test_a_module_that_is_not_known_is_told_where_containers_have_no_host(folder: Path) -> None:
    text = (folder / "alpha.nix").read_text()
    (folder / "alpha.nix").write_text(text.replace("{\n", "{\n  imports = [ config.far.module ];\n", 1))
    notes = nixlint(folder, "inventory").err
    assert notes.startswith("note: alpha.nix:2: ")
    assert "alpha may have more containers" in notes


def test_two_runs_write_the_same(folder: Path) -> None:
    for layout in ("text", "json", "dot"):
        assert (
            nixlint(folder, "inventory", "--format", layout).out == nixlint(folder, "inventory", "--format", layout).out
        )


def test_no_program_of_the_current_folder_draws(tmp_path: Path) -> None:
    (tmp_path / "a.nix").write_text("{ containers.web.config = { }; }\n")
    (tmp_path / "dot").write_text("#!/bin/sh\ntouch marker\n")
    (tmp_path / "dot").chmod(0o755)
    for search in ("", ".", ":.:", "bin:.."):
        ran = nixlint(tmp_path, "inventory", "--format", "svg", environment={"PATH": search})
        assert (ran.code, "needs Graphviz" in ran.err) == (2, True)
    assert not (tmp_path / "marker").exists()


def test_what_cannot_be_read_is_told_and_the_rest_is_listed(folder: Path) -> None:
    write_files(folder, {"deep.nix": "{ containers = " + "[" * 600 + "]" * 600 + "; }", "locked.nix": "{ }"})
    (folder / "locked.nix").chmod(0)

    ran = nixlint(folder, "inventory", as_anybody=True)

    assert ran.code == 2
    assert "error: locked.nix: cannot be read: permission denied, so its containers are not listed\n" in ran.err
    assert "error: deep.nix: nested more than 500 levels deep" in ran.err
    assert "web" in ran.out


def test_files_that_import_each_other_are_listed_once(tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        names = "".join(f"containers.{one}{n}.config = import ./{other}.nix; " for n in range(3))
        write_files(tmp_path, {f"{one}.nix": f"{{ imports = [ ./{other}.nix ]; {names}}}"})

    ran = nixlint(tmp_path, "inventory")

    assert ran.code == 0
    assert len([line for line in ran.out.splitlines() if "native" in line]) <= 6


def test_where_containers_are_made_in_a_way_that_is_not_known_it_says_so(tmp_path: Path) -> None:
    module = "{ config, lib, ... }: { containers = lib.foldl' (acc: n: config.my.f acc n) { } config.my.names; }"
    write_files(tmp_path, {"a.nix": module})
    ran = nixlint(tmp_path, "inventory")
    assert ran.out == "no containers that are known\n"
    assert "may have more containers" in ran.err


def test_json_tells_a_state_version_that_is_not_set_from_one_that_is_not_known(tmp_path: Path) -> None:
    container = "containers.%s = { autoStart = true; config = { config, ... }: { %s }; };"
    modules = container % ("a", "") + container % ("b", "imports = [ config.my.module ];")
    write_files(tmp_path, {"a.nix": f"{{ {modules} }}"})
    found = [(each["name"], each["stateVersion"], each["stateVersionIsKnown"]) for each in containers(tmp_path)]
    assert found == [("a", None, True), ("b", None, False)]
