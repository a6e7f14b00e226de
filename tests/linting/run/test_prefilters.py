"""A filter makes a run faster and never changes what it finds: not by what stands in which file."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from shutil import copytree
from typing import NamedTuple

import pytest

from nixlint.linting import subjects
from nixlint.linting.finding import Report
from nixlint.linting.registry import load_registry
from nixlint.linting.rule import Bad, Rule
from tests.linting.workbench import REGISTRY, found, lint, write_files

_FIXTURES = sorted(path for path in (Path(__file__).parents[3] / "fixtures").iterdir() if path.is_dir())


@pytest.fixture
def no_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in which nothing is left out for the words that a file has not."""
    monkeypatch.setattr(subjects, "_KINDS", {name: kind._replace(words=()) for name, kind in subjects._KINDS.items()})
    for rule in REGISTRY.rules.values():
        monkeypatch.setattr(type(rule), "words", ())
        monkeypatch.setattr(type(rule), "names", None)
        monkeypatch.setattr(type(rule), "may_concern", Rule.may_concern)
        monkeypatch.setattr(type(rule), "may_be_at", Rule.may_be_at)


def _everything(report: Report) -> list[object]:
    return [(item.rule, item.path, item.start, item.end, item.finding.message) for item in report.findings]


@pytest.mark.parametrize("fixture", _FIXTURES, ids=lambda path: path.name)
def test_a_run_without_filters_finds_the_same(fixture: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    alone = tmp_path / fixture.name
    copytree(fixture, alone)
    filtered = _everything(lint(alone))
    request.getfixturevalue("no_filters")
    assert _everything(lint(alone)) == filtered


class _Place(NamedTuple):
    """Where the body of a container stands: the text in the file of the host, with the other files."""

    name: str
    host: str
    files: Mapping[str, str]


_BODY = """{
  image = "docker.io/library/nginx:latest";
  privileged = true;
  volumes = [ "/var/run/docker.sock:/var/run/docker.sock" ];
  extraOptions = [ "--cap-add=SYS_ADMIN" "--security-opt=seccomp=unconfined" ];
  ports = [ "8080:80" ];
}"""
_NSPAWN = '{ privateNetwork = true; localAddress = "10.0.0.2"; config = { ... }: { services.nginx.enable = true; }; }'
_PLACES = (
    _Place("written in place", "@body@", {}),
    _Place("imported", "import ./body.nix", {"body.nix": "@body@\n"}),
    _Place("in a let", "(let it = @body@; in it)", {}),
    _Place("made by a function of another file", "import ./make.nix { }", {"make.nix": "{ }: @body@\n"}),
    _Place("two files away", "import ./a.nix", {"a.nix": "import ./b.nix\n", "b.nix": "@body@\n"}),
    _Place("merged", "({ } // import ./body.nix)", {"body.nix": "@body@\n"}),
    _Place("in a set of another file", "(import ./all.nix).it", {"all.nix": "{ it = @body@; }\n"}),
    _Place("called as packages are", "(pkgs.callPackage ./body.nix { })", {"body.nix": "{ lib }: @body@\n"}),
)
_KINDS = {
    "one OCI container": ("virtualisation.oci-containers.containers.web = @it@;", _BODY),
    "all OCI containers": ("virtualisation.oci-containers.containers = @it@;", f"{{ web = {_BODY}; }}"),
    "all of oci-containers": ("virtualisation.oci-containers = @it@;", f"{{ containers.web = {_BODY}; }}"),
    "one native container": ("containers.web = @it@;", _NSPAWN),
    "all native containers": ("containers = @it@;", f"{{ web = {_NSPAWN}; }}"),
}


def _files(kind: str, place: _Place, flake: bool) -> Mapping[str, str]:
    definition, body = _KINDS[kind]
    host = definition.replace("@it@", place.host).replace("@body@", body)
    files = {name: text.replace("@body@", body) for name, text in place.files.items()}
    files["configuration.nix"] = f"{{ pkgs, ... }}: {{\n  {host}\n}}\n"
    if flake:
        files["flake.nix"] = (
            "{ outputs = { nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem {"
            " modules = [ ./configuration.nix ]; }; }; }\n"
        )
    return files


_CASES = list(product(_KINDS, _PLACES, (False, True)))
_IDS = [f"{kind}, {place.name}, {'on a host' if flake else 'alone'}" for kind, place, flake in _CASES]


@pytest.mark.parametrize(("kind", "place", "flake"), _CASES, ids=_IDS)
def test_it_does_not_matter_in_which_file_a_container_is_written(
    kind: str, place: _Place, flake: bool, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    write_files(tmp_path, _files(kind, place, flake))
    filtered = lint(tmp_path)
    if "callPackage" not in place.host:
        (tmp_path / "in-place").mkdir()
        write_files(tmp_path / "in-place", _files(kind, _PLACES[0], flake))
        expected = sorted({rule for rule, _, _ in found(lint(tmp_path / "in-place"))})
        assert expected
        assert sorted({rule for rule, path, _ in found(filtered) if not path.startswith("in-place")}) == expected
    request.getfixturevalue("no_filters")
    unfiltered = lint(tmp_path, *(str(path.relative_to(tmp_path)) for path in sorted(tmp_path.glob("*.nix"))))
    assert _everything(unfiltered) == [item for item in _everything(filtered) if "in-place" not in str(item)]


def test_a_rule_about_containers_filters_no_files() -> None:
    textual = {"WrittenDefinition", "StringLiteral"}
    for rule in load_registry().rules.values():
        if rule.words:
            assert {kind.__name__ for kind in rule.asks} <= textual, rule.name


def test_every_bad_example_has_a_word_of_its_rule() -> None:
    for rule in load_registry().rules.values():
        for example in (each for each in rule.examples if isinstance(each, Bad) and rule.words):
            texts = [example.files] if isinstance(example.files, str) else list(example.files.values())
            assert any(word in text.encode() for word in rule.words for text in texts), (rule.name, example.title)
