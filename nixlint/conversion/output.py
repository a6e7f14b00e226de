"""Where the files of a conversion go: modules, reports, and secrets in plain text for the person to encrypt."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from nixlint.containers.deployment import SecretFile
from nixlint.containers.target import SecretStore

from .convert import MADE_BY, Conversion


class NotWritten(Exception):
    """A file that could not be written; the message says why."""


def module_paths(conversion: Conversion, output: Path) -> tuple[tuple[Path, str], ...]:
    """The files of a conversion with their texts: one file, or in a folder ``default.nix`` and one for each container."""
    is_folder = len(conversion.modules) > 1 or output.is_dir() or output.suffix != ".nix"
    if not is_folder:
        return ((output, conversion.modules[0][1]),)
    return tuple((output / name, text) for name, text in conversion.modules)


def left_over(conversion: Conversion, output: Path) -> tuple[Path, ...]:
    """Modules in a folder that an earlier conversion made and that this one does not."""
    made = {path for path, _ in module_paths(conversion, output)}
    found = sorted(output.glob("*.nix")) if output.is_dir() else []
    return tuple(path for path in found if path not in made and _is_made_here(path))


def _is_made_here(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.readline(_LINE).rstrip().endswith(MADE_BY.encode())
    except OSError:
        return False


_LINE = 4096


def write_text(path: Path, text: str, mode: int = 0o644) -> None:
    """Put a text into a file, atomically; the mode is that of a new file. Raises :class:`NotWritten`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        keeps = path.stat().st_mode & 0o777 if path.exists() else mode
        descriptor, name = tempfile.mkstemp(prefix=".nixlint-", suffix=".tmp", dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), keeps if mode != _PRIVATE else _PRIVATE)
        Path(name).replace(path)
    except OSError as error:
        raise NotWritten(f"{path} can't be written: {(error.strerror or str(error)).lower()}") from error


_PRIVATE = 0o600


def write_secrets(conversion: Conversion) -> tuple[Path, ...]:
    """Write the secrets in plain text, below the person's own folder for states and never into a repository.

    Raises :class:`NotWritten`.
    """
    folder = secrets_folder() / conversion.deployment.name
    written = []
    for name, text in secret_texts(conversion):
        path = folder / name
        write_text(path, text, _PRIVATE)
        written.append(path)
    if written:
        folder.chmod(0o700)
    return tuple(written)


def secrets_folder() -> Path:
    """``$XDG_STATE_HOME/nixlint/secrets`` (XDG Base Directory Specification)."""
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(home) / "nixlint" / "secrets"


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
        if file.variables:
            lines.append(f"{_yaml(file.name.removesuffix('.env'))}:\n")
            lines += [f"  {_yaml(name)}: {_yaml(value, quotes=True)}\n" for name, value in file.variables]
        else:
            lines.append(f"{_yaml(file.name)}: {_yaml(file.content or '', quotes=True)}\n")
    return "".join(lines)


def _yaml(text: str, *, quotes: bool = False) -> str:
    """A text in YAML: a string of JSON in which what YAML 1.1 takes for a line end is escaped too (YAML 1.1, 5.4, 5.7)."""
    if not quotes and _PLAIN_KEY.fullmatch(text):
        return text
    import json

    return _YAML_ENDS.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


_PLAIN_KEY = re.compile(r"[A-Za-z]\w*[_-][\w-]*", re.ASCII)
_YAML_ENDS = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
