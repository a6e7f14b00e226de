"""An interpolation that breaks a test script."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Repository, Rule, Severity


class TestScriptInterpolation(Rule[TestScript]):
    """The text of an interpolation breaks the test script.

    ## What it finds

    An interpolation whose text is known and for which Python refuses the script: a text with a quote or a line ending inside
    of a Python string, or a text of several lines, of which Nix indents none but the first.

    ## Why it matters

    The script looks right in the Nix file. The driver reads what Nix makes of it, when every machine of the test is built.

    ## What to do

    Hand the text over as a value: `${builtins.toJSON text}` is a string of Python too. For statements, put them into a
    function of the script's own, at the first column.

    ## What keeps it silent

    - Interpolations whose text is not known.
    - An error that stays when there is a name in the place of the interpolation.

    ## References

    - [Nix manual, string interpolation](https://nix.dev/manual/nix/stable/language/string-interpolation)
    """

    name = "test-script-interpolation"
    code = "NL612"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (TestScript,)
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:  # noqa: ARG002  # the script has it all
        """Report the interpolation for which Python refuses a script."""
        problem = subject.program.problem
        if problem is None or subject.is_open or not subject.program.is_certainly_refused:
            return
        place = subject.broken_by
        if place is None or subject.text.touches_placeholder(subject.text.line_span(problem.line)):
            return
        yield Finding(
            place=place,
            message=f"with the text of this interpolation, Python refuses the test script: {problem.message}",
            help="pass the text as ${builtins.toJSON text}, or keep the statements at the first column",
            option="testScript",
            within=subject.commented,
            evidence=problem.message,
            notes=() if subject.where(problem.span) == place else (Note(subject.where(problem.span), "refused here"),),
        )

    examples = (
        Bad(
            "a text with quotes in a string of Python",
            """\
let
  answer = "{ \\"ok\\": true }";
in
{
  nodes.machine = { };
  testScript = ''
    assert "«${answer}»" in machine.succeed("curl -f localhost")
  '';
}
""",
        ),
        Bad(
            "statements of several lines, of which only the first is indented",
            """\
let
  steps = ''
    machine.succeed("true")
    machine.succeed("false || true")
  '';
in
{
  nodes.machine = { };
  testScript = ''
    for _ in range(2):
        «${steps}»
        print("done")
  '';
}
""",
        ),
        Good(
            "a text that is passed as a value, statements at the first column, and what is not known",
            """\
{ other }:
let
  answer = "{ \\"ok\\": true }";
  steps = ''
    machine.succeed("true")
    machine.succeed("false || true")
  '';
in
{
  nodes.machine = { };
  testScript = ''
    ${steps}
    assert ${builtins.toJSON answer} in machine.succeed("curl -f localhost")
    print("${other}")
  '';
}
""",
        ),
    )
