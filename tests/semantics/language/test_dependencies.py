"""What answers about a repository rest on, and who shares it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from nixlint.semantics.language.dependencies import Dependencies, Question, Reading, Recorder, text_of
from nixlint.semantics.repository.repository import Repository


class Plain(NamedTuple):
    """A fact whose value is plain."""

    names: frozenset[str]


class Lazy:
    """A fact of which a part is worked out by whoever needs it first."""

    def __init__(self, repository: Repository, path: Path) -> None:
        self._repository = repository
        self._path = path
        self._found: bool | None = None

    def found(self) -> bool:
        if self._found is None:
            self._found = self._repository.source(self._path) is not None
        return self._found


def contents(dependencies: Dependencies | None) -> set[str]:
    """The names of the files whose contents matter."""
    assert dependencies is not None
    return {question.path.name for question in dependencies.questions if question.reading is Reading.CONTENT}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    for name in ("a.nix", "b.nix", "c.nix"):
        (tmp_path / name).write_text("{ }")
    return Repository(tmp_path, sorted(tmp_path.glob("*.nix")), recorder=Recorder())


def recorder_of(repository: Repository) -> Recorder:
    assert repository._recorder is not None
    return repository._recorder


def test_file_that_is_parsed_already_is_recorded_for_the_next_as_well(repository: Repository, tmp_path: Path) -> None:
    with repository.recording() as first:
        repository.source(tmp_path / "a.nix")
    with repository.recording() as second:
        repository.source(tmp_path / "a.nix")
    assert contents(first) == contents(second) == {"a.nix"}


def test_plain_fact_keeps_what_it_rests_on_to_itself(repository: Repository, tmp_path: Path) -> None:
    def compute() -> Plain:
        repository.source(tmp_path / "b.nix")
        return Plain(frozenset({"web"}))

    with repository.recording() as first:
        repository.remember(Plain, compute)
        repository.source(tmp_path / "a.nix")
    with repository.recording() as second:
        repository.remember(Plain, compute)
    recorder_of(repository).settle()
    assert (contents(first), contents(second)) == ({"a.nix"}, set())
    assert second is not None
    (name,) = second.facts
    assert contents(recorder_of(repository).facts[name].dependencies) == {"b.nix"}


def test_those_who_used_a_fact_without_a_value_share_what_they_read(repository: Repository, tmp_path: Path) -> None:
    lazy = Lazy(repository, tmp_path / "b.nix")
    with repository.recording() as first:
        repository.remember(Lazy, lambda: lazy).found()
    with repository.recording() as second:
        repository.remember(Lazy, lambda: lazy).found()
    with repository.recording() as third:
        repository.source(tmp_path / "c.nix")
    recorder_of(repository).settle()
    assert contents(second) == contents(first) == {"b.nix"}
    assert contents(third) == {"c.nix"}


def test_what_is_bound_records_on_its_own_account(repository: Repository, tmp_path: Path) -> None:
    with repository.recording() as first:
        bound = repository.bound_to("bound")
    with repository.recording() as second:
        bound.source(tmp_path / "b.nix")
    assert contents(first) == contents(second) == set()
    assert first is not None
    assert set(first.facts) == {"bound"}
    assert contents(recorder_of(repository).facts["bound"].dependencies) == {"b.nix"}


def test_mention_knows_how_far_somebody_looked(repository: Repository) -> None:
    with repository.recording() as part:
        next(repository.files_mentioning(b"{"))
    with repository.recording() as whole:
        list(repository.files_mentioning(b"{"))
    assert part is not None
    assert whole is not None
    assert [(len(item.found), item.is_complete) for item in part.furthest_mentions()] == [(1, False)]
    assert [(len(item.found), item.is_complete) for item in whole.furthest_mentions()] == [(3, True)]


def test_functions_that_look_at_the_disk_are_recorded(repository: Repository, tmp_path: Path) -> None:
    text = (
        "builtins.pathExists ./x || builtins.readDir ./. == { } || builtins.fromJSON (builtins.readFile ./c.nix) == 1"
    )
    (tmp_path / "a.nix").write_text(text)
    with repository.recording() as dependencies:
        source = repository.open(tmp_path / "a.nix")
        interpreter = repository.interpreter()
        interpreter.evaluate(source.root, interpreter.globals)
    assert dependencies is not None
    assert {Question(Reading.KIND, tmp_path / "x"), Question(Reading.NAMES, tmp_path)} <= dependencies.questions.keys()
    assert contents(dependencies) == {"a.nix", "c.nix"}


def test_change_while_it_is_looked_at_is_noticed(repository: Repository, tmp_path: Path) -> None:
    files = repository.interpreter().files
    assert files is not None
    assert files.kind(tmp_path / "x") is None
    assert recorder_of(repository).is_stable
    (tmp_path / "x").write_text("")
    assert files.kind(tmp_path / "x") == "regular"
    assert not recorder_of(repository).is_stable


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (frozenset({"a", "b"}), frozenset({"b", "a"}), True),
        (("a", "b"), ("b", "a"), False),
        (("a,b",), ("a", "b"), False),
        (1, True, False),
        ("1", 1, False),
        (Path("a"), "a", False),
        (Plain(frozenset()), (frozenset(),), False),
        (range(1, 2), range(1, 3), False),
    ],
)
def test_text_of_a_plain_value_tells_it_from_others(one: object, other: object, equal: bool) -> None:
    assert (text_of(one) == text_of(other)) is equal


@pytest.mark.parametrize("value", [object(), [1], (1, [2]), frozenset({Recorder}), Plain])
def test_value_that_is_not_plain_has_no_text(value: object) -> None:
    assert text_of(value) is None
