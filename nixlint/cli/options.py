"""``nixlint options``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from nixlint.api import BadRequest
from nixlint.api import options as asked_options
from nixlint.reporting.options import options_json, options_text
from nixlint.reporting.terminal import style_for, visible

_MOST_HOSTS = 12
"""So many hosts are named where a question is better asked of one of them."""


@click.command("options")
@click.argument("words", nargs=-1, required=True, metavar="[PATHS]... OPTION")
@click.option("--host", help="Answer for this host, with all imports of its modules; '*' stands for each host.")
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", help="Format of the answer.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Use colours.")
def command(words: Sequence[str], host: str | None, layout: str, color: str) -> int:
    """Show what the repository at PATHS (default: the current folder) defines for OPTION.

    OPTION is an option path in which * stands for any name, such as containers.*.config.system.stateVersion. Values are
    shown as far as they are known, with the conditions that they are under, and secrets are not shown.

    Exits with 0 where something is defined or may be, with 1 where nothing is, and with 2 where the question makes no sense
    or nothing is found and a file could not be read.
    """
    *paths, option = words
    try:
        asked = asked_options(option, *paths, host=host)
    except BadRequest as error:
        raise click.UsageError(str(error)) from error
    if layout == "json":
        sys.stdout.write(options_json(asked.options))
    else:
        for piece in options_text(asked.options, option, style_for(sys.stdout, color)):
            sys.stdout.write(piece)
        _name_hosts(asked.hosts)
    for problem in asked.problems:
        print(f"error: {visible(problem)}", file=sys.stderr)
    if any(shown.presence != "absent" for shown in asked.options):
        return 0
    return 2 if asked.problems else 1


def _name_hosts(names: Sequence[str]) -> None:
    """Say which hosts could be asked: what many may define is often certain for one."""
    if names:
        shown = ", ".join(names[:_MOST_HOSTS]) + (", …" if len(names) > _MOST_HOSTS else "")
        print(visible(f"Ask one host with --host NAME, or each with --host '*': {shown}."), file=sys.stderr)
