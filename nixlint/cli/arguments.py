"""The options that commands share, and what they choose."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click

from nixlint.api import Choices, ConfigurationError, Text

from .progress import progress_of
from .streams import read_standard_input

_F = TypeVar("_F", bound=Callable[..., object])

color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Use colours; auto follows the terminal, NO_COLOR and FORCE_COLOR.",
)
fail_on_option = click.option(
    "--fail-on",
    type=click.Choice(["info", "warning", "error", "never"]),
    default="warning",
    help="Exit with 1 from this severity on (default: warning).",
)

_OPTIONS = (
    click.argument("paths", nargs=-1, type=click.UNPROCESSED),
    click.option("--select", multiple=True, metavar="RULES", help="Run only these rules (separated by commas)."),
    click.option("--ignore", multiple=True, metavar="RULES", help="Do not run these rules (separated by commas)."),
    click.option("--config", metavar="FILE", help="Use this file instead of the nearest nixlint.toml."),
    click.option("--isolated", is_flag=True, help="Ignore every nixlint.toml."),
    click.option("--stdin-filename", metavar="FILE", help="The file name for '-', the text from standard input."),
    click.option(
        "--allow-plugins",
        is_flag=True,
        help="Run the rules in all folders that nixlint.toml names, also those that you have not allowed.",
    ),
    color_option,
)


def shared_options(command: _F) -> _F:
    """Give a command the paths and the options that choose what is looked at."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def paths_of(paths: Sequence[str]) -> tuple[str, ...]:
    """The paths that are looked at; ``-`` is the text that the choices hold."""
    return tuple(path for path in paths if path != "-")


def choices_of(
    paths: Sequence[str],
    select: Sequence[str],
    ignore: Sequence[str],
    config: str | None,
    isolated: bool,
    stdin_filename: str | None,
    allow_plugins: bool,
) -> Choices:
    """What the options choose. Raises :class:`click.UsageError` where they make no sense."""
    return {
        "select": _words(select) if select else None,
        "ignore": _words(ignore),
        "config": config,
        "isolated": isolated,
        "text": _standard_input(paths, stdin_filename),
        "allow_plugins": allow_plugins,
        "progress": progress_of(sys.stderr),
    }


@contextmanager
def asked() -> Iterator[None]:
    """Ask something of nixlint. What makes no sense is a :class:`click.UsageError`."""
    try:
        yield
    except ConfigurationError as error:
        raise click.UsageError(error.message) from error


def _words(given: Sequence[str]) -> list[str]:
    return [word.strip() for item in given for word in item.split(",") if word.strip()]


def _standard_input(paths: Sequence[str], name: str | None) -> Text | None:
    if "-" not in paths:
        if name is not None:
            raise click.UsageError("--stdin-filename goes with the path '-'")
        return None
    # Symlinks stay: a report names files as the user did.
    return Text(Path(os.path.abspath(name or "stdin.nix")), read_standard_input())  # noqa: PTH100
