"""How a Compose file yields the subjects that rules ask about; its reader is loaded with the first such file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nixlint.files.reading import Reader
from nixlint.syntax.span import LineIndex, Position

from .suppression import CommentedText

if TYPE_CHECKING:
    from nixlint.containers.compose_project import ComposeProject
    from nixlint.containers.oci.container import OciContainer, OciModule
    from nixlint.syntax.comments import Comment


class ReadCompose(NamedTuple):
    """A Compose file: its services, or why there are none."""

    path: Path
    containers: tuple[OciContainer, ...]
    lines: LineIndex
    data: bytes
    reader: Reader
    problem: str | None = None
    problem_at: Position | None = None

    def oci_containers(self) -> Iterable[OciContainer]:
        """The services, in order."""
        return self.containers

    def oci_modules(self) -> Iterable[OciModule]:
        """All services together, as a module would have them."""
        from nixlint.containers.oci.container import OciModule

        return (OciModule(self.containers),)

    def projects(self) -> Iterable[ComposeProject]:
        """The project of which this is the first file, if it is that."""
        return _projects(self.path, self.data, self.reader) if self.problem is None else ()

    def position(self, offset: int) -> Position:
        """The line and column of a byte offset."""
        return self.lines.position(offset)

    def commented(self) -> CommentedText:
        """The file with its comments, for what they suppress."""
        return CommentedText(self.path, self.data, self.lines, self._comments)

    def _comments(self) -> tuple[Comment, ...]:
        from nixlint.compose.problem import ComposeError
        from nixlint.compose.yaml_reader import ComposeText
        from nixlint.syntax.comments import Comment

        try:
            found = tuple(ComposeText(self.path, self.data).each_comment())
        except ComposeError:
            return ()
        return tuple(
            Comment(place.span, self.data[place.span.start : place.span.end].decode(), True, own_line)
            for place, own_line in found
        )


def read_compose(path: Path, data: bytes, reader: Reader) -> ReadCompose:
    """The services of a Compose file; a file that can't be loaded has a problem instead.

    ``reader`` reads the other files that it names.
    """
    from nixlint.compose.containers import containers_of
    from nixlint.compose.problem import ComposeError

    lines = LineIndex(data)
    try:
        containers, _ = containers_of(path, data, reader)
    except ComposeError as error:
        problem = f"not checked, for Compose can't load it: {error.message}"
        if error.place is not None and error.place.path == path:
            return ReadCompose(path, (), lines, data, reader, problem, lines.position(error.place.span.start))
        where = "" if error.place is None else f" (in {error.place.path.name})"
        return ReadCompose(path, (), lines, data, reader, f"{problem}{where}")
    return ReadCompose(path, containers, lines, data, reader)


def _projects(path: Path, data: bytes, reader: Reader) -> Iterable[ComposeProject]:
    """The project that a Compose file is the first one of; the converter is loaded with the first that is asked for."""
    from nixlint.compose.problem import ComposeError
    from nixlint.conversion.project_of_folder import project_of_folder

    try:
        project = project_of_folder(path, {path: data}, reader)
    except ComposeError:  # with the other files of the folder
        return ()
    return () if project is None else (project,)
