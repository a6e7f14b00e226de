"""Growth: how the cost of `nixlint` grows with the files of a repository, and with what stands in one file.

Without arguments: seconds and memory of `nixlint check` on repositories of more and more files. They are made up: hosts,
modules that import others, containers, services; one file in ten has a container. Cost must grow with the number of files,
and memory no further than the parsed files that are kept.

`growth.py many [CASE …]`: processor seconds of each case with 250, 1,000 and 4,000 secrets, containers or hosts, and the
ratio of the last two, which must be at most 4.4. `NIXLINT_GROWTH_SIZES` has other sizes, with blanks between them.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

SIZES = (1_000, 5_000, 20_000)

MODULE = """\
{{ config, lib, pkgs, ... }}:
let
  cfg = config.services.made{number};
in
{{
  imports = [ ./module{next}.nix ];
  options.services.made{number}.enable = lib.mkEnableOption "something";
  config = lib.mkIf cfg.enable {{
    environment.systemPackages = [ pkgs.hello ];
    systemd.services.made{number} = {{
      wantedBy = [ "multi-user.target" ];
      serviceConfig.ExecStart = "${{pkgs.hello}}/bin/hello";
      environment.PORT = "80{number}";
    }};
  }};
}}
"""
CONTAINER = """\
{{ lib, ... }}:
{{
  containers.made{number} = {{
    autoStart = true;
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    config = {{ ... }}: {{
      imports = [ ./base.nix ];
      services.nginx.enable = true;
    }};
  }};
}}
"""
BASE = '{ system.stateVersion = "26.05"; networking.useHostResolvConf = false; }\n'


def make(folder: Path, count: int) -> None:
    """Write a repository of so many files."""
    (folder / "flake.nix").write_text("{ outputs = _: { }; }\n", "utf-8")
    (folder / "base.nix").write_text(BASE, "utf-8")
    for number in range(count - 2):
        template = CONTAINER if number % 10 == 0 else MODULE
        text = template.format(number=number, next=number - number % 50)
        (folder / f"module{number}.nix").write_text(text, "utf-8")


def _native(number: int, network: bool, version: bool) -> str:
    third, fourth = divmod(number, 250)
    lines = [f"containers.c{number} = {{", "  autoStart = true;"]
    if network:
        lines += [
            "  privateNetwork = true;",
            f'  hostAddress = "10.0.{third}.{fourth + 1}";',
            f'  localAddress = "10.100.{third}.{fourth + 1}";',
            f"  forwardPorts = [ {{ hostPort = {10_000 + number}; containerPort = 80; }} ];",
        ]
    lines += ["  config = { ... }: {", "    services.nginx.enable = true;"]
    lines += ['    system.stateVersion = "24.05";'] if version else []
    return "".join(f"  {line}\n" for line in [*lines, "  };", "};"])


def _oci(number: int) -> str:
    return (
        f"  virtualisation.oci-containers.containers.c{number} = {{\n"
        f'    image = "example/c{number}:latest";\n    ports = [ "{10_000 + number}:80" ];\n  }};\n'
    )


def _in_one_file(bodies: Iterable[str]) -> dict[str, str]:
    return {"all.nix": "{ ... }:\n{\n" + "".join(bodies) + "}\n"}


def _in_files(bodies: Iterable[str]) -> dict[str, str]:
    return {f"m{number}.nix": "{ ... }:\n{\n" + body + "}\n" for number, body in enumerate(bodies)}


def _on_one_line(files: dict[str, str]) -> dict[str, str]:
    return {name: " ".join(text.split()) for name, text in files.items()}


def _hosts(count: int) -> dict[str, str]:
    hosts = "".join(
        f"    nixosConfigurations.h{n} = nixpkgs.lib.nixosSystem {{ modules = [ ./m{n}.nix ]; }};\n"
        for n in range(count)
    )
    return {
        "flake.nix": "{\n  outputs = { nixpkgs, ... }: {\n" + hosts + "  };\n}\n",
        **_in_files(_native(number, True, True) for number in range(count)),
    }


CASES: dict[str, Callable[[int], dict[str, str]]] = {
    "secrets of users in a file": lambda n: _in_one_file(
        f'  users.users.u{i}.password = "waterfall9x{i}";\n' for i in range(n)
    ),
    "secrets of services in a file": lambda n: _in_one_file(
        f'  services.app{i}.environment.X_PASSWORD = "waterfall9x{i}";\n' for i in range(n)
    ),
    "native, plain, in a file": lambda n: _in_one_file(_native(i, False, True) for i in range(n)),
    "native, network, in a file": lambda n: _in_one_file(_native(i, True, True) for i in range(n)),
    "native, network, fixes, in a file": lambda n: _in_one_file(_native(i, True, False) for i in range(n)),
    "native, network, fixes, on a line": lambda n: _on_one_line(
        _in_one_file(_native(i, True, False) for i in range(n))
    ),
    "native, network, fixes, in files": lambda n: _in_files(_native(i, True, False) for i in range(n)),
    "OCI in a file": lambda n: _in_one_file(map(_oci, range(n))),
    "OCI on a line": lambda n: _on_one_line(_in_one_file(map(_oci, range(n)))),
    "OCI in files": lambda n: _in_files(map(_oci, range(n))),
    "hosts": _hosts,
}
COMMANDS = (
    ("check", "--no-cache"),
    ("check", "--no-cache", "--format", "json"),
    ("fix", "--diff", "--unsafe-fixes"),
)
MANY = (250, 1_000, 4_000)
LONGEST = 600
"""Seconds of the processor after which a run is ended."""


def processor_seconds(folder: Path, command: tuple[str, ...]) -> float | None:
    """What a command takes of the processor in a folder; ``None`` where it takes too much."""
    process = subprocess.Popen(
        [sys.executable, "-m", "nixlint", *command, str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    resource.prlimit(process.pid, resource.RLIMIT_CPU, (LONGEST, LONGEST))
    _, status, usage = os.wait4(process.pid, 0)
    return None if os.WIFSIGNALED(status) else usage.ru_utime + usage.ru_stime


def print_many(names: Iterable[str]) -> None:
    """Print one line for each case and command."""
    sizes = [int(size) for size in os.environ.get("NIXLINT_GROWTH_SIZES", "").split()] or MANY
    for name in names:
        for command in COMMANDS:
            seconds: list[float | None] = []
            for size in sizes:
                with tempfile.TemporaryDirectory() as folder:
                    for file, text in {"flake.nix": "{ outputs = _: { }; }\n", **CASES[name](size)}.items():
                        (Path(folder) / file).write_text(text, "utf-8")
                    seconds.append(processor_seconds(Path(folder), command))
                if seconds[-1] is None:
                    break
            shown = " ".join("  ended" if each is None else f"{each:7.1f}" for each in seconds)
            last = seconds[-2:]
            ratio = f"{last[1] / last[0]:5.1f}" if len(last) == 2 and last[0] and last[1] else ""
            print(f"{name:<36} {' '.join(command):<32} {shown} {ratio}", flush=True)


def measured(folder: Path) -> tuple[float, int]:
    """The seconds of a check and its peak memory in MB."""
    command = [sys.executable, "-m", "nixlint", "check", "--no-cache", "--format", "concise", str(folder)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - start, usage.ru_maxrss // 1024


def main() -> None:
    """Print one line for each size, or for each case of many things."""
    if sys.argv[1:2] == ["many"]:
        print_many(sys.argv[2:] or CASES)
        return
    print(f"{'files':>8} {'s':>8} {'ms/file':>8} {'MB':>6}")
    for count in SIZES:
        with tempfile.TemporaryDirectory() as name:
            make(Path(name), count)
            seconds, megabytes = measured(Path(name))
        print(f"{count:>8} {seconds:>8.1f} {seconds / count * 1000:>8.2f} {megabytes:>6}")


if __name__ == "__main__":
    main()
