"""A backslash in a test script that does not do what it seems to."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.python_in_nix.string_escapes import strange_escapes, swallowed_backslashes
from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import (
    Bad,
    Confidence,
    Finding,
    Good,
    Repository,
    Rule,
    Safety,
    Severity,
    double_backslash,
)


class TestScriptEscape(Rule[TestScript]):
    """A backslash in a test script does not do what it seems to do.

    ## What it finds

    - A backslash in a Python string before a character with which it is no escape (`"\\."`, `"\\$"`). Python keeps it.
    - An escape of Nix that means nothing: in `"…"` Nix drops the backslash of `\\.`, in `''…''` the `''\\` of `''\\d`, and
      Python never sees it.

    ## Why it matters

    Python warns of the first kind since 3.12, and a later release will refuse the script. With the second kind a regular
    expression or a command is another one than it seems to be.

    ## What to do

    Write the backslash twice, or `r` before the Python string. `nixlint fix` writes it twice, which changes nothing for
    Python 3.12.

    ## What keeps it silent

    - Raw strings, and strings in which an interpolation stands beside the backslash.
    - Escapes that Nix or Python knows.

    ## References

    - [Python, escape sequences](https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences)
    - [Nix manual, string literals](https://nix.dev/manual/nix/stable/language/string-literals)
    """

    name = "test-script-escape"
    code = "NL618"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (TestScript,)
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:  # noqa: ARG002  # the script has it all
        """Report each backslash that is lost, or that Python does not know."""
        for escape in strange_escapes(subject.program):
            if not subject.text.touches_placeholder(escape.span):
                yield Finding(
                    place=subject.where(escape.span),
                    message=f"Python knows no escape '{escape.escape}': it keeps the backslash and warns, and a later"
                    " Python refuses the script",
                    help="write the backslash twice, or r before the string",
                    option="testScript",
                    within=subject.commented,
                    evidence=escape.escape,
                    fix=double_backslash(subject.text, escape.backslash, Safety.SAFE),
                )
        for lost in swallowed_backslashes(subject.text, subject.place, subject.nix_text):
            yield Finding(
                place=lost.place,
                message=f"Nix makes '{lost.written[-1]}' of '{lost.written}': Python never sees the backslash",
                help="write the backslash twice, or leave it out",
                option="testScript",
                within=subject.commented,
                evidence=lost.written,
            )

    examples = (
        Bad(
            "escapes that Python does not know",
            """\
{
  nodes.machine = { };
  testScript = ''
    machine.succeed("grep '«\\.»service$' /tmp/units")
    machine.succeed(f"echo {1} «\\$»HOME")
  '';
}
""",
            """\
{
  nodes.machine = { };
  testScript = ''
    machine.succeed("grep '\\\\.service$' /tmp/units")
    machine.succeed(f"echo {1} \\\\$HOME")
  '';
}
""",
        ),
        Bad(
            "a backslash that Nix drops",
            """\
{
  nodes.machine = { };
  testScript = "machine.succeed('grep «\\.»service /tmp/units')";
}
""",
        ),
        Good(
            "raw strings, escapes that both know, and what is not known",
            """\
{ pattern, ... }:
{
  nodes.machine = { };
  testScript = ''
    import re

    assert re.match(r"\\d+\\.\\d+", machine.succeed("printf '1.2\\n\\t\\x41\\u00e9'"))
    machine.succeed("echo \\\\. ''\\n \\"quoted\\" ''${HOME}")
    machine.succeed(rf"grep \\. {pattern}", b"\\x00".decode())
    machine.succeed("\\${pattern}")
    # a comment: \\.
  '';
}
""",
        ),
    )
