"""Runs a command of nixlint in a process of its own, and tells how it ended, what it took, and what it touched and started.

The process may take only so much time and memory. An audit hook sees whatever Python opens, lists, changes and starts, by
whatever library (`sys.audit`, 'Audit events table'); looking a path up raises no event, so that these few functions are
replaced by ones that record. What was touched is told as the path that it has in the end, behind all links.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import NamedTuple

import nixlint
from tests.cli.running import clean_environment

SECONDS = 10
"""Of the processor, for a command."""
MEGABYTES = 500
"""For a process with all that it imports."""
BROKE = 99
"""The exit code of a command that ended with an exception."""
_ADDRESS_SPACE = 3 * 1024**3
_IMPORTED = 60
"""The megabytes of a process that has imported what commands need and done nothing yet."""
_WAITS = 60
"""How many times as long as it may work may a command take altogether: the machine may be busy with other things."""
_NO_FOLDER = -1
_PROGRAMS = frozenset(
    {"subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "os.system", "pty.spawn"}
)
_LISTS = frozenset({"os.listdir", "os.scandir"})
_CHANGES: Mapping[str, tuple[tuple[int, int | None], ...]] = {
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.mkdir": ((0, 2),),
    "os.rename": ((0, 2), (1, 3)),
    "os.link": ((0, 2), (1, 3)),
    "os.symlink": ((1, 2),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.utime": ((0, 3),),
    "os.truncate": ((0, None),),
    "os.setxattr": ((0, None),),
    "os.removexattr": ((0, None),),
}
"""Events that change files: where in their arguments a path is, and the folder that it starts from."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Touch(NamedTuple):
    """What was done to a path: ``look``, ``open``, ``list`` or ``change``."""

    how: str
    path: str


class Ran(NamedTuple):
    """How a command ended, what it printed, and what it took. ``code`` is negative where it was killed."""

    code: int
    text: str
    seconds: float
    megabytes: int
    started: tuple[str, ...] = ()
    touched: frozenset[Touch] = frozenset()


def run_command(folder: Path, arguments: Sequence[str], variables: Mapping[str, str] | None = None) -> Ran:
    """Run a command in a folder, with a home of its own beside it."""
    return run(lambda: command_here(folder, arguments, variables or {}))


def run(work: Callable[[], int]) -> Ran:
    """Do some work in a process of its own; it gives the exit code."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as record:
        child = os.fork()
        if not child:
            code = BROKE
            try:
                _be_limited(output.fileno())
                _be_watched(record.fileno())
                code = work()
            finally:
                os._exit(code)
        _, status, usage = os.wait4(child, 0)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
        record.seek(0)
        recorded = record.read().decode("utf-8", "surrogateescape").split("\0")[:-1]
    events = [(how, path) for how, _, path in (event.partition(" ") for event in recorded)]
    before = next((int(path) for how, path in events if how == "memory"), 0)
    return Ran(
        os.waitstatus_to_exitcode(status),
        text,
        usage.ru_utime + usage.ru_stime,
        _IMPORTED + (usage.ru_maxrss - before) // 1024,
        tuple(path for how, path in events if how == "start"),
        frozenset(Touch(how, path) for how, path in events if how not in ("start", "memory")),
    )


def import_all() -> None:
    """Import what commands import, once, before they run in copies of this process."""
    for module in walk_packages(nixlint.__path__, "nixlint."):
        if module.name not in ("nixlint.__main__", "nixlint.python_in_nix.lossless"):
            import_module(module.name)
    from nixlint.linting.registry import load_registry

    load_registry()
    gc.freeze()  # so that a copy of this process does not go through, and thereby copy, what is imported


def _be_limited(output: int) -> None:
    """What takes too long is killed: for the time that it works, and for the time that it waits for a pipe."""
    for stream in (1, 2):
        os.dup2(output, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (3 * SECONDS, 3 * SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_WAITS * SECONDS)


def command_here(folder: Path, arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run a command in this process, which is a copy that ends afterwards; its exit code."""
    import click

    from nixlint.cli.main import COLLECTIONS, nixlint

    gc.set_threshold(*COLLECTIONS)
    os.chdir(folder)
    home = folder.parent / "home"
    environment = {**clean_environment(home), "XDG_CACHE_HOME": str(home / ".cache"), **variables}
    os.environ.clear()
    os.environ.update(environment)
    for stream, number in (("stdout", 1), ("stderr", 2)):
        setattr(sys, stream, os.fdopen(os.dup(number), "w", encoding="utf-8", errors="backslashreplace"))
    try:
        ended = nixlint.main([*arguments], "nixlint", standalone_mode=False)
        code = ended if isinstance(ended, int) else 0
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except Exception as error:  # whatever it is, the caller is to see it
        import traceback

        traceback.print_exception(error)
        code = BROKE
    sys.stdout.flush()
    sys.stderr.flush()
    return code


