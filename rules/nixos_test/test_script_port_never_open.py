"""A port that a test waits for, and on which nothing of its machine listens."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nixlint.containers.host.service_ports import ServicePort, listening_ports
from nixlint.python_in_nix.script_calls import argument, machine_calls
from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import Bad, Confidence, Finding, Good, ModuleSystem, OptionPath, Repository, Rule, Severity

_LISTEN_NOT = frozenset(
    {"environment", "i18n", "time", "users", "system", "nixpkgs", "documentation", "fonts", "assertions"}
)
"""First names of options that make nothing listen."""


class TestScriptPortNeverOpen(Rule[TestScript]):
    """A test waits for a port on which no service of its machine listens.

    ## What it finds

    `wait_for_open_port(N)` on a machine that is known as a whole, whose services are known to listen on other ports, where
    the number occurs nowhere else in the file.

    ## Why it matters

    The driver waits fifteen minutes, and then the test fails.

    ## What to do

    Wait for the port of the service, or configure the service to listen on the one that is meant.

    ## What keeps it silent

    - A machine of which an import or a definition is not known, or that runs anything else than services whose ports nixlint
      knows: units of its own, containers, programs that the script starts.
    - The number anywhere else in the file.

    ## References

    - nixlint's table of the ports of services; nixpkgs, `nixos/lib/test-driver`, `wait_for_open_port`
    """

    name = "test-script-port-never-open"
    code = "NL615"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (TestScript,)
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:  # noqa: ARG002  # the script has it all
        """Report each port that is waited for in vain."""
        if subject.program.tree is None or subject.is_open or _STARTS.search(subject.text.data):
            return
        for call in machine_calls(subject):
            port = argument(call, 0, "port") if call.method == "wait_for_open_port" else None
            machine = call.machine
            if not isinstance(port, ast.Constant) or not isinstance(port.value, int) or machine is None:
                continue
            if call.receiver not in (machine.name, "machine") or _count(port.value, subject) != _waits(
                port.value, subject
            ):
                continue
            found = _all_ports(subject.system_of(machine))
            if found and port.value not in {each.port for each in found}:
                yield Finding(
                    place=subject.where(subject.program.span(port)),
                    message=f"nothing on '{machine.attribute}' listens on port {port.value}",
                    help="its services listen on: "
                    + ", ".join(sorted({f"{each.port} ({each.service})" for each in found})),
                    option="testScript",
                    within=subject.commented,
                    evidence=str(port.value),
                )

    examples = (
        Bad(
            "a port that is another service's",
            """\
{ pkgs, ... }:
pkgs.testers.runNixOSTest {
  name = "db";
  nodes.server = { services.postgresql.enable = true; };
  testScript = ''
    server.wait_for_unit("postgresql")
    server.wait_for_open_port(«3306»)
  '';
}
""",
        ),
        Good(
            "the port of the service, one that is configured, and a unit of the machine's own",
            {
                "default.nix": """\
{
  nodes.server = { services.postgresql.enable = true; };
  testScript = ''
    server.wait_for_open_port(5432)
  '';
}
""",
                "set.nix": """\
{
  nodes.server = { services.postgresql = { enable = true; settings.port = 3306; }; };
  testScript = ''
    server.wait_for_open_port(3306)
  '';
}
""",
                "own.nix": """\
{
  nodes.server = {
    services.postgresql.enable = true;
    systemd.services.web.script = "web";
  };
  testScript = ''
    server.wait_for_open_port(8000)
  '';
}
""",
            },
        ),
    )


_STARTS = re.compile(
    rb"systemctl start|systemd-run|&\s*[\"']|switch-to-configuration|nixos-rebuild|podman|docker|nc -l|http\.server"
)
_CALL = re.compile(rb"wait_for_(?:open|closed)_port\(\s*(?:port=)?([0-9]+)")


def _count(port: int, script: TestScript) -> int:
    return len(re.findall(rb"(?<![0-9])" + str(port).encode() + rb"(?![0-9])", script.nix_text))


def _waits(port: int, script: TestScript) -> int:
    return sum(int(match) == port for match in _CALL.findall(script.nix_text))


def _all_ports(system: ModuleSystem) -> tuple[ServicePort, ...]:
    """The ports on which a machine listens; none where it may listen on others."""
    top = system.ask(OptionPath(()))
    if top.obstacles or not system.is_whole:
        return ()
    ports = tuple(listening_ports(system))
    served = {port.service for port in ports}
    for first, _ in system.children(OptionPath(())):
        if first in _LISTEN_NOT:
            continue
        if first != "services":
            return ()
    enabled = {name for name, _ in system.children(OptionPath(("services",)))}
    return ports if all(f"services.{name}" in served for name in enabled) else ()
