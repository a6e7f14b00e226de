"""Checking a converted module, or writing it anew, with the options that its header keeps."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.core import ParameterSource

from nixlint.conversion.kept_options import KeptOptions, UnreadableOptions, options_in
from nixlint.conversion.output import is_made_here
from nixlint.files.reading import Anywhere, Kind
from nixlint.reporting.terminal import shell_word, visible


class NotKept(Exception):
    """The header of a module does not say how to make it again; the message says what to do."""


def options_again(given: KeptOptions, output: Path | None, flag: str) -> tuple[Path, KeptOptions]:
    """The module to be made again, and the options: those that were given now, and else those that its header keeps.

    Without ``output`` the only one of the files is the module. Raises :class:`NotKept`.
    """
    files, is_alone = given.files, output is None
    if output is None:
        if len(files) != 1:
            raise click.UsageError(f"{flag} needs a module, or a Compose file with -o")
        output, files = Path(files[0]), ()
    main = output / "default.nix" if Anywhere().kind(output) is Kind.FOLDER else output
    try:
        text: bytes | None = Anywhere().read(main)
    except (OSError, ValueError):
        text = None
    shown = visible(str(main))
    if text is None and not is_alone:
        return output, given  # there is no module yet, and that is what the answer says
    if text is None:
        raise NotKept(f"{shown}: there is no such module; make it with nixlint convert FILE -o {shell_word(str(main))}")
    try:
        kept = options_in(text) if is_made_here(text) else None
    except UnreadableOptions as error:
        raise NotKept(f"{shown}: the options in its header are damaged ({error}); give them once more") from None
    if kept is None:
        if not is_alone:
            return output, given
        raise NotKept(
            f"{shown}: its header keeps no options; give them once, as in nixlint convert FILE -o {shell_word(str(main))}"
        )
    kept = kept.seen_from_here(main.parent)
    if not files:
        _refuse_what_is_elsewhere(kept, main)
    return output, _merged(given._replace(files=files), kept, shown)


def _merged(given: KeptOptions, kept: KeptOptions, shown: str) -> KeptOptions:
    context = click.get_current_context()
    asked = {
        name
        for name in KeptOptions._fields
        if context.get_parameter_source(name) not in (None, ParameterSource.DEFAULT) and name != "files"
    }
    if given.files:
        asked.add("files")
    missing = [name for name in kept.variables if name not in given.variables]
    if missing:
        raise NotKept(
            f"{shown}: it was made with --env {visible(missing[0])}=…, and values are not kept: give it again"
        )
    merged = given._replace(**{name: getattr(kept, name) for name in KeptOptions._fields if name not in asked})
    if not merged.files:
        raise NotKept(f"{shown}: it was not made from a file: make it again with -o {shown}")
    return merged


def _refuse_what_is_elsewhere(kept: KeptOptions, module: Path) -> None:
    """A header may be somebody else's: it names files of its own repository or below here, or the person names them."""
    from nixlint.linting.run.discovery import repository_root

    own = repository_root(Path(os.path.abspath(module)))  # noqa: PTH100  # a link stays what it is called
    roots = (own.resolve(), Path.cwd().resolve())
    for name in (*kept.files, *kept.env_files):
        if not any(Path(name).resolve().is_relative_to(root) for root in roots):
            raise NotKept(
                f"{visible(str(module))}: it is made from {visible(name)}, outside its repository: name the file"
            )
