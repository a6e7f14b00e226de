"""The command as a user runs it: a process of its own."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ran:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, list[dict[str, object]]]:
        """The standard output as JSON."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


def nixlint(
    folder: Path,
    *arguments: str | bytes,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    as_anybody: bool = False,
    as_script: bool = False,
) -> Ran:
    """Run ``nixlint`` in a folder, without colours from outside, and with a home of its own.

    With ``as_anybody`` permissions count for root too; ``as_script`` starts it as an installation does.
    """
    start = [str(Path(sys.executable).with_name("nixlint"))] if as_script else [sys.executable, "-m", "nixlint"]
    command: Sequence[str | bytes] = [*start, *arguments]
    result = subprocess.run(
        command,
        cwd=folder,
        input=stdin,
        capture_output=True,
        check=False,
        env=clean_environment(folder, environment),
        preexec_fn=_give_up_privileges if as_anybody else None,
    )
    out, err = (stream.decode("utf-8", "surrogateescape") for stream in (result.stdout, result.stderr))
    assert "Traceback" not in err, err
    return Ran(result.returncode, out, err)


def _give_up_privileges() -> None:
    """Take from root the capabilities that let it read and write what it has no permission for (capabilities(7))."""
    drop_from_bounding_set = 24
    dac_override, dac_read_search = 1, 2
    libc = ctypes.CDLL(None)
    libc.prctl(drop_from_bounding_set, dac_override)
    libc.prctl(drop_from_bounding_set, dac_read_search)


def clean_environment(folder: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment in which nobody's settings play a part."""
    meddling = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "GIT_DIR")
    kept = {name: value for name, value in os.environ.items() if name not in meddling}
    cache = str(folder.parent / f"{folder.name}-cache")
    return {**kept, "HOME": str(folder), "XDG_CACHE_HOME": cache, **(more or {})}
