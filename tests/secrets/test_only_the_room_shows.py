"""That a text may be shown is said by the room for secrets, and by nobody else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import nixlint

ROOT = Path(nixlint.__file__).parent
RULES = ROOT.parent / "rules"


def callers_of(*names: str) -> Iterator[str]:
    """The modules that call a function or a class of one of these names."""
    for path in [*ROOT.rglob("*.py"), *RULES.rglob("*.py")]:
        text = path.read_text("utf-8")
        if not any(f"{name}(" in text for name in names):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in names:
                    yield path.relative_to(ROOT.parent).as_posix()


def test_only_the_room_makes_a_text_that_may_be_shown() -> None:
    others = (path for path in callers_of("Shown") if not path.startswith("nixlint/secrets/"))
    assert [path for path in others if "secrets.masking import" in (ROOT.parent / path).read_text("utf-8")] == []


def test_only_the_edits_that_were_looked_through_are_shown_as_they_are() -> None:
    assert set(callers_of("unmasked")) == {"nixlint/reporting/shown_edits.py"}


def test_only_frames_escape_what_is_masked_as_a_whole() -> None:
    assert set(callers_of("escaped")) == {"nixlint/reporting/terminal.py", "nixlint/reporting/source_frame.py"}


def test_every_document_for_programs_is_written_by_one_function() -> None:
    written = {path for path in callers_of("dumps") if path.startswith(("nixlint/reporting/", "nixlint/cli/"))}
    # The list of rules quotes no repository, and --print-model is what Docker would print, values and all.
    assert written == {"nixlint/reporting/json_document.py", "nixlint/cli/rules.py", "nixlint/cli/convert.py"}
