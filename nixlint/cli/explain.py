"""``nixlint explain``."""

from __future__ import annotations

import sys

import click

from nixlint.api import demands, rules, suggestion
from nixlint.reporting.rule_page import demand_page, page

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
    demand = next((each for each in demands().values() if rule in (each.name, each.code)), None)
    if found is None and demand is None:
        raise click.UsageError(f"unknown rule '{rule}'{suggestion(rule, registry.names)}")
    text = page(found) if found is not None else demand_page(demand) if demand is not None else ""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        sys.stdout.write(text)
    return 0
