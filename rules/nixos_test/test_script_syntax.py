"""A test script that Python refuses."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.python_in_nix.program_text import SegmentKind
from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, Span


class TestScriptSyntax(Rule[TestScript]):
    """Python rejects the test script.

    ## What it finds

    A `testScript` for which Python reports a syntax error: the indentation and the escapes of the Nix string are undone, and
    Python's own parser and compiler decide. The error is shown in the Nix file.

    ## Why it matters

    Nix takes any text for a script. The driver reads it only when every machine of the test has been built, and reports the
    line of a generated file.

    ## What to do

    Correct the line. A script in Perl (`$machine->waitForUnit`) has to be written in Python. A tab at the start of a
    line is text for Nix: it drops spaces alone, so that a script which is indented by tabs begins with one, and Python
    says *unexpected indent*.

    ## What keeps it silent

    - An interpolation whose text is not known on the line, or a script of which a part is not known that may be whole
      statements.
    - Grammar newer than the Python that runs nixlint, where LibCST reads it.
    - Sets that are not a NixOS test: without `nodes`, `containers` or `machine` beside the script, not given to
      `runNixOSTest`, `nixosTest`, `makeTest`, `runTest` or `make-test-python.nix`, and with a script that drives no machine.
    - Tests that a function of the repository gives to another driver than that of NixOS.

    ## References

    - [NixOS manual, writing tests](https://nixos.org/manual/nixos/stable/#sec-writing-nixos-tests)
    - nixpkgs, `nixos/lib/testing/driver.nix`
    """

    name = "test-script-syntax"
    code = "NL601"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (TestScript,)
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:  # noqa: ARG002  # the script has it all
        """Report the error for which Python refuses a script."""
        problem = subject.program.problem
        if subject.perl is not None:
            yield Finding(
                place=subject.where(subject.perl),
                message="this test script is Perl, which the test driver does not read since NixOS 20.09",
                help="write it in Python: $machine->waitForUnit('x'); is machine.wait_for_unit('x')",
                option="testScript",
                within=subject.commented,
            )
            return
        if problem is None or subject.is_open:
            return
        line = subject.text.line_span(problem.line)
        kinds = subject.text.kinds(Span(min(line.start, problem.span.start), max(line.end, problem.span.end)))
        if (
            SegmentKind.PLACEHOLDER in kinds
            or not subject.program.is_certainly_refused
            or subject.broken_by is not None
        ):
            return
        written = subject.text.data[line.start : line.end]
        is_tab = written.startswith(b"\t") and "indent" in problem.message
        yield Finding(
            place=subject.where(problem.span),
            message=f"Python refuses this test script: {problem.message}",
            help="indent the script with spaces: Nix keeps the tabs at the start of its lines"
            if is_tab
            else "mend the line; nothing of the test runs until Python reads it",
            option="testScript",
            within=subject.commented,
            evidence=problem.message,
        )

    examples = (
        Bad(
            "a bracket that is never closed",
            """\
{ pkgs, ... }:
pkgs.testers.runNixOSTest {
  name = "web";
  nodes.machine = { services.nginx.enable = true; };
  testScript = ''
    machine.wait_for_unit("nginx")
    machine.succeed«(»"curl -f localhost"
  '';
}
""",
        ),
        Bad(
            "a script in Perl",
            """\
{
  name = "web";
  machine = { services.nginx.enable = true; };
  testScript = ''
    startAll;
    «$machine->waitForUnit»("nginx.service");
  '';
}
""",
        ),
        Bad(
            "tabs, which Nix does not drop",
            """\
{
  name = "web";
  nodes.machine = { };
  testScript = ''
«\tstart_all()»
\tmachine.succeed("true")
  '';
}
""",
        ),
        Bad(
            "a return outside of a function",
            """\
{
  nodes.machine = { };
  testScript = { nodes, ... }: ''
    status, _ = machine.execute("test -e ${nodes.machine.environment.x}")
    if status != 0:
        «return»
  '';
}
""",
        ),
        Good(
            "what is on the line is not known",
            """\
{ helper, ... }:
{
  nodes.machine = { };
  testScript = ''
    machine.succeed("true") ${helper}
  '';
}
""",
        ),
        Good(
            "escapes of Nix, and a script that is a sum",
            """\
{
  nodes.machine = { };
  testScript = ''
    import json
    empty = \"\"
    machine.succeed("echo ''${HOME}")
  '' + ''
    assert machine.succeed("cat /etc/x") == f"{empty}\\n"
  '';
}
""",
        ),
        Good("not a test", "{ testScript = ''\n  for i in a b; do echo $i; done\n''; }\n"),
    )
