"""The Compose project of a folder, offered as a module to be put beside its Compose file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nixlint.compose.loading import LoadedProject, Request, discover_files, files_of_environment, load
from nixlint.compose.node import MappingNode
from nixlint.compose.problem import ComposeError
from nixlint.containers.compose_project import ComposeProject
from nixlint.deployment.target import Target
from nixlint.files.reading import Reader
from nixlint.semantics.modules.releases import releases

from .convert import ConversionRequest, Root, convert_loaded
from .kept_options import KeptOptions


def project_of_folder(path: Path, texts: Mapping[Path, bytes], reader: Reader) -> ComposeProject | None:
    """The project that a Compose file stands for: ``None`` where Compose would not start with it, as with one that is
    merged into another, and where it has no services. ``reader`` reads the other files.

    Raises :class:`ComposeError` where it can't be loaded.
    """
    files = files_of_environment(path.parent, reader) or discover_files(path.parent, reader)
    if files[:1] != (path,):
        return None
    loaded = load(Request(files, None, reader=reader), texts)
    services = loaded.root.get("services")
    # Where several files are merged, the last one has the place.
    alone = loaded if len(files) == 1 else load(Request((path,), None, reader=reader), texts)
    place = alone.root.key_places.get("services")
    if not isinstance(services, MappingNode) or not services.entries or place is None or place.path != path:
        return None
    return ComposeProject(
        place,
        tuple(services.entries),
        path.with_suffix(".nix"),
        reader.kind(path.with_suffix(".nix")) is None,
        (path.name, f"{path.parent.name}/{path.name}"),
        lambda release: _module(loaded, tuple(file.name for file in files), release),
    )


def _module(loaded: LoadedProject, files: tuple[str, ...], release: str | None) -> str | None:
    target = Target() if release is None or release not in releases().names else Target(release=release)
    kept = KeptOptions(files, nixos=target.release)
    request = ConversionRequest(Request(()), target, shown=", ".join(files), root=Root.OWN, kept=kept)
    try:
        return convert_loaded(loaded, request).modules[0][1]
    except ComposeError:
        return None
