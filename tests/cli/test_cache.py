"""The cache as a user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.reporting.formats import FORMATS

from .running import nixlint


def users(repository: Path) -> Path:
    """Where the cache of the user is, whom the command runs as."""
    return repository.parent / f"{repository.name}-cache" / "nixlint"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "flake.nix").write_text("{ outputs = _: { }; }\n")
    (folder / "a.nix").write_text("{\n  containers.web.config = { services.nginx.enable = true; };\n}\n")
    (folder / "b.nix").write_text('{ users.users.root.password = "correct horse"; }\n')
    (folder / "compose.yml").write_text("services:\n  web:\n    image: nginx\n    privileged: true\n")
    (folder / "broken.nix").write_text("{ a = [ ; }\n")
    (folder / "empty.nix").write_text("")
    return folder


@pytest.mark.parametrize("layout", FORMATS)
def test_second_run_says_the_same_as_one_without_a_cache(repository: Path, layout: str) -> None:
    fresh = nixlint(repository, "check", "--no-cache", "--format", layout)
    assert not users(repository).exists()
    first = nixlint(repository, "check", "--format", layout)
    assert users(repository).is_dir()
    second = nixlint(repository, "check", "--format", layout)
    assert fresh == first == second
    assert fresh.code == 1


def test_second_run_from_another_folder_names_files_from_there(repository: Path) -> None:
    nixlint(repository, "check")
    (below := repository / "below").mkdir()
    ran = nixlint(below, "check", "..", "--format", "concise")
    assert ran == nixlint(below, "check", "..", "--format", "concise", "--no-cache")


def test_folder_is_given_on_the_command_line_or_in_the_environment(repository: Path, tmp_path: Path) -> None:
    nixlint(repository, "check", "--cache-dir", "../one")
    nixlint(repository, "check", environment={"NIXLINT_CACHE_DIR": str(tmp_path / "two")})
    assert {path.name for path in tmp_path.iterdir()} == {"repository", "one", "two"}
    assert not users(repository).exists()
    nixlint(repository, "check", environment={"NIXLINT_NO_CACHE": "1"})
    assert not users(repository).exists()


def test_folder_that_must_not_be_written_is_left_alone(repository: Path) -> None:
    repository.chmod(0o555)
    ran = nixlint(repository, "check", "--format", "concise", as_anybody=True)
    repository.chmod(0o755)
    assert ran == nixlint(repository, "check", "--format", "concise", "--no-cache")


def test_fixing_neither_uses_nor_writes_one(repository: Path) -> None:
    nixlint(repository, "fix")
    assert not users(repository).exists()


def test_cache_of_a_text_that_is_not_ours_does_no_harm(repository: Path) -> None:
    before = nixlint(repository, "check", "--format", "json")
    for path in users(repository).glob("*.json"):
        path.write_bytes(b"\x80 not ours")
    assert nixlint(repository, "check", "--format", "json") == before


def test_cache_is_the_users_own_and_nothing_is_left_in_the_repository(repository: Path) -> None:
    before = sorted(repository.rglob("*"))
    nixlint(repository, "check")
    assert sorted(repository.rglob("*")) == before
    assert users(repository).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("layout", FORMATS)
def test_a_folder_of_somebody_else_is_told_of_and_the_check_goes_on(
    repository: Path, tmp_path: Path, layout: str
) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/notes.json").write_text("mine")
    (tmp_path / "link").symlink_to("theirs")
    without = nixlint(repository, "check", "--no-cache", "--format", layout)
    for folder, reason in (
        ("theirs", "it has content but no CACHEDIR.TAG of nixlint"),
        ("link", "it is a symbolic link or not a folder"),
        ("theirs/notes.json", "it is a symbolic link or not a folder"),
    ):
        ran = nixlint(repository, "check", "--format", layout, environment={"NIXLINT_CACHE_DIR": f"../{folder}"})
        assert (ran.code, ran.out) == (without.code, without.out)
        assert set(ran.err.splitlines()) - set(without.err.splitlines()) == {
            f"warning: {tmp_path}/{folder}: not used as the cache folder: {reason}; name an empty or a new folder"
        }
    assert [path.name for path in (tmp_path / "theirs").iterdir()] == ["notes.json"]


def test_nothing_is_said_of_a_folder_that_is_used(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for _ in range(2):
        for folder in ("../empty", "../new/folder"):
            assert "warning" not in nixlint(repository, "check", "--cache-dir", folder).err


def test_cache_that_a_repository_brings_with_it_is_not_used(repository: Path) -> None:
    nixlint(repository, "check", "--cache-dir", ".nixlint_cache")
    for path in (repository / ".nixlint_cache").glob("*.json"):
        path.write_bytes(path.read_bytes().replace(b"container-", b"c0ntainer-"))
    fresh = nixlint(repository, "check", "--no-cache")
    assert nixlint(repository, "check") == fresh
