"""``nixlint convert``."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from nixlint.compose.docker_run import NotADockerCommand, is_command, read_command
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
from nixlint.conversion.convert import Conversion, ConversionRequest, Root, convert
from nixlint.conversion.kept_options import KeptOptions
from nixlint.conversion.output import (
    NotWritten,
    Planned,
    is_made_here,
    is_report,
    left_over,
    module_paths,
    secret_plan,
    write_all,
)
from nixlint.conversion.vm_test import vm_test
from nixlint.deployment.parts import RemarkKind
from nixlint.deployment.target import Backend, SecretStore, Target
from nixlint.files.reading import Anywhere, Kind, Reader, reason_of
from nixlint.files.tree import Tree
from nixlint.reporting.conversion import Written, conversion_text
from nixlint.reporting.terminal import escaped, shell_word, style_for, visible
from nixlint.semantics.modules.releases import releases
from nixlint.syntax.span import LineIndex

from .convert_again import NotKept, options_again
from .streams import read_standard_input


class _Output(NamedTuple):
    path: Path | None
    report: Path | None
    check: bool
    strict: bool
    with_test: bool
    force: bool
    verbose: bool


@click.command("convert", context_settings={"ignore_unknown_options": False})
@click.argument("words", nargs=-1, metavar="[FILE]...")
@click.option(
    "-f", "--file", "files", multiple=True, help="A Compose file, as with Docker Compose; - is standard input."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file, or a folder with --split; else stdout.")
@click.option("--backend", type=click.Choice([each.value for each in Backend]), default="podman", show_default=True)
@click.option(
    "--nixos",
    type=click.Choice(releases().names),
    default=releases().default,
    show_default=True,
    help="The release it is for.",
)
@click.option("-p", "--project-name", help="The project's name; else that of the file or the folder.")
@click.option("--profile", "profiles", multiple=True, help="Start this profile's services at boot; * for all.")
@click.option("--env-file", "env_files", multiple=True, type=click.Path(path_type=Path), help="Instead of .env.")
@click.option("--env", "variables", multiple=True, metavar="NAME=VALUE", help="Set a variable.")
@click.option("--host-env", is_flag=True, help="Take variables from the environment of this command too.")
@click.option(
    "--secrets", type=click.Choice([each.value for each in SecretStore]), default="env-file", show_default=True
)
@click.option("--split", is_flag=True, help="One file for each container, and a default.nix.")
@click.option("--option", "enable_option", metavar="PATH", help="Declare PATH.enable, and depend on it.")
@click.option("--symbolic", is_flag=True, help="Keep variables as names in a let.")
@click.option(
    "--root",
    metavar="PATH",
    help="Absolute path of the project's folder on the target machine (default: /var/lib/PROJECT).",
)
@click.option("--user", metavar="NAME", help="Run the containers without root, as this user.")
@click.option("--with-test", is_flag=True, help="Write a NixOS VM test beside the module.")
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE.json", help="Write the report as JSON.")
@click.option("-v", "--verbose", is_flag=True, help="Report each thing by itself, and all of them.")
@click.option("--strict", is_flag=True, help="Exit with 1 when anything was dropped or withheld.")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 and a diff when a module is not up to date.")
@click.option("--update", is_flag=True, help="Write a module anew, with the options that its header keeps.")
@click.option("--force", is_flag=True, help="Write over files that nixlint did not make.")
@click.option(
    "--print-model", is_flag=True, help="Print the loaded project as docker compose config --format json does."
)
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Whether to use colours.")
def command(
    words: Sequence[str],
    files: Sequence[str],
    output: Path | None,
    backend: str,
    nixos: str,
    project_name: str | None,
    profiles: Sequence[str],
    env_files: Sequence[Path],
    variables: Sequence[str],
    host_env: bool,
    secrets: str,
    split: bool,
    enable_option: str | None,
    symbolic: bool,
    root: str | None,
    user: str | None,
    with_test: bool,
    report: Path | None,
    verbose: bool,
    strict: bool,
    check: bool,
    update: bool,
    force: bool,
    print_model: bool,
    color: str,
) -> int:
    """Convert a Compose project (default: that of the current folder) to a NixOS module.

    Several files are merged as Docker Compose does; a folder means the project in it. After -- comes a docker run
    command instead. The module goes to standard output, the report to standard error; with -o the module is written,
    and secrets to files outside of the repository.

    --check and --update take the module (or the folder of --split) in place of a file, and the options from its header.

    Exits with 0 when it converted, with 1 when --strict or --check say so, and with 2 when it could not.
    """
    takes_command = not files and is_command(words)
    options = KeptOptions(
        () if takes_command else (*files, *words),
        project_name,
        tuple(profiles),
        tuple(str(path) for path in env_files),
        tuple(dict.fromkeys(each.partition("=")[0] for each in variables)),
        host_env,
        backend,
        nixos,
        secrets,
        split,
        enable_option,
        symbolic,
        root,
        user,
        with_test,
    )
    try:
        if check or update:
            output, options = options_again(options, output, "--check" if check else "--update")
        _refuse_what_makes_no_sense(options, output)
        environment = _environment(variables, options.host_env)
        env_paths = tuple(Path(path) for path in options.env_files)
        named = words if takes_command else options.files
        loaded = _request(named, (), options.project_name, env_paths, environment, _pipes(env_files))
        loaded = loaded._replace(profiles=tuple(options.profiles))
        if print_model:
            return _print_model(loaded)
        target = Target(Backend(options.backend), options.nixos, SecretStore(options.secrets), options.user)
        folder = _folder_of(output, options)
        kept = options._replace(files=() if str(loaded.files[0]) == "-" else options.files or (".",))
        request = ConversionRequest(
            loaded,
            target,
            options.profiles,
            options.enable_option,
            options.split,
            options.symbolic,
            _source(loaded.files, named, folder),
            options.root or Root.OWN,
            kept.seen_from(folder),
        )
        return _run(request, _Output(output, report, check, strict, options.with_test, force, verbose), color)
    except ComposeError as error:
        sys.stderr.write(f"{_where(error)}error: {visible(error.message)}\n")
    except (NotWritten, NotADockerCommand, NotKept) as error:
        sys.stderr.write(f"error: {visible(str(error))}\n")
    return 2


def _refuse_what_makes_no_sense(options: KeptOptions, output: Path | None) -> None:
    if options.with_test and output is None:
        raise click.UsageError("--with-test needs -o")
    if options.split and output is None:
        raise click.UsageError("--split needs -o with a folder")
    if options.root is not None and not options.root.startswith("/"):
        raise click.UsageError(f"--root {visible(options.root)}: an absolute path is wanted")
    if options.enable_option is not None and not all(options.enable_option.split(".")):
        raise click.UsageError("--option: names with dots between them are wanted, such as services.blog")


def _folder_of(output: Path | None, options: KeptOptions) -> Path:
    """The folder from which the paths in a header count: that of the module."""
    if output is None:
        return Path.cwd()
    is_folder = options.split or Anywhere().kind(output) is Kind.FOLDER or output.suffix != ".nix"
    return Path(os.path.abspath(output if is_folder else output.parent))  # noqa: PTH100  # as above


def _run(request: ConversionRequest, output: _Output, color: str) -> int:
    conversion = convert(request)
    folder = Path.cwd()
    if output.check:
        assert output.path is not None
        return _check(conversion, output.path, output.with_test)
    planned: list[Planned] = []
    secrets: tuple[Planned, ...] = ()
    if output.path is not None:
        secrets = secret_plan(conversion)
        planned += [
            Planned(path, text, is_made_here) for path, text in _made(conversion, output.path, output.with_test)
        ]
    if output.report is not None:
        from nixlint.reporting.conversion_document import conversion_json

        planned.append(Planned(output.report, conversion_json(conversion, folder), is_report))
    inputs = (*(path for path in conversion.texts if str(path) != "-"), *request.load.env_files)
    write_all((*planned, *secrets), inputs, force=output.force)
    if output.path is None:
        _print(conversion.modules[0][1])
        sys.stdout.flush()
    else:
        for path in left_over(conversion, output.path):
            sys.stderr.write(f"{visible(_shown(path))} is not made any more: remove it\n")
    modules = [each.path for each in planned if each.path != output.report]
    written = Written(tuple(modules), tuple(each.path for each in secrets[1:]))
    style = style_for(sys.stderr, color)
    for piece in conversion_text(conversion, folder, style, written, is_verbose=output.verbose):
        sys.stderr.write(piece)
    lost = (each.kind is RemarkKind.DROPPED or each.is_incomplete for each in conversion.remarks)
    return int(output.strict and any(lost))


def _print(text: str) -> None:
    """Write a document as it is; for a terminal with escapes for what that would obey, which the project may hold."""
    if sys.stdout.isatty():
        shown = "\n".join(map(escaped, text.split("\n")))
        if shown != text:
            sys.stderr.write("note: shown with escapes for what a terminal obeys; -o, or > FILE, writes it as it is\n")
        text = shown
    sys.stdout.write(text)


def _made(conversion: Conversion, output: Path, with_test: bool) -> tuple[tuple[Path, str], ...]:
    """The modules, and the test beside the main one."""
    paths = module_paths(conversion, output)
    if not with_test:
        return paths
    main = paths[0][0]
    return (*paths, (main.with_name(f"{main.stem}-test.nix"), vm_test(conversion, main.name)))


def _check(conversion: Conversion, output: Path, with_test: bool) -> int:
    from nixlint.linting.fixes.applying import FixedFile
    from nixlint.reporting.diff import diff

    is_stale = False
    for path, text in _made(conversion, output, with_test):
        try:
            before = Anywhere().read(path)
        except (OSError, ValueError):
            before = b""
        if before != text.encode():
            is_stale = True
            sys.stdout.write(diff(FixedFile(path, before, text.encode()), _shown(path)))
    for path in left_over(conversion, output):
        is_stale = True
        sys.stdout.write(f"{visible(_shown(path))} is not made any more: remove it\n")
    if is_stale:
        shown = shell_word(_shown(output))
        sys.stderr.write(
            f"{visible(_shown(output))} is not up to date; write it anew: nixlint convert --update {shown}\n"
        )
    return int(is_stale)


def _request(
    words: Sequence[str],
    files: Sequence[str],
    project_name: str | None,
    env_files: Sequence[Path],
    environment: dict[str, str],
    pipes: Mapping[Path, bytes],
) -> Request:
    env_paths = tuple(_absolute(path) for path in env_files)
    if not files and is_command(words):
        run = read_command(words)
        name = project_name or normal_project_name(run.name)
        return Request((STANDARD_INPUT,), name, environment, env_paths, run.compose, pipes)
    for path in env_paths:
        if path not in pipes and Anywhere().kind(path) is not Kind.FILE:
            raise ComposeError("couldn't find env file: {}", None, Shown.file(path))
    named = [*files, *words]
    if named == ["-"]:
        request = Request((STANDARD_INPUT,), project_name, environment, env_paths, read_standard_input(), pipes)
        return request._replace(checks_all_profiles=False)
    from nixlint.linting.run.discovery import repository_root

    given = tuple(_absolute(Path(name)) for name in named or ["."])
    reader = Tree(repository_root(given[0]))
    paths = tuple(found for path in given for found in _files_at(path, reader))
    return Request(
        paths,
        project_name,
        environment,
        env_paths,
        pipes=pipes,
        reader=reader,
        named=given,
        checks_all_profiles=False,
    )


def _pipes(paths: Sequence[Path]) -> dict[Path, bytes]:
    """What comes out of those files of variables that are pipes, such as ``<(…)`` of a shell. A header names none."""
    found: dict[Path, bytes] = {}
    for path in map(_absolute, paths):
        if path not in found and Anywhere().kind(path) is Kind.OTHER:
            try:
                found[path] = Anywhere().pipe(path)
            except OSError as error:
                raise ComposeError("{}: {}", None, Shown.file(path), Shown.word(reason_of(error))) from None
    return found


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100  # a symlink stays what it is called


def _files_at(path: Path, reader: Reader) -> tuple[Path, ...]:
    """The Compose files that a name on the command line means."""
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


def _environment(variables: Sequence[str], host_env: bool) -> dict[str, str]:
    given = dict(os.environ) if host_env else {}
    for each in variables:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise click.UsageError(f"--env {name}: NAME=VALUE is wanted")
        given[name] = value
    return given


def _print_model(request: Request) -> int:
    import json

    loaded = load(request)
    model = print_model(loaded.root, loaded.environment, loaded.access)
    _print(json.dumps(model, indent=2, ensure_ascii=False, sort_keys=True) + "\n")
    return 0


def _shown(path: Path) -> str:
    folder = Path.cwd()
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def _source(files: Sequence[Path], words: Sequence[str], folder: Path) -> str:
    """What a module in a folder is made from, as its first line says."""
    if str(files[0]) != "-":
        return ", ".join(os.path.relpath(path, folder) for path in files)
    return "standard input" if list(words[:1]) in ([], ["-"]) else "a command"


def _where(error: ComposeError) -> str:
    if error.place is None or not str(error.place.path) or str(error.place.path) == "-":
        return ""
    try:
        position = LineIndex(Anywhere().read(error.place.path)).position(error.place.span.start)
    except OSError:
        return f"{visible(_shown(error.place.path))}: "
    return f"{visible(_shown(error.place.path))}:{position.line}:{position.column}: "
