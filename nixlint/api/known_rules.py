"""The rules that there are."""

from __future__ import annotations

from nixlint.linting.registry import Registry, load_registry
from nixlint.linting.run.workspace import workspaces

from .request import PathLike, absolute


def rules(folder: PathLike | None = None, *, allow_plugins: bool = False) -> Registry:
    """The rules that are installed, and with ``folder`` those that its configuration adds, as far as they may run.

    What can't be loaded, or may not run, is among the ``failures``.
    """
    registry = load_registry()
    if folder is None:
        return registry
    from nixlint.linting.packs.folder_packs import FolderPacks
    from nixlint.linting.run.request import Request, StandardInput

    # A file in the folder has the configuration of the folder, whether there is one or not.
    place = absolute(folder) / "default.nix"
    packs = FolderPacks(allows_all=allow_plugins)
    request = Request((place,), place.parent, standard_input=StandardInput(place, b""), packs=packs)
    found = workspaces(request, registry, (place,))
    extended = next((group.registry for group in found.groups), registry)
    return extended._replace(failures=(*extended.failures, *found.failures))
