"""The password that an engine logs in with is found by the rules about files of secrets; it needs no rule of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.linting.run.runner import run
from tests.linting.workbench import REGISTRY, request, write_files


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ('"${pkgs.writeText "pw" "birdsong7"}"', "secret-file-written-to-store"),
        ('toString (pkgs.writeText "pw" "birdsong7")', "secret-file-written-to-store"),
        ("./password", "secret-file-copied-to-store"),
        ('"${./password}"', "secret-file-copied-to-store"),
        ('"/run/secrets/registry"', None),
        ("config.sops.secrets.registry.path", None),
    ],
)
def test_login_password_in_the_store_is_found_once(tmp_path: Path, value: str, rule: str | None) -> None:
    container = (
        f'image = "a:1"; login = {{ username = "me"; registry = "registry.example.org"; passwordFile = {value}; }};'
    )
    write_files(
        tmp_path,
        {"a.nix": f"{{ config, pkgs, ... }}: {{ virtualisation.oci-containers.containers.a = {{ {container} }}; }}\n"},
    )

    report = run(request(tmp_path), REGISTRY)

    found = [each.rule for each in report.findings if "passwordFile" in (each.finding.option or each.finding.message)]
    assert found == ([] if rule is None else [rule])
