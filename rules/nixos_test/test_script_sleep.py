"""A test script that sleeps where it could wait."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nixlint.python_in_nix.script_calls import is_statement, machine_calls, plain_text
from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, Span


class TestScriptSleep(Rule[TestScript]):
    """A test script sleeps although the driver could wait for a condition.

    ## What it finds

    `time.sleep(5)`, `machine.sleep(5)` and `machine.succeed("sleep 5")` as a statement.

    ## Why it matters

    A machine of a test is slow on a busy builder: the time that is enough today is too short tomorrow, and too long on every
    other day.

    ## What to do

    Wait for the condition: `wait_for_unit`, `wait_for_open_port`, `wait_for_file`, `wait_until_succeeds`, or `retry`.

    ## What keeps it silent

    - Sleeping in a loop or in a function, which may well be a wait of the script's own.
    - A script that has a function `sleep` or an object `time` of its own.
    - It runs only with `--pedantic`: some tests are about time.

    ## References

    - [NixOS manual, machine objects](https://nixos.org/manual/nixos/stable/#ssec-machine-objects)
    - nixpkgs issue #195253
    """

    name = "test-script-sleep"
    code = "NL608"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (TestScript,)
    pedantic = True
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:  # noqa: ARG002  # the script has it all
        """Report each sleep that stands for itself."""
        for node, span in _sleeps(subject):
            if is_statement(subject, node) and not any(
                isinstance(outer, _LOOPS) for outer in subject.program.enclosing(node)
            ):
                yield Finding(
                    place=subject.where(span),
                    message="the test sleeps a fixed time: too short on a busy builder, too long on any other",
                    help="wait for the condition: wait_for_unit, wait_for_open_port, wait_for_file, wait_until_succeeds",
                    option="testScript",
                    within=subject.commented,
                )

    examples = (
        Bad(
            "three ways to sleep",
            """\
{
  nodes.machine = { };
  testScript = ''
    import time
    machine.succeed("systemctl start web")
    «time.sleep(5)»
    «machine.sleep(10)»
    «machine.succeed("sleep 3")»
  '';
}
""",
        ),
        Good(
            "a loop that waits, and a wait",
            """\
{
  nodes.machine = { };
  testScript = ''
    import time
    for _ in range(10):
        time.sleep(1)

    def patience():
        machine.sleep(1)

    machine.wait_until_succeeds("curl -f localhost")
    machine.succeed("sleep 3; echo done")
  '';
}
""",
        ),
    )


_LOOPS = (ast.For, ast.While, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _sleeps(script: TestScript) -> Iterator[tuple[ast.Call, Span]]:
    for node in script.program.nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="time"), attr="sleep")):
                yield node, script.program.span(node)
            case _:
                continue
    for call in machine_calls(script):
        text = plain_text(script, call.node.args[0]) if call.node.args else None
        words = (text or "").split()
        if call.method == "sleep" or (
            call.method in ("succeed", "execute") and words[:1] == ["sleep"] and len(words) == 2
        ):
            yield call.node, call.span
