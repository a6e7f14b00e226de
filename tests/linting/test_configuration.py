"""``nixlint.toml``: what it changes, and how a mistake in it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.files.reading import Anywhere
from nixlint.linting.configuration import ConfigurationError, load_configuration
from nixlint.linting.finding import Severity
from nixlint.linting.run.runner import run

from .workbench import NO_VERSION, REGISTRY, found, lint, request, write_files

MISSING = "container-missing-state-version"


def problem(tmp_path: Path, text: str) -> tuple[str, int, int]:
    path = tmp_path / "nixlint.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as raised:
        load_configuration(path, tmp_path, REGISTRY, Anywhere())
    position = raised.value.position
    assert position is not None
    return raised.value.message, position.line, position.column


def test_select_runs_only_the_rules_it_names_by_name_or_code(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": NO_VERSION, "nixlint.toml": 'select = ["NL001"]\n'})
    assert found(lint(tmp_path)) == []

    write_files(tmp_path, {"nixlint.toml": 'select = ["NL101"]\n'})
    assert found(lint(tmp_path)) == [(MISSING, "a.nix", 2)]


def test_a_configuration_that_is_too_large_is_told_and_not_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "nixlint.toml"
    path.write_text("exclude = [\n" + '"**/a*b*c",\n' * 30_000 + "]\n")
    with pytest.raises(ConfigurationError, match="cannot be read: larger than 256 KiB"):
        load_configuration(path, tmp_path, REGISTRY, Anywhere())


def test_ignore_leaves_a_rule_out(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": NO_VERSION, "nixlint.toml": f'ignore = ["{MISSING}"]\n'})

    assert found(lint(tmp_path)) == []


def test_what_the_command_line_selects_stands_in_the_place_of_what_the_file_says(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": NO_VERSION, "nixlint.toml": f'ignore = ["{MISSING}"]\n'})

    assert found(run(request(tmp_path, select=frozenset({MISSING})), REGISTRY)) == [(MISSING, "a.nix", 2)]


def test_per_path_ignores_hold_for_the_files_that_match(tmp_path: Path) -> None:
    toml = f'[per-path-ignores]\n"tests/**" = ["{MISSING}"]\n'
    write_files(tmp_path, {"a.nix": NO_VERSION, "tests/b.nix": NO_VERSION.replace("web", "b"), "nixlint.toml": toml})

    assert found(lint(tmp_path)) == [(MISSING, "a.nix", 2)]


def test_severity_is_changed(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": NO_VERSION, "nixlint.toml": f'[severity]\n{MISSING} = "info"\n'})

    assert [item.severity for item in lint(tmp_path).findings] == [Severity.INFO]


def test_excluded_files_are_left_out_even_when_they_are_named(tmp_path: Path) -> None:
    write_files(tmp_path, {"vendor/a.nix": NO_VERSION, "nixlint.toml": 'exclude = ["vendor/"]\n'})

    assert lint(tmp_path).files_checked == 0
    assert lint(tmp_path, "vendor/a.nix").files_checked == 0


def test_the_nearest_file_counts_up_to_the_root_of_the_repository(tmp_path: Path) -> None:
    write_files(tmp_path, {"nixlint.toml": f'ignore = ["{MISSING}"]\n', "a/flake.nix": "{ }", "a/b/c.nix": NO_VERSION})
    assert found(lint(tmp_path, "a")) == [(MISSING, "a/b/c.nix", 2)]

    write_files(tmp_path, {"a/nixlint.toml": f'ignore = ["{MISSING}"]\n'})
    assert found(lint(tmp_path, "a")) == []


def test_a_given_configuration_is_used_instead_and_isolated_uses_none(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": NO_VERSION, "nixlint.toml": "", "other.toml": f'ignore = ["{MISSING}"]\n'})
    assert found(run(request(tmp_path, configuration=tmp_path / "other.toml"), REGISTRY)) == []

    write_files(tmp_path, {"nixlint.toml": "nonsense"})
    assert found(run(request(tmp_path, isolated=True), REGISTRY)) == [(MISSING, "a.nix", 2)]


def test_the_users_own_configuration_counts_where_the_repository_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"home/nixlint/nixlint.toml": f'ignore = ["{MISSING}"]\n', "r/a.nix": NO_VERSION})
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))

    assert found(lint(tmp_path, "r")) == []


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ('\nselct = ["NL001"]\n', "unknown key 'selct'; did you mean 'select'?", 2, 1),
        ('ignore = ["sintax-error"]\n', "unknown rule 'sintax-error'; did you mean 'syntax-error'?", 1, 12),
        ('select = "NL001"\n', "'select' is a list of strings", 1, 1),
        ("per-path-ignores = []\n", "'per-path-ignores' is a table", 1, 1),
        (
            '[severity]\nsyntax-error = "warnin"\n',
            "'warnin' is not a severity; did you mean 'warning'?: info, warning, error",
            2,
            1,
        ),
        ('nixos-release = "26"\n', "nixos-release is a release such as \"26.05\", not '26'", 1, 1),
        ("a = [1\nb = 2\n", "Unclosed array", 2, 1),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_was_meant(
    tmp_path: Path, text: str, message: str, line: int, column: int
) -> None:
    assert problem(tmp_path, text) == (message, line, column)


def test_a_broken_configuration_is_one_failure_and_other_repositories_are_still_checked(tmp_path: Path) -> None:
    write_files(tmp_path, {"a/flake.nix": "{ }", "a/nixlint.toml": "x = [", "a/x.nix": NO_VERSION, "a/y.nix": "{ }"})
    write_files(tmp_path, {"b/flake.nix": "{ }", "b/x.nix": NO_VERSION})

    report = lint(tmp_path)

    assert found(report) == [(MISSING, "b/x.nix", 2)]
    assert [(failure.path, failure.message) for failure in report.failures] == [("a/nixlint.toml", "Invalid value")]


def test_a_configuration_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": NO_VERSION})

    report = run(request(tmp_path, configuration=tmp_path / "nowhere.toml"), REGISTRY)

    assert [(failure.path, failure.message) for failure in report.failures] == [
        ("nowhere.toml", "cannot be read: no such file or directory")
    ]


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("a[b", "a '[' has no ']'"),
        ("!", "it names nothing"),
        ("\\", "a backslash at its end stands for nothing"),
    ],
)
def test_a_pattern_that_can_match_nothing_is_told_with_its_place(tmp_path: Path, pattern: str, reason: str) -> None:
    message = f"the pattern '{pattern}' matches nothing: {reason}"

    assert problem(tmp_path, f"select = []\nexclude = ['{pattern}']\n") == (message, 2, 13)
    assert problem(tmp_path, f"[per-path-ignores]\n'{pattern}' = ['NL101']\n") == (message, 2, 2)


@pytest.mark.parametrize("value", ["1" * 5000, "[" * 5000])
def test_a_value_without_end_is_a_mistake_of_the_file(tmp_path: Path, value: str) -> None:
    write_files(tmp_path, {"a.nix": NO_VERSION, "nixlint.toml": f"select = {value}\n"})

    (failure,) = lint(tmp_path).failures
    assert (failure.path, failure.message) == (
        "nixlint.toml",
        "a number is too long, or lists are too deeply nested",
    )


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('# selekt = ["NL101"]\nselekt = ["NL101"]\n', 2, 1),
        ('exclude = ["selekt"]\nignore = [] # selekt\n"selekt" = []\n', 3, 2),
        ('exclude = ["nl999"]\n[severity]\nnl999 = "error"\n', 3, 1),
        ('[per-path-ignores]\n"nl998" = ["nl998"]\n', 2, 13),
        ('ignore = ["NL101", # NL999\n  "NL999"]\n', 2, 4),
        ('select = ["NL101"]\n[severity]\n# NL101-x\nNL101-x = "error"\n', 4, 1),
        ('exclude = ["a#b", "x"]\nselektor = 1 # selekt\n', 2, 1),
    ],
)
def test_a_mistake_is_where_its_word_stands_by_itself_and_not_in_a_comment(
    tmp_path: Path, text: str, line: int, column: int
) -> None:
    assert problem(tmp_path, text)[1:] == (line, column)
