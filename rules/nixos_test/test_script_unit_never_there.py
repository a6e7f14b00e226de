"""A unit of a container that a test waits for, and that its machine does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixlint.python_in_nix.script_calls import DriverCall, argument, machine_calls, plain_text
from nixlint.python_in_nix.test_script import DrivenMachine, TestScript
from nixlint.rule import (
    Bad,
    Confidence,
    Finding,
    Good,
    ModuleSystem,
    OptionPath,
    Presence,
    Repository,
    Rule,
    Severity,
    Span,
    StringValue,
)

_OTHER_KIND = r"(?!.*\.(?:target|socket|timer|path|mount|automount|slice|scope|device|swap)$)"
_UNIT = re.compile(
    rf"{_OTHER_KIND}(?:(?P<engine>podman|docker)-(?P<oci>[\w.-]+?)|container@(?P<nspawn>[\w.-]+?))(?:\.service)?"
)
_WAITS = {"wait_for_unit": "unit", "require_unit_state": "unit"}
_STARTS = frozenset({"systemctl", "start_job", "switch_root"})
_OF_THE_ENGINES = frozenset({"auto-update", "prune", "restart", "compose", "clean-transient", "volume"})
"""Names of units after ``podman-`` and ``docker-`` that are the engines' own."""


class TestScriptUnitNeverThere(Rule[TestScript]):
    """A test waits for the unit of a container that its machine does not have.

    ## What it finds

    `wait_for_unit` or `require_unit_state` with `podman-NAME`, `docker-NAME` or `container@NAME`, where the machine declares
    containers of that kind and none is called so, or where its containers run with the other engine.

    ## Why it matters

    The driver waits as long as the machine has jobs to run, up to fifteen minutes, and then the test fails.

    ## What to do

    Wait for the unit that the container has: `podman-NAME` or `docker-NAME` after the `backend` of
    `virtualisation.oci-containers`, `container@NAME` for a native one.

    ## What keeps it silent

    - A machine of which an import or a definition is not known, and a machine that declares no such container at all.
    - Units of another kind, such as targets and timers.
    - A machine that defines the unit itself (`systemd.services.podman-NAME`), and the units of the engines
      (`podman-prune`, `podman-auto-update`).
    - A script that may start or make units: `systemctl`, `start_job`, `switch-to-configuration`, `podman run`, `docker run`.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/oci-containers.nix` (the names of the units) and `nixos-containers.nix`
    - nixpkgs, `nixos/lib/test-driver`, `wait_for_unit`
    """

    name = "test-script-unit-never-there"
    code = "NL610"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (TestScript,)
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:  # noqa: ARG002  # the script has it all
        """Report each unit that is waited for in vain."""
        if _MAKES_UNITS.search(subject.text.data):
            return
        for call in machine_calls(subject):
            unit = argument(call, 0, "unit") if call.method in _WAITS else None
            text = None if unit is None else plain_text(subject, unit)
            match = None if text is None else _UNIT.fullmatch(text)
            if unit is None or match is None or call.machine is None or not _is_named(call):
                continue
            problem = _problem(match, subject.system_of(call.machine), call.machine)
            if problem is not None:
                yield self._finding(subject, subject.program.span(unit), problem)

    def _finding(self, subject: TestScript, span: Span, problem: tuple[str, str]) -> Finding:
        return Finding(
            subject.where(span),
            problem[0],
            problem[1],
            option="testScript",
            within=subject.commented,
            evidence=problem[0],
        )

    examples = (
        Bad(
            "the unit of the other engine, and a name that no container has",
            """\
{ pkgs, ... }:
pkgs.testers.runNixOSTest {
  name = "web";
  nodes.server = {
    virtualisation.oci-containers = {
      backend = "podman";
      containers.web = { image = "nginx:1.27"; };
    };
  };
  testScript = ''
    server.wait_for_unit("podman-web")
    server.wait_for_unit(«"docker-web.service"»)
    machine.wait_for_unit(«"podman-wbe"»)
  '';
}
""",
        ),
        Bad(
            "a native container of another name",
            """\
{
  nodes.host = {
    containers.db = { autoStart = true; config = { }; };
  };
  testScript = ''
    host.wait_for_unit(«"container@database.service"»)
  '';
}
""",
        ),
        Good(
            "a machine of which not all is known, and units of its own",
            {
                "open.nix": """\
{ inputs, ... }:
{
  nodes.server = {
    imports = [ inputs.app.nixosModules.default ];
    virtualisation.oci-containers.containers.web.image = "nginx:1.27";
  };
  testScript = ''
    server.wait_for_unit("podman-app")
  '';
}
""",
                "own.nix": """\
{
  nodes.server = {
    virtualisation.oci-containers.containers.web.image = "nginx:1.27";
    systemd.services.podman-network = { script = "true"; };
  };
  testScript = ''
    server.wait_for_unit("podman-network")
    server.wait_for_unit("podman-web")
  '';
}
""",
                "target.nix": """\
{
  nodes.server = {
    virtualisation.oci-containers.containers.web.image = "nginx:1.27";
    systemd.targets.podman-compose-web.wantedBy = [ "multi-user.target" ];
  };
  testScript = ''
    server.wait_for_unit("podman-compose-web.target")
  '';
}
""",
                "started.nix": """\
{
  nodes.host.containers.a.config = { };
  testScript = ''
    host.succeed("nixos-container create b")
    host.wait_for_unit("container@b")
  '';
}
""",
            },
        ),
    )


