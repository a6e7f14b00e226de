"""A machine by a name that the release does not give to a test script."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nixlint.python_in_nix.driver import driver
from nixlint.python_in_nix.machine_names import host_names
from nixlint.python_in_nix.script_calls import is_given
from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import (
    Bad,
    Confidence,
    Finding,
    Good,
    Repository,
    Rule,
    Safety,
    Severity,
    Span,
    rename_names,
    target_release,
)


class TestScriptHostName(Rule[TestScript]):
    """A test script uses a machine by its host name, or by its attribute, where the other one counts.

    ## What it finds

    A node whose `networking.hostName` is another one than the name of its attribute, and a script that has the wrong one of
    the two: from NixOS 26.05 on, a machine goes by the name of its attribute; before, it went by its host name.

    ## Why it matters

    The script ends with a `NameError` when all machines have been built and everything before that line has run.

    ## What to do

    Use the name that the release gives. `nixlint fix` writes it.

    ## What keeps it silent

    - Nodes whose host name is that of their attribute, or is not certainly known.
    - `machine` in a test with one machine.
    - Scripts and sets of nodes of which a part is not known, and names that the script binds itself.
    - A repository whose release is not known: that a host name breaks with 26.05 is then only *possible*, and that an
      attribute did not work before is not said.

    ## References

    - nixpkgs #510385; the release notes of NixOS 26.05 (#532265); #181482
    """

    name = "test-script-host-name"
    code = "NL616"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (TestScript,)
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:
        """Report each machine that the release calls otherwise."""
        if subject.program.tree is None or not subject.is_closed or not subject.machines:
            return
        target = target_release(repository)
        since = driver().by_attribute_name_since
        names = host_names(subject)
        for name, uses in _uses(subject).items():
            if name in names.attributes and is_given(subject, name) and name not in driver().values:
                if not target.is_known or target.release >= since:
                    new = names.attributes[name]
                    message = (
                        f"'{name}' is the host name of a node: from NixOS {since} on, the script has it as '{new}'"
                    )
                    yield self._finding(subject, uses, new, message, target.is_known)
            elif name in names.hosts and target.is_known and target.release < since:
                new = names.hosts[name]
                is_host = name in names.hosts.values()
                is_only = name == "machine" and len(subject.machines) == 1
                if names.are_known and not is_host and not is_only:
                    message = f"until NixOS {since} a machine goes by its host name: the script has '{name}' as '{new}'"
                    yield self._finding(subject, uses, new, message, True)

    def _finding(self, subject: TestScript, uses: list[Span], new: str, message: str, is_certain: bool) -> Finding:
        return Finding(
            place=subject.where(uses[0]),
            message=message,
            help=f"use '{new}'" if len(uses) == 1 else f"use '{new}', here and further on",
            confidence=None if is_certain else Confidence.POSSIBLE,
            option="testScript",
            within=subject.commented,
            evidence=new,
            fix=rename_names(subject.text, uses, new, Safety.SAFE) if is_certain else None,
        )

    examples = (
        Bad(
            "the host name, which 26.05 no longer takes",
            {
                "flake.nix": '{ inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05"; outputs = _: { }; }\n',
                "test.nix": """\
{
  nodes.server = { networking.hostName = "k3s-server"; };
  testScript = ''
    «k3s_server».wait_for_unit("k3s")
    for each in [k3s_server]:
        each.succeed("true")
  '';
}
""",
            },
            {
                "test.nix": """\
{
  nodes.server = { networking.hostName = "k3s-server"; };
  testScript = ''
    server.wait_for_unit("k3s")
    for each in [server]:
        each.succeed("true")
  '';
}
""",
            },
        ),
        Bad(
            "the attribute, which 25.11 does not know",
            """\
{
  nodes.server = { lib, ... }: { networking.hostName = lib.mkForce "k3sserver"; };
  nodes.client = { };
  testScript = ''
    client.succeed("ping -c 1 k3sserver")
    «server».wait_for_unit("k3s")
  '';
}
""",
            """\
{
  nodes.server = { lib, ... }: { networking.hostName = lib.mkForce "k3sserver"; };
  nodes.client = { };
  testScript = ''
    client.succeed("ping -c 1 k3sserver")
    k3sserver.wait_for_unit("k3s")
  '';
}
""",
            config='nixos-release = "25.11"\n',
        ),
        Good(
            "the name that the release gives",
            """\
{
  nodes.server = { networking.hostName = "k3sserver"; };
  testScript = ''
    k3sserver.wait_for_unit("k3s")
  '';
}
""",
            config='nixos-release = "25.11"\n',
        ),
        Good(
            "the same text, 'machine', a host name that is not known, and a node that has the name of another's host",
            {
                "same.nix": "{ nodes.a = { networking.hostName = \"a\"; }; testScript = ''\n  a.succeed(\"true\")\n''; }\n",
                "one.nix": """\
{
  nodes.machine = { networking.hostName = "web"; };
  testScript = ''
    machine.succeed("true")
  '';
}
""",
                "unknown.nix": """\
{ name, ... }:
{
  nodes.a = { networking.hostName = name; };
  testScript = ''
    a.succeed("true")
  '';
}
""",
                "swapped.nix": """\
{
  nodes.a = { networking.hostName = "b"; };
  nodes.b = { networking.hostName = "a"; };
  testScript = ''
    a.succeed("true")
  '';
}
""",
            },
            config='nixos-release = "25.11"\n',
        ),
    )


def _uses(script: TestScript) -> dict[str, list[Span]]:
    """The names that a script uses and does not bind, with all places of each; none that stands beside something unknown."""
    uses: dict[str, list[Span]] = {}
    for node in script.program.nodes:
        if isinstance(node, ast.Name) and node.id not in script.program.bound_names:
            span = script.program.span(node)
            if not script.text.touches_placeholder(span):
                uses.setdefault(node.id, []).append(span)
    return {name: sorted(spans) for name, spans in uses.items()}
