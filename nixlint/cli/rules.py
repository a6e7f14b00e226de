"""``nixlint rules``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from textwrap import wrap

import click

from nixlint.api import (
    RULE_KINDS,
    BadRequest,
    NotVetted,
    Unwritten,
    VettedRules,
    allow_rules,
    check_installed_rules,
    check_rules,
    forget_rules,
    new_rule,
    shown_from_here,
    upgrade_rules,
    write_upgraded,
)
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
@click.option("--remove", is_flag=True, help="Take the permission back.")
@click.option("--unvetted", is_flag=True, help="Allow them even if they do what rules may not do.")
@color_option
def _allow(folder: str, remove: bool, unvetted: bool, color: str) -> int:
    """Allow the rules in FOLDER to run as they are now, wherever a nixlint.toml names them.

    They are code: look at them first. Rules that do what rules may not do are not allowed (exit code 1); nixlint rules check
    says more. When a file in the folder changes, allow the folder again.
    """
    try:
        if remove:
            was_allowed = forget_rules(folder)
            print(visible(f"{folder} is not allowed any more." if was_allowed else f"{folder} was not allowed."))
            return 0
        allowed = allow_rules(folder, unvetted=unvetted)
    except NotVetted as error:
        _show(error.vetted, "concise", color)
        print(f"error: {visible(str(error))}; look at these places (--unvetted allows them)", file=sys.stderr)
        return 1
    except BadRequest as error:
        raise click.UsageError(str(error)) from error
    print(visible(f"The rules in {folder} may run as they are now ({count(allowed.files, 'file')}, {allowed.digest})."))
    return 0


@command.command("new")
@click.argument("name")
@click.option("--kind", type=click.Choice(RULE_KINDS), default=RULE_KINDS[0], help="What the rule asks about.")
@click.option("--folder", metavar="FOLDER", help="Write into this folder (default: the one that nixlint.toml names).")
@click.option("--package", metavar="FOLDER", help="Write into a package for others to install, and make it if need be.")
@click.option("--force", is_flag=True, help="Overwrite files.")
def _new(name: str, kind: str, folder: str | None, package: str | None, force: bool) -> int:
    """Write the rule NAME with its documentation, its examples and its test.

    The rule works as it is written, and is to be changed.
    """
    if folder is not None and package is not None:
        raise click.UsageError("--folder and --package exclude each other")
    try:
        made = new_rule(name, kind=kind, folder=folder, package=package, force=force)
    except BadRequest as error:
        raise click.UsageError(str(error)) from error
    for path in made.rule.files:
        print(visible(f"wrote {shown_from_here(path)}"))
    where = shown_from_here(made.rule.files[0].parent)
    for number, step in enumerate(_steps(where, package, is_named=made.is_named), 1):
        print(visible(f"{number}. {step}"))
    return 0


@command.command("check")
@click.argument("paths", nargs=-1, type=click.UNPROCESSED)
@click.option("--installed", is_flag=True, help="Vet the packs that are installed beside nixlint.")
@click.option("--format", "layout", type=click.Choice([*FORMATS]), default="text", help="Format of the report.")
@fail_on_option
@color_option
def _check(paths: tuple[str, ...], installed: bool, layout: str, fail_on: str, color: str) -> int:
    """Vet the rules in PATHS without running them: files, folders, projects and wheels.

    Reports what rules may not do, what they lack, and names and codes that are taken. Exits as nixlint check does.
    """
    if bool(paths) == installed:
        raise click.UsageError("name what to vet: files, folders, projects or wheels, or else --installed")
    vetted = check_installed_rules() if installed else check_rules(*paths)
    _show(vetted, layout, color)
    if not FORMATS[layout].is_whole:
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
    for word, findings in (("needs you", report.findings), ("look at", upgraded.to_look_at)):
        for found in findings:
            place = visible(f"{found.path}:{found.start.line}:{found.start.column}")
            help_text = f" ({visible(found.finding.help)})" if found.finding.help else ""
            print(f"{word} {place}: {visible(found.finding.message)}{help_text}", file=sys.stderr)
    write_notices(report, color)
    verb = "Would upgrade" if as_diff else "Upgraded"
    done = count(len(upgraded.files) - len(unwritten), "file")
    print(
        f"{verb} {done} of {report.files_checked}; {count(len(report.findings), 'place')} left to you.", file=sys.stderr
    )
    if report.failures or unwritten:
        return 2
    return int(bool(report.findings) or (as_diff and bool(upgraded.files)))


def _show(vetted: VettedRules, layout: str, color: str) -> None:
    view = View(vetted.shown, vetted.read, style_for(sys.stdout, color), vetted.rules)
    for piece in FORMATS[layout].written(vetted.report, view):
        sys.stdout.write(piece)
    sys.stdout.flush()


def _steps(folder: str, package: str | None, *, is_named: bool) -> Iterator[str]:
    """What a person does with a new rule."""
    yield "Change the rule until it says what you want; its examples are its tests."
    if package is not None:
        yield f"Run its test: pip install -e '{package}[test]' && pytest {package}"
        yield f"Vet the package: nixlint rules check {package}"
        return
    if not is_named:
        yield f'Name the folder in nixlint.toml: plugins = ["./{folder}"]'
    yield f"Run its test: pytest {folder}"
    yield f"Vet and allow the folder: nixlint rules allow {folder}"


def _row(start: str, text: str) -> str:
    """A row of the list: where a terminal is too narrow, its last column goes on below itself, broken between words."""
    width = style_for(sys.stdout, "never").width
    if width is None:
        return start + text
    lines = wrap(text, max(width - len(start), 30), break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * len(start)}".join([start + lines[0], *lines[1:]])
