"""Mutants of real files, and what becomes of nixlint when it is given them.

A *seed* is a folder with files of Nix, TOML and flake locks. A *mutant* is the same folder with one file changed by chance:
bytes lost, doubled or moved, a piece of another file put in, brackets without end, numbers of thousands of digits, and
expressions that a lazy language takes and that no memory holds. Every command that reads Nix runs on every mutant in a
process of its own, which is stopped when it takes too long or too much memory; then a check keeps its results in a cache,
of which a file is changed by chance as well before the check runs again. The same number always makes the same mutant.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import random
import resource
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("check", "--no-cache", "--fail-on", "never", "--pedantic"),
    ("check", "--no-cache", "--format", "json"),
    ("options", "*.*.*"),
    ("options", "--host", "*", "containers.*.config.system.stateVersion"),
    ("inventory", "--format", "json"),
)
"""What runs on each mutant."""
SUFFIXES = frozenset({".nix", ".toml", ".lock"})
_MOST_FILES = 60
"""So many files of a seed are taken along: the rest would cost time and show nothing more."""
_LARGEST_SEED_FILE = 60_000
_ADDRESS_SPACE = 3 * 1024**3


class Limits(NamedTuple):
    """How many seconds one command may take, and how many megabytes its process may come to."""

    seconds: float = 10.0
    megabytes: int = 500


class Trouble(NamedTuple):
    """A mutant that nixlint did not take well: its number, the command, and what happened."""

    number: int
    command: str
    what: str


class Outcome(NamedTuple):
    """What a run over mutants came to."""

    mutants: int
    troubles: tuple[Trouble, ...]
    slowest: tuple[float, int, str]
    """The seconds of the slowest command, its mutant and what it was."""
    megabytes: int
    """The most memory that a process came to."""


def run_mutants(
    folders: Sequence[Path], numbers: range, limits: Limits, tell: Callable[[Trouble], None] = lambda _: None
) -> Outcome:
    """Make the mutants of these numbers and run every command on each; ``tell`` gets what goes wrong when it does."""
    seeds = [seed for folder in folders if (seed := seed_of(folder))]
    troubles: list[Trouble] = []

    def wrong(trouble: Trouble) -> None:
        troubles.append(trouble)
        tell(trouble)

    slowest = (0.0, -1, "")
    megabytes = 0
    start = numbers.start
    while start < numbers.stop:
        here, there = multiprocessing.Pipe(duplex=False)
        worker = multiprocessing.Process(target=_work, args=(seeds, range(start, numbers.stop), limits, there))
        worker.start()
        there.close()
        start = numbers.stop
        current: tuple[int, str] = (-1, "the start")
        while True:
            try:
                message = here.recv() if _in_time(here, worker.pid, limits.seconds) else None
            except EOFError:
                break
            if message is None:
                wrong(Trouble(*current, f"takes more than {limits.seconds:g} s"))
                worker.kill()
                start = current[0] + 1
                break
            match message:
                case ("start", number, command):
                    current = (number, command)
                case ("trouble", what):
                    wrong(Trouble(*current, what))
                case ("done", seconds, peak):
                    slowest = max(slowest, (seconds, *current))
                    megabytes = max(megabytes, peak)
                case ("again", number):
                    start = number
        worker.join()
        if worker.exitcode not in (0, -9) and start >= numbers.stop:
            wrong(Trouble(*current, f"the process ends with {worker.exitcode}"))
            start = current[0] + 1
        here.close()
    return Outcome(len(numbers), tuple(troubles), slowest, megabytes)


def _in_time(pipe: Connection, process: int | None, seconds: float) -> bool:
    """Wait for a message of a process: so long as it takes no more seconds of the processor, on a busy machine too."""
    began = _processor_seconds(process)
    return any(pipe.poll(seconds) or _processor_seconds(process) - began > seconds for _ in range(12)) and pipe.poll()


def _processor_seconds(process: int | None) -> float:
    """What a process has taken, its kernel time with it (``utime`` and ``stime`` of proc_pid_stat(5))."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def seed_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder that mutants are made of, by their names below it."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        small = path.is_file() and not path.is_symlink() and path.stat().st_size <= _LARGEST_SEED_FILE
        if path.suffix in SUFFIXES and small and ".git" not in path.parts and len(found) < _MOST_FILES:
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def mutant(seeds: Sequence[dict[str, bytes]], number: int) -> tuple[dict[str, bytes], str]:
    """The files of the mutant of a number, and which of them is the changed one."""
    chance = random.Random(number)
    seed = chance.choice(seeds)
    name = chance.choice(sorted(seed))
    data = seed[name]
    for _ in range(chance.choice((1, 1, 2, 5))):
        data = _mutated(data, Path(name).suffix, seeds, chance)
    return {**seed, name: data}, name


