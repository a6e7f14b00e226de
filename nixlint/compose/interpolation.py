"""Variables in values: ``$NAME``, ``${NAME}`` and ``${NAME}`` with one of the operators of a POSIX shell.

Compose specification, '12-interpolation.md'; where the specification is silent, the reference's own pattern
(compose-go, ``template/template.go``): a ``$`` before anything that is no name stays a ``$``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from .budget import MAXIMUM_VARIABLE_DEPTH, Budget
from .node import NO_VARIABLES, MappingNode, Node, Patterns, Scalar, ScalarValue, Sequence, TreePath
from .problem import ComposeError, Shown

Environment = Mapping[str, str]
_Cast = Callable[[str], ScalarValue]

_NAME = re.compile("[_a-z][_a-z0-9]*", re.IGNORECASE | re.ASCII)
_OPERATOR = re.compile(":?[-+?]")


class Substituted(NamedTuple):
    """A text with its variables replaced, the variables whose values are in it, and those that are not set.

    Of a text such as ``p$ssw0rd`` nobody knows whether it means a variable: the name is not in ``certain`` then.
    """

    text: str
    used: frozenset[str]
    unset: tuple[str, ...]
    certain: frozenset[str] = frozenset()


class Piece(NamedTuple):
    """A part of a text after its variables were replaced, and the variable as it was written; ``""`` for other text."""

    text: str
    written: str

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables that the part was made from, outer ones first."""
        return tuple(_NAMES.findall(self.written)) if self.written != "$$" else ()


_NAMES = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


class InvalidTemplate(ValueError):
    """A text with a ``${`` that begins nothing."""


