"""What the models of builtins and lib know is what the functions themselves give.

Each case is put to Nix with definitions of our own (``tests/nix/library.nix``), and with the lib of nixpkgs where
``NIXLINT_NIXPKGS_LIB`` names its folder.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from nixlint.files.tree import Tree
from nixlint.semantics.language import symbols
from nixlint.semantics.language.file_tree import FileTree
from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.library import names, registry
from nixlint.semantics.language.values import Known, SymbolValue, Value
from nixlint.syntax.source_file import SourceFile
from tests.nix.nix_referee import evaluate_json
from tests.semantics.language.holes import HOLE, with_holes
from tests.semantics.language.known_values import agrees, as_json
from tests.semantics.language.library_cases import CASES, FILES, WITH_FILES

OWN_LIB = Path(__file__).parents[2] / "nix" / "library.nix"
NIXPKGS_LIB = os.environ.get("NIXLINT_NIXPKGS_LIB")
LIBRARIES = [OWN_LIB] if NIXPKGS_LIB is None else [OWN_LIB, Path(NIXPKGS_LIB)]
CONCERNS = sorted(set(names.CONCERN_OF.values()))


def cases_of(concern: str) -> list[str]:
    return [case for name, cases in CASES.items() if names.CONCERN_OF[name] == concern for case in cases]


def evaluated(program: str, root: Path = Path("/generated")) -> Value | None:
    """The value of a program; ``None`` where it is none."""
    interpreter = Interpreter(
        lambda path: SourceFile.parse(path, path.read_bytes()) if path.is_file() else None, FileTree(Tree(root))
    )
    source = SourceFile.parse(root / "program.nix", program.encode())
    given = {"lib": Known(SymbolValue(symbols.LIB)), HOLE: Known(SymbolValue((HOLE,)))}
    if source.root.has_error:
        return None
    return interpreter.evaluate(source.root, interpreter.globals.binding(given))


def in_nix(programs: list[str], library: Path) -> list[object]:
    return evaluate_json([f"let lib = import {library}; in {program}" for program in programs])


def typed(data: object) -> str:
    """Data as text, in which 1, 1.0 and true differ."""
    return json.dumps(data, sort_keys=True)


def known(program: str, root: Path = Path("/generated")) -> object:
    value = evaluated(program, root)
    assert value is not None, program
    return as_json(value)


@pytest.mark.parametrize("concern", CONCERNS)
@pytest.mark.parametrize("library", LIBRARIES, ids=["own", "nixpkgs"][: len(LIBRARIES)])
def test_every_call_is_known_and_gives_what_nix_gives(library: Path, concern: str) -> None:
    cases = cases_of(concern)
    for case, expected in zip(cases, in_nix(cases, library), strict=True):
        assert typed(known(case)) == typed(expected), case


@pytest.mark.parametrize("concern", CONCERNS)
def test_nothing_is_known_wrongly_when_a_literal_is_not_known(concern: str) -> None:
    cases = cases_of(concern)
    for case, expected in zip(cases, in_nix(cases, OWN_LIB), strict=True):
        for program in with_holes(case):
            value = evaluated(program)
            assert value is None or agrees(value, expected), program


@pytest.mark.parametrize("library", LIBRARIES, ids=["own", "nixpkgs"][: len(LIBRARIES)])
def test_functions_that_look_at_files_see_what_nix_sees(library: Path, tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    cases = [case for found in WITH_FILES.values() for case in found]
    there = [case.replace("./.", str(tmp_path)).replace("./", f"{tmp_path}/") for case in cases]
    for case, expected in zip(there, in_nix(there, library), strict=True):
        assert known(case, tmp_path) == expected, case


def test_every_modelled_function_has_a_case() -> None:
    assert CASES.keys() | WITH_FILES.keys() == names.CONCERN_OF.keys()


@pytest.mark.parametrize("concern", CONCERNS)
def test_the_table_of_names_is_what_the_modules_register(concern: str) -> None:
    assert registry.registered(concern) == {name for name, of in names.CONCERN_OF.items() if of == concern}


def test_a_file_outside_the_repository_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "outside.json").write_text("1", "utf-8")
    (tmp_path / "inside" / "link").symlink_to(tmp_path)
    for program in ("builtins.pathExists ../outside.json", "lib.importJSON ../outside.json", "builtins.readDir ../.",
                    "lib.importJSON ./link/outside.json", "builtins.pathExists ./link/outside.json"):  # fmt: skip
        value = evaluated(program, tmp_path / "inside")
        assert value is not None
        assert type(value).__name__ == "UnknownValue", program
