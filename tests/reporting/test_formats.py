"""The formats that other programs take: SARIF, and the commands of GitHub's workflows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nixlint.reporting.formats import FORMATS
from tests.cli.running import nixlint
from tests.linting.workbench import write_files


def sarif(folder: Path, *arguments: str) -> dict[str, Any]:
    ran = nixlint(folder, "check", "--no-cache", "--format", "sarif", *arguments)
    assert ran.err == ""
    log = json.loads(ran.out)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def uri_of(result: dict[str, Any]) -> object:
    (location,) = result["locations"]
    return location["physicalLocation"]["artifactLocation"]["uri"]


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_ends_its_last_line(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, {"a.nix": "{ containers.web.config = { }; }\n"})
    assert nixlint(tmp_path, "check", "--no-cache", "--format", name).out.endswith("\n")


def test_sarif_places_a_finding_and_names_its_rule(tmp_path: Path) -> None:
    write_files(tmp_path, {"a b.nix": "{\n  /* é */ containers.web.config = { };\n}\n"})
    run = sarif(tmp_path)

    (result,) = run["results"]
    rules = run["tool"]["driver"]["rules"]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "NL101"
    assert result["level"] == "error"
    assert result["suppressions"] == []
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b.nix"},
        "region": {"startLine": 2, "startColumn": 22, "endLine": 2, "endColumn": 25},
    }


def test_sarif_holds_suppressed_findings_as_suppressed(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": "{ containers.web.config = { }; } # nixlint: ignore[NL101] it keeps nothing\n"})
    (result,) = sarif(tmp_path)["results"]
    assert result["suppressions"] == [{"kind": "inSource"}]


def test_sarif_says_what_was_not_checked(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": "{ }\n", "b.nix": b"\x00\x01"})
    (invocation,) = sarif(tmp_path, ".", "nowhere.nix")["invocations"]
    assert invocation["executionSuccessful"] is False
    notifications = invocation["toolExecutionNotifications"]
    levels = {uri_of(notification): notification["level"] for notification in notifications}
    assert levels == {"nowhere.nix": "error", "b.nix": "note"}


def test_sarif_keeps_a_name_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "a\udcff.nix").write_text("{ containers.web.config = { }; }\n")
    (result,) = sarif(tmp_path)["results"]
    assert uri_of(result) == "a%FF.nix"


def test_a_workflow_command_cannot_be_broken_out_of(tmp_path: Path) -> None:
    write_files(tmp_path, {"a,b:c%0A::stop-commands::x\n::d.nix": "{ containers.web.config = { }; }\n"})
    out = nixlint(tmp_path, "check", "--no-cache", "--format", "github").out
    properties, _, message = out.removeprefix("::error ").partition("::")
    assert properties.split(",")[0] == "file=a%2Cb%3Ac%250A%3A%3Astop-commands%3A%3Ax\\x0a%3A%3Ad.nix"
    assert message.startswith("container 'web' never sets")
    assert out.count("\n") == 1


def test_a_workflow_command_has_the_help_on_a_line_of_its_own(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": "{ containers.web.config = { }; }\n"})
    out = nixlint(tmp_path, "check", "--no-cache", "--format", "github").out
    assert ",title=container-missing-state-version (NL101)::container 'web' never sets" in out
    assert "%0Aset system.stateVersion in the container's config" in out


@pytest.mark.parametrize("name", FORMATS)
def test_no_file_name_is_a_command_to_a_workflow(tmp_path: Path, name: str) -> None:
    for file in ("::error::a.nix", "  ::stop-commands::x.nix", "a\n::error::b.nix", "##[error]c.nix"):
        (tmp_path / file).write_text("{ containers.web.config = { }; }\n")
    ran = nixlint(tmp_path, "check", "--no-cache", "--format", name)
    commands = [line for line in (ran.out + ran.err).splitlines() if line.lstrip().startswith(("::", "##["))]
    assert len(commands) == (4 if name == "github" else 0)
    assert all(line.startswith("::error file=") for line in commands)
