"""Which native containers may have a user namespace, and which of them users of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.containers.nspawn.user_namespace import may_have_confined_capabilities, may_have_users_of_its_own

from .test_options import read


@pytest.mark.parametrize(
    ("body", "is_confined", "has_users"),
    [
        ("", False, False),
        ('privateUsers = "no";', False, False),
        ('privateUsers = "identity";', True, False),
        ('privateUsers = "pick";', True, True),
        ("privateUsers = 65536;", True, True),
        ("privateUsers = config.my.users;", True, True),
        ('extraFlags = [ "-U" ];', True, True),
        ('extraFlags = [ "--private-users" ];', True, True),
        ('extraFlags = [ "--private-users=0:65536" ];', True, False),
        ('extraFlags = [ "--private-users=65536:65536" ];', True, True),
        ('extraFlags = [ "--private-users=identity" ];', True, False),
        ('extraFlags = [ "--private-users=no" "--bind=/srv" ];', False, False),
    ],
)
def test_users_are_confined_by_option_and_by_flag(
    tmp_path: Path, body: str, is_confined: bool, has_users: bool
) -> None:
    container = read(tmp_path, body)

    assert may_have_confined_capabilities(container) is is_confined
    assert may_have_users_of_its_own(container) is has_users
