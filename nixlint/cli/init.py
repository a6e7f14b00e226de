"""``nixlint init``."""

from __future__ import annotations

from pathlib import Path

import click

from nixlint.files.writing import AlreadyThere, NotWritten, Writer
from nixlint.linting.configuration import FILE_NAME
from nixlint.semantics.modules.releases import releases

_TEXT = """\
# What nixlint looks at, and how. Every key is optional.

# The NixOS release that this repository is for; fixes write it where a release is needed.
# nixos-release = "@release@"

# Rules to run (all of them by default) and rules to leave out, by name or code: see `nixlint rules`.
# select = ["container-missing-state-version"]
# ignore = ["NL102"]

# Files to leave out, as in a .gitignore.
# exclude = ["vendor/"]

# Rules to leave out for some files.
# [per-path-ignores]
# "tests/**" = ["secret-in-store"]

# Another severity for a rule: info, warning or error.
# [severity]
# container-host-resolv-conf = "info"
"""


class _NotDone(click.ClickException):
    exit_code = 2


@click.command("init")
def command() -> int:
    """Write a nixlint.toml with every key explained into the current folder; never over an existing one."""
    here = Path.cwd()
    try:
        Writer(here).create(here / FILE_NAME, _TEXT.replace("@release@", releases().default).encode())
    except AlreadyThere as error:
        raise _NotDone(f"there is a {FILE_NAME} here already") from error
    except NotWritten as error:
        raise _NotDone(f"{FILE_NAME}: {error}") from error
    print(f"Wrote {FILE_NAME}.")
    return 0
