"""How sure it is that what was read is a container, and all of it."""

from __future__ import annotations

from enum import Enum


class Existence(Enum):
    """What is known of a container as a whole. What is found in it is no surer than that."""

    CERTAIN = "certain"
    """It is declared, or its host defines nothing else of it."""
    LIKELY = "likely"
    """It is so if modules that are not known set no option of the repository's own; or something is added to a container
    that nothing in the repository declares, in a file that leads to no host."""
    POSSIBLE = "possible"
    """Something is added to a container, and modules that are not known may declare it."""
