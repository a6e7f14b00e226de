"""What ``nixlint convert`` writes over, what it never does, and how it makes a module anew without being told how."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

import pytest

from tests.linting.workbench import write_files

from .running import nixlint

COMPOSE = "services:\n  web:\n    image: ghost:5\n    volumes: ['./data:/data']\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "blog"
    write_files(place, {"compose.yaml": COMPOSE})
    return place


@pytest.mark.parametrize("arguments", [["-o", "own.nix"], ["--report", "own.nix"], ["--report", "compose.yaml"]])
def test_a_file_of_ones_own_is_not_written_over(arguments: list[str], folder: Path) -> None:
    write_files(folder, {"own.nix": "{ }\n"})
    ran = nixlint(folder, "convert", *arguments)
    assert ran.code == 2
    assert "can't be written" in ran.err
    assert (folder / "own.nix").read_text() == "{ }\n"
    assert (folder / "compose.yaml").read_text() == COMPOSE
    assert sorted(path.name for path in folder.iterdir()) == ["compose.yaml", "own.nix"]


def test_a_word_is_enough_to_write_over_a_file_but_not_over_what_is_read(folder: Path) -> None:
    write_files(folder, {"own.nix": "{ }\n"})
    assert nixlint(folder, "convert", "-o", "own.nix", "--force").code == 0
    assert "by nixlint convert." in (folder / "own.nix").read_text()
    ran = nixlint(folder, "convert", "--report", "compose.yaml", "--force")
    assert ran.code == 2
    assert "the conversion reads it" in ran.err
    assert (folder / "compose.yaml").read_text() == COMPOSE


def test_own_files_are_written_anew(folder: Path) -> None:
    for _ in range(2):
        ran = nixlint(folder, "convert", "-o", "blog.nix", "--report", "report.json", "--with-test")
        assert ran.code == 0
    assert json.loads((folder / "report.json").read_text())["made_by"] == "nixlint convert"


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("kind", ["link", "dangling", "fifo", "device", "folder"])
def test_what_is_no_regular_file_is_left_alone(kind: str, force: list[str], folder: Path, tmp_path: Path) -> None:
    target, place = tmp_path / "target.nix", folder / "out.nix"
    match kind:
        case "link":
            target.write_text("# Made by nixlint convert.\n")
            place.symlink_to(target)
        case "dangling":
            place.symlink_to(target)
        case "fifo":
            os.mkfifo(place)
        case "device":
            place = Path("/dev/null")
        case _:
            (folder / "report.json").mkdir()
    arguments = ["--report", "report.json"] if kind == "folder" else ["-o", str(place)]
    ran = nixlint(folder, "convert", *arguments, *force)
    assert ran.code == 2
    assert "can't be written" in ran.err
    assert not target.exists() or target.read_text() == "# Made by nixlint convert.\n"
    assert not list(folder.glob(".nixlint-*"))


def test_no_link_on_the_way_is_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "ext").symlink_to(tmp_path / "elsewhere")
    ran = nixlint(folder, "convert", "-o", "ext/blog.nix")
    assert ran.code == 2
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_nothing_is_written_where_one_file_may_not_be(folder: Path) -> None:
    write_files(folder, {"out/default.nix": "# Made by nixlint convert.\n", "out/blog-web.nix": "{ }\n"})
    assert nixlint(folder, "convert", "--split", "-o", "out").code == 2
    assert (folder / "out/default.nix").read_text() == "# Made by nixlint convert.\n"


def test_a_container_called_default_has_a_file_beside_that_of_the_whole(folder: Path) -> None:
    text = "services: { a: { image: x, container_name: default }, b: { image: x, container_name: Default } }\n"
    write_files(folder, {"compose.yaml": text})
    assert nixlint(folder, "convert", "--split", "-o", "out").code == 0
    names = {path.name for path in (folder / "out").iterdir()}
    assert names == {"default.nix", "default-container.nix", "Default-container-container.nix"}
    assert "imports = [" in (folder / "out/default.nix").read_text()
    assert nixlint(folder, "convert", "--check", "out").code == 0


def test_git_does_not_see_the_plain_text_where_the_home_is_a_repository(folder: Path) -> None:
    write_files(folder, {"compose.yaml": "services: { a: { image: x, environment: { API_TOKEN: hunter2hunter2 } } }\n"})
    ran = nixlint(folder, "convert", "-o", "blog.nix", environment={"XDG_STATE_HOME": str(folder / "state")})
    assert ran.code == 0
    secrets = folder / "state/nixlint/secrets"
    assert "\n*\n" in (secrets / ".gitignore").read_text()
    (found,) = (path for path in secrets.rglob("*.env"))
    assert found.stat().st_mode & 0o777 == 0o600


def test_a_folder_for_secrets_that_leads_elsewhere_is_not_used(folder: Path, tmp_path: Path) -> None:
    write_files(folder, {"compose.yaml": "services: { a: { image: x, environment: { API_TOKEN: hunter2hunter2 } } }\n"})
    (tmp_path / "state").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "state/nixlint").symlink_to(tmp_path / "elsewhere")
    ran = nixlint(folder, "convert", "-o", "blog.nix", environment={"XDG_STATE_HOME": str(tmp_path / "state")})
    assert ran.code == 2
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert "hunter2" not in ran.out + ran.err


@pytest.mark.parametrize("store", ["env-file", "sops", "agenix"])
def test_a_secret_of_several_lines_never_becomes_two_variables(store: str, folder: Path) -> None:
    text = 'services: { a: { image: x, environment: { API_TOKEN: "hunter2hunter2\\nPATH=/evil" } } }\n'
    write_files(folder, {"compose.yaml": text})
    state = folder / "state"
    ran = nixlint(folder, "convert", "-o", "blog.nix", "--secrets", store, environment={"XDG_STATE_HOME": str(state)})
    assert "evil" not in ran.out + ran.err
    for file in state.rglob("*.env"):
        # systemd reads quotes as a shell does (systemd.exec(5), EnvironmentFile); the engines' files have none.
        assert [word.partition("=")[0] for word in shlex.split(file.read_text())] == ["API_TOKEN"]


OPTIONS = ["--root", "/srv/blog", "--backend", "docker", "--nixos", "24.11", "-p", "other", "--option", "my.blog"]


def test_a_module_is_checked_and_made_anew_without_an_option(folder: Path, tmp_path: Path) -> None:
    write_files(folder, {"flake.nix": "{ }\n", "hosts/other.nix": "{ }\n"})
    assert nixlint(folder, "convert", "compose.yaml", "-o", "hosts/blog.nix", "--with-test", *OPTIONS).code == 0
    made = (folder / "hosts/blog.nix").read_text()
    for place, name in ((folder, "hosts/blog.nix"), (folder / "hosts", "blog.nix"), (tmp_path, "blog/hosts/blog.nix")):
        ran = nixlint(place, "convert", "--check", name)
        assert (ran.code, ran.out, ran.err) == (0, "", "")

    (folder / "compose.yaml").write_text(COMPOSE.replace("ghost:5", "ghost:6"))
    ran = nixlint(folder, "convert", "--check", "hosts/blog.nix")
    assert ran.code == 1
    assert 'image = "ghost:6";' in ran.out
    assert ran.err == "hosts/blog.nix is not up to date; write it anew: nixlint convert --update hosts/blog.nix\n"
    assert nixlint(folder, "convert", "--update", "hosts/blog.nix").code == 0
    assert nixlint(folder, "convert", "--check", "hosts/blog.nix").code == 0
    now = (folder / "hosts/blog.nix").read_text()
    assert "ghost:6" in now
    assert [line for line in made.split("\n") if "options" in line] == [
        line for line in now.split("\n") if "options" in line
    ]


def test_an_option_that_is_given_wins_over_the_one_that_was_kept(folder: Path) -> None:
    nixlint(folder, "convert", "-o", "blog.nix", *OPTIONS)
    assert nixlint(folder, "convert", "--check", "blog.nix", "--backend", "podman").code == 1
    assert nixlint(folder, "convert", "--update", "blog.nix", "--backend", "podman").code == 0
    text = (folder / "blog.nix").read_text()
    assert 'backend = "podman"' in text
    assert "options.my.blog.enable" in text


def test_no_value_of_a_variable_is_kept(folder: Path) -> None:
    write_files(folder, {"compose.yaml": "services: { a: { image: 'x:${TAG}' } }\n"})
    assert nixlint(folder, "convert", "-o", "blog.nix", "--env", "TAG=5", "--env", "PASS=hunter2").code == 0
    header = (folder / "blog.nix").read_text().partition("{ ")[0] + (folder / "blog.nix").read_text().split("\n")[2]
    assert "hunter2" not in header
    assert '"env": ["TAG", "PASS"]' in header
    ran = nixlint(folder, "convert", "--check", "blog.nix", "--env", "PASS=x")
    assert ran.code == 2
    assert "--env TAG=…" in ran.err
    assert nixlint(folder, "convert", "--check", "blog.nix", "--env", "TAG=5", "--env", "PASS=x").code == 0


def test_a_command_is_not_kept_and_that_is_said(folder: Path) -> None:
    words = ["docker", "run", "-e", "API_TOKEN=hunter2hunter2", "ghost:5"]
    assert nixlint(folder, "convert", "-o", "blog.nix", "--", *words).code == 0
    assert "hunter2" not in (folder / "blog.nix").read_text()
    ran = nixlint(folder, "convert", "--check", "blog.nix")
    assert ran.code == 2
    assert "it was not made from a file" in ran.err


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("# Made by nixlint convert.\n", "its header keeps no options"),
        ("# Made by nixlint convert.\n# options: {", "damaged (they are not JSON)"),
        ('# Made by nixlint convert.\n# options: {"output": "/etc/x"}', "damaged (one of them is not known"),
        ('# Made by nixlint convert.\n# options: {"root": 3}', "damaged (root has a value of the wrong kind)"),
        ('# Made by nixlint convert.\n# options: {"file": ["/etc/shadow"]}', "outside its repository"),
        ('# Made by nixlint convert.\n# options: {"file": ["../../x.yaml"]}', "outside its repository"),
        ('# Made by nixlint convert.\n# options: {"file": ["."], "env-file": ["/etc/x"]}', "outside its repository"),
        ("{ }\n", "its header keeps no options"),
    ],
)
def test_a_header_of_a_stranger_does_no_harm(header: str, message: str, folder: Path) -> None:
    write_files(folder, {"blog.nix": header})
    for flag in ("--check", "--update"):
        ran = nixlint(folder, "convert", flag, "blog.nix")
        assert (ran.code, ran.out) == (2, "")
        assert message in ran.err
    assert (folder / "blog.nix").read_text() == header


def test_a_file_of_any_name_is_named_in_one_line_of_the_header(folder: Path) -> None:
    name = "a\n(import <e>)\r\x85\u2028\u202e'\".yaml"
    write_files(folder, {name: COMPOSE})
    assert nixlint(folder, "convert", name, "-o", "blog.nix").code == 0
    text = (folder / "blog.nix").read_text()
    assert all(line.startswith("# ") for line in text.partition("\n{")[0].splitlines())
    assert nixlint(folder, "convert", "--check", "blog.nix").code == 0


def test_commands_to_be_copied_are_words_of_a_shell(folder: Path) -> None:
    text = "services: { a: { image: x, volumes: ['vol:/v'] } }\nvolumes: { vol: { name: \"d$(touch P);\\e[31m\" } }\n"
    write_files(folder, {"compose.yaml": text})
    ran = nixlint(folder, "convert")
    assert ran.code == 0
    assert "\x1b" not in ran.err
    assert "for v in $'d$(touch P);\\x1b[31m'; do podman volume create \"$v\"" in ran.err
