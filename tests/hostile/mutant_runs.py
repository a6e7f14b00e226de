"""What becomes of nixlint when it is given mutants: of thousands, one after the other.

A process that has imported everything is copied for each batch, and all commands run on each mutant in the copy. A mutant
that takes too many seconds of the processor is interrupted, and where the interpreter does not listen the system ends the
copy; the next one goes on with the next mutant. The parent knows from a few bytes of common memory which mutant was at
work. The most memory of each is measured by itself.

nixlint's verdict on the syntax of Nix is compared with that of ``nix-instantiate --parse``.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import mmap
import os
import random
import re
import resource
import signal
import struct
import subprocess
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from nixlint.cli.main import COLLECTIONS
from nixlint.syntax.file_kind import FileKind, recognise
from nixlint.syntax.problem import ProblemKind
from nixlint.syntax.problems import find_problems
from nixlint.syntax.source_file import SourceFile

from .mutants import Files, Kind, Mutant, Seeds, changed, mutant
from .watchdog import import_all

_CHECK = ("check", "--no-cache", "--fail-on", "never", "--pedantic")
_DOCUMENT = ("check", "--no-cache", "--format", "json")
_DIFF = ("fix", "--diff", "--unsafe-fixes")
_OPTIONS = ("options", "--host", "*", "containers.*.config.system.stateVersion")
_INVENTORY = ("inventory", "--format", "json")
COMMANDS: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.NIX: (_DOCUMENT, _DIFF, ("options", "*.*.*"), _OPTIONS, _INVENTORY),
    Kind.COMPOSE: (("convert",), ("convert",), _DOCUMENT, _DIFF, _INVENTORY),
    Kind.TOML: (_DOCUMENT, _DIFF, _OPTIONS, _INVENTORY),
    Kind.LOCK: (_DOCUMENT, _DIFF, _OPTIONS, _INVENTORY),
}
"""What runs on each mutant besides a check: one of these, by its number. On one of the cache a check runs three times: it
keeps what it found, and a file of that is changed twice."""
_CACHED = ("check", "--fail-on", "never")
_ADDRESS_SPACE = 3 * 1024**3
_IMPORTED = 60
"""The megabytes of a process that has imported what commands need and done nothing yet."""
_WAITS = 60
"""How many times as long as it may work may a mutant take altogether."""


class Limits(NamedTuple):
    """How many seconds of the processor a mutant may take with all commands, and how many megabytes."""

    seconds: float = 10.0
    megabytes: int = 500


class Trouble(NamedTuple):
    """A mutant that nixlint did not take well, and what happened."""

    number: int
    what: str


class Outcome(NamedTuple):
    """What a run over mutants came to: how many of each kind, what went wrong, and what the most expensive ones took."""

    mutants: Counter[Kind]
    verdicts: Counter[str]
    troubles: tuple[Trouble, ...]
    slowest: tuple[float, int]
    """The seconds of the slowest mutant, and its number."""
    largest: tuple[int, int]
    """The megabytes of the largest one, and its number."""


class Verdict(Enum):
    """What nixlint says of the syntax of a file."""

    GOOD = "good"
    BAD = "bad"
    NOT_JUDGED = "not judged"


class _TooLong(BaseException):
    """A mutant takes too many seconds: no ``except Exception`` of nixlint keeps it."""


class _Done(NamedTuple):
    """What a copy says of a mutant."""

    number: int
    kind: str
    seconds: float
    megabytes: int
    troubles: tuple[str, ...]
    verdict: str


def run_mutants(
    seeds: Seeds,
    numbers: range,
    limits: Limits,
    tell: Callable[[Trouble], None] = lambda _: None,
    *,
    batch: int = 100,
) -> Outcome:
    """Make the mutants of these numbers and run the commands on each; ``tell`` gets what goes wrong when it does."""
    import_all()
    gc.set_threshold(*COLLECTIONS)
    troubles: list[Trouble] = []
    kinds: Counter[Kind] = Counter()
    verdicts: Counter[str] = Counter()
    slowest, largest = (0.0, -1), (0, -1)
    start = numbers.start
    while start < numbers.stop:
        end = min(start + batch, numbers.stop)
        done, wrong = _batch(seeds, range(start, end), limits)
        start = end if wrong is None else wrong.number + 1
        found = [Trouble(each.number, what) for each in done for what in each.troubles]
        found += [] if wrong is None else [wrong]
        found += _misjudged(seeds, done, verdicts)
        for trouble in found:
            tell(trouble)
        troubles += found
        kinds.update(Kind(each.kind) for each in done)
        slowest = max([slowest, *((each.seconds, each.number) for each in done)])
        largest = max([largest, *((each.megabytes, each.number) for each in done)])
    return Outcome(kinds, verdicts, tuple(troubles), slowest, largest)


def _batch(seeds: Seeds, numbers: range, limits: Limits) -> tuple[list[_Done], Trouble | None]:
    """Run mutants in a copy of this process: what it said, and which one it did not survive."""
    current = mmap.mmap(-1, _NUMBER.size)
    _NUMBER.pack_into(current, 0, numbers.start)
    with tempfile.TemporaryDirectory(prefix="mutants") as place, tempfile.TemporaryFile("w+") as said:
        child = os.fork()
        if not child:
            code = 1
            try:
                _be_limited(limits)
                for number in numbers:
                    _NUMBER.pack_into(current, 0, number)
                    done = _take(mutant(seeds, number), seeds, Path(place), limits)
                    print(json.dumps(done), file=said, flush=True)
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        said.seek(0)
        reports = [_Done(*fields) for fields in map(json.loads, said)]
    (last,) = _NUMBER.unpack_from(current, 0)
    match os.waitstatus_to_exitcode(status):
        case 0:
            return reports, None
        case code if code == -signal.SIGXCPU:
            return reports, Trouble(last, f"takes more than {limits.seconds:g} s, and cannot be interrupted")
        case code if code == -signal.SIGALRM:
            return reports, Trouble(last, "waits for something")
        case code:
            return reports, Trouble(last, f"the process ends with {code}")


_NUMBER = struct.Struct("q")


def _be_limited(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    def interrupt(_number: int, frame: FrameType | None) -> None:
        assert frame is not None
        code = frame.f_code
        raise _TooLong(f"takes more than {limits.seconds:g} s (in {code.co_filename}, line {frame.f_lineno})")

    signal.signal(signal.SIGPROF, interrupt)


def _take(one: Mutant, seeds: Seeds, place: Path, limits: Limits) -> _Done:
    """Run the commands on a mutant."""
    folder, cache = place / str(one.number) / "mutant", place / str(one.number) / "cache"
    _write(folder, one.files)
    began, before = time.process_time(), _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak is measured from here, see proc(5)
    used = int(began) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (used + 2 * int(limits.seconds), resource.RLIM_INFINITY))
    signal.alarm(_WAITS * int(limits.seconds))
    troubles: list[str] = []
    verdict = Verdict.NOT_JUDGED
    signal.setitimer(signal.ITIMER_PROF, limits.seconds)
    try:
        for command in _commands(one):
            troubles += [f"{' '.join(command)}: {what}" for what in troubles_of(command, folder)]
        if one.kind is Kind.CACHE:
            troubles += _with_damaged_cache(one, seeds, folder, cache)
        if one.kind is Kind.NIX:
            verdict = verdict_on(folder / one.changed, one.files[one.changed])
    except _TooLong as error:
        troubles.append(str(error))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
    megabytes = _IMPORTED + (_memory("VmHWM") - before) // 1024
    if megabytes > limits.megabytes:
        troubles.append(f"comes to {megabytes} MB")
    seconds = time.process_time() - began
    return _Done(one.number, one.kind.value, seconds, megabytes, tuple(troubles), verdict.value)


def _commands(one: Mutant) -> tuple[tuple[str, ...], ...]:
    others = COMMANDS.get(one.kind, ())
    return (_CHECK, others[one.number % len(others)]) if others else ()


def _memory(name: str) -> int:
    """A figure of this process in kilobytes (proc_pid_status(5))."""
    return int(re.findall(rf"^{name}:\s*(\d+)", Path("/proc/self/status").read_text(), re.MULTILINE)[0])


def _with_damaged_cache(one: Mutant, seeds: Seeds, folder: Path, cache: Path) -> Iterator[str]:
    """Check with a cache that is damaged between two runs."""
    chance = random.Random(one.number)
    for _ in range(3):
        yield from (
            f"check with a damaged cache: {what}" for what in troubles_of((*_CACHED, "--cache-dir", str(cache)), folder)
        )
        kept = sorted(path for path in cache.rglob("*") if path.is_file())
        if kept:
            path = chance.choice(kept)
            path.write_bytes(changed(path.read_bytes(), path.suffix, seeds, chance))


def _write(folder: Path, files: Files) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def troubles_of(command: Sequence[str], folder: Path) -> Iterator[str]:
    """Internal errors of one command on a folder: exceptions that escape, and those that it reports itself."""
    import click

    from nixlint.cli.main import nixlint

    written = io.StringIO()
    arguments = list(command)
    if command[0] == "options":
        arguments.insert(len(arguments) - 1, str(folder))
    elif command[0] == "convert":
        found = sorted(str(path) for path in folder.rglob("*compose*.y*ml"))
        arguments += found[:1]
    else:
        arguments.append(str(folder))
    with contextlib.redirect_stdout(written), contextlib.redirect_stderr(written):
        try:
            nixlint.main(arguments, prog_name="nixlint", standalone_mode=False)
        except click.ClickException:
            pass
        except Exception as error:  # what escapes is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            yield f"internal error: {type(error).__name__}: {str(error)[:100]} ({last.filename}:{last.lineno})"
    for line in written.getvalue().splitlines():
        if "internal error" in line or "please report this" in line:
            yield line.strip()[:300]


# -- verdicts -------------------------------------------------------------------------------------------------------


def verdict_on(path: Path, data: bytes) -> Verdict:
    """What nixlint says of a file, where it says anything: not of what is encrypted, empty, or nested beyond its bounds."""
    if recognise(data) is not FileKind.NIX or b"|>" in data or b"<|" in data:  # pipes are newer than many a Nix
        return Verdict.NOT_JUDGED
    problems = find_problems(SourceFile.parse(path, data))
    if any(problem.kind is ProblemKind.NESTED_TOO_DEEPLY for problem in problems):
        return Verdict.NOT_JUDGED
    return Verdict.BAD if problems else Verdict.GOOD


def _misjudged(seeds: Seeds, done: Sequence[_Done], verdicts: Counter[str]) -> list[Trouble]:
    """The mutants on which Nix says something else."""
    verdicts.update(each.verdict for each in done)
    found: list[Trouble] = []
    with tempfile.TemporaryDirectory(prefix="verdicts") as place:
        paths: dict[Verdict, dict[Path, int]] = {Verdict.GOOD: {}, Verdict.BAD: {}, Verdict.NOT_JUDGED: {}}
        for each in done:
            if each.verdict != Verdict.NOT_JUDGED.value:
                one = mutant(seeds, each.number)
                path = Path(place) / f"{each.number}.nix"
                path.write_bytes(one.files[one.changed])
                paths[Verdict(each.verdict)][path] = each.number
        found += [
            Trouble(paths[Verdict.GOOD][path], f"Nix refuses what nixlint takes: {why}")
            for path, why in refused(list(paths[Verdict.GOOD]))
        ]
        found += [
            Trouble(number, "Nix takes what nixlint refuses")
            for path, number in paths[Verdict.BAD].items()
            if not list(refused([path]))
        ]
    return found


def refused(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """The files that Nix's parser refuses, and what it says. It reads many at once, up to the first one that is wrong."""
    rest = list(paths)
    while rest:
        ran = subprocess.run(
            ["nix-instantiate", "--parse", *map(str, rest)], capture_output=True, check=False, errors="replace"
        )
        if not ran.returncode:
            return
        at = _PLACE.search(ran.stderr)
        index = rest.index(Path(at[1])) if at is not None and Path(at[1]) in rest else 0
        if "undefined variable" not in ran.stderr:  # no matter of syntax
            yield rest[index], " ".join(ran.stderr.split())[:200]
        rest = rest[index + 1 :]


_PLACE = re.compile(r"at (?:\x1b\[[\d;]*m)?(/[^\s:]+\.nix):\d+")
