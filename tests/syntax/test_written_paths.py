"""Paths as they are written: what is around a name is told from where it stands."""

from __future__ import annotations

import pytest

from nixlint.syntax.written_paths import WrittenPaths

from .reading import parsed


def _paths(text: str) -> list[str]:
    return [".".join(name or "?" for name in path.names) for path in WrittenPaths(parsed(text)).chosen(None, ())]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("{ a.b = { c = 1; }; d = 2; }", ["a.b", "a.b.c", "d"]),
        ("{ a = lib.mkIf x (map (y: { b = 1; }) z); }", ["a", "a.b"]),
        ('{ a."b.c" = 1; ${"d"} = 2; ${e} = { f = 3; }; }', ["a.b.c", "d", "?", "?.f"]),
        ("{ a = { inherit b; inherit (x) c d; }; }", ["a", "a.b", "a.c", "a.d"]),
        ("{ a = let b = { c = 1; }; in { d = b; }; }", ["a", "b", "b.c", "a.d"]),
        ("{ a = let inherit (rec { b = 1; }) b; in b; }", ["a", "b", "b"]),
        ("{ a = { b ? { c = 1; }, d }: { e = 1; }; }", ["a", "b", "b.c", "d", "a.e"]),
        ("let { body = a; a = { b = 1; }; }", ["body", "a", "a.b"]),
        ("{ a = 1; } // { b = { c = 1; }; }", ["a", "b", "b.c"]),
        ('{ a = "${ { b = 1; }.b }"; c = [ { d = 1; } ]; }', ["a", "a.b", "c", "c.d"]),
    ],
)
def test_the_names_around_a_name_are_told(text: str, paths: list[str]) -> None:
    # Formals are bound by whoever calls the function, those without a default too.
    assert _paths(text) == paths


def test_only_the_chosen_paths_are_given() -> None:
    paths = WrittenPaths(parsed("{ a.password = { b = 1; }; passwordFile = 2; c.d = 3; }"))
    assert [path.names for path in paths.with_words({b"password", b"b"})] == [("a", "password"), ("a", "password", "b")]
    assert [path.names for path in paths.chosen(frozenset(), {2, 45})] == [("a", "password"), ("c", "d")]
