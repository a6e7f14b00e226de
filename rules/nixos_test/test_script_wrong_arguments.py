"""A method of the test driver that is called with arguments it does not take."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nixlint.python_in_nix.driver import Method, Parameter, driver
from nixlint.python_in_nix.script_calls import DriverCall, function_calls, machine_calls, method_of, plain_text
from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, Span, suggestion


class TestScriptWrongArguments(Rule[TestScript]):
    """A test script calls the test driver with arguments that the method does not take.

    ## What it finds

    An argument with a name that the method does not have, too many or too few arguments, a number where the method takes a
    text (`wait_for_unit("x", 60)`, whose second argument is the user), and a text where it takes a number
    (`wait_for_open_port("80")`).

    ## Why it matters

    The script ends with a `TypeError`, after everything before that line has run; or the call means something else:
    `wait_for_unit("x", 60)` asks the service manager of a user called 60.

    ## What to do

    Pass what the method takes; give a timeout by its name, `timeout=60`.

    ## What keeps it silent

    - Calls with `*arguments` or `**arguments`.
    - Values that are no literal, or that an interpolation is part of.
    - Methods that the driver does not have in every release with these arguments.

    ## References

    - [NixOS manual, machine objects](https://nixos.org/manual/nixos/stable/#ssec-machine-objects)
    - nixpkgs, `nixos/lib/test-driver/src/test_driver/machine/__init__.py`
    """

    name = "test-script-wrong-arguments"
    code = "NL605"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (TestScript,)
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:  # noqa: ARG002  # the script has it all
        """Report what is wrong with the arguments of each call."""
        given = {
            node.attr
            for node in subject.program.nodes
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
        }
        for call in (*machine_calls(subject), *function_calls(subject)):
            method = method_of(call)
            if method is None or call.method in given:
                continue
            for span, message, word in _wrong(call, method, subject):
                yield Finding(
                    place=subject.where(span),
                    message=message,
                    help=f"its arguments are: {_signature(method)}",
                    option="testScript",
                    within=subject.commented,
                    evidence=f"{call.method}:{word}",
                )

    examples = (
        Bad(
            "an argument that it does not have, one too many, one too few",
            """\
{
  nodes.machine = { };
  testScript = ''
    machine.succeed("true", «timout=3»)
    machine.wait_until_succeeds("true", 60, «"extra"»)
    machine.«wait_for_file»()
    start_all(«machine»)
  '';
}
""",
        ),
        Bad(
            "the user is no timeout, and a port no text",
            """\
{
  nodes = { web = { }; db = { }; };
  testScript = ''
    web.wait_for_unit("nginx", «60»)
    db.wait_for_open_port(«"5432"»)
    db.wait_for_file("/x", timeout=«"10"»)
    for each in [web, db]:
        each.succeed(«5»)
  '';
}
""",
        ),
        Good(
            "values that are not known, and arguments that are handed on",
            """\
{ port, ... }:
{
  nodes.machine = { };
  testScript = ''
    import sys
    arguments = {"timeout": 3}
    machine.succeed("true", "false", timeout=3)
    machine.succeed("true", **arguments)
    machine.wait_for_open_port(${port})
    machine.wait_for_open_port(int("80"), "127.0.0.1", 10)
    machine.wait_for_unit("nginx", "alice", timeout=sys.maxsize)
    retry(lambda last: True, 5)
    retry(lambda last: True, timeout=5)
  '';
}
""",
        ),
    )


def _wrong(call: DriverCall, method: Method, script: TestScript) -> Iterator[tuple[Span, str, str]]:
    """What is wrong with a call: where, a message, and a word that tells it from others."""
    node, span_of = call.node, script.program.span
    if any(isinstance(each, ast.Starred) for each in node.args) or any(each.arg is None for each in node.keywords):
        return
    named = {parameter.name: parameter for parameter in method.parameters}
    for keyword in node.keywords:
        name = keyword.arg or ""
        known = named.get(name)
        is_other = (call.method, name) in driver().renamed_keywords
        if known is None and not method.takes_any_keyword and not is_other:
            near = suggestion(name, named)
            yield span_of(keyword), f"{call.method}() has no argument '{name}'{near}", name
        elif known is not None:
            yield from _of_wrong_kind(known, keyword.value, call, script)
    positional = method.positional
    if method.takes_any_positional:
        for argument in node.args:
            yield from _of_wrong_kind(_COMMAND, argument, call, script)
        if not node.args:
            yield call.name, f"{call.method}() is called without a command, and does nothing", ""
        return
    if len(node.args) > len(positional):
        many = (
            "no argument"
            if not positional
            else "1 argument"
            if len(positional) == 1
            else f"{len(positional)} arguments"
        )
        yield span_of(node.args[len(positional)]), f"{call.method}() takes {many}, and gets {len(node.args)}", "many"
        return
    for parameter, argument in zip(positional, node.args, strict=False):
        yield from _of_wrong_kind(parameter, argument, call, script)
    given = {parameter.name for parameter in positional[: len(node.args)]} | {each.arg for each in node.keywords}
    missing = [
        parameter.name for parameter in method.parameters if parameter.is_required and parameter.name not in given
    ]
    if missing:
        yield call.name, f"{call.method}() needs the argument '{missing[0]}'", missing[0]


_COMMAND = Parameter("command", "str", True)


def _of_wrong_kind(
    parameter: Parameter, value: ast.expr, call: DriverCall, script: TestScript
) -> Iterator[tuple[Span, str, str]]:
    if not isinstance(value, ast.Constant) or isinstance(value.value, bool) or value.value is None:
        return
    span = script.program.span(value)
    if script.text.touches_placeholder(span):
        return
    if isinstance(value.value, int | float) and parameter.kind == "str":
        hint = ", and not the timeout" if parameter.name == "user" else ""
        yield span, f"the argument '{parameter.name}' of {call.method}() is a text{hint}", parameter.name
    elif plain_text(script, value) is not None and parameter.kind in ("int", "duration"):
        yield span, f"the argument '{parameter.name}' of {call.method}() is a number, and gets a text", parameter.name


def _signature(method: Method) -> str:
    names = ["*commands"] if method.takes_any_positional else []
    names += [parameter.name if parameter.is_required else f"{parameter.name}=…" for parameter in method.parameters]
    return ", ".join(names) or "none"
