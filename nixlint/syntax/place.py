"""Where something stands: a file and a span in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .span import Span


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a file. Light on purpose: it holds no text, so that keeping one keeps no file in memory."""

    path: Path
    span: Span
