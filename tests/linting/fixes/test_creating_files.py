"""Fixes that create a file: whole or not at all, and never in the place of another one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nixlint.files.writing import NotWritten
from nixlint.linting.finding import Confidence, FileEdit, Finding, Fix, Safety, Severity
from nixlint.linting.fixes.applying import FixedFile, Fixing, fix
from nixlint.linting.fixes.writing import write
from nixlint.linting.rule import Rule
from nixlint.reporting.diff import diff
from nixlint.semantics.repository.definitions import StringLiteral
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.edits import Edit
from nixlint.syntax.span import Span
from tests.linting.workbench import registry_of, request, write_files


class _Creates(Rule[StringLiteral]):
    """Wants a file for each string, named as the string says, unless some file mentions that it is there."""

    name, code = "creates", "XX002"
    severity, confidence = Severity.WARNING, Confidence.CERTAIN
    asks = (StringLiteral,)
    examples = ()

    def __init__(self, text: str) -> None:
        self._text = text

    def check(self, subject: StringLiteral, repository: Repository) -> Iterator[Finding]:
        if not any(True for _ in repository.files_mentioning(b"made here")):
            path = subject.place.path.with_name("".join(filter(None, subject.parts)))
            edit = FileEdit(path, Edit(Span(0, 0), self._text.encode()), creates=True)
            yield Finding(subject.place, "create it", fix=Fix(Safety.SAFE, "Create it", (edit,)))


def created(tmp_path: Path, text: str, new: str = "{ } # made here\n") -> Fixing:
    write_files(tmp_path, {"a.nix": text})
    return fix(request(tmp_path), registry_of(_Creates(new)), unsafe=False)


def test_a_new_file_is_part_of_the_repository_for_the_next_round(tmp_path: Path) -> None:
    fixing = created(tmp_path, '"new.nix"')
    assert fixing.files == (FixedFile(tmp_path / "new.nix", b"", b"{ } # made here\n", is_new=True),)
    assert (fixing.refused, fixing.report.findings) == ((), ())


def test_a_file_is_created_once_where_two_fixes_want_it(tmp_path: Path) -> None:
    fixing = created(tmp_path, '[ "new.nix" "new.nix" ]')
    assert len(fixing.files) == len(fixing.applied) == 1


def test_a_fix_does_not_create_what_is_there(tmp_path: Path) -> None:
    fixing = created(tmp_path, '"a.nix"')
    assert [refusal.reason for refusal in fixing.refused] == ["there is a file a.nix already"]
    assert fixing.files == ()


def test_a_fix_does_not_create_through_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "new.nix").symlink_to(tmp_path / "elsewhere.nix")
    assert len(created(tmp_path, '"new.nix"').refused) == 1


def test_a_file_that_would_not_parse_is_not_created(tmp_path: Path) -> None:
    fixing = created(tmp_path, '"new.nix"', "{ # made here\n")
    assert [refusal.reason for refusal in fixing.refused] == ["the file would no longer parse"]
    assert fixing.files == ()


def test_writing_a_new_file_leaves_nothing_beside(tmp_path: Path) -> None:
    write(FixedFile(tmp_path / "new.nix", b"", b"{ }\n", is_new=True), [tmp_path])
    assert (tmp_path / "new.nix").read_bytes() == b"{ }\n"
    assert os.listdir(tmp_path) == ["new.nix"]  # noqa: PTH208


def test_writing_a_new_file_leaves_one_that_came_meanwhile(tmp_path: Path) -> None:
    (tmp_path / "new.nix").write_text("somebody else's")
    with pytest.raises(NotWritten, match="already"):
        write(FixedFile(tmp_path / "new.nix", b"", b"{ }\n", is_new=True), [tmp_path])
    assert (tmp_path / "new.nix").read_text() == "somebody else's"
    assert os.listdir(tmp_path) == ["new.nix"]  # noqa: PTH208


def test_a_diff_says_that_a_file_is_new(tmp_path: Path) -> None:
    file = FixedFile(tmp_path / "new.nix", b"", b"{ }\n", is_new=True)
    assert diff(file, "new.nix") == "--- /dev/null\n+++ b/new.nix\n@@ -0,0 +1 @@\n+{ }\n"
