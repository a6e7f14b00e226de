"""``nixlint init``."""

from __future__ import annotations

import click

from nixlint.api import ConfigurationError, write_configuration


class _NotDone(click.ClickException):
    exit_code = 2


@click.command("init")
def command() -> int:
    """Write a nixlint.toml with every key explained into the current folder; never over an existing one."""
    try:
        write_configuration()
    except ConfigurationError as error:
        raise _NotDone(error.message) from error
    print("Wrote nixlint.toml.")
    return 0
