"""Reading files that may be anything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nixlint.linting.reading import NotRegularFile, read_file


def test_what_is_no_regular_file_is_refused_and_not_left_open(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    free = os.dup(0)
    os.close(free)

    for path in (tmp_path, fifo):
        with pytest.raises(NotRegularFile):
            read_file(path)

    # The system gives the lowest descriptor that is free.
    again = os.dup(0)
    os.close(again)
    assert again == free
