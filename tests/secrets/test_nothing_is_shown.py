"""Marked secrets in every place where people write them, every command in every format: no part of one comes out.

With ``NIXLINT_MORE_SECRETS=1`` each kind of secret is tried, without it one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nixlint.reporting.formats import FORMATS
from tests.cli.running import nixlint
from tests.linting.workbench import write_files

from .places_of_secrets import BROKEN, BROKEN_COMPOSE, COMPOSE, DATA, LET, NIX

SECRETS = {
    # Each is made for a place, so that the place is known from what comes out. 'mN' is in no other text of the files.
    "letters": "zQ{0:03d}Wj7kVxq",
    "symbols": "zQ{0:03d}%wJ!7kV=xq",
    "hex": "f0{0:03d}dfeecafe0123456789abcdef0123",
    "long": "zQ{0:03d}" + "Ab3dEf9hIjKlMn0pQrStUv5x" * 3,
}
KINDS = list(SECRETS) if os.environ.get("NIXLINT_MORE_SECRETS") else ["letters"]
FLAKE = (
    "{ outputs = { nixpkgs, ... }: "
    "{ nixosConfigurations.alpha = nixpkgs.lib.nixosSystem { modules = [ ./all.nix ]; }; }; }"
)
COMMANDS = [
    *(("check", ".", "--format", name) for name in FORMATS),
    ("check", ".", "--format", "json", "--pedantic"),
    ("check", ".", "--select", "NL101,NL201,NL206", "--pedantic"),
    ("fix", "--unsafe-fixes", "--diff", "."),
    *(("options", pattern) for pattern in ("services", "systemd", "virtualisation", "environment")),
    ("options", "--host", "alpha", "services"),
    ("options", "--format", "json", "services"),
    ("options", "--format", "json", "virtualisation"),
    ("options", "users.users.*.*"),
    ("options", "networking"),
    *(("inventory", "--format", each) for each in ("text", "json", "mermaid", "dot")),
    ("explain", "secret-in-text"),
]


_TELLING = len("zQ000")


class Places:
    """A repository with a secret in each place, and which place each secret is of."""

    def __init__(self, kind: str) -> None:
        self._form = SECRETS[kind]
        self.secrets: dict[str, str] = {}

    def filled(self, place: str, text: str) -> str:
        """A text with a secret of this place in it."""
        secret = self._form.format(len(self.secrets))
        self.secrets[secret] = place
        return text.replace("@S@", secret)

    def files(self) -> Iterator[tuple[str, str]]:
        """All files of the repository."""
        names = []
        for place, text in NIX.items():
            names.append(f"nix-{place}.nix")
            yield names[-1], self.filled(place, _module("", text, place))
        for place, (bound, text) in LET.items():
            names.append(f"let-{place}.nix")
            yield names[-1], self.filled(place, _module(bound, text, place))
        for place, text in BROKEN.items():
            yield f"broken-{place}.nix", self.filled(f"broken {place}", text)
        for name, text in DATA.items():
            yield name, self.filled(name, text)
        for place, text in BROKEN_COMPOSE.items():
            yield f"{place}/compose.yaml", self.filled(f"broken Compose {place}", text)
        yield "web/compose.yaml", self.filled("Compose", COMPOSE)
        yield "all.nix", f"{{ imports = [ {' '.join(f'./{name}' for name in names)} ]; }}\n"
        yield "flake.nix", FLAKE
        yield "nixlint.toml", 'nixos-release = "26.05"\n'

    def shown_in(self, output: str) -> list[str]:
        """The places whose secret, or the beginning or the end of it, is in an output."""
        found = {place for secret, place in self.secrets.items() if secret[:_TELLING] in output}
        return sorted(found or (["the end of one"] if self._form[-_TELLING:] in output else []))


def _module(bound: str, text: str, place: str) -> str:
    let = f"let {bound} in " if bound else ""
    first, *rest = text.split("\n")
    container = (
        f'containers.c-{place}.config = {{ }}; virtualisation.oci-containers.containers.{place} = {{ image = "b"; }};'
    )
    return f"{{ config, lib, pkgs, ... }}: {let}{{ {container} {first}\n" + "\n".join(rest) + "\n}\n"


@pytest.fixture(scope="module", params=KINDS)
def places(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Places]:
    folder = tmp_path_factory.mktemp("repository")
    found = Places(request.param)
    write_files(folder, dict(found.files()))
    return folder, found


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_command_shows_a_secret(places: tuple[Path, Places], arguments: tuple[str, ...]) -> None:
    folder, found = places

    ran = nixlint(folder, *arguments)

    assert ran.code in (0, 1, 2)
    assert len(ran.out) > 40
    assert found.shown_in(ran.out + ran.err) == []


def test_the_cache_keeps_no_secret(places: tuple[Path, Places], tmp_path: Path) -> None:
    folder, found = places

    for _ in range(2):
        ran = nixlint(folder, "check", ".", "--cache-dir", str(tmp_path / "cache"))
        assert found.shown_in(ran.out + ran.err) == []

    kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert kept
    assert [found.shown_in(path.read_text("utf-8", "replace")) for path in kept] == [[] for _ in kept]


@pytest.mark.parametrize("store", ["env-file", "sops", "agenix"])
def test_no_conversion_shows_a_secret(places: tuple[Path, Places], tmp_path: Path, store: str) -> None:
    folder, found = places
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    module, report = tmp_path / "web.nix", tmp_path / "report.json"

    ran = nixlint(
        folder / "web", "convert", "--secrets", store, "-o", str(module), "--report", str(report), environment=state
    )

    assert ran.code == 0, ran.err
    assert found.shown_in(ran.out + ran.err) == []
    assert found.shown_in(report.read_text()) == []
    assert found.shown_in(module.read_text()) == []
    ran = nixlint(folder / "web", "convert", "--secrets", "env-file", "-o", str(module), "--check", environment=state)
    assert found.shown_in(ran.out + ran.err) == []


@pytest.mark.parametrize("place", BROKEN_COMPOSE)
def test_no_refusal_of_a_compose_file_shows_a_secret(places: tuple[Path, Places], place: str) -> None:
    folder, found = places
    ran = nixlint(folder / place, "convert")
    assert found.shown_in(ran.out + ran.err) == []


def test_a_finding_about_a_file_that_is_read_shows_how_it_is_read(tmp_path: Path) -> None:
    text = (
        '{ lib, ... }: { services.a.environment.TOKEN = lib.removeSuffix "\\n" (builtins.readFile "${./.}/token"); }\n'
    )
    (tmp_path / "a.nix").write_text(text)
    shown = nixlint(tmp_path, "check", "--no-cache").out
    assert "secret-read-at-evaluation" in shown
    assert text.strip() in shown
