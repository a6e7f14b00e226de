"""A run as a whole: what it reports, in which order, and what it survives."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from nixlint.containers.host.system import HostSystem
from nixlint.linting.finding import Confidence, Finding, Severity
from nixlint.linting.registry import Registry
from nixlint.linting.rule import Rule
from nixlint.linting.run.request import Request, StandardInput
from nixlint.linting.run.runner import run
from nixlint.semantics.repository.definitions import StringLiteral
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import NO_VERSION, REGISTRY, found, lint, registry_of, request, write_files

MISSING = "container-missing-state-version"


class _Raises(Rule[StringLiteral]):
    """A rule with a defect."""

    name, code = "raises", "XX001"
    severity, confidence = Severity.ERROR, Confidence.CERTAIN
    asks = (StringLiteral,)
    examples = ()

    def check(self, subject: StringLiteral, _repository: Repository) -> Iterator[Finding]:
        if subject.parts == ("raise",):
            raise KeyError("hunter2")
        yield Finding(subject.place, "a string")


def test_findings_come_in_the_order_of_files_and_places_however_the_files_are_given(tmp_path: Path) -> None:
    write_files(tmp_path, {"b.nix": NO_VERSION.replace("web", "b"), "a/a.nix": NO_VERSION, "c.nix": "{"})
    expected = [(MISSING, "a/a.nix", 2), (MISSING, "b.nix", 2), ("syntax-error", "c.nix", 1)]

    assert found(lint(tmp_path)) == expected
    assert found(lint(tmp_path, "c.nix", "b.nix", "a")) == expected


def test_a_rule_that_raises_costs_one_finding_and_its_message_does_not_quote_the_exception(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": '[ "one" "raise" "two" ]\n', "b.nix": NO_VERSION})

    report = lint(tmp_path, registry=Registry({**REGISTRY.rules, **registry_of(_Raises()).rules}))

    assert found(report) == [("raises", "a.nix", 1), ("raises", "a.nix", 1), (MISSING, "b.nix", 2)]
    (failure,) = report.failures
    assert failure.path == "a.nix"
    assert failure.position is not None
    assert (failure.position.line, failure.position.column) == (1, 9)
    assert failure.message.startswith("internal error in XX001 (raises): KeyError at test_runner.py:")
    assert "hunter2" not in failure.message


def test_a_file_that_does_not_parse_has_only_findings_about_that(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": NO_VERSION + "}"})

    assert [rule for rule, _, _ in found(lint(tmp_path))] == ["syntax-error"]


def test_a_file_that_only_older_versions_of_nix_refuse_is_looked_into(tmp_path: Path) -> None:
    merged = '{\n  services = { nginx = { enable = true; }; };\n  services = { nginx = { user = "web"; }; };\n'
    write_files(tmp_path, {"a.nix": merged + "  containers.db = { autoStart = true; config = { }; };\n}\n"})

    assert found(lint(tmp_path)) == [(MISSING, "a.nix", 4)]


def test_what_rests_on_something_unknown_is_shown_only_to_the_pedantic(tmp_path: Path) -> None:
    text = "{ inputs, ... }: { containers.web = { autoStart = true; config.imports = [ inputs.x.y ]; }; }\n"
    write_files(tmp_path, {"a.nix": text})

    assert found(lint(tmp_path)) == []
    report = run(request(tmp_path, pedantic=True), REGISTRY)
    assert [(item.rule, item.confidence) for item in report.findings] == [(MISSING, Confidence.POSSIBLE)]


class _Pedantic(Rule[StringLiteral]):
    """A rule that only those want who ask for it."""

    name = "pedantic"
    code = "XX003"
    severity = Severity.INFO
    confidence = Confidence.CERTAIN
    asks = (StringLiteral,)
    pedantic = True
    examples = ()

    def check(self, subject: StringLiteral, repository: Repository) -> Iterator[Finding]:
        yield Finding(subject.place, "a string")


def test_a_pedantic_rule_runs_only_for_those_who_ask_for_it(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": '{ x = "y"; }'})
    registry = registry_of(_Pedantic())

    assert found(lint(tmp_path, registry=registry)) == []
    assert found(run(request(tmp_path, pedantic=True), registry)) == [("pedantic", "a.nix", 1)]
    assert found(run(request(tmp_path, select=frozenset({"pedantic"})), registry)) == [("pedantic", "a.nix", 1)]


def test_standard_input_stands_in_the_place_of_a_file_and_sees_the_files_around_it(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": "{ }", "base.nix": '{ system.stateVersion = "24.05"; }'})
    path = tmp_path / "a.nix"

    def findings(text: bytes) -> list[tuple[str, str, int]]:
        return found(run(Request((path,), tmp_path, standard_input=StandardInput(path, text)), REGISTRY))

    assert findings(NO_VERSION.encode()) == [(MISSING, "a.nix", 2)]
    assert findings(b"{ containers.web.config.imports = [ ./base.nix ]; }") == []


def test_a_finding_is_reported_once_and_where_it_is_even_when_another_file_leads_to_it(tmp_path: Path) -> None:
    write_files(tmp_path, {"flake.nix": "{ }", "configuration.nix": "{ containers = import ./web.nix; }"})
    write_files(tmp_path, {"web.nix": "{\n  web = { autoStart = true; config = { }; };\n}\n"})

    assert found(lint(tmp_path)) == [(MISSING, "web.nix", 2)]
    assert found(lint(tmp_path, "configuration.nix")) == [(MISSING, "web.nix", 2)]


def test_modules_that_import_each_other_are_survived(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "a.nix": "{ imports = [ ./b.nix ./. ]; containers.web.config = { imports = [ ./a.nix ]; }; }",
            "b.nix": "{ imports = [ ./a.nix ]; }",
            "default.nix": "import ./a.nix",
        },
    )

    assert [(rule, path) for rule, path, _ in found(lint(tmp_path))] == [(MISSING, "a.nix")]


def test_the_fingerprint_survives_moving_lines_and_tells_equal_findings_apart(tmp_path: Path) -> None:
    one = NO_VERSION.removeprefix("{").removesuffix("}\n")

    def fingerprints(text: str) -> list[str]:
        write_files(tmp_path, {"flake.nix": "{ }", "a.nix": text})
        return [item.fingerprint for item in lint(tmp_path).findings]

    before = fingerprints("{" + one + "}\n")
    assert fingerprints("\n\n# moved\n{" + one + "}\n") == before
    assert fingerprints("{" + one.replace("web", "other") + "}\n") != before
    both = fingerprints("{ x.nixosModules.a = {" + one + "}; x.nixosModules.b = {" + one + "}; }\n")
    assert len(set(both)) == 2
    assert before[0] in both


def test_memory_does_not_grow_with_the_number_of_files(tmp_path: Path) -> None:
    text = "{ pkgs, ... }:\n{\n  environment.systemPackages = [ pkgs.git ];\n}\n"
    filler = "".join(f"  # line {number} of a module that says nothing of note\n" for number in range(400))
    names = [f"m{number}.nix" for number in range(400)]
    write_files(tmp_path, dict.fromkeys(names, filler + text))
    lint(tmp_path, *names[:80])  # what is imported and cached once

    def tidy(done: int, total: int) -> None:
        # When the collector comes by itself depends on all objects there are, those of other tests included.
        if done % 25 == 0:
            gc.collect()

    def peak(count: int) -> int:
        tracemalloc.start()
        run(request(tmp_path, *names[:count])._replace(progress=tidy), REGISTRY)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(400) < peak(100) * 1.5


@pytest.mark.parametrize("count", [0, 3])
def test_progress_is_told_before_each_file(tmp_path: Path, count: int) -> None:
    write_files(tmp_path, {f"{number}.nix": "{ }" for number in range(count)})
    told: list[tuple[int, int]] = []

    run(Request((tmp_path,), tmp_path, progress=lambda done, total: told.append((done, total))), REGISTRY)

    assert told == [(done, count) for done in range(count)]


class _NamesHosts(Rule[HostSystem]):
    """A rule about whole hosts."""

    name, code = "names-hosts", "XX002"
    severity, confidence = Severity.ERROR, Confidence.CERTAIN
    asks = (HostSystem,)
    examples = ()

    def check(self, subject: HostSystem, _repository: Repository) -> Iterator[Finding]:
        for definition in subject.ask("networking", "nat", "enable").definitions if subject.is_whole else ():
            if definition.name_place is not None:
                yield Finding(definition.name_place, f"host {subject.name}")


HOST = {
    "configuration.nix": "{ imports = [ ./nat.nix ]; containers.web.config = { ... }: { }; }\n",
    "nat.nix": "{\n  # nixlint: ignore[names-hosts] -- known\n  networking.nat.enable = true;\n}\n",
}


def test_rules_about_hosts_are_asked_once_all_files_are_read(tmp_path: Path) -> None:
    write_files(tmp_path, HOST | {"nat.nix": "{ networking.nat.enable = true; }\n"})
    report = lint(tmp_path, registry=registry_of(_NamesHosts()))

    assert [(item.path, item.finding.message) for item in report.findings] == [("nat.nix", f"host {tmp_path.name}")]


def test_what_is_found_about_a_host_in_a_file_that_is_not_checked_is_left_out(tmp_path: Path) -> None:
    write_files(tmp_path, HOST | {"nat.nix": "{ networking.nat.enable = true; }\n", "other.nix": "{ nat = 1; }\n"})

    assert found(lint(tmp_path, "other.nix", registry=registry_of(_NamesHosts()))) == []
    assert len(found(lint(tmp_path, "nat.nix", registry=registry_of(_NamesHosts())))) == 1


def test_a_comment_suppresses_what_is_found_about_a_host(tmp_path: Path) -> None:
    write_files(tmp_path, HOST)
    report = lint(tmp_path, registry=registry_of(_NamesHosts()))

    assert [item.suppressed for item in report.findings] == [True]
