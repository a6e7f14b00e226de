"""The pages under docs/rules are what the rules say of themselves."""

from __future__ import annotations

import runpy
from pathlib import Path

from nixlint.linting.registry import load_registry

DOCS = Path(__file__).parents[2] / "docs"


def test_committed_pages_are_those_that_make_docs_writes() -> None:
    generated = runpy.run_path(str(DOCS / "generate.py"))["pages"](load_registry())

    committed = {path.name: path.read_text("utf-8") for path in (DOCS / "rules").glob("*.md")}

    assert committed == generated, "run `make docs`"
