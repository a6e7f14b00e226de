"""The options that commands share, and the request that they make."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from nixlint.linting.configuration import ConfigurationError, rule_names
from nixlint.linting.registry import Registry
from nixlint.linting.run.request import Request, StandardInput

from .progress import progress_of
from .streams import read_standard_input

_F = TypeVar("_F", bound=Callable[..., object])

_OPTIONS = (
    click.argument("paths", nargs=-1, type=click.UNPROCESSED),
    click.option("--select", multiple=True, metavar="RULES", help="Run only these rules; separated by commas."),
    click.option("--ignore", multiple=True, metavar="RULES", help="Leave out these rules; separated by commas."),
    click.option("--config", metavar="FILE", help="Use this file instead of the nearest nixlint.toml."),
    click.option("--isolated", is_flag=True, help="Use no nixlint.toml at all."),
    click.option("--stdin-filename", metavar="FILE", help="The name of the file that '-' reads from standard input."),
    click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        help="Whether to use colours; auto follows the terminal, NO_COLOR and FORCE_COLOR.",
    ),
)


def shared_options(command: _F) -> _F:
    """Give a command the paths and the options that choose what is looked at."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def request_of(
    registry: Registry,
    paths: Sequence[str],
    select: Sequence[str],
    ignore: Sequence[str],
    config: str | None,
    isolated: bool,
    stdin_filename: str | None,
    pedantic: bool = False,
) -> Request:
    """What the options ask for. Raises :class:`click.UsageError` where they make no sense."""
    folder = Path.cwd()
    standard_input = _standard_input(folder, paths, stdin_filename)
    found = [_absolute(path) for path in paths or (".",) if path != "-"]
    if standard_input is not None:
        found.append(standard_input.path)
    try:
        return Request(
            paths=tuple(found),
            folder=folder,
            select=rule_names(_words(select), registry) if select else None,
            ignore=rule_names(_words(ignore), registry),
            pedantic=pedantic,
            configuration=None if config is None else _absolute(config),
            isolated=isolated,
            standard_input=standard_input,
            progress=progress_of(sys.stderr),
        )
    except ConfigurationError as error:
        raise click.UsageError(error.message) from error


def _words(given: Sequence[str]) -> list[str]:
    return [word.strip() for item in given for word in item.split(",") if word.strip()]


def _absolute(path: str) -> Path:
    # Symlinks stay: a report names files as the user did.
    return Path(os.path.abspath(path))  # noqa: PTH100


def _standard_input(folder: Path, paths: Sequence[str], name: str | None) -> StandardInput | None:
    if "-" not in paths:
        if name is not None:
            raise click.UsageError("--stdin-filename goes with the path '-'")
        return None
    path = folder / "stdin.nix" if name is None else _absolute(name)
    return StandardInput(path, read_standard_input())
