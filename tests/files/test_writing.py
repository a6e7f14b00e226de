"""Writing files: whole, in their tree, and over nothing of somebody else's."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nixlint.files.writing import NotWritten, Writer

MARK = b"# made here\n"


def put(writer: Writer, path: Path, data: bytes = MARK, mode: int = 0o644) -> None:
    writer.put(path, data, may_replace=lambda before: before.startswith(MARK), mode=mode)


def write_by_any(way: str, root: Path, path: Path) -> None:
    writer = Writer(root)
    match way:
        case "create":
            writer.create(path, b"new")
        case "replace":
            writer.replace(path, b"old", b"new")
        case _:
            writer.put(path, b"new", may_replace=lambda _: True)


def test_a_new_file_has_its_text_and_mode(tmp_path: Path) -> None:
    Writer(tmp_path).create(tmp_path / "a", b"text")

    assert (tmp_path / "a").read_bytes() == b"text"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644
    with pytest.raises(NotWritten, match="there is a file by this name already"):
        Writer(tmp_path).create(tmp_path / "a", b"other")
    assert (tmp_path / "a").read_bytes() == b"text"


def test_a_replaced_file_keeps_its_mode_and_attributes(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o640)
    try:
        os.setxattr(path, "user.origin", b"mine")
    except OSError:
        pytest.skip("the file system keeps no attributes")

    Writer(tmp_path).replace(path, b"old", b"new")

    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.getxattr(path, "user.origin") == b"mine"


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"newer")

    with pytest.raises(NotWritten, match="it changed since it was read"):
        Writer(tmp_path).replace(tmp_path / "a", b"old", b"new")

    assert (tmp_path / "a").read_bytes() == b"newer"


def test_only_a_file_that_may_be_replaced_is(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    path = tmp_path / "new" / "folder" / "a.nix"
    put(writer, path)
    put(writer, path, MARK + b"more")
    assert path.read_bytes() == MARK + b"more"

    path.write_bytes(b"by hand")
    with pytest.raises(NotWritten, match="there is another file by this name"):
        put(writer, path)
    assert path.read_bytes() == b"by hand"


def test_what_is_for_the_owner_alone_stays_so(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "state")
    path = tmp_path / "state" / "project" / "secret"
    writer.put(path, MARK, may_replace=lambda _: True, mode=0o600, folder_mode=0o700)
    path.chmod(0o644)
    writer.put(path, MARK, may_replace=lambda _: True, mode=0o600, folder_mode=0o700)

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def _link_to_file(root: Path, outside: Path) -> Path:
    (root / "a").symlink_to(outside / "a")
    return root / "a"


def _link_to_folder(root: Path, outside: Path) -> Path:
    (root / "folder").symlink_to(outside)
    return root / "folder" / "a"


def _dangling(root: Path, outside: Path) -> Path:
    (root / "a").symlink_to(outside / "none")
    return root / "a"


def _fifo(root: Path, outside: Path) -> Path:
    os.mkfifo(root / "a")
    return root / "a"


def _folder(root: Path, outside: Path) -> Path:
    (root / "a").mkdir()
    return root / "a"


def _hard_link(root: Path, outside: Path) -> Path:
    (root / "a").hardlink_to(outside / "a")
    return root / "a"


@pytest.mark.parametrize("make", [_link_to_file, _link_to_folder, _dangling, _fifo, _folder, _hard_link])
@pytest.mark.parametrize("way", ["create", "replace", "put"])
def test_nothing_is_written_through_links_or_over_what_is_no_file(
    make: Callable[[Path, Path], Path], way: str, tmp_path: Path
) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "a").write_bytes(b"old")
    path = make(root, outside)
    before = path.lstat().st_mode, sorted(os.listdir(root))

    with pytest.raises(NotWritten):
        write_by_any(way, root, path)

    assert (outside / "a").read_bytes() == b"old"
    assert sorted(os.listdir(outside)) == ["a"]
    assert (path.lstat().st_mode, sorted(os.listdir(root))) == before


@pytest.mark.parametrize("name", ["../a", "folder/../../a", ".."])
def test_nothing_is_written_outside_of_the_root(tmp_path: Path, name: str) -> None:
    root = tmp_path / "root"
    root.mkdir()

    for path in (root / name, tmp_path / "a", root):
        with pytest.raises(NotWritten, match="it is outside the tree"):
            put(Writer(root), path)
    assert sorted(tmp_path.rglob("*")) == [root]


def test_a_folder_swapped_for_a_link_at_the_last_moment_leads_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "folder").mkdir(parents=True)
    outside.mkdir()
    (root / "folder" / "a").write_bytes(b"old")
    (outside / "a").write_bytes(b"old")
    sync = os.fsync

    def swap(descriptor: int) -> None:
        (root / "folder").rename(root / "moved")
        (root / "folder").symlink_to(outside)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", swap)
    Writer(root).replace(root / "folder" / "a", b"old", b"new")

    assert (outside / "a").read_bytes() == b"old"
    assert (root / "moved" / "a").read_bytes() == b"new"


@pytest.mark.parametrize("way", ["create", "replace", "put"])
def test_nothing_is_left_behind_where_the_disk_is_full(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    if way == "replace":
        path.write_bytes(b"old")
    before = sorted(os.listdir(tmp_path))

    def full(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(NotWritten, match="it can't be written: no space left on device"):
        write_by_any(way, tmp_path, path)
    monkeypatch.undo()

    assert sorted(os.listdir(tmp_path)) == before
    if way == "replace":
        assert path.read_bytes() == b"old"


def test_a_file_system_without_hard_links_gets_new_files_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    Writer(tmp_path).create(tmp_path / "a", b"text")

    assert os.listdir(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"text"


def test_what_a_killed_run_left_is_removed_and_what_a_running_one_needs_is_not(tmp_path: Path) -> None:
    for name in (".nixlint-0123abcd.tmp", ".nixlint-running0.tmp", ".nixlint-mine.tmp", "other.tmp"):
        (tmp_path / name).touch()
        if name != ".nixlint-running0.tmp":
            os.utime(tmp_path / name, (time.time() - 7200, time.time() - 7200))

    Writer(tmp_path).create(tmp_path / "a", b"text")

    assert sorted(os.listdir(tmp_path)) == [".nixlint-mine.tmp", ".nixlint-running0.tmp", "a", "other.tmp"]
