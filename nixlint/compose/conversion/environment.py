"""Environment variables of a service, and where those go that must not be in the store."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from nixlint.compose.dotenv import engine_reads, parse_dotenv
from nixlint.compose.problem import ComposeError
from nixlint.containers.deployment import EnvironmentFile, Variable
from nixlint.secrets.names import is_hidden
from nixlint.secrets.parts import may_be_secret

from .key_reader import KeyReader, Pair, variables_in


class ServiceEnvironment(NamedTuple):
    """The variables of a service, and its files of variables that the engine can read as they are."""

    variables: tuple[Variable, ...]
    files: tuple[EnvironmentFile, ...]


def environment_of(keys: KeyReader) -> ServiceEnvironment:
    """What the environment of a service is made of.

    An environment file in a dialect that the engines don't understand is given as the variables in it, all secret: they
    go to a file that the engines do understand.
    """
    own = tuple(_variable(keys, pair) for pair in keys.pairs("environment"))
    files: list[EnvironmentFile] = []
    read: dict[str, Variable] = {}
    for item in keys.elements("env_file"):
        path, kind = item.text("path") or "", item.text("format")
        place = item.node.place
        if item.flag("required") is False and not keys.notes.access.is_file(Path(path)):
            item.needs_you(
                item.key, f"{path} need not be there, and isn't: give it as an environment file if it is", place
            )
            continue
        variables = _normalised(item, path, kind)
        if variables is None:
            files.append(EnvironmentFile(path, place))
        else:
            read.update({name: Variable(name, value, place, True) for name, value in variables.items()})
    given = {variable.name for variable in own}
    return ServiceEnvironment((*(variable for name, variable in read.items() if name not in given), *own), tuple(files))


def _variable(keys: KeyReader, pair: Pair) -> Variable:
    key = keys.path(f"environment.{pair.name}")
    if pair.value is None:
        keys.needs_you(
            key, f"{pair.name} has no value here: it is passed on from the environment of the unit", pair.place
        )
        return Variable(pair.name, None, pair.place, False)
    is_secret = (
        bool(pair.scalar.variables)
        or may_be_secret(pair.name, pair.value)
        or (bool(pair.value) and any(is_hidden(name) for name in variables_in(pair.scalar)))
    )
    return Variable(pair.name, pair.value, pair.place, is_secret)


def _normalised(item: KeyReader, path: str, kind: str | None) -> dict[str, str] | None:
    """The variables of a file that the engines would read otherwise than Compose; ``None`` where they agree."""
    try:
        text = item.notes.access.text(Path(path))
    except ComposeError:
        item.needs_you(
            item.key,
            f"{path} is not here to be read: put it there on the machine, in lines of NAME=value",
            item.node.place,
        )
        return None
    engine = engine_reads(text)
    if kind == "raw":
        return None if engine is not None else {}
    try:
        compose = parse_dotenv(text, budget=item.notes.access.budget)
    except ComposeError as error:
        item.needs_you(item.key, f"{path}: {error.message}", item.node.place)
        return None
    if engine == compose:
        item.needs_you(
            item.key, f"bring {path} to the machine: it is read there when the container starts", item.node.place
        )
        return None
    differing = sorted(name for name in compose if engine is None or engine.get(name) != compose[name])
    message = (
        f"{path} has {', '.join(differing) or 'lines'} in a form that only Compose reads: it is rewritten as NAME=value"
    )
    item.approximated(item.key, message, item.node.place)
    return compose
