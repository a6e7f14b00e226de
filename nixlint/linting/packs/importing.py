"""Modules made of the bytes that were looked at, and of nothing else.

A pack is a package whose name holds the digest of its files. It is on no path for modules: a file ``json.py`` in it hides
nothing, ``sitecustomize.py`` is a module like another, and what somebody compiled before is never looked for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from .folder import PackFolder

_PREFIX = "nixlint_rules_of_"
_INIT = "__init__.py"


def modules_of(pack: PackFolder) -> Iterator[ModuleType]:
    """Import the modules of a pack, each once in a process. Raises whatever they raise.

    Tests of the rules, by the names that pytest looks for, are left alone.
    """
    package = package_of(pack)
    if not any(isinstance(finder, _Finder) and finder.package == package for finder in sys.meta_path):
        sys.meta_path.append(_Finder(package, pack.path, pack.sources))
    for name in pack.sources:
        stem = name.removesuffix(".py")
        if not stem.replace("/", "").isidentifier() or is_test(stem.rpartition("/")[2]):
            continue
        inner = stem.removesuffix("/__init__") if stem != "__init__" else ""
        yield import_module(f"{package}.{inner.replace('/', '.')}" if inner else package)


def package_of(pack: PackFolder) -> str:
    """The name of the package that a pack is, which no other has."""
    return f"{_PREFIX}{pack.digest.removeprefix('sha256-')[:32]}"


def is_test(name: str) -> bool:
    """Whether a module is one of tests, by the names that pytest looks for."""
    return name.startswith("test_") or name.endswith("_test") or name == "conftest"


class _Finder(MetaPathFinder, Loader):
    """Finds and loads the modules of one pack."""

    def __init__(self, package: str, folder: Path, sources: Mapping[str, bytes]) -> None:
        self.package = package
        self._folder = folder
        self._sources = sources

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002  # the machinery gives it
        target: ModuleType | None = None,  # noqa: ARG002  # as above
    ) -> ModuleSpec | None:
        """The module of a name, where it is one of the pack."""
        name = self._file(fullname)
        if name is None:
            return None
        return ModuleSpec(fullname, self, origin=str(self._folder / name), is_package=name.endswith(_INIT))

    def exec_module(self, module: ModuleType) -> None:
        """Run the source of a module."""
        name = self._file(module.__name__)
        assert name is not None
        origin = str(self._folder / name)
        module.__file__ = origin
        exec(compile(self._sources.get(name, b""), origin, "exec", dont_inherit=True), module.__dict__)

    def _file(self, fullname: str) -> str | None:
        """The file of a module; a folder without an ``__init__.py`` is a package all the same."""
        if fullname != self.package and not fullname.startswith(f"{self.package}."):
            return None
        inner = fullname[len(self.package) + 1 :].replace(".", "/")
        if inner and f"{inner}.py" in self._sources:
            return f"{inner}.py"
        folder = f"{inner}/" if inner else ""
        return f"{folder}{_INIT}" if any(name.startswith(folder) for name in self._sources) else None
