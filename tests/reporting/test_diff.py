"""Changes as unified diffs, without secrets."""

from __future__ import annotations

from pathlib import Path

from nixlint.linting.fixes.applying import FixedFile
from nixlint.reporting.diff import diff
from nixlint.syntax.span import Span


def secret_in(text: bytes) -> list[Span]:
    start = text.index(b'"hunter2hunter2"')
    return [Span(start, start + len(b'"hunter2hunter2"'))]


def test_a_diff_shows_the_change_and_a_missing_end_of_line() -> None:
    assert diff(FixedFile(Path("a.nix"), b"a\nb\nc", b"a\nb\nd"), "x/a.nix") == (
        "--- a/x/a.nix\n+++ b/x/a.nix\n@@ -1,3 +1,3 @@\n a\n b\n-c\n\\ No newline at end of file\n"
        "+d\n\\ No newline at end of file\n"
    )


def test_a_line_with_a_secret_is_left_out_of_the_lines_around_a_change() -> None:
    before = b'{\n  p = "hunter2hunter2";\n  a = 1;\n  b = 2;\n}\n'
    after = before.replace(b"b = 2", b"b = 3")

    text = diff(FixedFile(Path("a.nix"), before, after), "a.nix", secret_in(before), secret_in(after))

    assert text == "--- a/a.nix\n+++ b/a.nix\n@@ -3,3 +3,3 @@\n   a = 1;\n-  b = 2;\n+  b = 3;\n }\n"


def test_a_secret_on_a_line_that_changes_is_masked() -> None:
    before = b'{ p = "hunter2hunter2"; }\n'
    after = b'{ p = "hunter2hunter2"; b = 3; }\n'

    text = diff(FixedFile(Path("a.nix"), before, after), "a.nix", secret_in(before), secret_in(after))

    assert (
        text == '--- a/a.nix\n+++ b/a.nix\n@@ -1 +1 @@\n-{ p = "‹secret, long›"; }\n+{ p = "‹secret, long›"; b = 3; }\n'
    )
