"""A command in the background that keeps the driver waiting."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixlint.python_in_nix.script_calls import machine_calls, plain_text
from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity

_IN_BACKGROUND = re.compile(r"(?<![&>|])&\s*\Z")
_JOB_STARTS = re.compile(r"&&|\|\||;|\n|(?<![>&])&(?![>&])|\(|\{")
_SENDS_ELSEWHERE = re.compile(r"[>|]|systemd-run|--daemon|--detach|nohup|setsid|\bexec\b")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


class TestScriptBackground(Rule[TestScript]):
    """A background command keeps its output open, so that the test hangs.

    ## What it finds

    A command of `succeed`, `fail` or `execute` that ends in `&`, and whose output is not redirected.

    ## Why it matters

    The driver reads the output of a command until everybody has closed it. A job in the background keeps it open as long as
    it runs: `succeed` has no timeout, so that the test hangs for an hour, and says nothing.

    ## What to do

    Redirect the output, `command >&2 &` or `command >/dev/null 2>&1 &`, or start a unit with `systemd-run`.

    ## What keeps it silent

    - A redirection or a pipe in that job, `systemd-run`, `--daemon`, `nohup`.
    - Commands with an interpolation, and a call with `check_output=False`.

    ## References

    - nixpkgs issues #144875, #144613 and #471141
    """

    name = "test-script-background"
    code = "NL613"
    severity = Severity.ERROR
    confidence = Confidence.LIKELY
    asks = (TestScript,)
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:  # noqa: ARG002  # the script has it all
        """Report each job in the background that holds the output."""
        for call in machine_calls(subject):
            if call.method not in ("succeed", "fail", "execute"):
                continue
            if any(keyword.arg in ("check_output", "timeout") for keyword in call.node.keywords):
                continue
            for command in call.node.args:
                text = plain_text(subject, command)
                if text is not None and _holds_output(text):
                    yield Finding(
                        place=subject.where(subject.program.span(command)),
                        message="the job in the background keeps the output open: the driver waits until it ends, for ever",
                        help="redirect its output: command >&2 &",
                        option="testScript",
                        within=subject.commented,
                    )

    examples = (
        Bad(
            "a server in the background",
            """\
{
  nodes.machine = { };
  testScript = ''
    machine.succeed(«"python3 -m http.server 8000 &"»)
    machine.wait_for_open_port(8000)
  '';
}
""",
        ),
        Good(
            "output that goes elsewhere",
            """\
{ port, ... }:
{
  nodes.machine = { };
  testScript = ''
    machine.succeed("python3 -m http.server 8000 >&2 &")
    machine.succeed("systemd-run python3 -m http.server 8001 &")
    machine.succeed("python3 -m http.server ${port} &")
    machine.execute("sleep 9 &", check_output=False)
    machine.succeed("true && true")
    machine.succeed("(sleep 9; echo done) &> /tmp/log &")
  '';
}
""",
        ),
    )


def _holds_output(command: str) -> bool:
    text = _QUOTED.sub("''", command)
    ending = _IN_BACKGROUND.search(text)
    if ending is None or "(" in text or "{" in text:
        return False
    job = _JOB_STARTS.split(text[: ending.start()])[-1]
    return bool(job.strip()) and not _SENDS_ELSEWHERE.search(job)
