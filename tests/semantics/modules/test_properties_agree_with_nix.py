"""Properties within properties mean what they mean to Nix, wherever they stand and whatever put them together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from tests.nix.module_agreement import contradictions, verdicts
from tests.nix.module_referee import reports, write
from tests.semantics.modules.nix_modules import Repo

_PROPERTIES = (
    "mkIf true",
    "mkIf false",
    "mkForce",
    "mkDefault",
    "mkOverride 100",
    "mkMerge [ (",
    "mkOrder 5",
)
_UNKNOWN = "mkIf config.sys.flag"


def around(properties: tuple[str, ...], value: str) -> str:
    """A value with properties around it, the first outermost."""
    for each in reversed(properties):
        value = f"({each}{value}) ])" if each.endswith("(") else f"({each} {value})"
    return value


def chains(properties: tuple[str, ...], most: int) -> Iterator[tuple[str, ...]]:
    for length in range(1, most + 1):
        yield from product(properties, repeat=length)


def module(definitions: str) -> Repo:
    """A host with these definitions, and plain ones of the same options in another module."""
    others = "{ svc.level = 9; net = lib.mkDefault { port = 9; }; files.db = 9; containers.db.autoStart = true; }"
    own = "{ my.here.level = 9; }"
    raw = "lib.mkOption { type = lib.types.raw; }"
    declared = f"options.my.here = {{ on = {raw}; level = {raw}; }};"
    text = (
        f"{{ config, lib, ... }}: with lib; {{ imports = [ ({{ lib, ... }}: {others}) "
        f"({{ lib, ... }}: {{ {declared} config = {own}; }}) ]; config = {{ {definitions} }}; }}"
    )
    return Repo({"configuration.nix": text}, "sys.flag" in definitions, ("here",))


def disagreements(repos: list[Repo], folder: Path) -> list[str]:
    """What nixlint says that Nix contradicts; a host that Nix refuses is left out, but not all may be."""
    folders = write(repos, folder)
    found = list(zip(repos, folders, reports(repos, folders), strict=True))
    refused = [repo for repo, _, report in found if isinstance(report, str)]
    assert len(refused) < len(found) / 2
    return [
        f"{problem}\n{repo.text()}"
        for repo, root, report in found
        if not isinstance(report, str)
        for problem in contradictions(verdicts(root, report))
    ]


@pytest.mark.parametrize("option", ["svc.level", "my.here.level", "files.web", "containers.web.address"])
def test_around_an_option(option: str, tmp_path: Path) -> None:
    repos = [module(f"{option} = {around(chain, '1')};") for chain in chains((*_PROPERTIES, _UNKNOWN), 2)]
    repos += [
        module(f"{option} = {around((one, *chain), '1')};")
        for one in ("mkForce", "mkIf true")
        for chain in product(_PROPERTIES, repeat=2)
    ]

    assert disagreements(repos, tmp_path) == []


@pytest.mark.parametrize("option", ["svc", "my.here"])
def test_around_a_set_of_options_and_within(option: str, tmp_path: Path) -> None:
    above = tuple(each for each in (*_PROPERTIES, _UNKNOWN) if "Order" not in each)
    repos = [
        module(f"{option} = {around(outer, '{ level = ' + around(inner, '1') + '; }')};")
        for outer in chains(above, 2)
        for inner in ((), ("mkForce",), ("mkIf false",))
    ]

    assert disagreements(repos, tmp_path) == []


@pytest.mark.parametrize("option", ["files", "containers", "containers.web"])
def test_around_an_option_that_holds_a_set_and_within(option: str, tmp_path: Path) -> None:
    content = {
        "files": ("db", "1"),
        "containers": ("web", "{ address = 1; config.svc.level = mkIf false 2; }"),
        "containers.web": ("config", "{ svc.level = mkDefault 1; }"),
    }
    name, value = content[option]
    repos = [
        module(f"{option} = {around(outer, '{ ' + name + ' = ' + around(inner, value) + '; }')};")
        for outer in chains(("mkIf false", "mkForce", "mkOverride 100", "mkMerge [ (", "mkOrder 5"), 2)
        for inner in ((), ("mkForce",), ("mkIf false",))
    ]

    assert disagreements(repos, tmp_path) == []


@pytest.mark.parametrize("option", ["svc", "containers.web"])
def test_sets_put_together_with_properties_in_them(option: str, tmp_path: Path) -> None:
    names = {"svc": ("level", "on"), "containers.web": ("address", "autoStart")}
    one, other = names[option]
    sides = [around(chain, f"{{ {one} = 1; }}") for chain in [(), *chains((*_PROPERTIES[:-1], _UNKNOWN), 1)]]
    sides += [around(("mkIf true", "mkForce"), f"{{ {one} = mkForce 2; }}"), f"{{ {one} = mkIf false 2; }}"]
    rights = [*sides, f"(mkIf false {{ {other} = 3; }})", f"(mkForce {{ {other} = mkIf false 3; }})"]
    repos = [
        module(f"{option} = {combined};")
        for left, right in product(sides, rights)
        for combined in (
            f"{left} // {right}",
            f"(lib.recursiveUpdate {{ x = {left}; }} {{ x = {right}; }}).x",
        )
    ]
    repos += [
        module(f"{option} = {function} {side};")
        for side in sides
        for function in (
            "lib.mapAttrs (_: value: value)",
            f'lib.filterAttrs (name: _: name != "{one}")',
            f'(set: removeAttrs set [ "{one}" ])',
            "lib.mapAttrs' (name: value: { inherit name value; })",
        )
    ]

    assert disagreements(repos, tmp_path) == []
