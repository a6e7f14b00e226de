"""Fixes: made to a fixed point, whole or not at all, and written so that nothing is ever lost."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nixlint.files.writing import NotWritten
from nixlint.linting.finding import Confidence, FileEdit, Finding, Fix, Safety, Severity
from nixlint.linting.fixes.applying import FixedFile, Fixing, fix
from nixlint.linting.fixes.writing import write
from nixlint.linting.rule import Rule
from nixlint.semantics.repository.definitions import StringLiteral
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.edits import Edit
from nixlint.syntax.span import Span
from tests.linting.workbench import REGISTRY, registry_of, request, write_files


class _Replaces(Rule[StringLiteral]):
    """Replaces strings as a test says."""

    name, code = "replaces", "XX001"
    severity, confidence = Severity.WARNING, Confidence.CERTAIN
    asks = (StringLiteral,)
    examples = ()

    def __init__(self, replacements: dict[str, str], whole_line: bool = False) -> None:
        self._replacements = replacements
        self._whole_line = whole_line

    def check(self, subject: StringLiteral, _repository: Repository) -> Iterator[Finding]:
        new = self._replacements.get("".join(filter(None, subject.parts)))
        if new is not None:
            span = subject.place.span
            end = span.end + 20 if self._whole_line else span.end
            edit = FileEdit(subject.place.path, Edit(Span(span.start, end), new.encode()))
            yield Finding(subject.place, "replace it", fix=Fix(Safety.SAFE, "Replace it", (edit,)))


def fixed(tmp_path: Path, text: str, rule: Rule[StringLiteral]) -> Fixing:
    write_files(tmp_path, {"a.nix": text})
    return fix(request(tmp_path), registry_of(rule), unsafe=False)


def texts(fixing: Fixing) -> list[str]:
    return [file.after.decode() for file in fixing.files]


def test_fixes_that_lead_to_other_fixes_are_made_in_one_run(tmp_path: Path) -> None:
    assert texts(fixed(tmp_path, '[ "a" "b" ]', _Replaces({"a": '"b"', "b": '"c"'}))) == ['[ "c" "c" ]']


def test_fixes_that_undo_each_other_end(tmp_path: Path) -> None:
    assert len(fixed(tmp_path, '[ "a" ]', _Replaces({"a": '"b"', "b": '"a"'})).applied) == 10


def test_a_fix_that_breaks_the_file_is_refused_and_said_so(tmp_path: Path) -> None:
    fixing = fixed(tmp_path, '[ "a" "b" ]', _Replaces({"a": "(", "b": '"c"'}))

    assert texts(fixing) == ['[ "a" "c" ]']
    assert [refusal.reason for refusal in fixing.refused] == ["the file would no longer parse"]


def test_a_fix_that_would_lose_a_comment_is_refused_and_said_so(tmp_path: Path) -> None:
    fixing = fixed(tmp_path, '[ "a" /* it matters */ ]   ', _Replaces({"a": '"c" ]'}, whole_line=True))

    assert texts(fixing) == []
    assert [refusal.reason for refusal in fixing.refused] == ["a comment would be lost"]


class _Refuses(Rule[StringLiteral]):
    """Takes a string for an error."""

    name, code = "refuses", "XX002"
    severity, confidence = Severity.ERROR, Confidence.CERTAIN
    asks = (StringLiteral,)
    examples = ()

    def check(self, subject: StringLiteral, _repository: Repository) -> Iterator[Finding]:
        if subject.parts == ("bad",):
            yield Finding(subject.place, "it is refused")


def test_a_fix_that_brings_an_error_is_undone_and_not_offered(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": '[ "a" "b" "c" ]'})
    registry = registry_of(_Replaces({"a": '"x"', "b": '"bad"', "c": '"z"'}), _Refuses())
    fixing = fix(request(tmp_path, select=frozenset({"replaces"})), registry, unsafe=False)

    assert texts(fixing) == ['[ "x" "b" "z" ]']
    assert [refusal.reason for refusal in fixing.withheld] == ["it would bring an error: it is refused [refuses]"]
    assert not fixing.refused


def test_bytes_that_are_not_utf8_and_crlf_survive_a_fix(tmp_path: Path) -> None:
    (tmp_path / "a.nix").write_bytes(b'# caf\xe9\r\n[ "a" ]\r\n')

    fixing = fix(request(tmp_path), registry_of(_Replaces({"a": '"b"'})), unsafe=False)

    assert [file.after for file in fixing.files] == [b'# caf\xe9\r\n[ "b" ]\r\n']


def test_unsafe_fixes_are_made_only_when_they_are_asked_for(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"a.nix": "{ containers.web = { config = { }; }; }", "nixlint.toml": 'nixos-release = "26.05"'}
    )

    assert fix(request(tmp_path), REGISTRY, unsafe=False).files == ()
    assert [finding.rule for finding in fix(request(tmp_path), REGISTRY, unsafe=True).applied] == [
        "container-missing-state-version"
    ]


def test_nothing_suppressed_is_fixed(tmp_path: Path) -> None:
    text = "# nixlint: ignore-file[NL101]\n{ containers.web = { config = { }; }; }"
    write_files(tmp_path, {"a.nix": text, "nixlint.toml": 'nixos-release = "26.05"'})

    assert fix(request(tmp_path), REGISTRY, unsafe=True).files == ()


def test_writing_keeps_the_mode_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "a.nix"
    path.write_bytes(b"old")
    path.chmod(0o640)

    write(FixedFile(path, b"old", b"new"), [tmp_path])

    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["a.nix"]  # noqa: PTH208


def test_a_file_that_changed_since_it_was_read_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.nix"
    path.write_bytes(b"somebody else's")

    with pytest.raises(NotWritten, match="changed since it was read"):
        write(FixedFile(path, b"old", b"new"), [tmp_path])

    assert path.read_bytes() == b"somebody else's"


def test_a_symlink_in_the_tree_stays_one_and_its_target_is_written(tmp_path: Path) -> None:
    write_files(tmp_path, {"flake.nix": "{ }", "real/a.nix": "old"})
    (tmp_path / "link.nix").symlink_to("real/a.nix")

    write(FixedFile(tmp_path / "link.nix", b"old", b"new"), [tmp_path])

    assert (tmp_path / "link.nix").is_symlink()
    assert (tmp_path / "real/a.nix").read_bytes() == b"new"


def test_a_symlink_out_of_the_tree_is_not_written_through(tmp_path: Path) -> None:
    write_files(tmp_path, {"in/flake.nix": "{ }", "out.nix": "old"})
    (tmp_path / "in/link.nix").symlink_to("../out.nix")

    with pytest.raises(NotWritten, match="symlink out of the tree"):
        write(FixedFile(tmp_path / "in/link.nix", b"old", b"new"), [tmp_path / "in"])

    assert (tmp_path / "out.nix").read_bytes() == b"old"


def test_a_file_that_cannot_be_written_whole_is_left_as_it_was(tmp_path: Path) -> None:
    # A limit on the size of files makes the system refuse as a full disk does, at the first byte too many.
    path = tmp_path / "a.nix"
    path.write_bytes(b"old")
    program = (
        "import sys; from pathlib import Path; from nixlint.linting.fixes.applying import FixedFile; "
        "from nixlint.files.writing import NotWritten; from nixlint.linting.fixes.writing import write\n"
        "try:\n    write(FixedFile(Path(sys.argv[1]), b'old', b'n' * 100_000), [Path(sys.argv[1]).parent])\n"
        "except NotWritten as error:\n    print(error)\n"
    )

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    result = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True, preexec_fn=limit
    )

    assert result.stdout == "it can't be written: file too large\n"
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.nix"]  # noqa: PTH208


def test_of_many_fixes_only_those_that_break_the_file_are_refused(tmp_path: Path) -> None:
    words = [f'"a{number}"' for number in range(40)]
    bad = (words[7], words[30])
    replacements = {word.strip('"'): "(" if word in bad else '"b"' for word in words}
    fixing = fixed(tmp_path, f"[ {' '.join(words)} ]", _Replaces(replacements))

    left = [word if word in bad else '"b"' for word in words]
    assert texts(fixing) == [f"[ {' '.join(left)} ]"]
    assert len(fixing.applied) == 38
    assert {refusal.reason for refusal in fixing.refused} == {"the file would no longer parse"}
