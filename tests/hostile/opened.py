"""Whether anybody opened, read or changed anything in a folder: the system says so itself (inotify(7))."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ACCESS, _MODIFY, _ATTRIB, _OPEN = 0x1, 0x2, 0x4, 0x20
_MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x40, 0x80, 0x100, 0x200
_ANYTHING = _ACCESS | _MODIFY | _ATTRIB | _OPEN | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
_HEAD = struct.Struct("iIII")


@contextmanager
def watched(folder: Path) -> Iterator[list[str]]:
    """While the block runs, watch a folder and all folders in it; afterwards the list has a line for each event."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert descriptor >= 0
    names: dict[int, Path] = {}
    events: list[str] = []
    try:
        for each in (folder, *(path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink())):
            names[libc.inotify_add_watch(descriptor, os.fsencode(each), _ANYTHING)] = each
        yield events
        events += _events(descriptor, names)
    finally:
        os.close(descriptor)


def _events(descriptor: int, names: dict[int, Path]) -> Iterator[str]:
    while True:
        try:
            data = os.read(descriptor, 65_536)
        except BlockingIOError:
            return
        while data:
            watch, mask, _, length = _HEAD.unpack_from(data)
            name = os.fsdecode(data[_HEAD.size : _HEAD.size + length].rstrip(b"\0"))
            yield f"{names[watch] / name}: {mask:#x}"
            data = data[_HEAD.size + length :]
