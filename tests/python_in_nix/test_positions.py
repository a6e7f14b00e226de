"""An error at any line of a script is found at that line of the Nix file."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run
from nixlint.python_in_nix.test_script import test_scripts
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.span import Span
from tests.linting.workbench import REGISTRY

SCRIPT = """\
import json

start_all()
# ein Kommentar: é 語 \U0001f600
with subtest("é"):
    machine.wait_for_unit("multi-user.target")

    machine.succeed("echo ''${HOME} ''' ${x} ''\\\\t")
    for each in ["é", "${y}"]:
        machine.fail(f"false {each}")
assert json.loads("{}") == {}
"""
FORMS = {
    "indented": "{ x, y, ... }: {\n  nodes.machine = { };\n  testScript = ''\nSCRIPT  '';\n}\n",
    "function": "{ nodes.machine = { };\n testScript = { nodes, ... }:\n let x = nodes.a; y = x.b; in ''\nSCRIPT  '';\n}\n",
    "a sum": "{ x, y }: { nodes.machine = { }; testScript = ''\n    import os\n'' + ''\nSCRIPT  '';\n}\n",
    "named": "{ x, y }: let script = ''\nSCRIPT  ''; in { nodes.machine = { }; testScript = script; }\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_an_error_is_found_at_the_line_where_it_stands(form: str, tmp_path: Path) -> None:
    lines = SCRIPT.splitlines()
    count = 0
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        indent = line[: len(line) - len(line.lstrip())]
        planted = [*lines[:number], f"{indent}é = machine.succed('x')", *lines[number:]]
        text = FORMS[form].replace("SCRIPT", "".join(f"    {each}\n" if each else "\n" for each in planted))
        path = tmp_path / f"test{number}.nix"
        path.write_text(text, "utf-8")
        expected = text[: text.index("succed")].count("\n") + 1
        report = run(Request((path,), tmp_path, select=frozenset({"test-script-unknown-method"})), REGISTRY)
        found = [(item.start.line, item.start.column) for item in report.findings]
        column = text.splitlines()[expected - 1].index("succed") + 1
        assert found == [(expected, column)], (form, number, report.failures)
        count += 1
    assert count == 9


def test_a_script_in_a_file_of_its_own_is_reported_there(tmp_path: Path) -> None:
    (tmp_path / "nixlint.toml").write_text("", "utf-8")
    (tmp_path / "test.nix").write_text("{ nodes.machine = { }; testScript = builtins.readFile ./test.py; }\n", "utf-8")
    (tmp_path / "test.py").write_text('start_all()\nmachine.succed("true")\n', "utf-8")
    report = run(Request((tmp_path,), tmp_path, select=frozenset({"test-script-unknown-method"})), REGISTRY)
    assert [(item.path, item.start.line, item.start.column) for item in report.findings] == [("test.py", 2, 9)]


WRITTEN = {
    "tabs": (
        "{\n\tnodes.machine = { };\n\ttestScript = ''\nstart_all()\nif True:\n"
        "\tLINEmachine.fail('a')\n\t\t# é\n'';\n}\n"
    ),
    "CRLF": (
        "{\r\n  nodes.machine = { };\r\n  testScript = ''start_all()\r\nLINEmachine.fail('''é''')\r\n'';\r\n}\r\n"
    ).replace("'''", '"'),
    "escapes before it": (
        "{ nodes.machine = { }; testScript = ''\n  a = \"''${x} ''\\\\t '''''' é\" ; LINEmachine.fail(\"''$\")\n''; }\n"
    ),
    "a string in quotes": (
        '{ nodes.machine = { }; testScript = "start_all()\\na = 1\\nLINEmachine.fail(\\"é\\")\\n"; }\n'
    ),
    "a string in quotes, behind escapes": (
        '{ nodes.machine = { }; testScript = "s = \\"\\\\t é\\"; LINEmachine.fail(\\"\\${x}\\")\\n"; }\n'
    ),
    "a sum of both": (
        "{ nodes.machine = { }; testScript = \"start_all()\\n\" + ''\n    s = 1\n  '' + \"t = 2\\n\" + ''\n"
        "  LINEmachine.fail(\"x\")\n''; }\n"
    ),
    "behind an interpolation of several lines": (
        '{ x }: { nodes.machine = { }; testScript = \'\'\n    a = "${\n      x.y\n        or "é"\n    }" ; '
        "LINEmachine.fail(\"b\")\n''; }\n"
    ),
    "behind a known text of several lines": (
        "let s = ''\n  a = 1\n  b = 2\n''; in { nodes.machine = { }; testScript = ''\n  ${s}\n"
        "  LINEmachine.fail(\"x\")\n''; }\n"
    ),
    "in an indented block": (
        '{ nodes.machine = { }; testScript = \'\'\n    with subtest("é"):\n\n        # ${"語"}\n'
        "        LINEmachine.fail(\"x\")\n  ''; }\n"
    ),
    "in a function, behind a let": (
        "{ nodes.machine = { }; testScript = { nodes, ... }: let x = nodes.a.b; in ''\n"
        "  LINEmachine.fail(\"${toString x}\")\n''; }\n"
    ),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_what_is_planted_is_found_at_its_very_place(form: str, tmp_path: Path) -> None:
    text = WRITTEN[form].replace("LINE", "machine.succed('x'); ")
    path = tmp_path / "test.nix"
    path.write_bytes(text.encode())
    report = run(Request((path,), tmp_path, select=frozenset({"test-script-unknown-method"})), REGISTRY)
    found = [(item.start.line, item.start.column) for item in report.findings]
    before = text[: text.index("succed")]
    assert found == [(before.count("\n") + 1, len(before) - before.rfind("\n"))]


@pytest.mark.parametrize("form", WRITTEN)
def test_what_python_refuses_is_found_at_its_very_place(form: str, tmp_path: Path) -> None:
    text = WRITTEN[form].replace("LINE", "€ ")
    source = SourceFile.parse(tmp_path / "test.nix", text.encode())
    (script,) = test_scripts(source, Repository(tmp_path, (), None))
    assert script.program.problem is not None
    assert script.where(script.program.problem.span).span.start == len(text[: text.index("€")].encode())


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_what_is_planted_in_a_file_of_python_is_found_there(ending: str, tmp_path: Path) -> None:
    (tmp_path / "nixlint.toml").write_text("", "utf-8")
    (tmp_path / "test.nix").write_text(
        "{ nodes.machine = { }; testScript = builtins.readFile ./setup.py + ''\n  machine.succeed(\"true\")\n''; }\n"
    )
    lines = ["start_all()", "if machine:", "\ts = '''é", "''${x}'''", "\tmachine.succed(s)  # 語", ""]
    (tmp_path / "setup.py").write_bytes(ending.join(lines).encode())
    report = run(Request((tmp_path,), tmp_path, select=frozenset({"test-script-unknown-method"})), REGISTRY)
    assert [(item.path, item.start.line, item.start.column) for item in report.findings] == [("setup.py", 5, 10)]


def test_each_line_of_the_tests_of_the_fixtures_is_found_where_it_stands(tmp_path: Path) -> None:
    """The character stands before each line of code of a script, one at a time."""
    source = SourceFile.parse(tmp_path / "test.nix", FORMS["function"].replace("SCRIPT", _indented(SCRIPT)).encode())
    (script,) = test_scripts(source, Repository(tmp_path, (), None))
    data, found, expected = source.data, [], []
    for line in range(1, script.text.data.count(b"\n") + 1):
        span = script.text.line_span(line)
        written = script.text.data[span.start : span.end]
        if not written.strip() or written.lstrip().startswith(b"#"):
            continue
        at = span.start + len(written) - len(written.lstrip())
        place = script.text.place(Span(at, at + 1))
        assert place is not None
        planted = SourceFile.parse(source.path, data[: place.span.start] + "€".encode() + data[place.span.start :])
        (broken,) = test_scripts(planted, Repository(tmp_path, (), None))
        assert broken.program.problem is not None
        found.append(broken.where(broken.program.problem.span).span.start)
        expected.append(place.span.start)
    assert (found, len(found)) == (expected, 8)


def _indented(script: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in script.splitlines())
