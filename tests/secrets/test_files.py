"""Files that hold secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.secrets.files import is_age_file, is_path_of_secret, is_sops_file, is_stand_in
from nixlint.secrets.hashes import cheap_scheme, is_password_hash


@pytest.mark.parametrize(
    "name",
    ["config.sops.secrets.app.path", "config.age.secrets.a/b.path", "osConfig.sops.templates.app.path"],
)
def test_path_that_sops_and_agenix_give_is_told_by_its_name(name: str) -> None:
    assert is_path_of_secret(None, (name,))


@pytest.mark.parametrize(
    "name", ["config.my.sops.file", "config.sops.secrets.app.sopsFile", "config.my.secrets.a.path"]
)
def test_option_of_ones_own_is_no_such_path(name: str) -> None:
    assert not is_path_of_secret(None, (name,))


@pytest.mark.parametrize("path", ["/run/secrets/a", "/run/agenix/a", "/run/credentials/a.service/b", "/run/keys/a"])
def test_path_below_run_is_one(path: str) -> None:
    assert is_path_of_secret(Path(path), ())


@pytest.mark.parametrize("path", ["/run/current-system/a", "/etc/secrets/a", "run/secrets/a", "/run"])
def test_other_path_is_none(path: str) -> None:
    assert not is_path_of_secret(Path(path), ())


@pytest.mark.parametrize(
    "text",
    [
        "a: ENC[AES256_GCM,data:x]\nsops:\n  mac: ENC[AES256_GCM,data:x]\n",
        '{"data": "ENC[AES256_GCM,data:x]", "sops": {"mac": "ENC[x]"}}',
        "A=ENC[AES256_GCM,data:x]\nsops_mac=ENC[x]\n",
        "[a]\nb = ENC[AES256_GCM,data:x]\n[sops]\nmac = ENC[x]\n",
    ],
)
def test_file_of_sops_is_told_in_each_format(text: str) -> None:
    assert is_sops_file(text)


def test_plain_file_is_none_of_sops_or_age() -> None:
    assert not is_sops_file("# for sops\npassword: waterfall9\n")
    assert not is_age_file("password: waterfall9\n")


@pytest.mark.parametrize("text", ["", "\n", "version https://git-lfs.github.com/spec/v1\n"])
def test_file_that_is_elsewhere_or_empty_is_a_stand_in(text: str) -> None:
    assert is_stand_in(text)


@pytest.mark.parametrize(
    ("text", "is_hash", "scheme"),
    [
        ("$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC", True, None),
        ("$6$salt$x1y2z3x1y2z3", True, None),
        ("$2b$12$R9h/cIPz0gi.URNNX3kh2O", True, None),
        ("$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", True, "MD5"),
        ("$5$salt$x1y2z3x1y2z3", True, "SHA-256"),
        ("!", False, None),
        ("*", False, None),
        ("", False, None),
        ("!$6$salt$x1y2z3x1y2z3", False, None),
        ("waterfall9", False, None),
        ("$PASSWORD", False, None),
    ],
)
def test_hash_is_told_with_its_scheme(text: str, is_hash: bool, scheme: str | None) -> None:
    assert (is_password_hash(text), cheap_scheme(text)) == (is_hash, scheme)
