"""A conversion from end to end, without a word to the person and without a byte to the disk."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from enum import Enum
from pathlib import Path, PurePath
from typing import NamedTuple, TypeAlias

from nixlint.compose.comments import CommentBook
from nixlint.compose.conversion.to_containers import convert as to_containers
from nixlint.compose.loading import LoadedProject, Request, load
from nixlint.compose.node import MappingNode, string
from nixlint.compose.problem import ComposeError, Shown
from nixlint.compose.yaml_reader import ComposeText
from nixlint.deployment.parts import Deployment, Remark, RemarkKind, SecretFile
from nixlint.deployment.target import Backend, SecretStore, Target
from nixlint.emit.context import NATIVE_SINCE
from nixlint.emit.expression import Module, Unwritable
from nixlint.emit.layout import render
from nixlint.emit.oci_module import Options, emit, moved_text
from nixlint.emit.secret_places import secret_files
from nixlint.emit.symbols import Symbols
from nixlint.semantics.modules.releases import releases

from .kept_options import KeptOptions
from .plain_text import refuse_what_no_text_may_have
from .proof import prove
from .secret_names import refuse_names_with_secrets

EXTENSION = "x-nixlint"


class Root(Enum):
    """Where the project's folder is on the machine, where nobody names a path: as it is here, or in a place of its own."""

    HERE = "here"
    OWN = "own"

    def path(self, loaded: LoadedProject, outside: Iterable[str]) -> str:
        """The path. What the project names by its way out of its folder is in its own place too."""
        if self is Root.HERE:
            return loaded.directory
        top = os.path.commonpath((loaded.directory, *outside))
        return os.path.normpath(PurePath("/var/lib", loaded.name, PurePath(loaded.directory).relative_to(top)))


class ConversionRequest(NamedTuple):
    """What to convert, for what, and how it is to look; ``root`` is where the project's folder is on the machine.

    ``kept`` are the options as the header says them.
    """

    load: Request
    target: Target = Target()  # a named tuple, which nothing changes
    profiles: tuple[str, ...] = ()
    enable_option: str | None = None
    split: bool = False
    keeps_variables: bool = False
    shown: str = ""
    root: str | Root = Root.HERE
    kept: KeptOptions | None = None


class Conversion(NamedTuple):
    """Files by name with their texts, what a person should know, and the secrets that they have to bring.

    ``inputs`` is the digest that the files carry; ``root`` is the project's folder on the machine, and ``needed`` are the
    paths in it that have to be there.
    """

    modules: tuple[tuple[str, str], ...]
    remarks: tuple[Remark, ...]
    secret_files: tuple[SecretFile, ...]
    deployment: Deployment
    target: Target
    texts: Mapping[Path, ComposeText]
    inputs: str
    root: str
    needed: tuple[str, ...]


def convert(request: ConversionRequest) -> Conversion:
    """Convert a project. Raises :class:`ComposeError` where it can't be loaded or makes no sense for the target."""
    # Once it is written nobody needs what was loaded, which is large where the project is: nothing here holds it.
    return _proven(*_written(load(_with_folder(request.load)), request))


def convert_loaded(loaded: LoadedProject, request: ConversionRequest) -> Conversion:
    """Convert a project that is loaded. Raises :class:`ComposeError` where it makes no sense for the target."""
    return _proven(*_written(loaded, request))


_Expressions: TypeAlias = tuple[tuple[str, Module], ...]
"""The modules as expressions, by their file names."""


def _proven(written: Conversion, expressions: _Expressions) -> Conversion:
    """A conversion whose modules are what was meant. Raises :class:`ComposeError` where one is not."""
    prove([(name, meant, text) for (name, meant), (_, text) in zip(expressions, written.modules, strict=True)])
    return written


def _with_folder(request: Request) -> Request:
    """A request in which ``PWD`` is the project's folder, as for one who runs Compose there."""
    if "PWD" in request.environment or not request.files or str(request.files[0]) == "-":
        return request
    return request._replace(environment={"PWD": str(request.files[0].parent.absolute()), **request.environment})


def _written(loaded: LoadedProject, request: ConversionRequest) -> tuple[Conversion, _Expressions]:
    """A conversion, and what its modules are meant to say."""
    refuse_what_no_text_may_have(loaded.root)
    refuse_names_with_secrets(loaded.root)
    target = _chosen(request.target, loaded)
    profiles = request.profiles or loaded.profiles
    found = to_containers(loaded, profiles, keeps_variables=request.keeps_variables)
    plain = to_containers(loaded, profiles).deployment if found.symbols else found.deployment
    book = CommentBook(loaded.texts, loaded.borrowed)
    inputs = digest(loaded)
    head = book.head()
    outside = frozenset(path for path in _paths(plain) if _is_relative(path, loaded))
    root = request.root.path(loaded, outside) if isinstance(request.root, Root) else request.root
    moves = _moves(outside, loaded.directory, root)
    folder = moves or ((loaded.directory, root),)
    needed = tuple(dict.fromkeys(moved for path in _needed(plain) for moved in _moved(path, folder)))
    kept = request.kept
    if kept is not None:
        # What follows from where this run was started is kept too, for the next one may be started elsewhere.
        is_named = kept.project_name is not None or "name" in loaded.root.key_places
        named_root = root if request.root is Root.HERE and needed else None
        kept = kept._replace(
            root=named_root if isinstance(request.root, Root) else root,
            project_name=kept.project_name if is_named else loaded.name,
        )
    symbols = Symbols(found.symbols)
    options = Options(
        tuple(request.enable_option.split(".")) if request.enable_option is not None else None,
        request.split,
        _header(request.shown, inputs, kept),
        ("", *head) if head else (),
        symbols,
        moves,
    )
    try:
        emitted = emit(found.deployment, target, book, options)
        (first, main), *others = emitted.modules
        expressions = ((first, replace(main, closing=book.rest())), *others)
        modules = tuple((name, render(module)) for name, module in expressions)
    except Unwritable as error:
        raise ComposeError("{}", error.place, Shown.word(error.message)) from None
    warned = [
        Remark(
            RemarkKind.NEEDS_YOU if each.loses_text else RemarkKind.APPROXIMATED,
            "project",
            each.message,
            each.place,
            is_incomplete=each.loses_text,
        )
        for each in loaded.warnings
    ]
    remarks = [
        each._replace(message=_seen_there(each.message, moves)) for each in (*warned, *found.remarks, *emitted.remarks)
    ]
    conversion = Conversion(
        modules,
        tuple(sorted(remarks, key=_position)),
        secret_files(plain),
        plain,
        target,
        loaded.texts,
        inputs,
        root,
        needed,
    )
    return conversion, expressions


