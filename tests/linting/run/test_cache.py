"""What is kept for the next run, where, and what makes it worthless."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.files.tree import Tree
from nixlint.linting.finding import Confidence, Finding, Report, Severity
from nixlint.linting.registry import Registry
from nixlint.linting.rule import Rule
from nixlint.linting.run.request import Caching, StandardInput
from nixlint.linting.run.runner import run
from nixlint.reporting.formats import View
from nixlint.reporting.terminal import Style
from nixlint.reporting.text import written
from nixlint.semantics.repository.host_facts import host_state_version
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import NO_VERSION, REGISTRY, found, registry_of, request, write_files

CACHE = ".nixlint_cache"
FLAKE = {"flake.nix": "{ outputs = _: { }; }\n"}
MISSING = ("container-missing-state-version", "a.nix", 2)


class Counting(Rule[NspawnContainer]):
    """A rule that knows what it was asked about."""

    name = "counting"
    code = "NL999"
    severity = Severity.INFO
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)
    examples = ()

    def __init__(self, fails: bool = False) -> None:
        self.asked: list[str | None] = []
        self._fails = fails

    def check(self, subject: NspawnContainer, repository: Repository) -> Iterator[Finding]:
        self.asked.append(subject.name)
        if self._fails:
            raise ZeroDivisionError
        yield Finding(subject.place, f"the hosts have {host_state_version(repository)}")


def cached(folder: Path, *paths: str, registry: Registry = REGISTRY, into: Path | None = None) -> Report:
    """A check with a cache."""
    asked = request(folder, *paths)._replace(caching=Caching(into or folder / CACHE, needs_edits=False))
    return run(asked, registry)


def bytes_below(folder: Path) -> bytes:
    """All that is kept."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def files_in(folder: Path) -> list[Path]:
    """The files that hold what is kept."""
    return sorted(folder.glob("*.json"))


def test_unchanged_file_is_not_asked_about_again(tmp_path: Path) -> None:
    write_files(tmp_path, {**FLAKE, "a.nix": NO_VERSION})
    first, second = Counting(), Counting()
    before = cached(tmp_path, registry=registry_of(first))
    after = cached(tmp_path, registry=registry_of(second))
    assert (first.asked, second.asked) == (["web"], [])
    assert before == after


def test_only_what_rests_on_a_changed_file_is_asked_about_again(tmp_path: Path) -> None:
    other = "{ containers.db.config = import ./base.nix; }\n"
    write_files(tmp_path, {**FLAKE, "a.nix": NO_VERSION, "b.nix": other, "base.nix": "{ }\n"})
    assert MISSING in found(cached(tmp_path))
    write_files(tmp_path, {"base.nix": '{ system.stateVersion = "25.05"; }\n'})
    assert found(cached(tmp_path)) == [MISSING]
    write_files(tmp_path, {"base.nix": "{ }\n"})
    assert len(found(cached(tmp_path))) == 2


def test_fact_that_comes_to_the_same_leaves_alone_what_rests_on_it(tmp_path: Path) -> None:
    host = '{ system.stateVersion = "25.05"; }\n'
    write_files(tmp_path, {**FLAKE, "a.nix": NO_VERSION, "b.nix": NO_VERSION.replace("web", "db"), "host.nix": host})
    cached(tmp_path, registry=registry_of(Counting()))
    write_files(tmp_path, {"host.nix": f"# the same\n{host}"})
    same = Counting()
    cached(tmp_path, registry=registry_of(same))
    assert same.asked == ["web"]
    write_files(tmp_path, {"host.nix": host.replace("25.05", "26.05")})
    other = Counting()
    report = cached(tmp_path, registry=registry_of(other))
    assert other.asked == ["web", "db"]
    assert {item.finding.message for item in report.findings} == {"the hosts have 26.05"}


def test_new_file_in_a_folder_that_is_listed_counts(tmp_path: Path) -> None:
    listing = "{ lib, ... }: { containers.web.config = { imports = lib.filesystem.listFilesRecursive ./modules; }; }\n"
    write_files(tmp_path, {**FLAKE, "a.nix": listing, "modules/a.nix": "{ }\n"})
    assert found(cached(tmp_path)) == [("container-missing-state-version", "a.nix", 1)]
    write_files(tmp_path, {"modules/b.nix": '{ system.stateVersion = "25.05"; }\n'})
    assert found(cached(tmp_path)) == []


def test_file_that_comes_into_being_counts(tmp_path: Path) -> None:
    asking = (
        '{ containers.web.config = if builtins.pathExists ./there then { system.stateVersion = "25.05"; } else { }; }\n'
    )
    write_files(tmp_path, {**FLAKE, "a.nix": asking})
    assert found(cached(tmp_path)) == [("container-missing-state-version", "a.nix", 1)]
    write_files(tmp_path, {"there": ""})
    assert found(cached(tmp_path)) == []


