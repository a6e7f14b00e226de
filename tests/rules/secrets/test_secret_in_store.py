"""What reports say of a secret, beyond the places that the rules' examples show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nixlint.linting.finding import Confidence, Finding, Severity
from nixlint.linting.registry import load_registry
from nixlint.semantics.repository.definitions import string_literals, written_definitions
from nixlint.semantics.repository.repository import Repository

Check = Callable[[str], list[Finding]]


RULES = [rule for rule in load_registry().rules.values() if rule.finds_secrets and not rule.pedantic]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Runs the rules over the text of a file, as the runner does."""

    def run(text: str) -> list[Finding]:
        path = tmp_path / "configuration.nix"
        path.write_text(text)
        repository = Repository(tmp_path, [path])
        source = repository.open(path)
        subjects = [*written_definitions(source, repository), *string_literals(source, repository)]
        found = [
            (rule.name, finding._replace(severity=finding.severity or rule.severity))
            for subject in subjects
            for rule in RULES
            if type(subject) in rule.asks
            for finding in rule.check(subject, repository)
        ]
        return list({(name, finding.place): finding for name, finding in reversed(found)}.values())

    return run


@pytest.mark.parametrize(
    ("text", "severity", "confidence"),
    [
        ('{ users.users.a.password = "wonderland"; }', Severity.ERROR, Confidence.CERTAIN),
        ('{ users.users.a.initialPassword = "wonderland"; }', Severity.WARNING, Confidence.CERTAIN),
        ('{ users.users.a.password = "changeme"; }', Severity.ERROR, Confidence.CERTAIN),
        ('{ users.users.a.password = "admin"; }', Severity.ERROR, Confidence.CERTAIN),
        ('{ users.users.a.initialPassword = "changeme"; }', Severity.WARNING, Confidence.CERTAIN),
        ('{ services.icecast.admin.password = "changeme"; }', Severity.ERROR, Confidence.CERTAIN),
        ('{ services.app.settings.password = "changeme"; }', Severity.INFO, Confidence.PLACEHOLDER),
        (
            '{ services.grafana.settings.security.secret_key = "SW2YcwTIb9zpOOhoPsMm"; }',
            Severity.WARNING,
            Confidence.CERTAIN,
        ),
        ('{ services.a.settings.password = "wonderland"; }', Severity.WARNING, Confidence.LIKELY),
        ("{ services.a.passwordFile = ./password; }", Severity.WARNING, Confidence.LIKELY),
        ('{ services.a.passwordFile = builtins.toFile "a" "wonderland"; }', Severity.ERROR, Confidence.CERTAIN),
        ('{ services.a.settings.url = "redis://:wonderland@db"; }', Severity.WARNING, Confidence.LIKELY),
    ],
)
def test_severity_and_confidence_follow_from_what_is_certain(
    check: Check, text: str, severity: Severity, confidence: Confidence
) -> None:
    (finding,) = check(text)
    assert (finding.severity, finding.confidence) == (severity, confidence)


@pytest.mark.parametrize(
    "text",
    [
        '{ users.users.a.password = "wonderland"; }',
        'let p = "wonderland"; in { users.users.a.password = p; }',
        'let p = "wonderland"; in { services.a.settings.dsn.password = "${p}"; }',
        '{ services.a.passwordFile = builtins.toFile "a" "wonderland"; }',
        '{ services.a.settings.url = "redis://:wonderland@db"; }',
        '{ virtualisation.oci-containers.containers.a.cmd = [ "--password" "wonderland" ]; }',
        "{ environment.etc.a.text = ''\n  a = b\n  password = wonderland\n''; }",
    ],
)
def test_secret_is_in_no_text_of_a_finding_and_its_literal_is_masked(check: Check, text: str) -> None:
    (finding,) = check(text)
    said = " ".join(
        (finding.message, finding.help, finding.option or "", finding.evidence, *(n.message for n in finding.notes))
    )
    assert "wonderland" not in said
    literals = [finding.place.path.read_bytes()[place.span.start : place.span.end] for place in finding.redact]
    assert any(b"wonderland" in literal for literal in literals)


def test_finding_at_a_name_notes_where_the_literal_is(check: Check) -> None:
    (finding,) = check('let p = "wonderland"; in { users.users.a = { password = p; }; }')
    assert finding.option == "users.users.a.password"
    assert [note.place for note in finding.notes] == list(finding.redact)


def test_finding_of_a_written_file_names_the_function(check: Check) -> None:
    (finding,) = check('{ pkgs, ... }: { services.a.passwordFile = pkgs.writeText "a" "wonderland"; }')
    assert finding.message.startswith("services.a.passwordFile is fed by pkgs.writeText, so the password is readable")


def test_token_is_found_once_wherever_it_is_used(check: Check) -> None:
    token = "ghp_" + "aB3" * 12
    (finding,) = check(f'let t = "{token}"; in {{ services.a.settings.token = t; }}')
    assert finding.confidence is Confidence.CERTAIN


def test_help_knows_the_option_that_takes_a_file(check: Check) -> None:
    (user,) = check('{ users.users.a.password = "wonderland"; }')
    (container,) = check('{ virtualisation.oci-containers.containers.a.environment.A_TOKEN = "wonderland"; }')
    assert "hashedPasswordFile" in user.help
    assert "environmentFiles" in container.help


@pytest.mark.parametrize(
    "text",
    [
        '{ services.a.settings.token = "%s"; }',
        '{ pkgs, ... }: { services.a.tokenFile = pkgs.writeText "t" "%s"; }',
        '{ virtualisation.oci-containers.containers.a.environment.A_TOKEN = "%s"; }',
        '{ virtualisation.oci-containers.containers.a.extraOptions = [ "-e" "A_TOKEN=%s" ]; }',
        '{ systemd.services.a.serviceConfig.Environment = "A_TOKEN=%s"; }',
    ],
)
def test_what_shows_itself_is_one_finding_whatever_option_it_stands_at(check: Check, text: str) -> None:
    assert len(check(text % ("ghp_" + "aB3" * 12))) == 1
    assert len(check(text % "postgres://app:waterfall9@db/app")) <= 1


def test_help_says_what_an_option_takes_in_the_place_of_the_secret(check: Check) -> None:
    (finding,) = check('{ services.grafana.settings.security.secret_key = "wonderland"; }')
    assert 'write "$__file{/run/secrets/<name>}" there' in finding.help


def test_help_names_the_option_for_a_file_in_the_names_of_the_definition(check: Check) -> None:
    (finding,) = check('{ containers.c.config = { ... }: { services.gitea.database.password = "wonderland"; }; }')
    assert "use services.gitea.database.passwordFile" in finding.help
    (finding,) = check('{ services.kimai.sites.time.settings.mailer_password = "wonderland"; }')
    assert "use services.kimai.sites.time.environmentFile" in finding.help
