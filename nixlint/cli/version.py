"""``nixlint version``."""

from __future__ import annotations

import click

from nixlint import __version__


@click.command("version")
def command() -> int:
    """Show the version."""
    print(f"nixlint {__version__}")
    return 0
