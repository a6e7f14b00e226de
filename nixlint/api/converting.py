"""Converting a Compose project, or a ``docker run`` command, to modules of NixOS, and writing what comes of it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from nixlint.compose.docker_run import is_command, read_command
from nixlint.compose.loading import (
    STANDARD_INPUT,
    Request,
    discover_files,
    files_of_environment,
    load,
    normal_project_name,
)
from nixlint.compose.model import print_model
from nixlint.compose.problem import ComposeError, Shown
from nixlint.conversion.convert import Conversion, ConversionRequest, Root
from nixlint.conversion.convert import convert as convert_request
from nixlint.conversion.kept_options import KeptOptions, UnreadableOptions, options_in
from nixlint.conversion.output import (
    Planned,
    is_made_here,
    is_report,
    left_over,
    module_paths,
    secret_plan,
    write_all,
)
from nixlint.conversion.vm_test import vm_test
from nixlint.deployment.target import Backend, SecretStore, Target
from nixlint.files.reading import Anywhere, Kind, Reader, reason_of
from nixlint.files.tree import Tree
from nixlint.linting.fixes.applying import FixedFile
from nixlint.linting.run.discovery import repository_root
from nixlint.semantics.modules.releases import releases
from nixlint.syntax.span import LineIndex

from .request import BadRequest, PathLike, absolute, shown_from_here

ConvertOptions = KeptOptions
"""What is converted, and how; the fields are the options of ``nixlint convert``, and the header of a module keeps them."""

BACKENDS = tuple(each.value for each in Backend)
"""What may run the containers: the values of ``backend``."""
SECRET_STORES = tuple(each.value for each in SecretStore)
"""Where secrets may come from: the values of ``secrets``."""
_HERE = "."


class NotKept(Exception):
    """The header of a module does not say how to make it again; the message says what to do."""


class NothingKept(NotKept):
    """There is no module, or its header keeps no options."""


class ConvertSource(NamedTuple):
    """What is not kept in a header: values of variables, the text of standard input, a ``docker run`` command.

    ``output`` is the file or the folder that the modules are for: the paths in their headers count from there.
    """

    values: Mapping[str, str] = {}
    text: bytes | None = None
    command: Sequence[str] = ()
    output: Path | None = None
    pipes: Sequence[PathLike] = ()
    """Those of the files of variables that may be pipes, such as ``<(…)`` of a shell."""


class Written(NamedTuple):
    """The files that a conversion was written to; none where it went to standard output."""

    modules: tuple[Path, ...] = ()
    secrets: tuple[Path, ...] = ()
    left_over: tuple[Path, ...] = ()
    """Modules that an earlier conversion made in this folder, and that this one does not."""


class Differences(NamedTuple):
    """What is not as a conversion would write it: files with another text, and modules that are not made any more."""

    files: tuple[FixedFile, ...]
    left_over: tuple[Path, ...]


def convert(options: ConvertOptions, source: ConvertSource = ConvertSource()) -> Conversion:  # noqa: B008  # never changed
    """Convert a project, without writing anything.

    Raises :class:`~nixlint.api.ComposeError` where it can't be loaded or makes no sense for the target,
    :class:`~nixlint.api.NotADockerCommand` for a command that is none, and :class:`~nixlint.api.BadRequest`.
    """
    _refuse_what_makes_no_sense(options)
    loaded = _request(options, source)
    target = Target(
        Backend(options.backend), options.nixos or releases().default, SecretStore(options.secrets), options.user
    )
    folder = _folder_of(source.output, options)
    kept = options._replace(files=() if _is_no_file(loaded) else options.files or (_HERE,), nixos=target.release)
    return convert_request(
        ConversionRequest(
            loaded,
            target,
            options.profiles,
            options.enable_option,
            options.split,
            options.symbolic,
            _shown_source(loaded, source, folder),
            options.root or Root.OWN,
            kept.seen_from(folder),
        )
    )


def loaded_model(options: ConvertOptions, source: ConvertSource = ConvertSource()) -> Mapping[str, object]:  # noqa: B008  # as above
    """The loaded project as ``docker compose config --format json`` prints it, values and all. Raises as ``convert``."""
    loaded = load(_request(options, source))
    return print_model(loaded.root, loaded.environment, loaded.access)


def is_docker_command(words: Sequence[str]) -> bool:
    """Whether words are a ``docker run`` command, or one of Podman."""
    return is_command(words)


def write_conversion(
    conversion: Conversion,
    output: Path | None,
    *,
    with_test: bool = False,
    report: tuple[Path, str] | None = None,
    inputs: Collection[Path] = (),
    force: bool = False,
) -> Written:
    """Write the modules of a conversion, a test beside them, a report, and the secrets outside of the repository.

    Nothing is written over what nixlint did not make, unless by ``force``, and never over ``inputs`` or what was
    converted. Raises :class:`~nixlint.api.NotWritten`; then nothing, or only the first of the files, was written.
    """
    modules = () if output is None else _made(conversion, output, with_test)
    secrets = () if output is None else secret_plan(conversion)
    planned = [Planned(path, text, is_made_here) for path, text in modules]
    if report is not None:
        planned.append(Planned(*report, is_report))
    read = (*(path for path in conversion.texts if path != STANDARD_INPUT), *inputs)
    write_all((*planned, *secrets), read, force=force)
    remains = () if output is None else left_over(conversion, output)
    return Written(tuple(path for path, _ in modules), tuple(each.path for each in secrets[1:]), remains)


def differences(conversion: Conversion, output: Path, *, with_test: bool = False) -> Differences:
    """What of a conversion is not as it would be written."""
    stale = []
    for path, text in _made(conversion, output, with_test):
        try:
            before = Anywhere().read(path)
        except (OSError, ValueError):
            before = b""
        if before != text.encode():
            stale.append(FixedFile(path, before, text.encode()))
    return Differences(tuple(stale), left_over(conversion, output))


def convert_again(
    module: Path,
    given: ConvertOptions = ConvertOptions(),  # noqa: B008  # never changed
    asked: Collection[str] = (),
) -> ConvertOptions:
    """The options to make a module again, or the modules of a folder: those of its header.

    Of the fields that are ``asked`` for, what is ``given`` holds instead. Raises :class:`~nixlint.api.NothingKept` where
    there is no module, or one without options, and :class:`~nixlint.api.NotKept` where they can't be used.
    """
    main = module / "default.nix" if Anywhere().kind(module) is Kind.FOLDER else module
    try:
        text = Anywhere().read(main)
    except (OSError, ValueError):
        again = f"make it with nixlint convert FILE -o {shlex.quote(str(main))}"
        raise NothingKept(f"{main}: there is no such module; {again}") from None
    try:
        kept = options_in(text) if is_made_here(text) else None
    except UnreadableOptions as error:
        raise NotKept(f"{main}: the options in its header are damaged ({error}); give them once more") from None
    if kept is None:
        once = f"give them once, as in nixlint convert FILE -o {shlex.quote(str(main))}"
        raise NothingKept(f"{main}: its header keeps no options; {once}")
    kept = kept.seen_from_here(main.parent)
    if "files" not in asked:
        _refuse_what_is_elsewhere(kept, main)
    missing = [name for name in kept.variables if name not in given.variables]
    if missing:
        raise NotKept(f"{main}: it was made with --env {missing[0]}=…, and values are not kept: give it again")
    merged = given._replace(**{name: getattr(kept, name) for name in KeptOptions._fields if name not in asked})
    if not merged.files:
        raise NotKept(f"{main}: it was not made from a file: make it again with -o {main}")
    return merged


def place_of(error: ComposeError) -> str:
    """Where an error is, as far as that is known, in the form that begins a line: ``compose.yaml:3:5: ``."""
    if error.place is None or not str(error.place.path) or error.place.path == STANDARD_INPUT:
        return ""
    shown = shown_from_here(error.place.path)
    try:
        position = LineIndex(Anywhere().read(error.place.path)).position(error.place.span.start)
    except OSError:
        return f"{shown}: "
    return f"{shown}:{position.line}:{position.column}: "


def _refuse_what_makes_no_sense(options: ConvertOptions) -> None:
    if options.root is not None and not options.root.startswith("/"):
        raise BadRequest(f"--root {options.root}: an absolute path is wanted")
    if options.enable_option is not None and not all(options.enable_option.split(".")):
        raise BadRequest("--option: names with dots between them are wanted, such as services.blog")


def _refuse_what_is_elsewhere(kept: ConvertOptions, module: Path) -> None:
    """A header may be somebody else's: it names files of its own repository or below here, or the person names them."""
    roots = (repository_root(absolute(module)).resolve(), Path.cwd().resolve())
    for name in (*kept.files, *kept.env_files):
        if not any(Path(name).resolve().is_relative_to(root) for root in roots):
            raise NotKept(f"{module}: it is made from {name}, outside its repository: name the file")


