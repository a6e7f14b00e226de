"""What the fixes of the rules' examples change, as the real Nix sees it: the option fixed, and nothing else.

``fixes_as_nix_sees_them.txt`` is there to be read: under each example, the nodes of the module that are not what they
were. ``python -m tests.rules.test_fixes_as_nix_sees_them`` writes it anew; what changes in it is to be looked at.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from nixlint.linting.registry import load_registry
from nixlint.linting.rule import Bad
from nixlint.linting.testing import files_of, marked_spans
from tests.nix.module_tree import differences, module_tree

_SEEN = Path(__file__).with_name("fixes_as_nix_sees_them.txt")
_LIB = Path(__file__).parents[1] / "nix" / "lib.nix"

_FIXED = {
    f"{rule.name}: {example.title}": example
    for rule in load_registry().rules.values()
    for example in rule.examples
    if isinstance(example, Bad) and example.fixed is not None
}


@pytest.mark.parametrize("title", _FIXED)
def test_a_fix_changes_what_it_says_and_nothing_else(title: str, tmp_path: Path) -> None:
    assert _changes(_FIXED[title], tmp_path) == _seen().get(title)


def test_every_example_that_nix_saw_is_still_there() -> None:
    assert list(_seen()) == list(_FIXED)


def _changes(example: Bad, folder: Path) -> list[str]:
    """The differences in each file that the fix changes, after the name of the file."""
    assert example.fixed is not None
    before = {name: marked_spans(text.encode())[0] for name, text in files_of(example.files).items()}
    after = {**before, **{name: text.encode() for name, text in files_of(example.fixed).items()}}
    return list(_differences(_written(before, folder / "before"), _written(after, folder / "after"), after))


def _written(files: Mapping[str, bytes], folder: Path) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    return folder


def _differences(before: Path, after: Path, files: Mapping[str, bytes]) -> Iterator[str]:
    for name in files:
        if name.endswith(".nix"):
            was = module_tree(before / name, _LIB, before) if (before / name).exists() else {}
            for line in differences(was, module_tree(after / name, _LIB, after)):
                yield f"{name}: {line}"


def _seen() -> dict[str, list[str]]:
    """The examples of the file, and the lines below each."""
    blocks = (block.splitlines() for block in _SEEN.read_text("utf-8").strip().split("\n\n"))
    return {title: [line.strip() for line in lines] for title, *lines in blocks}


def _write() -> None:
    with _SEEN.open("w", encoding="utf-8") as file:
        for title, example in _FIXED.items():
            with tempfile.TemporaryDirectory() as folder:
                changes = _changes(example, Path(folder))
            file.write(title + "\n" + "".join(f"    {line}\n" for line in changes) + "\n")


if __name__ == "__main__":
    _write()
