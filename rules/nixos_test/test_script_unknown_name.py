"""A name in a test script that nothing defines."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator

from nixlint.python_in_nix.driver import driver
from nixlint.python_in_nix.machine_names import host_names
from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Safety, Severity, begin_with, suggestion


class TestScriptUnknownName(Rule[TestScript]):
    """A test script uses a name that nothing defines.

    ## What it finds

    A name that the script uses and never binds, and that is neither a machine, nor a builtin of Python, nor one of the names
    that the driver gives. Nothing is imported but `os`: `json`, `re` and `time` need an `import`.

    ## Why it matters

    The script ends with a `NameError` when it gets there, after the machines are built and have booted.

    ## What to do

    Import the module, as `nixlint fix` does, or write the name that is meant.

    ## What keeps it silent

    - Scripts and sets of nodes of which a part is not known, `from x import *`, `exec`, `globals()`.
    - Names next to an interpolation, and host names of machines.
    - A name on which the script calls a method of machines: `test-script-unknown-machine` speaks of that one.
    - A name that the script binds anywhere, also in another function.

    ## References

    - nixpkgs, `nixos/lib/test-driver/src/test_driver/driver.py`, `test_symbols`
    """

    name = "test-script-unknown-name"
    code = "NL611"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (TestScript,)
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:  # noqa: ARG002  # the script has it all
        """Report the first use of each name that nothing defines."""
        program = subject.program
        if program.tree is None or not subject.is_closed or not subject.machines:
            return
        known = driver().values | driver().functions.keys() | driver().renamed_functions.keys() | _BUILTINS
        hosts = host_names(subject)
        seen: set[str] = set()
        for node in program.nodes:
            if not isinstance(node, ast.Name) or node.id in seen or node.id in known or node.id in program.bound_names:
                continue
            if subject.machine(node.id) is not None or node.id in hosts.attributes or node.id.startswith("vlan"):
                continue
            parent = program.parents.get(node)
            is_machine = isinstance(parent, ast.Attribute) and parent.attr in driver().methods
            span = program.span(node)
            if is_machine or not hosts.are_known or subject.text.touches_placeholder(span):
                continue
            seen.add(node.id)
            is_module = node.id in sys.stdlib_module_names
            near = "" if is_module else suggestion(node.id, [*known, *program.bound_names, *hosts.attributes])
            yield Finding(
                place=subject.where(span),
                message=f"nothing defines '{node.id}', so the script ends here with a NameError{near}",
                help=f"write 'import {node.id}' at the beginning of the script"
                if is_module
                else "define it, or correct the name",
                option="testScript",
                within=subject.commented,
                evidence=node.id,
                fix=begin_with(subject.text, f"import {node.id}", Safety.SAFE) if is_module else None,
            )

    examples = (
        Bad(
            "a module that is not imported",
            """\
{ pkgs, ... }:
pkgs.testers.runNixOSTest {
  name = "web";
  nodes.machine = { };
  testScript = ''
    import re

    start_all()
    answer = «json».loads(machine.succeed("curl -f localhost"))
    assert re.match("ok", answer)
  '';
}
""",
            """\
{ pkgs, ... }:
pkgs.testers.runNixOSTest {
  name = "web";
  nodes.machine = { };
  testScript = ''
    import json
    import re

    start_all()
    answer = json.loads(machine.succeed("curl -f localhost"))
    assert re.match("ok", answer)
  '';
}
""",
        ),
        Bad(
            "a name with a letter missing",
            """\
{ pkgs, ... }:
pkgs.testers.runNixOSTest {
  name = "web";
  nodes.machine = { };
  testScript = ''
    answer = machine.succeed("curl -f localhost")
    assert «anser» == "ok"
  '';
}
""",
        ),
        Good(
            "names of the driver, of Python and of the script",
            """\
{ extra, ... }:
{
  nodes = { a = { }; b-1 = { }; };
  testScript = ''
    import json as j

    def check(node, *rest, **others):
        match node:
            case {"x": captured, **remaining}:
                return captured, remaining
        return [len(each) for each in rest], others

    check(a, b_1)
    try:
        t.assertEqual(os.environ["out"], j.dumps(driver.tests))
    except KeyError as missing:
        print(missing, machines, log, debug)
    if (n := 3) > 2:
        print(n, __name__)
    helper_${extra}(1)
  '';
}
""",
        ),
        Good(
            "what an interpolation may define",
            """\
{ helpers, ... }:
{
  nodes.machine = { };
  testScript = ''
    ${helpers}
    prepare(machine)
  '';
}
""",
        ),
    )


_BUILTINS = frozenset(dir(builtins)) | {"__file__", "__name__"}
