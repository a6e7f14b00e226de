"""A pipe in a test whose first command may fail unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixlint.python_in_nix.script_calls import machine_calls, plain_text
from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity

_PIPE = re.compile(r"(?<!\|)\|(?!\|)\s*(?P<last>\w*grep\b[^|;&\n]*)\Z")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
"""What stands in quotes is no pipe; a pattern such as 'a|b' is often there."""
_CANNOT_FAIL = re.compile(r"\s*(?:echo|printf|cat)\b[^|;&\n]*\Z")
_WRITES_ON = re.compile(r"\b(?:journalctl|dmesg|curl|wget|find|logs)\b")
"""What writes more than a pipe holds at once."""
_QUIET = re.compile(r"\s-\w*q|--quiet|--silent|-m ?1\b")


class TestScriptPipe(Rule[TestScript]):
    """The result of a pipe in a test script does not mean what it seems to mean.

    ## What it finds

    - `fail("command | grep …")`: it passes where nothing matches, and also where the command itself is broken.
    - `succeed("journalctl | grep -q …")`, and the same with `dmesg`, `curl`, `find` and logs of containers: `grep -q` ends
      at the first match, and a command that goes on writing then ends with an error (the driver sets `pipefail`), although
      the text was there.

    ## Why it matters

    The first one stays green when the service is gone. The second one fails now and then.

    ## What to do

    Take the output and compare it in Python: `assert "x" not in machine.succeed("command")`.

    ## What keeps it silent

    - `echo`, `printf` and `cat` before the pipe, and commands with an interpolation.
    - It runs only with `--pedantic`.

    ## References

    - nixpkgs #125683 (`pipefail`); grep(1), `--quiet`
    """

    name = "test-script-pipe"
    code = "NL614"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (TestScript,)
    pedantic = True
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:  # noqa: ARG002  # the script has it all
        """Report each pipe whose first failure is lost, or taken for that of the whole."""
        for call in machine_calls(subject):
            if call.method not in ("succeed", "fail"):
                continue
            for command in call.node.args:
                text = plain_text(subject, command)
                bare = "" if text is None else _QUOTED.sub("''", text.strip())
                match = _PIPE.search(bare)
                if match is None or _CANNOT_FAIL.match(bare[: match.start()]):
                    continue
                if call.method == "fail":
                    message = "this passes as well where the command before the pipe is broken"
                elif _QUIET.search(match["last"]) and _WRITES_ON.search(bare):
                    message = "grep ends at the first match, and a command that goes on writing then fails"
                else:
                    continue
                yield Finding(
                    place=subject.where(subject.program.span(command)),
                    message=message,
                    help="take the output of the command, and look for the text in Python",
                    option="testScript",
                    within=subject.commented,
                )

    examples = (
        Bad(
            "a failure that is a success, and a race",
            """\
{
  nodes.machine = { };
  testScript = ''
    machine.fail(«"systemctl status web | grep error"»)
    machine.fail(«"coredumpctl --json=short | grep -E 'web|worker'"»)
    machine.succeed(«"journalctl -u web | grep -q started"»)
  '';
}
""",
        ),
        Good(
            "a comment at the script",
            """\
{
  nodes.machine = { };
  # nixlint: ignore[test-script-pipe]
  testScript = ''
    machine.fail("systemctl status web | grep error")
  '';
}
""",
        ),
        Good(
            "commands that cannot fail, and output that is compared in Python",
            """\
{
  nodes.machine = { };
  testScript = ''
    machine.fail("cat /etc/passwd | grep nobody-else")
    machine.succeed("journalctl -u web | grep started")
    machine.succeed("test -e /a || grep -q x /b")
    assert "error" not in machine.succeed("systemctl status web")
  '';
}
""",
        ),
    )
