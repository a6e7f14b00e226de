"""Environment variables of a service, and where those go that must not be in the store."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from nixlint.compose.dotenv import engine_reads, parse_dotenv, raw_variables
from nixlint.compose.problem import ComposeError
from nixlint.containers.languages.environment_files import environment_line, is_passed
from nixlint.deployment.parts import EnvironmentFile, Variable
from nixlint.secrets.looks import Look, look_of
from nixlint.secrets.names import NameClass, classify_name
from nixlint.secrets.parts import holds_secret, may_be_secret, secret_parts_of_text

from .key_reader import KeyReader, Pair, variables_in
from .known_secrets import is_named_secret, is_setting, names_secret


class ServiceEnvironment(NamedTuple):
    """The variables of a service, and its files of variables that the engine can read as they are."""

    variables: tuple[Variable, ...]
    files: tuple[EnvironmentFile, ...]


def environment_of(keys: KeyReader) -> ServiceEnvironment:
    """What the environment of a service is made of.

    An environment file from which the engines would not read what Compose does, as it stands before and after others, is
    given as the variables in it, all of which go to a file that the engines read so.
    """
    own = tuple(_variable(keys, pair) for pair in keys.pairs("environment"))
    known = {**{each.name: each.value for each in own if each.value is not None}, **keys.notes.environment}
    files: list[EnvironmentFile] = []
    rewritten: dict[str, Variable] = {}
    earlier: dict[str, str] = {}
    for item in keys.elements("env_file"):
        path, kind = item.text("path") or "", item.text("format")
        place = item.node.place
        if item.flag("required") is False and not keys.notes.access.is_file(Path(path)):
            item.needs_you(
                item.key, f"{path}: it need not be there, and isn't: give it as an environment file if it is", place
            )
            continue
        read = _read(item, path, kind, known, earlier)
        earlier |= read.compose
        if read.is_as_engines_read:
            files.append(EnvironmentFile(path, place))
            rewritten = {name: each for name, each in rewritten.items() if name not in read.compose}
        else:
            named = _without_secret_names(item, path, read.compose)
            rewritten |= {name: Variable(name, value, place, True) for name, value in named.items()}
    given = {variable.name for variable in own}
    variables = (*(each for name, each in rewritten.items() if name not in given), *own)
    return ServiceEnvironment(tuple(each for each in variables if _fits(keys, each)), tuple(files))


def _variable(keys: KeyReader, pair: Pair) -> Variable:
    key = keys.path(f"environment.{pair.name}")
    if pair.value is None:
        keys.needs_you(
            key, f"{pair.name}: it has no value here, and is passed on from the environment of the unit", pair.place
        )
        return Variable(pair.name, None, pair.place, False)
    return Variable(pair.name, pair.value, pair.place, _is_secret(keys, pair, pair.value))


def _is_secret(keys: KeyReader, pair: Pair, value: str) -> bool:
    """Whether a variable goes to a file: by its name, by its look, by the variables that made its value, or because it
    comes from outside of the Compose file and does not look like an ordinary setting.
    """
    if is_named_secret(pair.name, value) or names_secret(tuple(sorted(variables_in(pair.scalar))), value) is not None:
        return True
    if variables_in(pair.scalar) and _is_to_be_filled_in(pair.name, value):
        return True
    if not value:
        return False
    if classify_name(pair.name) is NameClass.NEUTRAL and (
        may_be_secret(pair.name, value) or secret_parts_of_text(value)
    ):
        return True
    if value in keys.notes.secrets and keys.notes.secrets.is_evidence(value):
        return True
    return bool(pair.scalar.variables) and not is_setting(value)


def _is_to_be_filled_in(name: str, value: str) -> bool:
    """Whether a value is what the example of an environment has where a person is to put a secret, and not in the store."""
    match classify_name(name):
        case NameClass.SECRET:
            return value.lower() in _UNSET or look_of(value) is Look.PLACEHOLDER
        case NameClass.HIDE:
            return value.lower() == "password" or look_of(value) is Look.PLACEHOLDER
        case _:
            return False


_UNSET = ("", "null", "none", "nil", "undefined")


class _Read(NamedTuple):
    """What Compose reads from a file, and whether the engines read the same."""

    compose: dict[str, str]
    is_as_engines_read: bool


def _read(item: KeyReader, path: str, kind: str | None, known: dict[str, str], earlier: dict[str, str]) -> _Read:
    """The variables of an environment file, and a remark on what a person has to do about it."""
    place = item.node.place
    try:
        text = item.notes.access.text(Path(path))
    except ComposeError as error:
        message = f"{error.message}; put it there on the machine, in lines of NAME=value"
        item.needs_you(item.key, message, place)
        return _Read({}, True)
    engine = engine_reads(text)
    try:
        compose = (
            raw_variables(text) if kind == "raw" else parse_dotenv(text, known.get, item.notes.access.budget, earlier)
        )
    except ComposeError as error:
        item.needs_you(item.key, f"{path}: {error.message}", place)
        return _Read({}, True)
    if engine == compose:
        message = f"{path}: bring it to the machine, where it is read when the container starts"
        item.needs_you(item.key, message, place)
        return _Read(compose, True)
    differing = sorted(name for name in compose if engine is None or engine.get(name) != compose[name])
    listed = ", ".join(differing[:_SHOWN]) + (f" and {len(differing) - _SHOWN} more" if len(differing) > _SHOWN else "")
    message = f"{path} has {listed or 'lines'} in a form that only Compose reads: it is rewritten as NAME=value"
    item.approximated(item.key, message, place)
    return _Read(compose, False)


_SHOWN = 5


def _without_secret_names(item: KeyReader, path: str, variables: dict[str, str]) -> dict[str, str]:
    """The variables of a file but for those whose name is a secret itself: it would be in the module."""
    named = {name: value for name, value in variables.items() if not holds_secret(name)}
    if len(named) < len(variables):
        message = f"{path}: a variable whose name has the shape of a secret was left out"
        item.needs_you(item.key, message, item.node.place, incomplete=True)
    return named


def _fits(keys: KeyReader, variable: Variable) -> bool:
    """Whether a variable can be given to a container; what cannot is noted."""
    name, value = variable.name, variable.value
    if value is None or not variable.is_secret or environment_line(name, value) is not None or is_passed(name, value):
        return True
    message = f"{name} has a value that no file of variables can hold: give it to the container in another way"
    keys.needs_you(keys.path(f"environment.{name}"), message, variable.place, incomplete=True)
    return False
