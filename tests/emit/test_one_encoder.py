"""No text of a project reaches a module but through the one encoder of its language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import nixlint.emit
from nixlint.deployment.symbolic_text import mark
from nixlint.emit.comment import comment_line
from nixlint.emit.expression import (
    AttrSet,
    Call,
    Entry,
    FileBeside,
    ListOf,
    Literal,
    Module,
    Select,
    Template,
    Text,
    Unwritable,
    Variable,
    inside,
)
from nixlint.emit.layout import render
from nixlint.emit.shell import lowered, shell, word
from nixlint.emit.symbols import NO_SYMBOLS, Symbols
from nixlint.emit.unit_text import description, path_list, single_path, unit_name
from tests.nix.nix_referee import evaluate_json, parse_verdicts

ROOM = Path(nixlint.emit.__file__).parent
LAYOUT = "layout.py"
SCRIPTS = {"script", "preStart", "postStart", "preStop", "postStop"}


def _calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    for path in sorted([*ROOM.glob("*.py"), *(ROOM.parent / "conversion").glob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield path, node


def test_the_pattern_of_every_script_is_written_out_where_it_is_used() -> None:
    found = list(_calls("shell"))
    assert len(found) > 5
    for path, call in found:
        assert isinstance(call.args[0], ast.Constant), f"{path.name}:{call.lineno}: a word, not a pattern"


def test_only_the_shell_makes_scripts_and_only_the_layout_makes_nix() -> None:
    assert {path.name for path, _ in _calls("Script")} == {"shell.py", "expression.py"}
    for name in ("encode", "encode_indented", "attr_name_literal"):
        assert {path.name for path, _ in _calls(name)} == {LAYOUT}
    assert {path.name for path, _ in _calls("comment_line")} == {LAYOUT}


def test_every_option_that_is_a_script_gets_one() -> None:
    checked = 0
    for path, call in _calls("Entry"):
        if not (call.args and isinstance(call.args[0], ast.Tuple) and call.args[0].elts):
            continue
        last = call.args[0].elts[-1]
        if isinstance(last, ast.Constant) and last.value in SCRIPTS:
            checked += 1
            value = call.args[1]
            made_as_text = isinstance(value, ast.Call) and getattr(value.func, "id", "") in ("Text", "Template")
            assert not made_as_text, f"{path.name}:{call.lineno}: a script that is text"
    assert checked >= 4


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_no_line_end_gets_into_a_comment(end: str) -> None:
    text = render(Module((), AttrSet((Entry(("a",), Literal(1), (f"x{end}(import ./e.nix)",), f"y{end}z"),)), (end,)))
    assert len(text.splitlines()) == 5
    assert evaluate_json([text]) == [{"a": 1}]


def test_a_comment_spells_out_what_would_hide_or_turn_around_what_follows() -> None:
    assert comment_line("a\u202eb\u2066c\u200bd\ufeff") == "# a\\u{202e}b\\u{2066}c\\u{200b}d\\u{feff}"
    assert comment_line("größer → ok\t*/ x") == "# größer → ok\t*/ x"
    assert comment_line("") == "#"


TEXTS = ["${builtins.trace 1 2}", '"; x = 1; "', "''", "$", "$$", "\\", "a\nb''${c}\n", "\r", "\u2028", "'", "#", "*/"]


@pytest.mark.parametrize("text", TEXTS)
def test_every_place_of_a_text_means_the_text(text: str) -> None:
    written = AttrSet(
        (
            Entry(("text",), Text(text)),
            Entry(("list",), ListOf.of([Text(text)])),
            Entry(("name", text), Literal(1)),
            Entry(("template",), Template((text, Call(Select("toString"), (Literal(7),)), text, "$", "{x}"))),
            Entry(("block",), Template(("a\n", text, Call(Select("toString"), (Literal(7),)), "\n", text))),
            Entry(("argument",), Template((Call(Select("toString"), (Text(text),)), ";"))),
        )
    )
    (value,) = evaluate_json([render(written)])
    assert value == {
        "text": text,
        "list": [text],
        "name": {text: 1},
        "template": f"{text}7{text}${{x}}",
        "block": f"a\n{text}7\n{text}",
        "argument": f"{text};",
    }


@pytest.mark.parametrize("path", [("with", "in"), ("a b",), ('a"; x = "',), ("${x}",)])
def test_a_selection_is_only_a_selection(path: tuple[str, ...]) -> None:
    config = Entry(("a",), Select("config", path))
    (verdict,) = parse_verdicts([render(Module(("config",), AttrSet((config,)))).encode()])
    assert verdict.accepted


@pytest.mark.parametrize("name", ["a b.nix", "${x}", "..", '"', "\n", "a/b c"])
def test_a_file_beside_the_module_is_only_a_path(name: str) -> None:
    (verdict,) = parse_verdicts([render(ListOf.of([FileBeside((name,))])).encode()])
    assert verdict.accepted


@pytest.mark.parametrize(
    "value",
    [
        Text("a\0b"),
        Text("\ud800"),
        Template(("\0", Select("config"))),
        Variable("a b"),
        Variable("with"),
        Literal(float("inf")),
        Literal(float("nan")),
        Literal(2**63),
        AttrSet((Entry(("\0",), Literal(1)),)),
    ],
)
def test_what_nix_cannot_hold_is_refused(value: Text | Template | Variable | Literal | AttrSet) -> None:
    with pytest.raises(Unwritable):
        render(value)


def test_numbers_that_need_care_keep_their_value() -> None:
    values = [-1, -0.5, 1e-7, 1.5e-300, 1e22, 0, 2**63 - 1, -(2**63) + 1]
    assert evaluate_json([render(ListOf.of([Literal(each) for each in values]))]) == [pytest.approx(values)]


def test_words_of_a_script_are_words() -> None:
    script = shell("printf '%s\\n' {words} {{.State}} > {file}\n", words=["a b", "$(id)", "'", ""], file="x;y")
    assert lowered(script) == Text("printf '%s\\n' 'a b' '$(id)' ''\"'\"'' '' {{.State}} > 'x;y'\n")


def test_a_word_that_nix_knows_is_quoted_when_nixos_is_built() -> None:
    script = shell("mkdir -p {folder} {other}\n", folder=word("/x ", Variable("v"), "'"), other=word(Variable("w")))
    (value,) = evaluate_json(
        [
            'let lib.escapeShellArg = text: "<${text}>"; v = "a\'b"; w = "$w"; in '
            + render(script).replace("\n", " ").strip()
        ]
    )
    assert value == "mkdir -p </x a'b'> <$w>\n"


def test_variables_of_like_names_stay_apart() -> None:
    symbols = Symbols((("DATA_DIR", "/a"), ("data_dir", "/b"), ("dataDir", "/c"), ("CONFIG", "/d"), ("with", "/e")))
    entries, body = symbols.bound(
        ListOf.of([Text(f"\0{name}\0") for name in ("DATA_DIR", "data_dir", "CONFIG", "with")])
    )
    names = [entry.path[0] for entry in entries]
    assert len(set(names)) == 4
    assert not {"config", "with"} & set(names)
    assert [each.name for each in inside(body) if isinstance(each, Variable)] == names


def test_a_unit_reads_paths_as_they_are() -> None:
    found = path_list(["/a b", "/%h", '/"q"', "/back\\slash", "/it's", "/plain"], NO_SYMBOLS)
    assert [item.value for item in found.items] == [
        Text('"/a b"'),
        Text("/%%h"),
        Text('/\\"q\\"'),
        Text("/back\\\\slash"),
        Text("/it\\'s"),
        Text("/plain"),
    ]
    assert single_path("/a b/%h", NO_SYMBOLS) == Text("/a b/%%h")
    assert description("a\nExecStart=/bin/sh %h\\") == Text("a ExecStart=/bin/sh %%h")


@pytest.mark.parametrize("path", ["/a\n/b", "/a\r", "/a ", "/a\\"])
def test_a_unit_refuses_a_path_that_it_cannot_hold(path: str) -> None:
    with pytest.raises(Unwritable):
        single_path(path, NO_SYMBOLS)


@pytest.mark.parametrize("value", ["/a\nExecStart=/bin/sh", "/a\\"])
def test_a_unit_refuses_a_path_whose_variable_has_what_it_cannot_hold(value: str) -> None:
    with pytest.raises(Unwritable):
        single_path(mark("DATA"), Symbols((("DATA", value),)))


def test_a_unit_has_the_name_of_a_variable_only_where_its_value_is_plain() -> None:
    symbols = Symbols((("PLAIN", "/a"), ("PERCENT", "/100%")))
    assert single_path(f"{mark('PLAIN')}/x", symbols) == Text(f"{mark('PLAIN')}/x")
    assert single_path(f"{mark('PERCENT')}/x", symbols) == Text("/100%%/x")
    assert [item.value for item in path_list([f"{mark('PERCENT')}/x"], symbols).items] == [Text("/100%%/x")]


def test_names_of_units_are_escaped_as_systemd_does() -> None:
    assert unit_name("podman", "network", "a b/c@d\\é") == "podman-network-a\\x20b\\x2fc\\x40d\\x5c\\xc3\\xa9"
    assert len(unit_name("podman", "x" * 500)) == 200
    assert unit_name("podman", "x" * 500) != unit_name("podman", "x" * 501)
