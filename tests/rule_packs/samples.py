"""Rule files that are as they should be, to be changed at one place."""

from __future__ import annotations

from pathlib import Path

RULE = '''\
"""A name that the house does not want."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, WrittenDefinition


class HouseUnwanted(Rule[WrittenDefinition]):
    """The house does not want this option.

    ## What it finds

    A definition of `unwanted`.

    ## Why it matters

    The house says so.

    ## What to do

    Take it out.

    ## What keeps it silent

    - Any other name.

    ## References

    - The house.
    """

    name = "house-unwanted"
    code = "HOUSE1"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report the name."""
        if subject.path.names[-1:] == ("unwanted",):
            yield Finding(subject.name, "the house does not want it")

    examples = (
        Bad("it is there", "{ «unwanted» = 1; }\\n"),
        Good("another name", "{ wanted = 1; }\\n"),
    )
'''
"""A whole rule: nothing is to be said against it."""

FILE = "house_unwanted.py"


def pack(folder: Path, text: str = RULE, **files: str) -> Path:
    """A folder with a rule, and with other files, whose names have ``__`` for a dot."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(text, "utf-8")
    for name, other in files.items():
        (folder / name.replace("__", ".")).write_text(other, "utf-8")
    return folder
