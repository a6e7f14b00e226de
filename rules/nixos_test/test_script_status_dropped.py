"""A command of a test script whose status nobody looks at."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nixlint.python_in_nix.script_calls import argument, is_statement, machine_calls, method_of, plain_text
from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity


class TestScriptStatusDropped(Rule[TestScript]):
    """A test script ignores the exit status of a command.

    ## What it finds

    `machine.execute("…")` or `machine.systemctl("…")` as a statement: both return the exit status, and raise nothing.

    ## Why it matters

    The command may fail, and the test goes on as if it had not.

    ## What to do

    Use `succeed`, which raises where the command fails, or look at the status.

    ## What keeps it silent

    - A status that is used, and commands in the background or with `check_return=False`.
    - Commands that end in `|| true`, and calls below `try`.
    - It runs only with `--pedantic`: that the status does not matter can be meant.

    ## References

    - [NixOS manual, machine objects](https://nixos.org/manual/nixos/stable/#ssec-machine-objects)
    """

    name = "test-script-status-dropped"
    code = "NL607"
    severity = Severity.INFO
    confidence = Confidence.LIKELY
    asks = (TestScript,)
    pedantic = True
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:  # noqa: ARG002  # the script has it all
        """Report each command whose status is lost."""
        for call in machine_calls(subject):
            method = method_of(call)
            if method is None or method.returns != "status" or not is_statement(subject, call.node):
                continue
            command = argument(call, 0, method.parameters[0].name)
            text = None if command is None else plain_text(subject, command)
            if text is None or text.rstrip().endswith(("&", "|| true", "|| :")):
                continue
            if any(keyword.arg == "check_return" for keyword in call.node.keywords):
                continue
            if not any(isinstance(outer, ast.Try) for outer in subject.program.enclosing(call.node)):
                yield Finding(
                    place=subject.where(call.name),
                    message=f"the status of {call.method}() is never checked: the test continues when the command fails",
                    help="use succeed, or look at the status",
                    option="testScript",
                    within=subject.commented,
                    evidence=call.method,
                )

    examples = (
        Bad(
            "the statuses of two commands",
            """\
{
  nodes.machine = { };
  testScript = ''
    machine.«execute»("nixos-rebuild switch")
    machine.«systemctl»("restart nginx")
  '';
}
""",
        ),
        Good(
            "a status that is used, the background, and what may fail",
            """\
{ command, ... }:
{
  nodes.machine = { };
  testScript = ''
    status, _ = machine.execute("true")
    machine.execute("sleep 9 >&2 &")
    machine.execute("rm /x || true")
    machine.execute("reboot", check_return=False)
    machine.execute("${command}")
    try:
        machine.execute("poweroff")
    except Exception:
        pass
  '';
}
""",
        ),
    )
