"""The real Nix as a referee: what it accepts, and what expressions mean.

Every question costs one start of ``nix-instantiate`` (some 30 ms), so questions are asked in batches.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

NIX_INSTANTIATE = shutil.which("nix-instantiate")
NIX = shutil.which("nix")


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


@dataclass(frozen=True)
class Refusal:
    """Nix ends the evaluation of an expression with an error."""


def evaluate_each(expressions: Sequence[str], named: str = "") -> list[object]:
    """The value of each expression, or a :class:`Refusal`; one that fails leaves the others alone.

    ``named`` are bindings that all expressions see. An expression that does not parse, or that uses a variable that nothing
    binds, fails them all and raises :class:`AssertionError`. ``nix repl`` is the one command that goes on after an error.
    """
    need_nix()
    assert NIX is not None, "nix is needed beside nix-instantiate"
    with tempfile.TemporaryDirectory() as folder:
        whole = "".join(f"({text}\n)\n" for text in expressions)
        Path(folder, "all.nix").write_bytes(_bytes(f"let\n{named}\nin [\n{whole}]"))
        # Nix reads the file in which an error is up to its line to print it, so each expression has one of its own.
        for index, text in enumerate(expressions):
            Path(folder, f"{index}.nix").write_bytes(_bytes(f"let\n{named}\nin (\n{text}\n)"))
        imports = " ".join(f"(import ./{index}.nix)" for index in range(len(expressions)))
        Path(folder, "batch.nix").write_bytes(_bytes(f"[ {imports} ]"))
        parsed = subprocess.run(
            [str(NIX_INSTANTIATE), "--parse", "all.nix"], capture_output=True, check=False, cwd=folder
        )
        if parsed.returncode:
            raise AssertionError(parsed.stderr.decode("utf-8", "replace"))
        commands = ["batch = import ./batch.nix", "builtins.toJSON { index = -1; value = builtins.length batch; }"]
        commands += [
            f"builtins.toJSON {{ index = {index}; value = builtins.elemAt batch {index}; }}"
            for index in range(len(expressions))
        ]
        result = subprocess.run(
            [NIX, "--extra-experimental-features", "nix-command", "repl"],
            input="\n".join(commands).encode() + b"\n",
            capture_output=True,
            check=False,
            cwd=folder,
        )
    lines = result.stdout.decode("utf-8", "surrogateescape").split("\n")
    answers = [json.loads(_unquoted(line)) for line in lines if line.startswith(_STRING)]
    values = {answer["index"]: answer["value"] for answer in answers}
    if values.pop(-1, None) != len(expressions):
        raise AssertionError(result.stderr.decode("utf-8", "replace")[:1_000])
    return [values.get(index, Refusal()) for index in range(len(expressions))]


_STRING = '\x1b[35;1m"'
"""How ``nix repl`` begins to print a string: in magenta."""


def _unquoted(line: str) -> str:
    """A string that ``nix repl`` printed; it escapes only these."""
    quoted = line.removeprefix(_STRING).removesuffix('"\x1b[0m')
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "r": "\r", "t": "\t"}.get(match[1], match[1]), quoted)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
