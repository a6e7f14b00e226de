"""A run that replays what it can, in one process or in several, finds the very same as one that starts from nothing,
whatever was done to the files.

Repositories are made of texts that use each other in all the ways there are: imports, listed folders, files that are read or
asked whether they exist, hosts, options of one's own, ``self`` of a flake, Compose, suppressions, files that do not parse,
and the examples of all rules. ``NIXLINT_EXAMPLES=1100`` is a run of more than 5,000 changes; which kinds of change it made,
``--hypothesis-show-statistics`` lists.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from nixlint.linting.finding import Report
from nixlint.linting.run import result_cache, workers
from nixlint.linting.run.request import Caching, Request
from nixlint.linting.run.runner import run
from nixlint.linting.testing import files_of, marked_spans
from tests.linting.workbench import REGISTRY


class Layout(NamedTuple):
    """A repository as people lay one out, and what its files may become."""

    files: Mapping[str, str]
    edits: tuple[tuple[str, str], ...]


_VERSION = '{ system.stateVersion = "25.05"; }\n'
_WEB = "{ containers.web.config = import ./base.nix; }\n"
_HOST = "modules = [ ./configuration.nix self.nixosModules.x ];"


_SCRIPT = """{
  nodes.host.containers.db = { autoStart = true; config = { }; };
  testScript = ''
    host.wait_for_unit("container@database.service")
  '';
}
"""


def _lock(release: str) -> str:
    """A lock file with nixpkgs of a release."""
    return (
        f'{{"nodes": {{"nixpkgs": {{"original": {{"owner": "NixOS", "repo": "nixpkgs", "ref": "nixos-{release}"}}}}, '
        '"root": {"inputs": {"nixpkgs": "nixpkgs"}}}, "root": "root", "version": 7}\n'
    )


_LAYOUTS = (
    Layout(
        {
            "a.nix": "{ lib, ... }: { containers.web.config = { "
            "imports = lib.filesystem.listFilesRecursive ./modules; }; }\n",
            "b.nix": "{ containers.db.config = if builtins.pathExists ./base.nix then import ./base.nix else { }; }\n",
            "modules/a.nix": "{ services.nginx.enable = true; }\n",
            "facts.json": '{ "name": "web", "version": "25.05" }\n',
            "c.nix": "{ lib, ... }: let f = lib.importJSON ./facts.json; in { containers.${f.name}.config = "
            "lib.optionalAttrs (f ? version) { system.stateVersion = f.version; }; }\n",
        },
        (
            ("modules/b.nix", _VERSION),
            ("base.nix", _VERSION),
            ("base.nix", "{ }\n"),
            ("base.nix", _SCRIPT),
            ("facts.json", '{ "name": "cache" }\n'),
            ("facts.json", '{ "name": \n'),
        ),
    ),
    Layout(
        {"a.nix": _WEB, "b.nix": _WEB, "c.nix": "{ containers.web.config = { }; }\n", "base.nix": "{ }\n"},
        (
            ("base.nix", _VERSION),
            ("base.nix", "{ imports = [ ./further.nix ]; }\n"),
            ("further.nix", _VERSION),
            ("b.nix", "{ containers.web.autoStart = true; }\n"),
            ("b.nix", "{ containers.${name}.config = { }; }\n"),
            (
                "d.nix",
                "{ lib, ... }: { options.containers = lib.mkOption { type = lib.types.attrsOf "
                "(lib.types.submodule { }); }; }\n",
            ),
        ),
    ),
    Layout(
        {
            "flake.nix": "{ outputs = { self, nixpkgs }: { nixosConfigurations.one = nixpkgs.lib.nixosSystem { "
            f"{_HOST} }}; nixosModules.x = ./base.nix; }}; }}\n",
            "configuration.nix": "{ imports = [ ./a.nix ./modules/b.nix ]; }\n",
            "a.nix": '{ containers.web = { privateNetwork = true; hostAddress = "10.0.0.1"; localAddress = "10.0.0.2"; '
            'config.system.stateVersion = "25.05"; }; }\n',
            "base.nix": "{ networking.nat.enable = true; }\n",
            "modules/b.nix": '{ containers.db = { privateNetwork = true; hostAddress = "10.0.0.1"; '
            'localAddress = "10.0.0.2"; config = { }; }; }\n',
        },
        (
            ("base.nix", '{ networking.nat = { enable = true; internalInterfaces = [ "ve-+" ]; }; }\n'),
            ("base.nix", '{ networking.nat.externalInterface = "eth0"; }\n'),
            ("notes.nix", '{ x = "externalInterface, enableIPv6, br0, container@web"; }\n'),
            ("configuration.nix", "{ imports = [ ./a.nix ]; boot.enableContainers = false; }\n"),
            (
                "flake.nix",
                "{ outputs = { self, nixpkgs }: { nixosConfigurations = builtins.mapAttrs (name: _: "
                f"nixpkgs.lib.nixosSystem {{ {_HOST} }}) (builtins.readDir ./hosts); }}; }}\n",
            ),
            ("hosts/one/x.nix", "{ }\n"),
            ("a.nix", '{ containers.web = { privateNetwork = true; hostBridge = "br0"; config = { }; }; }\n'),
            ("modules/b.nix", "{ networking.bridges.br0.interfaces = [ ]; }\n"),
        ),
    ),
    Layout(
        {
            "flake.nix": "{ outputs = { self, nixpkgs }: { nixosConfigurations.one = nixpkgs.lib.nixosSystem { "
            "modules = [ ./base.nix ]; specialArgs = { inherit self; }; }; lib = import ./lib.nix; }; }\n",
            "base.nix": "{ }\n",
            "lib.nix": "{ make = name: { ${name} = { autoStart = true; config = { }; }; }; }\n",
            "a.nix": '{ self, ... }: { containers = self.lib.make "web"; }\n',
            "b.nix": '{ self, ... }: { containers = self.lib.make "db"; }\n',
        },
        (
            ("lib.nix", '{ make = name: { ${name}.config.system.stateVersion = "25.05"; }; }\n'),
            ("lib.nix", "{ }\n"),
            ("flake.nix", "{ outputs = { self, nixpkgs }: { lib = import ./lib.nix; }; }\n"),
            ("base.nix", "{ containers.web.autoStart = true; }\n"),
            ("b.nix", '{ self, ... }: { containers = self.lib.make "web"; }\n'),
        ),
    ),
    Layout(
        {
            "flake.nix": "{ outputs = { nixpkgs, ... }: { nixosConfigurations.one = nixpkgs.lib.nixosSystem { "
            "modules = [ ./web.nix ]; }; }; }\n",
            "make.nix": "name: extra: { containers.${name} = extra // { autoStart = true; config = { }; }; }\n",
            "web.nix": '{ ... }: import ./make.nix "web" { privateNetwork = true; }\n',
            "added.nix": "{ containers.db.config.services.openssh.enable = true; }\n",
        },
        (
            ("web.nix", '{ ... }: import ./make.nix "web" { privateNetwork = false; }\n'),
            ("web.nix", '{ ... }: { imports = [ ./added.nix (import ./make.nix "web" { }) ]; }\n'),
            ("make.nix", 'name: extra: { containers.${name}.config.system.stateVersion = "25.05"; }\n'),
            ("added.nix", '{ containers.web.config.system.stateVersion = "25.05"; }\n'),
            (
                "flake.nix",
                '{ outputs = { nixpkgs, ... }: { nixosConfigurations = nixpkgs.lib.genAttrs [ "one" "two" ] '
                '(name: nixpkgs.lib.nixosSystem { modules = [ ./web.nix (./. + "/${name}.nix") ]; }); }; }\n',
            ),
            ("two.nix", '{ containers.web.config.system.stateVersion = "25.05"; }\n'),
        ),
    ),
    Layout(
        {
            "a.nix": '{ virtualisation.oci-containers.containers.web = { image = "nginx"; ports = [ "8080:80" ]; '
            'dependsOn = [ "db" ]; }; }\n',
            "b.nix": '{ virtualisation.oci-containers.containers.db = { image = "postgres:16"; '
            'environment.PGPASSWORD = "hunter22"; }; }\n',
            "c.nix": "{ networking.firewall.allowedTCPPorts = [ 22 ]; }\n",
            "containers.nix": "{ containers.web = { autoStart = false; config = { }; }; }\n",
        },
        (
            ("c.nix", "{ networking.firewall.allowedTCPPorts = [ 22 8080 ]; }\n"),
            ("c.nix", "{ networking.firewall.allowedTCPPorts = [ 22 ]; } # the same\n"),
            ("d.nix", "{ networking.firewall.enable = false; }\n"),
            ("d.nix", '{ systemd.services."container@web".wantedBy = [ ]; }\n'),
            ("b.nix", '{ virtualisation.oci-containers.containers.db2.image = "postgres:16"; }\n'),
            ("containers.nix", '{ containers.web.config = { }; system.stateVersion = "24.11"; }\n'),
        ),
    ),
    Layout(
        {
            "compose.yml": 'services:\n  web:\n    image: nginx\n    ports: ["80:80"]\n    env_file: .env\n',
            ".env": "PASSWORD=hunter22\n",
            "configuration.nix": '{ networking.hostName = "one"; }\n',
        },
        (
            ("compose.yml", "services:\n  web:\n    image: nginx:${TAG}\n    privileged: true\n"),
            (".env", "TAG=1.27\nCOMPOSE_FILE=compose.yml:more.yml\n"),
            ("more.yml", "services:\n  db:\n    image: postgres\n"),
            ("compose.nix", "# Made from compose.yml by nixlint convert.\n{ }\n"),
            ("compose.yml", "services: [\n"),
        ),
    ),
    Layout(
        {
            "a.nix": '{ services.gitea.httpPort = 8080; virtualisation.oci-containers.containers.web = { image = "nginx:1"; '
            'networks = [ "backend" ]; }; }\n',
            "flake.lock": _lock("21.05"),
            "setup.sh": "podman network create backend\n",
            "npins/sources.json": '{"pins": {}, "version": 5}\n',
        },
        (
            ("flake.lock", _lock("25.11")),
            ("flake.lock", "{"),
            ("flake.lock", "[" * 5000),
            ("npins/sources.json", '{"pins": {"nixpkgs": {"type": "Channel", "name": "nixos-25.11"}}, "version": 5}\n'),
            ("setup.sh", "podman network create other\n"),
            ("setup.sh", 'podman network create "$1"\n'),
            ("new/setup.sh", "podman network create backend\n"),
            (".gitignore", "setup.sh\n"),
        ),
    ),
    Layout(
        {
            "a.nix": "{ containers.web.config = { }; # nixlint: ignore[container-missing-state-version] nothing\n}\n",
            "b.nix": "# nixlint: ignore-file[NL101, secret-in-store] here\n{ containers.web2.config = { }; }\n",
            "c.nix": '{ users.users.root.password = "correct horse"; # gitleaks:allow\n}\n',
            "d.nix": '{ lib, config, ... }: { options.my.on = lib.mkEnableOption "it"; '
            "config = lib.mkIf config.my.on { containers.mine.config = { }; }; }\n",
        },
        (
            ("a.nix", "{ containers.web.config = { }; # nixlint: ignore[no-such-rule]\n}\n"),
            ("c.nix", '{ users.users.root.password = "correct horse";\n  a = [ 1 2;\n}\n'),
            ("c.nix", "{ a = 1; a = 2; }\n"),
            ("c.nix", ""),
            ("c.nix", "\0binary\0"),
            ("nixlint.toml", 'ignore = ["container-missing-state-version"]\n'),
            ("nixlint.toml", 'exclude = ["b.nix"]\n[per-path-ignores]\n"a.nix" = ["secret-in-store"]\n'),
            ("nixlint.toml", 'nixos-release = "26.05"\n[severity]\ncontainer-missing-state-version = "info"\n'),
            ("nixlint.toml", "ignore = [\n"),
            (".gitignore", "b.nix\n"),
        ),
    ),
)
_EXAMPLES = tuple(
    dict.fromkeys(
        marked_spans(text.encode())[0].decode()
        for rule in REGISTRY.rules.values()
        for example in rule.examples
        for text in files_of(example.files).values()
    )
)


class Step(NamedTuple):
    """What happens to the files before a run, and how the run is asked for."""

    action: str
    name: str
    text: str
    other: str
    is_part: bool = False
    needs_edits: bool = True
    is_pedantic: bool = False
    jobs: int = 1


def _steps(layout: Layout) -> st.SearchStrategy[Step]:
    names = st.sampled_from(sorted({*layout.files, *(name for name, _ in layout.edits)}))
    actions = st.sampled_from(("append", "delete", "rename", "link", "link out", "pipe", "folder", "touch", "none"))
    how = (
        names,
        st.sampled_from((False, False, True)),
        st.booleans(),
        st.sampled_from((False, False, True)),
        st.sampled_from((1, 1, 1, 2, 3)),
    )
    edits = st.sampled_from((*layout.edits, *layout.files.items())).flatmap(
        lambda edit: st.builds(Step, st.just("write"), st.just(edit[0]), st.just(edit[1]), *how)
    )
    foreign = st.builds(Step, st.just("write"), names, st.sampled_from(_EXAMPLES), *how)
    return st.one_of(edits, edits, edits, foreign, st.builds(Step, actions, names, st.just(""), *how))


_stories = st.sampled_from(_LAYOUTS).flatmap(
    lambda layout: st.tuples(st.just(layout), st.lists(_steps(layout), min_size=2, max_size=7))
)


@pytest.fixture(autouse=True, scope="module")
def _same_code() -> Iterator[None]:
    """What is installed stays as it is, and need not be looked at for each run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(result_cache, "digest_of_code", lambda _: "the code of this run")
        patch.setattr(workers, "_FEWEST", 1)
        patch.setattr(workers, "_BLOCK", 1)
        yield


