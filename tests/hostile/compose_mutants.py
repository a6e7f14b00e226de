"""Mutants of Compose files, and what becomes of the loader, of check, of the inventory and of convert that are given them.

The same number always makes the same mutant of the same files. By hand:
``python -m tests.hostile.compose_mutants 5000 FOLDER…``.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from nixlint.compose.containers import containers_of
from nixlint.compose.inventory import compose_inventory
from nixlint.compose.loading import Request
from nixlint.compose.model import print_model
from nixlint.compose.problem import ComposeError
from nixlint.conversion.convert import ConversionRequest, convert_loaded

from .watchdog import BROKE, MEGABYTES, SECONDS, Ran, run

_PIECES = (
    "${", "}", "${A:-", "$$", "$A", "${A:?b}", "<<: *a\n", "&a ", "*a", "!reset ", "!override null", "!!str ", "? ", ": ",
    "- ",
    "[", "]", "{", "}", "'", '"', "|\n", ">\n", "#", "\t", "\r", "\x00", "\x85", "\u2028", "\ufeff", "\U0001f40b",
    '"\\ud800"',
    "9" * 5_000, "-1", "1e999", ".inf", ".nan", "0x" + "f" * 40, "null", "true", "~", "2024-01-01", "[[[[[[[[", "{a: " * 200,
    "1-65535:1-65535", "scale: 100000\n", "extends: web\n", "include: [compose.yaml]\n", "env_file: /dev/zero\n",
    "a:b:c:d", "::", "service:web", "~/x", "/", "", "x" * 100_000,
)  # fmt: skip


def mutant(text: str, others: Sequence[str], number: int) -> str:
    """A text with one to five changes by chance."""
    chance = random.Random(number)
    for _ in range(chance.randint(1, 5)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.choice((1, 3, 20, 200)))
        other = chance.choice(others)
        begin = chance.randint(0, len(other))
        lines = text.splitlines(keepends=True)
        match chance.randrange(6):
            case 0:
                text = text[:start] + text[end:]
            case 1:
                text = text[:start] + chance.choice(_PIECES) + text[start:]
            case 2:
                text = text[:start] + other[begin : begin + 200] + text[start:]
            case 3 if lines:
                line = chance.randrange(len(lines))
                key, colon, _ = lines[line].partition(":")
                lines[line] = f"{key}{colon} {chance.choice(_PIECES)}\n"
                text = "".join(lines)
            case 4 if lines:
                one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
                lines[one], lines[two] = lines[two], lines[one]
                text = "".join(lines)
            case _:
                text = text[:start] + text[start:end] * chance.choice((2, 50)) + text[end:]
    return text


def take(folder: Path, text: str) -> None:
    """Do all that nixlint does with a Compose file. Raises what is no :class:`ComposeError`."""
    from nixlint.compose.loading import load

    path = folder / "compose.yaml"
    data = text.encode("utf-8", "surrogatepass")
    for work in (containers_of, compose_inventory):
        try:
            work(path, data)
        except ComposeError as error:
            _ = error.message.encode()
    try:
        loaded = load(Request((path,), "project"), {path: data})
        print_model(loaded.root, loaded.environment, loaded.access)
        convert_loaded(loaded, ConversionRequest(Request((path,), "project")))
    except ComposeError as error:
        _ = error.message.encode()


def run_mutants(texts: Sequence[str], numbers: range) -> Ran:
    """Take mutants in a process of their own, which prints the numbers of those that went wrong."""

    def work() -> int:
        code = 0
        with tempfile.TemporaryDirectory() as folder:
            for number in numbers:
                began = time.process_time()
                try:
                    take(Path(folder), mutant(texts[number % len(texts)], texts, number))
                except Exception:  # whatever it is, it is to be seen
                    code = BROKE
                    print(f"mutant {number}:\n{traceback.format_exc()}", flush=True)
                took = time.process_time() - began
                if took > SECONDS:
                    code = BROKE
                    print(f"mutant {number}: {took:.1f} s", flush=True)
        return code

    return run(work)


def texts_below(folders: Sequence[Path]) -> list[str]:
    """The texts of all YAML files below folders."""
    files = sorted(path for folder in folders for path in folder.rglob("*.y*ml") if path.is_file())
    return [path.read_text(encoding="utf-8", errors="replace") for path in files]


def main() -> int:
    """Run as many mutants as are asked for, in batches, and print what went wrong and the figures."""
    count, folders = int(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
    texts = texts_below(folders)
    began, largest, wrong = time.monotonic(), 0, 0
    for start in range(0, count, 100):
        ran = run_mutants(texts, range(start, min(start + 100, count)))
        largest = max(largest, ran.megabytes)
        if ran.code or ran.megabytes > MEGABYTES:
            wrong += 1
            print(f"mutants from {start}: code {ran.code}, {ran.megabytes} MB\n{ran.text}", flush=True)
    print(
        f"{count} mutants of {len(texts)} files in {time.monotonic() - began:.0f} s: at most {largest} MB, {wrong} wrong"
    )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
