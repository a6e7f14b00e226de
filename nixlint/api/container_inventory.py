"""Every container of a repository that is written there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nixlint.containers.compose_names import is_compose_file
from nixlint.containers.inventory import InventoryItem, UnknownPart, nix_inventory, without_values
from nixlint.files.reading import Reader, reason_of
from nixlint.files.tree import Tree, Trees
from nixlint.linting.configuration import suggestion
from nixlint.linting.run.discovery import Listing, named_path, repository_root
from nixlint.secrets.reading import RememberingReader
from nixlint.semantics.repository.hosts import hosts
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.place import Place

from .request import BadRequest, PathLike, shown_from_here
from .unread import unread_files


class ListedContainer(NamedTuple):
    """A container, and where it is written: a file as the user would write it, a line and a column from 1."""

    item: InventoryItem
    file: str
    line: int
    column: int


class Inventory(NamedTuple):
    """The containers by host, those of no host at the end.

    ``problems`` are files that could not be read, so that their containers are not listed; ``notes`` say which parts of
    hosts are not known, which may have more of them. It ``is_open`` where none of Nix are known, and there may be some.
    """

    containers: tuple[ListedContainer, ...]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_open: bool = False


def inventory(*paths: PathLike, host: str | None = None) -> Inventory:
    """List the containers at some paths, by default of the current folder; with ``host`` those of this host alone.

    Values of environment variables and of secrets are not in it. Raises :class:`~nixlint.api.BadRequest` where there is no
    such path or host.
    """
    problems: list[str] = []
    unknown: list[UnknownPart] = []
    try:
        asked = [named_path(str(path)) for path in paths or (".",)]
        roots = dict.fromkeys(repository_root(path, (path,)) for path in asked)
        found = [listed for root in roots for listed in _listed(root, host, asked, problems, unknown)]
    except ValueError as error:
        raise BadRequest(str(error)) from error
    found.sort(key=lambda listed: (listed.item.host is None, listed.item.host or ""))
    is_open = not any(each.item.kind != "compose" for each in found) and bool(unknown)
    is_told = (
        is_open or host is not None or any(each.item.host is None and each.item.kind != "compose" for each in found)
    )
    notes = tuple(_notes(unknown, Trees(roots))) if is_told else ()
    return Inventory(tuple(found), tuple(problems), notes, is_open)


def _listed(
    root: Path, host: str | None, asked: Sequence[Path], problems: list[str], unknown: list[UnknownPart]
) -> Iterator[ListedContainer]:
    def is_asked(path: Path) -> bool:
        return any(path.is_relative_to(each) for each in asked)

    listing = Listing(shown_from_here)
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
        yield ListedContainer(without_values(item, read.known), shown_from_here(item.place.path), line, column)
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
        problems.append(f"{shown_from_here(path)}: {reason_of(error)}")
        return
    except ComposeError as error:
        problems.append(f"{_where(error.place, path, tree)}: {error}")
        return
    lines = LineIndex(text.data)
    known = KnownValues(hidden_values(text.data, hidden_in_text(text.data)))
    for item in items:
        position = lines.position(item.place.span.start)
        yield ListedContainer(without_values(item, known), shown_from_here(path), position.line, position.column)


def _where(place: Place | None, path: Path, reader: Reader) -> str:
    """Where an error is: the file, and the line where it is known."""
    from nixlint.syntax.span import LineIndex

    if place is None:
        return shown_from_here(path)
    try:
        line = LineIndex(reader.read(place.path)).position(place.span.start).line
    except OSError:
        return shown_from_here(place.path)
    return f"{shown_from_here(place.path)}:{line}"


def _notes(unknown: Sequence[UnknownPart], reader: Reader) -> Iterator[str]:
    """What is not known of the hosts: one line for each part, with the hosts that have it."""
    found: dict[tuple[str, str], list[str]] = {}
    for part in unknown:
        named = [] if part.host is None else [part.host]
        found.setdefault((_where(part.place, part.place.path, reader), part.reason), []).extend(named)
    for (where, reason), names in found.items():
        who = ", ".join(dict.fromkeys(names)) or "it"
        yield f"{where}: {reason}, so that {who} may have more containers"
