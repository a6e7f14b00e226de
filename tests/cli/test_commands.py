"""The commands: their exit codes, formats, streams and manners."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from nixlint import __version__, data
from tests.linting.workbench import NO_VERSION, write_files

from .running import clean_environment, nixlint

SCHEMA = json.loads((Path(data.__file__).parent / "report.schema.json").read_text("utf-8"))
EPHEMERAL = "{ containers.tmp = { ephemeral = true; config = { }; }; }\n"
"""A finding of severity info."""


@pytest.mark.parametrize(
    ("text", "arguments", "code"),
    [
        ("{ }", (), 0),
        (NO_VERSION, (), 1),
        (NO_VERSION, ("--fail-on", "never"), 0),
        (EPHEMERAL, (), 0),
        (EPHEMERAL, ("--fail-on", "info"), 1),
        (EPHEMERAL, ("--fail-on", "error"), 0),
        (NO_VERSION, ("nowhere.nix", "."), 2),
        (NO_VERSION, ("nowhere.nix", ".", "--fail-on", "never"), 2),
        (NO_VERSION, ("--ignore", "NL101"), 0),
        (NO_VERSION, ("--select", "NL001,NL101"), 1),
        ("# nixlint: ignore-file[NL101] a test\n" + NO_VERSION, (), 0),
    ],
)
def test_check_exits_0_for_nothing_1_for_findings_and_2_where_it_could_not_do_its_job(
    tmp_path: Path, text: str, arguments: tuple[str, ...], code: int
) -> None:
    write_files(tmp_path, {"a.nix": text})

    assert nixlint(tmp_path, "check", *arguments).code == code


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("check", "--select", "sintax-error"), "unknown rule 'sintax-error'; did you mean 'syntax-error'?"),
        (("explain", "container-missing-stat-version"), "did you mean 'container-missing-state-version'?"),
        (("chek",), "there is no command 'chek'; did you mean 'check'?"),
        (("check", "--format", "xml"), "'xml' is not one of 'text', 'concise', 'json'"),
        (("check", "--stdin-filename", "a.nix"), "--stdin-filename goes with the path '-'"),
        (("check", "--config", "nowhere.toml"), "nowhere.toml: cannot be read: no such file or directory"),
    ],
)
def test_a_wrong_command_line_is_told_with_what_was_meant_and_exits_2(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    write_files(tmp_path, {"a.nix": "{ }"})

    ran = nixlint(tmp_path, *arguments)

    assert ran.code == 2
    assert message in ran.err


def test_text_shows_the_source_with_the_span_marked_why_and_what_to_do(tmp_path: Path) -> None:
    write_files(tmp_path, {"host/a.nix": NO_VERSION, "nixlint.toml": 'nixos-release = "26.05"\n'})

    ran = nixlint(tmp_path, "check")

    assert ran.out == (
        "error[container-missing-state-version]: container 'web' never sets system.stateVersion, so it takes the release "
        "it is evaluated with: a channel upgrade moves its services to new versions and new data directories\n"
        " --> host/a.nix:2:14\n"
        "  |\n"
        "2 |   containers.web.config = { services.nginx.enable = true; };\n"
        "  |              ^^^\n"
        "  |\n"
        "  help: set system.stateVersion in the container's config to the release under which its data was made\n"
        "  fix: Set system.stateVersion = \"26.05\" in container 'web' (nixlint fix --unsafe-fixes)\n"
        "\n"
        "Found 1 error in 1 file.\nTo be fixed: 1 with nixlint fix --unsafe-fixes.\n"
    )


def test_json_is_the_document_that_the_schema_describes(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": NO_VERSION, "b.nix": b"\0GITCRYPT", "nixlint.toml": 'nixos-release = "26.05"\n'})

    ran = nixlint(tmp_path, "check", "--format", "json", "a.nix", "b.nix", "c.nix")

    jsonschema.validate(ran.document, SCHEMA)
    (finding,) = ran.document["findings"]
    fingerprint = finding.pop("fingerprint")
    assert isinstance(fingerprint, str)
    assert len(fingerprint) == 16
    assert finding == {
        "rule": "container-missing-state-version",
        "code": "NL101",
        "severity": "error",
        "confidence": "certain",
        "message": "container 'web' never sets system.stateVersion, so it takes the release it is evaluated with: "
        "a channel upgrade moves its services to new versions and new data directories",
        "help": "set system.stateVersion in the container's config to the release under which its data was made",
        "notes": [],
        "page": "docs/rules/container-missing-state-version.md",
        "file": "a.nix",
        "start": {"line": 2, "column": 14, "offset": 15},
        "end": {"line": 2, "column": 17, "offset": 18},
        "option": "containers.web.config.system.stateVersion",
        "container": "web",
        "suppressed": False,
        "fix": {
            "safety": "unsafe",
            "summary": "Set system.stateVersion = \"26.05\" in container 'web'",
            "edits": [{"file": "a.nix", "start": 59, "end": 59, "text": ' system.stateVersion = "26.05";'}],
        },
    }
    assert ran.document["errors"] == [
        {"message": "cannot be read: no such file or directory", "file": "c.nix", "start": None}
    ]
    assert ran.document["skipped"] == [{"file": "b.nix", "reason": "it is encrypted with git-crypt"}]
    assert (ran.code, ran.err) == (2, "")


def test_what_is_piped_in_is_checked_under_the_name_that_is_given(tmp_path: Path) -> None:
    ran = nixlint(
        tmp_path, "check", "--format", "concise", "-", "--stdin-filename", "hosts/x.nix", stdin=NO_VERSION.encode()
    )

    assert ran.code == 1
    assert ran.out.startswith("hosts/x.nix:2:14: error[container-missing-state-version]")


def test_fix_writes_safe_fixes_and_names_what_is_left_for_unsafe_ones(tmp_path: Path) -> None:
    text = NO_VERSION.replace("{\n", "{\n  # nixlint: ignore[NL102] once\n", 1)
    write_files(tmp_path, {"a.nix": text, "nixlint.toml": 'nixos-release = "26.05"\n'})

    ran = nixlint(tmp_path, "fix")
    assert (ran.code, (tmp_path / "a.nix").read_text()) == (0, NO_VERSION)
    assert ran.err.splitlines()[-1] == "Fixed 1 in 1 file; 1 left, 1 of them to be fixed with --unsafe-fixes."

    ran = nixlint(tmp_path, "fix", "--unsafe-fixes")
    fixed = NO_VERSION.replace("true; }", 'true; system.stateVersion = "26.05"; }')
    assert (ran.code, (tmp_path / "a.nix").read_text()) == (0, fixed)
    assert nixlint(tmp_path, "fix", "--unsafe-fixes").err == "Fixed 0 in 0 files; 0 left.\n"


def test_a_diff_is_shown_and_nothing_is_written(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": NO_VERSION, "nixlint.toml": 'nixos-release = "26.05"\n'})

    ran = nixlint(tmp_path, "fix", "--unsafe-fixes", "--diff")

    assert ran.code == 1
    assert ran.out == (
        "--- a/a.nix\n+++ b/a.nix\n@@ -1,3 +1,3 @@\n {\n"
        "-  containers.web.config = { services.nginx.enable = true; };\n"
        '+  containers.web.config = { services.nginx.enable = true; system.stateVersion = "26.05"; };\n }\n'
    )
    assert (tmp_path / "a.nix").read_text() == NO_VERSION


def test_a_diff_of_nothing_is_no_reason_to_fail(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": "{ }\n"})
    assert nixlint(tmp_path, "fix", "--unsafe-fixes", "--diff").code == 0


def test_nothing_is_said_to_be_without_findings_that_was_not_checked(tmp_path: Path) -> None:
    ran = nixlint(tmp_path, "check", "nope")
    assert ran.code == 2
    assert ran.out == "Nothing was checked.\n"
    assert ran.err == "error: nope: cannot be read: no such file or directory\n"


def test_findings_are_counted_by_the_name_of_their_severity(tmp_path: Path) -> None:
    image = 'virtualisation.oci-containers.containers.a = { image = "a:latest"; }'
    write_files(tmp_path, {"a.nix": f"{{ {image}; }}\n"})
    assert "Found 1 info in 1 file." in nixlint(tmp_path, "check").out


def test_the_list_of_rules_says_which_are_pedantic(tmp_path: Path) -> None:
    rows = nixlint(tmp_path, "rules").out.splitlines()
    (row,) = [row for row in rows if row.startswith("NL501 ")]
    assert " pedantic " in row
    (row,) = [row for row in rows if row.startswith("NL101 ")]
    assert "pedantic" not in row


def test_fix_says_on_request_why_a_fix_is_not_offered(tmp_path: Path) -> None:
    text = '{ services.grafana = { settings.server.protocol = "http"; } // { domain = "x"; }; }\n'
    write_files(tmp_path, {"configuration.nix": text, "nixlint.toml": 'nixos-release = "25.05"\n'})

    quiet = nixlint(tmp_path, "fix")
    told = nixlint(tmp_path, "fix", "--diff", "-v")

    assert (quiet.code, told.code) == (0, 0)
    assert "not offered" not in quiet.err
    assert "not offered configuration.nix:1:66: services.grafana.settings.server" in told.err
    assert (tmp_path / "configuration.nix").read_text("utf-8") == text


def test_what_is_piped_in_is_fixed_to_standard_output(tmp_path: Path) -> None:
    write_files(tmp_path, {"nixlint.toml": 'nixos-release = "26.05"\n'})

    ran = nixlint(tmp_path, "fix", "--unsafe-fixes", "-", stdin=NO_VERSION.encode())

    assert ran.out == NO_VERSION.replace("true; }", 'true; system.stateVersion = "26.05"; }')
    assert nixlint(tmp_path, "fix", "-", stdin=b"{ a = 1; }").out == "{ a = 1; }"


def test_explain_prints_the_page_of_a_rule_by_name_or_code(tmp_path: Path) -> None:
    ran = nixlint(tmp_path, "explain", "nl101")

    assert ran.code == 0
    assert ran.out.startswith("# container-missing-state-version\n")
    assert "## Why it matters" in ran.out
    assert ran.out == nixlint(tmp_path, "explain", "container-missing-state-version").out


def test_rules_lists_every_rule_as_text_and_as_json(tmp_path: Path) -> None:
    listed = json.loads(nixlint(tmp_path, "rules", "--format", "json").out)
    lines = nixlint(tmp_path, "rules").out.splitlines()

    assert [rule["code"] for rule in listed] == [line.split()[0] for line in lines]
    assert {"container-missing-state-version", "secret-in-store", "container-host-resolv-conf"} <= {
        rule["name"] for rule in listed
    }


def test_init_writes_a_configuration_that_is_valid_and_never_over_another(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": "{ }"})

    assert nixlint(tmp_path, "init").code == 0
    written = (tmp_path / "nixlint.toml").read_text()
    assert nixlint(tmp_path, "check").code == 0
    (tmp_path / "nixlint.toml").write_text(
        written.replace("# [", "[").replace('# "', '"').replace("# select", "select")
    )
    assert nixlint(tmp_path, "check").code == 0

    ran = nixlint(tmp_path, "init")
    assert (ran.code, ran.err) == (2, "Error: there is a nixlint.toml here already\n")


def test_version_is_the_packages(tmp_path: Path) -> None:
    assert nixlint(tmp_path, "version").out == f"nixlint {__version__}\n"
    assert nixlint(tmp_path, "--version").out == f"nixlint {__version__}\n"


def test_colours_follow_the_environment_and_the_option(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": NO_VERSION})

    def coloured(*arguments: str, **environment: str) -> bool:
        return "\x1b[" in nixlint(tmp_path, "check", *arguments, environment=environment).out

    assert not coloured()
    assert coloured(FORCE_COLOR="1")
    assert coloured("--color", "always")
    assert coloured("--color", "always", NO_COLOR="1")
    assert not coloured(FORCE_COLOR="1", NO_COLOR="1")


def test_on_a_terminal_there_are_colours_and_lines_as_wide_as_it_is(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": NO_VERSION})
    controller, terminal = pty.openpty()
    environment = {**clean_environment(tmp_path), "COLUMNS": "60", "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "nixlint", "check"], cwd=tmp_path, stdout=terminal, stderr=terminal, env=environment
    )
    os.close(terminal)
    shown = b""
    try:
        while piece := os.read(controller, 65536):
            shown += piece
    except OSError:  # Linux says so when the last writer has gone
        pass
    os.close(controller)

    assert process.wait() == 1
    text = shown.decode().replace("\r\n", "\n").replace("\r\x1b[K", "")
    assert "\x1b[1;31merror" in text
    plain = _without_colours(text).split("\n")
    assert max(len(line) for line in plain) <= 60
    assert len([line for line in plain if "stateVersion" in line]) >= 2


def test_no_control_character_of_a_source_reaches_the_terminal(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": NO_VERSION.replace("web", '"w\x1b]0;x\x07\u202eb"')})

    out = nixlint(tmp_path, "check").out

    assert "\x1b" not in out
    assert "\x07" not in out
    assert "\u202e" not in out
    assert "w\\x1b]0;x\\x07\\u{202e}b" in out


def test_a_reader_that_goes_away_is_no_reason_for_a_traceback(tmp_path: Path) -> None:
    text = "[\n" + "".join(f"  {{ containers.c{n} = {{ config = {{ }}; }}; }}\n" for n in range(2000)) + "]\n"
    write_files(tmp_path, {"a.nix": f"{{ imports = {text}; }}"})
    process = subprocess.Popen(
        [sys.executable, "-m", "nixlint", "check", "--format", "concise"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    error = process.stderr.read()
    process.stderr.close()

    assert process.wait() == 1
    assert error == b""


def _without_colours(text: str) -> str:
    out, rest = "", text
    while "\x1b[" in rest:
        before, _, rest = rest.partition("\x1b[")
        out += before
        rest = rest.partition("m")[2]
    return out + rest
