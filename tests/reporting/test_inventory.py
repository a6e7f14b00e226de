"""The inventory as text and as pictures."""

from __future__ import annotations

from pathlib import Path

from nixlint.api import ListedContainer
from nixlint.containers.inventory import InventoryItem
from nixlint.reporting.inventory import inventory_text
from nixlint.reporting.inventory_picture import inventory_dot
from nixlint.reporting.terminal import Style, cell_width
from nixlint.syntax.place import Place
from nixlint.syntax.span import Span

WEB = ListedContainer(
    InventoryItem(
        host="alpha",
        kind="oci",
        engine="podman",
        name="web",
        image="nginx:1.27",
        state_version=None,
        addresses=(),
        networks=("front",),
        ports=("80:80", "443:443"),
        volumes=("/srv/web:/data", None),
        environment=(),
        secrets=None,
        conditions=("config.services.web.enable and many more words than a narrow terminal has room for",),
        place=Place(Path("alpha.nix"), Span(0, 0)),
        inside=("forge",),
    ),
    "alpha.nix",
    3,
    5,
)


def text(width: int | None) -> str:
    return "".join(inventory_text([WEB], Style(False, width)))


def test_a_container_in_a_container_is_told_with_it() -> None:
    assert text(None).startswith("web in forge on alpha: OCI (podman)  alpha.nix:3\n")


def test_what_is_not_known_is_a_question_mark() -> None:
    assert "  volumes: /srv/web:/data\n           ?\n  secrets from: ?\n" in text(None)


def test_long_lines_are_wrapped_at_blanks_on_a_narrow_terminal() -> None:
    lines = text(50).splitlines()
    assert len(lines) > len(text(None).splitlines())
    assert all(cell_width(line) <= 50 for line in lines)


def test_a_picture_has_a_network_and_the_ports_each_on_a_line() -> None:
    drawn = inventory_dot([WEB])
    assert 'n0 [shape=ellipse, label="front"];' in drawn
    assert 'label="80:80\\n443:443"' in drawn


def test_a_table_with_long_texts_breaks_them_where_a_wide_terminal_has_no_room() -> None:
    volume = "/var/lib/services/media/library/films/in/many/folders/and/further/down:/media/films/all:ro"
    secret = "/run/secrets/services/media/with/a/very/long/name/of/its/own/that/nobody/would/choose"
    item = WEB.item._replace(volumes=(volume,), secrets=(secret,), conditions=())
    listed = WEB._replace(item=item)
    for width in (260, 180):
        lines = "".join(inventory_text([listed], Style(False, width))).splitlines()
        assert lines[0].startswith("host   kind")
        assert all(cell_width(line) <= width for line in lines)
    pieces = [line[lines[0].index("volumes") : lines[0].index("secrets from")].strip() for line in lines[1:]]
    assert "".join(pieces) == volume


def test_where_there_may_be_more_it_does_not_say_that_there_are_none() -> None:
    assert "".join(inventory_text([], Style(False, None), is_open=True)) == "no containers that are known\n"
    assert "".join(inventory_text([], Style(False, None))) == "no containers\n"
