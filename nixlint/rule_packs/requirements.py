"""What is demanded of a rule file: each demand has a name, a code and a page, as a rule has.

The demands are ``nixlint/data/rule_requirements.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from nixlint.linting.finding import Severity


class Requirement(NamedTuple):
    """A demand, as reports describe what was found."""

    name: str
    code: str
    severity: Severity
    page: str
    """Its page: a first sentence, then headings, in Markdown."""


@cache
def requirements() -> Mapping[str, Requirement]:
    """All demands by their names, in the order of their codes."""
    document = tomllib.loads((files("nixlint.data") / "rule_requirements.toml").read_text("utf-8"))
    return {
        name: Requirement(
            name,
            row["code"],
            Severity(row["severity"]),
            f"{row['title']}\n\n## Why it matters\n\n{row['why']}\n\n## What to do\n\n{row['do']}\n",
        )
        for name, row in document.items()
    }
