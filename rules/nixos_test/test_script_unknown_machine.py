"""A machine in a test script that the test does not have."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from nixlint.python_in_nix.driver import driver
from nixlint.python_in_nix.machine_names import HostNames, host_names
from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import (
    Bad,
    Confidence,
    Finding,
    Good,
    Repository,
    Rule,
    Severity,
    TargetRelease,
    suggestion,
    target_release,
)


class TestScriptUnknownMachine(Rule[TestScript]):
    """A test script uses a machine that no node defines.

    ## What it finds

    A name on which the script calls a method of machines (`web.succeed(…)`) and that is none: no attribute of `nodes` or
    `containers` has it, and the script does not bind it. In the script a name has `_` wherever the attribute has a character
    that Python does not take: `web-1` is `web_1`.

    A machine that is used by its host name is a finding of
    [test-script-host-name](test-script-host-name.md).

    ## Why it matters

    The script ends with a `NameError` when the machines have been built and everything before that line has run.

    ## What to do

    Use the name of the node, or define the node.

    ## What keeps it silent

    - Scripts and sets of nodes of which a part is not known: imports of the test, options of one's own beside `nodes`, `//`,
      functions of one's own around the test, interpolations that may be statements, `from x import *`.
    - Names next to an interpolation, and names that the script binds anywhere.
    - Nodes whose host name is not known, as long as the repository may be for a release before 26.05.

    ## References

    - nixpkgs, `nixos/lib/test-driver`, `pythonize_name`; #510385; the release notes of NixOS 26.05 (#532265)
    """

    name = "test-script-unknown-machine"
    code = "NL602"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (TestScript,)
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:
        """Report each name that is used as a machine and is none."""
        if subject.program.tree is None or not subject.is_closed or not subject.machines:
            return
        target = target_release(repository)
        hosts = host_names(subject)
        for node in _used_as_machines(subject):
            name = node.id
            if not _is_known(name, subject, hosts, target):
                yield self._finding(subject, node)

    def _finding(self, subject: TestScript, node: ast.Name) -> Finding:
        names = sorted(machine.name for machine in subject.machines)
        near = suggestion(node.id, names)
        return Finding(
            place=subject.where(subject.program.span(node)),
            message=f"no node of this test is called '{node.id}', so the script ends here with a NameError{near}",
            help=f"the machines of this test are: {', '.join(names)}",
            option="testScript",
            within=subject.commented,
            evidence=node.id,
        )

    examples = (
        Bad(
            "a name with a letter missing",
            """\
{ pkgs, ... }:
pkgs.testers.runNixOSTest {
  name = "web";
  nodes = {
    server = { };
    client = { };
  };
  testScript = ''
    start_all()
    server.wait_for_unit("multi-user.target")
    «clent».succeed("ping -c 1 server")
  '';
}
""",
        ),
        Bad(
            "'machine', where there are two",
            """\
{
  nodes.web-1 = { };
  nodes.web-2 = { };
  testScript = { nodes, ... }: ''
    web_1.succeed("true")
    web_2.succeed("true")

    def check():
        «machine».succeed("true")
  '';
}
""",
        ),
        Good(
            "the host name, for a release that takes it",
            """\
{
  nodes.server = { networking.hostName = "k3sserver"; };
  testScript = ''
    k3sserver.wait_for_unit("k3s")
  '';
}
""",
        ),
        Good(
            "the only machine, a loop, a parameter, and nodes of somebody else",
            {
                "one.nix": "{ nodes.web = { }; testScript = ''\n  machine.succeed(\"true\")\n''; }\n",
                "loop.nix": """\
{
  nodes = { a = { }; b = { }; };
  testScript = ''
    def check(node):
        node.succeed("true")

    for each in [a, b]:
        check(each)
        each.succeed("true")
    vm = create_machine("run-vm")
    vm.succeed("true")
  '';
}
""",
                "more.nix": """\
{
  imports = [ ./nodes.nix ];
  nodes.a = { };
  testScript = ''
    b.succeed("true")
  '';
}
""",
                "nodes.nix": "{ nodes.b = { }; }\n",
            },
        ),
    )


def _used_as_machines(script: TestScript) -> Iterator[ast.Name]:
    program = script.program
    for node in program.nodes:
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            continue
        name = node.value
        is_one = node.attr in _METHODS and not _is_bound(name.id, script)
        if is_one and not script.text.touches_placeholder(program.span(name)):
            yield name


_METHODS = frozenset(name for name, method in driver().methods.items() if method.returns != "context") - {
    "log",
    "sleep",
}
_GIVEN = driver().values | driver().functions.keys() | frozenset(dir(builtins))


def _is_bound(name: str, script: TestScript) -> bool:
    return name in script.program.bound_names or name in _GIVEN or name.startswith("vlan")


def _is_known(name: str, script: TestScript, hosts: HostNames, target: TargetRelease) -> bool:
    is_new = target.is_known and target.release >= driver().by_attribute_name_since
    if script.machine(name) is not None:
        return True
    return name in hosts.attributes or (not is_new and not hosts.are_known)
