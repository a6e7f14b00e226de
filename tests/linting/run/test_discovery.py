"""Which files a run looks at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nixlint.linting.run import discovery
from nixlint.linting.run.discovery import Discovered, Listing, Roots, discover, repository_root
from tests.linting.workbench import git, write_files


def discovered(folder: Path, *paths: str) -> Discovered:
    asked = [folder / path for path in paths] or [folder]

    def shown(path: Path) -> str:
        return str(path.relative_to(folder))

    return discover(asked, Listing(shown), shown)


def names(folder: Path, *paths: str) -> list[str]:
    return [str(path.relative_to(folder)) for path in discovered(folder, *paths).files]


def test_outside_git_every_nix_file_below_a_folder_is_found_once_and_in_order(tmp_path: Path) -> None:
    write_files(tmp_path, {"b.nix": "{}", "a/c.nix": "{}", "a/readme.md": "", "d.nix.bak": "{}"})

    assert names(tmp_path) == ["a/c.nix", "b.nix"]
    assert names(tmp_path, ".", "a", "b.nix") == ["a/c.nix", "b.nix"]


def test_in_git_tracked_and_untracked_files_are_found_and_ignored_and_deleted_ones_are_not(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"kept.nix": "{}", "gone.nix": "{}", "new.nix": "{}", "out/x.nix": "{}", ".gitignore": "out/\n"}
    )
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "kept.nix", "gone.nix", ".gitignore")
    git(tmp_path, "commit", "-qm", "x")
    (tmp_path / "gone.nix").unlink()

    assert names(tmp_path) == ["kept.nix", "new.nix"]


def test_in_git_an_ignored_file_that_is_tracked_is_found(tmp_path: Path) -> None:
    write_files(tmp_path, {"secret.nix": "{}", ".gitignore": "secret.nix\n"})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-f", "secret.nix")

    assert names(tmp_path) == ["secret.nix"]


def test_a_folder_within_a_work_tree_is_looked_at_alone(tmp_path: Path) -> None:
    write_files(tmp_path, {"a/x.nix": "{}", "b/y.nix": "{}"})
    git(tmp_path, "init", "-q")

    assert names(tmp_path, "a") == ["a/x.nix"]


def test_a_broken_git_repository_is_walked_instead(tmp_path: Path) -> None:
    write_files(tmp_path, {"x.nix": "{}", ".git": "gitdir: nowhere\n"})

    assert names(tmp_path) == ["x.nix"]


def test_in_a_git_hook_the_folder_asked_about_decides_which_repository_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"one/x.nix": "{}", "two/y.nix": "{}"})
    git(tmp_path / "one", "init", "-q")
    git(tmp_path / "two", "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "one/.git"))

    assert names(tmp_path, "two") == ["two/y.nix"]


def test_nested_ignore_files_hold_for_their_own_folders_outside_git(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            ".gitignore": "/build\n*.gen.nix\n",
            "build/x.nix": "{}",
            "a/build/x.nix": "{}",
            "a/y.gen.nix": "{}",
            "a/.ignore": "z.nix\n",
            "a/z.nix": "{}",
            "z.nix": "{}",
        },
    )

    assert names(tmp_path) == ["a/build/x.nix", "z.nix"]


def test_no_symlink_is_followed_while_walking(tmp_path: Path) -> None:
    write_files(tmp_path, {"in/x.nix": "{}", "elsewhere/y.nix": "{}"})
    folder = tmp_path / "in"
    (folder / "loop").symlink_to(folder)
    (folder / "out").symlink_to(tmp_path / "elsewhere")
    (folder / "again.nix").symlink_to(folder / "x.nix")

    assert names(folder) == ["x.nix"]


def test_a_file_named_by_a_symlink_out_of_the_tree_is_skipped(tmp_path: Path) -> None:
    write_files(tmp_path, {"in/flake.nix": "{}", "elsewhere.nix": "{}"})
    folder = tmp_path / "in"
    (folder / "link.nix").symlink_to(tmp_path / "elsewhere.nix")

    result = discovered(folder, "link.nix")

    assert result.files == ()
    assert [(item.path, item.reason) for item in result.skipped] == [("link.nix", "it is a symlink out of the tree")]


def test_a_file_given_by_name_is_taken_whatever_its_suffix(tmp_path: Path) -> None:
    write_files(tmp_path, {"module": "{}"})

    assert names(tmp_path, "module") == ["module"]


def test_names_with_newlines_and_bytes_that_are_not_utf8_are_found(tmp_path: Path) -> None:
    strange = [b"two\nlines.nix", b"latin-\xe9.nix", b"-rf.nix"]
    for name in strange:
        (tmp_path / os.fsdecode(name)).write_text("{}")
    plain = names(tmp_path)
    git(tmp_path, "init", "-q")

    assert names(tmp_path) == plain
    assert sorted(os.fsencode(name) for name in plain) == sorted(strange)


def test_a_path_that_is_not_there_is_a_failure_and_the_others_are_found(tmp_path: Path) -> None:
    write_files(tmp_path, {"x.nix": "{}"})

    result = discovered(tmp_path, "nowhere.nix", "x.nix")

    assert [path.name for path in result.files] == ["x.nix"]
    assert [(item.path, item.message) for item in result.failures] == [
        ("nowhere.nix", "cannot be read: no such file or directory")
    ]


def test_the_root_is_the_git_work_tree_before_a_flake_before_the_folder_asked_about(tmp_path: Path) -> None:
    write_files(tmp_path, {"a/flake.nix": "{}", "a/b/x.nix": "{}", "c/d/y.nix": "{}", "e/configuration.nix": "{}"})
    write_files(tmp_path, {"e/f/z.nix": "{}"})

    assert repository_root(tmp_path / "a/b/x.nix") == tmp_path / "a"
    assert repository_root(tmp_path / "c/d/y.nix", (tmp_path / "c",)) == tmp_path / "c"
    assert repository_root(tmp_path / "c/d/y.nix") == tmp_path / "c/d"
    assert repository_root(tmp_path / "e/f/z.nix") == tmp_path / "e"
    git(tmp_path, "init", "-q")
    assert repository_root(tmp_path / "a/b/x.nix") == tmp_path


def test_a_repository_within_a_folder_that_is_none_is_no_part_of_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "a.nix").write_text("{ }\n")
    (tmp_path / "clone").mkdir()
    (tmp_path / "clone" / "b.nix").write_text("{ }\n")
    git(tmp_path / "clone", "init", "-q")
    listing = Listing(str)

    assert listing.below(tmp_path) == (tmp_path / "a.nix",)
    assert set(listing.all_below(tmp_path)) == {tmp_path / "a.nix", tmp_path / "clone" / "b.nix"}


def test_a_file_that_is_in_no_repository_is_not_judged_by_all_that_is_below_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"a.nix": "{ }\n", "b.nix": "{ }\n", "deep/er/c.nix": "{ }\n", "deep/er/d.txt": ""})
    here, below = {tmp_path / "a.nix", tmp_path / "b.nix"}, tmp_path / "deep" / "er" / "c.nix"
    assert set(Listing(str).beside(tmp_path)) == here | {below}

    monkeypatch.setattr(discovery, "_LITTLE", 4)
    assert set(Listing(str).beside(tmp_path)) == here


@pytest.mark.parametrize("mark", ["flake.nix", "nixlint.toml", "configuration.nix", ".git/HEAD"])
def test_a_folder_with_a_mark_is_said_to_be_a_repository(tmp_path: Path, mark: str) -> None:
    assert not Roots().is_said(tmp_path)
    assert Roots((tmp_path,)).is_said(tmp_path)
    write_files(tmp_path, {mark: ""})
    assert Roots().is_said(tmp_path)