_LOCK = (
    '{"nodes": {"nixpkgs": {"original": {"owner": "NixOS", "repo": "nixpkgs", "ref": "nixos-%s"}}, '
    '"root": {"inputs": {"nixpkgs": "nixpkgs"}}}, "root": "root", "version": 7}'
)
_PINS = '{"pins": {"nixpkgs": {"type": "Channel", "name": "nixos-%s"}}, "version": 5}'


@pytest.mark.parametrize(("name", "text"), [("flake.lock", _LOCK), ("npins/sources.json", _PINS)])
def test_other_pins_are_another_release(tmp_path: Path, name: str, text: str) -> None:
    renamed = "{ services.gitea.httpPort = 8080; }\n"
    write_files(tmp_path, {**FLAKE, "a.nix": renamed, name: text % "21.05"})
    runs = []
    for step in (text % "21.05", text % "25.11", None, "{", text % "25.11"):
        (tmp_path / name).unlink(missing_ok=True)
        if step is not None:
            write_files(tmp_path, {name: step})
        runs.append(found(cached(tmp_path)))
        assert runs[-1] == found(run(request(tmp_path), REGISTRY))
    assert runs[0] != runs[1]


def test_script_that_makes_a_network_counts(tmp_path: Path) -> None:
    container = '{ virtualisation.oci-containers.containers.web = { image = "nginx:1"; networks = [ "backend" ]; }; }\n'
    write_files(tmp_path, {**FLAKE, "a.nix": container, "setup.sh": "echo\n"})
    runs = []
    for text in ("echo\n", "podman network create backend\n", "echo\n"):
        write_files(tmp_path, {"setup.sh": text})
        runs.append([item[0] for item in found(cached(tmp_path))])
        assert runs[-1] == [item[0] for item in found(run(request(tmp_path), REGISTRY))]
    assert ["oci-network-never-created" in rules for rules in runs] == [True, False, True]
    write_files(tmp_path, {"new.sh": "podman network create backend\n"})
    assert "oci-network-never-created" not in [item[0] for item in found(cached(tmp_path))]


