"""``nixlint explain``."""

from __future__ import annotations

import sys

import click

from nixlint.api import rules, suggestion
from nixlint.reporting.rule_page import page

from .streams import current_folder


@click.command("explain")
@click.argument("rule")
def command(rule: str) -> int:
    """Show the page of RULE, given by its name or its code: what it finds, why it matters, what to do."""
    registry = rules()
    found = registry.find(rule)
    if found is None and current_folder() is not None:
        registry = rules(".")  # those of the repository here, as far as they may run
        found = registry.find(rule)
    if found is None:
        raise click.UsageError(f"unknown rule '{rule}'{suggestion(rule, registry.names)}")
    text = page(found)
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        sys.stdout.write(text)
    return 0
