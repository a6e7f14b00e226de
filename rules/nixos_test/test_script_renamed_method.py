"""A method of the test driver that has another name now."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.python_in_nix.driver import Renamed, driver
from nixlint.python_in_nix.script_calls import function_calls, machine_calls
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
    rename_attribute,
    rename_keyword,
    target_release,
)


class TestScriptRenamedMethod(Rule[TestScript]):
    """A test script calls the test driver by a name that it no longer has.

    ## What it finds

    Names of the old driver in Perl (`waitForUnit`, `startAll`), `wait_for_job` and `copy_from_vm`, and arguments that have
    another name now (`retry(…, timeout=…)`), each from the release on that renamed it.

    ## Why it matters

    A name that is gone ends the script with an error, after everything before it has run. `copy_from_vm` still works and
    warns.

    ## What to do

    Use the new name. `nixlint fix` writes it; comments and blank lines of the script stay as they are.

    ## What keeps it silent

    - A repository that is for an older release, or for one that is not known, unless the name is gone since 20.09.
    - Names that the script binds itself, and names next to an interpolation.

    ## References

    - nixpkgs #96396 (the driver in Python), #470809 and #474139 (`retry`), and `nixos/lib/test-driver`
    """

    name = "test-script-renamed-method"
    code = "NL604"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (TestScript,)
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:
        """Report each call by an old name, with the new one."""
        target = target_release(repository)
        for call in (*machine_calls(subject), *function_calls(subject)):
            renamed = (driver().renamed_functions if call.machine is None else driver().renamed_methods).get(
                call.method
            )
            if renamed is not None and _has(renamed, target.release, target.is_known):
                yield self._finding(subject, call.name, renamed, f"{call.method}()")
            for keyword in call.node.keywords if call.machine is None else ():
                old = driver().renamed_keywords.get((call.method, keyword.arg or ""))
                if old is not None and _has(old, target.release, target.is_known):
                    span = subject.program.span(keyword)
                    yield self._finding(subject, span, old, f"the argument '{old.old}' of {call.method}()", True)

    def _finding(
        self, subject: TestScript, span: Span, renamed: Renamed, what: str, is_keyword: bool = False
    ) -> Finding:
        rename = rename_keyword if is_keyword else rename_attribute
        if renamed.still_works:
            message = (
                f"{what} is called '{renamed.new}' from NixOS {renamed.since} on; the old name still works, and warns"
            )
        else:
            message = f"{what} is called '{renamed.new}' from NixOS {renamed.since} on; the old name ends the script"
        return Finding(
            place=subject.where(span),
            message=message,
            help=f"write '{renamed.new}'",
            severity=Severity.WARNING if renamed.still_works else None,
            option="testScript",
            within=subject.commented,
            evidence=renamed.old,
            fix=rename(subject.text, span, renamed.new, Safety.SAFE),
        )

    examples = (
        Bad(
            "the driver in Perl is gone since 20.09",
            """\
{
  nodes.machine = { };
  testScript = { nodes, ... }: ''
    # everything has to be up
    «startAll»()

    machine.«waitForUnit»("nginx")   # the web server
    machine.succeed("echo ''${HOME} ${toString nodes.machine.x}")
  '';
}
""",
            """\
{
  nodes.machine = { };
  testScript = { nodes, ... }: ''
    # everything has to be up
    start_all()

    machine.wait_for_unit("nginx")   # the web server
    machine.succeed("echo ''${HOME} ${toString nodes.machine.x}")
  '';
}
""",
        ),
        Bad(
            "renamed in 26.05",
            """\
{
  nodes.machine = { };
  testScript = ''
    retry(check, «timeout=60»)
    machine.«copy_from_vm»("/var/log/x")
  '';
}
""",
            """\
{
  nodes.machine = { };
  testScript = ''
    retry(check, timeout_seconds=60)
    machine.copy_from_machine("/var/log/x")
  '';
}
""",
            config='nixos-release = "26.05"\n',
        ),
        Good(
            "a release that has no other name",
            """\
{
  nodes.machine = { };
  testScript = ''
    machine.copy_from_vm("/var/log/x")
  '';
}
""",
            config='nixos-release = "25.11"\n',
        ),
        Good(
            "a function of the script",
            """\
{
  nodes.machine = { };
  testScript = ''
    def startAll():
        machine.start()

    startAll()
  '';
}
""",
        ),
    )


def _has(renamed: Renamed, release: str, is_known: bool) -> bool:
    """Whether a repository is for a release in which the new name holds."""
    return renamed.since < "21" or (is_known and renamed.since <= release)
