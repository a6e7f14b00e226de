"""Say which changes of options nixpkgs' modules declare and ``nixlint/data/renamed_options.json`` lacks.

``python benchmarks/option_changes.py MODULE...``: each is a module of nixpkgs, such as ``nixos/modules/rename.nix``, of any
release, or a folder of them. Read are the calls of ``mkRenamedOptionModule``, ``mkRemovedOptionModule``,
``mkChangedOptionModule``, ``mkRenamedOptionModuleWith`` and ``mkMergedOptionModule`` among a module's ``imports``. A change
before 24.05 may well be missing: of those only the ones are kept that people still write.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nixlint.semantics.language.values import AttrsValue, CallValue, ListValue, StringValue, Value
from nixlint.semantics.modules.module_system import Definition, ModuleSystem
from nixlint.semantics.modules.option_history import nixos_history
from nixlint.semantics.repository.repository import Repository

_MAKERS = frozenset({
    "mkChangedOptionModule",
    "mkMergedOptionModule",
    "mkRemovedOptionModule",
    "mkRenamedOptionModule",
    "mkRenamedOptionModuleWith",
})  # fmt: skip


class _Declared(NamedTuple):
    file: Path
    maker: str
    option: tuple[str, ...]


def main(paths: list[str]) -> int:
    """Print each change that is not known; the exit code says whether there is one."""
    files = [file for path in map(Path, paths) for file in (sorted(path.rglob("*.nix")) if path.is_dir() else [path])]
    found = [each for file in files for each in _declared_in(file.resolve())]
    missing = [each for each in found if nixos_history().change_at(each.option) is None]
    for each in missing:
        print(f"{each.file.name}: {each.maker} {'.'.join(each.option)}")
    print(f"{len(files)} modules, {len(found)} changes, {len(missing)} of them not known")
    return 1 if missing else 0


def _declared_in(file: Path) -> Iterator[_Declared]:
    interpreter = Repository(file.parent, (file,)).interpreter()
    module = interpreter.file(file)
    system = ModuleSystem((Definition(module, None),), interpreter, follow_imports=False)
    called = system.called(module)
    imports = called.entries.get("imports") if isinstance(called, AttrsValue) else None
    listed = None if imports is None else imports.value.force()
    for element in listed.elements if isinstance(listed, ListValue) else ():
        call = element.force()
        if isinstance(call, CallValue) and call.callee.path[-1] in _MAKERS:
            maker = call.callee.path[-1]
            first = call.arguments[0].force()
            for option in _options(first.entries["from"].value.force() if isinstance(first, AttrsValue) else first):
                yield _Declared(file, maker, option)


def _options(value: Value) -> Iterator[tuple[str, ...]]:
    """The option that a list of names is, or those of a list of such lists."""
    items = [item.force() for item in value.elements] if isinstance(value, ListValue) else []
    names = [item.text for item in items if isinstance(item, StringValue) and item.text is not None]
    if names and len(names) == len(items):
        yield tuple(names)
    for item in items:
        yield from _options(item)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
