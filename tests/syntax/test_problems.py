"""What a problem says, where it points, and that no input is too wild."""

from __future__ import annotations

import time

import pytest

from nixlint.syntax.problems import MAX_NESTING, ProblemKind, breaks, find_problems

from .reading import parsed

SAYS = (
    ("{\n  a = 1\n  b = 2;\n}\n", "2:7", "expected ';' after this binding"),
    ("{\n  a = foo\n  b.c = 2;\n}\n", "2:9", "expected ';' after this binding"),
    ("{\n  a = 1\n}\n", "2:7", "expected ';' after this binding"),
    ("let\n  a = 1\nin a\n", "2:7", "expected ';' after this binding"),
    ("{\n  inherit a b\n}\n", "2:13", "expected ';' after the names to inherit"),
    ("with foo\n{ }", "2:4", "expected ';' after what is given to 'with', found the end of the file"),
    ('{ a = "x; }', "1:7", "this string is never closed; it needs a '\"' at its end"),
    ("{ a = 1; /* b", "1:10", "this comment is never closed; it needs a `*/`"),
    ("{ a = (1; }", "1:9", "expected an operator, an argument or ')', found ';'"),
    ("[ 1 }", "1:5", "expected ']' to close the '[' of line 1, found '}'"),
    ("{\n  a = 1;\n", "3:1", "expected '}' to close the '{' of line 1, found the end of the file"),
    ("a: a == a != a", "1:11", "'==' and '!=' can't be chained; put one of the comparisons in parentheses"),
    ("./a/ ", "1:4", "a path can't end with '/'; remove it, or write the path as a string"),
    ("\ufeff1", "1:1", "Nix doesn't accept a byte order mark; save the file as UTF-8 without BOM"),
    ("{ a = “x”; }", "1:7", "unexpected character '“' (U+201C); Nix knows it only in strings and comments"),
    (
        "99999999999999999999",
        "1:1",
        "this number is too large or too small: 99999999999999999999; integers are below 9223372036854775808",
    ),
    ("{ if = 1; }", "1:3", "expected an attribute, 'inherit' or '}', found the keyword 'if'"),
    ("if a then b", "1:12", "expected an operator, an argument or 'else', found the end of the file"),
)


@pytest.mark.parametrize(("text", "place", "message"), SAYS)
def test_a_syntax_error_says_what_was_expected_at_its_cause(text: str, place: str, message: str) -> None:
    file = parsed(text)
    (problem,) = find_problems(file)
    position = file.position(problem.span.start)
    assert problem.kind is ProblemKind.SYNTAX_ERROR
    assert problem.message == message
    assert f"{position.line}:{position.column}" == place


def test_a_duplicate_attribute_points_at_both_definitions() -> None:
    file = parsed("{\n  services.a = 1;\n  b = 2;\n  services.a = 3;\n}")
    (problem,) = find_problems(file)
    assert problem.kind is ProblemKind.DUPLICATE_ATTRIBUTE
    assert problem.message == "attribute 'services.a' is already defined on line 2"
    assert file.position(problem.span.start).line == 4
    assert problem.related is not None
    assert file.data[problem.related.start : problem.related.end] == b"services.a"


def test_an_attribute_below_a_value_that_is_no_set_says_which_value() -> None:
    (problem,) = find_problems(parsed("{\n  a = x;\n  a.b = 1;\n}"))
    assert problem.message == (
        "attribute 'a.b' can't be defined here: 'a' is already defined on line 2, and not as a set to which Nix can add"
    )


def test_sets_below_sets_are_a_problem_of_old_nix_alone() -> None:
    (problem,) = find_problems(parsed("{\n  a.b = { c = 1; };\n  a = { b = { d = 2; }; };\n}"))
    assert problem.accepted_since == "2.26"
    assert problem.message == "attribute 'a.b' is already defined on line 2: Nix merges the two only since 2.26"


