"""Whatever becomes of the streams, the folder and the terminal of a command: one clear line, and the right exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .running import clean_environment, nixlint

_COMMANDS = (
    ("check", "."),
    ("check", ".", "--format", "json"),
    ("rules",),
    ("options", ".", "containers.*.config"),
    ("convert", "compose.yaml"),
    ("--help",),
)
_LOST = "error: standard output cannot be written"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.nix").write_text('{ virtualisation.oci-containers.containers.web.image = "nginx"; }\n')
    (tmp_path / "compose.yaml").write_text("services: { web: { image: nginx:1.27 } }\n")
    return tmp_path


def _run(
    folder: Path,
    *arguments: str,
    start: Callable[[], None] | None = None,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.PIPE,
    **more: str,
) -> tuple[int, str]:
    ran = subprocess.run(
        [sys.executable, "-m", "nixlint", *arguments],
        cwd=folder,
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        preexec_fn=start,
        env=clean_environment(folder, {"PYTHONPATH": str(Path(__file__).parents[2]), **more}),
    )
    errors = ran.stderr.decode(errors="replace")
    assert "Traceback" not in errors
    assert "internal error" not in errors
    return ran.returncode, errors


@pytest.mark.parametrize("arguments", _COMMANDS, ids=" ".join)
def test_output_that_cannot_be_written_is_a_failure(folder: Path, arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        code, errors = _run(folder, *arguments, stdout=full.fileno())
    assert (code, errors.splitlines()[-1]) == (2, f"{_LOST}: no space left on device")


@pytest.mark.parametrize("arguments", _COMMANDS[:3], ids=" ".join)
def test_a_closed_output_is_a_failure(folder: Path, arguments: tuple[str, ...]) -> None:
    code, errors = _run(folder, *arguments, start=lambda: os.close(1))
    assert (code, errors.splitlines()[-1]) == (2, f"{_LOST}: bad file descriptor")


def test_a_command_that_writes_nothing_needs_no_output(folder: Path) -> None:
    (folder / "a.nix").write_text("{ }\n")
    assert _run(folder, "fix", "a.nix", start=lambda: os.close(1))[0] == 0


def test_without_anybody_to_read_errors_the_exit_code_is_the_same(folder: Path) -> None:
    for arguments, code in (
        (("check", "a.nix", "--fail-on", "info"), 1),
        (("check", "none.nix"), 2),
        (("check", "--x"), 2),
    ):
        assert _run(folder, *arguments, start=lambda: os.close(2))[0] == code
        assert _run(folder, *arguments, start=_full_errors)[0] == code


def _full_errors() -> None:
    os.dup2(os.open("/dev/full", os.O_WRONLY), 2)


def test_a_file_is_not_written_where_a_stream_was_closed(folder: Path) -> None:
    """The next file that is opened gets the number of a stream that is closed."""
    code, _ = _run(folder, "convert", "compose.yaml", "-o", "out.nix", start=_close_all)
    assert code == 0
    assert (folder / "out.nix").read_text().startswith("# ")


def _close_all() -> None:
    for number in range(3):
        os.close(number)


@pytest.mark.parametrize("arguments", [("check", "-"), ("fix", "-"), ("convert", "-f", "-")], ids=" ".join)
def test_a_closed_input_is_told(folder: Path, arguments: tuple[str, ...]) -> None:
    code, errors = _run(folder, *arguments, start=lambda: os.close(0))
    assert code == 2
    assert "standard input cannot be read: bad file descriptor" in errors


@pytest.mark.parametrize(
    "arguments",
    [("check", "-"), ("check", "-", "--format", "json"), ("fix", "-"), ("fix", "--diff", "-"), ("convert", "-"),
     ("convert", "-f", "-", "--print-model")],
    ids=" ".join,
)  # fmt: skip
def test_standard_input_is_read_up_to_the_limit_of_a_file(folder: Path, arguments: tuple[str, ...]) -> None:
    with (folder / "large").open("w+b") as large:
        large.truncate(64 * 1024 * 1024)
        code, errors = _run(folder, *arguments, stdin=large.fileno())
    assert (code, errors) == (2, "error: standard input cannot be read: larger than 8 MiB\n")


@pytest.mark.parametrize("arguments", [("check",), ("inventory",), ("convert", "x"), ("init",)], ids=" ".join)
def test_a_current_folder_that_was_deleted_is_told(folder: Path, arguments: tuple[str, ...]) -> None:
    (gone := folder / "gone").mkdir()

    def leave() -> None:
        os.chdir(gone)
        gone.rmdir()

    code, errors = _run(folder, *arguments, start=leave)
    assert code == 2
    assert "the current folder was deleted; change to another one" in errors


@pytest.mark.parametrize("columns", ["²", "9" * 5000, "0"])
def test_a_width_that_is_no_number_is_no_width(folder: Path, columns: str) -> None:
    assert _run(folder, "check", "a.nix", "--fail-on", "never", COLUMNS=columns)[0] == 0


@pytest.mark.parametrize("name", ["a" * 5000 + ".nix", "/", ""])
def test_any_name_may_be_given_to_standard_input(folder: Path, name: str) -> None:
    for command in ("check", "fix"):
        ran = nixlint(folder, command, "-", "--stdin-filename", name, "--isolated", stdin=b"{ }\n")
        assert ran.code in (0, 2)
        assert "internal error" not in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("che\x1b[31mck",), ("check", "--se\x1b[31m"), ("check", "--select", "a\x1b[31m\nb"), ("explain", "\x1b[31m\x9b"),
        ("options", "\x1b[31m..b"), ("inventory", "a\x1b[31m"), ("inventory", "--host", "a\x1b[31m"), ("check", "a\x1b[31m"),
        ("convert", "a\x1b[31m"), ("check", "--format", "\x1b[31m"),
    ],
    ids=ascii,
)  # fmt: skip
def test_an_error_shows_what_a_terminal_would_obey(folder: Path, arguments: tuple[str, ...]) -> None:
    ran = nixlint(folder, *arguments)
    assert ran.code == 2
    assert "\\x1b[31m" in ran.err
    assert not [character for character in ran.err if not character.isprintable() and character != "\n"]


def test_an_error_of_one_line_stays_on_one_line(folder: Path) -> None:
    assert "\nError: no findings" not in nixlint(folder, "explain", "a\nError: no findings").err


@pytest.mark.parametrize("module", ["click", "nixlint.cli.main", "nixlint.cli.check", "nixlint.linting.run.runner"])
def test_an_interrupt_at_the_start_is_an_exit_code(folder: Path, module: str) -> None:
    program = (
        "import os, signal, sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "sys.argv = ['nixlint', 'check', '.']\n"
        "from nixlint.__main__ import start\n"
        "start()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, check=False, env=clean_environment(folder)
    )
    assert (ran.returncode, ran.stderr.strip()) == (130, b"")
