"""Whatever a run looks at in a repository goes through the one door, and the answers that rest on it say so.

``tests/files/test_one_door.py`` searches the sources; here the system is asked. While a check runs that keeps its results,
each look at the disk is noted with who in nixlint asked for it and on whose account: all examples of all rules, the
fixtures and the planted repositories are checked so. ``sys.audit`` sees what Python opens and lists, by whatever library
(Python documentation, 'Audit events table'); looking a path up raises no event, so that these functions are replaced.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from types import FrameType
from typing import NamedTuple

import pytest

from nixlint.linting.registry import AnyRule, load_registry
from nixlint.linting.run import runner
from nixlint.linting.run.request import Caching, Request
from nixlint.linting.run.result_cache import ResultCache, remembered
from nixlint.linting.testing import files_of, marked_spans
from nixlint.semantics.language.dependencies import Question, Reading

_ROOT = Path(__file__).parents[3]
_DOOR = f"{_ROOT}/nixlint/files/"
_LISTING = f"{_DOOR}listing.py"
_PROJECT = (f"{_ROOT}/nixlint/", f"{_ROOT}/rules/")


class Look(NamedTuple):
    """A look at something in the repository: how, where, which files of nixlint asked, and on whose account."""

    how: str
    path: Path
    askers: tuple[str, ...]
    account: int | None


class _Watch:
    """Notes each look at what is below a folder, while it is on."""

    def __init__(self) -> None:
        self.looks: list[Look] = []
        self.caches: list[ResultCache] = []
        self.kept: set[int] = set()
        self._below = ""
        self._busy = False
        sys.addaudithook(self._hook)  # none is ever taken away: it looks at nothing while there is no folder

    @contextmanager
    def on(self, folder: Path) -> Iterator[None]:
        self.looks, self.caches, self.kept = [], [], set()
        self._below = f"{folder}/"
        try:
            yield
        finally:
            self._below = ""

    def note(self, how: str, path: object, folder: object = None) -> None:
        """Note a look at a path, which starts from an open folder where there is one."""
        if not self._below or self._busy or not isinstance(path, str | bytes | int | os.PathLike):
            return
        self._busy = True
        try:
            named = _opened(path) if isinstance(path, int) else os.fsdecode(path)
            if isinstance(folder, int) and folder >= 0:
                named = f"{_opened(folder)}/{named}"
            named = os.path.normpath(named)
            if named.startswith(self._below):
                account = self.caches[-1].recorder._open[:1] if self.caches else []
                self.looks.append(Look(how, Path(named), _askers(), id(account[0]) if account else None))
        finally:
            self._busy = False

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if self._below and not self._busy:
            if event == "open" and arguments[1] is not None:  # `os.open` has no mode, and is replaced
                self.note("open", arguments[0])
            elif event in ("os.listdir", "os.scandir"):
                self.note("list", arguments[0])


def _opened(descriptor: int) -> str:
    return str(Path(f"/proc/self/fd/{descriptor}").readlink())


def _askers() -> tuple[str, ...]:
    """The files of nixlint and of its rules on the stack, the innermost first."""
    found: list[str] = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename.startswith(_PROJECT):
            found.append(frame.f_code.co_filename)
        frame = frame.f_back
    return tuple(found)


@pytest.fixture(scope="module")
def watch() -> Iterator[_Watch]:
    watch = _Watch()
    patch = pytest.MonkeyPatch()
    system = {name: getattr(os, name) for name in ("open", "stat", "lstat", "access", "readlink")}

    def noting(name: str) -> Callable[..., object]:
        def call(path: object, *arguments: object, **options: object) -> object:
            watch.note("open" if name == "open" else "look", path, options.get("dir_fd"))
            return system[name](path, *arguments, **options)

        return call

    for name in system:
        patch.setattr(os, name, noting(name))
    keep = ResultCache.keep

    def remembering(*arguments: object) -> ResultCache:
        watch.caches.append(remembered(*arguments))  # type: ignore[arg-type]  # they are passed on
        return watch.caches[-1]

    def keeping(kept: ResultCache, name: str, result: object, dependencies: object) -> None:
        watch.kept.add(id(dependencies))
        keep(kept, name, result, dependencies)  # type: ignore[arg-type]

    patch.setattr(runner, "remembered", remembering)
    patch.setattr(ResultCache, "keep", keeping)
    yield watch
    patch.undo()


_REPOSITORIES = [
    path for place in ("fixtures", "tests/rules/planted") for path in sorted((_ROOT / place).iterdir()) if path.is_dir()
]


def _check(folder: Path, cache: Path, watch: _Watch, rules: frozenset[str] | None) -> list[str]:
    """Check a repository, and tell each look at it by another door, and each that no answer rests on."""
    registry = load_registry()
    request = Request(paths=(folder,), folder=folder, select=rules, pedantic=True, caching=Caching(cache, False))
    with watch.on(folder):
        runner.run(request, registry)
    wrong = [f"{look.askers[:1]} {look.how} {look.path}" for look in watch.looks if not _is_by_door(look)]
    asked = {question for kept in watch.caches for account in kept.recorder._all for question in account.questions}
    mentioned = any(account.mentions for kept in watch.caches for account in kept.recorder._all)
    lost = [look for look in watch.looks if look.account in watch.kept and not _is_recorded(look, asked, mentioned)]
    return [
        *wrong,
        *(f"not recorded: {look.how} {look.path.relative_to(folder)}" for look in lost),
    ]


def _is_by_door(look: Look) -> bool:
    return look.askers[:1] != () and look.askers[0].startswith(_DOOR)


def _is_recorded(look: Look, asked: set[Question], mentioned: bool) -> bool:
    """Whether an answer may rest on it: what was asked, or what one has to open on the way to what was asked."""
    if look.how != "list" and any(look.path in question.path.parents for question in asked):
        return True
    if mentioned and look.path.suffix == ".nix":
        return True
    if _LISTING in look.askers:
        return mentioned or any(question.reading is Reading.FILES for question in asked)
    readings = {
        "open": (Reading.CONTENT,),
        "list": (Reading.NAMES,),
        "look": (Reading.CONTENT, Reading.KIND, Reading.FLAKE),
    }[look.how]
    return any(Question(reading, look.path) in asked for reading in readings)


def _laid_out(files: Mapping[str, bytes], folder: Path) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


_REGISTRY = load_registry()


@pytest.mark.parametrize("rule", _REGISTRY.rules.values(), ids=lambda rule: str(rule.name))
def test_examples_are_looked_at_through_the_one_door(rule: AnyRule, watch: _Watch, tmp_path: Path) -> None:
    for number, example in enumerate(rule.examples):
        folder = tmp_path / str(number)
        _laid_out({name: marked_spans(text.encode())[0] for name, text in files_of(example.files).items()}, folder)
        (folder / "nixlint.toml").write_text(example.config, "utf-8")
        assert _check(folder, tmp_path / "cache", watch, frozenset({rule.name})) == []


@pytest.mark.parametrize("repository", _REPOSITORIES, ids=lambda repository: repository.relative_to(_ROOT).as_posix())
def test_repositories_are_looked_at_through_the_one_door(repository: Path, watch: _Watch, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    copytree(repository, folder)
    assert _check(folder, tmp_path / "cache", watch, None) == []


def test_a_look_past_the_door_is_seen(watch: _Watch, tmp_path: Path) -> None:
    (file := tmp_path / "file").write_text("x")
    (folder := tmp_path / "folder").mkdir()
    with watch.on(tmp_path):
        for look in (
            file.read_text,
            file.exists,
            lambda: os.close(os.open(file, os.O_RDONLY)),
            lambda: [*folder.iterdir()],
        ):
            look()
    assert {look.how for look in watch.looks if not _is_by_door(look)} == {"open", "look", "list"}
    assert not any(_is_recorded(look, set(), False) for look in watch.looks)
