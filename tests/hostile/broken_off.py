"""Runs that are killed in the middle, and runs beside each other while somebody damages their cache.

A fix that is killed leaves each file as it was or as it is to be, and at most a temporary file, which the next run removes
once it is old; the next run makes the rest. Checks that share a cache say the same as one without, whatever becomes of it.
"""

from __future__ import annotations

import os
import random
import signal
import stat
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from .watchdog import BROKE, command_here

_FILES = 60
_FIX = ("fix", "--unsafe-fixes", ".")
_CHECK = ("check", "--format", "json", "--fail-on", "never")
_TEMPORARY = ".nixlint-*.tmp"
_LONG_AGO = time.time() - 2 * 3600
_AT_ONCE = 8

Texts = dict[str, bytes]
"""Files by their names."""
BEFORE: Texts = {
    "nixlint.toml": b'nixos-release = "26.05"\n',
    **{
        f"host{number}.nix": b"{\n  containers.web%d.config = { services.nginx.enable = true; };\n}\n" % number
        for number in range(_FILES)
    },
}


class Killed(NamedTuple):
    """What a killed run left: how many files were fixed already, whether a temporary one was there, and what is wrong."""

    fixed: int
    has_temporary: bool
    wrong: tuple[str, ...]


def write(folder: Path, texts: Texts) -> None:
    """Make a folder with files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_bytes(text)


def fixed_whole(folder: Path) -> Texts:
    """The files after a fix that nobody kills; each but the configuration is another one then."""
    write(folder, BEFORE)
    assert _ended(start(folder, _FIX)) in (0, 1)
    after = _texts(folder)
    assert {name for name, text in after.items() if text != BEFORE[name]} == BEFORE.keys() - {"nixlint.toml"}
    return after


def kill(folder: Path, after: Texts, when: Callable[[int], None]) -> Killed:
    """Fix in a folder, kill the run, and let another one do the rest. ``when`` gets the run, and is back at the moment."""
    write(folder, BEFORE)
    run = start(folder, _FIX)
    when(run)
    os.kill(run, signal.SIGKILL)
    _ended(run)
    temporary = list(folder.glob(_TEMPORARY))
    left = {name: text for name, text in _texts(folder).items() if (folder / name) not in temporary}
    wrong = [f"{name} is neither old nor new" for name in BEFORE if left.get(name) not in (BEFORE[name], after[name])]
    wrong += [f"{name} is there" for name in left.keys() - BEFORE.keys()]
    for path in temporary:
        os.utime(path, (_LONG_AGO, _LONG_AGO))
    _ended(start(folder, _FIX))
    if _texts(folder) != after:
        wrong.append("the next run makes something else")
    fixed = sum(text != BEFORE[name] for name, text in left.items() if name in BEFORE)
    return Killed(fixed, bool(temporary), tuple(wrong))


def at_random(chance: random.Random, folder: Path, seconds: float) -> Callable[[int], None]:
    """A moment of a run that takes so long: any, or one while files are written."""

    def wait_until(_run: int) -> None:
        if chance.random() < 0.3:
            time.sleep(chance.random() * seconds)
            return
        number = chance.randrange(_FILES)
        watched, end = folder / f"host{number}.nix", time.monotonic() + 10 * seconds
        before = watched.stat().st_ino
        while watched.stat().st_ino == before and time.monotonic() < end:
            pass
        time.sleep(chance.random() * 0.002)

    return wait_until


class Beside(NamedTuple):
    """Runs beside each other: how many, how often their cache was damaged, and how many said something else."""

    runs: int
    damages: int
    different: int


def runs_beside_each_other(folder: Path, count: int, chance: random.Random) -> Beside:
    """Check one repository many times at once, and damage what the runs keep all the while."""
    write(folder, BEFORE)
    said = folder.parent / "said"
    said.mkdir()
    cache = folder.parent / "home/.cache/nixlint"
    _ended(start(folder, (*_CHECK, "--no-cache"), said / "wanted"))
    _ended(start(folder, _CHECK, said / "first"))
    running: dict[int, Path] = {}
    started = damages = 0
    while started < count or running:
        if started < count and len(running) < _AT_ONCE:
            running[start(folder, _CHECK, said / str(started))] = said / str(started)
            started += 1
        damages += _damaged(cache, chance)
        if len(running) == _AT_ONCE or started == count:
            run, _ = os.wait()
            del running[run]
    wanted = (said / "wanted").read_bytes()
    return Beside(count, damages, sum(path.read_bytes() != wanted for path in said.iterdir()))


def _damaged(cache: Path, chance: random.Random) -> int:
    """Damage some files of a cache; how many."""
    paths = [path for path in cache.iterdir() if path.suffix == ".json" or chance.random() < 0.1]
    return sum(_damage(chance.choice(paths), chance) for _ in range(chance.randrange(4)) if paths)


def _damage(path: Path, chance: random.Random) -> bool:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            path.unlink()  # a pipe or a link of before: writing there would wait, or be elsewhere
            return True
        data = path.read_bytes()
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0:
                path.unlink()
            case 1:
                path.write_bytes(data[:at])
            case 2:
                path.write_bytes(data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :])
            case 3:
                path.write_bytes(data.replace(b"container", b"c0ntainer", 1))
                path.write_bytes(data)
            case 4:
                path.unlink()
                path.symlink_to("/dev/zero")
            case _:
                path.unlink()
                os.mkfifo(path)
    except OSError:  # a run has replaced it meanwhile
        return False
    return True


def start(folder: Path, arguments: tuple[str, ...], output: Path | None = None) -> int:
    """Start a command in a copy of this process; its number."""
    child = os.fork()
    if child:
        return child
    code = BROKE
    try:
        for stream, to in ((1, output or os.devnull), (2, os.devnull)):
            os.dup2(os.open(to, os.O_WRONLY | os.O_CREAT, 0o600), stream)
        code = command_here(folder, arguments, {})
    finally:
        os._exit(code)


def _ended(run: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(run, 0)[1])


def _texts(folder: Path) -> Texts:
    return {path.name: path.read_bytes() for path in _files(folder)}


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.is_file())


def told(kills: list[Killed]) -> str:
    """What became of kills, in a line."""
    stages = Counter("before" if not each.fixed else "after" if each.fixed == _FILES else "while" for each in kills)
    return (
        f"{len(kills)} kills: {stages['before']} before the first file was written, {stages['while']} while files were, "
        f"{stages['after']} after the last; {sum(each.has_temporary for each in kills)} left a temporary file"
    )
