"""``nixlint rules``."""

from __future__ import annotations

import sys
from textwrap import wrap

import click

from nixlint.api import BadRequest, Unwritten, allow_rules, check_rules, forget_rules, upgrade_rules, write_upgraded
from nixlint.api import rules as rules_of
from nixlint.reporting.formats import FORMATS, View
from nixlint.reporting.rule_page import can_fix, title
from nixlint.reporting.terminal import style_for, visible
from nixlint.reporting.text import count

from .arguments import color_option, fail_on_option
from .check import exit_code
from .diffs import write_diff
from .notices import write_notices
from .streams import current_folder


@click.group("rules", invoke_without_command=True)
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", help="Format of the list.")
@click.pass_context
def command(context: click.Context, layout: str) -> int:
    """List the rules with their codes, severities and first sentences; pedantic ones run only for those who ask."""
    if context.invoked_subcommand is not None:
        return 0
    registry = rules_of(None if current_folder() is None else ".")
    rules = registry.rules.values()
    if layout == "json":
        import json

        listed = [
            {
                "name": rule.name,
                "code": rule.code,
                "severity": rule.severity.value,
                "confidence": rule.confidence.value,
                "fix": can_fix(rule),
                "pedantic": rule.pedantic,
                "title": title(rule),
            }
            for rule in rules
        ]
        sys.stdout.write(json.dumps(listed, indent=2) + "\n")
    else:
        width = max((len(rule.name) for rule in rules), default=0)
        for rule in rules:
            fixes = "fix" if can_fix(rule) else ""
            asked = "pedantic" if rule.pedantic else ""
            start = f"{rule.code}  {rule.name:<{width}}  {rule.severity.value:<7}  {fixes:<3}  {asked:<8}  "
            print(_row(start, title(rule)))
    for failure in registry.failures:
        print(f"error: {failure.message}", file=sys.stderr)
    return 2 if registry.failures else 0


@command.command("allow")
@click.argument("folder")
@click.option("--remove", is_flag=True, help="Revoke the permission.")
def _allow(folder: str, remove: bool) -> int:
    """Allow the rules in FOLDER to run as they are now, wherever a nixlint.toml names them.

    They are code: look at them first. When a file in the folder changes, they have to be allowed once more.
    """
    try:
        if remove:
            was_allowed = forget_rules(folder)
            print(visible(f"{folder} is not allowed any more." if was_allowed else f"{folder} was not allowed."))
            return 0
        allowed = allow_rules(folder)
    except BadRequest as error:
        raise click.UsageError(str(error)) from error
    print(visible(f"The rules in {folder} may run as they are now ({count(allowed.files, 'file')}, {allowed.digest})."))
    return 0


@command.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--format", "layout", type=click.Choice([*FORMATS]), default="text", help="Format of the report.")
@fail_on_option
@color_option
def _check(paths: tuple[str, ...], layout: str, fail_on: str, color: str) -> int:
    """Vet the rules in PATHS without running them: files, folders, projects and wheels.

    Reports what rules may not do, what they lack, and names and codes that are taken. Exits as nixlint check does.
    """
    vetted = check_rules(*paths)
    written_as = FORMATS[layout]
    view = View(vetted.shown, vetted.read, style_for(sys.stdout, color), vetted.rules)
    for piece in written_as.written(vetted.report, view):
        sys.stdout.write(piece)
    sys.stdout.flush()
    if not written_as.is_whole:
        write_notices(vetted.report, color)
    return exit_code(vetted.report, fail_on)


@command.command("upgrade")
@click.argument("paths", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--diff", "as_diff", is_flag=True, help="Show what would change, and write nothing.")
@color_option
def _upgrade(paths: tuple[str, ...], as_diff: bool, color: str) -> int:
    """Rewrite the rules in PATHS for the present version of the rule API, without running them.

    What cannot be rewritten without guessing is named with its place, and is left. Exits with 1 where something is, and with
    --diff where something would change; with 2 where nixlint could not do its job.
    """
    upgraded = upgrade_rules(*paths)
    unwritten: tuple[Unwritten, ...] = ()
    if as_diff:
        for file in upgraded.files:
            write_diff(file, upgraded.shown(file.path), style_for(sys.stdout, color))
        sys.stdout.flush()
    else:
        unwritten = write_upgraded(upgraded)
    for each in unwritten:
        print(f"error: {visible(f'{upgraded.shown(each.path)}: {each.reason}')}", file=sys.stderr)
    report = upgraded.report
    for found in report.findings:
        place = visible(f"{found.path}:{found.start.line}:{found.start.column}")
        help_text = f" ({visible(found.finding.help)})" if found.finding.help else ""
        print(f"needs you {place}: {visible(found.finding.message)}{help_text}", file=sys.stderr)
    write_notices(report, color)
    verb = "Would upgrade" if as_diff else "Upgraded"
    done = count(len(upgraded.files) - len(unwritten), "file")
    print(
        f"{verb} {done} of {report.files_checked}; {count(len(report.findings), 'place')} left to you.", file=sys.stderr
    )
    if report.failures or unwritten:
        return 2
    return int(bool(report.findings) or (as_diff and bool(upgraded.files)))


def _row(start: str, text: str) -> str:
    """A row of the list: where a terminal is too narrow, its last column goes on below itself, broken between words."""
    width = style_for(sys.stdout, "never").width
    if width is None:
        return start + text
    lines = wrap(text, max(width - len(start), 30), break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * len(start)}".join([start + lines[0], *lines[1:]])