class _Recorder:
    """Writes each event into a file, at once, for the process may be killed; the same event is written once."""

    def __init__(self, record: int) -> None:
        self._record = record
        self._known: set[tuple[str, str]] = set()
        self._busy = False
        self._readlink = os.readlink

    def note(self, how: str, text: str) -> None:
        """Record an event."""
        if (how, text) not in self._known:
            self._known.add((how, text))
            os.write(self._record, f"{how} {text}\0".encode("utf-8", "surrogateescape"))

    def touch(self, how: str, path: object, folder: object = None, follows: bool = True) -> None:
        """Record what is done to a path, which starts from an open folder where there is one."""
        if self._busy:
            return
        with self._itself():
            if isinstance(path, int):
                path = self._readlink(f"/proc/self/fd/{path}")
            if not isinstance(path, str | bytes | os.PathLike):
                return
            named = os.fsdecode(path)
            if isinstance(folder, int) and folder != _NO_FOLDER:
                named = os.path.join(self._readlink(f"/proc/self/fd/{folder}"), named)
            with contextlib.suppress(OSError, ValueError):
                real = os.path.realpath(named) if follows else _own_path(named)
                self.note(how, real)

    def hook(self, event: str, arguments: tuple[object, ...]) -> None:
        """What Python calls before it does something."""
        if self._busy:
            return
        if event in _PROGRAMS:
            self.note("start", f"{event} {arguments[0] if arguments else ''}")
        elif event == "open":
            path, mode, flags = arguments
            if mode is not None and not isinstance(path, int):  # `os.open` has none, and is replaced
                assert isinstance(flags, int)
                self.touch("change" if flags & _WRITING else "open", path)
        elif event in _LISTS:
            self.touch("list", arguments[0])
        elif event in _CHANGES:
            for at, folder in _CHANGES[event]:
                self.touch("change", arguments[at], None if folder is None else arguments[folder], follows=False)

    @contextlib.contextmanager
    def _itself(self) -> Iterator[None]:
        self._busy = True
        try:
            yield
        finally:
            self._busy = False


def _own_path(path: str) -> str:
    """A path behind the links on the way to it, and not behind itself."""
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(folder), name)


def _be_watched(record: int) -> None:
    recorder = _Recorder(record)
    recorder.note("memory", str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
    system = {name: getattr(os, name) for name in ("open", "stat", "lstat", "access", "readlink")}

    def opened(path: object, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> object:
        follows = not flags & os.O_NOFOLLOW
        recorder.touch("change" if flags & _WRITING else "open", path, dir_fd, follows)
        return system["open"](path, flags, mode, dir_fd=dir_fd)

    def looked(name: str, path: object, *arguments: object, **options: object) -> object:
        follows = name not in ("lstat", "readlink") and options.get("follow_symlinks") is not False
        recorder.touch("look", path, options.get("dir_fd"), follows)
        return system[name](path, *arguments, **options)

    def looking(name: str) -> Callable[..., object]:
        return lambda path, *arguments, **options: looked(name, path, *arguments, **options)

    os.open = opened  # type: ignore[assignment]  # it takes and gives the same
    for name in ("stat", "lstat", "access", "readlink"):
        setattr(os, name, looking(name))
    sys.addaudithook(recorder.hook)
