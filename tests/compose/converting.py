"""Conversions as tests ask for them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from nixlint.compose.loading import Request
from nixlint.conversion.convert import Conversion, ConversionRequest, convert
from nixlint.deployment.target import Backend, SecretStore, Target

CORPUS = Path(os.environ.get("NIXLINT_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
"""Compose files with what the reference loader makes of them; beside the project, and no part of it."""


def need_corpus() -> None:
    """Skip the test where the corpus isn't there."""
    if not (CORPUS / "models").is_dir():
        pytest.skip(f"the corpus of Compose files is not at {CORPUS}")


def corpus_models() -> list[dict[str, Any]]:
    """What the reference makes of each file of the corpus."""
    need_corpus()
    return [json.loads(path.read_text()) for path in sorted((CORPUS / "models").rglob("*.json"))]


def corpus_file(model: dict[str, Any]) -> Path:
    """The file of the corpus that a model is of."""
    return CORPUS / "compose" / str(model["file"])


def converted(
    text: str,
    folder: Path,
    *,
    backend: str = "podman",
    release: str = "26.05",
    secrets: str = "env-file",
    environment: dict[str, str] | None = None,
    profiles: tuple[str, ...] = (),
    **options: Any,  # noqa: ANN401  # as ConversionRequest has them
) -> Conversion:
    """The conversion of one Compose file."""
    file = folder / "compose.yaml"
    file.write_text(text)
    return convert_file(
        file,
        Target(Backend(backend), release, SecretStore(secrets), options.pop("user", None)),
        environment or {},
        profiles,
        **options,
    )


def convert_file(
    file: Path,
    target: Target,
    environment: dict[str, str],
    profiles: tuple[str, ...] = ("*",),
    **options: Any,  # noqa: ANN401  # as ConversionRequest has them
) -> Conversion:
    """The conversion of a file of a project named ``proj``."""
    return convert(
        ConversionRequest(Request((file,), "proj", environment), target, profiles, shown="compose.yaml", **options)
    )


def module_text(conversion: Conversion) -> str:
    """The text of the only module."""
    ((_, text),) = conversion.modules
    return text


def remarks(conversion: Conversion) -> list[tuple[str, str]]:
    """The kinds and keys of the remarks."""
    return [(remark.kind.value, remark.key) for remark in conversion.remarks]
