"""A machine of a test that nothing starts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nixlint.python_in_nix.machine_names import host_names
from nixlint.python_in_nix.script_calls import is_given
from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Safety, Severity, begin_with


class TestScriptMachineNeverStarted(Rule[TestScript]):
    """A test script never starts one of its machines.

    ## What it finds

    A node that the commands of the script speak of and that the script itself never uses, without `start_all()`. A machine
    starts with `start_all()`, with `start()`, or with the first command that it is given.

    ## Why it matters

    The machine is built and never boots. What the other machines ask of it fails with a timeout that says nothing of the
    reason.

    ## What to do

    Call `start_all()` at the beginning of the script, as `nixlint fix --unsafe-fixes` does, or `start()` on the machine.
    Remove the node if nothing needs it. The fix is unsafe because the machines then boot at the same time.

    ## What keeps it silent

    - `start_all` or `machines` anywhere in the script, and scripts or sets of nodes of which a part is not known.
    - A node that the file names elsewhere, as in `nodes.target.system.build.toplevel`: it may be there to be built only.
    - Nodes of which no command speaks, machines that go by a host name, and tests with one machine.

    ## References

    - [NixOS manual, writing tests](https://nixos.org/manual/nixos/stable/#sec-writing-nixos-tests)
    """

    name = "test-script-machine-never-started"
    code = "NL609"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (TestScript,)
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:  # noqa: ARG002  # the script has it all
        """Report each machine that stays off."""
        program = subject.program
        if program.tree is None or not subject.is_closed or len(subject.machines) < 2:
            return
        named = {node.id for node in program.nodes if isinstance(node, ast.Name)}
        if any(name in named for name in ("start_all", "machines", "machines_qemu", "machines_nspawn", "driver")):
            return
        hosts = host_names(subject)
        if not hosts.are_known or not named.isdisjoint(hosts.attributes) or not is_given(subject, "start_all"):
            return
        for machine in subject.machines:
            place = machine.place
            if machine.name in named or place is None or _is_named_elsewhere(machine.attribute, subject):
                continue
            if not re.search(rb"\b" + re.escape(machine.attribute.encode()) + rb"\b", subject.text.data):
                continue
            yield Finding(
                place=place,
                message=f"nothing starts '{machine.attribute}': there is no start_all(), and the script never uses it",
                help="call start_all() at the beginning of the script",
                option="testScript",
                evidence=machine.attribute,
                fix=begin_with(subject.text, "start_all()", Safety.UNSAFE),
            )

    examples = (
        Bad(
            "a server that the client asks in vain",
            """\
{
  nodes = {
    «server» = { services.nginx.enable = true; };
    client = { };
  };
  testScript = ''
    client.wait_for_unit("multi-user.target")
    client.succeed("curl -f http://server/")
  '';
}
""",
            """\
{
  nodes = {
    server = { services.nginx.enable = true; };
    client = { };
  };
  testScript = ''
    start_all()
    client.wait_for_unit("multi-user.target")
    client.succeed("curl -f http://server/")
  '';
}
""",
        ),
        Good(
            "all machines start",
            """\
{
  nodes = { server = { }; client = { }; };
  testScript = ''
    start_all()
    client.succeed("curl -f http://server/")
  '';
}
""",
        ),
        Good(
            "a node that is only built",
            """\
{
  nodes = { installer = { }; target = { }; };
  testScript = { nodes, ... }: ''
    installer.succeed("nixos-install --system ${nodes.target.system.build.toplevel}")
  '';
}
""",
        ),
    )


def _is_named_elsewhere(attribute: str, script: TestScript) -> bool:
    """Whether Nix uses a node somewhere in the file, as ``nodes.<name>`` or by its name alone in quotes."""
    name = attribute.encode()
    uses = (b"nodes." + name + b".", b"nodes." + name + b"}", b'nodes."' + name, b"." + name + b".", b'"' + name + b'"')
    return any(script.nix_mentions(use) > 0 for use in uses)