@pytest.mark.parametrize(
    "text",
    [
        "{ a = { b = { c = 1; }; }; a = { b = { c = 2; }; }; }",
        "{ a = { x = { }; b = { c = 1; }; }; a = { x = { }; b = { c = 2; }; }; }",
        "{ a = { b = { c = 1; }; }; a = { b = x; }; }",
        "{ a = { b = 1; }; a = { b = { c = 2; }; }; }",
    ],
)
def test_what_no_nix_merges_below_sets_is_a_problem_of_all_of_them(text: str) -> None:
    assert [problem.accepted_since for problem in find_problems(parsed(text))] == [None]


def test_every_duplicate_is_found() -> None:
    problems = find_problems(parsed("{ a = 1; a = 2; b = { c = 1; c = 2; }; a = 3; }"))
    assert [problem.span.start for problem in problems] == [9, 29, 39]


def test_a_duplicate_formal_points_at_the_second() -> None:
    (problem,) = find_problems(parsed("{ lib, pkgs, lib }: 1"))
    assert problem.kind is ProblemKind.DUPLICATE_FORMAL
    assert problem.message == "the function already has an argument named 'lib'"
    assert problem.span.start == 13


def test_a_broken_file_keeps_the_duplicates_before_its_error() -> None:
    problems = find_problems(parsed("{ a = { b = 1; b = 2; }; c = ; d = 1; d = 2; }"))
    assert [problem.kind for problem in problems] == [ProblemKind.DUPLICATE_ATTRIBUTE, ProblemKind.SYNTAX_ERROR]


@pytest.mark.parametrize(
    ("opening", "middle", "closing"),
    [
        ("(", "1", ")"),
        ("[", "", "]"),
        ("{ a = ", "1", "; }"),
        ("x: ", "1", ""),
        ('"${', "1", '}"'),
        ("let a = 1; in ", "1", ""),
        ("- ", "1", ""),
        ("1 + ", "1", ""),
        ("f ", "1", ""),
        ("(", "", ""),
        ("{ a = ", "", ""),
    ],
)
def test_a_hundred_thousand_levels_of_nesting_are_refused_in_good_time(opening: str, middle: str, closing: str) -> None:
    text = opening * 100_000 + middle + closing * 100_000
    started = time.process_time()
    problems = find_problems(parsed(text))
    assert [problem.kind for problem in problems] in ([ProblemKind.NESTED_TOO_DEEPLY], [ProblemKind.SYNTAX_ERROR])
    assert time.process_time() - started < 30


def test_nesting_up_to_the_limit_is_fine() -> None:
    levels = MAX_NESTING - 10
    assert find_problems(parsed("[" * levels + "]" * levels)) == ()


def test_carriage_returns_alone_end_lines_and_comments() -> None:
    file = parsed("# one\r{\r  a = 1; # two\r  a = 2;\r}\r")
    (problem,) = find_problems(file)
    assert file.position(problem.span.start).line == 4


def test_bytes_that_are_no_utf_8_are_fine_in_strings_and_comments() -> None:
    assert find_problems(parsed(b"# \xff\n\"\xfe\" + ''\xfd''")) == ()
    assert [problem.kind for problem in find_problems(parsed(b"1 \xff"))] == [ProblemKind.SYNTAX_ERROR]


@pytest.mark.parametrize(
    "piece", ["a", "a.b.", "{", "/*", '"${', "''", "a = 1;", ". ", "@ ", "./", "#\n", "in./", "or "]
)
def test_the_cost_grows_with_the_length_and_no_faster(piece: str) -> None:
    started = time.process_time()
    find_problems(parsed(piece * (200_000 // len(piece))))
    assert time.process_time() - started < 20


def test_what_only_older_versions_of_nix_refuse_breaks_a_file_that_they_took() -> None:
    fine = parsed("{ a = { b = { c = 1; }; }; }")
    merged = parsed("{ a = { b = { c = 1; }; }; a = { b = { d = 2; }; }; }")
    with_more = parsed("{ a = { b = { c = 1; }; }; a = { b = { d = 2; }; }; e = 3; }")

    assert breaks(fine, merged)
    assert not breaks(merged, with_more)
    assert not breaks(merged, fine)
    assert breaks(merged, parsed("{ a = ; }"))
