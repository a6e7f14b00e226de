"""Where something stands: a file and a span in it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from .span import Span


class Place(NamedTuple):
    """A span of a file. Light on purpose: it holds no text, so that keeping one keeps no file in memory."""

    path: Path
    span: Span
