"""What is known of a project's secrets: which variables hold them, and what is evidence that a text repeats one.

A name alone proves little (``PWD``, ``AUTH_PORT``), and a value proves nothing where it is a word that people use for other
things too. So a value counts as evidence only where it is not a path, a file name, a flag, a number or a common word, and
does not stand for something public in the same project.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixlint.compose.node import MappingNode, Node, Scalar, Sequence, text_of
from nixlint.secrets.names import NameClass, classify_name
from nixlint.secrets.parts import holds_secret, may_be_secret, url_passwords

_SHORTEST = 6
"""A shorter value stands in other texts by chance."""

_COMMON = frozenset(
    # Passwords of examples, which are words for other things as well.
    (
        "access admin administrator auth authelia authentik changeme client cluster database default develop development "
        "docker elastic elasticsearch example gitea grafana guest immich keycloak kibana langfuse local localhost mariadb "
        "master minio minioadmin mongo mongodb mysql n8n native nextcloud opensearch passwd password postgres postgresql "
        "private production public rabbitmq random redis replica required root secret secrets server service sqlite staging "
        "strict supabase superset system test testing token user username valkey wordpress zabbix"
    ).split()
)
_PLAIN = re.compile(
    r"-{1,2}[\w-]*"  # a flag
    r"|(?:\.{0,2}|~)/.*|~"  # a path
    r"|[A-Za-z]:\\.*"  # a path of Windows
    r"|[\w./-]*\.[A-Za-z][A-Za-z0-9]{1,4}"  # the name of a file, or of a machine
    r"|(?:[a-z][a-z0-9_.-]*/)+[a-z][a-z0-9_.-]*",  # an image, a path
    re.DOTALL,
)
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*\s?(?:%|[a-zA-Z]{1,3})?")
"""A number, a size, a duration, a version."""
_SWITCH = re.compile(r"true|false|yes|no|on|off|null|none|enabled?|disabled?|auto|always|never|default", re.IGNORECASE)


def is_plain(value: str) -> bool:
    """Whether a value is a path, a file's name, a flag, a number or a switch: nobody has that for a secret."""
    return _is_word(value) or bool(_NUMBER.fullmatch(value))


def _is_word(value: str) -> bool:
    """The same without numbers, which some people have for a password."""
    return not value or (bool(_PLAIN.fullmatch(value) or _SWITCH.fullmatch(value)) and not holds_secret(value))


def is_setting(value: str) -> bool:
    """Whether a value is an ordinary setting by its look: plain, or made of words and numbers, each for itself."""
    if is_plain(value) or (_ADDRESS.fullmatch(value) and not holds_secret(value)):
        return True
    words = _BETWEEN_WORDS.split(value)
    return all(word.isalpha() or word.isdecimal() or len(word) < _SHORTEST for word in words) and len(value) < _LONGEST


_BETWEEN_WORDS = re.compile(r"[\s_.:,;/@+=*()\[\]{}\"'|&<>?!-]+")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[\w.:/,*\[\]-]*", re.IGNORECASE)
_LONGEST = 200


class KnownSecrets:
    """Secret values with the variables that hold them, service by service."""

    def __init__(self, root: MappingNode) -> None:
        services = root.get("services")
        self._of_service: dict[str, dict[str, str]] = {}
        self._variables: dict[str, dict[str, str]] = {}
        public: set[str] = set()
        for name, service in services.entries.items() if isinstance(services, MappingNode) else ():
            public |= {name, *_words_of(service)}
            secrets: dict[str, str] = {}
            self._variables[name] = dict(_variables(service))
            for variable, value in self._variables[name].items():
                if may_be_secret(variable, value):
                    secrets.setdefault(value, variable)
                    for password in url_passwords(value):
                        secrets.setdefault(password, "")
                else:
                    public.add(value)
            self._of_service[name] = secrets
        self._all = frozenset(value for secrets in self._of_service.values() for value in secrets)
        self._public = public

    def of(self, service: str) -> dict[str, str]:
        """The secret values that the containers of a service have, with their variables; ``""`` for a part of one."""
        return self._of_service.get(service, {})

    def __contains__(self, value: str) -> bool:
        """Whether a value is a secret of some service."""
        return value in self._all

    def variables_of(self, service: str) -> dict[str, str]:
        """The variables that a service gives its containers."""
        return self._variables.get(service, {})

    def is_evidence(self, value: str) -> bool:
        """Whether a value stands nowhere by chance, so that a text that repeats it repeats the secret."""
        is_word = value.lower() in _COMMON or value in self._public
        return len(value) >= _SHORTEST and not is_word and not is_plain(value)


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


def names_secret(variables: tuple[str, ...], value: str) -> str | None:
    """The variable of a secret among those that made a value; ``None`` where it is no secret."""
    return next((name for name in variables if is_named_secret(name, value)), None)


def is_named_secret(name: str, value: str) -> bool:
    """Whether a value at a name is a secret: the name says so, or may say so and the value is no ordinary setting."""
    match classify_name(name):
        case NameClass.SECRET:
            return not _is_word(value)
        case NameClass.HIDE:
            return not is_setting(value)
        case _:
            return False
