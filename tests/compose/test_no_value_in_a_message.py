"""An error of loading is a sentence of this program; nothing of a file but its keys can be put into it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).parents[2] / "nixlint"
_RAISED = {"ComposeError": 0, "Warned": 0, "_Error": 1, "_fail": 2, "NotOfType": 0}
"""What takes a sentence, and as which of its arguments."""
_MADE_OF_SENTENCES = {
    "schema.py": {"'{}' + self.sentence"},  # a sentence of a table of sentences
    "loading.py": {"sentence"},  # one of two sentences, above
    "model.py": {"error.words"},  # the sentence of a NotOfType
}
"""Arguments that are no sentence written out, but that are put together from such."""


class Call(NamedTuple):
    where: str
    file: str
    argument: ast.expr


def _calls() -> Iterator[Call]:
    for path in sorted(_ROOT.rglob("*.py")):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)) if "compose" in text and path.name != "problem.py" else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _RAISED:
                index = _RAISED[node.func.id]
                if len(node.args) > index:
                    yield Call(f"{path.relative_to(_ROOT)}:{node.lineno}", path.name, node.args[index])


def _is_sentence(argument: ast.expr) -> bool:
    match argument:
        case ast.Constant(value=str()):
            return True
        case ast.IfExp(body=body, orelse=orelse):
            return _is_sentence(body) and _is_sentence(orelse)
        case ast.Name(id="one_of" | "_NO_NUMBER" | "_OUT_OF_RANGE"):
            return True
        case _:
            return False


def test_every_sentence_is_written_out_where_it_is_raised() -> None:
    calls = [*_calls()]
    wrong = [
        call.where
        for call in calls
        if not _is_sentence(call.argument)
        and ast.unparse(call.argument) not in _MADE_OF_SENTENCES.get(call.file, set())
    ]
    assert wrong == []
    assert len(calls) > 90


def test_no_text_is_made_showable_but_by_its_kind() -> None:
    wrong = [
        f"{path.relative_to(_ROOT)}:{node.lineno}"
        for path in sorted(_ROOT.rglob("*.py"))
        if path.name != "problem.py" and (path.parent.name == "compose" or "compose.problem" in path.read_text())
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Shown"
    ]
    assert wrong == []


def test_the_room_reads_no_file_but_through_its_door() -> None:
    forbidden = {"read_text", "read_bytes", "is_file", "exists", "is_dir", "iterdir", "glob", "resolve", "stat", "open"}
    wrong = []
    for path in sorted((_ROOT / "compose").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            opened = isinstance(node.func, ast.Name) and node.func.id == "open"
            is_known = "access" in ast.unparse(node) or "files('nixlint')" in ast.unparse(node)
            if opened or (called in forbidden and not is_known):
                wrong.append(f"{path.relative_to(_ROOT)}:{node.lineno}: {ast.unparse(node)[:60]}")
    assert wrong == []
