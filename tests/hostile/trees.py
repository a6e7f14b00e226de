"""Repositories that somebody else made to harm whoever looks at them.

Each is a function that builds one: it gets a :class:`Ground` and leaves a repository in its ``root``. What must not be read
is in ``outside``, with :data:`CANARY` in every file; what must not run would make the file ``marker``.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import NamedTuple

CANARY = "canary-9f1c"
"""Stands in every file that is outside of the repository, and in none within."""


class Harm(Enum):
    """What a repository is made for."""

    RUNS = "makes a program run"
    LEADS_OUT = "leads out of the repository"
    BLOCKS = "blocks or never ends"
    CONFUSES = "holds what makes no sense"


class Ground(NamedTuple):
    """Where a repository is built, and what is around it."""

    root: Path
    outside: Path
    marker: Path

    @classmethod
    def below(cls, folder: Path) -> Ground:
        """The ground in a folder that is empty."""
        root, outside = folder / "root", folder / "outside"
        root.mkdir()
        outside.mkdir()
        for name, text in _OUTSIDE.items():
            (outside / name).write_text(text)
        return cls(root, outside, folder / "marker")

    def write(self, name: str, text: str | bytes) -> Path:
        """A file in the repository."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def git(self, *arguments: str, folder: str = "") -> None:
        """Run git in the repository, while it is harmless."""
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(
            ["git", *identity, *arguments], cwd=self.root / folder, check=True, capture_output=True, env=_harmless()
        )


class HostileTree(NamedTuple):
    """A repository that is to be built; the commands are asked about ``asked`` in it, with these variables set."""

    name: str
    harm: Harm
    build: Callable[[Ground], Mapping[str, str] | None]
    asked: str = "."


def _harmless() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


_MODULE = '{ containers.web = { privateNetwork = true; config.system.stateVersion = "25.05"; }; }\n'
_COMPOSE = "services:\n  web:\n    image: nginx:1.27\n"
_OUTSIDE = {
    "module.nix": f'{{ containers.{CANARY}.config = {{ }}; system.stateVersion = "{CANARY}"; }}\n',
    "compose.yaml": f"services:\n  {CANARY}:\n    image: nginx\n",
    ".env": f"TAG={CANARY}\nPASSWORD={CANARY}\n",
    "nixlint.toml": f'select = ["{CANARY}"]\n',
    "ignore": f"*.nix\n# {CANARY}\n",
    "facts.json": f'{{ "name": "{CANARY}" }}\n',
    "shadow": f"root:$6${CANARY}:1:0:99999:7:::\n",
}
_PLAIN = {"flake.nix": "{ outputs = _: { }; }\n", "a.nix": _MODULE, "compose.yaml": _COMPOSE}


def _plain(ground: Ground, folder: str = "") -> None:
    for name, text in _PLAIN.items():
        ground.write(f"{folder}{name}", text)


# -- git, and what else might be started ----------------------------------------------------------------------------


def _monitor(ground: Ground) -> str:
    """A setting that makes git start a program whenever it looks at the files."""
    return f'[core]\n\tfsmonitor = "touch {ground.marker}; false"\n'


def _bare_repository(ground: Ground) -> None:
    """A folder that git takes for a repository, in a clone: nothing but ordinary files."""
    _plain(ground, "hosts/")
    ground.git("init", "-q")
    ground.git("add", ".")
    ground.git("commit", "-qm", "x")
    for name in ("objects", "refs"):
        ground.write(f"hosts/{name}/.keep", "")
    ground.write("hosts/HEAD", "ref: refs/heads/main\n")
    ground.write("hosts/config", f"[core]\n\trepositoryFormatVersion = 0\n\tworktree = .\n{_monitor(ground)}")


def _settings(ground: Ground) -> None:
    _plain(ground)
    ground.git("init", "-q")
    ground.write(".git/config", (ground.root / ".git/config").read_text() + _monitor(ground))


def _git_file(ground: Ground) -> None:
    _settings(ground)
    (ground.root / ".git").rename(ground.root / "store")
    ground.write(".git", "gitdir: store\n")


def _included_settings(ground: Ground) -> None:
    _plain(ground)
    ground.git("init", "-q")
    ground.write("more", _monitor(ground))
    ground.write(".git/config", (ground.root / ".git/config").read_text() + "[include]\n\tpath = ../more\n")


def _settings_of_work_tree(ground: Ground) -> None:
    _plain(ground)
    ground.git("init", "-q")
    ground.git("config", "extensions.worktreeConfig", "true")
    ground.write(".git/config.worktree", _monitor(ground))


