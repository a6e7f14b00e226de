"""Which files are below a folder: the same as with git, without git."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nixlint.files.git_index import BadIndex, read_index
from nixlint.files.listing import Listing


def git(folder: Path, *arguments: str, **environment: str) -> bytes:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, env={**os.environ, **environment}
    ).stdout


def is_wanted(name: str) -> bool:
    return name.endswith(".nix")


def ours(folder: Path) -> list[str]:
    listing = Listing(is_wanted)
    found = sorted(str(path.relative_to(folder)) for path in listing.below(folder))
    assert listing.problems == []
    assert len(found) == len(set(found))
    return found


def of_git(folder: Path) -> list[str]:
    listed = git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.nix")
    names = {os.fsdecode(name) for name in listed.split(b"\0") if name}
    return sorted(name for name in names if _is_file(folder, name))


def _is_file(folder: Path, name: str) -> bool:
    """Whether it is a file that no link leads to."""
    path = folder / name
    return path.is_file() and os.path.realpath(path) == os.path.join(os.path.realpath(folder), name)


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for git and for us."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    for name in ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return folder


def write(folder: Path, *names: str, text: str = "{}") -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


_FOLDERS = ("", "a/", "a/b/", "out/", "a/out/", "a/é/")
_FILES = tuple(f"{folder}{name}.nix" for folder in _FOLDERS for name in ("x", "y", "x.gen"))
_RULES = st.sampled_from(
    ("*", "out", "out/", "/out", "a/", "!a/", "*.nix", "!x.nix", "x.nix", "*.gen.nix", "!*.gen.nix", "b/*", "!b/x.nix",
     "**/x.nix", "a/**", "!a/b/", "/x*", "# c", "", "é/", "?/")
)  # fmt: skip
_IGNORES = st.lists(_RULES, max_size=4).map("\n".join)
_TREES = st.tuples(
    st.sets(st.sampled_from(_FILES), min_size=1),
    st.sets(st.sampled_from(_FILES), max_size=4),
    st.dictionaries(st.sampled_from(_FOLDERS), _IGNORES, max_size=3),
    _IGNORES,
    _IGNORES,
    st.sampled_from(("", "", "a", "a/b", "a/out")),
    st.sampled_from(("2", "3", "4")),
    st.sampled_from(("", "a", "a/b", "out")),
)


@given(_TREES)
@settings(
    max_examples=int(os.environ.get("NIXLINT_EXAMPLES", "30")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],  # each example writes its own
)
def test_the_files_of_a_work_tree_are_those_that_git_lists(
    home: Path, tree: tuple[set[str], set[str], dict[str, str], str, str, str, str, str]
) -> None:
    files, tracked, ignores, excluded, own, nested, version, asked = tree
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "root"
        write(root, *files, *tracked)
        git(root, "init", "-q")
        write(home / ".config/git", "ignore", text=own)
        write(root, ".git/info/exclude", text=excluded)
        if tracked:
            git(root, "add", "-f", *tracked)
            git(root, "update-index", "--index-version", version)
        for folder, text in ignores.items():
            write(root, f"{folder}.gitignore", text=text)
        if nested and (root / nested).is_dir():
            git(root / nested, "init", "-q")
        below = root / asked if (root / asked).is_dir() else root
        if below != root and (below / ".git").exists():
            below = root

        assert ours(below) == of_git(below)


def test_a_large_index_names_every_file(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    lines = "".join(
        f"100644 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\tfolder/{'x' * (number % 20)}{number}.nix\n"
        for number in range(3000)
    )
    for version in ("2", "4"):
        subprocess.run(
            ["git", "update-index", "--index-info"], cwd=tmp_path, check=True, input=lines.encode(), capture_output=True
        )
        git(tmp_path, "update-index", "--index-version", version)

        names = read_index((tmp_path / ".git/index").read_bytes()).names

        assert list(names) == git(tmp_path, "ls-files", "-z").split(b"\0")[:-1]


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize("is_split", [False, True])
def test_indexes_of_every_form_are_read(tmp_path: Path, object_format: str, is_split: bool) -> None:
    git(tmp_path, "init", "-q", f"--object-format={object_format}")
    write(tmp_path, "a.nix", "b.nix", ".gitignore", text="*.nix\n")
    git(tmp_path, "add", "-f", "a.nix")
    if is_split:
        git(tmp_path, "update-index", "--split-index")
    git(tmp_path, "add", "-f", "b.nix")
    git(tmp_path, "update-index", "--skip-worktree", "a.nix")

    assert ours(tmp_path) == of_git(tmp_path) == ["a.nix", "b.nix"]


def test_a_sparse_index_is_read(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a/x.nix", "b/y.nix", "z.nix", ".gitignore", text="a/*.nix\n")
    git(tmp_path, "add", "-f", ".")
    git(tmp_path, "commit", "-qm", "x")
    git(tmp_path, "sparse-checkout", "set", "--cone", "--sparse-index", "a")

    assert ours(tmp_path) == of_git(tmp_path) == ["a/x.nix", "z.nix"]


def test_submodules_and_linked_work_trees_are_read_as_git_reads_them(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        write(folder, "x.nix", "ignored.nix", ".gitignore", text="ignored.nix\n")
        git(folder, "init", "-q")
        git(folder, "add", "-f", ".")
        git(folder, "commit", "-qm", "x")
    git(one, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(two), "sub")
    write(one, ".git/modules/sub/info/exclude", text="y.nix\n")
    write(one, "sub/y.nix", "sub/z.nix")
    git(two, "worktree", "add", "-q", str(tmp_path / "linked"))
    write(two, ".git/info/exclude", text="y.nix\n")
    write(tmp_path / "linked", "y.nix")

    assert ours(one) == of_git(one) == ["ignored.nix", "x.nix"]
    assert ours(one / "sub") == of_git(one / "sub") == ["ignored.nix", "x.nix", "z.nix"]
    assert ours(tmp_path / "linked") == of_git(tmp_path / "linked") == ["ignored.nix", "x.nix"]


def test_a_tracked_folder_that_is_a_link_now_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, "a/x.nix", "b.nix")
    write(tmp_path, "elsewhere/x.nix")
    git(root, "init", "-q")
    git(root, "add", ".")
    shutil.rmtree(root / "a")
    (root / "a").symlink_to(tmp_path / "elsewhere")

    assert ours(root) == ["b.nix"]


def test_a_git_file_that_points_to_somebody_else_is_not_believed(tmp_path: Path) -> None:
    victim, root = tmp_path / "victim", tmp_path / "root"
    write(victim, "secret.nix", ".gitignore")
    git(victim, "init", "-q")
    git(victim, "add", ".")
    write(root, "secret.nix", text="{}")
    write(root, ".gitignore", text="secret.nix\n")
    for target in (victim / ".git", victim / ".git/worktrees/x"):
        write(root, ".git", text=f"gitdir: {target}\n")

        assert ours(root) == []


def test_a_persons_own_excludes_file_counts_wherever_it_is_named(tmp_path: Path, home: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.nix", "b.nix")
    for text in (
        "[core]\n\texcludesFile = ~/mine\n",
        f'[user]\nname = x\n[Core] excludesfile = "{home}/mine" ; so\n',
        f"[core]\nexcludesfile = /nowhere\nexcludesfile = {home}/mine # so\n",
    ):
        write(home, ".gitconfig", text=text)
        write(home, "mine", text="a.nix\n")

        assert ours(tmp_path) == of_git(tmp_path) == ["b.nix"], text


def test_a_hostile_file_of_the_repository_blocks_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.nix", "folder/b.nix", ".gitignore")
    git(tmp_path, "add", "a.nix")
    for name in (".git/index", ".git/info/exclude", ".gitignore", "folder/.gitignore", "folder/.git"):
        (tmp_path / name).unlink(missing_ok=True)
        os.mkfifo(tmp_path / name)

    assert ours(tmp_path) == ["a.nix", "folder/b.nix"]


def test_an_ignore_file_that_is_too_large_is_named_and_not_obeyed(tmp_path: Path) -> None:
    write(tmp_path, "a.nix")
    write(tmp_path, ".gitignore", text="a.nix\n" * 100_000)
    listing = Listing(is_wanted)

    assert listing.below(tmp_path) == (tmp_path / "a.nix",)
    assert [(item.path.name, item.reason) for item in listing.problems] == [
        (".gitignore", "larger than 256 KiB, so it is not obeyed")
    ]


@given(st.data())
@settings(max_examples=300)
def test_a_damaged_index_is_refused_or_read_and_nothing_else(data: st.DataObject) -> None:
    good = _index()
    at = data.draw(st.integers(0, len(good) - 1))
    damaged = good[:at] + data.draw(st.binary(max_size=8)) + good[at + data.draw(st.integers(0, 8)) :]
    with contextlib.suppress(BadIndex):
        read_index(damaged)


def _index() -> bytes:
    entry = bytes(24) + (0o100644).to_bytes(4) + bytes(12) + bytes(20) + (7).to_bytes(2) + b"a/x.nix" + bytes(3)
    assert len(entry) % 8 == 0
    return b"DIRC" + (2).to_bytes(4) + (3).to_bytes(4) + entry * 3 + b"TREE" + (4).to_bytes(4) + b"none" + bytes(20)


@pytest.mark.parametrize("name", [".gitignore", ".ignore"])
def test_outside_git_a_folder_takes_back_what_the_one_above_ignores(tmp_path: Path, name: str) -> None:
    write(tmp_path, "a.nix", "sub/keep.nix", "sub/drop.nix", "sub/deep/keep.nix", "gone/keep.nix")
    (tmp_path / name).write_text("*.nix\ngone/\n")
    (tmp_path / "sub" / name).write_text("!keep.nix\n")
    (tmp_path / "gone" / name).write_text("!keep.nix\n")
    assert ours(tmp_path) == ["sub/deep/keep.nix", "sub/keep.nix"]
    assert [path.name for path in Listing(is_wanted).below(tmp_path / "sub" / "deep")] == ["keep.nix"]
