"""Which expressions of a file are modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.semantics.module_sites import module_sites
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
