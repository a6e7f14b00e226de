"""What a problem is: something for which Nix refuses a file while it parses it."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from .span import Span


class ProblemKind(Enum):
    """The kinds of problems; the value is the name that users see."""

    SYNTAX_ERROR = "syntax-error"
    DUPLICATE_ATTRIBUTE = "duplicate-attribute"
    DUPLICATE_FORMAL = "duplicate-formal"
    NESTED_TOO_DEEPLY = "nested-too-deeply"
    UNDEFINED_VARIABLE = "undefined-variable"


class Problem(NamedTuple):
    """A problem, where it is, and where else one has to look to understand it."""

    kind: ProblemKind
    span: Span
    message: str
    related: Span | None = None
    """The earlier definition, the bracket that is not closed, and the like."""
    accepted_since: str | None = None
    """The version of Nix from which on it is none."""