def _mutated(data: bytes, suffix: str, seeds: Sequence[dict[str, bytes]], chance: random.Random) -> bytes:
    start = chance.randint(0, len(data))
    end = min(len(data), start + int(chance.paretovariate(0.7)))
    match chance.randint(0, 8):
        case 0:
            return data[:start] + data[end:]
        case 1:
            return data[:start] + data[start:end] * chance.choice((2, 3, 50, 1000)) + data[end:]
        case 2:
            other = chance.choice(list(chance.choice(seeds).values()))
            at = chance.randint(0, len(other))
            return data[:start] + other[at : at + int(chance.paretovariate(0.5))] + data[end:]
        case 3:
            return data[:start] + bytes(chance.randrange(256) for _ in range(min(end - start, 8) + 1)) + data[end:]
        case 4:
            return _with_line_moved(data, chance)
        case 5:
            return _with_word_replaced(data, chance)
        case 6:
            return data[:start]
        case _ if suffix == ".nix":
            return _at_a_word(data, chance.choice(HOSTILE_NIX), chance)
        case _:
            return _at_a_word(data, chance.choice(HOSTILE_DOCUMENTS), chance)


def _with_line_moved(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    if len(lines) < 2:
        return data + data
    line = lines.pop(chance.randrange(len(lines)))
    lines.insert(chance.randint(0, len(lines)), line)
    return b"".join(lines)


_TOKENS = (
    b"{ } [ ] ( ) ; : = . ... @ , ? // ++ + == -> | |> $ ${ ' '' \" /* */ # rec let in with inherit if else".split()
)


def _with_word_replaced(data: bytes, chance: random.Random) -> bytes:
    words = data.split(b" ")
    words[chance.randrange(len(words))] = chance.choice(_TOKENS)
    return b" ".join(words)


def _at_a_word(data: bytes, text: bytes, chance: random.Random) -> bytes:
    """The data with a text in the place of one word."""
    words = data.split(b" ")
    index = chance.randrange(len(words))
    end = b";" if words[index].rstrip().endswith(b";") else b""
    words[index] = text + end
    return b" ".join(words)


_DOUBLING = b"(builtins.foldl' (a: b: { x = a; y = a; }) { } (builtins.genList (n: n) 40))"
HOSTILE_NIX: tuple[bytes, ...] = (
    b"[" * 700,
    b"[" * 3000 + b"]" * 3000,
    b"(" * 3000 + b"1" + b")" * 3000,
    b"{ a = " * 1500 + b"1" + b"; }" * 1500,
    b"a." * 6000 + b"b",
    b"9" * 5000,
    b"1" + b" + 1" * 3000,
    b'"' + b"${" * 400,
    b'"' + b"x" * 20_000 + b'"',
    b"(let f = n: f (n + 1); in f 0)",
    b"(let f = n: f (n + 1) ++ f (n + 2); in f 0)",
    b"(let f = n: { x = f (n + 1); }; in f 0)",
    b"(let x = { a = x; b = x; }; in builtins.toJSON x)",
    b"(builtins.toJSON " + _DOUBLING + b")",
    b"(" + _DOUBLING + b" == " + _DOUBLING + b")",
    b"(builtins.deepSeq " + _DOUBLING + b" 1)",
    _DOUBLING,
    b"(builtins.genList (a: builtins.genList (b: builtins.genList (c: c) 9999) 9999) 9999)",
    b"(builtins.concatLists (builtins.genList (a: builtins.genList (b: a) 9999) 9999))",
    b"(builtins.genericClosure { startSet = [ { key = 0; } ]; operator = i: [ { key = i.key + 1; } ]; })",
    b'(builtins.fromTOML (builtins.concatStringsSep "." (builtins.genList (n: "a") 9999)))',
    b'(builtins.fromJSON "' + b"[" * 5000 + b'")',
    b'(builtins.fromJSON "' + b"9" * 5000 + b'")',
    b'(builtins.fromTOML "a = ' + b"9" * 5000 + b'")',
    b'(builtins.foldl\' (a: b: a + a) "x" (builtins.genList (n: n) 60))',
    b"(builtins.foldl' (a: b: a ++ a) [ 1 ] (builtins.genList (n: n) 60))",
    b'(builtins.replaceStrings [ "" ] [ "xxxxxxxx" ] (builtins.foldl\' (a: b: a + a) "x" (builtins.genList (n: n) 18)))',
    b'(builtins.match "(a*)*(a*)*b" "' + b"a" * 39 + b'")',
    b"(lib.recursiveUpdate " + _DOUBLING + b" " + _DOUBLING + b")",
    b"(lib.flatten (builtins.foldl' (a: b: [ a a ]) [ ] (builtins.genList (n: n) 40)))",
    b"(builtins.sort (a: b: a < b) (builtins.genList (n: { k = n; }) 9999))",
    b"(lib.unique (builtins.genList (n: n) 9999))",
    b"(lib.cartesianProduct { a = lib.range 1 90; b = lib.range 1 90; c = lib.range 1 90; })",
    b"(import ./.)",
    b"(import ./flake.nix)",
    b"(builtins.readFile ./.)",
    b"(builtins.readDir /.)",
    b"(with " * 600 + b"{ }; 1" + b")" * 600,
    b"(if c then a else b)",
    b"// (let s = { a = s; }; in s)",
    b'"\\ud800"',
    b"\xff\xfe",
    b"\0",
)
"""Expressions that a lazy language takes, and texts that no parser likes; each stands in the place of a word."""
HOSTILE_DOCUMENTS: tuple[bytes, ...] = (
    b"[" * 5000,
    b"{" * 5000,
    b'{"a":' * 5000,
    b"a = " + b"[" * 5000,
    b"a." * 50_000 + b"b = 1",
    b"9" * 5000,
    b"a = " + b"9" * 5000,
    b"1e999999999",
    b'"\\ud800"',
    b"[a.a.a.a]\n" * 2000,
    b"[[a]]\n" * 2000,
    b"null",
    b"{}",
    b'"x"',
    b"\xff\xfe",
    b"\0",
)
"""The same for TOML and JSON."""


def _work(seeds: Sequence[dict[str, bytes]], numbers: range, limits: Limits, pipe: Connection) -> None:
    """Run the commands on mutants one after the other, and tell the parent of each."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in numbers:
        with tempfile.TemporaryDirectory(prefix="mutant") as name:
            folder, cache = Path(name, "mutant"), Path(name, "cache")
            files, changed = mutant(seeds, number)
            _write(folder, files)
            keeping = ("check", "--cache-dir", str(cache), "--fail-on", "never")
            for command in (*COMMANDS, keeping, keeping):
                damaged = _damage(cache, seeds, number) if cache.exists() else ""
                pipe.send(("start", number, f"{command[0]} ({damaged or changed})"))
                started = time.process_time()
                for trouble in troubles_of(command, folder):
                    pipe.send(("trouble", trouble))
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
                pipe.send(("done", time.process_time() - started, peak))
                if peak > limits.megabytes:
                    pipe.send(("trouble", f"comes to {peak} MB"))
                    pipe.send(("again", number + 1))
                    shutil.rmtree(name, ignore_errors=True)
                    return


def _damage(cache: Path, seeds: Sequence[dict[str, bytes]], number: int) -> str:
    """Change one file of a cache by chance; which one."""
    chance = random.Random(number)
    kept = sorted(path for path in cache.rglob("*") if path.is_file())
    if not kept:
        return ""
    path = chance.choice(kept)
    path.write_bytes(_mutated(path.read_bytes(), path.suffix, seeds, chance))
    return f"a damaged {path.suffix} of the cache"


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def troubles_of(command: Sequence[str], folder: Path) -> Iterator[str]:
    """Internal errors of one command on a folder: exceptions that escape, and those that it reports itself."""
    import click

    from nixlint.cli.main import nixlint

    written = io.StringIO()
    paths = [str(folder)]
    arguments = [*command[:-1], *paths, command[-1]] if command[0] == "options" else [*command, *paths]
    with contextlib.redirect_stdout(written), contextlib.redirect_stderr(written):
        try:
            nixlint.main(arguments, prog_name="nixlint", standalone_mode=False)
        except click.ClickException:
            pass
        except Exception as error:  # what escapes is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            yield f"internal error: {type(error).__name__}: {str(error)[:100]} ({last.filename}:{last.lineno})"
    for line in written.getvalue().splitlines():
        if "internal error" in line:
            yield line.strip()[:300]
