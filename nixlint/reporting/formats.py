"""The formats in which findings are written: one table, and a file for each, which is loaded when somebody wants it.

A file of a format has one function, ``written(report, view)``, which gives the report in pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from nixlint.linting.finding import Report, Severity

from .terminal import Style


class Described(Protocol):
    """What a format says of what was broken: a rule, or a demand on rules."""

    @property
    def name(self) -> str:
        """Its name, which stands with each finding."""

    @property
    def code(self) -> str:
        """Its code, which never changes."""

    @property
    def severity(self) -> Severity:
        """How severe it is where a finding says nothing else."""

    @property
    def page(self) -> str:
        """Its page in Markdown, whose first line is its title."""


class View(NamedTuple):
    """What formats need besides a report: ``shown`` says how a path is written for who asked, ``read`` gives the bytes of a
    file (it raises :class:`OSError`), ``rules`` are what the findings name."""

    shown: Callable[[Path], str]
    read: Callable[[Path], bytes]
    style: Style
    rules: Mapping[str, Described]


class Format(NamedTuple):
    """A format of reports, by the name of its file.

    ``is_whole`` where the report says everything that there is to say, so that no notices for people go beside it;
    ``has_edits`` where it holds the edits of fixes, which are not kept from run to run.
    """

    module: str
    is_whole: bool = False
    has_edits: bool = False

    def written(self, report: Report, view: View) -> Iterator[str]:
        """A report in this format, in pieces that end in line endings. Nothing in it is secret, whatever the format."""
        return cast(_Writer, import_module(f"{__package__}.{self.module}")).written(report, view)


class _Writer(Protocol):
    def written(self, report: Report, view: View) -> Iterator[str]: ...


FORMATS: Mapping[str, Format] = {
    "text": Format("text"),
    "concise": Format("concise"),
    "json": Format("json_document", is_whole=True, has_edits=True),
    "sarif": Format("sarif", is_whole=True),
    "github": Format("github"),
}
