"""Growth: seconds and memory of `nixlint check` on repositories of more and more files.

The files are made up: hosts, modules that import others, containers, services; one file in ten has a container. Cost must
grow with the number of files, and memory no further than the parsed files that are kept.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
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


def measured(folder: Path) -> tuple[float, int]:
    """The seconds of a check and its peak memory in MB."""
    command = [sys.executable, "-m", "nixlint", "check", "--no-cache", "--format", "concise", str(folder)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - start, usage.ru_maxrss // 1024


def main() -> None:
    """Print one line for each size."""
    print(f"{'files':>8} {'s':>8} {'ms/file':>8} {'MB':>6}")
    for count in SIZES:
        with tempfile.TemporaryDirectory() as name:
            make(Path(name), count)
            seconds, megabytes = measured(Path(name))
        print(f"{count:>8} {seconds:>8.1f} {seconds / count * 1000:>8.2f} {megabytes:>6}")


if __name__ == "__main__":
    main()
