"""Definitions found by the words in their names are those that a walk over the whole file finds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from nixlint.linting.registry import load_registry
from nixlint.linting.testing import files_of, marked_spans
from nixlint.semantics.repository.definitions import Binder, WrittenDefinition, definitions_with, written_definitions
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.problems import find_problems
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.words import words_of
from nixlint.syntax.written_paths import WrittenPaths

_ROOT = Path(__file__).parents[3]


def _texts() -> Iterator[bytes]:
    for path in sorted(_ROOT.glob("fixtures/**/*.nix")):
        yield path.read_bytes()
    for rule in load_registry().rules.values():
        for example in rule.examples:
            for text in files_of(example.files).values():
                yield marked_spans(text.encode())[0]


def _shown(definition: WrittenDefinition) -> tuple[object, ...]:
    place, value = definition.name.span, definition.value_place.span
    return (definition.path, definition.binder, place, value, definition.written, definition.words)


def test_paths_as_they_are_written_are_those_of_the_definitions() -> None:
    compared = 0
    for data in _texts():
        source = SourceFile.parse(Path("/a.nix"), data)
        if find_problems(source):
            continue
        paths = {path.end: path for path in WrittenPaths(source).chosen(None, ())}
        for definition in written_definitions(source, Repository(Path("/"), ())):
            path = paths[definition.name.span.end]
            assert path.words == definition.words
            # What has to be computed may be known to who evaluates it, and is not known here.
            known = zip(path.names, definition.path.names, strict=True)
            assert all(written in (None, name) for written, name in known), (path, definition.path)
            compared += 1
    assert compared > 1_000


def test_definitions_by_words_are_those_of_the_whole_walk() -> None:
    compared = 0
    for number, data in enumerate(_texts()):
        source = SourceFile.parse(Path("/a.nix"), data)
        if find_problems(source):
            continue
        everything = list(written_definitions(source, Repository(Path("/"), ())))
        words = sorted({word for definition in everything for word in definition.words})
        picked = random.Random(number)
        for count in (1, 3):
            sought = frozenset(picked.sample(words, min(count, len(words))))
            found = [_shown(each) for each in definitions_with(sought, source, Repository(Path("/"), ()))]
            assert found == [_shown(each) for each in everything if each.words & sought], (sought, data)
            compared += len(found)
    assert compared > 1_000


@pytest.mark.parametrize(
    ("text", "words", "paths"),
    [
        ('{ a.b."c d".e = 1; }', {b"d"}, ['a.b."c d".e']),
        ("{ a = { password = 1; }; }", {b"password"}, ["a.password"]),
        ("{ inherit password; inherit (x) token other; }", {b"password", b"other"}, ["password", "other"]),
        ("{ password ? 1, ... }: { a = password; }", {b"password"}, ["password"]),
        ('{ "${name}_TOKEN" = 1; }', {b"_TOKEN"}, ["<name>"]),
        ("{ a.${passwordName} = 1; }", {b"passwordName"}, ["a.<name>"]),
        ('{ a = "password = 1;"; b = password; }', {b"password"}, []),
        ("{ passwordFile = 1; my-password = 2; }", {b"password"}, []),
        ("# password\n{ a = 1; }", {b"password"}, []),
        ("let password = 1; in { a.password = password; }", {b"password"}, ["password", "a.password"]),
    ],
)
def test_only_words_of_names_count(text: str, words: set[bytes], paths: list[str]) -> None:
    source = SourceFile.parse(Path("/a.nix"), text.encode())
    found = definitions_with(frozenset(words), source, Repository(Path("/"), ()))
    assert [str(definition.path) for definition in found] == paths


def test_a_value_is_worked_out_in_the_scope_where_it_stands() -> None:
    text = b"{ config, ... }: let a = { port = 1; }; in with a; { services.x.port = rec { y = port; z = y; }.z; }"
    source = SourceFile.parse(Path("/a.nix"), text)
    whole = {str(each.path): each.value for each in written_definitions(source, Repository(Path("/"), ()))}
    (found,) = definitions_with(frozenset({b"services"}), source, Repository(Path("/"), ()))
    assert found.value == whole["services.x.port"]


def test_the_words_of_a_file_are_what_names_are_made_of() -> None:
    data = b'a.b-c = "d\' e_1";# f\n\xc3\xa9g'
    assert words_of(data) == {b"a", b"b-c", b"d'", b"e_1", b"f", b"g"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{ a = if true then { b = 1; } else { c = 1; }; }", ["a", "a.b"]),
        ("{ a = if false then { b = 1; } else { c = 1; }; }", ["a", "a.c"]),
        ("let on = false; in { a = if on then { b = 1; } else { }; }", ["on", "a"]),
        ("{ a = if x then { b = 1; } else { c = 1; }; }", ["a", "a.b", "a.c"]),
        ("{ lib, ... }: lib.mkIf false { b = 1; }", []),
        ("{ lib, ... }: lib.mkIf true { b = 1; }", ["b"]),
        ("{ lib, ... }: with lib; { a = optionalAttrs (1 > 2) { b = 1; }; }", ["a"]),
        ("{ config, lib, ... }: lib.mkIf config.x { b = 1; }", ["b"]),
        ("{ mine, ... }: mine.mkIf false { b = 1; }", ["b"]),
    ],
)
def test_what_nobody_evaluates_is_no_definition(tmp_path: Path, text: str, names: list[str]) -> None:
    source = SourceFile.parse(tmp_path / "a.nix", text.encode())
    found = written_definitions(source, Repository(tmp_path, []))
    assert [".".join(map(str, each.path.names)) for each in found] == names


def test_a_path_says_what_binds_its_first_name(tmp_path: Path) -> None:
    (tmp_path / "a.nix").write_text(
        "{ f ? { a = 1; } }: let services = { b = { c = 1; }; }; in { d.e = [ { g = 1; } ]; }"
    )
    repository = Repository(tmp_path, [tmp_path / "a.nix"])
    definitions = written_definitions(repository.open(tmp_path / "a.nix"), repository)
    roots = {str(found.path): found.root for found in definitions}
    assert roots == {
        "f": Binder.FORMAL,
        "f.a": Binder.FORMAL,
        "services": Binder.LET,
        "services.b": Binder.LET,
        "services.b.c": Binder.LET,
        "d.e": Binder.ATTRIBUTE,
        "d.e.g": Binder.ATTRIBUTE,
    }
