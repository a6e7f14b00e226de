"""What is written is what was meant, laid out as the official formatter would leave it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nixlint.emit.container_options import plain_expression
from nixlint.emit.expression import (
    MK_BEFORE,
    MK_IF,
    WRITE_TEXT,
    AttrSet,
    Call,
    Entry,
    Expression,
    FileBeside,
    Item,
    Let,
    ListOf,
    Literal,
    Module,
    Select,
    Template,
    Text,
    Update,
    Variable,
)
from nixlint.emit.layout import WIDTH, render
from tests.nix.nix_referee import evaluate_json, parse_verdicts

NAMES = st.one_of(
    st.text(min_size=1, max_size=8).filter(lambda text: "\0" not in text),
    st.sampled_from(["a", "if", "with", "a.b", "a-b", "a'", "1", "or", "inherit", "${x}"]),
)
TEXTS = st.text(max_size=40).filter(lambda text: "\0" not in text and "\r" not in text)
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 2**31)
    | TEXTS
    | st.lists(st.sampled_from(["line", "  ${x}", "''", "$", "\\", '"', "''${a}", "  "])).map("\n".join),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PLAIN, min_size=8, max_size=8))
def test_nix_reads_back_every_value(values: list[object]) -> None:
    texts = [render(plain_expression(value)) for value in values]  # type: ignore[arg-type]  # hypothesis gives plain values
    assert evaluate_json(texts) == values


@settings(max_examples=60, deadline=None)
@given(PLAIN)
def test_rendering_is_deterministic_and_has_no_trailing_blanks(value: object) -> None:
    expression = plain_expression({"value": value})  # type: ignore[dict-item]  # as above
    text = render(expression)
    assert text == render(expression)
    if not any(isinstance(each, str) and "\n" in each for each in _leaves(value)):
        assert all(line == line.rstrip() for line in text.split("\n"))


def _leaves(value: object) -> Iterator[object]:
    match value:
        case dict():
            for entry in value.values():
                yield from _leaves(entry)
        case list():
            for item in value:
                yield from _leaves(item)
        case _:
            yield value


def test_a_list_of_one_stays_on_its_line_and_one_of_more_does_not() -> None:
    one = AttrSet((Entry(("a",), ListOf.of([Text("x")])),))
    two = AttrSet((Entry(("a",), ListOf.of([Text("x"), Text("y")])),))
    assert render(one) == '{\n  a = [ "x" ];\n}\n'
    assert render(two) == '{\n  a = [\n    "x"\n    "y"\n  ];\n}\n'


def test_a_list_of_one_that_is_too_long_is_broken() -> None:
    long = "x" * WIDTH
    assert render(AttrSet((Entry(("a",), ListOf.of([Text(long)])),))) == f'{{\n  a = [\n    "{long}"\n  ];\n}}\n'


def _bound(name: str, value: Expression, beside: str | None = None) -> str:
    """The lines of a set in which a name is bound to a value."""
    return "\n".join(render(AttrSet((Entry((name,), value, (), beside),))).split("\n")[1:-2])


def test_the_width_of_a_line_is_counted_after_its_indentation() -> None:
    fits = "x" * (WIDTH - len('[ "" ];') - len("a = "))
    assert _bound("a", ListOf.of([Text(fits)])) == f'  a = [ "{fits}" ];'
    assert _bound("a", ListOf.of([Text(fits + "x")])) == f'  a = [\n    "{fits}x"\n  ];'


def test_a_long_string_or_path_stays_beside_a_plain_name() -> None:
    long = "x" * WIDTH
    assert _bound("a", Text(long)) == f'  a = "{long}";'
    assert _bound("a", FileBeside((long,))) == f"  a = ./{long};"
    assert _bound("a", Variable(long)) == f"  a =\n    {long};"


def test_a_long_string_goes_below_a_name_in_quotes_or_of_many_parts() -> None:
    long = "x" * WIDTH
    assert _bound("a.b", Text(long)) == f'  "a.b" =\n    "{long}";'
    assert _bound("a.b", Text("short")) == '  "a.b" = "short";'
    assert _bound("a.b", ListOf.of([Text(long)])) == f'  "a.b" = [\n    "{long}"\n  ];'
    deep = AttrSet((Entry(("a", "b", "c", "d", "e"), Text(long)),))
    assert render(deep) == f'{{\n  a.b.c.d.e =\n    "{long}";\n}}\n'


def test_a_comment_beside_a_value_counts_only_the_blank_before_it() -> None:
    fits = "x" * (WIDTH - len('"a.b" = ""; '))
    assert _bound("a.b", Text(fits), "beside") == f'  "a.b" = "{fits}"; # beside'
    assert _bound("a.b", Text(fits + "x"), "beside") == f'  "a.b" =\n    "{fits}x"; # beside'


def test_a_call_of_plain_arguments_stays_on_its_line_and_one_of_others_does_not() -> None:
    long = "x" * WIDTH
    assert _bound("a", Call(MK_BEFORE, (Text(long),))) == f'  a = lib.mkBefore "{long}";'
    assert _bound("a.b", Call(MK_BEFORE, (Text(long),))) == f'  "a.b" =\n    lib.mkBefore "{long}";'
    assert _bound("a", Call(Select("lib", ("f",)), (ListOf.of([Text(long)]),))) == f'  a = lib.f [\n    "{long}"\n  ];'


def test_a_long_interpolation_has_a_line_of_its_own() -> None:
    name = "a/" + "x" * WIDTH
    code, select = f'config.sops.placeholder."{name}"', Select("config", ("sops", "placeholder", name))
    assert _bound("a", Template(("A=", select, ";"))) == f'  a = "A=${{\n    {code}\n  }};";'
    assert _bound("a", Template(("A=", select, "\nB=", Variable("b"), "\n"))) == (
        f"  a = ''\n    A=${{\n      {code}\n    }}\n    B=${{b}}\n  '';"
    )


def test_names_calls_and_short_interpolations_stay_in_their_line() -> None:
    long = "x" * WIDTH
    for code, inner in (
        (f"config.{long}", Select("config", (long,))),
        (f'pkgs.writeText "a" "{long}"', Call(WRITE_TEXT, (Text("a"), Text(long)))),
        ('config.a."b.c"', Select("config", ("a", "b.c"))),
    ):
        assert _bound("a", Template((long, inner))) == f'  a = "{long}${{{code}}}";'


def test_empty_lists_and_sets_have_a_blank_in_them() -> None:
    assert render(AttrSet((Entry(("a",), ListOf(())), Entry(("b",), AttrSet(()))))) == "{\n  a = [ ];\n  b = { };\n}\n"


def test_the_last_argument_of_a_call_opens_on_its_line() -> None:
    call = Call(MK_IF, (Select("config", ("enable",)), AttrSet((Entry(("a",), Literal(1)),))))
    assert (
        render(AttrSet((Entry(("config",), call),))) == "{\n  config = lib.mkIf config.enable {\n    a = 1;\n  };\n}\n"
    )


def test_calls_in_lists_and_in_calls_are_in_parentheses() -> None:
    call = Call(Select("lib", ("f",)), (Call(Select("lib", ("g",)), (Text("x"),)),))
    assert render(ListOf.of([call])) == '[ (lib.f (lib.g "x")) ]\n'


def test_comments_stand_above_and_beside_what_they_are_about() -> None:
    items = ListOf((Item(Text("x"), ("first",), "beside"),))
    text = render(AttrSet((Entry(("a",), items, ("above", ""), None),), ("last",)))
    assert text == '{\n  # above\n  #\n  a = [\n    # first\n    "x" # beside\n  ];\n  # last\n}\n'


def test_a_module_with_few_arguments_has_them_on_one_line() -> None:
    assert render(Module(("lib",), AttrSet(()))) == "{ lib, ... }:\n{ }\n"
    assert render(Module(("config", "lib", "pkgs"), AttrSet(()))).startswith(
        "{\n  config,\n  lib,\n  pkgs,\n  ...\n}:\n\n{ }"
    )


def test_texts_with_line_breaks_are_indented_strings() -> None:
    entry = Entry(("script",), Template(("a ", Variable("x"), "\n  b ${c}\n")))
    assert render(AttrSet((entry,))) == "{\n  script = ''\n    a ${x}\n      b ''${c}\n  '';\n}\n"


def test_let_stands_before_what_it_is_for() -> None:
    let = Let((Entry(("x",), Literal(1)),), AttrSet((Entry(("a",), Variable("x")),)))
    assert evaluate_json([render(let)]) == [{"a": 1}]


@pytest.mark.parametrize("value", [0.5, 1.0, 1e-3, math.pi, 12345.125])
def test_numbers_with_fractions_keep_their_value(value: float) -> None:
    assert evaluate_json([render(Literal(value))]) == [pytest.approx(value, rel=1e-5)]


def test_a_set_over_another_opens_on_its_line() -> None:
    over = Update(Variable("restarting"), AttrSet((Entry(("Restart",), Text("no")),)))
    assert _only(over) == 'x = restarting // {\n  Restart = "no";\n};'


def _only(value: Expression) -> str:
    inner = render(AttrSet((Entry(("x",), value),))).splitlines()[1:-1]
    return "\n".join(line.removeprefix("  ") for line in inner)


def test_every_rendering_parses_with_comments_everywhere() -> None:
    nested = AttrSet((Entry(("b", "c d"), ListOf((Item(AttrSet(()), ("x ''",), "y */"),)), ("/* z",), "w"),), ("v",))
    assert all(verdict.accepted for verdict in parse_verdicts([render(nested).encode()]))
