"""Files of environment variables as the engines and systemd read them, byte for byte.

Docker's and Podman's ``--env-file`` take lines as they are, with Go's ``bufio.Scanner`` (docker/cli, ``pkg/kvfile``; podman,
``pkg/env``): no quotes, no escapes. systemd's ``EnvironmentFile=`` has quotes, and so values of several lines
(systemd.exec(5); ``src/basic/env-file.c``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_LINE_NAME = re.compile(r"[^\s=#][^\s=]*")
_LONGEST_LINE = 64 * 1024 - 1
_SYSTEMD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_ESCAPED = re.compile(r'["\\$`]')


def environment_line(name: str, value: str) -> str | None:
    """A variable as a line from which both engines read it; ``None`` where no line does that.

    A line ends at its first line feed, a carriage return before that is lost, and one of 64 KiB is cut off by Podman and
    refused by Docker.
    """
    line = f"{name}={value}"
    fits = len(line.encode("utf-8", "surrogatepass")) < _LONGEST_LINE
    if not _LINE_NAME.fullmatch(name) or "\n" in value or value.endswith("\r") or not fits:
        return None
    return line


def is_passed(name: str, value: str) -> bool:
    """Whether no line holds a variable, but the environment of a unit does, from which an engine passes it on."""
    return environment_line(name, value) is None and fits_unit(name, value)


def fits_unit(name: str, value: str) -> bool:
    """Whether the environment of a unit can hold a variable."""
    return _SYSTEMD_NAME.fullmatch(name) is not None and "\0" not in value


def unit_environment(variables: Iterable[tuple[str, str]]) -> str:
    """Variables as ``EnvironmentFile=`` reads them: between double quotes, in which four characters are escaped."""
    return "".join(f'{name}="{_ESCAPED.sub(_escaped, value)}"\n' for name, value in variables)


def _escaped(match: re.Match[str]) -> str:
    return f"\\{match[0]}"
