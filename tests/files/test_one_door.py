"""Nobody but :mod:`nixlint.files` opens, lists, looks up or changes anything on the disk, or starts a program.

The sources are searched for the calls that could. What else may is listed here, each with its reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]

_METHODS = frozenset(
    "read_text read_bytes write_text write_bytes iterdir glob rglob exists is_file is_dir is_symlink is_fifo lstat stat "
    "readlink samefile mkdir rmdir unlink touch hardlink_to symlink_to chmod lchmod owner".split()
)
"""Of :class:`pathlib.Path`, but for those whose names others have too (``replace``, ``rename``, ``open``, ``resolve``)."""
_OS = frozenset(
    "open stat lstat listdir scandir walk fwalk remove unlink rename renames replace mkdir makedirs rmdir removedirs "
    "readlink symlink link chmod chown lchown utime access fdopen truncate mkfifo mknod statvfs chdir "
    "system popen fork forkpty execv execve execvp execl execlp spawnv spawnl spawnvp posix_spawn posix_spawnp".split()
)
_OS_PATH = frozenset("exists lexists isfile isdir islink ismount realpath getsize getmtime getctime samefile".split())
_MODULES = frozenset("subprocess shutil tempfile glob fileinput mmap ctypes multiprocessing socket urllib http".split())

_NOT_THE_DISK = frozenset(
    (
        "access.is_file", "self.access.is_file", "keys.notes.access.is_file",
        "importer.module.is_file", "subject.exists", "_WayOut.of(repository).exists",
    )
)  # fmt: skip
"""What has a name that methods of paths have, and is none."""

_ALLOWED = {
    "nixlint/linting/entry_points.py": "finds the rule packs that are installed, in Python's own folders",
    "nixlint/linting/rule_index.py": "looks at the files of a rule pack, in Python's own folders",
    "nixlint/linting/run/installed_code.py": "looks at the files of nixlint and of rule packs, in Python's own folders",
    "nixlint/linting/run/workers.py": "starts copies of the process itself, which check files as it does",
    "nixlint/linting/testing.py": "is for tests of rules, which lay out their examples in a folder of their own",
    "nixlint/cli/streams.py": "puts the system's empty device in the place of a stream that is closed",
    "nixlint/cli/main.py": "puts the system's empty device in the place of a standard output that nobody reads",
}
"""The files that may, and why."""


def _sources() -> Iterator[Path]:
    for folder in ("nixlint", "rules"):
        for path in sorted((_ROOT / folder).rglob("*.py")):
            name = path.relative_to(_ROOT).as_posix()
            if not name.startswith("nixlint/files/") and name not in _ALLOWED:
                yield path


def _ways_to_the_disk(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, each.name) for each in names if each.name.partition(".")[0] in _MODULES)
            case ast.ImportFrom(module=str() as module, names=names, level=0):
                if module.partition(".")[0] in _MODULES and module != "urllib.parse":  # texts alone
                    yield node.lineno, module
                if module in ("os", "os.path", "io"):
                    yield from ((node.lineno, each.name) for each in names if each.name in _OS | _OS_PATH)
            case ast.Call(func=ast.Name(id="open")):
                yield node.lineno, "open"
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in _OS:
                yield node.lineno, f"os.{name}"
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="os"), attr="path"), attr=name) if (
                name in _OS_PATH
            ):
                yield node.lineno, f"os.path.{name}"
            case ast.Attribute(value=of, attr=name) if name in _METHODS and not _is_data_of_package(of):
                if f"{ast.unparse(of)}.{name}" not in _NOT_THE_DISK:
                    yield node.lineno, f"{ast.unparse(of)}.{name}"
            case ast.Attribute(value=of, attr="open") if ast.unparse(of).endswith(("path", "file", "folder", ")")):
                yield node.lineno, f"{ast.unparse(of)}.open"
            case _:
                pass


def _is_data_of_package(node: ast.expr) -> bool:
    """Whether it is a data file that is installed with nixlint, and named by the code alone."""
    text = ast.unparse(node)
    return text == "_DATA" or text.startswith("files(")


@pytest.mark.parametrize("path", list(_sources()), ids=lambda path: str(path.relative_to(_ROOT)))
def test_the_disk_is_reached_through_the_one_door(path: Path) -> None:
    assert list(_ways_to_the_disk(ast.parse(path.read_text("utf-8")))) == []


def test_what_is_allowed_is_there_and_needs_it() -> None:
    for name in _ALLOWED:
        assert list(_ways_to_the_disk(ast.parse((_ROOT / name).read_text("utf-8")))), name


@pytest.mark.parametrize(
    "text",
    [
        "open('x')", "import os\nos.stat(path)", "path.read_text()", "import os\nos.path.exists(path)", "import subprocess",
        "from shutil import which", "from os import listdir", "path.open()", "[each.is_file() for each in paths]",
        "f = path.exists",
    ],
)  # fmt: skip
def test_the_search_sees_each_way(text: str) -> None:
    assert list(_ways_to_the_disk(ast.parse(text)))