_Moves: TypeAlias = tuple[tuple[str, str], ...]


def _moves(outside: Iterable[str], here: str, root: str) -> _Moves:
    """The project's folder with its path on the machine, and what the project names by its way out of there (``../conf``),
    which stands on the machine where the same way leads. What is in another comes before it.
    """
    if root == here:
        return ()
    found = [(path, os.path.normpath(os.path.join(root, os.path.relpath(path, here)))) for path in outside]  # noqa: PTH118
    return tuple(sorted(((here, root), *found), reverse=True))


def _is_relative(path: str, loaded: LoadedProject) -> bool:
    """Whether a path outside of the project's folder was written as the way to it: it begins as that of the folder does,
    and stands neither in a file nor in a variable.
    """
    here = PurePath(loaded.directory)
    if not path.startswith("/") or PurePath(path).is_relative_to(here) or PurePath(path).parts[:2] != here.parts[:2]:
        return False
    is_written = any(path.encode() in text.data for text in loaded.texts.values())
    return not is_written and not any(
        value.startswith("/") and path.startswith(value) for value in loaded.environment.values()
    )


def _paths(deployment: Deployment) -> Iterator[str]:
    """All paths that a deployment names."""
    yield from _needed(deployment)
    yield from (file.path for container in deployment.containers for file in container.environment_files)
    yield from (secret.path for build in deployment.builds for secret in build.secrets if secret.path)


def _needed(deployment: Deployment) -> Iterator[str]:
    """The paths that containers and images need, and of which no remark says so."""
    yield from (mount.source for container in deployment.containers for mount in container.mounts)
    yield from (build.context for build in deployment.builds)


def _moved(path: str, moves: _Moves) -> Iterator[str]:
    """A path as it is on the machine, if it is the project's own."""
    for before, after in moves:
        if path == before or path.startswith(f"{before}/"):
            yield after + path.removeprefix(before)
            return


def _seen_there(message: str, moves: _Moves) -> str:
    """A message with the project's paths as they are on the machine."""
    return moved_text(message, tuple(each for each in moves if each[0] != "/"))


def digest(loaded: LoadedProject) -> str:
    """The digest of the files that a project comes from, in their order. Values of variables are not in it."""
    digest = hashlib.sha256()
    for text in loaded.texts.values():
        digest.update(len(text.data).to_bytes(8, "big"))
        digest.update(text.data)
    return f"sha256-{digest.hexdigest()[:32]}"


def _chosen(target: Target, loaded: LoadedProject) -> Target:
    """The target with what the project itself says, in ``x-nixlint`` at its top."""
    extension = loaded.root.get(EXTENSION)
    if isinstance(extension, MappingNode):
        for name in extension.entries:
            if name not in ("backend", "nixos", "secrets", "user"):
                raise ComposeError(
                    "x-nixlint knows backend, nixos, secrets and user, but not {}",
                    extension.key_place(name),
                    Shown.key(name),
                )
        try:
            target = Target(
                Backend(string(extension.get("backend")) or target.backend.value),
                string(extension.get("nixos")) or target.release,
                SecretStore(string(extension.get("secrets")) or target.secrets.value),
                string(extension.get("user")) or target.user,
            )
        except ValueError:
            known = ", ".join(each.value for each in (*Backend, *SecretStore))
            raise ComposeError("x-nixlint: not one of {}", extension.place, Shown.word(known)) from None
    if target.release not in releases().names:
        raise ComposeError(
            "this release of NixOS is not known here (known: {})", None, Shown.word(", ".join(releases().names))
        )
    if target.user is not None and not _USER.fullmatch(target.user):
        raise ComposeError("a user's name has letters, digits, _, - and . alone, and begins with a letter or _")
    if target.user is not None and (target.backend is not Backend.PODMAN or not target.has(NATIVE_SINCE)):
        raise ComposeError("containers of a user need Podman and NixOS {}", None, Shown.word(NATIVE_SINCE))
    return target


_USER = re.compile(r"[A-Za-z_][\w.-]{0,30}", re.ASCII)
"""What systemd takes in ``User=`` (systemd.io, 'User/Group Name Syntax')."""

MADE_BY = "by nixlint convert."
"""How the first line of every module ends."""


def _header(shown: str, inputs: str, kept: KeptOptions | None) -> tuple[str, ...]:
    made = f"Made from {shown} {MADE_BY}" if shown else f"Made {MADE_BY}"
    options = (kept.line(),) if kept is not None else ()
    own = "Your own settings go into a module beside this one: this one is written anew."
    return (made, own, *options, f"inputs: {inputs}")


_ORDER = tuple(RemarkKind)


def _position(remark: Remark) -> tuple[str, int, str]:
    place = remark.place
    return (str(place.path) if place else "", place.span.start if place else 0, remark.key)
