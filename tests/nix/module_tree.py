"""A module as the real Nix sees it, node by node: what a fix may change of it is one option, and nothing else.

A module needs a whole system to be evaluated. Here ``config``, ``pkgs`` and every other argument is a stand-in that has
any attribute, takes any argument and can be written into a text; what cannot be evaluated with it is a node that says so,
and its siblings are looked at all the same.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from .nix_referee import NIX_INSTANTIATE, need_nix

Step = str | int | None
"""An attribute's name, an element's index, or the application of a function to its arguments."""
NodePath = tuple[Step, ...]

_HERE = Path(__file__).parent
_DEPTH = 14
_NODES = 4_000
_AT_ONCE = 200
_SHOWN_CHARACTERS = 100
_NOT_EVALUATED = "not evaluated"
_IDENTIFIER = re.compile(rb"[A-Za-z_][A-Za-z0-9_'-]*")


def module_tree(file: Path, lib: Path, root: Path) -> dict[NodePath, str]:
    """What each node of a module is: its kind, with the names, the length or the text of it.

    ``lib`` is the folder of nixpkgs' lib. Texts that name ``root`` have it left out, so that two copies of a repository
    compare equal.

    Raises ``AssertionError`` where the file is read by no Nix at all.
    """
    need_nix()
    names = sorted({name.decode() for name in _IDENTIFIER.findall(_text_of(root, file))})
    found: dict[NodePath, str] = {}
    level: list[NodePath] = [()]
    while level and len(found) < _NODES:
        following: list[NodePath] = []
        for start in range(0, len(level), _AT_ONCE):
            batch = level[start : start + _AT_ONCE]
            for path, node in zip(batch, _described(file, lib, names, batch), strict=True):
                found[path] = _shown(node).replace(str(root), "")
                if len(path) < _DEPTH:
                    following.extend((*path, step) for step in _steps(node))
        level = following
    return found


def differences(before: dict[NodePath, str], after: dict[NodePath, str]) -> tuple[str, ...]:
    """The nodes that are not the same, a line each: where, what it was and what it is.

    A set or a list that differs only by what is in it is left out.
    """
    paths = [path for path in sorted({*before, *after}, key=str) if before.get(path) != after.get(path)]
    above = {path[:length] for path in paths for length in range(len(path))}
    return tuple(_difference(path, before, after) for path in paths if path not in above)


def _difference(path: NodePath, before: dict[NodePath, str], after: dict[NodePath, str]) -> str:
    where = ".".join("()" if step is None else str(step) for step in path)
    was, now = (tree.get(path, "nothing")[:_SHOWN_CHARACTERS].rstrip() for tree in (before, after))
    return f"{where}: {was} -> {now}"


def _text_of(root: Path, file: Path) -> bytes:
    """The texts that may name an attribute of a stand-in: the file's own, and those beside and below it."""
    return b" ".join(path.read_bytes() for path in (file, *sorted(file.parent.glob("*.nix"))) if path.is_file())


def _shown(node: object) -> str:
    match node:
        case {"text": str(text)}:
            return text
        case {"kind": "set", "names": [*names]}:
            return "{ " + " ".join(map(str, names)) + " }"
        case {"kind": "list", "length": int(length)}:
            return f"[ {length} ]"
        case {"kind": str(kind)}:
            return kind
        case _:
            raise AssertionError(node)


def _steps(node: object) -> Iterable[Step]:
    match node:
        case {"kind": "set", "names": [*names]}:
            return [str(name) for name in names]
        case {"kind": "list", "length": int(length)}:
            return range(length)
        case {"kind": "lambda"}:
            return [None]
        case _:
            return ()


def _described(file: Path, lib: Path, names: Sequence[str], paths: Sequence[NodePath]) -> list[object]:
    """What Nix says of nodes. Where one of them cannot be evaluated, each half is asked by itself."""
    assert NIX_INSTANTIATE is not None
    asked = {"names": names, "paths": paths}
    expression = (
        f"let asked = builtins.fromJSON {_nix_string(json.dumps(asked))}; in import {_HERE}/module_tree.nix"
        f" (asked // {{ file = /. + {_nix_string(str(file))}; lib = import (/. + {_nix_string(str(lib))}); }})"
    )
    command = [NIX_INSTANTIATE, "--eval", "--strict", "--json", "-"]
    given = expression.encode("utf-8", "surrogateescape")
    result = subprocess.run(command, input=given, capture_output=True, check=False, timeout=60)
    if result.returncode == 0:
        described: list[object] = json.loads(result.stdout.decode("utf-8", "surrogateescape"))
        return described
    if len(paths) == 1:
        return [{"kind": _NOT_EVALUATED}]
    middle = len(paths) // 2
    return [
        *_described(file, lib, names, paths[:middle]),
        *_described(file, lib, names, paths[middle:]),
    ]


def _nix_string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${") + '"'
