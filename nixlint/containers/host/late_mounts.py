"""File systems of a host that may not be mounted yet when its services start.

systemd mounts local file systems before any service (``local-fs.target``, bootup(7)). It does not wait for those over the
network, and not for one with ``nofail`` (systemd.mount(5)). An automount is there from the start.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nixlint.containers.stated import is_complete, texts
from nixlint.semantics.language.values import StringValue
from nixlint.semantics.modules.module_system import Definition, ModuleSystem, ask_within
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.syntax.place import Place

_FILE_SYSTEMS = OptionPath.of("fileSystems")
_REMOTE = frozenset("9p afs ceph cifs davfs fuse.rclone fuse.sshfs glusterfs nfs nfs4 smb3 smbfs sshfs".split())
_LATE = frozenset({"nofail", "_netdev"})
_AUTOMATIC = ("x-systemd.automount", "noauto", "x-systemd.before", "x-systemd.required-by", "x-systemd.wanted-by")


class LateMount(NamedTuple):
    """A mount point, and where it is defined."""

    mount_point: str
    place: Place


def late_mounts(host: ModuleSystem) -> Iterator[LateMount]:
    """The file systems that certainly are mounted without any service waiting for them."""
    named: dict[str, list[Definition]] = {}
    for name, definition in host.children(_FILE_SYSTEMS):
        if name is not None:
            named.setdefault(name, []).append(definition)
    for name, definitions in named.items():
        places = [found.name_place for found in definitions if found.name_place is not None and not found.conditions]
        if places and name not in ("/", "/nix", "/var") and _is_late(tuple(definitions)):
            yield LateMount(name.rstrip("/"), places[0])


def _is_late(definitions: tuple[Definition, ...]) -> bool:
    kind = ask_within(definitions, OptionPath.of("fsType")).value
    options = ask_within(definitions, OptionPath.of("options"))
    if not is_complete(options):
        return False
    given = {option.what for option in texts(options)}
    if any(option.startswith(_AUTOMATIC) for option in given):
        return False
    return bool(given & _LATE) or (isinstance(kind, StringValue) and kind.text in _REMOTE)