def _folder_of(output: Path | None, options: ConvertOptions) -> Path:
    """The folder from which the paths in a header count: that of the module."""
    if output is None:
        return Path.cwd()
    is_folder = options.split or Anywhere().kind(output) is Kind.FOLDER or output.suffix != ".nix"
    return absolute(output if is_folder else output.parent)


def _made(conversion: Conversion, output: Path, with_test: bool) -> tuple[tuple[Path, str], ...]:
    """The modules, and the test beside the main one."""
    paths = module_paths(conversion, output)
    if not with_test:
        return paths
    main = paths[0][0]
    return (*paths, (main.with_name(f"{main.stem}-test.nix"), vm_test(conversion, main.name)))


def _request(options: ConvertOptions, source: ConvertSource) -> Request:
    environment = {**(os.environ if options.host_env else {}), **source.values}
    env_paths = tuple(absolute(path) for path in options.env_files)
    pipes = _pipes(source.pipes)
    if source.command:
        run = read_command(source.command)
        name = options.project_name or normal_project_name(run.name)
        found = Request((STANDARD_INPUT,), name, environment, env_paths, run.compose, pipes)
        return found._replace(profiles=options.profiles)
    for path in env_paths:
        if path not in pipes and Anywhere().kind(path) is not Kind.FILE:
            raise ComposeError("couldn't find env file: {}", None, Shown.file(path))
    if source.text is not None:
        request = Request((STANDARD_INPUT,), options.project_name, environment, env_paths, source.text, pipes)
        return request._replace(checks_all_profiles=False, profiles=options.profiles)
    given = tuple(absolute(name) for name in options.files or (_HERE,))
    reader = Tree(repository_root(given[0]))
    paths = tuple(found for path in given for found in _files_at(path, reader))
    return Request(
        paths,
        options.project_name,
        environment,
        env_paths,
        pipes=pipes,
        reader=reader,
        named=given,
        profiles=options.profiles,
        checks_all_profiles=False,
    )


