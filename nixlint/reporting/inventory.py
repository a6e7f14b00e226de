"""The containers of a repository, as text and as JSON (``nixlint/data/inventory.schema.json``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nixlint.api.container_inventory import ListedContainer
from nixlint.containers.inventory import InventoryItem, Items

from .json_document import Json, json_text, maybe, text
from .terminal import Style, cell_width, visible, wrapped

UNKNOWN_HOST = "–"
_UNKNOWN = "?"
_HEADINGS = (
    "host",
    "kind",
    "name",
    "image or system",
    "state version",
    "addresses",
    "published ports",
    "volumes",
    "secrets from",
    "place",
)


_NARROWEST = 24
"""No column of a table is made narrower than this."""
_INDENT = "  "


def kind_text(item: InventoryItem) -> str:
    """What it is, as people say: ``native``, ``OCI (podman)``, ``Compose``."""
    match item.kind:
        case "nspawn":
            return "native"
        case "compose":
            return "Compose"
        case _:
            return "OCI" if item.engine is None else f"OCI ({item.engine})"


def name_text(item: InventoryItem) -> str:
    """Its name, and those of the native containers that it is in: ``db in forge``."""
    return " in ".join([item.name or _UNKNOWN, *reversed(item.inside)])


def inventory_text(found: Sequence[ListedContainer], style: Style, is_open: bool = False) -> Iterator[str]:
    """The containers for people: a table where a terminal has room for it, else a paragraph for each.

    ``is_open`` says that there may be containers which are not known.
    """
    if not found:
        yield "no containers that are known\n" if is_open else "no containers\n"
        return
    rows = [_cells(listed) for listed in found]
    widths = [
        max(cell_width(heading), *(cell_width(line) for row in rows for line in row[column]))
        for column, heading in enumerate(_HEADINGS)
    ]
    room = None if style.width is None else _fitted(widths, style.width - 2 * (len(widths) - 1))
    if room is not None:
        yield from _table(
            [[_broken(cell, width) for cell, width in zip(row, room, strict=True)] for row in rows], room, style
        )
    else:
        for row in rows:
            yield from _paragraph(row, style)


def inventory_json(found: Sequence[ListedContainer]) -> str:
    """The containers for programs: a versioned document."""
    return json_text({"version": 1, "containers": [_json(listed) for listed in found]})


def _cells(listed: ListedContainer) -> list[list[str]]:
    """The lines of each column, safe for a terminal."""
    item = listed.item
    native = item.kind == "nspawn"
    name = [visible(name_text(item)), *(f"if {visible(condition)}" for condition in item.conditions)]
    return [
        [visible(item.host or UNKNOWN_HOST)],
        [kind_text(item)],
        name,
        [visible(item.image or ("" if native else _UNKNOWN))],
        [_state_version(item)],
        _lines(item.addresses),
        _lines(item.ports),
        _lines(item.volumes),
        _lines(item.secrets),
        [visible(f"{listed.file}:{listed.line}")],
    ]


def _state_version(item: InventoryItem) -> str:
    if item.kind != "nspawn":
        return ""
    return _UNKNOWN if item.state_version is None else visible(item.state_version) or "not set"


def _lines(items: Items) -> list[str]:
    if items is None:
        return [_UNKNOWN]
    return [_UNKNOWN if item is None else visible(item) for item in items] or [""]


def _fitted(widths: Sequence[int], room: int) -> list[int] | None:
    """The widths of columns that have room together: the widest are narrowed; ``None`` where they would get too narrow."""
    fitted = list(widths)
    while (over := sum(fitted) - room) > 0:
        widest = max(fitted)
        if widest <= _NARROWEST:
            return None
        columns = [column for column, width in enumerate(fitted) if width == widest]
        second = max((width for width in fitted if width < widest), default=_NARROWEST)
        step = min(widest - max(second, _NARROWEST), -(-over // len(columns))) or 1
        for column in columns:
            fitted[column] -= step
    return fitted


def _broken(lines: Sequence[str], width: int) -> list[str]:
    """The lines of a cell, those that are too wide broken behind a mark such as ``/``, and what follows indented."""
    found: list[str] = []
    for line in lines:
        rest = line
        while cell_width(rest) > width:
            end = width
            while cell_width(rest[:end]) > width:
                end -= 1
            mark = max(rest.rfind(mark, len(_INDENT) + 1, end) for mark in "/:,. -") + 1
            end = mark if mark > end // 2 else end
            found.append(rest[:end].rstrip())
            rest = _INDENT + rest[end:]
        found.append(rest)
    return found


def _table(rows: Sequence[Sequence[Sequence[str]]], widths: Sequence[int], style: Style) -> Iterator[str]:
    yield f"{style.bold('  '.join(_padded(*pair) for pair in zip(_HEADINGS, widths, strict=True)).rstrip())}\n"
    for row in rows:
        for number in range(max(map(len, row))):
            line = [cell[number] if number < len(cell) else "" for cell in row]
            yield "  ".join(_padded(*pair) for pair in zip(line, widths, strict=True)).rstrip() + "\n"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_width(text))


def _paragraph(row: Sequence[Sequence[str]], style: Style) -> Iterator[str]:
    (host,), (kind,), (name, *conditions), *rest, (place,) = row
    yield f"{style.bold(name)} on {host}: {kind}  {style.faint(place)}\n"
    for condition in conditions:
        yield f"  {style.faint(wrapped(condition, style.width, '    ', 2))}\n"
    for heading, lines in zip(_HEADINGS[3:-1], rest, strict=True):
        if list(lines) != [""]:
            blank = f"  {' ' * len(heading)}  "
            first, *others = (wrapped(line, style.width, f"{blank}  ", len(blank)) for line in lines)
            yield f"  {heading}: {first}\n"
            yield from (f"{blank}{line}\n" for line in others)


def _json(listed: ListedContainer) -> Json:
    item = listed.item
    return {
        "host": maybe(item.host),
        "kind": text(item.kind),
        "engine": maybe(item.engine),
        "name": maybe(item.name),
        "image": maybe(item.image),
        "stateVersion": maybe(item.state_version or None),
        "stateVersionIsKnown": item.kind == "nspawn" and item.state_version is not None,
        "addresses": _list(item.addresses),
        "networks": _list(item.networks),
        "ports": _list(item.ports),
        "volumes": _list(item.volumes),
        "environment": _list(item.environment),
        "secrets": _list(item.secrets),
        "conditions": [text(each) for each in item.conditions],
        "inside": [text(each) for each in item.inside],
        "file": text(listed.file),
        "line": listed.line,
        "column": listed.column,
    }


def _list(items: Items) -> Json:
    return None if items is None else [maybe(item) for item in items]
