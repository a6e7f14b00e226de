"""The work for a Compose project grows with its size and no faster: a large one is slow at worst, never endless.

What is counted are calls of Python's functions, the steps of generators among them; unlike seconds they are the same on
every machine.
"""

from __future__ import annotations

from cProfile import Profile
from pathlib import Path

import pytest
from click.testing import CliRunner

from nixlint.cli.main import nixlint

_FEW, _MANY = 30, 120
_MOST = 1.03
"""As many times as fast as the size may the work grow: what is sorted takes a little more."""

_SERVICE = """\
  s{n}:
    image: example/web:{n}
    depends_on: [s{before}]
    ports: ["{port}:80"]
    volumes: ["data{n}:/data", "./etc{n}:/etc/web:ro"]
    networks: [net{group}]
    command: [serve, --name, "s{n}", --password, "waterfall{n}-riverbank"]
    labels: {{ web.rule: "Host(`s{n}.example.org`)", web.user: "é{n}" }}
    environment:
      NUMBER: "{n}"
      API_TOKEN: "s3cr3t-garden-{n}"
      DATABASE_URL: "postgres://app:waterfall{n}-riverbank@s{before}:5432/app"
      ONE: "first {n}"
      TWO: "second {n}"
      THREE: "third {n}"
      FOUR: "fourth {n}"
"""


def _project(size: int) -> str:
    services = "".join(
        _SERVICE.format(n=n, before=n - 1, group=n // 10, port=10_000 + n).replace("    depends_on: [s-1]\n", "")
        for n in range(size)
    )
    volumes = ", ".join(f"data{n}" for n in range(size))
    networks = ", ".join(f"net{n}" for n in range(size // 10))
    return (
        f"services:\n{services}volumes: {{ {volumes.replace(',', ': ,')}: }}\n"
        f"networks: {{ {networks.replace(',', ': ,')}: }}\n"
    )


def _calls(command: tuple[str, ...]) -> int:
    profile = Profile(subcalls=False, builtins=False)
    ran = profile.runcall(CliRunner().invoke, nixlint, command)
    assert ran.exit_code == 0, ran.output
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.parametrize(
    "command",
    [
        ("check", "--no-cache", "--pedantic", "--fail-on", "never"),
        ("inventory",),
        ("convert", "--symbolic", "--secrets", "sops", "-o", "out", "--split", "--force"),
    ],
    ids=" ".join,
)
def test_the_work_grows_with_the_size(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    counted: list[int] = []
    for size in (2, _FEW, _MANY):  # the first one loads what is loaded once
        (tmp_path / "compose.yaml").write_text(_project(size), "utf-8")
        counted.append(_calls(command))
    few, many = counted[1:]
    assert many / few <= _MOST * _MANY / _FEW
