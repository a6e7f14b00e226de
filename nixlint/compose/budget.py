"""What one project may cost: values, text, files and depth are counted where they are made, and a limit is an error.

A small file can stand for a large project: aliases, variables in variables, ranges of ports, inclusions and services that
extend services multiply what is written. Each of them asks here before it makes more.
"""

from __future__ import annotations

from nixlint.syntax.place import Place

from .problem import ComposeError, Shown

MAXIMUM_BYTES = 8 * 1024 * 1024
"""A larger file is not read."""
MAXIMUM_DEPTH = 100
"""So deep may values be nested; the specification itself needs twelve levels."""
MAXIMUM_FILES = 500
"""As many files may a project include, extend from and take variables from."""
MAXIMUM_INCLUSION_DEPTH = 30
"""So deep may files include files."""
MAXIMUM_NODES = 400_000
"""As many values may a project have once aliases, ranges and extensions are replaced by what they stand for."""
MAXIMUM_PORTS = 20_000
"""As many ports may the ranges of a project stand for: all dynamic ones, of which TURN servers publish 16,384."""
MAXIMUM_REPLICAS = 1_000
"""As many containers may a service have."""
MAXIMUM_TEXT = 32 * 1024 * 1024
"""As many characters may the texts of a project have once aliases and variables are replaced by what they stand for."""
MAXIMUM_VARIABLE_DEPTH = 50
"""So deep may variables stand in the defaults of variables."""


class Budget:
    """What is left for one project."""

    def __init__(self) -> None:
        self._nodes = MAXIMUM_NODES
        self._text = MAXIMUM_TEXT
        self._files = MAXIMUM_FILES
        self._ports = MAXIMUM_PORTS

    def take_nodes(self, count: int, place: Place | None) -> None:
        """Make as many values. Raises :class:`ComposeError` where there would be too many."""
        self._nodes -= count
        if self._nodes < 0:
            raise ComposeError(
                "the project has more than {} values once aliases, ranges and extensions are written out",
                place,
                Shown.number(MAXIMUM_NODES),
            )

    def take_text(self, length: int, place: Place | None = None) -> None:
        """Make as many characters of variables. Raises :class:`ComposeError` where there would be too many."""
        self._text -= length
        if self._text < 0:
            raise ComposeError(
                "the project has more than {} characters once aliases and variables are written out",
                place,
                Shown.number(MAXIMUM_TEXT),
            )

    def take_ports(self, count: int, place: Place | None) -> None:
        """Make as many ports. Raises :class:`ComposeError` where there would be too many."""
        self._ports -= count
        if self._ports < 0:
            raise ComposeError("the project publishes more than {} ports", place, Shown.number(MAXIMUM_PORTS))
        self.take_nodes(5 * count, place)

    def take_file(self, place: Place | None) -> None:
        """Read one more file. Raises :class:`ComposeError` where there would be too many."""
        self._files -= 1
        if self._files < 0:
            raise ComposeError("the project has more than {} files", place, Shown.number(MAXIMUM_FILES))
