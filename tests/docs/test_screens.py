"""The screens in the README and the pages are what the commands write.

A comment above a block of Markdown says where its commands run, a copy of a folder of ``fixtures/``, and how wide the
terminal is. A line with nothing but ``…`` stands for any lines.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.running import nixlint

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SCREEN = re.compile(r"^<!-- screen: ([\w-]+)(?:, (\d+) columns)? -->\n```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ nixlint (.*)\n", re.MULTILINE)


class Screen(NamedTuple):
    """Commands, each with what it writes, in a copy of a fixture."""

    page: str
    fixture: str
    columns: str
    commands: tuple[tuple[str, str], ...]


def _screens() -> list[Screen]:
    found = []
    for page in PAGES:
        for fixture, columns, block in SCREEN.findall(page.read_text("utf-8")):
            first, *parts = COMMAND.split(block)
            assert first == "", "a screen begins with a command"
            found.append(Screen(page.name, fixture, columns, tuple(zip(parts[::2], parts[1::2], strict=True))))
    return found


@pytest.mark.parametrize("screen", _screens(), ids=lambda screen: f"{screen.page}-{screen.commands[0][0]}")
def test_a_screen_is_what_the_commands_write(screen: Screen, tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "fixtures" / screen.fixture, tmp_path / "copy")
    for command, shown in screen.commands:
        ran = nixlint(folder, *shlex.split(command), environment={"COLUMNS": screen.columns})
        written = ran.out + ran.err
        wanted = "".join(".*" if line == "…\n" else re.escape(line) for line in shown.splitlines(keepends=True))
        assert re.fullmatch(wanted, written, re.DOTALL), written


def test_every_screen_of_a_fixture_is_compared() -> None:
    """A block that runs a command and shows what it writes has its comment; those without output need none."""
    for page in PAGES:
        text = page.read_text("utf-8")
        unmarked = re.findall(
            r"(?<!-->\n)^```console\n(\$ nixlint (?:.*\n)(?!\$|```)(?:.*\n)*?)```$", text, re.MULTILINE
        )
        assert [block for block in unmarked if page.name != "nixos-tests.md"] == [], page.name