class RequiredVariable(ValueError):
    """A variable that a text demands and that has no value: ``name``. Why it does so is a text of the file."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def substitute(
    template: str, environment: Environment, budget: Budget | None = None, keeps_unset: bool = False
) -> Substituted:
    """A text with its variables replaced; with ``keeps_unset`` those without a value stay, as ``${NAME}``.

    Raises :class:`InvalidTemplate` for a ``${`` that begins no variable, :class:`RequiredVariable` for ``${NAME:?why}``
    without a value, and :class:`ComposeError` where that comes to more than the budget has.
    """
    substitution = _Substitution(environment, budget or Budget(), keeps_unset)
    text = substitution.of(template)
    certain = frozenset(name for name, is_certain in substitution.unset.items() if is_certain)
    return Substituted(text, frozenset(substitution.used), tuple(substitution.unset), certain)


def pieces(template: str, environment: Environment) -> list[Piece]:
    """A text with its variables replaced, in pieces: what stands between variables, and what each of them became.

    Raises what :func:`substitute` raises.
    """
    return _Substitution(environment, Budget()).pieces(template)


class _Substitution:
    """One text, read once from its beginning to its end; only the default of a variable is read by a call of its own."""

    def __init__(self, environment: Environment, budget: Budget, keeps_unset: bool = False) -> None:
        self._keeps_unset = keeps_unset
        self.used: set[str] = set()
        self.unset: dict[str, bool] = {}
        self._environment = environment
        self._budget = budget
        self._depth = 0

    def of(self, template: str) -> str:
        return "".join(piece.text for piece in self.pieces(template))

    def pieces(self, template: str) -> list[Piece]:
        if self._depth > MAXIMUM_VARIABLE_DEPTH:
            raise ComposeError(
                "variables stand more than {} deep in each other's defaults", None, Shown.number(MAXIMUM_VARIABLE_DEPTH)
            )
        found: list[Piece] = []
        position, line = 0, _Line(0, -1, -1)
        while (start := template.find("$", position)) >= 0:
            found.append(Piece(template[position:start], ""))
            following = template[start + 1 : start + 2]
            if following == "{":
                line = line.at(start, template)
                value, position = self._braced(template, start, line.last_brace)
            elif following == "$":
                value, position = "$", start + 2
            elif (name := _NAME.match(template, start + 1)) is not None:
                is_certain = name.end() - name.start() + 1 == len(template)
                value, position = self._plain(name.group(), is_certain=is_certain), name.end()
            else:
                value, position = "$", start + 1
            found.append(Piece(value, template[start:position]))
        found.append(Piece(template[position:], ""))
        return found

    def _braced(self, template: str, start: int, last_brace: int) -> tuple[str, int]:
        """The value of ``${…}`` at a position, and where the text goes on."""
        name = _NAME.match(template, start + 2)
        if name is None:
            raise InvalidTemplate
        if template[name.end() : name.end() + 1] == "}":
            return self._plain(name.group(), is_certain=True), name.end() + 1
        operator = _OPERATOR.match(template, name.end())
        if operator is None or last_brace < operator.end():
            raise InvalidTemplate
        end = _closing_brace(template, start, last_brace)
        return self._with_operator(name.group(), operator.group(), template[operator.end() : end]), end + 1

    def _plain(self, name: str, *, is_certain: bool) -> str:
        value = self._lookup(name)
        if value is None:
            return self._without_value(name, is_certain=is_certain)
        return value

    def _without_value(self, name: str, *, is_certain: bool) -> str:
        self.unset[name] = is_certain or self.unset.get(name, False)
        return f"${{{name}}}" if self._keeps_unset else ""

    def _lookup(self, name: str) -> str | None:
        value = self._environment.get(name)
        if value is not None:
            self.used.add(name)
            self._budget.take_text(len(value))
        return value

    def _with_operator(self, name: str, operator: str, operand: str) -> str:
        value = self._lookup(name)
        is_there = value is not None and (value != "" or len(operator) == 1)
        match operator[-1]:
            case "-":
                return value or "" if is_there else self._operand(operand)
            case "+":
                return self._operand(operand) if is_there else value or ""
            case _:
                if is_there:
                    return value or ""
                if self._keeps_unset:
                    return self._without_value(name, is_certain=True)
                self._operand(operand)
                raise RequiredVariable(name)

    def _operand(self, operand: str) -> str:
        self._depth += 1
        text = self.of(operand)
        self._depth -= 1
        return text


class _Line(NamedTuple):
    """The line of a text that a position is in: where it ends, and its last closing brace before that."""

    start: int
    end: int
    last_brace: int

    def at(self, position: int, text: str) -> _Line:
        """The line that a later position is in."""
        if self.start <= position < self.end:
            return self
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        return _Line(position, end, text.rfind("}", position, end))


_BRACE = re.compile("[{}]")


def _closing_brace(text: str, start: int, last: int) -> int:
    """The brace that closes the one after the ``$`` at a position, as the reference counts: it skips the character after
    each opening one. Where that finds none, it is the last one of the line.
    """
    depth, position = 0, start
    while (brace := _BRACE.search(text, position, last + 1)) is not None:
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return brace.start()
        position = brace.end() + (brace.group() == "{")
    return last


def interpolate(
    root: Node,
    environment: Environment,
    budget: Budget,
    unset: Callable[[str | None, Scalar], None],
    *,
    keeps_unset: bool = False,
) -> Node:
    """A tree with the variables in its texts replaced, and texts cast where the specification wants another type.

    ``unset`` is told of variables without a value, by name where that is certainly one. With ``keeps_unset`` they stay as
    they are written in texts that may hold anything; elsewhere such a value is unknown, and left out. Raises
    :class:`ComposeError` with the place of a text that can't be.
    """
    node = _Interpolation(environment, budget, unset, keeps_unset).node(root, (), _CASTS)
    return MappingNode({}, root.place) if node is None else node


class _Interpolation:
    def __init__(
        self,
        environment: Environment,
        budget: Budget,
        unset: Callable[[str | None, Scalar], None],
        keeps_unset: bool,
    ) -> None:
        self._keeps_unset = keeps_unset
        self._environment = environment
        self._budget = budget
        self._unset = unset

    def node(self, node: Node, path: TreePath, casts: Patterns[_Cast] | None) -> Node | None:
        """The node, or ``None`` where it is unknown."""
        match node:
            case MappingNode():
                entries = {
                    name: done
                    for name, entry in node.entries.items()
                    if (done := self.node(entry, (*path, name), casts and casts.below(name))) is not None
                }
                return MappingNode(entries, node.place, node.key_places)
            case Sequence():
                below = casts and casts.below("[]")
                items = (self.node(item, (*path, "[]"), below) for item in node.items)
                return Sequence(tuple(item for item in items if item is not None), node.place)
            case Scalar(value=str() as text):
                return self._text(node, text, path, None if casts is None else casts.value)
            case _:
                return node

    def _text(self, node: Scalar, text: str, path: TreePath, cast: _Cast | None) -> Scalar | None:
        try:
            self._budget.take_text(len(text))
            done = substitute(text, self._environment, self._budget, self._keeps_unset) if "$" in text else None
        except InvalidTemplate:
            raise ComposeError(
                "invalid interpolation format for {}: write $$ for a $ that is one", node.place, Shown.path(path)
            ) from None
        except RequiredVariable as error:
            raise ComposeError(
                "error while interpolating {}: required variable {} is missing a value",
                node.place,
                Shown.path(path),
                Shown.key(error.name),
            ) from None
        except ComposeError as error:
            raise error.at(node.place) from None
        if self._keeps_unset and done is not None and done.unset:
            return _unknown(node, done, path)
        for name in done.unset if done else ():
            self._unset(name if done and name in done.certain else None, node)
        result = done.text if done else text
        value = _as_type(result, path, node, cast)
        if done is None:
            return node if value is node.value else Scalar(value, node.place)
        return Scalar(
            value, node.place, text if done.text != text.replace("$$", "$") else None, done.used or NO_VARIABLES
        )


def _unknown(node: Scalar, done: Substituted, path: TreePath) -> Scalar | None:
    """What is known of a text with variables that are not set: the text with their names, where it may be any text."""
    pattern = _MAY_BE_ANY_TEXT.at(path)
    if pattern is None or pattern.value is None:
        return None
    text = pattern.value(done.text)
    return None if text is None else Scalar(text, node.place, str(node.value), done.used | frozenset(done.unset))


def _mount(text: str) -> str | None:
    """A mount from a place that is not known: no path that is known, and no named volume. ``None`` without a target."""
    if ":" not in re.sub(r"\$\{[^}]*\}", "", text):
        return None
    return text if text.startswith(("/", ".", "~")) or not text.startswith("$") else f"/{text}"


def _as_it_is(text: str) -> str | None:
    return text


_MAY_BE_ANY_TEXT = Patterns.of(
    [
        *(
            (("services", "*", *name.split(".")), _as_it_is)
            for name in """image command command.[] entrypoint entrypoint.[] environment.* environment.[] labels.* labels.[]
            hostname healthcheck.test healthcheck.test.[] build build.context build.args.* build.args.[] working_dir
            logging.options.*""".split()
        ),
        (("services", "*", "volumes", "[]"), _mount),
    ]
)


def _as_type(text: str, path: TreePath, node: Scalar, cast: _Cast | None) -> ScalarValue:
    if cast is None:
        return text
    try:
        return cast(text)
    except NotOfType as error:
        raise ComposeError(
            "error while interpolating {}: failed to cast to expected type: {}",
            node.place,
            Shown.path(path),
            Shown.word(error.words),
        ) from None


class NotOfType(ValueError):
    """A text that another type is wanted of; ``words`` say so without it."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


_NO_NUMBER = 'parsing "…": invalid syntax'
_OUT_OF_RANGE = 'parsing "…": value out of range'


def to_integer(text: str) -> int:
    """A decimal integer of 64 bits; raises :class:`NotOfType` for all else."""
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise NotOfType(_NO_NUMBER)
    digits = text.lstrip("+-").lstrip("0") or "0"
    value = int(digits) if len(digits) < 20 else 2**63
    value = -value if text.startswith("-") else value
    if not -(2**63) <= value < 2**63:
        raise NotOfType(_OUT_OF_RANGE)
    return value


def to_float(text: str) -> float:
    """A finite number; raises :class:`NotOfType` for all else."""
    if not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
        raise NotOfType(_NO_NUMBER)
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise NotOfType(_OUT_OF_RANGE)
    return value


def to_boolean(text: str) -> bool:
    """A boolean in YAML 1.1's spellings; raises :class:`NotOfType` for all else."""
    match text.lower():
        case "true" | "y" | "yes" | "on":
            return True
        case "false" | "n" | "no" | "off":
            return False
        case _:
            raise NotOfType("invalid boolean: …")


_CASTS_BY_NAME: dict[str, _Cast] = {
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
_CASTS = Patterns.of((tuple(name.split(".")), cast) for name, cast in _CASTS_BY_NAME.items())
