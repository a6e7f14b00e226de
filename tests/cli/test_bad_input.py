"""Whatever a folder holds: one clear message, the right exit code, and the other files are still done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.linting.workbench import NO_VERSION, write_files

from .running import nixlint

FINDING = "good.nix:2:14: error[container-missing-state-version]"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good file, in which there is one finding."""
    write_files(tmp_path, {"good.nix": NO_VERSION})
    return tmp_path


def lines(folder: Path, *arguments: str | bytes) -> tuple[int, list[str], list[str]]:
    ran = nixlint(folder, "check", "--format", "concise", *arguments)
    return ran.code, ran.out.splitlines(), ran.err.splitlines()


def test_broken_nix_is_a_finding_at_its_place(folder: Path) -> None:
    write_files(folder, {"broken.nix": "{\n  a = [ 1;\n}\n"})

    code, out, err = lines(folder)

    assert code == 1
    assert out[0] == "broken.nix:2:10: error[syntax-error] syntax error: expected an element or ']', found ';'"
    assert out[1].startswith(FINDING)
    assert err == []


def test_broken_toml_is_an_error_at_its_place(folder: Path) -> None:
    write_files(folder, {"nixlint.toml": "ignore = [\n\n  'x'\nselect = 1\n"})

    code, out, err = lines(folder)

    assert (code, out) == (2, [])
    assert err == ["error: nixlint.toml:4:1: Unclosed array"]


def test_a_folder_without_nix_is_said_and_is_no_failure(tmp_path: Path) -> None:
    write_files(tmp_path, {"readme.md": ""})

    assert lines(tmp_path) == (0, [], ["warning: there are no Nix files here"])


def test_a_path_that_does_not_exist_is_an_error_and_the_others_are_checked(folder: Path) -> None:
    code, out, err = lines(folder, "nowhere.nix", "good.nix")

    assert code == 2
    assert len(out) == 1
    assert out[0].startswith(FINDING)
    assert err == ["error: nowhere.nix: cannot be read: no such file or directory"]


def test_a_file_without_permission_to_read_is_an_error_and_the_others_are_checked(folder: Path) -> None:
    write_files(folder, {"closed.nix": "{ }"})
    (folder / "closed.nix").chmod(0)

    ran = nixlint(folder, "check", "--format", "concise", as_anybody=True)

    assert ran.code == 2
    assert ran.out.startswith(FINDING)
    assert ran.err == "error: closed.nix: cannot be read: permission denied\n"


def test_a_folder_without_permission_to_list_is_an_error_and_the_others_are_checked(folder: Path) -> None:
    write_files(folder, {"closed/x.nix": "{ }"})
    (folder / "closed").chmod(0)

    ran = nixlint(folder, "check", "--format", "concise", as_anybody=True)
    (folder / "closed").chmod(0o700)

    assert ran.code == 2
    assert ran.out.startswith(FINDING)
    assert ran.err == "error: closed: cannot be read: permission denied\n"


def test_a_symlink_to_itself_is_an_error_and_the_others_are_checked(folder: Path) -> None:
    (folder / "loop.nix").symlink_to("loop.nix")

    code, out, err = lines(folder, "loop.nix", "good.nix")

    assert code == 2
    assert out[0].startswith(FINDING)
    assert err == ["error: loop.nix: cannot be read: too many levels of symbolic links"]


def test_a_fifo_is_an_error_and_nobody_waits_for_it(folder: Path) -> None:
    os.mkfifo(folder / "pipe.nix")

    code, out, err = lines(folder)
    assert (code, len(out), err) == (2, 1, ["error: pipe.nix: cannot be read: not a regular file"])

    code, out, err = lines(folder, "pipe.nix")
    assert (code, out, err) == (2, [], ["error: pipe.nix: cannot be read: not a regular file"])


def test_a_loop_of_symlinks_between_folders_is_not_walked(folder: Path) -> None:
    write_files(folder, {"a/x.nix": "{ }"})
    (folder / "a/up").symlink_to("..")

    code, out, err = lines(folder)

    assert (code, len(out), err) == (1, 1, [])


def test_a_file_that_is_too_large_to_be_checked_is_a_failure(folder: Path) -> None:
    with (folder / "huge.nix").open("wb") as file:
        file.write(b'"' + b"x" * 50_000_000 + b'"')

    for _ in range(2):  # the second run has a cache
        code, out, err = lines(folder)
        assert (code, len(out), err) == (2, 1, ["error: huge.nix: not checked: it is larger than 8 MiB"])


@pytest.mark.parametrize(
    "text", ["[" * 100_000 + "]" * 100_000, "(" * 100_000, "{a=" * 100_000 + "1" + ";}" * 100_000, "!" * 100_000 + "a"]
)
def test_a_hundred_thousand_levels_are_a_failure_or_a_syntax_error(folder: Path, text: str) -> None:
    write_files(
        folder, {"deep.nix": text, "imports.nix": "{ imports = [ ./deep.nix ]; containers.a.config = ./deep.nix; }"}
    )

    code, out, err = lines(folder)

    assert code == (1 if any("syntax error" in line for line in out) else 2)
    assert [line for line in out if line.startswith(FINDING)]
    about = [line for line in (*out, *err) if "deep.nix" in line]
    assert len(about) == 1
    assert "nested more than 500 levels deep" in about[0] or "syntax error" in about[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 600 + "]" * 600, "deep.nix:1:701: nested more than 500 levels deep"),
        ("1" + "+1" * 5000, "deep.nix:1:1: more than 8192 bytes without a blank"),
    ],
)
def test_good_nix_that_cannot_be_checked_is_a_failure(folder: Path, text: str, reason: str) -> None:
    write_files(folder, {"deep.nix": text})

    for _ in range(2):  # the second run has a cache
        code, out, err = lines(folder)
        assert (code, len(out), err) == (2, 1, [f"error: {reason}; nixlint cannot look into this file"])


