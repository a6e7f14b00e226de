"""Flags in a list of arguments are those that the engines take them for, in each way to write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.containers.languages.engine_flags import flags_in
from nixlint.containers.languages.run_flags import long_name
from nixlint.syntax.place import Place
from nixlint.syntax.span import Span

PLACE = Place(Path("a.nix"), Span(0, 1))


@pytest.mark.parametrize(
    ("arguments", "flags"),
    [
        (["--memory=5m"], [("--memory", "5m")]),
        (["--memory", "5m"], [("--memory", "5m")]),
        (["--memory 5m"], [("--memory", "5m")]),
        (["-m", "5m"], [("--memory", "5m")]),
        (["-m5m"], [("--memory", "5m")]),
        (["-m=5m"], [("--memory", "5m")]),
        (["-m 5m"], [("--memory", "5m")]),
        (["-it", "--rm"], [("--interactive", ""), ("--tty", ""), ("--rm", "")]),
        (["-dp", "80:80"], [("--detach", ""), ("--publish", "80:80")]),
        (["-dp80:80"], [("--detach", ""), ("--publish", "80:80")]),
        (["--privileged", "web"], [("--privileged", "")]),
        (["--sig-proxy", "web", "--net", "host"], [("--sig-proxy", ""), ("--network", "host")]),
        (["--tty=false"], [("--tty", "false")]),
        (["-e=A=b", "-eA=b"], [("--env", "A=b"), ("--env", "A=b")]),
        (["--volume", "--init"], [("--volume", ""), ("--init", "")]),
        (["--no-such", "x", "-Z", "1"], [("--no-such", "x"), ("-Z", "1")]),
    ],
)
def test_arguments_are_flags_with_values(arguments: list[str], flags: list[tuple[str, str]]) -> None:
    assert [(flag.name, flag.value) for flag in flags_in([(each, PLACE) for each in arguments])] == flags


def test_every_letter_and_other_name_has_its_flag() -> None:
    assert long_name("-v") == "--volume"
    assert long_name("--net-alias") == "--network-alias"
    assert long_name("--volume") == "--volume"
