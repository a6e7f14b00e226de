"""Wheels made by hand, so that no build backend and no network is needed."""

from __future__ import annotations

import hashlib
import tomllib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile


def wheel_of(project: Path, folder: Path) -> Path:
    """The wheel of a project with its sources below ``src``, as setuptools makes it."""
    metadata = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    source = project / "src"
    files = {
        path.relative_to(source).as_posix(): path.read_bytes()
        for path in sorted(source.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    return make_wheel(folder, metadata["name"], metadata["version"], files, metadata["entry-points"])


def make_wheel(
    folder: Path,
    name: str,
    version: str,
    files: Mapping[str, bytes],
    entry_points: Mapping[str, Mapping[str, str]],
) -> Path:
    """A wheel with some files (PEP 427, 'Binary distribution format')."""
    escaped = name.replace("-", "_")
    info = f"{escaped}-{version}.dist-info"
    groups = (
        f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in entries.items())
        for group, entries in entry_points.items()
    )
    held = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "\n".join(groups).encode(),
    }
    record = "".join(f"{path},sha256={_digest(data)},{len(data)}\n" for path, data in held.items())
    held[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{escaped}-{version}-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        for path, data in held.items():
            archive.writestr(path, data)
    return wheel


def _digest(data: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
