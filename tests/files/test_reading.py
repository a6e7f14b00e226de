"""Reading files that may be anything."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from nixlint.files.overlay import Overlay
from nixlint.files.reading import Anywhere, Kind, NotRegularFile, OutsideTree, Reader, TooLarge
from nixlint.files.tree import Tree


def open_below(folder: Path) -> int:
    """How many descriptors of this process are of something in a folder."""
    found = 0
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            found += os.readlink(f"/proc/self/fd/{name}").startswith(str(folder))
    return found


@pytest.mark.parametrize("make", [lambda root: Anywhere(), Tree])
def test_what_is_no_regular_file_is_refused_and_not_left_open(make: type[Tree], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"x")
    reader: Reader = make(tmp_path)
    reader.read(tmp_path / "file")
    before = open_below(tmp_path)

    for name in ("fifo", "folder"):
        with pytest.raises(NotRegularFile):
            reader.read(tmp_path / name)

    assert open_below(tmp_path) == before


def test_an_endless_device_is_not_read() -> None:
    with pytest.raises(NotRegularFile):
        Anywhere().read(Path("/dev/zero"))


def test_files_of_the_system_that_claim_to_be_empty_are_read_whole() -> None:
    assert Anywhere().read(Path("/proc/self/status")).startswith(b"Name:")


@pytest.mark.parametrize("size", [0, 1, 9, 10])
def test_a_file_up_to_the_limit_is_read_whole(tmp_path: Path, size: int) -> None:
    (tmp_path / "file").write_bytes(b"x" * size)

    assert Tree(tmp_path).read(tmp_path / "file", 10) == b"x" * size
    assert Tree(tmp_path).beginning(tmp_path / "file", 4) == b"x" * min(size, 4)


@pytest.mark.parametrize("size", [11, 20, 5_000_000_000])
def test_a_larger_file_is_refused_without_reading_it_whole(tmp_path: Path, size: int) -> None:
    with (tmp_path / "file").open("wb") as file:
        file.truncate(size)

    with pytest.raises(TooLarge, match="larger than 10 bytes"):
        Tree(tmp_path).read(tmp_path / "file", 10)


def test_a_file_that_grows_while_it_is_read_is_read_up_to_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x")
    read = os.read

    def read_of_growing(descriptor: int, count: int) -> bytes:
        with path.open("ab") as file:
            file.write(b"x" * 1000)
        return read(descriptor, count)

    monkeypatch.setattr(os, "read", read_of_growing)
    with pytest.raises(TooLarge):
        Tree(tmp_path).read(path, 100_000)


def test_a_tree_is_not_left_by_links_nor_by_names(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "secret").write_text("secret")
    root = tmp_path / "root"
    (root / "in").mkdir(parents=True)
    (root / "file").symlink_to("../secret")
    (root / "absolute").symlink_to(tmp_path / "secret")
    (root / "linked").symlink_to(tmp_path / "folder")
    (root / "in" / "twice").symlink_to("../linked/secret")
    tree = Tree(root)

    for name in ("file", "absolute", "linked/secret", "in/twice", "../secret", "in/../../secret", "linked"):
        with pytest.raises(OutsideTree):
            tree.read(root / name)
        assert tree.kind(root / name) is None, name
        assert tree.status(root / name) is None, name
    assert tree.kind(tmp_path / "secret") is None
    with pytest.raises(OSError, match=r"directory|symbolic"):
        tree.names(root / "linked")


def test_links_within_a_tree_are_followed_and_circles_end(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").write_text("text")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "c").symlink_to(tmp_path / "b")
    (tmp_path / "a" / "up").symlink_to("../c/file")
    (tmp_path / "circle").symlink_to("circle")
    tree = Tree(tmp_path)

    for name in ("a/file", "b/file", "c/file", "c/up", "a/../b/file"):
        assert tree.read(tmp_path / name) == b"text", name
        assert tree.kind(tmp_path / name) is Kind.FILE
        assert tree.resolved(tmp_path / name) == tmp_path / "a" / "file"
    assert tree.kind(tmp_path / "c") is Kind.FOLDER
    assert tree.own_kind(tmp_path / "c") is Kind.LINK
    assert tree.kind(tmp_path / "circle") is None
    with pytest.raises(OSError, match="levels of symbolic links"):
        tree.read(tmp_path / "circle")


def test_a_folder_that_is_swapped_for_a_link_after_it_was_listed_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_text("secret")
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (root / "folder" / "file").write_text("text")
    tree = Tree(root)
    assert tree.names(root / "folder") == {"file": Kind.FILE}

    (root / "folder" / "file").unlink()
    (root / "folder").rmdir()
    (root / "folder").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match=r"repository|No such file"):
        tree.read(root / "folder" / "file")


def test_a_root_may_be_reached_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").write_text("text")
    (tmp_path / "link").symlink_to("real")

    assert Tree(tmp_path / "link").read(tmp_path / "link" / "file") == b"text"


def test_a_tree_gives_back_what_it_opened(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "file").touch()
    tree = Tree(tmp_path)
    for number in range(100):
        tree.read(tmp_path / str(number) / "file")
    assert 0 < open_below(tmp_path) < 60

    del tree

    assert open_below(tmp_path) == 0


def test_names_come_sorted_with_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a").touch()
    (tmp_path / "c").symlink_to("a")
    os.mkfifo(tmp_path / "d")

    assert Tree(tmp_path).names(tmp_path) == {"a": Kind.FILE, "b": Kind.FOLDER, "c": Kind.LINK, "d": Kind.OTHER}
    assert list(Tree(tmp_path).names(tmp_path)) == ["a", "b", "c", "d"]


def test_given_texts_stand_in_the_place_of_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("on disk")
    reader = Overlay({tmp_path / "a": b"given", tmp_path / "new": b"new"}, Tree(tmp_path))

    assert (reader.read(tmp_path / "a"), reader.read(tmp_path / "new")) == (b"given", b"new")
    assert reader.kind(tmp_path / "new") is Kind.FILE
    assert reader.kind(tmp_path / "none") is None
