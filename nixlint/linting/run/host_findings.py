"""What rules find on the hosts of a repository, host by host, until all of them have been asked.

Several hosts may have what is declared at one place, and each may make something else of it. A finding is reported once at a
place. It is as sure as on the host where it is least so; where a host has what is declared there and not the finding, it is
but possible.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nixlint.linting.finding import Confidence, Finding, less_sure
from nixlint.linting.registry import AnyRule
from nixlint.syntax.place import Place


class _Found(NamedTuple):
    finding: Finding
    declared_at: Place
    hosts: set[int]


class HostFindings:
    """The findings of rules in what hosts have, of the hosts so far."""

    def __init__(self) -> None:
        self._host = 0
        self._hosts_with: dict[Place, set[int]] = {}
        self._found: dict[tuple[AnyRule, Place], _Found] = {}

    def begin_host(self) -> None:
        """From here on it is another host that has and finds."""
        self._host += 1

    def saw(self, declared_at: Place) -> None:
        """The host has something that is declared at a place."""
        self._hosts_with.setdefault(declared_at, set()).add(self._host)

    def add(self, rule: AnyRule, declared_at: Place, finding: Finding) -> None:
        """A rule found something on the host, in what is declared at a place. Of several at one place the first counts."""
        key = (rule, finding.place)
        found = self._found.setdefault(key, _Found(finding, declared_at, set()))
        if self._host not in found.hosts:
            found.hosts.add(self._host)
            self._found[key] = found._replace(finding=less_sure(rule.confidence, found.finding, finding))

    def all(self) -> Iterator[tuple[AnyRule, Finding]]:
        """Each finding once, as sure as all hosts make it."""
        for (rule, _), found in self._found.items():
            is_everywhere = self._hosts_with[found.declared_at] <= found.hosts
            yield rule, found.finding if is_everywhere else found.finding._replace(confidence=Confidence.POSSIBLE)
