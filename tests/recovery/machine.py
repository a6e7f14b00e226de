"""A machine with the real systemd as its process 1: namespaces of its own, fake engines on its path, no containers."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.missing_tools import lacking

_SYSTEMD = next((path for path in ("/lib/systemd/systemd", "/usr/lib/systemd/systemd") if Path(path).exists()), None)
_UNSHARE = ["unshare", "--fork", "--kill-child", "--pid", "--mount", "--mount-proc", "--ipc", "--cgroup"]
_TARGETS = ("sysinit", "basic", "shutdown", "network-online", "multi-user")
PATIENCE = 300
"""Seconds after which something that has to happen is said not to happen: many times what the busiest machine needs, because
how fast a machine is decides nothing."""
_OF_A_BOOT = ("log", "pid", "life", "told")
"""What the fake engines know of containers of this boot. The number of a process means another process after the next."""
_BOOT = """\
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mount -t cgroup2 cgroup2 /sys/fs/cgroup
export container=nixlint SYSTEMD_UNIT_PATH="$1"
exec "$2" --system --unit=multi-user.target --log-target=console --log-level=info --show-status=no
"""


@dataclass(frozen=True)
class Seen:
    """A unit at one moment."""

    state: str
    invocation: str
    has_job: bool

    @property
    def is_at_rest(self) -> bool:
        """Whether systemd has nothing more to do for it: a unit that is tried again later is ``activating`` until then."""
        return self.state in ("active", "inactive", "failed") and not self.has_job

    @property
    def is_active(self) -> bool:
        """Whether it is up, and nothing is about to change that."""
        return self.state == "active" and not self.has_job


class Machine:
    """A running systemd. ``units`` is its folder of units, ``state`` that of the fake engines."""

    def __init__(self, folder: Path) -> None:
        self.units = folder / "units"
        self.state = folder / "state"
        self.log = folder / "log" / "systemd"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self._cgroup: Path | None = None
        for path in (self.units, self.state, folder / "bin", folder / "log"):
            path.mkdir(exist_ok=True)
        self._furnish()

    def _furnish(self) -> None:
        for name in ("podman", "docker"):
            shutil.copy(Path(__file__).parent / "fake_engine.sh", self._folder / "bin" / name)
        # A second of a script's waiting is a tenth of one here.
        sleep = self._folder / "bin" / "sleep"
        sleep.write_text("#!/bin/sh\nexec /bin/sleep 0.1\n")
        sleep.chmod(0o755)
        for name in _TARGETS:
            (self.units / f"{name}.target").write_text("[Unit]\nDefaultDependencies=no\n")
        (self.units / "docker.service").write_text(
            "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n"
        )
        everywhere = self.units / "service.d"
        everywhere.mkdir()
        path = f"{self._folder}/bin:/usr/bin:/bin"
        log = f"{self._folder}/log/%n"
        lines = (f"Environment=PATH={path}", f"StandardOutput=append:{log}", f"StandardError=append:{log}")
        (everywhere / "here.conf").write_text("\n".join(("[Service]", *lines)) + "\n")

    def _boot(self) -> None:
        """Start, with the folders as they are."""
        need_systemd()
        assert _SYSTEMD is not None
        for file in [each for name in _OF_A_BOOT for each in self.state.glob(f"*/{name}")]:
            file.unlink()
        self._cgroup = _own_cgroup()
        boot = self._folder / "boot.sh"
        boot.write_text(_BOOT)
        enter = ["sh", "-c", f'echo $$ > {self._cgroup}/cgroup.procs && exec "$@"', "sh"] if self._cgroup else []
        command = [*enter, *_UNSHARE, "sh", str(boot), str(self.units), _SYSTEMD]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._wait(self._is_up, "systemd does not start")

    def _is_up(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"systemd does not start:\n{self.log.read_text()}")
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        if not children:
            return False
        self._pid = int(children[0])
        return bool(self.systemctl("show", "--property=Version"))

    def _halt(self) -> None:
        """End every process of the machine at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._cgroup is not None:
            self._wait(lambda: _removed(self._cgroup), "processes are left")
        self._process, self._cgroup = None, None

    def systemctl(self, *words: str) -> str:
        """What ``systemctl`` prints; whether it succeeds says nothing here."""
        command = ["nsenter", f"--target={self._pid}", "--pid", "--mount", "systemctl", *words]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        return result.stdout

    def moment(self, units: Sequence[str]) -> dict[str, Seen]:
        """How units are now."""
        found: list[dict[str, str]] = []

        def is_told() -> bool:
            # A busy systemd may close the connection; then it is asked again.
            wanted = (f"--property={name}" for name in ("Id", "ActiveState", "InvocationID", "Job"))
            blocks = self.systemctl("show", *wanted, "--", *units).strip().split("\n\n")
            found[:] = [dict(line.split("=", 1) for line in block.splitlines()) for block in blocks]
            return len(found) == len(units) and all("Id" in each for each in found)

        self._wait(is_told, "systemd does not answer")
        return {each["Id"]: Seen(each["ActiveState"], each["InvocationID"], bool(each["Job"])) for each in found}

    def moments(self, units: Sequence[str]) -> Iterator[dict[str, Seen]]:
        """How units are, again and again, for as long as patience lasts."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            yield self.moment(units)
            time.sleep(0.05)

    @contextmanager
    def booted(self) -> Iterator[None]:
        """The machine while it runs."""
        try:
            self._boot()
            yield
        finally:
            self._halt()

    def _wait(self, condition: Callable[[], bool], complaint: str) -> None:
        """Wait until something is so."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(complaint)
            time.sleep(0.02)


def need_systemd() -> None:
    """Skip the test where systemd cannot run here; fail it in continuous integration, where it must."""
    missing = [name for name in ("unshare", "nsenter", "systemctl", "systemd-notify") if shutil.which(name) is None]
    if _SYSTEMD is None or missing:
        lacking(f"systemd is not installed ({', '.join(missing) or 'systemd'} missing)")
    if subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False).returncode:
        # No tool is missing then: the machine itself gives nobody namespaces, or only to root.
        pytest.skip("systemd needs namespaces of its own: be root, with CAP_SYS_ADMIN")


def _own_cgroup() -> Path | None:
    """A new control group below that of this process, where there are any of the second version."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    root = next((Path(words[1]) for words in mounts if words[2] == "cgroup2"), None)
    here = next((line for line in Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::")), None)
    if root is None or here is None:
        return None
    group = root / here[3:].lstrip("/") / f"nixlint-{os.getpid()}-{time.monotonic_ns()}"
    group.mkdir()
    return group


def _removed(group: Path | None) -> bool:
    assert group is not None
    try:
        for folder, _, _ in os.walk(group, topdown=False):
            Path(folder).rmdir()
    except OSError:
        return False
    return True
