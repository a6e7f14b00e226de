"""A method that no machine of the test driver has."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nixlint.python_in_nix.driver import driver
from nixlint.python_in_nix.script_calls import DriverCall, machine_calls
from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import (
    Bad,
    Confidence,
    Finding,
    Good,
    Repository,
    Rule,
    Severity,
    first_with,
    suggestion,
    target_release,
)


class TestScriptUnknownMethod(Rule[TestScript]):
    """A test script calls a method that machines do not have.

    ## What it finds

    A call such as `machine.wait_for_units("nginx")` on a machine of the test, also in a function of the script, where no
    release of the test driver has such a method. For a repository that is known to be for NixOS 26.05, also a method that
    only virtual machines have (the screen, the keyboard, QEMU) on a container of the test.

    ## Why it matters

    The script ends with an `AttributeError`, after everything before that line has run. In functions without annotations the
    type check of NixOS 25.11 and before does not look; nor does any check where the test sets `skipTypeCheck`.

    ## What to do

    Call the method that is meant; the manual lists them all.

    ## What keeps it silent

    - Names that the script binds itself, and values whose kind is not known, such as the parameters of functions.
    - Methods that the script gives to the machine (`machine.check = …`), and names that were renamed
      (`test-script-renamed-method`).
    - Names next to an interpolation.

    ## References

    - [NixOS manual, machine objects](https://nixos.org/manual/nixos/stable/#ssec-machine-objects)
    - nixpkgs, `nixos/lib/test-driver/src/test_driver/machine/__init__.py`; issue #144876
    """

    name = "test-script-unknown-method"
    code = "NL603"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (TestScript,)
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:
        """Report each call of a method that a machine does not have."""
        given = {
            node.attr
            for node in subject.program.nodes
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
        }
        for call in machine_calls(subject):
            if call.method in given or call.method in driver().attributes or call.method in driver().renamed_methods:
                continue
            method = driver().methods.get(call.method)
            if method is None:
                near = suggestion(call.method, driver().methods)
                yield self._finding(subject, call, f"machines have no method '{call.method}'", near)
            elif method.needs_qemu and call.machine is not None and call.machine.is_container:
                target = target_release(repository)
                if target.is_known and target.release == first_with("containers-as-machines-of-tests"):
                    message = f"'{call.receiver}' is a container, and only virtual machines have '{call.method}'"
                    yield self._finding(subject, call, message)

    def _finding(self, subject: TestScript, call: DriverCall, message: str, near: str = "") -> Finding:
        return Finding(
            place=subject.where(call.name),
            message=f"{message}, so the script ends here with an AttributeError{near}",
            help="call a method from the list in the NixOS manual, section 'Machine objects'",
            option="testScript",
            within=subject.commented,
            evidence=call.method,
        )

    examples = (
        Bad(
            "a name with a letter missing, at the end and in a function",
            """\
{ pkgs, ... }:
pkgs.testers.runNixOSTest {
  name = "web";
  nodes.server = { };
  testScript = ''
    def check():
        server.«wait_for_units»("nginx")

    server.wait_for_unit("nginx")
    check()
    machine.«succed»("curl -f localhost")
  '';
}
""",
        ),
        Bad(
            "a container has no screen",
            """\
{ inputs, ... }:
{
  containers.web = { };
  testScript = ''
    web.wait_for_unit("nginx")
    web.«screenshot»("page")
  '';
}
""",
            config='nixos-release = "26.05"\n',
        ),
        Good(
            "objects of the script itself, and a method that it adds",
            """\
{
  nodes.machine = { };
  testScript = ''
    class Api:
        def fetch(self):
            return machine.succeed("curl localhost")

    api = Api()
    api.fetch()
    machine.fetch = api.fetch
    machine.fetch()

    def check(machine):
        machine.anything()

    machine.process.wait()
  '';
}
""",
        ),
        Good(
            "a machine that another function makes",
            "{ mkTest }: mkTest { testScript = ''\n  machine.activate()\n''; }\n",
        ),
    )
