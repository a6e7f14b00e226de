"""``nixlint fix``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from nixlint.files.writing import NotWritten
from nixlint.linting.finding import ReportedFinding, Safety
from nixlint.linting.fixes.applying import Fixing, fix
from nixlint.linting.fixes.moved_secrets import keep
from nixlint.linting.fixes.writing import write
from nixlint.linting.registry import load_registry
from nixlint.linting.run.request import Request
from nixlint.reporting.diff import diff
from nixlint.reporting.terminal import Style, style_for, visible
from nixlint.reporting.text import count

from .arguments import request_of, shared_options
from .notices import write_notices
from .progress import clear


@click.command("fix")
@shared_options
@click.option("--diff", "as_diff", is_flag=True, help="Show what would change, and write nothing.")
@click.option("--unsafe-fixes", is_flag=True, help="Also make the fixes that a person should look at.")
@click.option("-v", "--verbose", is_flag=True, help="Say why a fix is not offered.")
def command(
    paths: Sequence[str],
    select: Sequence[str],
    ignore: Sequence[str],
    config: str | None,
    isolated: bool,
    stdin_filename: str | None,
    color: str,
    as_diff: bool,
    unsafe_fixes: bool,
    verbose: bool,
) -> int:
    """Fix what can be fixed in PATHS (default: the current folder), in place.

    Exits with 0 where every file was handled, and with 2 where nixlint could not do its job. With --diff it exits with 1
    where there is something to fix. The text of '-' is written
    to standard output.
    """
    registry = load_registry()
    request = request_of(registry, paths, select, ignore, config, isolated, stdin_filename)
    fixing = fix(request, registry, unsafe_fixes)
    clear(sys.stderr)
    if as_diff:
        _show(fixing, request, style_for(sys.stdout, color))
        unwritten: frozenset[Path] = frozenset()
    else:
        unwritten = _keep(fixing, style_for(sys.stderr, color)) or _write(fixing, request, style_for(sys.stderr, color))
    _write_outcome(fixing, style_for(sys.stderr, color), unwritten, done=not as_diff, verbose=verbose)
    write_notices(fixing.report, color)
    if unwritten or fixing.report.failures or fixing.refused:
        return 2
    return 1 if as_diff and fixing.files else 0


def _show(fixing: Fixing, request: Request, style: Style) -> None:
    colours = {"+": "green", "-": "red", "@": "cyan"}
    for file in fixing.files:
        before = [place.span for place in fixing.before.secrets if place.path == file.path]
        after = [place.span for place in fixing.report.secrets if place.path == file.path]
        for line in diff(file, request.shown(file.path), before, after).splitlines():
            colour = colours.get(line[:1])
            sys.stdout.write((visible(line) if colour is None else style.coloured(visible(line), colour)) + "\n")


def _keep(fixing: Fixing, style: Style) -> frozenset[Path]:
    """Keep the secrets that leave the files; where that cannot be, nothing at all is written, and all files are returned."""
    if not fixing.moved:
        return frozenset()
    try:
        path = keep(fixing.moved, fixing.report.roots)
    except NotWritten as error:
        message = visible(f"the secrets can't be moved, so nothing was written: {error}")
        print(f"{style.coloured('error:', 'red')} {message}", file=sys.stderr)
        return frozenset(file.path for file in fixing.files)
    what = count(len(fixing.moved), "secret")
    print(f"moved {what} to {visible(str(path))}; encrypt them, change them, and delete the file", file=sys.stderr)
    return frozenset()


def _write(fixing: Fixing, request: Request, style: Style) -> frozenset[Path]:
    """Write every file that was fixed, and return those that can't be written; the others are written all the same."""
    unwritten: set[Path] = set()
    given = request.standard_input
    for file in fixing.files:
        if given is not None and file.path == given.path:
            continue
        try:
            write(file, fixing.report.roots)
        except NotWritten as error:
            unwritten.add(file.path)
            message = visible(f"{request.shown(file.path)}: {error}")
            print(f"{style.coloured('error:', 'red')} {message}", file=sys.stderr)
    if given is not None:
        text = next((file.after for file in fixing.files if file.path == given.path), given.data)
        sys.stdout.buffer.write(text)
    return frozenset(unwritten)


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
