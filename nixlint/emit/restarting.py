"""How an engine restarts a container, said once in a module in which several containers are restarted so.

Docker waits 100 ms before the first restart, and each time twice as long, up to a minute (docs.docker.com, 'Start containers
automatically'); systemd reaches that minute in nine steps.
"""

from __future__ import annotations

from .expression import AttrSet, Entry, Expression, Literal, Text, Update, Variable, inside, with_sets

RESTARTING = "restarting"
"""The name of the settings in the ``let`` of a module."""
PAUSES = (
    Entry(("RestartSec",), Text("100ms")),
    Entry(("RestartSteps",), Literal(9)),
    Entry(("RestartMaxDelaySec",), Text("1min")),
)
_COMMENT = "The engine's pauses between restarts: 100 ms at first, and at last a minute."


def shared(module: Expression) -> tuple[tuple[Entry, ...], Expression]:
    """The settings bound to their name, and the module with it, if more than one unit has them."""
    if sum(isinstance(each, AttrSet) and _has_pauses(each) for each in inside(module)) < 2:
        return (), module
    return (Entry((RESTARTING,), AttrSet(PAUSES), (_COMMENT,)),), with_sets(module, _named)


def _has_pauses(settings: AttrSet) -> bool:
    return all(each in settings.entries for each in PAUSES)


def _named(settings: AttrSet) -> Expression:
    if not _has_pauses(settings):
        return settings
    own = tuple(each for each in settings.entries if each not in PAUSES)
    return Update(Variable(RESTARTING), AttrSet(own)) if own else Variable(RESTARTING)
