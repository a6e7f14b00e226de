"""The values of a project's secret variables, to be found where they are written again: in a command, in a health check."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from nixlint.compose.node import MappingNode, Node, Scalar, Sequence, text_of
from nixlint.secrets.parts import may_be_secret, url_passwords

_SHORTEST = 6
"""A shorter value stands in other texts by chance."""


class KnownSecrets:
    """Secret values with the variables that hold them, service by service.

    A value that stands for something public as well, such as the name of a service or of a database, is none.
    """

    def __init__(self, root: MappingNode) -> None:
        services = root.get("services")
        self._of_service: dict[str, dict[str, str]] = {}
        public: set[str] = set()
        in_urls: dict[str, str] = {}
        for name, service in services.entries.items() if isinstance(services, MappingNode) else ():
            public |= {name, *(_words_of(service))}
            secrets: dict[str, str] = {}
            for variable, value in _variables(service):
                if may_be_secret(variable, value):
                    secrets.setdefault(value, variable)
                    in_urls |= dict.fromkeys(url_passwords(value), variable)
                else:
                    public.add(value)
            self._of_service[name] = secrets
        self._public = public
        everywhere = {value: name for secrets in self._of_service.values() for value, name in secrets.items()} | in_urls
        self._everywhere = self._certain(everywhere)

    def _certain(self, secrets: Mapping[str, str]) -> dict[str, str]:
        return {
            value: name
            for value, name in secrets.items()
            if len(value) >= _SHORTEST and not value.isdigit() and value not in self._public
        }

    def of(self, service: str) -> dict[str, str]:
        """The secret values that the containers of a service have, with their variables."""
        return self._certain(self._of_service.get(service, {}))

    def found_in(self, text: str) -> dict[str, str]:
        """The secret values of the whole project that stand in a text, with their variables."""
        return {value: name for value, name in self._everywhere.items() if pattern(value).search(text)}


def pattern(value: str) -> re.Pattern[str]:
    """Where a value stands by itself in a text, or right behind an option of one letter, as in ``-phunter2``."""
    return re.compile(rf"(?:(?<![A-Za-z0-9])|{_BEHIND_OPTION}){re.escape(value)}(?![A-Za-z0-9])")


_BEHIND_OPTION = "(?<=-[A-Za-z])(?<![A-Za-z0-9]-[A-Za-z])"


def without_defaults(template: str, names: Iterable[str]) -> str:
    """A text with variables, in which those of some names have no defaults any more: such a default is a secret too."""
    opening = re.compile(rf"\$\{{({'|'.join(map(re.escape, names))})(?=[:?+-])")
    parts, position = [], 0
    while (match := opening.search(template, position)) is not None:
        parts += [template[position : match.start()], f"${{{match[1]}}}"]
        position = _end_of_braces(template, match.end())
    return "".join([*parts, template[position:]])


def _end_of_braces(text: str, position: int) -> int:
    """Where braces end that are open at a position."""
    depth = 1
    for index in range(position, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return index + 1
    return len(text)


def _variables(service: Node) -> Iterator[tuple[str, str]]:
    environment = service.get("environment") if isinstance(service, MappingNode) else None
    match environment:
        case MappingNode():
            for name, entry in environment.entries.items():
                if isinstance(entry, Scalar) and entry.value is not None:
                    yield name, text_of(entry.value)
        case Sequence():
            for item in environment.items:
                name, equals, value = (text_of(item.value) if isinstance(item, Scalar) else "").partition("=")
                if equals:
                    yield name, value
        case _:
            pass


def _words_of(service: Node) -> Iterator[str]:
    """Names that a service is known by."""
    for key in ("image", "container_name", "hostname", "user"):
        node = service.get(key) if isinstance(service, MappingNode) else None
        if isinstance(node, Scalar) and isinstance(node.value, str):
            yield from re.split(r"[/:@]", node.value)
