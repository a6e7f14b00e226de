"""Which files of a repository nobody could read or understand, so that nothing is known of what they hold.

What answers for a whole repository says so; otherwise 'nothing is there' would be a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from nixlint.files.reading import Reader, reason_of
from nixlint.linting.run.discovery import Listing
from nixlint.semantics.language.values import ListValue, PathValue
from nixlint.semantics.repository.repository import NotNix, Repository, read_nix
from nixlint.syntax import views
from nixlint.syntax.file_kind import FileKind
from nixlint.syntax.problem import ProblemKind
from nixlint.syntax.problems import find_problems
from nixlint.syntax.source_file import SourceFile

from .request import shown_from_here


def unread_files(
    repository: Repository,
    reader: Reader,
    listing: Listing,
    lost: str,
    is_asked: Callable[[Path], bool],
    word: bytes = b"",
) -> Iterator[str]:
    """A line for each file that was asked about and could not be read; ``lost`` says what is not known for that reason.

    Files that can be read are looked into where they hold ``word``.
    """
    for failure in listing.failures:
        yield f"{failure.path}: {failure.message}, so {lost}"
    for path in repository.files:
        reason = _reason(repository, reader, path, word) if is_asked(path) else None
        if reason is not None:
            yield f"{shown_from_here(path)}: {reason}, so {lost}"


def missing_imports(repository: Repository, lost: str) -> Iterator[str]:
    """A line for each module that a file imports by its path where there is nothing in the repository."""
    files = repository.file_tree()
    for path in repository.files_mentioning(b"imports"):
        source = repository.source(path)
        if source is None or source.root.has_error:
            continue
        for binding, imported in _imported(source, repository):
            if imported.is_relative_to(repository.root) and files.kind(imported) is None:
                line = source.position(binding.span.start).line
                missing = shown_from_here(imported)
                yield f"{shown_from_here(path)}:{line}: it imports {missing}, and there is nothing, so {lost}"


def _reason(repository: Repository, reader: Reader, path: Path, word: bytes) -> str | None:
    try:
        if word not in read_nix(reader, path):
            return None
        source = repository.open(path)
    except NotNix as error:
        return error.kind.reason if error.kind is FileKind.OVERSIZED else None
    except OSError as error:
        return f"cannot be read: {reason_of(error)}"
    if source.root.has_error:
        return "it has a syntax error"
    problem = next(iter(find_problems(source)), None)
    return problem.message if problem is not None and problem.kind is ProblemKind.NESTED_TOO_DEEPLY else None


def _imported(source: SourceFile, repository: Repository) -> Iterator[tuple[views.Binding, Path]]:
    """The paths in the lists named ``imports``, as far as they are known."""
    interpreter = repository.interpreter()
    for binding in views.bindings_named(source, "imports"):
        value = interpreter.evaluate(binding.value, interpreter.scope_at(binding.value))
        for element in value.elements if isinstance(value, ListValue) else ():
            imported = element.force()
            if isinstance(imported, PathValue):
                yield binding, imported.path
