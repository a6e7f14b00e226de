"""The page about semantics lists what there is."""

from __future__ import annotations

import re
from pathlib import Path

from nixlint.semantics.library.names import CONCERN_OF

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "semantics.md").read_text("utf-8")


def test_the_page_names_every_function_that_is_modelled_and_no_other() -> None:
    section = PAGE[PAGE.index("## The library") : PAGE.index("## The module system")]
    listed = section[section.index("**modules**") :]
    assert set(re.findall(r"`([^`]+)`", listed)) == set(CONCERN_OF)


def test_the_tests_that_the_page_names_are_there() -> None:
    for name in set(re.findall(r"`((?:tests/\w+/)?test_\w+\.py)`", PAGE)):
        path = ROOT / name if "/" in name else ROOT / "tests" / "semantics" / name
        assert path.is_file(), name