def test_nul_bytes_make_a_file_binary(folder: Path) -> None:
    write_files(folder, {"nul.nix": b"{ a = 1;\0 }"})

    code, out, err = lines(folder)

    assert (code, len(out), err) == (1, 1, ["skipped nul.nix: it is not text"])


def test_encrypted_and_empty_files_are_skipped_with_the_reason(folder: Path) -> None:
    write_files(
        folder,
        {
            "crypt.nix": b"\0GITCRYPT\0abc",
            "sops.nix": '{\n  "data": "ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]",\n  "sops": { }\n}\n',
            "age.nix": "age-encryption.org/v1\n-> X25519 abc\n",
            "empty.nix": "# nothing\n",
        },
    )

    code, out, err = lines(folder)

    assert (code, len(out)) == (1, 1)
    assert err == [
        "skipped age.nix: it is encrypted with age",
        "skipped crypt.nix: it is encrypted with git-crypt",
        "skipped empty.nix: it contains no expression, only blanks or comments",
        "skipped sops.nix: it is encrypted with sops",
    ]


def test_many_skipped_files_are_counted_by_reason(folder: Path) -> None:
    write_files(folder, {f"{number}.nix": b"\0GITCRYPT" for number in range(11)} | {"empty.nix": b""})

    assert lines(folder)[2] == [
        "skipped 11 files: it is encrypted with git-crypt",
        "skipped 1 file: it contains no expression, only blanks or comments",
    ]


def test_invalid_utf8_is_read_as_nix_reads_it(folder: Path) -> None:
    write_files(
        folder, {"latin.nix": NO_VERSION.encode().replace(b"web", b'"w\xe9b"').replace(b"{\n", b"{ # \xff\n", 1)}
    )

    code, out, err = lines(folder)

    assert (code, err) == (1, [])
    assert out[1].startswith("latin.nix:2:14: error[container-missing-state-version] container 'w\\xe9b' never sets")


def test_file_names_with_newlines_escapes_and_odd_bytes_are_shown_so_that_a_terminal_obeys_nothing(
    tmp_path: Path,
) -> None:
    for name in (b"two\nlines.nix", b"\x1b[31mred.nix", b"latin-\xe9.nix"):
        (tmp_path / os.fsdecode(name)).write_text("{")

    code, out, _ = lines(tmp_path)

    assert code == 1
    assert [line.partition(":")[0] for line in out] == ["\\x1b[31mred.nix", "latin-\\xe9.nix", "two\\x0alines.nix"]


def test_a_file_name_that_looks_like_an_option_is_a_file_after_two_dashes(folder: Path) -> None:
    write_files(folder, {"--config=x.nix": NO_VERSION})

    code, out, _ = lines(folder, "--", "--config=x.nix")

    assert (code, len(out)) == (1, 1)
    assert out[0].startswith("--config=x.nix:2:14")


def test_a_defect_of_the_command_itself_is_one_line_and_exit_code_2(folder: Path) -> None:
    program = (
        "import sys, nixlint.linting.run.runner; from nixlint.__main__ import start; "
        "del nixlint.linting.run.runner.run; sys.argv = ['nixlint', 'check']; start()"
    )

    result = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)

    assert result.returncode == 2
    assert result.stderr.startswith("error: internal error in nixlint: ")
    assert result.stderr.count("\n") == 1


def test_fixing_does_the_other_files_when_one_cannot_be_written(tmp_path: Path) -> None:
    write_files(tmp_path, {"nixlint.toml": 'nixos-release = "26.05"\n', "flake.nix": "{ }"})
    write_files(tmp_path, {"a/a.nix": NO_VERSION, "b.nix": NO_VERSION.replace("web", "b")})
    (tmp_path / "a").chmod(0o500)

    ran = nixlint(tmp_path, "fix", "--unsafe-fixes", ".", as_anybody=True)
    (tmp_path / "a").chmod(0o700)

    assert ran.code == 2
    assert "error: a/a.nix: it can't be written: permission denied\n" in ran.err
    assert "system.stateVersion" in (tmp_path / "b.nix").read_text()
    assert (tmp_path / "a/a.nix").read_text() == NO_VERSION


def test_what_could_not_be_written_does_not_count_as_fixed(folder: Path) -> None:
    text = "# nixlint: ignore[no-such-rule]\n{ }\n"
    for name in ("a.nix", "b.nix"):
        (folder / name).write_text(text)
    (folder / "other-name").hardlink_to(folder / "a.nix")

    ran = nixlint(folder, "fix")

    assert ran.code == 2
    assert "a.nix: it has another name (a hard link)" in ran.err
    assert next(line for line in ran.err.splitlines() if line.startswith("fixed")).startswith("fixed b.nix:1:")
    assert "Fixed 1 in 1 file; 2 left" in ran.err  # the one in a.nix, and that of good.nix
    assert (folder / "a.nix").read_text() == text
