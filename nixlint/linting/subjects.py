"""The kinds of subjects that rules ask about, and how each is read: one table, and nothing imported before somebody asks.

A kind says itself how it is read from a file of Nix, from a Compose file and from a host, and which words
a file of Nix has in which subjects of the kind are defined. These are words of the definition itself (``containers``), never
of what a rule looks for in it: that may well stand in another file that the definition imports.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from nixlint.containers.existence import Existence
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.place import Place
from nixlint.syntax.problem import Problem
from nixlint.syntax.source_file import SourceFile

from .compose_subjects import ReadCompose
from .finding import Confidence

if TYPE_CHECKING:
    from nixlint.containers.host.system import HostSystem, HostView


class FileProblem(NamedTuple):
    """A problem for which Nix refuses a file, and its places."""

    problem: Problem
    place: Place
    related: Place | None


class SubjectKind(NamedTuple):
    """A kind of subject; what is ``None`` has no subjects of it.

    ``words``: a file of Nix without any of these bytes defines no such subject; empty where every file may.
    """

    words: tuple[bytes, ...] = ()
    in_nix: Callable[[SourceFile, Repository], Iterable[object]] | None = None
    in_compose: Callable[[ReadCompose], Iterable[object]] | None = None
    with_texts: Callable[[Iterable[bytes], Sequence[re.Pattern[bytes]] | None, SourceFile], Iterable[object]] | None = (
        None
    )
    """Only those subjects in whose text, as it is written, one of some texts (:attr:`Rule.words`) and, where there are any,
    one of some patterns (:attr:`Rule.values`) is found."""
    on_host: Callable[[HostSystem], Iterable[object]] | None = None
    """Subjects that a host has, whichever of its files hold them: rules are asked about them when all files have been
    checked, host by host."""
    on_no_host: Callable[[HostView], Iterable[object]] | None = None
    """Subjects that it takes all hosts to know: what none of them reaches."""

    def may_be_in(self, data: bytes) -> bool:
        """Whether a file of Nix with these bytes may define a subject of the kind."""
        return self.in_nix is not None and (not self.words or any(word in data for word in self.words))


def surest(subject: object) -> Confidence:
    """How sure something can be that is found in a subject: no surer than that the subject is there, and known whole."""
    return _SUREST.get(getattr(subject, "existence", Existence.CERTAIN), Confidence.CERTAIN)


_SUREST = {Existence.LIKELY: Confidence.LIKELY, Existence.POSSIBLE: Confidence.POSSIBLE}


class UnknownSubject(Exception):
    """A rule asks about something that nothing reads, and would never be asked."""


def kind_of(name: str) -> SubjectKind:
    """The kind of subjects of a name (:attr:`Rule.kinds`). Raises :class:`UnknownSubject` where there is none."""
    kind = _KINDS.get(name)
    if kind is None:
        known = ", ".join(sorted(map(short_name, _KINDS)))
        raise UnknownSubject(f"nothing reads a {short_name(name)} (there are: {known})")
    return kind


def short_name(kind: str) -> str:
    """The name of a kind without its module."""
    return kind.rpartition(".")[2]


FILE_PROBLEM = "nixlint.linting.subjects.FileProblem"
MALFORMED_DIRECTIVE = "nixlint.linting.suppression.MalformedDirective"
UNUSED_SUPPRESSION = "nixlint.linting.suppression.UnusedSuppression"
WRITTEN_DEFINITION = "nixlint.semantics.repository.definitions.WrittenDefinition"
HOST_SYSTEM = "nixlint.containers.host.system.HostSystem"


def _definitions(source: SourceFile, repository: Repository) -> Iterable[object]:
    from nixlint.semantics.repository.definitions import written_definitions

    return written_definitions(source, repository)


def _strings(source: SourceFile, repository: Repository) -> Iterable[object]:
    from nixlint.semantics.repository.definitions import string_literals

    return string_literals(source, repository)


def _strings_with(
    texts: Iterable[bytes], patterns: Sequence[re.Pattern[bytes]] | None, source: SourceFile
) -> Iterable[object]:
    from nixlint.semantics.repository.definitions import strings_with

    return strings_with(texts, patterns, source)


def _nspawn_containers(source: SourceFile, repository: Repository) -> Iterable[object]:
    from nixlint.containers.nspawn.container import nspawn_containers

    return nspawn_containers(source, repository)


def _oci_containers(source: SourceFile, repository: Repository) -> Iterable[object]:
    from nixlint.containers.oci.reader import oci_containers

    return oci_containers(source, repository)


def _oci_modules(source: SourceFile, repository: Repository) -> Iterable[object]:
    from nixlint.containers.oci.reader import oci_modules

    return oci_modules(source, repository)


def _host_modules(source: SourceFile, repository: Repository) -> Iterable[object]:
    from nixlint.containers.host.system import host_modules

    return host_modules(source, repository)


def _itself(host: HostSystem) -> Iterable[object]:
    return (host,)


def _nspawn_containers_on(host: HostSystem) -> Iterable[object]:
    return host.native_containers()


def _additions(view: HostView) -> Iterable[object]:
    return view.additions()


def _oci_containers_on(host: HostSystem) -> Iterable[object]:
    return host.all_oci_containers()


_GIVEN_BY_THE_RUN = SubjectKind()
"""What a run hands to the rules itself, where it meets it."""


def _test_scripts(source: SourceFile, repository: Repository) -> Iterable[object]:
    from nixlint.python_in_nix.test_script import test_scripts

    return test_scripts(source, repository)


_OCI_WORDS = (b"oci-containers",)

_KINDS = {
    FILE_PROBLEM: _GIVEN_BY_THE_RUN,
    MALFORMED_DIRECTIVE: _GIVEN_BY_THE_RUN,
    UNUSED_SUPPRESSION: _GIVEN_BY_THE_RUN,
    WRITTEN_DEFINITION: SubjectKind(in_nix=_definitions),
    "nixlint.semantics.repository.definitions.StringLiteral": SubjectKind(in_nix=_strings, with_texts=_strings_with),
    "nixlint.containers.nspawn.container.NspawnContainer": SubjectKind(
        (b"containers",), _nspawn_containers, on_host=_nspawn_containers_on, on_no_host=_additions
    ),
    "nixlint.containers.oci.container.OciContainer": SubjectKind(
        _OCI_WORDS, _oci_containers, ReadCompose.oci_containers, on_host=_oci_containers_on
    ),
    "nixlint.containers.oci.container.OciModule": SubjectKind(_OCI_WORDS, _oci_modules, ReadCompose.oci_modules),
    "nixlint.python_in_nix.test_script.TestScript": SubjectKind((b"testScript",), _test_scripts),
    "nixlint.containers.compose_project.ComposeProject": SubjectKind(in_compose=ReadCompose.projects),
    HOST_SYSTEM: SubjectKind((b"containers", b"networking"), _host_modules, on_host=_itself),
}
