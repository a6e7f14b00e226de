"""``nixlint options``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from nixlint.files.tree import Tree
from nixlint.linting.configuration import suggestion
from nixlint.linting.run.discovery import Listing, named_path, repository_root
from nixlint.reporting.options import ShownOption, options_json, options_text, shown_option
from nixlint.reporting.terminal import style_for, visible
from nixlint.secrets.reading import RememberingReader
from nixlint.semantics.modules.option_query import ANY, parse_pattern
from nixlint.semantics.repository.hosts import Host, hosts
from nixlint.semantics.repository.project import ask_host, ask_repository
from nixlint.semantics.repository.repository import Repository

from .unread import from_here, missing_imports, unread_files

_MOST_HOSTS = 12
"""So many hosts are named where a question is better asked of one of them."""


@click.command("options")
@click.argument("words", nargs=-1, required=True, metavar="[PATHS]... OPTION")
@click.option(
    "--host", help="Answer for this host, with everything that its modules import; for each of them with '*'."
)
@click.option(
    "--format", "layout", type=click.Choice(["text", "json"]), default="text", help="How to write the answer."
)
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Whether to use colours.")
def command(words: Sequence[str], host: str | None, layout: str, color: str) -> int:
    """Show what the repository at PATHS (default: the current folder) defines for OPTION.

    OPTION is an option path in which * stands for any name, such as containers.*.config.system.stateVersion. Values are
    shown as far as they are known, with the conditions that they are under, and secrets are not shown.

    Exits with 0 where something is defined or may be, with 1 where nothing is, and with 2 where the question makes no sense
    or nothing is found and a file could not be read.
    """
    *paths, option = words
    try:
        pattern = parse_pattern(option)
        found = [shown for path in paths or ["."] for shown in _answers(path, pattern, host)]
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if layout == "json":
        sys.stdout.write(options_json(found))
    else:
        for piece in options_text(found, option, style_for(sys.stdout, color)):
            sys.stdout.write(piece)
        if host is None and any(shown.presence == "maybe" for shown in found):
            _name_hosts(paths or ["."])
    if any(shown.presence != "absent" for shown in found):
        return 0
    problems = [problem for path in paths or ["."] for problem in _unread(path)]
    for problem in problems:
        print(f"error: {visible(problem)}", file=sys.stderr)
    return 2 if problems else 1


def _answers(path: str, pattern: tuple[str, ...], host: str | None) -> Iterator[ShownOption]:
    repository, read, _ = _repository(path)
    folder = Path.cwd()
    if host is None:
        for item in ask_repository(repository, pattern):
            yield shown_option(item, None, repository, folder, read)
        return
    for asked in _hosts(repository, host):
        for item in ask_host(repository, asked, pattern):
            yield shown_option(item, asked.name, repository, folder, read)


def _unread(path: str) -> Iterator[str]:
    """What may define an option that is absent in all that was read: files that nobody could read, and what is missing."""
    lost = "what it defines is not known"
    repository, read, listing = _repository(path)
    yield from unread_files(repository, read, listing, lost, lambda _: True)
    yield from missing_imports(repository, lost)


def _repository(path: str) -> tuple[Repository, RememberingReader, Listing]:
    named = named_path(path)
    root = repository_root(named, (named,))
    reader = RememberingReader(Tree(root))
    listing = Listing(from_here)
    return Repository(root, sorted(listing.below(root)), reader), reader, listing


def _hosts(repository: Repository, name: str) -> tuple[Host, ...]:
    """The host of a name, or all of them for ``*``. Raises :class:`ValueError` where there is none."""
    known = {host.name: host for host in hosts(repository)}
    if name == ANY and known:
        return tuple(known.values())
    if name not in known:
        names = ", ".join(known) or "none"
        raise ValueError(f"there is no host '{name}'{suggestion(name, known)} (hosts: {names})")
    return (known[name],)


def _name_hosts(paths: Sequence[str]) -> None:
    """Say which hosts could be asked: what many may define is often certain for one."""
    names = [host.name for path in paths for host in hosts(_repository(path)[0])]
    if names:
        shown = ", ".join(names[:_MOST_HOSTS]) + (", …" if len(names) > _MOST_HOSTS else "")
        print(visible(f"Ask one host with --host NAME, or each with --host '*': {shown}."), file=sys.stderr)
