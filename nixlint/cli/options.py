"""``nixlint options``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from nixlint.linting.configuration import suggestion
from nixlint.linting.discovery import Listing, repository_root
from nixlint.linting.workspace import Overlay
from nixlint.reporting.options import ShownOption, options_json, options_text, shown_option
from nixlint.reporting.terminal import style_for
from nixlint.semantics.hosts import Host, hosts
from nixlint.semantics.option_query import parse_pattern
from nixlint.semantics.project import ask_files, ask_host
from nixlint.semantics.repository import Repository


@click.command("options")
@click.argument("words", nargs=-1, required=True, metavar="[PATHS]... OPTION")
@click.option("--host", help="Answer for this host, with everything that its modules import.")
@click.option(
    "--format", "layout", type=click.Choice(["text", "json"]), default="text", help="How to write the answer."
)
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Whether to use colours.")
def command(words: Sequence[str], host: str | None, layout: str, color: str) -> int:
    """Show what the repository at PATHS (default: the current folder) defines for OPTION.

    OPTION is an option path in which * stands for any name, such as containers.*.config.system.stateVersion. Values are
    shown as far as they are known, with the conditions that they are under, and secrets are not shown.

    Exits with 0 where something is defined or may be, with 1 where nothing is, and with 2 where the question makes no sense.
    """
    *paths, option = words
    try:
        pattern = parse_pattern(option)
        found = [
            shown
            for path in paths or ["."]
            for shown in _answers(Path(os.path.abspath(path)), pattern, host)  # noqa: PTH100
        ]
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if layout == "json":
        sys.stdout.write(options_json(found))
    else:
        for piece in options_text(found, option, style_for(sys.stdout, color)):
            sys.stdout.write(piece)
    return int(not any(shown.presence != "absent" for shown in found))


def _answers(path: Path, pattern: tuple[str, ...], host: str | None) -> Iterator[ShownOption]:
    if not path.exists():
        raise ValueError(f"{path}: there is nothing here")
    root = repository_root(path, (path,))
    folder = Path.cwd()
    repository = Repository(root, sorted(Listing(str).below(root)), Overlay({}).read_nix)
    asked = ask_files(repository, pattern) if host is None else ask_host(repository, _host(repository, host), pattern)
    for item in asked:
        yield shown_option(item, host, repository, folder)


def _host(repository: Repository, name: str) -> Host:
    """The host of a name. Raises :class:`ValueError` where there is none."""
    known = {host.name: host for host in hosts(repository)}
    if name not in known:
        names = ", ".join(known) or "none"
        raise ValueError(f"there is no host '{name}'{suggestion(name, known)} (hosts: {names})")
    return known[name]
