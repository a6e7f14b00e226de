"""The modules of a pack as its files import them from each other, and what a file passes on that it imports itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import libcst as cst

from .pack_files import Pack
from .parsed_file import ParsedFile, dotted

_INIT = "__init__"


class OwnModules:
    """Which files of a pack dotted names stand for."""

    def __init__(self, pack: Pack, parsed: Iterable[ParsedFile]) -> None:
        self._pack = pack
        self._imported: Mapping[str, frozenset[str]] = {each.file.name: imported_names(each.module) for each in parsed}

    def parts_of(self, name: str, package: tuple[str, ...]) -> tuple[str, ...] | None:
        """The parts of a dotted name below the pack, as a file in a package imports it; ``None`` for no name of the pack.

        A relative name that leads out of the pack has none either.
        """
        if name.startswith("."):
            rest = name.lstrip(".")
            above = len(name) - len(rest) - 1
            if above > len(package):
                return None
            return (*package[: len(package) - above], *(rest.split(".") if rest else ()))
        first, _, rest = name.partition(".")
        if first not in self._pack.packages:
            return None
        inner = tuple(rest.split(".")) if rest else ()
        return (first, *inner) if any(file.startswith(f"{first}/") for file in self._pack.files) else inner

    def holds(self, parts: tuple[str, ...]) -> bool:
        """Whether there is a module or a package of a name."""
        return self._file(parts) is not None or self._is_package(parts)

    def passed_on(self, parts: tuple[str, ...]) -> str | None:
        """What a dotted name leads to by way of a file that only imports it: ``b`` of ``a.b``, where ``a.py`` imports it."""
        for length in range(len(parts) - 1, -1, -1):
            file = self._file(parts[:length])
            if file is None:
                continue
            name = parts[length]
            is_module = self.holds(parts[: length + 1])
            return None if is_module or name not in self._imported.get(file, frozenset()) else name
        return None

    def _file(self, parts: tuple[str, ...]) -> str | None:
        path = "/".join(parts)
        candidates = (f"{path}.py", f"{path}/{_INIT}.py") if path else (f"{_INIT}.py",)
        return next((file for file in candidates if file in self._pack.files), None)

    def _is_package(self, parts: tuple[str, ...]) -> bool:
        inner = "".join(f"{part}/" for part in parts)
        return any(file.startswith(inner) for file in self._pack.files)


def imported_names(module: cst.Module) -> frozenset[str]:
    """The names that a file has by imports from outside of its pack."""
    search = _Imports()
    module.visit(search)
    return frozenset(search.names)


class _Imports(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_Import(self, node: cst.Import) -> None:
        for alias in node.names:
            bound = dotted(alias.name).partition(".")[0] if alias.asname is None else dotted(alias.asname.name)
            self.names.add(bound)

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        for alias in () if isinstance(node.names, cst.ImportStar) else node.names:
            self.names.add(dotted(alias.name if alias.asname is None else alias.asname.name))
