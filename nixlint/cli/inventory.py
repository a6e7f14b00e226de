"""``nixlint inventory``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from nixlint.api import BadRequest, ListedContainer
from nixlint.api import inventory as inventory_of
from nixlint.reporting.inventory import inventory_json, inventory_text
from nixlint.reporting.terminal import style_for, visible


@click.command("inventory")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--host", help="List only the containers of this host.")
@click.option(
    "--format",
    "layout",
    type=click.Choice(["text", "json", "mermaid", "dot", "svg"]),
    default="text",
    help="Format of the list; svg needs Graphviz.",
)
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Use colours.")
def command(paths: Sequence[str], host: str | None, layout: str, color: str) -> int:
    """List every container of the repository at PATHS (default: the current folder) that is written there.

    Native containers, OCI containers and the services of Compose files, by the host that they are on. Values of
    environment variables and of secrets are not shown.

    Exits with 0, or with 2 where the question makes no sense or a file could not be read.
    """
    try:
        listed = inventory_of(*paths, host=host)
    except BadRequest as error:
        raise click.UsageError(str(error)) from error
    for problem in listed.problems:
        print(f"error: {visible(problem)}", file=sys.stderr)
    for note in listed.notes:
        print(f"note: {visible(note)}", file=sys.stderr)
    match layout:
        case "json":
            sys.stdout.write(inventory_json(listed.containers))
        case "text":
            for piece in inventory_text(listed.containers, style_for(sys.stdout, color), listed.is_open):
                sys.stdout.write(piece)
        case _:
            sys.stdout.write(_picture(listed.containers, layout))
    return 2 if listed.problems else 0


def _picture(found: Sequence[ListedContainer], layout: str) -> str:
    from nixlint.reporting.inventory_picture import (
        NoGraphviz,
        NotDrawn,
        inventory_dot,
        inventory_mermaid,
        inventory_svg,
    )

    match layout:
        case "mermaid":
            return inventory_mermaid(found)
        case "dot":
            return inventory_dot(found)
    try:
        return inventory_svg(found)
    except NoGraphviz as error:
        raise click.UsageError(f"--format svg needs Graphviz: {error} (try --format mermaid)") from error
    except NotDrawn as error:
        raise click.ClickException(str(error)) from error
