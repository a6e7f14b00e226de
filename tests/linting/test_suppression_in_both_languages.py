"""A comment suppresses the same in a Nix file and in a Compose file."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.linting.fixes.applying import fix

from .workbench import REGISTRY, found, lint, request, write_files

NIX = """\
HEAD
{
  virtualisation.oci-containers.containers.web = {
    image = "example/web:1.0";
    extraOptions = [
      ABOVE
      "--privileged" BESIDE
    ];
  };
  virtualisation.oci-containers.backend = "podman";
}
"""
COMPOSE = """\
HEAD
services:
  web:
    image: example/web:1.0
    ABOVE
    privileged: true BESIDE
"""
PRIVILEGED = "oci-privileged"

CASES = [
    # where, the comment, whether the finding is suppressed, what is said of the comment
    ("BESIDE", "# nixlint: ignore[oci-privileged] a reason", True, []),
    ("BESIDE", "# nixlint: ignore[CODE]", True, []),
    ("BESIDE", "# nixlint:ignore[oci-privileged]", True, []),
    ("BESIDE", "# It drives the GPU. nixlint: ignore[oci-privileged]", True, []),
    ("ABOVE", "# nixlint: ignore[oci-privileged, CODE]", True, []),
    ("ABOVE", "# nixlint: ignore[oci-privileged]\n\n      # It drives the GPU.", True, []),
    ("HEAD", "# nixlint: ignore-file[oci-privileged]", True, []),
    ("HEAD", "# nixlint: ignore[oci-privileged]", False, ["unused-suppression"]),
    ("BESIDE", "# nixlint: ignore[oci-engine-socket]", False, ["unused-suppression"]),
    ("BESIDE", "# nixlint: ignore[no-such-rule]", False, ["unused-suppression"]),
    ("BESIDE", "# nixlint: ignore[oci-privileged, no-such-rule]", True, ["unused-suppression"]),
    ("BESIDE", "# nixlint: ignore oci-privileged", False, ["malformed-suppression"]),
    ("BESIDE", "# nixlint: ignore: oci-privileged", False, ["malformed-suppression"]),
    ("BESIDE", "# nixlint: disable[oci-privileged]", False, ["malformed-suppression"]),
    ("BESIDE", "# nixlint: ignore[]", False, ["malformed-suppression"]),
    ("HEAD", "# nixlint: ignore-file", False, ["malformed-suppression"]),
    ("BESIDE", "# it was found by nixlint: oci-privileged", False, []),
]


@pytest.mark.parametrize(("name", "text"), [("a.nix", NIX), ("compose.yaml", COMPOSE)])
@pytest.mark.parametrize(("where", "comment", "suppressed", "said"), CASES)
def test_a_directive_means_the_same_in_both(
    tmp_path: Path, name: str, text: str, where: str, comment: str, suppressed: bool, said: list[str]
) -> None:
    code = REGISTRY.rules[PRIVILEGED].code
    for place in ("HEAD", "ABOVE", "BESIDE"):
        text = text.replace(place, comment.replace("CODE", code) if place == where else "#" * (place != "BESIDE"))
    write_files(tmp_path, {name: text})

    report = lint(tmp_path)

    assert not report.failures
    assert [item.suppressed for item in report.findings if item.rule == PRIVILEGED] == [suppressed]
    assert [rule for rule, _, _ in found(report) if rule.endswith("-suppression")] == said


def test_what_only_looks_like_a_comment_in_a_compose_file_suppresses_nothing(tmp_path: Path) -> None:
    text = COMPOSE.replace("HEAD", "#").replace("ABOVE", "labels: { a: 'b # nixlint: ignore[no-such-rule]' }")
    text = text.replace("BESIDE", "\n    command: |\n      # nixlint: ignore-file[oci-privileged]\n      true")
    write_files(tmp_path, {"compose.yaml": text})

    assert PRIVILEGED in [rule for rule, _, _ in found(lint(tmp_path))]
    assert "unused-suppression" not in [rule for rule, _, _ in found(lint(tmp_path))]


def test_a_comment_behind_the_mark_of_a_block_is_one(tmp_path: Path) -> None:
    text = COMPOSE.replace("HEAD", "#").replace("ABOVE", "command: | # nixlint: ignore[no-such-rule]\n      true")
    write_files(tmp_path, {"compose.yaml": text.replace("BESIDE", "")})

    assert "unused-suppression" in [rule for rule, _, _ in found(lint(tmp_path))]


def test_no_comment_of_a_compose_file_is_edited(tmp_path: Path) -> None:
    text = COMPOSE.replace("HEAD", "# nixlint: ignore-file[no-such-rule]").replace("ABOVE", "#").replace("BESIDE", "")
    write_files(tmp_path, {"compose.yaml": text})

    assert fix(request(tmp_path), REGISTRY, unsafe=False).files == ()
