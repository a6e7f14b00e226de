"""Generated modules of NixOS, for comparison of the module system with the real Nix.

The options are ``a.b``, ``a.c``, ``a.d`` and ``e``, all of them integers. What a module may not know is ``config.flag``:
Nix evaluates every module with either value of it.
"""

from __future__ import annotations

from hypothesis import strategies as st

OPTIONS = (("a", "b"), ("a", "c"), ("a", "d"), ("e",))

_CERTAIN = ("true", "false", "(1 == 1)", "(1 == 2)", "(!false)")
_UNCERTAIN = ("config.flag", "(!config.flag)", "(config.flag || false)", "(config.flag && true)")


@st.composite
def modules(draw: st.DrawFn, certain: bool = False, depth: int = 2) -> str:
    """A module; with ``certain`` none that looks at ``config.flag``."""
    body = draw(_bodies(certain, depth))
    imports = draw(st.lists(modules(certain, depth - 1), max_size=2)) if depth else []
    imported = f"imports = [ {' '.join(f'({module})' for module in imports)} ]; " if imports else ""
    shape = draw(st.sampled_from(("shorthand", "config", "condition", "merge", "options")))
    match shape:
        case "shorthand":
            text = f"{{ {imported}{body} }}"
        case "config":
            text = f"{{ {imported}config = {{ {body} }}; }}"
        case "options":
            text = f"{{ {imported}options = {{ }}; config = {{ {body} }}; }}"
        case "condition":
            text = f"{{ {imported}config = lib.mkIf {draw(_conditions(certain))} {{ {body} }}; }}"
        case _:
            other = draw(_bodies(certain, 0))
            text = f"{{ {imported}config = lib.mkMerge [ {{ {body} }} {{ {other} }} ]; }}"
    head = draw(st.sampled_from(("{ config, lib, ... }: ", "args@{ config, lib, ... }: with lib; ")))
    return head + text


@st.composite
def _bodies(draw: st.DrawFn, certain: bool, depth: int) -> str:
    """Bindings of some options, each at most once."""
    names = draw(st.sets(st.sampled_from("bcd"), max_size=3))
    parts = [f"e = {draw(_values(certain, depth))};"] if draw(st.booleans()) else []
    below = {name: draw(_values(certain, depth)) for name in sorted(names)}
    if below:
        parts.append(draw(_nested(below, certain)))
    return " ".join(parts)


@st.composite
def _nested(draw: st.DrawFn, below: dict[str, str], certain: bool) -> str:
    """Bindings of options below ``a``, in one of the ways to write them."""
    inner = " ".join(f"{name} = {value};" for name, value in below.items())
    condition = draw(_conditions(certain))
    ways = [
        " ".join(f"a.{name} = {value};" for name, value in below.items()),
        f"a = {{ {inner} }};",
        f"a = lib.mkIf {condition} {{ {inner} }};",
        f"a = lib.mkMerge [ {{ {inner} }} (lib.mkIf {condition} {{ d = 9; }}) ];",
        f"a = {{ {inner} }} // {{ d = 8; }};",
        f"a = lib.optionalAttrs {condition} {{ {inner} }};",
        f"a = if {condition} then {{ {inner} }} else {{ }};",
        f"a = let inherit ({{ {inner} }}) {' '.join(below)}; in {{ inherit {' '.join(below)}; }};",
        f"a = lib.mkForce {{ {inner} }};",
        f"a = lib.genAttrs [ {' '.join(repr(name) for name in below)} ] (name: 7);".replace("'", '"'),
    ]
    if not certain:
        ways.append('a.${if config.flag then "b" else "c"} = 5;')
    return draw(st.sampled_from(ways))


@st.composite
def _values(draw: st.DrawFn, certain: bool, depth: int) -> str:
    number = str(draw(st.integers(1, 4)))
    if not depth:
        return number
    inner = draw(_values(certain, depth - 1))
    return draw(
        st.sampled_from(
            (
                number,
                f"(lib.mkForce {inner})",
                f"(lib.mkDefault {inner})",
                f"(lib.mkOverride 70 {inner})",
                f"(lib.mkIf {draw(_conditions(certain))} {inner})",
                f"(lib.mkMerge [ {inner} ])",
                f"(lib.mkMerge [ (lib.mkIf {draw(_conditions(certain))} {inner}) ])",
                f"(lib.mkBefore {inner})",
            )
        )
    )


def _conditions(certain: bool) -> st.SearchStrategy[str]:
    return st.sampled_from(_CERTAIN if certain else (*_CERTAIN, *_UNCERTAIN))