def test_change_with_the_same_size_and_time_is_seen(tmp_path: Path) -> None:
    write_files(tmp_path, {**FLAKE, "a.nix": NO_VERSION})
    before = (tmp_path / "a.nix").stat()
    assert found(cached(tmp_path)) == [MISSING]
    write_files(tmp_path, {"a.nix": NO_VERSION.replace("containers", "cantainers")})
    os.utime(tmp_path / "a.nix", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert found(cached(tmp_path)) == []


def test_part_of_a_repository_adds_to_what_is_kept_of_the_whole(tmp_path: Path) -> None:
    write_files(tmp_path, {**FLAKE, "a.nix": NO_VERSION, "b.nix": NO_VERSION.replace("web", "db")})
    cached(tmp_path, registry=registry_of(Counting()))
    write_files(tmp_path, {"a.nix": NO_VERSION.replace("web", "cache")})
    cached(tmp_path, "a.nix", registry=registry_of(Counting()))
    again = Counting()
    report = cached(tmp_path, registry=registry_of(again))
    assert "db" not in again.asked
    assert len(report.findings) == 2


def test_what_changed_while_a_part_was_checked_is_not_taken_for_known(tmp_path: Path) -> None:
    write_files(tmp_path, {**FLAKE, "a.nix": NO_VERSION, "b.nix": "{ imports = [ ./a.nix ]; }\n"})
    assert found(cached(tmp_path)) == [MISSING]
    write_files(tmp_path, {"a.nix": "{ }\n"})
    cached(tmp_path, "b.nix")
    assert found(cached(tmp_path)) == []


def test_failed_rule_is_asked_again(tmp_path: Path) -> None:
    write_files(tmp_path, {**FLAKE, "a.nix": NO_VERSION})
    first, second = Counting(fails=True), Counting(fails=True)
    assert cached(tmp_path, registry=registry_of(first)) == cached(tmp_path, registry=registry_of(second))
    assert second.asked == ["web"]


def test_edits_of_fixes_are_there_for_those_who_need_them(tmp_path: Path) -> None:
    write_files(tmp_path, {**FLAKE, "a.nix": NO_VERSION, "h.nix": '{ system.stateVersion = "25.05"; }\n'})
    asked = request(tmp_path)
    fresh = run(asked, REGISTRY)
    cached(tmp_path)
    assert run(asked._replace(caching=Caching(tmp_path / CACHE)), REGISTRY) == fresh
    assert any(item.finding.fix is not None and item.finding.fix.edits for item in fresh.findings)


def test_other_rules_have_another_cache(tmp_path: Path) -> None:
    write_files(tmp_path, {**FLAKE, "a.nix": NO_VERSION})
    cached(tmp_path)
    run(request(tmp_path, ignore=frozenset({MISSING[0]}))._replace(caching=Caching(tmp_path / CACHE)), REGISTRY)
    run(request(tmp_path, pedantic=True)._replace(caching=Caching(tmp_path / CACHE)), REGISTRY)
    write_files(tmp_path, {"nixlint.toml": 'ignore = ["container-missing-state-version"]\n'})
    assert found(cached(tmp_path)) == []
    assert len(files_in(tmp_path / CACHE)) == 4


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\x00", b"[]", b'{"format": 2}', b'{"format": 99}', b"[" * 100_000, b"1" * 5000]
)
def test_cache_that_makes_no_sense_is_replaced(tmp_path: Path, data: bytes) -> None:
    write_files(tmp_path, {**FLAKE, "a.nix": NO_VERSION})
    cached(tmp_path)
    (kept,) = files_in(tmp_path / CACHE)
    kept.write_bytes(data)
    assert found(cached(tmp_path)) == [MISSING]
    assert kept.read_bytes().startswith(b'{"format":2')


@pytest.mark.parametrize(
    "old", [b'"results":{', b'"paths":[', b'"looks":[', b'"accounts":[[', b"[7,null,", b'"ignore"']
)
def test_cache_with_other_values_in_it_does_no_harm(tmp_path: Path, old: bytes) -> None:
    write_files(tmp_path, {**FLAKE, "a.nix": f"# nixlint: ignore[x]\n{NO_VERSION}"})
    before = cached(tmp_path)
    (kept,) = files_in(tmp_path / CACHE)
    assert old in kept.read_bytes()
    kept.write_bytes(kept.read_bytes().replace(old, old[:-1] + b'"x",'))
    assert cached(tmp_path) == before
    kept.write_bytes(kept.read_bytes().replace(old, old + b"1,"))
    assert cached(tmp_path) == before


@given(st.data())
@settings(max_examples=int(os.environ.get("NIXLINT_EXAMPLES", "60")))
def test_cache_with_any_other_value_in_it_is_used_or_not_and_breaks_nothing(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(
            folder, {**FLAKE, "a.nix": f"# nixlint: ignore[x]\n{NO_VERSION}", "b.nix": "{ imports = [ ./a.nix ]; }\n"}
        )
        before = cached(folder)
        (kept,) = files_in(folder / CACHE)
        document = json.loads(kept.read_bytes())
        damage(document, data)
        kept.write_text(json.dumps(document))

        report = cached(folder)

        assert report.failures == before.failures
        shown = "".join(written(report, View(str, Tree(folder).read, Style(False, 80), {})))
        assert ("Found " if report.findings else "No findings") in shown  # it is written to its end
        again = cached(folder)
        assert cached(folder) == again


def damage(document: object, data: st.DataObject) -> None:
    """Put another value somewhere into a document."""
    value = st.one_of(
        st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.sampled_from((0, 1, 2, 3)), st.text(max_size=3),
        st.sampled_from(("\ud800", "\0", "..", "/", "a.nix", "error")), st.just([]), st.just({}), st.just([[]]),
    )  # fmt: skip
    here = document
    while True:
        keys = list(here) if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else []
        key = data.draw(st.sampled_from(list(keys)))
        inner = here[key]  # type: ignore[index]
        if isinstance(inner, dict | list) and inner and data.draw(st.integers(0, 5)):
            here = inner
            continue
        here[key] = data.draw(value)  # type: ignore[index]
        return


def test_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    write_files(tmp_path / "repository", {**FLAKE, "a.nix": NO_VERSION})
    victim = tmp_path / "victim"
    names = [f"{number:032x}.json" for number in range(300)] + ["notes.json", "x.tmp"]
    write_files(victim, dict.fromkeys(names, "mine"))
    for name in names:
        os.utime(victim / name, (0, 0))
    (tmp_path / "link").symlink_to(victim)
    os.mkfifo(tmp_path / "fifo")

    for place in ("victim", "link", "fifo", "repository/a.nix"):
        assert found(cached(tmp_path / "repository", into=tmp_path / place)) == [MISSING]

    assert sorted(os.listdir(victim)) == sorted(names)  # noqa: PTH208
    assert {path.read_text() for path in victim.iterdir()} == {"mine"}


def test_only_files_of_its_own_form_are_removed(tmp_path: Path) -> None:
    write_files(tmp_path, {**FLAKE, "a.nix": NO_VERSION})
    cached(tmp_path)
    others = ["notes.json", f"{'f' * 32}.txt", f"{'f' * 31}.json"]
    old = [f"{number:032x}.json" for number in range(3)]
    write_files(tmp_path / CACHE, dict.fromkeys([*others, *old], "x"))
    for name in (*others, *old):
        os.utime(tmp_path / CACHE / name, (0, 0))
    (tmp_path / CACHE / f"{'e' * 32}.json").symlink_to(tmp_path / "a.nix")
    write_files(tmp_path, {"a.nix": NO_VERSION.replace("web", "db")})
    cached(tmp_path)

    left = {path.name for path in (tmp_path / CACHE).iterdir()}
    assert left >= {*others, f"{'e' * 32}.json"}
    assert left.isdisjoint(old)
    assert (tmp_path / "a.nix").is_file()


@pytest.mark.parametrize("name", ["CACHEDIR.TAG", "data"])
def test_pipe_or_link_in_the_place_of_a_file_of_the_cache_does_no_harm(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, {**FLAKE, "a.nix": NO_VERSION})
    cached(tmp_path)
    path = files_in(tmp_path / CACHE)[0] if name == "data" else tmp_path / CACHE / name
    for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero"), Path.mkdir):
        path.unlink()
        make(path)
        assert found(cached(tmp_path)) == [MISSING]
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
            path.touch()


def test_folder_says_what_it_is_and_is_ignored_by_git(tmp_path: Path) -> None:
    write_files(tmp_path, {**FLAKE, "a.nix": NO_VERSION})
    cached(tmp_path)
    assert (tmp_path / CACHE / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    assert (tmp_path / CACHE / ".gitignore").read_text().splitlines()[-1] == "*"


def test_folder_may_be_elsewhere(tmp_path: Path) -> None:
    write_files(tmp_path / "repository", {**FLAKE, "a.nix": NO_VERSION})
    cached(tmp_path / "repository", into=tmp_path / "deep/cache")
    assert len(files_in(tmp_path / "deep/cache")) == 1
    assert not (tmp_path / "repository" / CACHE).exists()


def test_folder_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    write_files(tmp_path, {**FLAKE, "a.nix": NO_VERSION, CACHE: "a file in the way"})
    assert found(cached(tmp_path)) == [MISSING]
    assert (tmp_path / CACHE).read_text() == "a file in the way"


def test_nothing_is_left_beside_what_is_kept(tmp_path: Path) -> None:
    write_files(tmp_path, {**FLAKE, "a.nix": NO_VERSION})
    cached(tmp_path)
    assert {path.suffix for path in (tmp_path / CACHE).iterdir()} == {".json", ".TAG", ""}


def test_folder_is_not_seen_by_what_lists_the_repository(tmp_path: Path) -> None:
    names = "{ containers = builtins.mapAttrs (_: _: { config = { }; }) (builtins.readDir ./.); }\n"
    write_files(tmp_path, {**FLAKE, "a.nix": names})
    assert cached(tmp_path) == cached(tmp_path)


def test_text_from_standard_input_leaves_no_trace(tmp_path: Path) -> None:
    write_files(tmp_path, FLAKE)
    text = StandardInput(tmp_path / "a.nix", NO_VERSION.encode())
    asked = request(tmp_path, "a.nix")._replace(standard_input=text, caching=Caching(tmp_path / CACHE))
    assert found(run(asked, REGISTRY)) == [MISSING]
    assert not (tmp_path / CACHE).exists()


def test_no_secret_is_kept(tmp_path: Path) -> None:
    secrets = (
        "correct horse battery",
        "ghp_016C7f3d9a5b8e2c4f6a1d0b9c8e7f6a5d4c",
        "s3cr3t-of-the-db",
        "hunter22hunter22",
    )
    write_files(
        tmp_path,
        {
            **FLAKE,
            "a.nix": f'{{ users.users.root.password = "{secrets[0]}"; services.x.token = "{secrets[1]}"; }}\n',
            "b.nix": f'{{ virtualisation.oci-containers.containers.db = {{ image = "postgres"; '
            f'environment.POSTGRES_PASSWORD = "{secrets[2]}"; }}; }}\n',
            "broken.nix": f'{{ users.users.root.password = "{secrets[3]}"; a = [ ; }}\n',
            "c.nix": f'{{ containers.web.config = {{ services.x.password = "{secrets[3]}"; }}; }}\n',
        },
    )
    report = cached(tmp_path)
    assert len([item for item in report.findings if item.rule.startswith("secret")]) >= 3
    assert cached(tmp_path).secrets == report.secrets
    kept = bytes_below(tmp_path / CACHE)
    assert kept
    assert not [secret for secret in secrets if secret.encode() in kept]
