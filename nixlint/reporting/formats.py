"""The formats in which findings are written: one table, and a file for each, which is loaded when somebody wants it.

A file of a format has one function, ``written(report, view)``, which gives the report in pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from nixlint.linting.finding import Report
from nixlint.linting.registry import AnyRule

from .terminal import Style


class View(NamedTuple):
    """What formats need besides a report: ``shown`` says how a path is written for who asked, ``read`` gives the bytes of a
    file (it raises :class:`OSError`), ``rules`` are those of the run by their names."""

    shown: Callable[[Path], str]
    read: Callable[[Path], bytes]
    style: Style
    rules: Mapping[str, AnyRule]


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
