"""Vetting reads rule files without running them, and says where a rule lacks something or does what it may not."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from nixlint.api import VettedRules, check_rules
from nixlint.rule_packs.requirements import requirements
from tests.cli.running import nixlint

from .samples import FILE, RULE, pack

ROOT = Path(__file__).parents[2]


def found_in(vetted: VettedRules) -> list[tuple[str, str]]:
    """The demands that are not met, each with the text at its place."""
    texts = []
    for found in vetted.report.findings:
        span = found.finding.place.span
        texts.append((found.rule, vetted.read(found.finding.place.path)[span.start : span.end].decode()))
    return texts


def vetted(folder: Path, text: str) -> list[tuple[str, str]]:
    result = check_rules(pack(folder / "house", text))
    assert not result.report.failures
    return found_in(result)


def test_nothing_is_said_against_a_whole_rule(tmp_path: Path) -> None:
    assert vetted(tmp_path, RULE) == []


def test_nixlints_own_rules_pass() -> None:
    report = check_rules(ROOT / "rules").report
    assert [(found.path, found.start.line, found.finding.message) for found in report.findings] == []
    assert report.files_checked == len(list((ROOT / "rules").rglob("*.py")))


@pytest.mark.parametrize("part", ["rules/nspawn", "rules/oci/oci_privileged.py"])
def test_some_of_nixlints_own_rules_pass_too(part: str) -> None:
    assert check_rules(ROOT / part).report.findings == ()


@pytest.mark.parametrize(
    ("line", "rule", "at"),
    [
        ("import os as o\no.system('x')", "rule-forbidden-import", "o.system"),
        ("from subprocess import run as r", "rule-forbidden-import", "subprocess"),
        ("import socket", "rule-forbidden-import", "socket"),
        ("def f() -> None:\n    import ctypes", "rule-forbidden-import", "ctypes"),
        ("import importlib.util", "rule-forbidden-import", "importlib.util"),
        ("import requests", "rule-forbidden-import", "requests"),
        ("import some_other_package", "rule-forbidden-import", "some_other_package"),
        ("from os.path import join, exists", "rule-forbidden-import", "exists"),
        ("from nixlint.syntax.views import Expression", "rule-forbidden-import", "nixlint.syntax.views"),
        ("import tree_sitter", "rule-forbidden-import", "tree_sitter"),
        ("from nixlint.files.reading import Anywhere", "rule-forbidden-import", "nixlint.files.reading"),
        ("from re import *", "rule-forbidden-import", "from re import *"),
        ("from ..elsewhere import x", "rule-forbidden-import", "from ..elsewhere import x"),
        ("from .not_there import x", "rule-forbidden-import", "from .not_there import x"),
        ("import re\nre.enum.sys.modules", "rule-forbidden-import", "re.enum.sys.modules"),
        ("import re\nx = re", "rule-forbidden-import", "re"),
        ("import typing\ntyping.get_type_hints(x)", "rule-forbidden-import", "typing.get_type_hints"),
        ("from dataclasses import make_dataclass", "rule-forbidden-import", "make_dataclass"),
        ("from nixlint.rule import Sevrity", "rule-api-unknown", "Sevrity"),
        ("from nixlint.rule import late_names", "rule-api-unknown", "late_names"),
        ("from nixlint.containers.oci.container import Nothing", "rule-api-unknown", "Nothing"),
        ("from nixlint.containers.oci.reader import OptionPath", "rule-api-unknown", "OptionPath"),
        ("eval('1')", "rule-forbidden-name", "eval"),
        ("e = exec", "rule-forbidden-name", "exec"),
        ("open = open", "rule-forbidden-name", "open"),
        ("x = compile\ndef compile() -> None: ...", "rule-forbidden-name", "compile"),
        ("__import__('os')", "rule-forbidden-name", "__import__"),
        ("import builtins\nbuiltins.eval('1')", "rule-forbidden-name", "builtins.eval"),
        ("getattr(1, 'a' + 'b')", "rule-forbidden-name", "getattr"),
        ("g = getattr", "rule-forbidden-name", "getattr"),
        ("print(1)", "rule-forbidden-name", "print"),
        ("x.path.read_text()", "rule-forbidden-attribute", "read_text"),
        ("x.path.exists()", "rule-forbidden-attribute", "exists"),
        ("from pathlib import Path\nPath.cwd()", "rule-forbidden-attribute", "cwd"),
        ("().__class__", "rule-forbidden-attribute", "__class__"),
        ("x.__globals__", "rule-forbidden-attribute", "__globals__"),
        ("getattr(x, 'read_bytes')", "rule-forbidden-attribute", "'read_bytes'"),
        ("__builtins__", "rule-forbidden-attribute", "__builtins__"),
        ("__file__", "rule-forbidden-attribute", "__file__"),
        ("'{0.__class__}'.format(1)", "rule-forbidden-attribute", "'{0.__class__}'"),
        ("repository._reader", "rule-forbidden-attribute", "_reader"),
        ("tree.root_node", "rule-forbidden-attribute", "root_node"),
        ("\uff45val('1')", "rule-forbidden-name", "\uff45val"),
        ("x.\uff52ead_text", "rule-forbidden-name", "\uff52ead_text"),
        ("match 1:\n    case object(__class__=c):\n        pass", "rule-forbidden-attribute", "__class__"),
        ("'{0.__cl' 'ass__}'.format(1)", "rule-forbidden-attribute", "'{0.__cl' 'ass__}'"),
        ("('{0.__cl' + 'ass__}').format(1)", "rule-forbidden-attribute", "format"),
        ("import contextlib\ncontextlib.redirect_stdout(1)", "rule-forbidden-import", "contextlib.redirect_stdout"),
        ("from house import house_unwanted", "rule-forbidden-import", "house"),
        ("def f(x=exec) -> None: ...", "rule-forbidden-name", "exec"),
        ("@eval\nclass X: ...", "rule-forbidden-name", "eval"),
        ("import nixlint.rule\nnixlint.files.reading", "rule-forbidden-import", "nixlint.files.reading"),
        ("import pathlib\npathlib.os.system('x')", "rule-forbidden-import", "pathlib.os.system"),
        ("Rule.check = None", "rule-forbidden-attribute", "Rule.check"),
        (
            "import nixlint.rule\nnixlint.rule.Rule.names['x'] = 1",
            "rule-forbidden-attribute",
            "nixlint.rule.Rule.names['x']",
        ),
        ("(x, Rule.name) = 1, 2", "rule-forbidden-attribute", "Rule.name"),
        ("del Finding.place", "rule-forbidden-attribute", "Finding.place"),
        ("from operator import attrgetter", "rule-forbidden-import", "attrgetter"),
    ],
)
def test_what_a_rule_may_not_do_is_found_where_it_stands(line: str, rule: str, at: str, tmp_path: Path) -> None:
    assert vetted(tmp_path, f"{RULE}\n\n{line}\n") == [(rule, at)]


@pytest.mark.parametrize(
    "line", ["from .helper import os\nos.system('x')", "from . import helper\nhelper.os.system('x')"]
)
def test_a_module_is_not_passed_on_from_file_to_file(line: str, tmp_path: Path) -> None:
    folder = pack(
        tmp_path / "house", f"{RULE}\n\n{line}\n", helper__py='"""Helps."""\n\nimport os\n\nX = os.path.join("a")\n'
    )
    assert [found.rule for found in check_rules(folder).report.findings][:1] == ["rule-forbidden-import"]


@pytest.mark.parametrize(
    "line",
    [
        "import os\nx = os.path.join('a', 'b')",
        "from os.path import relpath",
        "from sys import stdlib_module_names",
        "import builtins\nNAMES = frozenset(dir(builtins))",
        "import re\nPATTERN = re.compile('a')",
        "import collections.abc\nx: collections.abc.Iterator[int]",
        "from pathlib import Path\nx = Path('/a').parent.name",
        "from nixlint.containers.nspawn.container import NspawnContainer",
        "from nixlint.secrets.names import *".replace("*", "kind_of_secret"),
        "x = getattr(1, 'real', 0)",
        "def f(open: int) -> int:\n    return open",
        "class Own:\n    _inner = 1\n\n    def other(self, own: 'Own') -> int:\n        return own._inner",
        "x = point._replace(x=1)",
        "from . import house_unwanted",
        "from .house_unwanted import HouseUnwanted as Other",
        "exists = subject.exists",
    ],
)
def test_what_a_rule_may_do_is_let_be(line: str, tmp_path: Path) -> None:
    assert vetted(tmp_path, f"{RULE}\n\n{line}\n") == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('    code = "HOUSE1"\n', "", "rule-incomplete"),
        ("    severity = Severity.ERROR\n", "", "rule-incomplete"),
        ('name = "house-unwanted"', 'name = "house-" + "unwanted"', "rule-incomplete"),
        ("asks = (WrittenDefinition,)", "asks = (Repository,)", "rule-incomplete"),
        ('name = "house-unwanted"', 'name = "house_unwanted"', "rule-misnamed"),
        ('name = "house-unwanted"', 'name = "house-other"', "rule-misnamed"),
        ('code = "HOUSE1"', 'code = "NL101"', "rule-identifier-taken"),
        ('code = "HOUSE1"', 'code = "NL9999"', "rule-identifier-taken"),
        ("The house does not want this option.", "The house does not want this option", "rule-docs-missing"),
        ("    ## Why it matters\n\n    The house says so.\n", "", "rule-docs-missing"),
        ("    The house says so.\n", "", "rule-docs-missing"),
        ("## What it finds", "## What to find", "rule-docs-missing"),
        ("    - Any other name.\n", "", "rule-silences-missing"),
        ('        Bad("it is there", "{ «unwanted» = 1; }\\n"),\n', "", "rule-examples-missing"),
        ('        Good("another name", "{ wanted = 1; }\\n"),\n', "", "rule-examples-missing"),
        ("«unwanted»", "unwanted", "rule-examples-missing"),
    ],
)  # fmt: skip
def test_what_a_rule_lacks_is_said(old: str, new: str, rule: str, tmp_path: Path) -> None:
    assert old in RULE
    assert {name for name, _ in vetted(tmp_path, RULE.replace(old, new))} == {rule}


def test_a_rule_without_a_docstring_has_no_page(tmp_path: Path) -> None:
    start, end = RULE.index('    """The house'), RULE.index('    name = "house')
    assert {name for name, _ in vetted(tmp_path, RULE[:start] + RULE[end:])} == {
        "rule-docs-missing",
        "rule-silences-missing",
    }


