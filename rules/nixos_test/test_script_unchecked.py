"""What looks like a check in a test script, and checks nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set

from nixlint.python_in_nix.driver import driver
from nixlint.python_in_nix.script_calls import (
    attribute_span,
    function_calls,
    is_given,
    is_statement,
    machine_calls,
    machine_names,
    method_of,
)
from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Safety, Severity, Span
from nixlint.rule import call as calling


class TestScriptUnchecked(Rule[TestScript]):
    """A line of a test script looks like a check but checks nothing.

    ## What it finds

    - The result of `execute`, `systemctl`, `start_job` or `stop_job` as a condition: it is a pair of exit status and output,
      and a pair is always true. Compared with a number or a text, it never is equal.
    - `machine.succeed(…) == 0`: what `succeed` returns is the output.
    - A comparison as a statement (`"ok" in machine.succeed(…)`), without `assert`.
    - A function or a method that is named and not called: `start_all`, `machine.shutdown`.
    - `subtest("…")` without `with`.

    ## Why it matters

    The test is green whatever the machine does, or waits for what never comes. No type check of the driver finds all of
    these, and most leave the test green.

    ## What to do

    Use `succeed` and `fail`, unpack the status (`status, output = machine.execute(…)`), write `assert`, `()` or `with`.

    ## What keeps it silent

    - A result that is unpacked, indexed or passed on.
    - Values that are not certainly machines of the test.

    ## References

    - [NixOS manual, machine objects](https://nixos.org/manual/nixos/stable/#ssec-machine-objects)
    - nixpkgs, `nixos/lib/test-driver`
    """

    name = "test-script-unchecked"
    code = "NL606"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (TestScript,)
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:  # noqa: ARG002  # the script has it all
        """Report each thing that checks nothing."""
        program = subject.program
        calls = {call.node: call for call in machine_calls(subject)}
        for node, call in calls.items():
            method = method_of(call)
            used = _use(node, program.parents.get(node)) if method is not None else None
            if method is not None and used is not None:
                if method.returns == "status":
                    yield self._finding(subject, call.span, _PAIR[used].format(call.method), "use succeed or fail")
                elif method.returns == "text" and used == "number":
                    message = f"{call.method}() returns the output, which is a text and never equals a number"
                    yield self._finding(
                        subject, call.span, message, "remove the comparison: the method raises when the command fails"
                    )
        for call in function_calls(subject):
            if call.method == "subtest" and is_statement(subject, call.node):
                message = "subtest() without 'with' does nothing: no line is part of it"
                yield self._finding(subject, call.span, message, "write 'with subtest(\"…\"):' and indent its lines")
        for statement in program.nodes:
            if isinstance(statement, ast.Expr):
                yield from self._of_statement(statement.value, subject, calls.keys())

    def _of_statement(self, node: ast.expr, subject: TestScript, calls: Set[ast.Call]) -> Iterator[Finding]:
        span = subject.program.span(node)
        if isinstance(node, ast.Compare) and any(part in calls for part in ast.walk(node)):
            message = "this comparison is not used: the test goes on whatever comes of it"
            yield self._finding(subject, span, message, "write 'assert' before it")
        name = _named_function(node, subject)
        if name is not None and not subject.text.touches_placeholder(span):
            fix = calling(subject.text, span, Safety.UNSAFE)
            message = f"'{name}' is named here and not called: nothing happens"
            finding = self._finding(subject, span, message, f"write {name}()")
            yield finding._replace(fix=fix)

    def _finding(self, subject: TestScript, span: Span, message: str, advice: str) -> Finding:
        return Finding(
            subject.where(span), message, advice, option="testScript", within=subject.commented, evidence=message
        )

    examples = (
        Bad(
            "the pair of status and output as a condition",
            """\
{ pkgs, ... }:
pkgs.testers.runNixOSTest {
  name = "web";
  nodes.machine = { };
  testScript = ''
    if «machine.execute("systemctl is-active nginx")»:
        print("up")
    assert «machine.systemctl("is-active nginx")»
    assert not «machine.execute("false")»
    assert «machine.execute("true")» == 0
    assert "ok" in «machine.execute("curl localhost")»
    assert «machine.succeed("true")» == 0
  '';
}
""",
        ),
        Bad(
            "functions that are not called",
            """\
{
  nodes.machine = { };
  testScript = ''
    «start_all»

    «machine.shutdown»  # and that is all
  '';
}
""",
            """\
{
  nodes.machine = { };
  testScript = ''
    start_all()

    machine.shutdown()  # and that is all
  '';
}
""",
        ),
        Bad(
            "a comparison that is not used, and a subtest without 'with'",
            """\
{
  nodes.machine = { };
  testScript = ''
    «"ok" in machine.succeed("curl localhost")»
    «subtest("stops")»
  '';
}
""",
        ),
        Good(
            "results that are used as what they are",
            """\
{
  nodes.machine = { };
  testScript = ''
    start_all()
    status, output = machine.execute("true")
    assert status == 0
    assert machine.execute("true")[0] == 0
    assert machine.execute("true") == (0, "")
    assert "ok" in machine.succeed("echo ok")
    assert "ok" in machine.execute("echo ok")[1]
    check(machine.execute("true"))
    with subtest("a"):
        machine.succeed("true")
  '';
}
""",
        ),
    )


_PAIR = {
    "condition": "{}() returns a pair of status and output, which is true whatever the status is",
    "number": "{}() returns a pair of status and output, which never equals a number",
    "text": "{}() returns a pair of status and output, which never equals a text",
    "member": "{}() returns a pair of status and output: a text is in it only if it is the whole output",
}


def _use(node: ast.expr, parent: ast.AST | None) -> str | None:
    """In which way that cannot be meant a value is used."""
    match parent:
        case ast.If(test=test) | ast.While(test=test) | ast.Assert(test=test) | ast.IfExp(test=test) if test is node:
            return "condition"
        case ast.UnaryOp(op=ast.Not()):
            return "condition"
        case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
            other = right if left is node else left
            if isinstance(other, ast.Constant) and isinstance(other.value, int):
                return "number"
            return "text" if isinstance(other, ast.Constant) and isinstance(other.value, str) else None
        case ast.Compare(left=ast.Constant(value=str()), ops=[ast.In() | ast.NotIn()], comparators=[right]) if (
            right is node
        ):
            return "member"
        case _:
            return None


def _named_function(node: ast.expr, script: TestScript) -> str | None:
    if isinstance(node, ast.Name) and node.id in driver().functions and is_given(script, node.id):
        return node.id
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name) or node.attr not in driver().methods:
        return None
    is_one = node.value.id in machine_names(script) and not script.text.touches_placeholder(
        attribute_span(script, node)
    )
    return f"{node.value.id}.{node.attr}" if is_one else None