def _pipes(paths: Sequence[PathLike]) -> dict[Path, bytes]:
    """What comes out of those files of variables that are pipes. A header names none."""
    found: dict[Path, bytes] = {}
    for path in map(absolute, paths):
        if path not in found and Anywhere().kind(path) is Kind.OTHER:
            try:
                found[path] = Anywhere().pipe(path)
            except OSError as error:
                raise ComposeError("{}: {}", None, Shown.file(path), Shown.word(reason_of(error))) from None
    return found


def _files_at(path: Path, reader: Reader) -> tuple[Path, ...]:
    """The Compose files that a name means."""
    match Anywhere().kind(path):
        case None:
            raise ComposeError("open {}: no such file or directory", None, Shown.file(path))
        case Kind.FOLDER:
            pass
        case _:
            return (path,)
    found = files_of_environment(path, reader) or discover_files(path, reader)
    if not found:
        raise ComposeError(
            "{}: there is no Compose file here (compose.yaml, docker-compose.yml)", None, Shown.file(path)
        )
    return found


def _is_no_file(request: Request) -> bool:
    return request.files[0] == STANDARD_INPUT


def _shown_source(request: Request, source: ConvertSource, folder: Path) -> str:
    """What a module in a folder is made from, as its first line says."""
    if not _is_no_file(request):
        return ", ".join(os.path.relpath(path, folder) for path in request.files)
    return "a command" if source.command else "standard input"