def test_two_rules_of_one_name_are_found_in_different_packs(tmp_path: Path) -> None:
    report = check_rules(pack(tmp_path / "a"), pack(tmp_path / "b")).report
    assert [(found.rule, found.path.rpartition("b/")[2]) for found in report.findings] == [
        ("rule-identifier-taken", FILE), ("rule-identifier-taken", FILE),
    ]  # fmt: skip


def test_a_class_that_others_stand_on_needs_no_name_and_passes_on_what_it_has(tmp_path: Path) -> None:
    base = RULE.replace(
        "class HouseUnwanted(Rule[WrittenDefinition]):", "class _Base(Rule[WrittenDefinition]):"
    ).replace("    def check(self", "    def look(self")
    heir = (
        "\n\nclass HouseUnwanted(_Base):\n"
        + RULE[RULE.index('    """The house') : RULE.index("    name = ")]
        + "    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:\n"
        + '        """Look."""\n        return self.look(subject, repository)\n'
    )
    assert vetted(tmp_path, base + heir) == []


@pytest.mark.parametrize(
    "data",
    [
        b"x = (\n", b"\xff\n", b"x = " + b"-" * 5000 + b"1\n", b"x = " + b"(" * 6000 + b")" * 6000, b"x = 1\0",
        b"a = " + b"1+" * 3000 + b"1", b"# -*- coding: latin-1 -*-\n", b"x = (" + b"'x' " * 30000 + b")\n",
    ],
    ids=["syntax", "encoding", "minus", "parentheses", "nul", "sum", "cookie", "strings"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_a_finding(data: bytes, tmp_path: Path) -> None:
    folder = pack(tmp_path / "house")
    (folder / "broken.py").write_bytes(data)
    ran = nixlint(tmp_path, "rules", "check", "house", "--format", "concise")
    assert ran.code == 1
    assert "broken.py:" in ran.out
    assert "error[rule-file-unreadable]" in ran.out


def test_places_are_right_with_a_byte_order_mark_carriage_returns_and_other_letters(tmp_path: Path) -> None:
    folder = pack(tmp_path / "house")
    (folder / FILE).write_bytes(b"\xef\xbb\xbf" + f"{RULE}X = 'é'; eval('ü')\n".replace("\n", "\r\n").encode())
    result = check_rules(folder)
    assert found_in(result) == [("rule-forbidden-name", "eval")]
    [found] = result.report.findings
    assert (found.start.line, found.start.column) == (RULE.count("\n") + 1, 10)


@pytest.mark.parametrize("name", ["fast.so", "fast.pyc", "start.pth", "fast.pyd"])
def test_a_file_that_runs_and_cannot_be_read_is_refused(name: str, tmp_path: Path) -> None:
    folder = pack(tmp_path / "house")
    (folder / name).write_bytes(b"")
    assert [found.rule for found in check_rules(folder).report.findings] == ["rule-forbidden-file"]


def test_tests_of_a_folder_are_no_rules_and_cannot_be_imported_by_one(tmp_path: Path) -> None:
    folder = pack(tmp_path / "house", test_house__py="import pytest, os\nos.system('x')\n")
    assert check_rules(folder).report.findings == ()
    pack(folder, f"{RULE}\n\nfrom .test_house import os\n")
    assert [found.rule for found in check_rules(folder).report.findings] == ["rule-forbidden-import"]


def test_a_rule_in_a_file_that_is_named_like_a_test_is_never_loaded_and_said_so(tmp_path: Path) -> None:
    folder = tmp_path / "house"
    folder.mkdir()
    text = RULE.replace("house-unwanted", "test-unwanted")
    (folder / "test_unwanted.py").write_text(text, "utf-8")
    [found] = check_rules(folder).report.findings
    assert found.rule == "rule-misnamed"
    assert "does not load the rule from a folder" in found.finding.message


@pytest.mark.parametrize("layout", ["text", "concise", "json", "sarif", "github"])
def test_every_format_of_reports_shows_what_vetting_found(layout: str, tmp_path: Path) -> None:
    pack(tmp_path / "house", f"{RULE}\n\neval('1')\n")
    ran = nixlint(tmp_path, "rules", "check", "house", "--format", layout)
    assert ran.code == 1
    assert f"house/{FILE}" in ran.out
    assert "rule-forbidden-name" in ran.out
    if layout in ("json", "sarif"):
        json.loads(ran.out)


def test_exit_codes_are_those_of_check(tmp_path: Path) -> None:
    pack(tmp_path / "house")
    pack(tmp_path / "vague", RULE.replace("    - Any other name.\n", ""))
    assert nixlint(tmp_path, "rules", "check", "house").code == 0
    assert nixlint(tmp_path, "rules", "check", "vague").code == 1
    assert nixlint(tmp_path, "rules", "check", "vague", "--fail-on", "error").code == 0
    assert nixlint(tmp_path, "rules", "check", "nowhere").code == 2
    assert nixlint(tmp_path, "rules", "check").code == 2


def test_nothing_of_what_is_vetted_runs(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    folder = pack(
        tmp_path / "house", f"{RULE}\n\nopen({str(marker)!r}, 'w')\n", conftest__py=f"open({str(marker)!r}, 'w')\n"
    )
    for argument in ("house", f"house/{FILE}"):
        assert nixlint(tmp_path, "rules", "check", argument).code == 1
    assert nixlint(folder, "rules", "check", ".").code == 1
    assert not marker.exists()


def test_a_link_in_a_folder_is_refused(tmp_path: Path) -> None:
    folder = pack(tmp_path / "house")
    (folder / "other.py").symlink_to(tmp_path / "elsewhere.py")
    ran = nixlint(tmp_path, "rules", "check", "house")
    assert (ran.code, "symbolic link" in ran.err) == (2, True)


@pytest.mark.parametrize("word", ["rule-forbidden-import", "RP101"])
def test_a_demand_is_explained_by_its_name_and_its_code(word: str, tmp_path: Path) -> None:
    ran = nixlint(tmp_path, "explain", word)
    assert (ran.code, ran.out.startswith("# rule-forbidden-import\n")) == (0, True)


def test_the_document_of_vetting_is_one_of_nixlints_reports(tmp_path: Path) -> None:
    pack(tmp_path / "house", f"{RULE}\n\neval('1')\n")
    ran = nixlint(tmp_path, "rules", "check", "house", "nowhere", "--format", "json")
    jsonschema.validate(json.loads(ran.out), json.loads((ROOT / "nixlint/data/report.schema.json").read_text("utf-8")))


def test_each_demand_has_a_code_of_its_own_and_a_page() -> None:
    assert len({each.code for each in requirements().values()}) == len(requirements())
    assert all(each.page.partition("\n")[0].endswith(".") for each in requirements().values())
