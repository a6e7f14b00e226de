"""Which expressions of a file are modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.semantics.modules.module_sites import module_sites
from nixlint.syntax.source_file import SourceFile


def sites(text: str) -> list[str]:
    """The texts of the modules that define ``containers``."""
    source = SourceFile.parse(Path("/a.nix"), text.encode())
    return [source.data[site.span.start : site.span.end].decode() for site in module_sites(source, "containers")]


MODULE = "{ containers.web = { }; }"


@pytest.mark.parametrize(
    "text",
    [
        f"{{ nixosModules.web = {MODULE}; }}",
        f"{{ nodes.web = {MODULE}; }}",
        f"let web = {MODULE}; in {{ }}",
        f"{{ x = [ ]; flake.modules.nixos.web = {MODULE}; }}",
    ],
)
def test_a_set_is_a_module_by_what_it_is_bound_to(text: str) -> None:
    assert sites(text) == [MODULE]


@pytest.mark.parametrize(
    "text",
    [
        f"{{ options.modules.logs = {MODULE}; }}",
        f"{{ options = {{ modules.logs = {MODULE}; }}; }}",
        f"{{ programs.firefox.profiles.me = {MODULE}; }}",
    ],
)
def test_declarations_of_options_and_values_of_others_are_no_modules(text: str) -> None:
    assert sites(text) == []


CONTAINER = "{ containers.inner = { }; }"


@pytest.mark.parametrize(
    "text",
    [
        f"{{ containers.web.config = {CONTAINER}; }}",
        f"{{ containers.web = {{ autoStart = true; config = {CONTAINER}; }}; }}",
        f"{{ containers = {{ web = {{ config = {CONTAINER}; }}; }}; }}",
        f"{{ config = {{ containers.web = {{ config = {CONTAINER}; }}; }}; }}",
    ],
)
def test_the_configuration_of_a_container_is_a_module_of_another_system(text: str) -> None:
    source = SourceFile.parse(Path("/a.nix"), text.encode())
    with_containers = module_sites(source, "containers", in_containers=True)
    assert [site for site in with_containers if site not in module_sites(source, "containers")] == [
        site for site in with_containers if source.data[site.span.start : site.span.end] == CONTAINER.encode()
    ]
    assert len(with_containers) == 2


@pytest.mark.parametrize(
    "value",
    [
        f"{{ config, lib, ... }}: {MODULE}",
        f'let key = "x"; in {{ config, lib, ... }}: {MODULE}',
        f"with builtins; let key = 1; in ({{ pkgs, ... }}: {MODULE})",
    ],
)
def test_a_function_of_what_modules_get_is_one_whatever_it_is_bound_to_and_whatever_is_around(value: str) -> None:
    assert sites(f"{{ my.aspects.web.nixos = {value}; }}") == [value]


@pytest.mark.parametrize(
    "value", [f"{{ name, port }}: {MODULE}", f"let key = 1; in {{ name, port }}: {MODULE}", f"let key = 1; in {MODULE}"]
)
def test_a_function_of_something_else_is_none(value: str) -> None:
    assert sites(f"{{ my.aspects.web.nixos = {value}; }}") == []
