"""The guided move of a secret: out of the Nix file, into a secret that sops-nix or agenix decrypts when the system starts.

The fix writes the declaration, the option for a file, and who may read it. What has to be encrypted, a person does: the fix
says what, and nixlint keeps the old value outside the repository.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from nixlint.rule import (
    Edit,
    FileEdit,
    Fix,
    MovedSecret,
    NewDefinition,
    OptionPath,
    PathValue,
    Reach,
    Repository,
    Safety,
    Span,
    WrittenDefinition,
    attr_name_literal,
    defining,
    encode,
    set_around,
)
from nixlint.secrets.looks import Look, look_of
from nixlint.secrets.options import secret_option
from nixlint.secrets.positions import container_of
from nixlint.secrets.readers import reader_of
from nixlint.secrets.ways import Source, Way

from .circumstances import machines_with
from .file_definitions import FileDefinitions
from .takers import Taker, taker_of


def guided_move(definition: WrittenDefinition, source: Source, repository: Repository) -> Fix | None:
    """The fix that moves a secret in plain text, where the repository has a tool for it; ``None`` where anything is open."""
    if not _is_written_here(definition, source):
        return None
    target = _target(definition)
    tool = _Tools.of(definition.name.path, repository)
    if target is None or tool is None:
        return None
    root = _root(definition, repository)
    if _is_defined(target.option, definition, repository) or repository.mentions(target.secret.encode()):
        return None  # a secret by that name may be another one
    body = None if root is None else set_around(repository, root.name)
    declared = _declared(tool, target, definition.name.path, repository)
    if body is None or declared is None:
        return None
    reference = f"config.{tool}.secrets.{attr_name_literal(target.secret)}.path"
    option = OptionPath((tool, "secrets", target.secret))
    prefix = definition.path.names[: definition.path.names.index(target.option.names[0])]
    definitions = [NewDefinition(OptionPath((*prefix, *option.names)), declared, ("config",))]
    edits: tuple[Edit, ...] | None
    if not target.is_variable:
        edits = _in_its_place(definition.name.span, target.option.last, definition, reference)
    elif definition.written > 1:
        edits = _in_its_place(
            _names_of_variable(definition, repository), target.option.last, definition, f"[ {reference} ]"
        )
    else:
        edits = _without(definition, repository)
        definitions.append(NewDefinition(OptionPath((*prefix, *target.option.names)), f"[ {reference} ]"))
    made = defining(repository, body, definitions, Safety.UNSAFE, "")
    if made is None or edits is None:
        return None
    path = definition.name.path
    return Fix(
        Safety.UNSAFE,
        f"take it from the secret {target.secret} of {_TOOLS[tool]}; encrypt {target.content} by that name"
        + ("" if tool == "sops" else ", and let secrets.nix name who may decrypt it"),
        (*made.edits, *(FileEdit(path, edit) for edit in edits)),
        reach=Reach(options=(_plain(definition.path), target.option, option)),
        moved=(MovedSecret(definition.value_place, target.secret, target.before),),
    )


_TOOLS = {"sops": "sops-nix", "age": "agenix"}


class _Target(NamedTuple):
    """Where a secret goes: the option that takes a file with it, the secret's new name, and how it has to be encrypted."""

    option: OptionPath
    secret: str
    content: str
    settings: tuple[tuple[str, str], ...] = ()
    before: str = ""
    is_variable: bool = False


def _is_written_here(definition: WrittenDefinition, source: Source) -> bool:
    """Whether a definition's value is a string literal with the secret and nothing else."""
    is_literal = source.way is Way.LITERAL and source.place == definition.value_place and not source.symbols
    return is_literal and definition.written > 0 and look_of(source.text) is Look.SECRET and "\n" not in source.text


def _target(definition: WrittenDefinition) -> _Target | None:
    option = _plain(definition.path)
    names = [name for name in option.names if name is not None]
    if len(names) < len(option) or not names:
        return None
    taker = taker_of(option)
    if taker in (Taker.USER, Taker.USER_AT_FIRST) and names[:2] == ["users", "users"]:
        taken = OptionPath((*names[:-1], "hashedPasswordFile"))
        content = "a hash of the password (mkpasswd makes one), not the password itself,"
        return _Target(taken, f"{names[-2]}-password", content, (("neededForUsers", "true"),))
    if taker is Taker.CONTAINER and names[0] == "virtualisation" and names[-2] == "environment":
        taken = OptionPath((*names[:-2], "environmentFiles"))
        unit = f"${{config.virtualisation.oci-containers.backend}}-{names[-3]}.service"
        restart = (("restartUnits", f'[ "{unit}" ]'),)
        content = f"the line {names[-1]}=… with the value"
        return _Target(taken, f"{names[-3]}-{names[-1]}", content, restart, f"{names[-1]}=", is_variable=True)
    if container_of(option) is not None or taker is not Taker.OPTION:
        return None
    return _file_option(option)


def _file_option(option: OptionPath) -> _Target | None:
    """The option for a file that stands beside one of NixOS with the secret itself, and has its name.

    Another one, such as ``keyFile`` of oauth2-proxy, takes a file with more than the secret.
    """
    known = secret_option(option)
    if known is None or known.replacement is None or known.prefix:
        return None
    taken = OptionPath((*option.names[:-1], known.replacement.rpartition(".")[2]))
    if str(taken) != known.replacement or taken.last != f"{option.last}File":
        return None
    reader = reader_of(taken)
    settings = (
        ()
        if reader is None
        else (("owner", encode(reader.user)), ("mode", '"0400"'), ("restartUnits", f'[ "{reader.unit}.service" ]'))
    )
    name = "-".join(name for name in option.names[1:] if name is not None)
    return _Target(taken, name, "the value", settings)


