"""What no file holds alone: the hosts of a repository, put before the rules that some file has something for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from nixlint.linting.registry import AnyRule
from nixlint.linting.subjects import HOST_SYSTEM, kind_of
from nixlint.semantics.language.budget import Budget, spending
from nixlint.syntax.place import Place

from .checker import Checker
from .file_result import FileResult
from .host_findings import HostFindings

if TYPE_CHECKING:
    from nixlint.containers.host.system import HostSystem


def check_hosts(checker: Checker, rules: Sequence[AnyRule]) -> FileResult:
    """What some rules find on the hosts of a repository, and in what is on no host."""
    check = _HostCheck(checker, rules)
    check.ask()
    return check.result


class _HostCheck:
    def __init__(self, checker: Checker, rules: Sequence[AnyRule]) -> None:
        self.result = FileResult()
        self._checker = checker
        self._rules = rules
        self._found = HostFindings()

    def ask(self) -> None:
        """Ask the rules host by host, and then about what no host has."""
        kinds = [
            kind
            for kind in dict.fromkeys(kind for rule in self._rules for kind in rule.kinds)
            if kind_of(kind).on_host is not None
        ]
        if not kinds:
            return
        from nixlint.containers.host.system import HostView

        view = HostView(self._checker.repository)
        for host in self._checker.read(self.result, None, "hosts", view.hosts):
            self._found.begin_host()
            for kind in kinds:
                self._ask_of(host, kind)
        self._found.begin_host()
        for kind in kinds:
            on_no_host = kind_of(kind).on_no_host
            if on_no_host is not None:
                self._ask_together(kind, self._checker.read(self.result, None, kind, partial(on_no_host, view)))
        for rule, finding in self._found.all():
            self._checker.take(self.result, rule, finding)

    def _ask_of(self, host: HostSystem, kind: str) -> None:
        on_host = kind_of(kind).on_host
        if on_host is None:
            return
        subjects = self._checker.read(self.result, None, kind, partial(on_host, host))
        if kind != HOST_SYSTEM:
            self._ask_together(kind, subjects)
            return
        for subject in subjects:
            with spending(Budget.of_file(0)):
                self._checker.ask(self.result, kind, (subject,), self._rules)

    def _ask_together(self, kind: str, subjects: Iterable[object]) -> None:
        """Ask about subjects that several hosts may have: all of them must agree."""
        rules = [rule for rule in self._rules if kind in rule.kinds]
        for subject in subjects:
            place = getattr(subject, "place", None)
            if not isinstance(place, Place):
                continue
            self._found.saw(place)
            with spending(Budget.of_file(0)):
                for rule in rules:
                    for finding in self._checker.findings(self.result, rule, subject):
                        self._found.add(rule, place, finding)
