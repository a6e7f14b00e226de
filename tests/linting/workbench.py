"""A folder with files, and short ways to lint it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from nixlint.linting.finding import Report
from nixlint.linting.registry import AnyRule, Registry, load_registry
from nixlint.linting.rule import Rule, SubjectT
from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run

REGISTRY = load_registry()

NO_VERSION = "{\n  containers.web.config = { services.nginx.enable = true; };\n}\n"
"""A container without a state version: one finding of container-missing-state-version, on line 2."""


def registry_of(*rules: Rule[SubjectT]) -> Registry:
    """A registry of these rules alone."""
    # Which subjects a rule asks about is known only when it runs, so a registry's rules have no common type of subject.
    return Registry({rule.name: cast("AnyRule", rule) for rule in rules})


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def request(
    folder: Path,
    *paths: str,
    select: frozenset[str] | None = None,
    ignore: frozenset[str] = frozenset(),
    pedantic: bool = False,
    configuration: Path | None = None,
    isolated: bool = False,
) -> Request:
    """A request for paths below a folder, and for the folder itself where none is given."""
    asked = tuple(folder / path for path in paths) or (folder,)
    return Request(asked, folder, select, ignore, pedantic, configuration, isolated)


def lint(folder: Path, *paths: str, registry: Registry = REGISTRY) -> Report:
    """What a check of paths below a folder finds."""
    return run(request(folder, *paths), registry)


def found(report: Report) -> list[tuple[str, str, int]]:
    """The findings that are not suppressed, as rule, file and line."""
    return [(item.rule, item.path, item.start.line) for item in report.findings if not item.suppressed]


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder, with nobody's configuration."""
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)
