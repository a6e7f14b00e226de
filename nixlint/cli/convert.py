"""``nixlint convert``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click
from click.core import ParameterSource

from nixlint.api import (
    BACKENDS,
    SECRET_STORES,
    BadRequest,
    ComposeError,
    Conversion,
    ConvertOptions,
    ConvertSource,
    NotADockerCommand,
    NothingKept,
    NotKept,
    NotWritten,
    RemarkKind,
    convert,
    convert_again,
    differences,
    is_docker_command,
    loaded_model,
    place_of,
    releases,
    shown_from_here,
    write_conversion,
)
from nixlint.reporting.conversion import conversion_text
from nixlint.reporting.terminal import escaped, shell_word, style_for, visible

from .streams import read_standard_input


class _Output(NamedTuple):
    path: Path | None
    report: Path | None
    check: bool
    strict: bool
    force: bool
    verbose: bool


@click.command("convert", context_settings={"ignore_unknown_options": False})
@click.argument("words", nargs=-1, metavar="[FILE]...")
@click.option(
    "-f", "--file", "files", multiple=True, help="A Compose file, as for Docker Compose; - is standard input."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The file to write, or with --split the folder (default: standard output).",
)
@click.option("--backend", type=click.Choice(BACKENDS), default="podman", show_default=True)
@click.option(
    "--nixos",
    type=click.Choice(releases().names),
    default=releases().default,
    show_default=True,
    help="The NixOS release of the target machine.",
)
@click.option("-p", "--project-name", help="Name of the project (default: that of the file or the folder).")
@click.option("--profile", "profiles", multiple=True, help="Start this profile's services at boot; * for all.")
@click.option(
    "--env-file",
    "env_files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="File of variables, instead of .env.",
)
@click.option("--env", "variables", multiple=True, metavar="NAME=VALUE", help="Set a variable.")
@click.option("--host-env", is_flag=True, help="Also use variables from the environment of this command.")
@click.option("--secrets", type=click.Choice(SECRET_STORES), default="env-file", show_default=True)
@click.option("--split", is_flag=True, help="Write one file for each container, and a default.nix.")
@click.option(
    "--option",
    "enable_option",
    metavar="PATH",
    help="Declare the option PATH.enable, and enable the containers with it.",
)
@click.option("--symbolic", is_flag=True, help="Keep variables as names in a let.")
@click.option(
    "--root",
    metavar="PATH",
    help="Absolute path of the project's folder on the target machine (default: /var/lib/PROJECT).",
)
@click.option("--user", metavar="NAME", help="Run the containers without root, as this user.")
@click.option("--with-test", is_flag=True, help="Write a NixOS VM test beside the module.")
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE.json", help="Write the report as JSON.")
@click.option("-v", "--verbose", is_flag=True, help="Report every entry by itself.")
@click.option("--strict", is_flag=True, help="Exit with 1 if anything was dropped or withheld.")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 and show a diff if a module is out of date.")
@click.option("--update", is_flag=True, help="Write a module again, with the options from its header.")
@click.option("--force", is_flag=True, help="Overwrite files that nixlint did not write.")
@click.option("--print-model", is_flag=True, help="Print the loaded project as docker compose config --format json.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Use colours.")
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

    Several files are merged as Docker Compose merges them; a folder stands for the project in it. A docker run command may
    follow after -- instead. The module goes to standard output and the report to standard error. With -o, nixlint
    writes the module, and secrets to files outside of the repository.

    --check and --update take the module (or the folder of --split) in place of a file, and read the options from its
    header.

    Exits with 0 if it converted the project, with 1 if --strict or --check failed, and with 2 if it could not convert.
    """
    takes_command = not files and is_docker_command(words)
    options = ConvertOptions(
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
    with _said() as said:
        if check or update:
            output, options = _options_again(options, output, "--check" if check else "--update")
        if options.with_test and output is None:
            raise click.UsageError("--with-test needs -o")
        if options.split and output is None:
            raise click.UsageError("--split needs -o with a folder")
        is_piped = options.files == ("-",)
        source = ConvertSource(
            _values(variables),
            read_standard_input() if is_piped else None,
            words if takes_command else (),
            output,
            env_files,
        )
        options = options._replace(files=() if is_piped else options.files)
        if print_model:
            return _print_model(options, source)
        conversion = convert(options, source)
        return _finish(conversion, options, _Output(output, report, check, strict, force, verbose), color)
    return said.code


class _Said:
    code = 2


@contextmanager
def _said() -> Iterator[_Said]:
    """Say on standard error why nothing could be converted."""
    try:
        yield _Said()
    except BadRequest as error:
        raise click.UsageError(str(error)) from error
    except ComposeError as error:
        sys.stderr.write(f"{visible(place_of(error))}error: {visible(error.message)}\n")
    except (NotWritten, NotADockerCommand, NotKept) as error:
        sys.stderr.write(f"error: {visible(str(error))}\n")


def _options_again(given: ConvertOptions, output: Path | None, flag: str) -> tuple[Path, ConvertOptions]:
    """The module to be made again, and the options: those that were given now, and else those that its header keeps.

    Without ``output`` the only one of the files is the module.
    """
    files, is_alone = given.files, output is None
    if output is None:
        if len(files) != 1:
            raise click.UsageError(f"{flag} needs a module, or a Compose file with -o")
        output, files = Path(files[0]), ()
    context = click.get_current_context()
    defaults = (None, ParameterSource.DEFAULT)
    names = (name for name in ConvertOptions._fields if name != "files")
    asked = {name for name in names if context.get_parameter_source(name) not in defaults}
    try:
        return output, convert_again(output, given._replace(files=files), asked | ({"files"} if files else set()))
    except NothingKept:
        if is_alone:
            raise
        return output, given  # what there is says nothing of how it was made


def _finish(conversion: Conversion, options: ConvertOptions, output: _Output, color: str) -> int:
    if output.check:
        assert output.path is not None
        return _check(conversion, output.path, options.with_test)
    report = None
    if output.report is not None:
        from nixlint.reporting.conversion_document import conversion_json

        report = (output.report, conversion_json(conversion, Path.cwd()))
    written = write_conversion(
        conversion,
        output.path,
        with_test=options.with_test,
        report=report,
        inputs=[Path(path) for path in options.env_files],
        force=output.force,
    )
    if output.path is None:
        _print(conversion.modules[0][1])
        sys.stdout.flush()
    for path in written.left_over:
        sys.stderr.write(f"{visible(shown_from_here(path))} is not made any more: remove it\n")
    style = style_for(sys.stderr, color)
    for piece in conversion_text(conversion, Path.cwd(), style, written, is_verbose=output.verbose):
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


def _check(conversion: Conversion, output: Path, with_test: bool) -> int:
    from nixlint.reporting.diff import diff

    found = differences(conversion, output, with_test=with_test)
    for file in found.files:
        sys.stdout.write(diff(file, shown_from_here(file.path)))
    for path in found.left_over:
        sys.stdout.write(f"{visible(shown_from_here(path))} is not made any more: remove it\n")
    is_stale = bool(found.files or found.left_over)
    if is_stale:
        shown = shown_from_here(output)
        again = f"nixlint convert --update {shell_word(shown)}"
        sys.stderr.write(f"{visible(shown)} is not up to date; write it anew: {again}\n")
    return int(is_stale)


def _values(variables: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for each in variables:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise click.UsageError(f"--env {name}: NAME=VALUE is wanted")
        given[name] = value
    return given


def _print_model(options: ConvertOptions, source: ConvertSource) -> int:
    import json

    model = loaded_model(options, source)
    _print(json.dumps(model, indent=2, ensure_ascii=False, sort_keys=True) + "\n")
    return 0
