"""Who takes the value at an option: a user, a container, a unit, an option of NixOS, or nobody that nixlint knows.

A secret in plain text at one option is the matter of one rule.
"""

from __future__ import annotations

from enum import Enum
from itertools import pairwise

from nixlint.rule import OptionPath
from nixlint.secrets.options import is_table_of_secrets, secret_option
from nixlint.secrets.positions import is_initial_password


class Taker(Enum):
    """Who gets a secret that stands in plain text at an option."""

    USER = "a user, as a password"
    USER_AT_FIRST = "a user, as a password that is there to be changed"
    CONTAINER = "an OCI container"
    UNIT = "a unit of systemd, or every shell"
    OPTION = "an option of NixOS that is known to hold a secret"
    UNKNOWN = "an option of which only the name is known"


def taker_of(option: OptionPath) -> Taker:
    """Who takes the value at an option."""
    names = option.names
    if is_login_of_user(option) and len(names) > 3 and names[-4] == "users":
        return Taker.USER_AT_FIRST if is_initial_password(option) else Taker.USER
    if not is_login_of_user(option):
        if "oci-containers" in names:
            return Taker.CONTAINER
        if not _UNITS.isdisjoint(pairwise(names)) or "globalEnvironment" in names:
            return Taker.UNIT
    is_known = secret_option(option) is not None or is_table_of_secrets(option)
    return Taker.OPTION if is_known else Taker.UNKNOWN


def is_login_of_user(option: OptionPath) -> bool:
    """Whether an option looks like the password of a user of NixOS, whatever set it is written in."""
    names = option.names
    return (
        option.last in ("password", "initialPassword") and len(names) > 2 and names[-3] in ("users", "extraUsers")
    )  # users, name, password


_UNITS = frozenset(
    [
        *(("systemd", kind) for kind in ("services", "user", "sockets", "timers", "mounts")),
        ("environment", "variables"),
        ("environment", "sessionVariables"),
        ("home", "sessionVariables"),
    ]
)
