"""``nixlint fix``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from nixlint.api import Fixed, Fixing, ReportedFinding, Safety, write_fixed
from nixlint.api import fix as fix_paths
from nixlint.reporting.terminal import Style, style_for, visible
from nixlint.reporting.text import count

from .arguments import asked, choices_of, paths_of, shared_options
from .diffs import write_diff
from .notices import write_notices
from .progress import clear


@click.command("fix")
@shared_options
@click.option("--diff", "as_diff", is_flag=True, help="Show the changes, and write nothing.")
@click.option("--unsafe-fixes", is_flag=True, help="Also apply fixes that you should review.")
@click.option("-v", "--verbose", is_flag=True, help="Say why a fix is not applied.")
def command(
    paths: Sequence[str],
    select: Sequence[str],
    ignore: Sequence[str],
    config: str | None,
    isolated: bool,
    stdin_filename: str | None,
    allow_plugins: bool,
    color: str,
    as_diff: bool,
    unsafe_fixes: bool,
    verbose: bool,
) -> int:
    """Fix what can be fixed in PATHS (default: the current folder), in place.

    Exits with 0 if it handled every file, and with 2 if it could not do its job. With --diff it exits with 1 if there is
    something to fix. The result for '-' goes to standard output.
    """
    choices = choices_of(paths, select, ignore, config, isolated, stdin_filename, allow_plugins)
    with asked():
        fixed = fix_paths(*paths_of(paths), unsafe=unsafe_fixes, **choices)
    fixing = fixed.fixing
    clear(sys.stderr)
    if as_diff:
        _show(fixed, style_for(sys.stdout, color))
        unwritten: frozenset[Path] = frozenset()
    else:
        unwritten = _write(fixed, style_for(sys.stderr, color))
    _write_outcome(fixing, style_for(sys.stderr, color), unwritten, done=not as_diff, verbose=verbose)
    write_notices(fixing.report, color)
    if unwritten or fixing.report.failures or fixing.refused:
        return 2
    return 1 if as_diff and fixing.files else 0


def _show(fixed: Fixed, style: Style) -> None:
    for file in fixed.files:
        before = [place.span for place in fixed.fixing.before.secrets if place.path == file.path]
        after = [place.span for place in fixed.fixing.report.secrets if place.path == file.path]
        write_diff(file, fixed.shown(file.path), style, before, after)


def _write(fixed: Fixed, style: Style) -> frozenset[Path]:
    """Write every file that was fixed, and return those that can't be written; the others are written all the same."""
    written = write_fixed(fixed)
    if written.lost is not None:
        message = visible(f"the secrets can't be moved, so nothing was written: {written.lost}")
        print(f"{style.coloured('error:', 'red')} {message}", file=sys.stderr)
        return frozenset(each.path for each in written.unwritten)
    if written.secrets is not None:
        what = count(len(fixed.fixing.moved), "secret")
        where = visible(str(written.secrets))
        print(f"moved {what} to {where}; encrypt them, change them, and delete the file", file=sys.stderr)
    for each in written.unwritten:
        message = visible(f"{fixed.shown(each.path)}: {each.reason}")
        print(f"{style.coloured('error:', 'red')} {message}", file=sys.stderr)
    given = fixed.request.standard_input
    if given is not None:
        sys.stdout.buffer.write(next((file.after for file in fixed.files if file.path == given.path), given.data))
    return frozenset(each.path for each in written.unwritten)


def _write_outcome(fixing: Fixing, style: Style, unwritten: frozenset[Path], done: bool, verbose: bool) -> None:
    """Say what was fixed and what was not, on standard error: standard output is for diffs and texts."""
    made_in_vain = [found for found in fixing.applied if not unwritten.isdisjoint(_files_of(found))]
    applied = [found for found in fixing.applied if found not in made_in_vain]
    for found in applied:
        made = found.finding.fix
        assert made is not None
        place = visible(f"{found.path}:{found.start.line}:{found.start.column}")
        kind = "fixed" if done else "would fix"
        print(f"{style.coloured(kind, 'green')} {place}: {visible(made.summary)} [{found.rule}]", file=sys.stderr)
    for refusal in fixing.refused:
        found = refusal.finding
        place = visible(f"{found.path}:{found.start.line}:{found.start.column}")
        print(f"{style.coloured('refused', 'red')} {place}: {visible(refusal.reason)} [{found.rule}]", file=sys.stderr)
    for refusal in fixing.withheld if verbose else ():
        found = refusal.finding
        place = visible(f"{found.path}:{found.start.line}:{found.start.column}")
        print(f"not offered {place}: {visible(refusal.reason)} [{found.rule}]", file=sys.stderr)
    left = [*made_in_vain, *(found for found in fixing.report.findings if not found.suppressed)]
    kept_back = {refusal.finding.fingerprint for refusal in fixing.withheld}
    unsafe = sum(
        found.fingerprint not in kept_back
        and found.finding.fix is not None
        and found.finding.fix.safety is Safety.UNSAFE
        for found in left
    )
    hint = f", {unsafe} of them to be fixed with --unsafe-fixes" if unsafe else ""
    verb = "Fixed" if done else "Would fix"
    files = count(len(fixing.files) - len(unwritten), "file")
    print(f"{verb} {len(applied)} in {files}; {len(left)} left{hint}.", file=sys.stderr)


def _files_of(found: ReportedFinding) -> set[Path]:
    """The files that a finding's fix changes."""
    return set() if found.finding.fix is None else {edit.path for edit in found.finding.fix.edits}