_MAKES_UNITS = re.compile(
    rb"systemctl|start_job|switch-to-configuration|switch-inhibitors|(?:podman|docker) (?:run|compose|create)|"
    rb"nixos-container|machinectl|systemd-run|nixos-rebuild|specialisation"
)


def _is_named(call: DriverCall) -> bool:
    """Whether the machine of a call is one machine, and no variable that runs through several."""
    return call.machine is not None and call.receiver in (call.machine.name, "machine")


def _problem(match: re.Match[str], system: ModuleSystem, machine: DrivenMachine) -> tuple[str, str] | None:
    if match["nspawn"] is not None:
        return _among("containers", match["nspawn"], "container@", system, machine)
    name, engine = match["oci"], match["engine"]
    if name in _OF_THE_ENGINES or _defines_unit(f"{engine}-{name}", system):
        return None
    problem = _among("virtualisation.oci-containers.containers", name, f"{engine}-", system, machine)
    if problem is not None:
        return problem
    backend = system.ask(OptionPath(("virtualisation", "oci-containers", "backend")))
    value = backend.value if backend.presence is Presence.DEFINED and not backend.obstacles else None
    other = value.text if isinstance(value, StringValue) else None
    if other is None or other == engine or other not in ("podman", "docker"):
        return None
    is_known = system.ask(OptionPath(("virtualisation", "oci-containers", "containers", name)))
    if is_known.presence is not Presence.DEFINED:
        return None
    return (
        f"the containers of '{machine.attribute}' run with {other}: the unit of '{name}' is {other}-{name}",
        f"wait for {other}-{name}",
    )


def _among(option: str, name: str, prefix: str, system: ModuleSystem, machine: DrivenMachine) -> tuple[str, str] | None:
    """What is wrong where a machine has containers, all of them are known, and none has a name."""
    path = OptionPath(tuple(option.split(".")))
    answer = system.ask(path)
    names = {child for child, _ in system.children(path)}
    known = sorted(child for child in names if child is not None)
    if not known or None in names or answer.obstacles or name in known:
        return None
    if system.ask(path / name).presence is not Presence.ABSENT or _defines_unit(f"{prefix}{name}", system):
        return None
    return (
        f"'{machine.attribute}' has no container '{name}', so its unit {prefix}{name} never comes",
        f"its containers are: {', '.join(known)}",
    )


def _defines_unit(unit: str, system: ModuleSystem) -> bool:
    return system.ask(OptionPath(("systemd", "services", unit))).presence is not Presence.ABSENT
