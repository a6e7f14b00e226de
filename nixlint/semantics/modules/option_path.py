"""Option paths: the names from the top of a module system down to an option."""

from __future__ import annotations

from typing import NamedTuple

from nixlint.syntax.string_literal import attr_name_literal


class OptionPath(NamedTuple):
    """The names of an option, from the top of its module system; ``None`` stands for a name that is not known."""

    names: tuple[str | None, ...]

    @classmethod
    def of(cls, *names: str | None) -> OptionPath:
        """The path made of these names."""
        return cls(names)

    def __len__(self) -> int:
        return len(self.names)

    def __truediv__(self, name: str | None) -> OptionPath:
        return OptionPath((*self.names, name))

    def __str__(self) -> str:
        """The path as one writes it in Nix, an unknown name as ``<name>``."""
        return ".".join("<name>" if name is None else attr_name_literal(name) for name in self.names)

    @property
    def last(self) -> str | None:
        """The last name; ``None`` where it is unknown or there is none."""
        return self.names[-1] if self.names else None
