"""Variables in values: ``$NAME``, ``${NAME}`` and ``${NAME}`` with one of the operators of a POSIX shell.

Compose specification, '12-interpolation.md'; where the specification is silent, the reference's own pattern
(compose-go, ``template/template.go``): a ``$`` before anything that is no name stays a ``$``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from .node import ComposeError, MappingNode, Node, Scalar, ScalarValue, Sequence, TreePath, matches

Environment = Mapping[str, str]

_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<named>[_a-z][_a-z0-9]*)"
    r"|\{(?:(?P<braced>[_a-z][_a-z0-9]*(?::?[-+?](?:.*))?)\}|(?P<invalid>)))",
    re.IGNORECASE | re.ASCII,
)
_OPERATORS = (":?", "?", ":-", "-", ":+", "+")


class Substituted(NamedTuple):
    """A text with its variables replaced, the variables whose values are in it, and those that are not set."""

    text: str
    used: frozenset[str]
    unset: tuple[str, ...]


class InvalidTemplate(ValueError):
    """A text with a ``${`` that begins nothing."""


class RequiredVariable(ValueError):
    """A variable that a text demands and that has no value."""


def substitute(template: str, environment: Environment) -> Substituted:
    """A text with its variables replaced.

    Raises :class:`InvalidTemplate` for a ``${`` that begins no variable, :class:`RequiredVariable` for ``${NAME:?why}``
    without a value.
    """
    used: set[str] = set()
    unset: list[str] = []

    def lookup(name: str) -> str | None:
        value = environment.get(name)
        if value is not None:
            used.add(name)
        return value

    text = _substitute(template, lookup, unset)
    return Substituted(text, frozenset(used), tuple(unset))


_Lookup = Callable[[str], str | None]


def _substitute(template: str, lookup: _Lookup, unset: list[str]) -> str:
    return _VARIABLE.sub(lambda match: _replacement(match.group(), template, lookup, unset), template)


def _replacement(found: str, template: str, lookup: _Lookup, unset: list[str]) -> str:
    end = _closing_brace(found)
    rest, found = (found[end + 1 :], found[: end + 1]) if end >= 0 else ("", found)
    match = _VARIABLE.match(found)
    if match is None or match["invalid"] is not None:
        raise InvalidTemplate(template)
    if match["escaped"]:
        return "$"
    name = match["named"] or match["braced"]
    if match["braced"]:
        value = _with_operator(name, lookup, unset)
        if value is not None:
            return value + _substitute(rest, lookup, unset)
    plain = lookup(name)
    if plain is None:
        unset.append(name)
    return (plain or "") + (_substitute(rest, lookup, unset) if match["braced"] else rest)


def _with_operator(text: str, lookup: _Lookup, unset: list[str]) -> str | None:
    """The value of ``NAME:-default`` and its like; ``None`` where there is no operator."""
    operator = _first_operator(text)
    if operator is None:
        return None
    name, _, operand = text.partition(operator)
    value = lookup(name)
    is_there = value is not None and (value != "" or len(operator) == 1)
    match operator[-1]:
        case "-":
            return value or "" if is_there else _substitute(operand, lookup, unset)
        case "+":
            return _substitute(operand, lookup, unset) if is_there else value or ""
        case _:
            if is_there:
                return value or ""
            why = _substitute(operand, lookup, unset)
            raise RequiredVariable(f"required variable {name} is missing a value" + (f": {why}" if why else ""))


def _first_operator(text: str) -> str | None:
    found = [(text.index(operator), order, operator) for order, operator in enumerate(_OPERATORS) if operator in text]
    return min(found)[2] if found else None


def _closing_brace(text: str) -> int:
    depth, index = 0, 0
    while index < len(text):
        if text[index] == "}":
            depth -= 1
            if depth == 0:
                return index
        if text[index] == "{":
            depth += 1
            index += 1
        index += 1
    return -1


def interpolate(root: Node, environment: Environment, warn: Callable[[str, Scalar], None]) -> Node:
    """A tree with the variables in its texts replaced, and texts cast where the specification wants another type.

    Raises :class:`ComposeError` with the place of a text that can't be.
    """
    return _Interpolation(environment, warn).node(root, ())


class _Interpolation:
    def __init__(self, environment: Environment, warn: Callable[[str, Scalar], None]) -> None:
        self._environment = environment
        self._warn = warn

    def node(self, node: Node, path: TreePath) -> Node:
        match node:
            case MappingNode():
                entries = {name: self.node(entry, (*path, name)) for name, entry in node.entries.items()}
                return MappingNode(entries, node.place, node.key_places)
            case Sequence():
                return Sequence(tuple(self.node(item, (*path, "[]")) for item in node.items), node.place)
            case Scalar(value=str() as text):
                return self._text(node, text, path)
            case _:
                return node

    def _text(self, node: Scalar, text: str, path: TreePath) -> Scalar:
        try:
            done = substitute(text, self._environment) if "$" in text else None
        except InvalidTemplate as error:
            raise ComposeError(
                f"invalid interpolation format for {'.'.join(path)}: write $$ for a $ that is one ({error})", node.place
            ) from None
        except RequiredVariable as error:
            raise ComposeError(f"error while interpolating {'.'.join(path)}: {error}", node.place) from None
        for name in done.unset if done else ():
            self._warn(f'The "{name}" variable is not set. Defaulting to a blank string.', node)
        result = done.text if done else text
        return Scalar(
            self._cast(result, path, node),
            node.place,
            text if done is not None and done.text != text.replace("$$", "$") else None,
            done.used if done else frozenset(),
        )

    def _cast(self, text: str, path: TreePath, node: Scalar) -> ScalarValue:
        cast = next((cast for pattern, cast in _CASTS.get(len(path), ()) if matches(path, pattern)), None)
        if cast is None:
            return text
        try:
            return cast(text)
        except ValueError as error:
            raise ComposeError(
                f"error while interpolating {'.'.join(path)}: failed to cast to expected type: {error}", node.place
            ) from None


def to_integer(text: str) -> int:
    """A decimal integer; raises :class:`ValueError` for all else."""
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise ValueError(f'parsing "{text}": invalid syntax')
    return int(text)


def to_float(text: str) -> float:
    """A number; raises :class:`ValueError` for all else."""
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
        raise ValueError(f'parsing "{text}": invalid syntax')
    return float(text)


def to_boolean(text: str) -> bool:
    """A boolean in YAML 1.1's spellings; raises :class:`ValueError` for all else."""
    match text.lower():
        case "true" | "y" | "yes" | "on":
            return True
        case "false" | "n" | "no" | "off":
            return False
        case _:
            raise ValueError(f"invalid boolean: {text}")


_CASTS_BY_NAME: dict[str, Callable[[str], ScalarValue]] = {
    "services.*.cpu_count": to_integer,
    "services.*.cpu_percent": to_float,
    "services.*.cpu_period": to_integer,
    "services.*.cpu_quota": to_integer,
    "services.*.cpu_rt_period": to_integer,
    "services.*.cpu_rt_runtime": to_integer,
    "services.*.cpus": to_float,
    "services.*.cpu_shares": to_integer,
    "services.*.init": to_boolean,
    "services.*.depends_on.*.required": to_boolean,
    "services.*.depends_on.*.restart": to_boolean,
    "services.*.deploy.replicas": to_integer,
    "services.*.deploy.update_config.parallelism": to_integer,
    "services.*.deploy.update_config.max_failure_ratio": to_float,
    "services.*.deploy.rollback_config.parallelism": to_integer,
    "services.*.deploy.rollback_config.max_failure_ratio": to_float,
    "services.*.deploy.restart_policy.max_attempts": to_integer,
    "services.*.deploy.placement.max_replicas_per_node": to_integer,
    "services.*.healthcheck.retries": to_integer,
    "services.*.healthcheck.disable": to_boolean,
    "services.*.oom_kill_disable": to_boolean,
    "services.*.oom_score_adj": to_integer,
    "services.*.pids_limit": to_integer,
    "services.*.ports.[].target": to_integer,
    "services.*.privileged": to_boolean,
    "services.*.read_only": to_boolean,
    "services.*.scale": to_integer,
    "services.*.stdin_open": to_boolean,
    "services.*.tty": to_boolean,
    "services.*.ulimits.*": to_integer,
    "services.*.ulimits.*.hard": to_integer,
    "services.*.ulimits.*.soft": to_integer,
    "services.*.volumes.[].read_only": to_boolean,
    "services.*.volumes.[].volume.nocopy": to_boolean,
    "networks.*.external": to_boolean,
    "networks.*.internal": to_boolean,
    "networks.*.attachable": to_boolean,
    "networks.*.enable_ipv4": to_boolean,
    "networks.*.enable_ipv6": to_boolean,
    "volumes.*.external": to_boolean,
    "secrets.*.external": to_boolean,
    "configs.*.external": to_boolean,
}
_CASTS: dict[int, list[tuple[TreePath, Callable[[str], ScalarValue]]]] = {}
for _name, _cast in _CASTS_BY_NAME.items():
    _CASTS.setdefault(_name.count(".") + 1, []).append((tuple(_name.split(".")), _cast))
