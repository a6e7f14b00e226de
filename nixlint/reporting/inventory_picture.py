"""Hosts, containers, networks and published ports as a picture: in Mermaid's language and in Graphviz's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nixlint.api.container_inventory import ListedContainer

from .inventory import UNKNOWN_HOST, kind_text, name_text
from .terminal import visible


class _Drawn(NamedTuple):
    """The parts of the picture: hosts with their containers' nodes, networks by host, and edges to networks and ports."""

    hosts: dict[str, list[tuple[str, tuple[str, ...]]]]
    networks: dict[tuple[str, str], str]
    edges: list[tuple[str, str]]
    ports: list[tuple[str, str, str]]


def inventory_mermaid(found: Sequence[ListedContainer]) -> str:
    """A flowchart: a box for each host, its containers in it, networks as circles, published ports as flags."""
    drawn = _drawn(found)
    lines = ["flowchart LR"]
    for number, (host, nodes) in enumerate(drawn.hosts.items()):
        lines.append(f'  subgraph h{number}["{_mermaid(host)}"]')
        lines += [f'    {node}["{"<br>".join(map(_mermaid, texts))}"]' for node, texts in nodes]
        lines += [f'    {node}(["{_mermaid(name)}"])' for (on, name), node in drawn.networks.items() if on == host]
        lines.append("  end")
    lines += [f'  {node}>"{_mermaid(text)}"] --> {container}' for node, container, text in drawn.ports]
    lines += [f"  {container} --- {network}" for container, network in drawn.edges]
    return "\n".join(lines) + "\n"


def inventory_dot(found: Sequence[ListedContainer]) -> str:
    """The same for Graphviz."""
    drawn = _drawn(found)
    lines = [
        "digraph inventory {",
        "  rankdir=LR;",
        "  nodesep=0.15;",
        "  ranksep=0.8;",
        '  node [shape=box, fontname="sans-serif"];',
        '  graph [fontname="sans-serif"];',
    ]
    for number, (host, nodes) in enumerate(drawn.hosts.items()):
        lines += [f"  subgraph cluster_{number} {{", f"    label={_dot(host)};"]
        lines += [f"    {node} [label={_dot(*texts)}];" for node, texts in nodes]
        lines += [
            f"    {node} [shape=ellipse, label={_dot(name)}];"
            for (on, name), node in drawn.networks.items()
            if on == host
        ]
        lines.append("  }")
    for node, container, text in drawn.ports:
        lines += [f"  {node} [shape=plain, label={_dot(*text.split(', '))}];", f"  {node} -> {container};"]
    lines += [f"  {container} -> {network} [dir=none];" for container, network in drawn.edges]
    return "\n".join([*lines, "}"]) + "\n"


class NotDrawn(Exception):
    """Graphviz could not draw a picture; the message says why."""


class NoGraphviz(NotDrawn):
    """There is no Graphviz."""


def inventory_svg(found: Sequence[ListedContainer]) -> str:
    """The picture as Graphviz lays it out. Raises :class:`NotDrawn`."""
    from nixlint.files.programs import NotRun, find_program, output_of

    program = find_program("dot")
    if program is None:
        raise NoGraphviz("there is no program 'dot'")
    try:
        return output_of(program, ["-Tsvg"], inventory_dot(found).encode()).decode()
    except NotRun as error:
        raise NotDrawn(f"Graphviz could not draw it: {error}") from error


def _drawn(found: Sequence[ListedContainer]) -> _Drawn:
    drawn = _Drawn({}, {}, [], [])
    for number, listed in enumerate(found):
        item, node = listed.item, f"c{number}"
        host = item.host or UNKNOWN_HOST
        about = (name_text(item), kind_text(item), *(text for text in (item.image,) if text))
        drawn.hosts.setdefault(host, []).append((node, about))
        for name in item.networks or ():
            if name is not None and name != "private":
                network = drawn.networks.setdefault((host, name), f"n{len(drawn.networks)}")
                drawn.edges.append((node, network))
        published = [port or "?" for port in item.ports or ()]
        if published:
            drawn.ports.append((f"p{number}", node, ", ".join(published)))
    return drawn


def _mermaid(text: str) -> str:
    escapes = {'"': "#quot;", "#": "#35;", "<": "#lt;", ">": "#gt;", "&": "#amp;"}
    return "".join(escapes.get(character, character) for character in visible(text))


def _dot(*texts: str) -> str:
    escaped = (visible(text).replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return '"' + "\\n".join(escaped) + '"'