def _plain(option: OptionPath) -> OptionPath:
    """An option without the names around it that are none of the module system's options."""
    names = option.names
    return OptionPath(names[1:]) if names[:1] == ("config",) else option


class _Tools:
    """The tools that the secrets of files are from, each worked out once while a file has its turn."""

    def __init__(self) -> None:
        self._known: dict[Path, str | None] = {}

    @classmethod
    def of(cls, file: Path, repository: Repository) -> str | None:
        """That of a file."""
        known = repository.remember_for_turn(cls, cls)._known
        if file not in known:
            known[file] = _tool(file, repository)
        return known[file]


def _tool(file: Path, repository: Repository) -> str | None:
    """The tool that the repository has its secrets from; the one that the file itself speaks of where it has both.

    Every machine with the file has to have it, or there is no option to declare the secret in.
    """
    used = [tool for tool, mark in _MARKS if repository.mentions(mark) and _have_all(mark, file, repository)]
    source = repository.source(file)
    here = [tool for tool, mark in _MARKS if source is not None and mark in source.data]
    return used[0] if len(used) == 1 else here[0] if len(here) == 1 else None


def _have_all(mark: bytes, file: Path, repository: Repository) -> bool:
    """Whether all machines with a file have one that mentions something.

    Where no machine certainly has it, the file has to speak of the tool itself: else nobody knows who imports it.
    """
    machines = machines_with(file, repository) or (frozenset({file}),)
    return all(any(_mentions(each, mark, repository) for each in files) for files in machines)


def _mentions(file: Path, mark: bytes, repository: Repository) -> bool:
    source = repository.source(file)
    return source is not None and (mark in source.data or _OWN_MARKS[mark] in source.data)


_MARKS = (("sops", b"defaultSopsFile"), ("age", b"age.secrets"))
_OWN_MARKS = {b"defaultSopsFile": b"sops.secrets", b"age.secrets": b"age = {"}
"""How a module declares secrets that does not say where they are."""


def _is_defined(option: OptionPath, definition: WrittenDefinition, repository: Repository) -> bool:
    """Whether the file defines an option already."""
    found = FileDefinitions.of(definition.name.path, repository).all
    return any(_plain(each.path) == option for each in found)


def _root(definition: WrittenDefinition, repository: Repository) -> WrittenDefinition | None:
    """The outermost definition of a file in which another one is written, or that one itself."""
    found = FileDefinitions.of(definition.name.path, repository).all
    around = [
        each
        for each in found
        if each.value_place.span.contains(definition.value_place.span)
        and each.path.names == definition.path.names[: each.written]
    ]
    return min(around, key=lambda each: len(each.path), default=None)


def _declared(tool: str, target: _Target, file: Path, repository: Repository) -> str | None:
    """The declaration of a secret: who reads it, and where it is encrypted."""
    settings = dict(target.settings)
    if tool == "age":
        folder = _folder_of_agenix(file, repository)
        if folder is None:
            return None
        where = os.path.relpath(folder, file.parent)
        where = where if where.startswith(".") else f"./{where}"
        kept = {name: value for name, value in settings.items() if name in ("owner", "mode")}
        settings = {"file": f"{where}/{target.secret}.age", **kept}
    return "{ " + "".join(f"{name} = {value}; " for name, value in settings.items()) + "}"


def _folder_of_agenix(file: Path, repository: Repository) -> Path | None:
    """The folder with the encrypted files of agenix: that of the file's own secrets, of its folder's, or of all, if one."""
    folders = [
        (found.name.path, found.value.path.parent)
        for each in repository.files_mentioning(b"age.secrets")
        for found in FileDefinitions.of(each, repository).all
        if found.path.last == "file" and "age" in found.path.names and isinstance(found.value, PathValue)
    ]
    for near in (
        {folder for path, folder in folders if path == file},
        {folder for path, folder in folders if path.parent == file.parent},
        {folder for _, folder in folders},
    ):
        if near:
            return near.pop() if len(near) == 1 else None
    return None


def _in_its_place(
    names: Span | None, name: str | None, definition: WrittenDefinition, value: str
) -> tuple[Edit, ...] | None:
    """The edits that write another name and another value for a binding."""
    if names is None or name is None:
        return None
    return Edit(names, name.encode()), Edit(definition.value_place.span, value.encode())


def _names_of_variable(definition: WrittenDefinition, repository: Repository) -> Span | None:
    """Where ``environment.NAME`` is written at the end of a binding's names."""
    source = repository.source(definition.name.path)
    span = definition.name.span
    start = span.start - len(_ENVIRONMENT)
    if source is None or source.data[start : span.start] != _ENVIRONMENT:
        return None
    return Span(start, span.end)


_ENVIRONMENT = b"environment."


def _without(definition: WrittenDefinition, repository: Repository) -> tuple[Edit, ...] | None:
    """The edit that takes a binding with one name away, with its line where it has one of its own."""
    source = repository.source(definition.name.path)
    if source is None:
        return None
    data, start = source.data, definition.name.span.start
    end = data.find(b";", definition.value_place.span.end) + 1
    if not end or data[definition.value_place.span.end : end - 1].strip():
        return None
    line = source.lines.line_span(source.position(start).line)
    if not data[line.start : start].strip() and not data[end : line.end].strip():
        start, end = line.start, line.end
    return (Edit(Span(start, end), b""),)
