"""Where the files of a conversion go: modules, reports, and secrets in plain text for the person to encrypt.

Nothing is written over what nixlint did not make itself: a file has to carry its mark, and be a regular one. All files of
a conversion are looked at before the first is written, and each is written whole or not at all
(:mod:`nixlint.files.writing`), below the folder that it was named in and through no link.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from nixlint.deployment.parts import SecretFile
from nixlint.deployment.target import SecretStore
from nixlint.files.reading import Anywhere, Kind, reason_of
from nixlint.files.tree import Tree
from nixlint.files.writing import NotWritten as Refused
from nixlint.files.writing import Writer

from .convert import MADE_BY, Conversion

REPORT_MARK = '"made_by": "nixlint convert"'
"""What stands at the beginning of every report."""
_IGNORE = "# Secrets in plain text, made by nixlint convert: they belong into no repository.\n*\n"
_DISK = Anywhere()


class NotWritten(Exception):
    """A file that could not be written; the message says why."""


class Planned(NamedTuple):
    """A file to be written; ``is_own`` says of the text that is there whether nixlint made it.

    Below ``root`` no link is followed: the current folder where the file is in it, or else the one that it is named in.
    """

    path: Path
    text: str
    is_own: Callable[[bytes], bool]
    root: Path | None = None
    is_private: bool = False


def module_paths(conversion: Conversion, output: Path) -> tuple[tuple[Path, str], ...]:
    """The files of a conversion with their texts: one file, or in a folder ``default.nix`` and one for each container."""
    is_folder = len(conversion.modules) > 1 or _DISK.kind(output) is Kind.FOLDER or output.suffix != ".nix"
    if not is_folder:
        return ((output, conversion.modules[0][1]),)
    return tuple((output / name, text) for name, text in conversion.modules)


def left_over(conversion: Conversion, output: Path) -> tuple[Path, ...]:
    """Modules in a folder that an earlier conversion made and that this one does not."""
    made = {path for path, _ in module_paths(conversion, output)}
    return tuple(path for path in _modules_in(output) if path not in made and is_made_here(_text_of(path) or b""))


def _modules_in(folder: Path) -> Iterator[Path]:
    try:
        names = Tree(folder).names(folder)
    except OSError:
        return
    yield from (folder / name for name, kind in names.items() if kind is Kind.FILE and name.endswith(".nix"))


def is_made_here(text: bytes) -> bool:
    """Whether a module, or a test of one, carries the mark of nixlint."""
    return text.partition(b"\n")[0].rstrip().endswith(MADE_BY.encode())


def is_report(text: bytes) -> bool:
    """Whether a document is the report of a conversion."""
    return REPORT_MARK.encode() in text[:200]


def _text_of(path: Path) -> bytes | None:
    try:
        return _DISK.read(path)
    except (OSError, ValueError):
        return None


def write_all(planned: Iterable[Planned], inputs: Iterable[Path], *, force: bool) -> None:
    """Write files, or none of them where one may not be written.

    With ``force`` a regular file is written over, whoever made it; what a conversion reads never is. Raises
    :class:`NotWritten`.
    """
    files = tuple(planned)
    read = {_DISK.identity(path) for path in inputs} - {None}
    for file in files:
        reason = _objection(file, read, force)
        if reason is not None:
            raise NotWritten(f"{file.path} can't be written: {reason}")
    writers: dict[Path, Writer] = {}
    for file in files:
        root = file.root or _root_of(file.path)
        try:
            writers.setdefault(root, Writer(root)).put(
                root / Path(os.path.abspath(file.path)).relative_to(root),  # noqa: PTH100  # links are not followed
                file.text.encode(),
                may_replace=lambda text, file=file: force or file.is_own(text),  # type: ignore[misc]  # a default binds
                refusal=_FOREIGN,
                mode=0o600 if file.is_private else 0o644,
                folder_mode=0o700 if file.is_private else 0o755,
            )
        except Refused as error:
            reason = str(error).removeprefix("it can't be written: ")
            raise NotWritten(f"{file.path} can't be written: {reason}") from None


_FOREIGN = "there is a file by this name that nixlint did not make; --force writes over it"


def _objection(file: Planned, read: set[tuple[int, int] | None], force: bool) -> str | None:
    match _DISK.own_kind(file.path):
        case None:
            return None
        case Kind.LINK:
            return "it is a symbolic link"
        case Kind.FILE:
            if _DISK.identity(file.path) in read:
                return "the conversion reads it"
            try:
                text = _DISK.read(file.path)
            except OSError as error:
                return reason_of(error)
            return None if force or file.is_own(text) else _FOREIGN
        case _:
            return "it is not a regular file"


def _root_of(path: Path) -> Path:
    """The folder below which no link is followed: the current one, or else the one that the person has named."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  # a link stays what it is called
    here = Path.cwd()
    return here if absolute.is_relative_to(here) else absolute.parent


def secret_plan(conversion: Conversion) -> tuple[Planned, ...]:
    """The files of secrets in plain text, below the person's own folder for states, which git is told to ignore."""
    root = _states()
    folder = root / "nixlint" / "secrets"
    # All in a folder with this mark is nixlint's own.
    mark = Planned(folder / ".gitignore", _IGNORE, lambda text: text == _IGNORE.encode(), root, is_private=True)
    files = [
        Planned(folder / conversion.deployment.name / name, text, lambda _: True, root, is_private=True)
        for name, text in secret_texts(conversion)
    ]
    return (mark, *files) if files else ()


def _states() -> Path:
    """``$XDG_STATE_HOME`` (XDG Base Directory Specification)."""
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(os.path.abspath(home))  # noqa: PTH100  # a link stays what it is called


def secret_texts(conversion: Conversion) -> Iterator[tuple[str, str]]:
    """The files of secrets as their store wants them: environment files, or one YAML file for sops."""
    if conversion.target.secrets is SecretStore.SOPS:
        if conversion.secret_files:
            yield "secrets.yaml", _sops_text(conversion.secret_files)
        return
    for file in conversion.secret_files:
        if file.content is not None or not file.variables:
            yield file.name, file.content or ""
        else:
            yield file.name, "".join(f"{name}={value}\n" for name, value in file.variables)


def _sops_text(files: tuple[SecretFile, ...]) -> str:
    lines: list[str] = []
    for file in files:
        if file.variables and file.content is None:
            lines.append(f"{_yaml(file.name.removesuffix('.env'))}:\n")
            lines += [f"  {_yaml(name)}: {_yaml(value, quotes=True)}\n" for name, value in file.variables]
        else:
            lines.append(f"{_yaml(file.name)}: {_yaml(file.content or '', quotes=True)}\n")
    return "".join(lines)


def _yaml(text: str, *, quotes: bool = False) -> str:
    """A text in YAML: a string of JSON in which what YAML 1.1 takes for a line end is escaped too (YAML 1.1, 5.4, 5.7)."""
    if not quotes and _PLAIN_KEY.fullmatch(text):
        return text
    return _YAML_ENDS.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9]*[_-][\w-]*", re.ASCII)
_YAML_ENDS = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
