"""The report of a conversion: short, what needs a person first, and nothing left out of the long one."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.running import nixlint

_SCREEN = 40


def _project(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "compose.yaml").write_text(text)
    return folder


def _large(folder: Path) -> Path:
    """Twenty services, each with a variable, a secret, a port, a volume, a folder and settings that no engine has."""
    services = "".join(
        f"""  s{index}:
    build: ./s{index}
    environment: {{ A{index}: , B{index}: , DB_PASSWORD: "v3ry-s3cret-{index}" }}
    ports: ["{8000 + index}:80"]
    volumes: ["data{index}:/data", "./conf{index}:/conf"]
    logging: {{ driver: json-file, options: {{ max-size: 1{index}m }} }}
    hostname: h${{UNSET{index}}}
    deploy: {{ placement: {{ constraints: [x] }}, update_config: {{ parallelism: {index} }} }}
"""
        for index in range(20)
    )
    volumes = "".join(f"  data{index}:\n" for index in range(20))
    return _project(folder, f"services:\n{services}volumes:\n{volumes}")


def test_report_of_twenty_services_fits_on_a_screen(tmp_path: Path) -> None:
    ran = nixlint(_large(tmp_path / "large"), "convert", "-o", "x.nix", environment={"XDG_STATE_HOME": str(tmp_path)})
    assert ran.code == 0
    assert len(ran.err.splitlines()) <= _SCREEN
    assert ran.err.startswith("needs you: services.{s0,s1,s2 and 17 more}.build: ")
    assert "All of it: -v, or --report FILE.json\n" in ran.err


def test_what_is_said_of_many_things_is_said_once_with_their_number(tmp_path: Path) -> None:
    ran = nixlint(_large(tmp_path / "large"), "convert")
    message = "A0, B0, A1 and 37 more: they have no values here, and are passed on from the environment of the unit"
    assert f"services.{{s0,s1,s2 and 17 more}}.environment: {message} (compose.yaml:4:20, 40 times)\n" in ran.err


def test_secrets_stand_before_the_settings_that_share_their_file(tmp_path: Path) -> None:
    folder = _project(tmp_path / "app", "services: { web: { image: 'example/web:1', env_file: web.env } }\n")
    settings = "".join(f'SETTING_{index}="{index}"\n' for index in range(9))
    (folder / "web.env").write_text(f'{settings}API_KEY_PREFIX="app_"\nDB_PASSWORD="v3ry-s3cret"\n')
    short, long = nixlint(folder, "convert"), nixlint(folder, "convert", "-v")
    assert "  app-web.env: DB_PASSWORD, API_KEY_PREFIX, and 9 variables that may be plain settings\n" in short.err
    assert "SETTING_8" in long.err


def test_long_report_names_everything(tmp_path: Path) -> None:
    ran = nixlint(_large(tmp_path / "large"), "convert", "-v")
    for index in range(20):
        for each in (f"A{index}", f"s{index}.env", f"{8000 + index}:80", f"/conf{index}", f"max-size=1{index}m"):
            assert each in ran.err
    assert " more" not in ran.err


def test_document_has_each_remark(tmp_path: Path) -> None:
    folder = _large(tmp_path / "large")
    nixlint(folder, "convert", "--report", "report.json")
    remarks = json.loads((folder / "report.json").read_text())["remarks"]
    assert sum(each["kind"] == "needs-you" and ".environment." in each["key"] for each in remarks) == 40


def test_written_files_are_named_and_no_others(tmp_path: Path) -> None:
    folder = _project(tmp_path / "one", "services: { a: { image: x, environment: { DB_PASSWORD: v3ry-s3cret } } }\n")
    environment = {"XDG_STATE_HOME": str(tmp_path / "state")}
    there = nixlint(folder, "convert", "-o", "x.nix", environment=environment)
    assert "Written: x.nix\n" in there.err
    assert f"written in plain text to {tmp_path}/state/nixlint/secrets/one/one-a.env\n" in there.err
    here = nixlint(folder, "convert", environment=environment)
    assert "written in plain text to" not in here.err
    assert "No file of them was written: -o writes " in here.err


def test_paths_are_those_of_the_machine(tmp_path: Path) -> None:
    text = "services: { a: { build: ./a, env_file: ./a.env }, b: { build: 'https://example.org/b.git' } }\n"
    folder = _project(tmp_path / "one", text)
    (folder / "a.env").write_text("A=1\n")
    ran = nixlint(folder, "convert", "--root", "/srv/one")
    assert "/srv/one/a: bring it to the machine, where the image is built from it" in ran.err
    assert "/srv/one/a.env: bring it to the machine" in ran.err
    assert str(tmp_path) not in ran.err
    assert "example.org" not in ran.err


def test_command_for_the_logs_names_every_container(tmp_path: Path) -> None:
    text = "services: { a: { image: x, container_name: first }, b: { image: x, container_name: other }, c: { image: x } }\n"
    ran = nixlint(_project(tmp_path / "one", text), "convert")
    assert "journalctl -fu 'podman-one-*' -u podman-first -u podman-other\n" in ran.err
