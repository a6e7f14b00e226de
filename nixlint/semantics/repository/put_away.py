"""Files that nothing uses: put away, there to be shown, or left out by what imports whole folders."""

from __future__ import annotations

import re
from pathlib import Path

from nixlint.semantics.repository.host_reach import reaches
from nixlint.semantics.repository.repository import Repository

_FOLDERS = frozenset(
    # Names of folders for what was in use once. A name alone is no proof: what a host imports from there is in use.
    (
        "abandoned archive archived archives attic dead deleted deprecated disabled discarded graveyard inactive junk "
        "leftovers obsolete removed retired stale trash unmaintained unused example examples"
    ).split()
)
_IMPORTERS = (b"import-tree", b"haumea")
"""Of these libraries, which import whole folders, what begins with ``_`` is left out (import-tree, README)."""


def is_put_away(path: Path, repository: Repository) -> bool:
    """Whether a file is in a folder for what is not in use, no other file names that folder, and no host imports it.

    Where whole folders are imported, the same goes for a file or a folder whose name begins with ``_``.
    """
    folder = _folder_of(path, repository)
    if folder is None:
        return False
    # As a path, and not as a part of an address: …/archive/main.tar.gz
    before = ("./", '"/', "}/", f"{folder.parent.name}/")
    named = tuple(f"{start}{folder.name}".encode() for start in before)
    users = {user for words in named for user in repository.files_mentioning(words)}
    if any(user != folder and not user.is_relative_to(folder) and _imports(user, folder, repository) for user in users):
        return False
    return not any(path in reach.files for reach in reaches(repository))


def _imports(user: Path, folder: Path, repository: Repository) -> bool:
    """Whether a file that has a folder's name in a path means the folder: ``"/disabled/"`` is what a filter looks for."""
    source = repository.source(user)
    if source is None:
        return True
    return re.search(rb"(?:\./|\"/|\}/|\w/)" + re.escape(folder.name.encode()) + rb"(?!/\")", source.data) is not None


def _folder_of(path: Path, repository: Repository) -> Path | None:
    """The outermost folder of that kind in which a file is, or the file itself."""
    if not path.is_relative_to(repository.root):
        return None
    parts = path.relative_to(repository.root).parts
    for index, part in enumerate(parts):
        is_named = index + 1 < len(parts) and part.lower().strip("._-") in _FOLDERS
        if is_named or (part.startswith("_") and any(map(repository.mentions, _IMPORTERS))):
            return repository.root.joinpath(*parts[: index + 1])
    return None
