"""A request in a test that passes whatever the server answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixlint.python_in_nix.script_calls import is_statement, machine_calls, plain_text
from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import Bad, Confidence, Finding, Fix, Good, Repository, Rule, Safety, Severity, Span, insert

_CURL = re.compile(r"\s*curl\s+(?P<arguments>[^|;&\n`$<>()]*)\Z")
_WORD = re.compile(r"'[^']*'|\"[^\"]*\"|[^\s'\"]+")
_LOOKS = re.compile(r"-[A-Za-z]*[fwIK]\w*\Z|--(?:fail\S*|write-out\S*|head|config\S*)\Z")
_TAKES_VALUE = re.compile(r"-[A-Za-z]*[AbcCdDeEFHhmoPQrtTuUxXyYz]\Z")
"""Short options whose value is the next word: what stands in it is no option."""
_OTHER_SCHEME = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]*://")
_OPENING = re.compile(rb"[A-Za-z]?(?:\"\"\"|'''|\"|')\s*(?=curl\s)")


class TestScriptCurl(Rule[TestScript]):
    """A request in a test passes whatever the server answers.

    ## What it finds

    `curl` as the whole command of `succeed` or `wait_until_succeeds`, without `--fail`, where the result is not used.

    ## Why it matters

    Without `--fail` curl ends with status 0 whatever the server answers: the test is green for 404 and for 500.

    ## What to do

    Add `--fail`, or look at the answer. `nixlint fix --unsafe-fixes` adds it: the test then fails where it was green for an
    error.

    ## What keeps it silent

    - `-f`, `--fail…`, `-w`, `-I`; a pipe, a redirection, a result that is used; URLs that are not of HTTP.
    - Commands with an interpolation, and `fail(…)`.
    - It runs only with `--pedantic`: a test may ask only whether a connection works.

    ## References

    - nixpkgs #98119; curl(1), `--fail`
    """

    name = "test-script-curl"
    code = "NL619"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (TestScript,)
    pedantic = True
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:  # noqa: ARG002  # the script has it all
        """Report each request whose answer nothing looks at."""
        for call in machine_calls(subject):
            if call.method not in ("succeed", "wait_until_succeeds") or not is_statement(subject, call.node):
                continue
            for command in call.node.args:
                text = plain_text(subject, command)
                if text is not None and _passes_always(text):
                    span = subject.program.span(command)
                    yield Finding(
                        place=subject.where(span),
                        message="curl without --fail: the test is green whatever the server answers, 404 and 500 too",
                        help="add --fail",
                        option="testScript",
                        within=subject.commented,
                        fix=_fix(subject, span),
                    )

    examples = (
        Bad(
            "requests whose answer nothing looks at",
            """\
{
  nodes.machine = { services.nginx.enable = true; };
  testScript = ''
    machine.wait_until_succeeds(«"curl http://localhost/"»)
    machine.succeed(«"curl -sSL -H 'X-Fail: -f' localhost:8080"»)
  '';
}
""",
            """\
{
  nodes.machine = { services.nginx.enable = true; };
  testScript = ''
    machine.wait_until_succeeds("curl --fail http://localhost/")
    machine.succeed("curl --fail -sSL -H 'X-Fail: -f' localhost:8080")
  '';
}
""",
        ),
        Good(
            "an answer that is looked at",
            """\
{ options, ... }:
{
  nodes.machine = { services.nginx.enable = true; };
  testScript = ''
    machine.succeed("curl -f http://localhost/")
    machine.succeed("curl -sSfL http://localhost/", "curl --fail-with-body localhost")
    machine.succeed("curl http://localhost/ | grep ok")
    assert "ok" in machine.succeed("curl http://localhost/")
    machine.succeed("curl -w '%{http_code}' http://localhost/")
    machine.succeed("curl ftp://localhost/file")
    machine.succeed("curl ${options} http://localhost/")
    machine.fail("curl http://localhost/")
  '';
}
""",
        ),
    )


def _passes_always(command: str) -> bool:
    found = _CURL.match(command)
    if found is None:
        return False
    takes_value = False
    for word in _WORD.findall(found["arguments"]):
        if not takes_value and _LOOKS.match(word):
            return False
        if _OTHER_SCHEME.match(word.strip("'\"")):
            return False
        takes_value = not takes_value and bool(_TAKES_VALUE.match(word))
    return True


def _fix(script: TestScript, command: Span) -> Fix | None:
    opening = _OPENING.match(script.text.data, command.start, command.end)
    if opening is None:
        return None
    return insert(script.text, opening.end() + len("curl"), " --fail", "let curl fail", Safety.UNSAFE)
