"""``nixlint inventory``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from nixlint.containers.compose_names import is_compose_file
from nixlint.containers.inventory import UnknownPart, nix_inventory, without_values
from nixlint.files.reading import Reader, reason_of
from nixlint.files.tree import Tree, Trees
from nixlint.linting.configuration import suggestion
from nixlint.linting.run.discovery import Listing, named_path, repository_root
from nixlint.reporting.inventory import ListedContainer, inventory_json, inventory_text
from nixlint.reporting.terminal import style_for, visible
from nixlint.secrets.reading import RememberingReader
from nixlint.semantics.repository.hosts import hosts
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.place import Place

from .unread import from_here, unread_files


@click.command("inventory")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--host", help="List the containers of this host alone.")
@click.option(
    "--format",
    "layout",
    type=click.Choice(["text", "json", "mermaid", "dot", "svg"]),
    default="text",
    help="How to write it; svg needs Graphviz.",
)
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Whether to use colours.")
def command(paths: Sequence[str], host: str | None, layout: str, color: str) -> int:
    """List every container of the repository at PATHS (default: the current folder) that is written there.

    Native containers, OCI containers and the services of Compose files, by the host that they are on. Values of
    environment variables and of secrets are not shown.

    Exits with 0, or with 2 where the question makes no sense or a file could not be read.
    """
    problems: list[str] = []
    unknown: list[UnknownPart] = []
    try:
        asked = [named_path(path) for path in paths or ["."]]
        roots = dict.fromkeys(repository_root(path, (path,)) for path in asked)
        found = [listed for root in roots for listed in _listed(root, host, asked, problems, unknown)]
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    found.sort(key=lambda listed: (listed.item.host is None, listed.item.host or ""))
    for problem in problems:
        print(f"error: {visible(problem)}", file=sys.stderr)
    is_open = not any(each.item.kind != "compose" for each in found) and bool(unknown)
    if is_open or host is not None or any(each.item.host is None and each.item.kind != "compose" for each in found):
        for note in _notes(unknown, Trees(roots)):
            print(f"note: {visible(note)}", file=sys.stderr)
    match layout:
        case "json":
            sys.stdout.write(inventory_json(found))
        case "text":
            for piece in inventory_text(found, style_for(sys.stdout, color), is_open):
                sys.stdout.write(piece)
        case _:
            sys.stdout.write(_picture(found, layout))
    return 2 if problems else 0


def _listed(
    root: Path, host: str | None, asked: Sequence[Path], problems: list[str], unknown: list[UnknownPart]
) -> Iterator[ListedContainer]:
    def is_asked(path: Path) -> bool:
        return any(path.is_relative_to(each) for each in asked)

    listing = Listing(from_here)
    tree = Tree(root)
    read = RememberingReader(tree)
    repository = Repository(root, sorted(listing.below(root)), read)
    if host is not None:
        names = [each.name for each in hosts(repository)]
        if host not in names:
            known = ", ".join(names) or "none"
            raise ValueError(f"there is no host '{host}'{suggestion(host, names)} (hosts: {known})")
    lost = "its containers are not listed"
    for item in nix_inventory(repository, host, unknown):
        if not is_asked(item.place.path):
            continue
        source = repository.source(item.place.path)
        position = None if source is None else source.position(item.place.span.start)
        line, column = (1, 1) if position is None else (position.line, position.column)
        yield ListedContainer(without_values(item, read.known), from_here(item.place.path), line, column)
    problems.extend(unread_files(repository, read, listing, lost, is_asked, b"containers"))
    if host is None:
        for path in sorted(listing.all_below(root)):
            if path.suffix != ".nix" and is_compose_file(path) and is_asked(path):
                yield from _compose(path, tree, problems)


def _compose(path: Path, tree: Tree, problems: list[str]) -> Iterator[ListedContainer]:
    from nixlint.compose.inventory import compose_inventory
    from nixlint.compose.problem import ComposeError
    from nixlint.secrets.hidden import hidden_in_text, hidden_values
    from nixlint.secrets.masking import KnownValues
    from nixlint.syntax.span import LineIndex

    try:
        items, text = compose_inventory(path, tree.read(path), tree)
    except OSError as error:
        problems.append(f"{from_here(path)}: {reason_of(error)}")
        return
    except ComposeError as error:
        problems.append(f"{_where(error.place, path, tree)}: {error}")
        return
    lines = LineIndex(text.data)
    known = KnownValues(hidden_values(text.data, hidden_in_text(text.data)))
    for item in items:
        position = lines.position(item.place.span.start)
        yield ListedContainer(without_values(item, known), from_here(path), position.line, position.column)


def _where(place: Place | None, path: Path, reader: Reader) -> str:
    """Where an error is: the file, and the line where it is known."""
    from nixlint.syntax.span import LineIndex

    if place is None:
        return from_here(path)
    try:
        line = LineIndex(reader.read(place.path)).position(place.span.start).line
    except OSError:
        return from_here(place.path)
    return f"{from_here(place.path)}:{line}"


def _notes(unknown: Sequence[UnknownPart], reader: Reader) -> Iterator[str]:
    """What is not known of the hosts: one line for each part, with the hosts that have it."""
    found: dict[tuple[str, str], list[str]] = {}
    for part in unknown:
        named = [] if part.host is None else [part.host]
        found.setdefault((_where(part.place, part.place.path, reader), part.reason), []).extend(named)
    for (where, reason), names in found.items():
        who = ", ".join(dict.fromkeys(names)) or "it"
        yield f"{where}: {reason}, so that {who} may have more containers"


def _picture(found: Sequence[ListedContainer], layout: str) -> str:
    from nixlint.reporting.inventory_picture import inventory_dot, inventory_mermaid

    if layout == "mermaid":
        return inventory_mermaid(found)
    return inventory_dot(found) if layout == "dot" else _svg(inventory_dot(found))


def _svg(drawing: str) -> str:
    """The drawing as Graphviz lays it out. Raises :class:`click.UsageError` where there is no Graphviz."""
    from nixlint.files.programs import NotRun, find_program, output_of

    program = find_program("dot")
    if program is None:
        raise click.UsageError("--format svg needs Graphviz: there is no program 'dot' (try --format mermaid)")
    try:
        return output_of(program, ["-Tsvg"], drawing.encode()).decode()
    except NotRun as error:
        raise click.ClickException(f"Graphviz could not draw it: {error}") from error