def _sparse_index(ground: Ground) -> None:
    """An index that leaves out a folder whose tree is not there, and a remote that is asked for it: a program."""
    _plain(ground)
    ground.write("b/b.nix", _MODULE)
    ground.git("init", "-q")
    ground.git("add", ".")
    ground.git("commit", "-qm", "x")
    ground.git("sparse-checkout", "set", "--cone", "--sparse-index")
    tree = subprocess.run(
        ["git", "rev-parse", "HEAD:b"], cwd=ground.root, check=True, capture_output=True, text=True, env=_harmless()
    ).stdout.strip()
    (ground.root / ".git/objects" / tree[:2] / tree[2:]).unlink()
    ground.git("config", "core.repositoryFormatVersion", "1")
    ground.git("config", "extensions.partialClone", "evil")
    ground.git("config", "remote.evil.promisor", "true")
    ground.git("config", "protocol.ext.allow", "always")
    ground.git("config", "remote.evil.url", f"ext::sh -c touch% {ground.marker}")


def _variables(ground: Ground) -> Mapping[str, str]:
    """What a hook, a shell or a pipeline may have set."""
    _settings(ground)
    return {
        "GIT_DIR": str(ground.root / ".git"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": f"touch {ground.marker}; false",
    }


def _program_in_folder(ground: Ground) -> Mapping[str, str]:
    """Programs by the names of those that may be looked for, and a PATH that looks here first."""
    _plain(ground)
    ground.git("init", "-q")
    for name in ("git", "dot", "nix", "nix-instantiate", "sh"):
        ground.write(name, f"#!/bin/sh\n: > {ground.marker}\n").chmod(0o755)
    return {"PATH": f":.:{os.environ['PATH']}"}


# -- links ----------------------------------------------------------------------------------------------------------


def _linked_files(ground: Ground) -> None:
    ground.write("flake.nix", "{ outputs = _: { }; }\n")
    ground.write("a.nix", "{ imports = [ ./module.nix ]; containers.web.config = import ./module.nix; }\n")
    for name in ("module.nix", "compose.yaml", ".env", "nixlint.toml"):
        (ground.root / name).symlink_to(ground.outside / name)
    (ground.root / ".gitignore").symlink_to(ground.outside / "ignore")


def _linked_folders(ground: Ground) -> None:
    _plain(ground)
    (ground.root / "linked").symlink_to("../outside")
    (ground.root / "absolute").symlink_to(ground.outside)
    ground.write(
        "a.nix",
        "{ lib, ... }: { imports = [ ./linked/module.nix ./absolute/module.nix ]; "
        "containers.web.config = import ./linked/module.nix; "
        "containers.${(lib.importJSON ./linked/facts.json).name}.config = { }; "
        "containers.${builtins.fromJSON (builtins.readFile ./absolute/facts.json)}.config = { }; }\n",
    )


def _paths_that_climb(ground: Ground) -> None:
    _plain(ground)
    ground.write(
        "a.nix",
        "{ lib, ... }: { imports = [ ../outside/module.nix ]; containers.web.config = import ../outside/module.nix; "
        f"containers.${{(lib.importJSON {ground.outside}/facts.json).name}}.config = {{ }}; }}\n",
    )


def _linked_git_directory(ground: Ground) -> None:
    _plain(ground)
    ground.git("init", "-q")
    ground.git("add", ".")
    (ground.root / ".git").rename(ground.outside / "git")
    (ground.root / ".git").symlink_to(ground.outside / "git")


def _tracked_folder_that_is_a_link(ground: Ground) -> None:
    _plain(ground)
    ground.write("modules/module.nix", _MODULE)
    ground.git("init", "-q")
    ground.git("add", ".")
    (ground.root / "modules/module.nix").unlink()
    (ground.root / "modules").rmdir()
    (ground.root / "modules").symlink_to("../outside")


def _linked_cache(ground: Ground) -> None:
    _plain(ground)
    (ground.root / ".nixlint_cache").symlink_to("../outside")


# -- what never ends ------------------------------------------------------------------------------------------------


def _pipes(ground: Ground) -> None:
    """A pipe under every name that something is read by; nobody writes into it."""
    ground.write("a.nix", "{ lib, ... }: { imports = [ ./pipe.nix ]; x = lib.importJSON ./facts.json; }\n")
    ground.write("b/.keep", "")
    ground.git("init", "-q")
    for name in (
        "flake.nix", "pipe.nix", "facts.json", "flake.lock", "npins/sources.json", "compose.yaml", ".env", "nixlint.toml",
        ".gitignore", ".ignore", "b/.gitignore", "b/.git", "compose.override.yaml", "script.sh",
    ):  # fmt: skip
        (ground.root / name).parent.mkdir(exist_ok=True)
        os.mkfifo(ground.root / name)
    for name in (".git/index", ".git/info/exclude", ".git/HEAD"):
        (ground.root / name).unlink(missing_ok=True)
        os.mkfifo(ground.root / name)


def _endless_devices(ground: Ground) -> None:
    for name in ("a.nix", "flake.nix", "flake.lock", "compose.yaml", ".env", ".gitignore", "nixlint.toml", "script.sh"):
        (ground.root / name).symlink_to("/dev/zero")
    _git_file_of_zeros(ground)


def _git_file_of_zeros(ground: Ground) -> None:
    (ground.root / ".git").symlink_to("/dev/zero")


def _huge_files(ground: Ground) -> None:
    """Files of some gigabytes, which take no room."""
    ground.write(
        "a.nix",
        '{ virtualisation.oci-containers.containers.web = { image = "nginx"; networks = [ "backend" ]; }; }\n',
    )
    for name in ("flake.nix", "flake.lock", "script.sh", "compose.yaml", ".env", ".gitignore", "huge.nix"):
        with ground.write(name, "").open("r+b") as file:
            file.truncate(3_000_000_000)


def _pipe_in_cache(ground: Ground) -> None:
    _plain(ground)
    (ground.root / ".nixlint_cache").mkdir()
    os.mkfifo(ground.root / ".nixlint_cache" / "CACHEDIR.TAG")
    os.mkfifo(ground.root / ".nixlint_cache" / f"{'0' * 32}.json")


def _patterns_of_exponents(ground: Ground) -> None:
    _plain(ground)
    pattern = "*a" * 60 + "b"
    ground.write(f"{'a' * 200}.nix", _MODULE)
    ground.write(f"{'a/' * 60}{'a' * 100}.nix", _MODULE)
    ground.write(".gitignore", "\n".join((pattern, "/" + "**/a/" * 40 + "b", "[ab]*" * 60 + "c")))
    ground.write("nixlint.toml", f'exclude = ["{pattern}"]\n[per-path-ignores]\n"{pattern}" = ["NL101"]\n')


# -- what makes no sense --------------------------------------------------------------------------------------------


def _bad_patterns(ground: Ground) -> None:
    _plain(ground)
    ground.write(".gitignore", "[z-a]\n\\\n!\n[\n[[:x:]]\n/\n")


def _bad_exclude(ground: Ground) -> None:
    _plain(ground)
    ground.write("nixlint.toml", 'exclude = ["["]\n')


def _long_number_in_settings(ground: Ground) -> None:
    _plain(ground)
    ground.write("nixlint.toml", f"select = {'1' * 5000}\n")


def _deep_settings(ground: Ground) -> None:
    _plain(ground)
    ground.write("nixlint.toml", f"select = {'[' * 5000}\n")


def _damaged_git_directory(ground: Ground) -> None:
    _plain(ground)
    ground.git("init", "-q")
    ground.git("add", ".")
    index = (ground.root / ".git/index").read_bytes()
    ground.write(".git/index", index[:8] + b"\xff\xff\xff\xff" + index[12:40])
    ground.write(".git/info/exclude", b"\0\xff\n" * 100)


TREES = (
    HostileTree("bare repository", Harm.RUNS, _bare_repository, "hosts"),
    HostileTree("settings of git", Harm.RUNS, _settings),
    HostileTree("file named .git", Harm.RUNS, _git_file),
    HostileTree("included settings of git", Harm.RUNS, _included_settings),
    HostileTree("settings of the work tree", Harm.RUNS, _settings_of_work_tree),
    HostileTree("sparse index with a remote that is a program", Harm.RUNS, _sparse_index),
    HostileTree("variables of git", Harm.RUNS, _variables),
    HostileTree("programs in the folder", Harm.RUNS, _program_in_folder),
    HostileTree("linked files", Harm.LEADS_OUT, _linked_files),
    HostileTree("linked folders", Harm.LEADS_OUT, _linked_folders),
    HostileTree("a linked folder that is asked about", Harm.LEADS_OUT, _linked_folders, "linked"),
    HostileTree("paths that climb", Harm.LEADS_OUT, _paths_that_climb),
    HostileTree("linked git directory", Harm.LEADS_OUT, _linked_git_directory),
    HostileTree("tracked folder that is a link", Harm.LEADS_OUT, _tracked_folder_that_is_a_link),
    HostileTree("linked cache", Harm.LEADS_OUT, _linked_cache),
    HostileTree("pipes", Harm.BLOCKS, _pipes),
    HostileTree("endless devices", Harm.BLOCKS, _endless_devices),
    HostileTree("huge files", Harm.BLOCKS, _huge_files),
    HostileTree("pipe in the cache", Harm.BLOCKS, _pipe_in_cache),
    HostileTree("patterns of exponents", Harm.BLOCKS, _patterns_of_exponents),
    HostileTree("bad patterns in .gitignore", Harm.CONFUSES, _bad_patterns),
    HostileTree("bad pattern in nixlint.toml", Harm.CONFUSES, _bad_exclude),
    HostileTree("long number in nixlint.toml", Harm.CONFUSES, _long_number_in_settings),
    HostileTree("deep lists in nixlint.toml", Harm.CONFUSES, _deep_settings),
    HostileTree("damaged git directory", Harm.CONFUSES, _damaged_git_directory),
)
"""Every repository, by what it is made for."""
