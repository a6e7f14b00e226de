"""The services of a Compose file as rows of the inventory."""

from __future__ import annotations

from pathlib import Path

from nixlint.containers.inventory import InventoryItem
from nixlint.files.reading import Reader
from nixlint.secrets.masking import shown

from .conversion.to_containers import convert
from .loading import Request, load
from .yaml_reader import ComposeText

_PROJECT = "project"
"""What the project is called here, and what the names of its networks and volumes begin with; this is left out again."""


def compose_inventory(
    path: Path, data: bytes, reader: Reader | None = None
) -> tuple[tuple[InventoryItem, ...], ComposeText]:
    """The services of a Compose file, and its text. Raises :class:`nixlint.compose.node.ComposeError`.

    Values of variables are left out, and no secret file is read. ``reader`` reads the other files that it
    names.
    """
    loaded = load(Request((path,), _PROJECT, reader=reader, is_for_checking=True), {path: data})
    found: dict[str, InventoryItem] = {}
    for container in convert(loaded, keeps_incomplete=True).deployment.containers:
        if container.place.path != path:
            continue
        networks = tuple(_own(item.network, path) for item in container.attachments)
        addresses = tuple(
            value for item in container.attachments for key, value in item.options if key in ("ip", "ip6")
        )
        item = InventoryItem(
            None,
            "compose",
            None,
            container.service,
            shown(container.image) or None,
            None,
            addresses,
            networks if container.network_mode is None else (container.network_mode,),
            tuple(shown(str(port)) for port in container.ports),
            tuple(
                shown(
                    ":".join(
                        (_own(mount.source, path), mount.target, *([",".join(mount.options)] if mount.options else []))
                    )
                )
                for mount in container.mounts
                if mount.source
            ),
            tuple(variable.name for variable in container.environment),
            (
                *(_own(file.path, path) for file in container.environment_files),
                *(mount.secret_file for mount in container.mounts if mount.secret_file is not None),
            ),
            (),
            container.place,
        )
        found.setdefault(container.service, item)
    return tuple(found.values()), loaded.texts[path]


def _own(name: str, path: Path) -> str:
    """A name without the project's, and a path as seen from the Compose file's folder."""
    folder = f"{path.parent}/"
    return f"./{name.removeprefix(folder)}" if name.startswith(folder) else name.removeprefix(f"{_PROJECT}_")
