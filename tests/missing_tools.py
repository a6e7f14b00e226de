"""What a test does without a tool that it compares with: in continuous integration it fails, elsewhere it is skipped."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def lacking(message: str) -> NoReturn:
    """End the test; ``message`` says which tool is missing and what to install."""
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
