"""Pipes are grouped by the manual's table of operators; the Nix that other tests ask does not know them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.syntax import views
from nixlint.syntax.source_file import SourceFile


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("a |> f |> g", "((a |> f) |> g)"),
        ("g <| f <| a", "(g <| (f <| a))"),
        ("g<|f<|a", "(g <| (f <| a))"),
        ("a |> f b || c", "(a |> (f b || c))"),
        ("a || b |> f", "((a || b) |> f)"),
        ("a |> f || b |> g || c |> h", "(((a |> (f || b)) |> (g || c)) |> h)"),
        ("a -> b |> f", "((a -> b) |> f)"),
        ("a -> b -> c |> f |> g", "(((a -> (b -> c)) |> f) |> g)"),
        ("a |> f -> b |> g", "((a |> (f -> b)) |> g)"),
        ("a |> f || b -> c", "(a |> ((f || b) -> c))"),
        ("f <| a -> b || c", "(f <| (a -> (b || c)))"),
        ("a == b && c -> d |> f", "((((a == b) && c) -> d) |> f)"),
        ("(a |> f) -> b", "((a |> f) -> b)"),
        ("a || b || c -> d -> \"|>\"", "(((a || b) || c) -> (d -> \"|>\"))"),
    ],
)  # fmt: skip
def test_pipes_bind_more_loosely_than_any_other_operator(text: str, grouped: str) -> None:
    source = SourceFile.parse(Path("/pipes.nix"), text.encode())
    assert _written(source.root) == grouped


def test_regrouped_expression_spans_its_operands() -> None:
    source = SourceFile.parse(Path("/pipes.nix"), b"[ (a -> b |> f) ]")
    assert isinstance(source.root, views.ListLiteral)
    (element,) = source.root.elements
    assert isinstance(element, views.Parenthesized)
    assert isinstance(element.inner, views.Binary)
    assert (element.inner.text, element.inner.operator) == ("a -> b |> f", "|>")
    assert (element.inner.left.text, element.inner.right.text) == ("a -> b", "f")


@pytest.mark.parametrize("text", ["a -> |> b", "a |>", "a -> b |> || c"])
def test_what_is_no_nix_has_a_view_all_the_same(text: str) -> None:
    source = SourceFile.parse(Path("/pipes.nix"), text.encode())
    assert source.root.has_error or isinstance(source.root, views.Broken)


def _written(expression: views.Expression) -> str:
    """An expression with parentheses around all that binary operators make."""
    match expression:
        case views.Binary():
            return f"({_written(expression.left)} {expression.operator} {_written(expression.right)})"
        case views.Parenthesized():
            return _written(expression.inner)
        case _:
            return expression.text
