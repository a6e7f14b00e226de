"""The definitions of one file, looked up by the set that they stand in and by what stands within them.

A rule that asks about the surroundings of each of a thousand secrets must not go through the whole file for each of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from nixlint.rule import BoolValue, Place, Repository, Span, Value, WrittenDefinition, written_definitions


class FileDefinitions:
    """All definitions that are written in a file, outer ones before those within them."""

    def __init__(self, definitions: Sequence[WrittenDefinition]) -> None:
        self.all = tuple(definitions)

    @classmethod
    def of(cls, path: Path, repository: Repository) -> FileDefinitions:
        """Those of a file, read once while a file has its turn; none where it cannot be read."""
        known = repository.remember_for_turn(_Files, _Files).known
        if path not in known:
            source = repository.source(path)
            known[path] = cls(() if source is None else tuple(written_definitions(source, repository)))
        return known[path]

    def beside(self, definition: WrittenDefinition) -> Sequence[WrittenDefinition]:
        """The definitions of the same set, however they are written; the definition itself among them."""
        return self._by_parents.get(self._parents.get(definition.name, definition.path.names[:-1]), ())

    def is_switched_off(self, definition: WrittenDefinition) -> bool:
        """Whether a set around a definition says ``enable = false``: nothing of it gets into a system."""
        names = (*self._parents.get(definition.name, definition.path.names[:-1]), definition.path.last)
        return any(names[:length] in self._off for length in range(1, len(names)))

    def innermost_around(self, span: Span) -> WrittenDefinition | None:
        """The definition with the shortest value in which a span lies."""
        index = bisect_right(self._starts, span.start) - 1
        while index >= 0 and not self._sorted[index].value_place.span.contains(span):
            index = self._outer[index]
        while index > 0 and self._sorted[index - 1].value_place.span == self._sorted[index].value_place.span:
            index -= 1
        return self._sorted[index] if index >= 0 else None

    def is_named_below(self, name: str, tables: frozenset[str]) -> bool:
        """Whether a name stands directly below one of some others in the path of a definition."""
        return any((above, name) in self._pairs for above in tables)

    @cached_property
    def _by_parents(self) -> dict[tuple[str | None, ...], list[WrittenDefinition]]:
        found: dict[tuple[str | None, ...], list[WrittenDefinition]] = {}
        for definition in self.all:
            found.setdefault(definition.path.names[:-1], []).append(definition)
        return found

    @cached_property
    def _off(self) -> frozenset[tuple[str | None, ...]]:
        """The sets in which ``enable`` is false, and nothing else in the file says otherwise."""
        switches: dict[tuple[str | None, ...], list[Value]] = {}
        for found in self.all:
            if found.path.last == "enable" and len(found.path) > 1:
                switches.setdefault(found.path.names[:-1], []).append(found.value)
        return frozenset(
            names
            for names, values in switches.items()
            if all(isinstance(value, BoolValue) and not value.value for value in values)
        )

    @cached_property
    def _parents(self) -> dict[Place, tuple[str | None, ...]]:
        """The names around each definition in this file, by its place: elsewhere it may go by others."""
        return {found.name: found.path.names[:-1] for found in self.all}

    @cached_property
    def _pairs(self) -> frozenset[tuple[str | None, str | None]]:
        return frozenset(
            pair for found in self.all for pair in zip(found.path.names, found.path.names[1:], strict=False)
        )

    @cached_property
    def _sorted(self) -> list[WrittenDefinition]:
        return sorted(self.all, key=lambda found: (found.value_place.span.start, -found.value_place.span.end))

    @cached_property
    def _starts(self) -> list[int]:
        return [found.value_place.span.start for found in self._sorted]

    @cached_property
    def _outer(self) -> list[int]:
        """For each definition the one around it, or -1: values lie within one another or apart."""
        outer: list[int] = []
        around: list[int] = []
        for index, found in enumerate(self._sorted):
            span = found.value_place.span
            while around and not self._sorted[around[-1]].value_place.span.contains(span):
                around.pop()
            outer.append(around[-1] if around else -1)
            around.append(index)
        return outer


class _Files:
    def __init__(self) -> None:
        self.known: dict[Path, FileDefinitions] = {}
