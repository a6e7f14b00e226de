"""Comments that suppress findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.linting.fixes.applying import fix
from nixlint.linting.run.runner import run

from .workbench import NO_VERSION, REGISTRY, found, lint, request, write_files

MISSING = "container-missing-state-version"


def left(tmp_path: Path, text: str) -> list[tuple[str, int]]:
    write_files(tmp_path, {"a.nix": text})
    return [(rule, line) for rule, _, line in found(lint(tmp_path))]


@pytest.mark.parametrize(
    "text",
    [
        "{\n  containers.web = { config = { }; }; # nixlint: ignore[container-missing-state-version] a test\n}\n",
        "{\n  containers.web = { config = { }; }; # nixlint:ignore[nl101]\n}\n".replace("nl101", "NL101"),
        "{\n  # nixlint: ignore[NL101]\n  containers.web = { config = { }; };\n}\n",
        "{\n  # nixlint: ignore[NL001, NL101]\n\n  # It keeps nothing.\n  containers.web = { config = { }; };\n}\n",
        "{\n  /* nixlint: ignore[NL101] */\n  containers.web = { config = { }; };\n}\n",
        "{\n  # It keeps nothing. nixlint: ignore[NL101]\n  containers.web = { config = { }; };\n}\n",
        "# nixlint: ignore-file[NL101] all of these are tests\n{\n  containers.web = { config = { }; };\n}\n",
        "{\r\n  # nixlint: ignore[NL101]\r\n  containers.web = { config = { }; };\r\n}\r\n",
    ],
)
def test_a_finding_is_suppressed_on_the_line_above_it_and_for_the_file(tmp_path: Path, text: str) -> None:
    assert MISSING not in [rule for rule, _ in left(tmp_path, text)]


@pytest.mark.parametrize(
    "text",
    [
        "{\n  # nixlint: ignore[NL102]\n  containers.web = { config = { }; };\n}\n",
        "{\n  # nixlint: ignore[NL101]\n  autoStart = true;\n  containers.web = { config = { }; };\n}\n",
        '{\n  x = "# nixlint: ignore[NL101]"; containers.web = { config = { }; };\n}\n',
    ],
)
def test_a_comment_for_another_rule_or_another_line_and_a_string_suppress_nothing(tmp_path: Path, text: str) -> None:
    assert MISSING in [rule for rule, _ in left(tmp_path, text)]


def test_a_suppressed_finding_is_still_reported_as_suppressed(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": f"# nixlint: ignore-file[NL101]\n{NO_VERSION}"})

    assert [(item.rule, item.suppressed) for item in lint(tmp_path).findings] == [(MISSING, True)]


@pytest.mark.parametrize("name", ["secret-in-store", "NL301"])
def test_a_suppression_holds_where_another_rule_has_taken_over_what_it_is_about(tmp_path: Path, name: str) -> None:
    text = f'{{\n  users.users.a.password = "wonderland"; # nixlint: ignore[{name}]\n}}\n'

    assert left(tmp_path, text) == []


def test_a_suppression_of_the_rule_that_took_over_does_not_reach_back(tmp_path: Path) -> None:
    text = '{\n  services.a.settings.password = "wonderland"; # nixlint: ignore[user-password-in-store]\n}\n'

    assert {rule for rule, _ in left(tmp_path, text)} == {"unused-suppression", "secret-in-store"}


def test_a_suppression_that_suppresses_nothing_is_a_finding_of_each_rule_in_it(tmp_path: Path) -> None:
    text = "{\n  # nixlint: ignore[NL101, NL102, no-such-rule]\n  containers.web = { config = { }; };\n}\n"
    write_files(tmp_path, {"a.nix": text})

    messages = [item.finding.message for item in lint(tmp_path).findings if item.rule == "unused-suppression"]

    assert messages == ["the rule NL102 finds nothing to suppress here", "the rule no-such-rule does not exist"]


def test_a_rule_that_does_not_exist_is_told_with_the_one_that_may_be_meant(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": "# nixlint: ignore-file[sintax-error]\n{ }\n"})

    assert [item.finding.message for item in lint(tmp_path).findings] == [
        "the rule sintax-error does not exist; did you mean 'syntax-error'?"
    ]


def test_nothing_is_said_of_a_suppression_whose_rule_is_off_or_whose_reason_may_be_in_another_file(
    tmp_path: Path,
) -> None:
    write_files(tmp_path, {"flake.nix": "{ }", "a.nix": "# nixlint: ignore-file[NL101]\n{ }\n"})

    assert found(lint(tmp_path)) == [("unused-suppression", "a.nix", 1)]
    assert found(lint(tmp_path, "a.nix")) == []
    assert found(run(request(tmp_path, ignore=frozenset({MISSING})), REGISTRY)) == []
    write_files(tmp_path, {"broken.nix": "{"})
    assert [rule for rule, _, _ in found(lint(tmp_path))] == ["syntax-error"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{ a = 1; # nixlint: ignore[NL101] why\n}\n", "{ a = 1;\n}\n"),
        ("{\n  # nixlint: ignore[NL101] why\n  a = 1;\n}\n", "{\n  a = 1;\n}\n"),
        ("{ a = /* nixlint: ignore[NL101] */ 1; }\n", "{ a = 1; }\n"),
        ("{ a = 1; # one; nixlint: ignore[NL101] why\n}\n", "{ a = 1; # one\n}\n"),
        ("{ a = 1; /* one. nixlint: ignore[NL101] why */ }\n", "{ a = 1; /* one. */ }\n"),
        ("{ a = 1; }\r\n# nixlint: ignore[NL101]\r\n", "{ a = 1; }\r\n"),
    ],
)
def test_a_suppression_that_suppresses_nothing_is_removed_and_the_rest_of_its_comment_kept(
    tmp_path: Path, before: str, after: str
) -> None:
    write_files(tmp_path, {"a.nix": before})

    fixing = fix(request(tmp_path), REGISTRY, unsafe=False)

    assert [file.after.decode() for file in fixing.files] == [after]


def test_only_the_rules_that_suppress_nothing_are_taken_out_of_a_list(tmp_path: Path) -> None:
    text = "{\n  # nixlint: ignore[NL102, NL101] a test\n  containers.web = { config = { }; };\n}\n"
    write_files(tmp_path, {"a.nix": text})

    fixing = fix(request(tmp_path), REGISTRY, unsafe=False)

    assert [file.after.decode() for file in fixing.files] == [text.replace("NL102, ", "")]
