"""The page about semantics lists what there is."""

from __future__ import annotations

import re
from pathlib import Path

from nixlint.semantics.language.library.names import CONCERN_OF
from tests.semantics.language.language_cases import LANGUAGE, LEFT_UNKNOWN

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "semantics.md").read_text("utf-8")


def test_the_page_names_every_function_that_is_modelled_and_no_other() -> None:
    section = PAGE[PAGE.index("## The library") : PAGE.index("## The module system")]
    listed = section[section.index("**modules**") :]
    assert set(re.findall(r"`([^`]+)`", listed)) == set(CONCERN_OF)


def test_the_tests_that_the_page_names_are_there() -> None:
    in_the_room = {path.name for path in (ROOT / "tests" / "semantics").rglob("test_*.py")}
    for name in set(re.findall(r"`((?:tests/[\w/]+/)?test_\w+\.py)`", PAGE)):
        assert name in in_the_room or (ROOT / name).is_file(), name


def test_the_table_of_the_language_names_every_feature_that_is_tested_and_no_other() -> None:
    table = PAGE[PAGE.index("## The language") : PAGE.index("## The library")]
    assert set(re.findall(r"`\[([^`]+)\]`", table)) == LANGUAGE.keys() | LEFT_UNKNOWN.keys()


def test_every_feature_of_the_language_names_the_test_that_shows_it() -> None:
    table = PAGE[PAGE.index("## The language") : PAGE.index("## The library")]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines() if line.startswith("|")][2:]
    assert all(len(row) == 4 and "`" in row[3] for row in rows)


def test_the_tests_that_the_page_names_by_function_are_there() -> None:
    written = "".join(path.read_text("utf-8") for path in (ROOT / "tests" / "semantics").rglob("test_*.py"))
    for name in set(re.findall(r"`(test_\w+)`", PAGE)):
        assert f"def {name}(" in written, name
