"""What the tests of the packaging share."""

from __future__ import annotations

from pathlib import Path

import pytest

from .work_tree import copy_work_tree, made_once


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share, where pytest runs in several."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if own.name.startswith("popen-") else own


@pytest.fixture(scope="session")
def work_tree(shared_folder: Path) -> Path:
    """A clean copy of the work tree."""
    return made_once(shared_folder / "work-tree", copy_work_tree)
