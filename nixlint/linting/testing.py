"""What holds for every rule, for the tests of a rule pack: its examples are true and its page is complete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import getdoc, getfile
from pathlib import Path

from nixlint.linting.fixes.applying import Fixing, fix
from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run
from nixlint.syntax.problems import find_problems
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.span import Span

from .finding import Report, ReportedFinding
from .registry import AnyRule, Registry
from .rule import Bad, Good

HEADINGS = ("What it finds", "Why it matters", "What to do", "What keeps it silent", "References")
"""The headings of a rule's page, in their order."""

_OPENING, _CLOSING = "«".encode(), "»".encode()


def example_ids(rule: AnyRule) -> list[str]:
    """A name for each example of a rule."""
    return [f"{rule.name}: {example.title}" for example in rule.examples]


def check_example(rule: AnyRule, example: Bad | Good, registry: Registry, folder: Path) -> None:
    """Lint an example in an empty folder of its own.

    Raises :class:`AssertionError` where a bad example is not found at the very place that it marks, where a good one is
    found wanting, and where a fix makes anything but what the example shows, or something that does not parse, still has
    the finding, or changes when it is fixed again.
    """
    marked = _write(example, folder)
    only = Request(paths=(folder,), folder=folder, select=frozenset({rule.name}) | _needed_by(rule, example))
    report = run(only, registry)
    assert not report.failures, f"the run failed: {report.failures}"
    found = {(found.path, found.finding.place.span) for found in _of(rule, report)}
    assert found == marked, f"found at {sorted(found)}, but marked are {sorted(marked)}"
    if isinstance(example, Bad):
        _check_fix(rule, example, only, registry, folder)


def check_page(rule: AnyRule) -> None:
    """Look at a rule's page and names. Raises :class:`AssertionError` where something is missing."""
    page = getdoc(type(rule)) or ""
    headings = tuple(line.removeprefix("## ") for line in page.splitlines() if line.startswith("## "))
    assert headings == HEADINGS, f"the page of {rule.name} has the headings {headings}"
    assert page.splitlines()[0].endswith("."), "a page starts with a sentence"
    assert Path(getfile(type(rule))).stem == rule.name.replace("-", "_"), "a rule's file has its name"
    assert any(isinstance(example, Bad) for example in rule.examples), "a rule has an example of what it finds"
    assert any(isinstance(example, Good) for example in rule.examples), "a rule has an example of what it lets be"


def marked_spans(text: bytes) -> tuple[bytes, frozenset[Span]]:
    """A text without its marks ``«`` and ``»``, and the spans that they mark."""
    spans: set[Span] = set()
    while (start := text.find(_OPENING)) >= 0:
        text = text[:start] + text[start + len(_OPENING) :]
        end = text.index(_CLOSING)
        text = text[:end] + text[end + len(_CLOSING) :]
        spans.add(Span(start, end))
    return text, frozenset(spans)


def files_of(files: str | Mapping[str, str]) -> Mapping[str, str]:
    """The files of an example; a lone text is ``configuration.nix``."""
    return {"configuration.nix": files} if isinstance(files, str) else files


def _write(example: Bad | Good, folder: Path) -> set[tuple[str, Span]]:
    marked: set[tuple[str, Span]] = set()
    for name, text in files_of(example.files).items():
        data, spans = marked_spans(text.encode())
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        marked.update((name, span) for span in spans)
    (folder / "nixlint.toml").write_text(example.config, "utf-8")
    return marked


def _needed_by(rule: AnyRule, example: Bad | Good) -> frozenset[str]:
    """The other rules that an example names in its comments: what they find is what the comment is about."""
    from .registry import load_registry

    text = b"".join(marked_spans(file.encode())[0] for file in files_of(example.files).values()).decode()
    return frozenset(name for name in load_registry().names if f"[{name}]" in text and name != rule.name)


def _of(rule: AnyRule, report: Report) -> Iterator[ReportedFinding]:
    return (found for found in report.findings if found.rule == rule.name and not found.suppressed)


def _check_fix(rule: AnyRule, example: Bad, request: Request, registry: Registry, folder: Path) -> None:
    fixing = fix(request, registry, unsafe=True)
    assert not fixing.refused, f"a fix was refused: {fixing.refused}"
    made = {str(file.path.relative_to(folder)): file.after.decode() for file in fixing.files}
    assert made == ({} if example.fixed is None else files_of(example.fixed))
    for file in fixing.files:
        assert not find_problems(SourceFile.parse(file.path, file.after))
        file.path.write_bytes(file.after)
    if made:
        assert not tuple(_of(rule, fixing.report)), "the finding is still there when it is fixed"
        _check_settled(fix(request, registry, unsafe=True))


def _check_settled(again: Fixing) -> None:
    assert not again.files, "fixing again changes the files again"
