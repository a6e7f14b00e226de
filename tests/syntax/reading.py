"""Short ways to read a text for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.views import Expression, Lambda


def parsed(text: str | bytes) -> SourceFile:
    """The text as a file."""
    return SourceFile.parse(Path("test.nix"), text if isinstance(text, bytes) else text.encode())


def body(file: SourceFile) -> Expression:
    """The expression of a file below the functions around it."""
    expression = file.root
    while isinstance(expression, Lambda):
        expression = expression.body
    return expression
