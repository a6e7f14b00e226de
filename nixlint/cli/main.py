"""The command ``nixlint``: its subcommands, each imported when it is called, and how a process ends."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import sys
from importlib import import_module
from typing import NoReturn

import click

from .streams import StreamLost, prepare_streams

_COMMANDS = {
    "check": "Find mistakes that show only at run time; exit 1 if there are any.",
    "fix": "Fix what can be fixed in place.",
    "convert": "Convert a Compose project to a NixOS module.",
    "options": "Show what a repository defines for an option.",
    "inventory": "List every container of a repository.",
    "explain": "Show the page of a rule.",
    "rules": "List the rules.",
    "init": "Write a nixlint.toml to start from.",
    "version": "Show the version.",
}
_ANYWHERE = frozenset({"explain", "rules", "version"})
"""Commands that look at no folder."""

COLLECTIONS = (20_000, 10, 2)
"""How many new objects come before a collection, and how many collections before one of older objects."""


class _Commands(click.Group):
    """A group whose commands are modules of this package: each has its own ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"nixlint.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            from nixlint.api import suggestion

            ctx.fail(f"there is no command '{args[0]}'{suggestion(args[0], _COMMANDS)}")
        if args and args[0] in _COMMANDS and args[0] not in _ANYWHERE:
            _need_current_folder()
        return super().resolve_command(ctx, args)


def _need_current_folder() -> None:
    try:
        os.getcwd()  # noqa: PTH109  # whether there is one is all that is asked
    except OSError as error:
        raise _NoFolder("the current folder was deleted; change to another one") from error


class _NoFolder(click.ClickException):
    exit_code = 2


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="nixlint", message="%(prog)s %(version)s")
def nixlint() -> None:
    """Check, fix and convert NixOS container configuration."""


def main() -> NoReturn:
    """Run the command line of this process, and end the process.

    Exits with 2 where the command line is wrong or the output cannot be written, with 130 after an interrupt, and quietly
    with 1, as click does, where the reader of our output has gone.
    """
    # Importing makes many objects and no garbage: looking for some after each 700 of them takes a tenth of the start-up.
    # What is worked out about a file refers to itself, and piles up until all generations are looked through.
    gc.set_threshold(*COLLECTIONS)
    prepare_streams()
    try:
        result = nixlint.main(prog_name="nixlint", standalone_mode=False)
        sys.stdout.flush()
        code = result if isinstance(result, int) else 0
    except click.ClickException as error:
        _show(error)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = 130
    except BrokenPipeError:
        # What is left in the buffer would raise again when the interpreter closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = 1
    except StreamLost as error:
        print(f"error: {error}", file=sys.stderr)
        code = 2
    except Exception as error:  # the last resort: a defect gets one line, and the exit code says so
        from nixlint.api import internal_error

        print(f"error: {internal_error('nixlint', error)}", file=sys.stderr)
        code = 2
    with contextlib.suppress(OSError, StreamLost):
        sys.stdout.flush()
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    # The system takes memory back faster than the interpreter can take its modules apart.
    os._exit(code)


def _show(error: click.ClickException) -> None:
    """Say what is wrong with a command line. What it quotes may come from anybody, so that nothing is left to obey."""
    from nixlint.reporting.terminal import visible

    shown = error
    if type(error) is click.UsageError:
        shown = click.UsageError(visible(error.message), error.ctx)
    elif not isinstance(error, click.UsageError):  # what click finds wrong by itself has lines and quotes of its own
        shown = click.ClickException(visible(error.message))
    text = io.StringIO()
    shown.show(text)
    for line in text.getvalue().splitlines():
        print(visible(line), file=sys.stderr)
