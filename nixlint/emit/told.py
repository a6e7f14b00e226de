"""What an engine says of a key of a service while the service is written for it."""

from __future__ import annotations

from typing import NamedTuple

from nixlint.deployment.parts import RemarkKind
from nixlint.syntax.place import Place


class Told(NamedTuple):
    """A remark of an engine on a key of a service, without its path."""

    kind: RemarkKind
    key: str
    message: str
    place: Place | None
