"""Insertions look as if the file's author had made them, and do what they say.

The results are shown in full, to be read. What no example shows is held by properties: whatever set a definition goes
into, the result is Nix, the path has the value, and everything else is what it was.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nixlint.syntax.comments import comments
from nixlint.syntax.edits import apply_edits
from nixlint.syntax.insertion import add_formal, define, define_many
from nixlint.syntax.problems import find_problems
from nixlint.syntax.string_literal import attr_name_literal
from nixlint.syntax.views import AttrSet, Lambda
from tests.nix.nix_referee import evaluate_json

from .reading import body, parsed


def defined(text: str, *definitions: str) -> str | None:
    """The text with definitions, each written as ``path = value``, made in the set below its functions."""
    file = parsed(text)
    attrset = body(file)
    assert isinstance(attrset, AttrSet)
    pairs = (definition.split(" = ", 1) for definition in definitions)
    edits = define_many(attrset, [(tuple(path.split(".")), value) for path, value in pairs])
    return None if edits is None else apply_edits(file.data, edits).decode()


EMPTY_SETS = [
    ("{ }\n", "{\n  a.b = 1;\n}\n"),
    ("{}\n", "{\n  a.b = 1;\n}\n"),
    ("{\n}\n", "{\n  a.b = 1;\n}\n"),
    ("rec { }", "rec {\n  a.b = 1;\n}"),
    ("{ lib, ... }:\n\n{ }\n", "{ lib, ... }:\n\n{\n  a.b = 1;\n}\n"),
    ("  { }", "  {\n    a.b = 1;\n  }"),
    ("{\n  # Nothing yet.\n}\n", "{\n  # Nothing yet.\n  a.b = 1;\n}\n"),
    ("{ # nothing yet\n}\n", "{ # nothing yet\n  a.b = 1;\n}\n"),
    ("{ /* nothing yet */ }\n", "{ /* nothing yet */\n  a.b = 1;\n}\n"),
]


@pytest.mark.parametrize(("before", "after"), EMPTY_SETS)
def test_an_empty_set_is_opened_over_lines_and_keeps_its_comments(before: str, after: str) -> None:
    assert defined(before, "a.b = 1") == after


def test_a_definition_goes_to_the_end_of_a_set_without_a_neighbour() -> None:
    before = """\
{ config, ... }:

{
  imports = [ ./hardware.nix ];

  users.users.max = { };
}
"""
    assert defined(before, "system.stateVersion = 1") == (
        """\
{ config, ... }:

{
  imports = [ ./hardware.nix ];

  users.users.max = { };
  system.stateVersion = 1;
}
"""
    )


def test_a_definition_stands_after_the_last_neighbour_that_shares_most_of_its_path() -> None:
    before = """\
{
  services.openssh.enable = true;
  services.nginx.package = null;
  services.nginx.virtualHosts.a = { };
  services.samba.enable = true;

  users = { };
}
"""
    assert defined(before, "services.nginx.enable = true") == (
        """\
{
  services.openssh.enable = true;
  services.nginx.package = null;
  services.nginx.virtualHosts.a = { };
  services.nginx.enable = true;
  services.samba.enable = true;

  users = { };
}
"""
    )


def test_a_definition_goes_into_the_block_of_its_parent() -> None:
    before = """\
{
  services.openssh.enable = true;
  services = {
    nginx = {
      package = null;
    };
    samba = { };
  };
}
"""
    assert defined(before, "services.nginx.enable = true", "services.samba.enable = true", "services.b.c = 1") == (
        """\
{
  services.openssh.enable = true;
  services = {
    nginx = {
      package = null;
      enable = true;
    };
    samba = {
      enable = true;
    };
    b.c = 1;
  };
}
"""
    )


def test_a_block_in_parentheses_or_under_a_quoted_name_is_a_block_of_the_parent() -> None:
    assert defined("{\n  a = ({\n    c = 2;\n  });\n}", "a.b = 1") == "{\n  a = ({\n    c = 2;\n    b = 1;\n  });\n}"
    assert defined('{\n  "a" = {\n    c = 2;\n  };\n}', "a.b = 1") == '{\n  "a" = {\n    c = 2;\n    b = 1;\n  };\n}'
    assert defined('{\n  ${"a"}.c = 2;\n  d = 3;\n}', "a.b = 1") == '{\n  ${"a"}.c = 2;\n  a.b = 1;\n  d = 3;\n}'


def test_comments_stay_with_the_line_that_they_belong_to() -> None:
    before = """\
{
  # How a is.
  a.b = 1; # one
  # What c is for.
  c = 2; /* two */ # and a half
  # The end.
}
"""
    assert defined(before, "a.x = 3", "d = 4") == (
        """\
{
  # How a is.
  a.b = 1; # one
  a.x = 3;
  # What c is for.
  c = 2; /* two */ # and a half
  d = 4;
  # The end.
}
"""
    )


def test_bindings_that_share_a_line_are_not_torn_apart() -> None:
    assert defined("{\n  a.b = 1; c = 2; # both\n  d = 3;\n}\n", "a.x = 4") == (
        "{\n  a.b = 1; c = 2; # both\n  a.x = 4;\n  d = 3;\n}\n"
    )
    assert defined("{ a = 1;\n  b = 2; }\n", "c = 3") == "{ a = 1;\n  b = 2;\n  c = 3; }\n"


ONE_LINE_SETS = [
    ("{ a.c = 2; }", "{ a.c = 2; a.b = 1; }"),
    ("{ a.c = 2; d = 3; }", "{ a.c = 2; a.b = 1; d = 3; }"),
    ("{a.c=2;}", "{a.c=2; a.b = 1;}"),
    ("{ inherit d; }", "{ inherit d; a.b = 1; }"),
    ("{ d = 2; /* two */ }", "{ d = 2; /* two */ a.b = 1; }"),
    ("{ a.c = 2; /* three */ d = 3; }", "{ a.c = 2; a.b = 1; /* three */ d = 3; }"),
    ("{ a = { c = 2; }; }", "{ a = { c = 2; b = 1; }; }"),
    ("{ a = { }; }", "{ a = { b = 1; }; }"),
    ("{ a = {}; }", "{ a = { b = 1; }; }"),
    ("{\n  d = { a = { }; };\n}", "{\n  d = { a = { }; };\n  a.b = 1;\n}"),
]


@pytest.mark.parametrize(("before", "after"), ONE_LINE_SETS)
def test_a_set_on_one_line_stays_on_it(before: str, after: str) -> None:
    assert defined(before, "a.b = 1") == after


def test_a_set_that_gets_too_long_for_its_line_is_put_on_lines_of_their_own() -> None:
    long = '"' + "x" * 60 + '"'
    before = f"{{\n  s = {{ a.b = {long}; c = 2; d.e = 3; }};\n}}\n"
    assert defined(before, f"s.a.x = {long}") == (
        f"{{\n  s = {{\n    a.b = {long};\n    a.x = {long};\n    c = 2;\n    d.e = 3;\n  }};\n}}\n"
    )
    assert defined(before, f"s.x = {long}") == (
        f"{{\n  s = {{\n    a.b = {long};\n    c = 2;\n    d.e = 3;\n    x = {long};\n  }};\n}}\n"
    )


def test_a_value_of_many_lines_is_indented_like_its_definition() -> None:
    assert defined("{\n  a = {\n    c = 1;\n  };\n}\n", "a.b = [\n  1\n\n  2\n]") == (
        "{\n  a = {\n    c = 1;\n    b = [\n      1\n\n      2\n    ];\n  };\n}\n"
    )
    assert defined("{ c = 1; }\n", "b = [\n  1\n]") == "{\n  c = 1;\n  b = [\n    1\n  ];\n}\n"


def test_a_value_with_a_string_over_lines_is_not_touched() -> None:
    assert defined("{\n  c = 1;\n}\n", "b = [\n ''\n  x\n''\n]") == "{\n  c = 1;\n  b = [\n ''\n  x\n''\n];\n}\n"


def test_only_line_ends_of_nix_are_line_ends_of_a_value() -> None:
    assert defined("{\n  c = 1;\n}\n", 'b = [\n  "x\u2028y\x0cz"\n]') == (
        '{\n  c = 1;\n  b = [\n    "x\u2028y\x0cz"\n  ];\n}\n'
    )


def test_tabs_are_followed() -> None:
    before = "{\n\ta.c = 1;\n\tb = { };\n\td = {\n\t\te = 1;\n\t};\n}\n"
    assert defined(before, "a.x = 2", "b.x = 3", "d.x = 4") == (
        "{\n\ta.c = 1;\n\ta.x = 2;\n\tb = {\n\t\tx = 3;\n\t};\n\td = {\n\t\te = 1;\n\t\tx = 4;\n\t};\n}\n"
    )


def test_steps_of_four_spaces_are_followed() -> None:
    assert defined("{\n    b = { };\n}\n", "b.x = 3") == "{\n    b = {\n        x = 3;\n    };\n}\n"


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_are_followed(line_end: str) -> None:
    before = ["{", "  a.c = 1; # one", "  b = { };", "}", ""]
    after = ["{", "  a.c = 1; # one", "  a.x = [", "    2", "  ];", "  b = {", "    x = 3;", "  };", "}", ""]
    assert defined(line_end.join(before), "a.x = [\n  2\n]", "b.x = 3") == line_end.join(after)


def test_names_are_quoted_where_they_must_be() -> None:
    file = parsed("{\n  hosts = 1;\n}")
    attrset = file.root
    assert isinstance(attrset, AttrSet)
    edits = define(attrset, ("containers", "web 1", "or", "1x", "a-b'"), "true")
    assert edits is not None
    assert apply_edits(file.data, edits) == b'{\n  hosts = 1;\n  containers."web 1"."or"."1x".a-b\' = true;\n}'


def test_several_definitions_are_made_in_their_order_and_next_to_each_other() -> None:
    assert defined("{ }", "a.b = 1", "c.d = 2", "a.c = 3") == "{\n  a.b = 1;\n  a.c = 3;\n  c.d = 2;\n}"


@pytest.mark.parametrize(
    "text",
    [
        "{ a = x; }",
        "{ a = f { }; }",
        "{ a = x // { }; }",
        "{ a.b = 2; }",
        "{ a.b.c = 2; }",
        "{ a = { b = 2; }; }",
        "{ a = { inherit b; }; }",
        "{ inherit a; }",
        "{ inherit (x) a; }",
        '{ inherit (x) "a"; }',
        "{ ${x} = 1; }",
        "{ ${x}.b = 1; }",
        "{ a.${x} = 1; }",
        '{ "${x}".c = 1; }',
        "{ a = { ${x} = 1; }; }",
        '{ "a"."b" = 2; }',
        "{ a = (x); }",
        "{ c = 1 }",
        "{ a = { c = 1 }; }",
    ],
)
def test_nothing_is_defined_where_it_may_be_defined_already_or_the_set_is_broken(text: str) -> None:
    assert defined(text, "a.b = 1") is None


def test_no_definition_is_made_when_one_of_several_cannot_be() -> None:
    assert defined("{ c = x; }", "a = 1", "c.d = 2") is None
    assert defined("{ }", "a = 1", "a.b = 2") is None
    assert defined("{ }", "a.b = 1", "a.b = 1") is None


@pytest.mark.parametrize("value", ["", "1;", "1; }", "(1", "1 # one", "x = 1", "1 /*"])
def test_what_is_no_value_is_not_inserted(value: str) -> None:
    assert defined("{ c = 1; }", f"a = {value}") is None


# Formals.


def with_formal(text: str, name: str = "pkgs") -> str | None:
    file = parsed(text)
    function = file.root
    assert isinstance(function, Lambda)
    edits = add_formal(function, name)
    return None if edits is None else apply_edits(file.data, edits).decode()


FORMALS = [
    ("{ }: 1", "{ pkgs }: 1"),
    ("{}: 1", "{ pkgs }: 1"),
    ("{\n}: 1", "{ pkgs }: 1"),
    ("{ ... }: 1", "{ pkgs, ... }: 1"),
    ("{...}: 1", "{pkgs, ...}: 1"),
    ("args@{ ... }: 1", "args@{ pkgs, ... }: 1"),
    ("{ ... }@args: 1", "{ pkgs, ... }@args: 1"),
    ("args@{ lib, ... }: 1", "args@{ lib, pkgs, ... }: 1"),
    ("{ lib }: 1", "{ lib, pkgs }: 1"),
    ("{lib}: 1", "{lib, pkgs}: 1"),
    ("{ lib, }: 1", "{ lib, pkgs, }: 1"),
    ("{ lib ? { }, ... }: 1", "{ lib ? { }, pkgs, ... }: 1"),
    ("{ lib /* its library */ }: 1", "{ lib /* its library */, pkgs }: 1"),
    ("{ lib /* its library */, ... }: 1", "{ lib /* its library */, pkgs, ... }: 1"),
    ("{ config, lib,\n  ... }: 1", "{ config, lib, pkgs,\n  ... }: 1"),
    ("{\n  config, lib, ...\n}: 1", "{\n  config, lib, pkgs, ...\n}: 1"),
    ("{\n  config,\n  lib, ...\n}: 1", "{\n  config,\n  lib, pkgs, ...\n}: 1"),
    ("{\n  ...\n}: 1", "{\n  pkgs,\n  ...\n}: 1"),
    ("{\n  # Any.\n  ...\n}: 1", "{\n  # Any.\n  pkgs,\n  ...\n}: 1"),
    ("{\n  lib,\n  ...\n}: 1", "{\n  lib,\n  pkgs,\n  ...\n}: 1"),
    ("{\n  lib,\n}: 1", "{\n  lib,\n  pkgs,\n}: 1"),
    ("{\n  config,\n  lib\n}: 1", "{\n  config,\n  lib,\n  pkgs\n}: 1"),
    ("{\n  lib, # ours\n  ...\n}: 1", "{\n  lib, # ours\n  pkgs,\n  ...\n}: 1"),
    ("{\n  lib # ours\n}: 1", "{\n  lib, # ours\n  pkgs\n}: 1"),
    ("{\n  lib,\n  # And more.\n  ...\n}: 1", "{\n  lib,\n  pkgs,\n  # And more.\n  ...\n}: 1"),
    ("{\n  lib ? {\n    a = 1;\n  },\n  ...\n}: 1", "{\n  lib ? {\n    a = 1;\n  },\n  pkgs,\n  ...\n}: 1"),
    ("{ config\n, lib\n, ...\n}: 1", "{ config\n, lib\n, pkgs\n, ...\n}: 1"),
    ("{ config\n, lib\n}: 1", "{ config\n, lib\n, pkgs\n}: 1"),
    ("{ config\n, lib # ours\n, ...\n}: 1", "{ config\n, lib # ours\n, pkgs\n, ...\n}: 1"),
    ("{ lib\n, ...\n}: 1", "{ lib\n, pkgs\n, ...\n}: 1"),
    ("{\n  config\n  , lib\n  , ...\n}: 1", "{\n  config\n  , lib\n  , pkgs\n  , ...\n}: 1"),
    ("{ lib ? {\n    a = 1;\n  }\n, ...\n}: 1", "{ lib ? {\n    a = 1;\n  }\n, pkgs\n, ...\n}: 1"),
    ("{\r\n\tlib,\r\n\t...\r\n}: 1", "{\r\n\tlib,\r\n\tpkgs,\r\n\t...\r\n}: 1"),
    ("{ lib\r, ...\r}: 1", "{ lib\r, pkgs\r, ...\r}: 1"),
]


@pytest.mark.parametrize(("before", "after"), FORMALS)
def test_a_formal_is_added_in_the_style_of_the_others(before: str, after: str) -> None:
    assert with_formal(before) == after
    assert find_problems(parsed(after)) == ()


def test_a_formal_that_is_there_needs_no_edit() -> None:
    function = parsed("{ lib, pkgs ? null }: 1").root
    assert isinstance(function, Lambda)
    assert add_formal(function, "pkgs") == ()


@pytest.mark.parametrize(
    "text",
    [
        "args: 1",
        "pkgs: 1",
        "pkgs@{ ... }: 1",
        "{ ... }@pkgs: 1",
        "{ /* nothing */ }: 1",
        "{ # nothing\n}: 1",
        "{\n  lib\n  # Whose?\n  ,\n  ...\n}: 1",
        "{ lib\n# Whose?\n, ...\n}: 1",
        "{ lib ... }: 1",
    ],
)
def test_no_formal_is_added_where_it_takes_guessing(text: str) -> None:
    assert with_formal(text) is None


# Properties.

NAMES = ("a", "b", "c", "x y", "or")
PATHS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(tuple)
VALUES = st.sampled_from(("1", '"x"', "[ 1 2 ]", "[\n  1\n  2\n]", "{ }", "''\n  a\n    b\n''", '"' + "y" * 70 + '"'))


@st.composite
def attribute_sets(draw: st.DrawFn, depth: int = 2) -> str:
    """A set as people write them, with comments and in every style; it may define something twice."""
    line_end = draw(st.sampled_from(("\n", "\n", "\r\n", "\r")))
    gap = draw(st.sampled_from((" ", " ", line_end + "  ", line_end + "\t", "")))
    comment = draw(st.sampled_from(("", "", "", " /* c */", f" # c{line_end}")))
    pieces: list[str] = []
    for _ in range(draw(st.integers(0, 3))):
        path = ".".join(map(attr_name_literal, draw(PATHS)))
        nested = depth > 0 and draw(st.booleans())
        value = draw(attribute_sets(depth=depth - 1)) if nested else draw(VALUES)
        pieces.append(f"{path} = {value};" + draw(st.sampled_from(("", comment))))
    pieces.append(draw(st.sampled_from(("", "", comment.strip(" ")))))
    opening = draw(st.sampled_from(("{", "{", "rec {")))
    return opening + gap + gap.join(pieces) + draw(st.sampled_from((gap, line_end, " "))) + "}"


MERGED = (
    "(let m = a: b: a // builtins.mapAttrs (n: v: if a ? ${n} && builtins.isAttrs v then m a.${n} v else v) b; in m)"
)
"""The function that adds a set to another, at every depth."""


def valued(text: str, path: tuple[str, ...]) -> str:
    return f"({text}\n)." + ".".join(map(attr_name_literal, path))


@settings(max_examples=45)
@given(st.lists(st.tuples(attribute_sets(), PATHS, VALUES), min_size=8, max_size=20, unique=True))
def test_nix_finds_the_value_at_the_defined_path_and_all_else_as_it_was(
    batch: list[tuple[str, tuple[str, ...], str]],
) -> None:
    questions: list[str] = []
    for text, path, value in batch:
        file = parsed(text)
        attrset = file.root
        assert isinstance(attrset, AttrSet)
        edits = define(attrset, path, value)
        if find_problems(file) or edits is None:
            continue
        result = apply_edits(file.data, edits).decode()
        assert find_problems(parsed(result)) == (), (text, path, value, result)
        assert [one.text for one in comments(parsed(result))] == [one.text for one in comments(file)]
        addition = "{ " + ".".join(map(attr_name_literal, path)) + f" = {value}; }}"
        questions.append(f"[ ({valued(result, path)} == {value}) (({result}\n) == {MERGED} ({text}\n) {addition}) ]")
    assert evaluate_json(questions) == [[True, True]] * len(questions), questions


@st.composite
def functions(draw: st.DrawFn) -> str:
    """A function with formals in any style, separated in one way or in several."""
    names = draw(
        st.lists(st.sampled_from(("a", "b ? 1", "c ? {\n    x = 1;\n  }", "lib", "d ? 2")), max_size=4, unique=True)
    )
    separators = st.sampled_from((", ", ",", ",\n  ", "\n, ", " # c\n, ", ", # c\n  ", " /* c */, ", ",\r\n\t", " , "))
    separator = draw(separators)
    pieces = [name + draw(st.one_of(st.just(separator), separators)) for name in names]
    end = draw(st.sampled_from(("... ", "...\n", "... # c\n"))) if draw(st.booleans()) or not names else ""
    text = "".join(pieces) + end
    if not end:
        text = text.rstrip() if draw(st.booleans()) else text[: text.rindex(",")]
    formals = (
        "{" + draw(st.sampled_from((" ", "", "\n  ", " # c\n  "))) + text + draw(st.sampled_from((" ", "\n"))) + "}"
    )
    return draw(st.sampled_from(("{}: 1", "args@{}: 1", "{}@args:\n1"))).replace("{}", formals)


@settings(max_examples=30)
@given(st.lists(functions(), min_size=8, max_size=20, unique=True))
def test_nix_finds_the_added_formal_and_the_others_as_they_were(batch: list[str]) -> None:
    questions: list[str] = []
    for text in batch:
        if find_problems(parsed(text)):
            continue
        result = with_formal(text)
        if result is None:
            continue
        assert find_problems(parsed(result)) == (), (text, result)
        assert [one.text for one in comments(parsed(result))] == [one.text for one in comments(parsed(text))]
        arguments = "builtins.functionArgs"
        questions.append(f"{arguments} ({result}\n) == {arguments} ({text}\n) // {{ pkgs = false; }}")
    assert evaluate_json(questions) == [True] * len(questions), questions
