"""The judge of findings: samples that stay, verdicts that are kept, and what a change turned."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.findings import (
    Found,
    Identity,
    MalformedVerdictError,
    Verdict,
    is_worse,
    main,
    parse_verdicts,
    reading_list,
    sample,
    turned_by,
    turned_lines,
    verdict_text,
)

FIRST = Identity("one", "oci-privileged", "0123456789abcdef")
SECOND = Identity("one", "oci-privileged", "123456789abcdef0")
THIRD = Identity("two", "secret-in-store", "23456789abcdef01")


def found(identity: Identity) -> Found:
    return Found(identity, "web.nix:1:1", "error, certain: it is so")


def test_a_sample_does_not_change_with_what_else_is_found() -> None:
    findings = [found(Identity("one", "r", f"{number:016x}")) for number in range(40)]
    before, after = sample(findings[:30], 30, "7"), sample(findings, 40, "7")
    assert [item for item in after if item in before] == before
    assert sample(findings, 5, "8") != after[:5]


def test_what_was_read_is_counted_and_not_asked_for_again() -> None:
    lines = list(reading_list([found(FIRST), found(SECOND)], {FIRST: Verdict("wrong", "a dead branch")}, 30, "0"))
    assert lines[0] == "oci-privileged: 2 findings in 1 repositories; 0 right, 1 wrong, 0 unwanted"
    assert "\t".join((*SECOND, "?")) in lines
    assert not any(FIRST.fingerprint in line for line in lines)


def test_verdicts_survive_being_written() -> None:
    verdicts = {THIRD: Verdict("unwanted", "a machine for trials"), FIRST: Verdict("right", "")}
    assert parse_verdicts(verdict_text(verdicts).splitlines()) == verdicts


@pytest.mark.parametrize(
    "line", ["one\trule\tf\tperhaps", "one\trule\tf\twrong", "one rule f right", "one\trule\t\tright"]
)
def test_a_line_that_is_no_verdict_is_refused(line: str) -> None:
    with pytest.raises(MalformedVerdictError, match="line 1"):
        parse_verdicts([line])


def test_a_change_shows_which_verdicts_it_turned() -> None:
    verdicts = {FIRST: Verdict("right", ""), SECOND: Verdict("wrong", "no secret")}
    turned = turned_by([FIRST], [SECOND, THIRD], verdicts)
    assert (turned.vanished, turned.returned, turned.new) == ((FIRST,), (SECOND,), (THIRD,))
    assert list(turned_lines(turned, verdicts))[-1] == "1 vanished, 1 returned, 1 new without a verdict"


def test_only_a_lost_truth_or_a_false_alarm_is_worse() -> None:
    verdicts = {FIRST: Verdict("right", ""), SECOND: Verdict("wrong", "no secret")}
    assert is_worse(turned_by([FIRST], [], verdicts), verdicts)
    assert is_worse(turned_by([], [SECOND], verdicts), verdicts)
    assert not is_worse(turned_by([SECOND], [FIRST, THIRD], verdicts), verdicts)


def test_a_run_is_compared_with_the_run_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository, verdicts, before = tmp_path / "one", tmp_path / "verdicts.tsv", tmp_path / "before.tsv"
    repository.mkdir()
    module = repository / "web.nix"
    module.write_text("{ containers.web = { config = { }; }; }\n")
    assert main(["--verdicts", str(verdicts), "--run", str(before), str(repository)]) == 0
    (identity,) = (line.split("\t") for line in before.read_text().splitlines())
    assert identity[1] == "container-missing-state-version"
    verdicts.write_text("\t".join((*identity, "right")) + "\n")
    module.write_text('{ containers.web = { config = { system.stateVersion = "25.05"; }; }; }\n')
    assert main(["--verdicts", str(verdicts), "--before", str(before), str(repository)]) == 1
    assert "vanished: right: one container-missing-state-version" in capsys.readouterr().out
