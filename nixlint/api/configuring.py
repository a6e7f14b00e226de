"""The first ``nixlint.toml`` of a repository."""

from __future__ import annotations

from nixlint.files.writing import AlreadyThere, NotWritten, Writer
from nixlint.linting.configuration import FILE_NAME, ConfigurationError
from nixlint.semantics.modules.releases import releases

from .request import PathLike, absolute

_TEXT = """\
# What nixlint looks at, and how. Every key is optional.

# The NixOS release that this repository is for; fixes write it where a release is needed.
# nixos-release = "@release@"

# Rules to run (all of them by default) and rules to leave out, by name or code: see `nixlint rules`.
# select = ["container-missing-state-version"]
# ignore = ["NL102"]

# Files to leave out, as in a .gitignore.
# exclude = ["vendor/"]

# Folders with rules of your own. They run where you allow them: see `nixlint rules allow`.
# plugins = ["./nixlint-rules"]

# Rules to leave out for some files.
# [per-path-ignores]
# "tests/**" = ["secret-in-store"]

# Another severity for a rule: info, warning or error.
# [severity]
# container-host-resolv-conf = "info"
"""


def write_configuration(folder: PathLike = ".") -> None:
    """Write a ``nixlint.toml`` with every key explained into a folder; never over an existing one.

    Raises :class:`~nixlint.api.ConfigurationError` where it can't.
    """
    here = absolute(folder)
    try:
        Writer(here).create(here / FILE_NAME, _TEXT.replace("@release@", releases().default).encode())
    except AlreadyThere as error:
        raise ConfigurationError(f"there is a {FILE_NAME} here already") from error
    except NotWritten as error:
        raise ConfigurationError(f"{FILE_NAME}: {error}") from error