@given(_stories)
@settings(max_examples=int(os.environ.get("NIXLINT_EXAMPLES", "60")))
def test_a_replayed_run_equals_a_fresh_one(story: tuple[Layout, list[Step]]) -> None:
    layout, steps = story
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "repository"
        for path, text in {"flake.nix": "{ outputs = _: { }; }\n", **layout.files}.items():
            _write(root / path, text)
        for step in (Step("none", "", "", ""), *steps):
            _act(root, step)
            event(_kind_of_change(step))
            asked = root / step.name if step.is_part and (root / step.name).exists() else root
            request = Request((asked,), root, pedantic=step.is_pedantic)
            fresh = run(request, REGISTRY)
            caching = Caching(Path(name) / "cache", step.needs_edits)
            replayed = run(request._replace(caching=caching, jobs=step.jobs), REGISTRY)
            if not step.needs_edits:
                fresh, replayed = _without_edits(fresh), _without_edits(replayed)
            assert replayed == fresh


def _kind_of_change(step: Step) -> str:
    """What is done to which kind of file: ``write .nix``, ``link out flake.lock``."""
    name = Path(step.name)
    return f"{step.action} {name.suffix if name.suffix in ('.nix', '.yml', '.sh') else step.name}".strip()


def _without_edits(report: Report) -> Report:
    return report._replace(
        findings=tuple(
            found._replace(
                finding=found.finding._replace(
                    fix=found.finding.fix and found.finding.fix._replace(edits=(), reach=None)
                )
            )
            for found in report.findings
        )
    )


def _act(root: Path, step: Step) -> None:
    path, other = root / step.name, root / step.other
    match step.action:
        case "write":
            _write(path, step.text)
        case "append" if path.is_file():
            path.write_bytes(path.read_bytes() + b"# more\n")
        case "delete":
            _clear(path)
        case "rename" if path.is_file() and path != other:
            _clear(other)
            path.replace(other)
        case "link" if path != other:
            _clear(path)
            path.symlink_to(other)
        case "link out":
            _clear(path)
            path.symlink_to(_write(root.parent / "outside" / "x.nix", _VERSION))
        case "pipe":
            _clear(path)
            os.mkfifo(path)
        case "folder":
            _clear(path)
            path.mkdir()
        case "touch" if path.is_file():
            path.touch()
        case _:
            pass


def _write(path: Path, text: str) -> Path:
    _clear(path)
    path.write_text(text, "utf-8", newline="")
    return path


def _clear(path: Path) -> None:
    """Leave nothing at a path, and have a folder for it."""
    for above in reversed(path.parents):
        if above.is_symlink() or (above.exists() and not above.is_dir()):
            above.unlink()
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
