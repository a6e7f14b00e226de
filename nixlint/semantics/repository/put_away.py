"""Files that were put away: in a folder whose name says so, and that nothing uses any more."""

from __future__ import annotations

from pathlib import Path

from nixlint.semantics.repository.host_reach import reaches
from nixlint.semantics.repository.repository import Repository

_FOLDERS = frozenset(
    # Names of folders for what was in use once. A name alone is no proof: what a host imports from there is in use.
    "archive archived archives attic graveyard obsolete trash unused".split()
)


def is_put_away(path: Path, repository: Repository) -> bool:
    """Whether a file is in a folder for what was in use once, no other file names that folder, and no host imports it."""
    folder = _folder_of(path, repository)
    if folder is None:
        return False
    # As a path, and not as a part of an address: …/archive/main.tar.gz
    before = ("./", '"/', "}/", f"{folder.parent.name}/")
    named = tuple(f"{start}{folder.name}".encode() for start in before)
    if any(not user.is_relative_to(folder) for words in named for user in repository.files_mentioning(words)):
        return False
    return not any(path in reach.files for reach in reaches(repository))


def _folder_of(path: Path, repository: Repository) -> Path | None:
    """The outermost folder of that kind in which a file is."""
    if not path.is_relative_to(repository.root):
        return None
    parts = path.relative_to(repository.root).parts[:-1]
    for index, part in enumerate(parts):
        if part.lower() in _FOLDERS:
            return repository.root.joinpath(*parts[: index + 1])
    return None
