"""A run in several processes finds the same as in one, and says what it has lost."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from shutil import copytree

import pytest

from nixlint.linting.registry import known_registry
from nixlint.linting.run import workers
from nixlint.linting.run.file_check import FileCheck
from nixlint.linting.run.file_result import FileResult
from nixlint.linting.run.request import Caching, Request
from nixlint.linting.run.runner import run
from nixlint.linting.run.workers import Lost, dealt, in_processes, processes_for
from tests.linting.workbench import REGISTRY

FIXTURES = Path(__file__).parents[3] / "fixtures"


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few files are enough for several processes."""
    monkeypatch.setattr(workers, "_FEWEST", 1)
    monkeypatch.setattr(workers, "_BLOCK", 1)


@pytest.mark.parametrize("fixture", ["homelab", "wiki-container", "flake-host", "compose-homelab", "clean"])
@pytest.mark.parametrize("jobs", [2, 5])
def test_several_processes_find_what_one_finds(fixture: str, jobs: int, tmp_path: Path) -> None:
    folder = tmp_path / fixture
    copytree(FIXTURES / fixture, folder)
    request = Request((folder,), folder, pedantic=True)
    alone = run(request, REGISTRY)
    assert run(request._replace(jobs=jobs), REGISTRY) == alone
    assert run(request._replace(jobs=jobs), known_registry()) == alone
    cached = request._replace(caching=Caching(tmp_path / "cache"), jobs=jobs)
    assert [run(cached, REGISTRY), run(cached._replace(jobs=1), REGISTRY), run(cached, REGISTRY)] == [alone] * 3


def test_a_process_that_is_killed_is_a_failure_and_its_files_are_not_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        (tmp_path / f"{number}.nix").write_text('{ users.users.root.password = "correct horse"; }\n', "utf-8")
    here = os.getpid()

    def killed(self: FileCheck, path: Path) -> FileResult:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(self, path)

    original = FileCheck.result_of
    monkeypatch.setattr(FileCheck, "result_of", killed)

    report = run(Request((tmp_path,), tmp_path, jobs=2), REGISTRY)

    assert [failure.message for failure in report.failures] == [
        "a process ended before it had checked its 2 files (signal 9); try --jobs 1"
    ]
    assert {found.path for found in report.findings} == {"0.nix", "2.nix"}
    assert report.files_checked == 2


def test_what_comes_back_is_in_the_order_of_the_parts() -> None:
    assert in_processes([[1], [2, 3], [4]], sum) == [1, 5, 4]


def test_an_error_in_a_process_loses_that_process_alone() -> None:
    assert in_processes([1, 0, 2], lambda part: 4 // part) == [4, Lost("exit code 1"), 2]


def test_an_error_in_the_first_part_ends_the_others(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        in_processes([0, 1], lambda part: 4 // part)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_every_item_is_dealt_once_and_neighbours_stay_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_BLOCK", 2)
    assert dealt([1, 2, 3, 4, 5, 6, 7], 2) == [[1, 2, 5, 6], [3, 4, 7]]


@pytest.mark.parametrize(
    ("files", "jobs", "processes"), [(0, 4, 1), (99, 4, 1), (199, 4, 1), (200, 4, 2), (5000, 4, 4), (5000, 1, 1)]
)
def test_there_are_no_more_processes_than_have_enough_to_do(
    files: int, jobs: int, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_FEWEST", 100)
    assert processes_for(files, jobs) == processes
