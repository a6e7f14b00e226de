"""How a file yields the subjects that rules ask about: one table, and nothing imported before somebody asks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from nixlint.semantics.repository import Repository
from nixlint.syntax.place import Place
from nixlint.syntax.problem import Problem
from nixlint.syntax.source_file import SourceFile


class FileProblem(NamedTuple):
    """A problem for which Nix refuses a file, and its places."""

    problem: Problem
    place: Place
    related: Place | None


def subjects_of(kind: type, source: SourceFile, repository: Repository) -> Iterable[object]:
    """The subjects of a kind in a file, in order; none where no file has subjects of that kind."""
    match kind.__name__:
        case "WrittenDefinition":
            from nixlint.semantics.definitions import written_definitions

            return written_definitions(source, repository)
        case "StringLiteral":
            from nixlint.semantics.definitions import string_literals

            return string_literals(source, repository)
        case "NspawnContainer":
            from nixlint.containers.nspawn import nspawn_containers

            return nspawn_containers(source, repository)
        case "OciContainer":
            from nixlint.containers.oci_reader import oci_containers

            return oci_containers(source, repository)
        case "OciModule":
            from nixlint.containers.oci_reader import oci_modules

            return oci_modules(source, repository)
        case "HostSystem":
            from nixlint.containers.host_system import host_modules

            return host_modules(source, repository)
        case _:
            return ()


def subjects_of_repository(kind: type, repository: Repository) -> Iterable[object]:
    """The subjects of a kind that no file holds alone, in order: rules ask for them when all files have had their turn."""
    match kind.__name__:
        case "HostSystem":
            from nixlint.containers.host_system import host_systems

            return host_systems(repository)
        case _:
            return ()
