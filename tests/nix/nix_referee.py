"""The real Nix as a referee: what it accepts, and what expressions mean.

Every question costs one start of ``nix-instantiate`` (some 30 ms), so questions are asked in batches.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

NIX_INSTANTIATE = shutil.which("nix-instantiate")


def need_nix() -> None:
    """Skip the test where Nix isn't installed; fail it in continuous integration, where it must be."""
    if NIX_INSTANTIATE is None:
        if os.environ.get("CI"):
            pytest.fail("nix-instantiate is needed for the differential tests; install the package nix-bin")
        pytest.skip("nix-instantiate is not installed")


@dataclass(frozen=True)
class Verdict:
    """What Nix says about a text that it parses."""

    accepted: bool
    """Whether it parses; an undefined variable, which Nix looks for after parsing, doesn't count."""
    message: str
    line: int | None = None
    column: int | None = None


def parse_verdicts(texts: Iterable[bytes]) -> list[Verdict]:
    """Nix's verdict on each text, asked in parallel."""
    need_nix()
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        return list(pool.map(_verdict_of_text, texts))


def verdict_of_file(path: str) -> Verdict:
    """Nix's verdict on a file."""
    return _verdict([path], b"")


def _verdict_of_text(text: bytes) -> Verdict:
    return _verdict(["-"], text)


def _verdict(arguments: list[str], standard_input: bytes) -> Verdict:
    assert NIX_INSTANTIATE is not None
    result = subprocess.run(
        [NIX_INSTANTIATE, "--parse", *arguments], input=standard_input, capture_output=True, check=False
    )
    message = result.stderr.decode("utf-8", "replace").strip()
    if result.returncode == 0 or "error: undefined variable" in message:
        return Verdict(True, message)
    line, column = _place(message)
    return Verdict(False, message, line, column)


def _place(message: str) -> tuple[int | None, int | None]:
    for text in message.splitlines():
        if text.strip().startswith("at "):
            numbers = text.strip().removesuffix(":").rsplit(":", 2)[-2:]
            if len(numbers) == 2 and all(number.isdigit() for number in numbers):
                return int(numbers[0]), int(numbers[1])
    return None, None


def evaluate_json(expressions: Sequence[str]) -> list[object]:
    """The value of each expression, all evaluated by one Nix; each must evaluate."""
    need_nix()
    assert NIX_INSTANTIATE is not None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "batch.nix")
        file.write_bytes(b"[\n" + b"".join(b"(" + _bytes(text) + b"\n)\n" for text in expressions) + b"]\n")
        command = [NIX_INSTANTIATE, "--eval", "--strict", "--json", str(file)]
        result = subprocess.run(command, capture_output=True, check=False)
        if result.returncode:
            raise AssertionError(result.stderr.decode("utf-8", "replace"))
        values: object = json.loads(result.stdout.decode("utf-8", "surrogateescape"))
    assert isinstance(values, list)
    assert len(values) == len(expressions)
    return values


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
