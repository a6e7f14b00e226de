"""The text of a screen is read in a test that cannot read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixlint.python_in_nix.script_calls import machine_calls, method_of
from nixlint.python_in_nix.test_script import TestScript
from nixlint.rule import (
    Bad,
    BoolValue,
    Confidence,
    Edit,
    FileEdit,
    Finding,
    Fix,
    Good,
    Repository,
    Rule,
    Safety,
    Severity,
    Span,
)

_OPTION = "enableOCR"
_BEFORE = re.compile(rb"(?P<above>[^\n]*)\n(?P<indent>[ \t]*)\Z")


class TestScriptOcr(Rule[TestScript]):
    """A test script reads text from the screen, and the test has no OCR.

    ## What it finds

    `wait_for_text`, `get_screen_text` or `get_screen_text_variants` in a test that does not set `enableOCR = true`.

    ## Why it matters

    The driver has Tesseract only with `enableOCR`. Without it these methods end the script with an error, when the machines
    have booted and everything before that line has run.

    ## What to do

    Set `enableOCR = true` beside `testScript`. `nixlint fix` does it where nothing sets it.

    ## What keeps it silent

    - A test that may have more options: `imports`, `inherit`, `//`, a function of one's own around it.
    - Values that are not certainly machines of the test.

    ## References

    - [NixOS manual, test options](https://nixos.org/manual/nixos/stable/#test-opt-enableOCR); nixpkgs,
      `nixos/lib/test-driver`, `ocr.py`
    """

    name = "test-script-ocr"
    code = "NL617"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (TestScript,)
    __test__ = False

    def check(self, subject: TestScript, repository: Repository) -> Iterator[Finding]:  # noqa: ARG002  # the script has it all
        """Report each call that needs OCR in a test without it."""
        if subject.may_have_more_options:
            return
        value = subject.option(_OPTION)
        if value is not None and not (isinstance(value, BoolValue) and not value.value):
            return
        for call in machine_calls(subject):
            method = method_of(call)
            if method is not None and method.needs_ocr:
                yield Finding(
                    place=subject.where(call.name),
                    message=f"{call.method}() needs OCR, which this test does not enable: the script ends here",
                    help="set enableOCR = true beside testScript",
                    option="testScript",
                    within=subject.commented,
                    evidence=call.method,
                    fix=_fix(subject) if value is None else None,
                )

    examples = (
        Bad(
            "a text that is waited for",
            """\
{ pkgs, ... }:
pkgs.testers.runNixOSTest {
  name = "desktop";
  nodes.machine = { services.xserver.enable = true; };

  testScript = ''
    machine.wait_for_x()
    machine.«wait_for_text»("Welcome")
  '';
}
""",
            """\
{ pkgs, ... }:
pkgs.testers.runNixOSTest {
  name = "desktop";
  nodes.machine = { services.xserver.enable = true; };

  enableOCR = true;
  testScript = ''
    machine.wait_for_x()
    machine.wait_for_text("Welcome")
  '';
}
""",
        ),
        Bad(
            "it is switched off",
            """\
{
  enableOCR = false;
  nodes.machine = { };
  testScript = ''
    print(machine.«get_screen_text»())
  '';
}
""",
        ),
        Good(
            "it is enabled, or may be",
            {
                "on.nix": """\
{
  enableOCR = true;
  nodes.machine = { };
  testScript = ''
    machine.wait_for_text("Welcome")
  '';
}
""",
                "imported.nix": """\
{
  imports = [ ./on.nix ];
  nodes.machine = { };
  testScript = ''
    machine.wait_for_text("Welcome")
  '';
}
""",
                "inherited.nix": """\
{ enableOCR, ... }:
{
  inherit enableOCR;
  nodes.machine = { };
  testScript = ''
    machine.wait_for_text("Welcome")
  '';
}
""",
            },
        ),
    )


def _fix(script: TestScript) -> Fix | None:
    """The option on a line of its own before the script, unless a comment that may be about the script stands there."""
    place = script.place
    before = _BEFORE.search(script.nix_text, 0, place.span.start)
    above = b"" if before is None else before["above"].strip()
    if before is None or above.startswith(b"#") or above.endswith(b"*/"):
        return None
    text = f"{_OPTION} = true;\n{before['indent'].decode()}".encode()
    edit = Edit(Span(place.span.start, place.span.start), text)
    return Fix(Safety.SAFE, "enable OCR for the test", (FileEdit(place.path, edit),))
