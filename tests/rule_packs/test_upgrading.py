"""Rules of an earlier rule API are rewritten for the present one, with all else of the file as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.api import check_rules, upgrade_rules, write_upgraded
from nixlint.rule_packs.api_changes import earlier_names
from nixlint.rule_packs.policy import objection_to
from tests.cli.running import nixlint

from .samples import FILE, RULE, pack

OLD = RULE.replace(
    "from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, WrittenDefinition\n",
    """\
from nixlint.linting.finding import Confidence, Finding, Severity
from nixlint.linting.rule import Bad, Good, Rule
from nixlint.semantics.definitions import WrittenDefinition
from nixlint.semantics.repository import Repository
""",
).replace("    asks = (WrittenDefinition,)\n", '    asks = (WrittenDefinition,)\n    keywords = (b"unwanted",)\n')
"""The whole rule as it was written for version 1."""

NEW = RULE.replace(
    "    asks = (WrittenDefinition,)\n", '    asks = (WrittenDefinition,)\n    words = (b"unwanted",)\n'
).replace(
    "from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, WrittenDefinition\n",
    """\
from nixlint.rule import (
    Bad,
    Confidence,
    Finding,
    Good,
    Repository,
    Rule,
    Severity,
    WrittenDefinition,
)
""",
)


def upgraded(folder: Path, text: str) -> str:
    """The text of a rule file when it has been upgraded; nothing is left to a person."""
    house = pack(folder / "house", text)
    result = upgrade_rules(house)
    assert [found.finding.message for found in result.report.findings] == []
    assert write_upgraded(result) == ()
    assert upgrade_rules(house).files == ()
    return (house / FILE).read_text("utf-8")


def imports(text: str) -> list[str]:
    return [line for line in text.splitlines() if "nixlint" in line and "import" in line]


def test_a_rule_of_version_1_becomes_one_of_version_2_that_vetting_lets_pass(tmp_path: Path) -> None:
    assert upgraded(tmp_path, OLD) == NEW
    assert check_rules(tmp_path / "house").report.findings == ()


def test_a_rule_of_version_2_stays_byte_for_byte(tmp_path: Path) -> None:
    assert upgrade_rules(pack(tmp_path / "house", RULE)).files == ()


def test_an_upgraded_rule_runs(tmp_path: Path) -> None:
    (tmp_path / "a.nix").write_text("{ unwanted = 1; }\n", "utf-8")
    (tmp_path / "nixlint.toml").write_text('plugins = ["house"]\n', "utf-8")
    pack(tmp_path / "house", OLD)
    assert "can't be loaded" in nixlint(tmp_path, "check", "--allow-plugins").err
    assert nixlint(tmp_path, "rules", "upgrade", "house").code == 0
    ran = nixlint(tmp_path, "check", "--allow-plugins", "--format", "concise")
    assert (ran.code, "error[house-unwanted]" in ran.out) == (1, True)


def test_vetting_says_what_is_old_and_how_to_upgrade_it(tmp_path: Path) -> None:
    report = check_rules(pack(tmp_path / "house", OLD)).report
    assert {found.rule for found in report.findings} == {"rule-api-old"}
    assert "nixlint rules upgrade" in report.findings[0].finding.help


@pytest.mark.parametrize(
    ("asks", "left"),
    [
        ("(WrittenDefinition,)", "    words = (b'unwanted',)  # as written\n"),
        ("(StringLiteral,)", "    # as written\n"),
        ("(WrittenDefinition, StringLiteral)", "    # as written\n"),
        ("(NspawnContainer,)", "    # as written\n"),
    ],
)
def test_keywords_become_words_where_they_mean_the_same_and_go_where_the_kind_says_it(
    asks: str, left: str, tmp_path: Path
) -> None:
    text = OLD.replace("(WrittenDefinition,)\n", f"{asks}\n").replace(
        '    keywords = (b"unwanted",)\n', "    keywords = (b'unwanted',)  # as written\n"
    )
    text = text.replace(
        "from nixlint.semantics.definitions import WrittenDefinition\n",
        "from nixlint.containers.nspawn import NspawnContainer\n"
        "from nixlint.semantics.definitions import StringLiteral, WrittenDefinition\n",
    )
    made = upgraded(tmp_path, text)
    assert f"    asks = {asks}\n{left}\n    def check" in made


def test_what_was_imported_for_keywords_alone_is_not_imported_any_more(tmp_path: Path) -> None:
    text = OLD.replace('keywords = (b"unwanted",)', "keywords = WORDS").replace(
        "(WrittenDefinition,)\n", "(StringLiteral,)\n"
    )
    text = text.replace("import WrittenDefinition\n", "import StringLiteral, WrittenDefinition\n")
    text = text.replace("\n\nclass House", "\nfrom .words import OTHERS, WORDS\n\nX = OTHERS\n\n\nclass House")
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "words.py").write_text('"""Words."""\n\nOTHERS = WORDS = (b"x",)\n', "utf-8")
    made = upgraded(tmp_path, text)
    assert "from .words import OTHERS\n" in made
    assert "WORDS" not in made


def test_keywords_of_a_rule_that_does_not_say_what_it_asks_about_are_left_to_a_person(tmp_path: Path) -> None:
    house = pack(tmp_path / "house", OLD.replace("asks = (WrittenDefinition,)", "asks = KINDS"))
    result = upgrade_rules(house)
    [found] = result.report.findings
    assert (found.rule, "keywords" in found.finding.message) == ("rule-api-old", True)
    span = found.finding.place.span
    assert result.read(found.finding.place.path)[span.start : span.end] == b'b"unwanted",'


def test_a_name_that_is_gone_is_named_with_its_place_and_not_guessed(tmp_path: Path) -> None:
    line = "from nixlint.semantics.values import StringValue, Thunk\n"
    pack(tmp_path / "house", OLD.replace("from nixlint.semantics.repo", f"{line}from nixlint.semantics.repo"))
    ran = nixlint(tmp_path, "rules", "upgrade", "house")
    text = (tmp_path / "house" / FILE).read_text("utf-8")
    number = text.splitlines().index("from nixlint.semantics.values import Thunk") + 1
    assert ran.code == 1
    assert f"needs you house/{FILE}:{number}:38: nixlint.semantics.values.Thunk is a name of rule API 1" in ran.err
    assert "StringValue" in text


def test_a_call_that_means_more_than_it_did_is_named_in_what_was_rewritten_and_nowhere_else(tmp_path: Path) -> None:
    fix = 'fix=Fix(Safety.SAFE, "x", ())'
    text = OLD.replace("import Confidence, Finding,", "import Confidence, Finding, Fix, Safety,").replace(
        'want it")', f'want it", {fix})'
    )
    pack(tmp_path / "house", text)
    ran = nixlint(tmp_path, "rules", "upgrade", "house")
    assert (ran.code, f"look at house/{FILE}:" in ran.err, "reach=Reach(...)" in ran.err) == (0, True, True)
    assert "look at" not in nixlint(tmp_path, "rules", "upgrade", "house").err
    assert check_rules(tmp_path / "house").report.findings == ()


def test_a_module_that_is_imported_whole_is_left_to_a_person(tmp_path: Path) -> None:
    house = pack(tmp_path / "house", f"{RULE}\n\nimport nixlint.linting.finding as f\n\nX = f.Severity\n")
    result = upgrade_rules(house)
    assert result.files == ()
    [found] = result.report.findings
    assert found.finding.message.startswith("nixlint.linting.finding ")


def test_a_comment_at_an_import_stays_with_it(tmp_path: Path) -> None:
    text = OLD.replace(
        "from nixlint.linting.rule import Bad, Good, Rule\n",
        "# what rules stand on\nfrom nixlint.linting.rule import Bad, Good, Rule  # all three\n",
    )
    made = upgraded(tmp_path, text)
    assert "# what rules stand on\nfrom nixlint.rule import Bad, Good, Rule  # all three\n" in made
    assert made.count("#") == text.count("#")


def test_names_that_have_other_homes_in_the_model_go_there_in_order(tmp_path: Path) -> None:
    text = OLD.replace(
        "from nixlint.linting.finding",
        "from nixlint.containers.host_system import HostSystem\n"
        "from nixlint.containers.nspawn import NspawnContainer as Native\n"
        "from nixlint.containers.oci import OciContainer\n"
        "from nixlint.linting.finding",
        1,
    )
    assert imports(upgraded(tmp_path, text)) == [
        "from nixlint.containers.host.system import HostSystem",
        "from nixlint.containers.nspawn.container import NspawnContainer as Native",
        "from nixlint.containers.oci.container import OciContainer",
        "from nixlint.rule import (",
    ]


def test_an_import_within_a_function_is_upgraded_where_it_stands(tmp_path: Path) -> None:
    text = OLD.replace(
        '        """Report the name."""\n',
        '        """Report the name."""\n        from nixlint.semantics.values import StringValue  # late\n\n',
    )
    assert "        from nixlint.rule import StringValue  # late\n" in upgraded(tmp_path, text)


def test_a_file_in_both_versions_gets_one_import(tmp_path: Path) -> None:
    text = OLD.replace(
        "from nixlint.linting.rule import Bad, Good, Rule\n", "from nixlint.rule import Bad, Good, Rule, Severity\n"
    )
    assert upgraded(tmp_path, text) == NEW


def test_line_endings_and_a_byte_order_mark_stay(tmp_path: Path) -> None:
    house = pack(tmp_path / "house")
    before = b"\xef\xbb\xbf" + OLD.replace("\n", "\r\n").encode()
    (house / FILE).write_bytes(before)
    [file] = upgrade_rules(house).files
    assert file.after == b"\xef\xbb\xbf" + NEW.replace("\n", "\r\n").encode()


def test_diff_shows_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    pack(tmp_path / "house", OLD)
    ran = nixlint(tmp_path, "rules", "upgrade", "house", "--diff")
    assert (ran.code, (tmp_path / "house" / FILE).read_text("utf-8")) == (1, OLD)
    assert f"+++ b/house/{FILE}" in ran.out
    assert '-    keywords = (b"unwanted",)\n+    words = (b"unwanted",)\n' in ran.out
    nixlint(tmp_path, "rules", "upgrade", "house")
    assert nixlint(tmp_path, "rules", "upgrade", "house", "--diff").code == 0


def test_a_single_file_is_upgraded_in_place(tmp_path: Path) -> None:
    pack(tmp_path / "house", OLD)
    assert nixlint(tmp_path, "rules", "upgrade", f"house/{FILE}").code == 0
    assert (tmp_path / "house" / FILE).read_text("utf-8") == NEW


@pytest.mark.parametrize("name", ["house", "pack.whl"])
def test_what_cannot_be_read_is_said(name: str, tmp_path: Path) -> None:
    if name == "house":
        pack(tmp_path / "house", "x = (\n")
    ran = nixlint(tmp_path, "rules", "upgrade", name)
    assert (ran.code, bool(ran.err)) == (2, True)


def test_nothing_of_what_is_upgraded_runs(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    pack(tmp_path / "house", f"{OLD}\n\nopen({str(marker)!r}, 'w')\n")
    nixlint(tmp_path, "rules", "upgrade", "house")
    assert not marker.exists()


def test_every_name_that_the_table_gives_is_one_that_rules_may_use() -> None:
    news = {change.new for change in earlier_names().values() if change.new is not None}
    assert {new: objection.reason for new in news if (objection := objection_to(new)) is not None} == {}
