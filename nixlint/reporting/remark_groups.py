"""Remarks that say the same of many things, as one: how often, about what, of which services, and where first.

A remark's message is a sentence, or what it is about, a colon, and a sentence. Those of one kind with one sentence are a
group.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

from nixlint.deployment.parts import Remark, RemarkKind


class RemarkGroup(NamedTuple):
    """Remarks of one kind that end in the same sentence."""

    kind: RemarkKind
    sentence: str
    subjects: tuple[str, ...]
    remarks: tuple[Remark, ...]

    @property
    def first(self) -> Remark:
        """The one that is written first."""
        return self.remarks[0]

    def key(self, most: int) -> str:
        """What the keys of the remarks share: ``services.{a,b}.logging`` for one key of several services."""
        return _shared_key([each.key for each in self.remarks], most)

    def message(self, most: int) -> str:
        """The sentence, behind the first of what it is said of."""
        if not self.subjects:
            return self.sentence
        sentence = _of_several(self.sentence) if len(self.subjects) > 1 else self.sentence
        return f"{_listed(self.subjects, most)}: {sentence}"


_OF_SEVERAL = (
    ("its value is", "their values are"),
    ("it is a secret, in a file", "they are secrets, in files"),
    ("this variable is not set", "these variables are not set"),
    ("it has no value here, and is passed on", "they have no values here, and are passed on"),
    ("where it is read", "where they are read"),
    ("where the image is built from it", "where the images are built from them"),
    ("bring it to", "bring them to"),
)
"""What is said of one thing, and of several."""


def _of_several(sentence: str) -> str:
    for one, several in _OF_SEVERAL:
        sentence = sentence.replace(one, several)
    return sentence


def grouped(remarks: Iterable[Remark], kind: RemarkKind) -> tuple[RemarkGroup, ...]:
    """The groups of a kind, each where its first remark stands."""
    groups: dict[str, list[tuple[str, Remark]]] = {}
    for remark in remarks:
        if remark.kind is kind:
            subject, colon, sentence = remark.message.partition(": ")
            if not colon:
                subject, sentence = "", remark.message
            groups.setdefault(sentence, []).append((subject, remark))
    return tuple(_group(kind, sentence, found) for sentence, found in groups.items())


def _group(kind: RemarkKind, sentence: str, found: Sequence[tuple[str, Remark]]) -> RemarkGroup:
    subjects = tuple(dict.fromkeys(subject for subject, _ in found if subject))
    return RemarkGroup(kind, sentence, subjects, tuple(remark for _, remark in found))


def _listed(names: Sequence[str], most: int, comma: str = ", ") -> str:
    """The first of some names, and how many more there are."""
    rest = len(names) - most
    # To say that there is one more takes as much room as that one.
    return comma.join(names) if rest < 2 else f"{comma.join(names[:most])} and {rest} more"


def _shared_key(keys: list[str], most: int) -> str:
    """What keys share; of the services that they differ in, the names."""
    parts = [key.split(".") for key in dict.fromkeys(keys)]
    names = list(dict.fromkeys(each[1] for each in parts if len(each) > 1))
    if len(names) > 1 and all(len(each) > 1 and each[0] == parts[0][0] for each in parts):
        rest = _common([each[2:] for each in parts])
        return ".".join((parts[0][0], f"{{{_listed(names, most, ',')}}}", *rest))
    return ".".join(_common(parts)) or keys[0].partition(".")[0]


def _common(parts: list[list[str]]) -> list[str]:
    """The parts with which all begin."""
    return [part for part, *_ in takewhile(lambda each: len(set(each)) == 1, zip(*parts, strict=False))]
