"""An error at any line of a script is found at that line of the Nix file."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run
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
