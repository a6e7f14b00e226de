"""``nixlint check``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from nixlint.api import Report, Severity
from nixlint.api import check as check_paths
from nixlint.reporting.formats import FORMATS, View
from nixlint.reporting.terminal import style_for

from .arguments import asked, choices_of, fail_on_option, paths_of, shared_options
from .notices import write_notices, write_warnings
from .progress import clear


@click.command("check")
@shared_options
@click.option("--format", "layout", type=click.Choice([*FORMATS]), default="text", help="Format of the report.")
@fail_on_option
@click.option(
    "--pedantic",
    is_flag=True,
    help="Also run pedantic rules, and show findings that depend on values nixlint cannot determine.",
)
@click.option("--no-cache", is_flag=True, envvar="NIXLINT_NO_CACHE", help="Do not read or write the cache.")
@click.option(
    "--cache-dir",
    metavar="FOLDER",
    envvar="NIXLINT_CACHE_DIR",
    help="Folder of the cache (default: nixlint in your cache folder).",
)
@click.option(
    "--jobs",
    "-j",
    metavar="N",
    type=click.IntRange(1),
    envvar="NIXLINT_JOBS",
    help="Number of processes for many files (default: one for each processor).",
)
def command(
    paths: Sequence[str],
    select: Sequence[str],
    ignore: Sequence[str],
    config: str | None,
    isolated: bool,
    stdin_filename: str | None,
    allow_plugins: bool,
    color: str,
    layout: str,
    fail_on: str,
    pedantic: bool,
    no_cache: bool,
    cache_dir: str | None,
    jobs: int | None,
) -> int:
    """Find mistakes that show only at run time in PATHS (default: the current folder).

    Exits with 0 if it finds nothing at or above --fail-on, with 1 if it does, and with 2 if it could not do its job: a
    file that it cannot read, an invalid configuration.
    """
    written_as = FORMATS[layout]
    choices = choices_of(paths, select, ignore, config, isolated, stdin_filename, allow_plugins)
    choices |= {"pedantic": pedantic, "cache": not no_cache, "cache_folder": cache_dir, "jobs": jobs}
    choices["with_edits"] = written_as.has_edits
    with asked():
        checked = check_paths(*paths_of(paths), **choices)
    report = checked.report
    clear(sys.stderr)
    view = View(checked.shown, checked.read, style_for(sys.stdout, color), checked.rules)
    for piece in written_as.written(report, view):
        sys.stdout.write(piece)
    sys.stdout.flush()
    if written_as.is_whole:
        write_warnings(report, color)
    else:
        write_notices(report, color)
    return exit_code(report, fail_on)


def exit_code(report: Report, fail_on: str) -> int:
    """2 for a failure, 1 for a finding at or above a severity (``never`` for none), else 0."""
    if report.failures:
        return 2
    if fail_on == "never":
        return 0
    least = Severity(fail_on).rank
    return int(any(not found.suppressed and found.severity.rank >= least for found in report.findings))
